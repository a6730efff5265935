use std::sync::Arc;

use futures_util::future::join_all;

use super::*;
use crate::domain::SystemClock;
use crate::store::MemoryEngine;
use crate::store::embedded::{EmbeddedEngine, Options};

const TEST: Option<Environment> = Some(Environment::Test);

fn audit(engine: &SharedEngine) -> Audit {
    Audit::new(engine, Arc::new(SystemClock))
}

fn memory() -> SharedEngine {
    Arc::new(MemoryEngine::new())
}

fn deed(id: &str) -> Deed {
    Deed::new("thing.changed", "thing", id, Some("A Thing")).with("fields", vec!["name"])
}

fn put(key: &str, expected: Option<&str>) -> Batch {
    let key = key.as_bytes().to_vec();
    Batch {
        expect: vec![(key.clone(), expected.map(|text| text.as_bytes().to_vec()))],
        writes: vec![Write::Put(key, b"x".to_vec())],
    }
}

async fn done(audit: &Audit, id: &str) {
    let by = Actor::operator();
    audit
        .commit(Batch::default(), TEST, &by, deed(id))
        .await
        .unwrap();
}

fn ids(audit: &Audit, filter: &AuditFilter) -> Vec<String> {
    let (rows, _) = audit.list(&[TEST], filter, &Place::default(), 99).unwrap();
    let ids = rows.into_iter().map(|entry| entry.record.object.id);
    ids.collect()
}

#[tokio::test]
async fn a_record_is_there_if_and_only_if_its_change_is() {
    let engine = memory();
    let audit = audit(&engine);
    let by = Actor::system("test");
    audit
        .commit(put("k", None), TEST, &by, deed("1"))
        .await
        .unwrap();
    let again = audit.commit(put("k", None), TEST, &by, deed("2")).await;
    assert!(matches!(again, Err(StoreError::Conflict)));
    assert_eq!(ids(&audit, &AuditFilter::default()), ["1"]);
    audit
        .commit(put("k", Some("x")), TEST, &by, deed("3"))
        .await
        .unwrap();
    assert_eq!(ids(&audit, &AuditFilter::default()), ["3", "1"]);
    assert_eq!(audit.verify(TEST).unwrap().number, 2);
    assert_eq!(audit.verify(Some(Environment::Live)).unwrap().number, 0);
}

#[tokio::test]
async fn many_at_once_make_one_chain_and_a_failed_one_takes_none_along() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = EmbeddedEngine::open(folder.path(), &Options::default()).unwrap();
    let engine: SharedEngine = Arc::new(engine);
    // Two instances, as two processes would be: each knows nothing of the other's records.
    let audits = [audit(&engine), audit(&engine)];
    let by = Actor::operator();
    let all = (0..200).map(|number| {
        let audit = &audits[number % 2];
        // Every tenth meets somebody else's change.
        let expected = (number % 10 == 0).then_some("other");
        let batch = put(&format!("k{number}"), expected);
        audit.commit(batch, TEST, &by, deed(&number.to_string()))
    });
    let outcomes = join_all(all).await;
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    assert_eq!(failed, 20);
    assert_eq!(audits[0].verify(TEST).unwrap().number, 180);
    let (rows, _) = audits[1]
        .list(&[TEST], &AuditFilter::default(), &Place::default(), 999)
        .unwrap();
    let numbers: Vec<u64> = rows.iter().map(|entry| entry.record.number).collect();
    assert_eq!(numbers, (1..=180).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_restart_goes_on_with_the_chain() {
    let engine = memory();
    done(&audit(&engine), "1").await;
    done(&audit(&engine), "2").await;
    assert_eq!(audit(&engine).verify(TEST).unwrap().number, 2);
}

/// Three records, after somebody with the disk has done this to the stored ones.
async fn tampered(how: impl FnOnce(&Audit, &mut Batch)) -> Result<u64, Broken> {
    let engine = memory();
    let audit = audit(&engine);
    for id in ["1", "2", "3"] {
        done(&audit, id).await;
    }
    let mut batch = Batch::default();
    how(&audit, &mut batch);
    engine.commit(batch).await.unwrap();
    audit.verify(TEST).map(|head| head.number)
}

fn is_at(found: Result<u64, Broken>, expected: u64) {
    match found {
        Err(Broken::At { number, .. }) => assert_eq!(number, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_altered_a_missing_and_an_invented_record_show() {
    assert_eq!(tampered(|_, _| {}).await.unwrap(), 3);
    let altered = |number: u64, rehash: bool| {
        move |audit: &Audit, batch: &mut Batch| {
            let id = chain::id(number);
            let mut link = audit.links.get("test", &id).unwrap().unwrap();
            link.record = link.record.replace("operator", "system");
            if rehash {
                let record: Record = serde_json::from_str(&link.record).unwrap();
                link = Link::new(&link.previous, &record);
            }
            audit.links.put_into(batch, "test", &id, &link).unwrap();
        }
    };
    for number in 1..=3 {
        is_at(tampered(altered(number, false)).await, number);
        is_at(tampered(altered(number, true)).await, number);
        let removed = |audit: &Audit, batch: &mut Batch| {
            audit.links.delete_into(batch, "test", &chain::id(number));
        };
        is_at(tampered(removed).await, number);
    }
    let moved = |audit: &Audit, batch: &mut Batch| {
        let link = audit.links.get("test", &chain::id(3)).unwrap().unwrap();
        audit
            .links
            .put_into(batch, "test", &chain::id(0), &link)
            .unwrap();
    };
    is_at(tampered(moved).await, 0);
    let added = |audit: &Audit, batch: &mut Batch| {
        let link = audit.links.get("test", &chain::id(3)).unwrap().unwrap();
        audit
            .links
            .put_into(batch, "test", &chain::id(4), &link)
            .unwrap();
    };
    is_at(tampered(added).await, 4);
}

#[tokio::test]
async fn what_is_wanted_is_found_and_pages_follow() {
    let engine = memory();
    let audit = audit(&engine);
    for id in ["1", "2", "3", "4", "5"] {
        done(&audit, id).await;
    }
    let by = Actor::system("sweeper");
    let other = Deed::new("connection.deleted", "connection", "c", None);
    audit
        .commit(Batch::default(), TEST, &by, other)
        .await
        .unwrap();
    let filter = |fill: fn(&mut AuditFilter)| {
        let mut filter = AuditFilter::default();
        fill(&mut filter);
        ids(&audit, &filter)
    };
    assert_eq!(
        filter(|wanted| wanted.actor = Some("sweeper".to_owned())),
        ["c"]
    );
    assert_eq!(
        filter(|wanted| wanted.actor = Some("system".to_owned())),
        ["c"]
    );
    assert_eq!(
        filter(|wanted| wanted.what = Some("connection".to_owned())),
        ["c"]
    );
    assert_eq!(
        filter(|wanted| wanted.what = Some("connect".to_owned())),
        Vec::<String>::new()
    );
    assert_eq!(
        filter(|wanted| wanted.text = Some("a thing".to_owned())).len(),
        5
    );
    assert_eq!(
        filter(|wanted| wanted.from = Some(SystemClock.now())),
        Vec::<String>::new()
    );

    let mut seen = Vec::new();
    let mut before = Place::default();
    loop {
        let (rows, next) = audit
            .list(&[TEST], &AuditFilter::default(), &before, 4)
            .unwrap();
        seen.extend(rows.into_iter().map(|entry| entry.record.object.id));
        match next {
            Some(next) => before = next,
            None => break,
        }
    }
    assert_eq!(seen, ["c", "5", "4", "3", "2", "1"]);
}

#[tokio::test]
async fn two_chains_are_read_as_one_by_their_times_page_by_page() {
    let engine = memory();
    let audit = audit(&engine);
    let by = Actor::operator();
    let chains = [TEST, None];
    // In runs, so that either chain is at an end before the other on some page.
    let places = [0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1];
    for (n, place) in places.into_iter().enumerate() {
        let commit = audit.commit(Batch::default(), chains[place], &by, deed(&n.to_string()));
        commit.await.unwrap();
    }
    let all = (0..places.len()).rev().map(|n| n.to_string());
    let all: Vec<String> = all.collect();
    for limit in 1..=places.len() + 1 {
        let (mut seen, mut before) = (Vec::new(), Place::default());
        loop {
            let filter = AuditFilter::default();
            let (rows, next) = audit.list(&chains, &filter, &before, limit).unwrap();
            seen.extend(rows.into_iter().map(|entry| entry.record.object.id));
            let Some(next) = next else { break };
            // As it goes out, and comes back.
            before = next.to_string().parse().unwrap();
            assert!(before.is_in(2));
            // What is new does not come into pages that were begun.
            done(&audit, "new").await;
        }
        let old = |id: &String| id != "new";
        seen.retain(old);
        assert_eq!(seen, all, "{limit} a page");
    }
}
