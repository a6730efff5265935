//! What every engine does: one suite, run over each of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};

use super::{Batch, Commit, SharedEngine, StoreError, Write};

/// Makes a test of each claim for the engine that `$open` gives.
macro_rules! holds_for {
    ($open:expr) => {
        $crate::store::contract::holds_for!($open;
            what_was_put_is_there
            a_scan_stays_within_its_prefix
            a_scan_goes_on_after_a_key
            a_prefix_of_highest_bytes_has_an_end
            a_limit_of_nothing_gives_nothing
            a_count_is_of_the_prefix
            the_last_write_to_a_key_wins
            a_broken_expectation_leaves_nothing
            a_met_expectation_lets_the_batch_through
            only_one_of_many_makes_the_same_record
            watchers_hear_before_the_answer_and_can_read
            watchers_hear_commits_in_order
            all_concurrent_commits_land
            a_forgotten_commit_still_happens
            sequences_go_up_by_one
        );
    };
    ($open:expr; $($claim:ident)*) => {
        $(
            #[test]
            fn $claim() {
                $crate::store::contract::$claim(&(($open)() as $crate::store::SharedEngine));
            }
        )*
    };
}
pub(crate) use holds_for;

/// Waits for a commit, outside of any runtime.
pub(crate) fn wait(commit: Commit) -> Result<u64, StoreError> {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(commit)
}

/// A batch that only puts.
pub(crate) fn puts(pairs: &[(&[u8], &[u8])]) -> Batch {
    Batch {
        expect: vec![],
        writes: pairs.iter().map(|(key, value)| put(key, value)).collect(),
    }
}

fn put(key: &[u8], value: &[u8]) -> Write {
    Write::Put(key.to_vec(), value.to_vec())
}

fn keys(engine: &SharedEngine, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<Vec<u8>> {
    let pairs = engine.scan(prefix, after, limit).unwrap();
    pairs.into_iter().map(|(key, _)| key).collect()
}

pub(crate) fn what_was_put_is_there(engine: &SharedEngine) {
    assert_eq!(engine.get(b"a").unwrap(), None);
    wait(engine.commit(puts(&[(b"a", b"1"), (b"b", b"")]))).unwrap();
    assert_eq!(engine.get(b"a").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(engine.get(b"b").unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(engine.get(b"").unwrap(), None);

    let batch = Batch {
        expect: vec![],
        writes: vec![
            Write::Delete(b"a".to_vec()),
            Write::Delete(b"none".to_vec()),
        ],
    };
    wait(engine.commit(batch)).unwrap();
    assert_eq!(engine.get(b"a").unwrap(), None);
}

pub(crate) fn a_scan_stays_within_its_prefix(engine: &SharedEngine) {
    let all: &[(&[u8], &[u8])] = &[
        (b"a", b""),
        (b"a/", b""),
        (b"a/1", b""),
        (b"a/2", b""),
        (b"a0", b""),
        (b"b", b""),
    ];
    wait(engine.commit(puts(all))).unwrap();
    assert_eq!(keys(engine, b"a/", None, 9), [&b"a/"[..], b"a/1", b"a/2"]);
    assert_eq!(keys(engine, b"", None, 9).len(), 6);
    assert_eq!(keys(engine, b"c", None, 9), Vec::<Vec<u8>>::new());
}

pub(crate) fn a_scan_goes_on_after_a_key(engine: &SharedEngine) {
    wait(engine.commit(puts(&[(b"p1", b""), (b"p2", b""), (b"p3", b"")]))).unwrap();
    assert_eq!(keys(engine, b"p", Some(b"p1"), 1), [b"p2"]);
    assert_eq!(keys(engine, b"p", Some(b"p15"), 9), [b"p2", b"p3"]);
    assert_eq!(keys(engine, b"p", Some(b"a"), 9).len(), 3);
    assert_eq!(keys(engine, b"p", Some(b"z"), 9).len(), 0);
}

pub(crate) fn a_prefix_of_highest_bytes_has_an_end(engine: &SharedEngine) {
    let all: &[(&[u8], &[u8])] = &[(b"\xfe", b""), (b"\xff", b""), (b"\xff\xff\x01", b"")];
    wait(engine.commit(puts(all))).unwrap();
    assert_eq!(keys(engine, b"\xff", None, 9).len(), 2);
    assert_eq!(keys(engine, b"\xff\xff", None, 9).len(), 1);
    assert_eq!(keys(engine, b"\xfe", None, 9).len(), 1);
}

pub(crate) fn a_limit_of_nothing_gives_nothing(engine: &SharedEngine) {
    wait(engine.commit(puts(&[(b"a", b"")]))).unwrap();
    assert_eq!(keys(engine, b"", None, 0).len(), 0);
}

pub(crate) fn a_count_is_of_the_prefix(engine: &SharedEngine) {
    wait(engine.commit(puts(&[(b"a/1", b""), (b"a/2", b""), (b"b", b"")]))).unwrap();
    assert_eq!(engine.count(b"a/").unwrap(), 2);
    assert_eq!(engine.count(b"").unwrap(), 3);
    assert_eq!(engine.count(b"x").unwrap(), 0);
}

pub(crate) fn the_last_write_to_a_key_wins(engine: &SharedEngine) {
    let batch = Batch {
        expect: vec![],
        writes: vec![
            put(b"a", b"1"),
            Write::Delete(b"a".to_vec()),
            put(b"a", b"2"),
        ],
    };
    wait(engine.commit(batch)).unwrap();
    assert_eq!(engine.get(b"a").unwrap().as_deref(), Some(&b"2"[..]));
}

pub(crate) fn a_broken_expectation_leaves_nothing(engine: &SharedEngine) {
    wait(engine.commit(puts(&[(b"a", b"1")]))).unwrap();
    for expect in [
        vec![(b"a".to_vec(), None)],
        vec![(b"a".to_vec(), Some(b"2".to_vec()))],
        vec![(b"b".to_vec(), Some(b"1".to_vec()))],
        vec![
            (b"a".to_vec(), Some(b"1".to_vec())),
            (b"b".to_vec(), Some(vec![])),
        ],
    ] {
        let batch = Batch {
            expect,
            writes: vec![put(b"a", b"3"), put(b"c", b"3")],
        };
        let outcome = wait(engine.commit(batch));
        assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
    }
    assert_eq!(engine.get(b"a").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(engine.get(b"c").unwrap(), None);
}

pub(crate) fn a_met_expectation_lets_the_batch_through(engine: &SharedEngine) {
    wait(engine.commit(puts(&[(b"a", b"1")]))).unwrap();
    let batch = Batch {
        expect: vec![(b"a".to_vec(), Some(b"1".to_vec())), (b"b".to_vec(), None)],
        writes: vec![put(b"a", b"2")],
    };
    wait(engine.commit(batch)).unwrap();
    assert_eq!(engine.get(b"a").unwrap().as_deref(), Some(&b"2"[..]));
}

pub(crate) fn only_one_of_many_makes_the_same_record(engine: &SharedEngine) {
    let commits: Vec<Commit> = (0..50u8)
        .map(|n| {
            engine.commit(Batch {
                expect: vec![(b"one".to_vec(), None)],
                writes: vec![put(b"one", &[n])],
            })
        })
        .collect();
    let made: Vec<bool> = commits
        .into_iter()
        .map(|commit| wait(commit).is_ok())
        .collect();
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    assert!(made[0], "the first to ask is the first to get");
    assert_eq!(engine.get(b"one").unwrap(), Some(vec![0]));
}

pub(crate) fn watchers_hear_before_the_answer_and_can_read(engine: &SharedEngine) {
    let heard = Arc::new(Mutex::new(vec![]));
    let (ears, eyes) = (Arc::clone(&heard), Arc::downgrade(engine));
    engine.watch(Box::new(move |writes| {
        let seen = eyes.upgrade().unwrap().get(b"a").unwrap();
        ears.lock().unwrap().push((writes.to_vec(), seen));
    }));
    wait(engine.commit(puts(&[(b"a", b"1")]))).unwrap();
    let expected = (vec![put(b"a", b"1")], Some(b"1".to_vec()));
    assert_eq!(*heard.lock().unwrap(), [expected]);

    let batch = Batch {
        expect: vec![(b"a".to_vec(), None)],
        writes: vec![put(b"a", b"2")],
    };
    wait(engine.commit(batch)).unwrap_err();
    assert_eq!(
        heard.lock().unwrap().len(),
        1,
        "a refused batch is not told of"
    );
}

pub(crate) fn watchers_hear_commits_in_order(engine: &SharedEngine) {
    let heard = Arc::new(Mutex::new(vec![]));
    let ears = Arc::clone(&heard);
    engine.watch(Box::new(move |writes| {
        let Write::Put(key, _) = &writes[0] else {
            panic!()
        };
        ears.lock().unwrap().push(key.clone());
    }));
    let mut landed = in_parallel(engine, 8, 25);
    landed.sort();
    let order: Vec<Vec<u8>> = landed.into_iter().map(|(_, key)| key).collect();
    assert_eq!(*heard.lock().unwrap(), order);
}

pub(crate) fn all_concurrent_commits_land(engine: &SharedEngine) {
    let landed = in_parallel(engine, 16, 25);
    assert_eq!(landed.len(), 400);
    assert_eq!(engine.count(b"").unwrap(), 400);
    for (_, key) in landed {
        assert_eq!(engine.get(&key).unwrap().as_ref(), Some(&key));
    }
}

pub(crate) fn a_forgotten_commit_still_happens(engine: &SharedEngine) {
    drop(engine.commit(puts(&[(b"forgotten", b"1")])));
    // One that comes later is answered later: then the first has happened.
    wait(engine.commit(puts(&[(b"waited for", b"1")]))).unwrap();
    assert!(engine.get(b"forgotten").unwrap().is_some());
}

pub(crate) fn sequences_go_up_by_one(engine: &SharedEngine) {
    let first = wait(engine.commit(puts(&[(b"a", b"1")]))).unwrap();
    let second = wait(engine.commit(Batch::default())).unwrap();
    assert_eq!(second, first + 1);
}

fn in_parallel(engine: &SharedEngine, threads: usize, each: usize) -> Vec<(u64, Vec<u8>)> {
    let commit_some = |thread: usize| {
        let mut landed = vec![];
        for n in 0..each {
            let key = format!("{thread}-{n}").into_bytes();
            let sequence = wait(engine.commit(puts(&[(&key, &key)]))).unwrap();
            landed.push((sequence, key));
        }
        landed
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads)
            .map(|n| scope.spawn(move || commit_some(n)))
            .collect();
        all.into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}
