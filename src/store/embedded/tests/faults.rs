//! Disks that fail.

use std::sync::atomic::Ordering;

use super::super::disk::faulty::FaultyDisk;
use super::*;

fn open_on(disk: &FaultyDisk, dir: &Path) -> EmbeddedEngine {
    EmbeddedEngine::open_on(Arc::new(disk.clone()), dir, &options())
        .unwrap()
        .0
}

fn try_put(engine: &EmbeddedEngine, key: &[u8]) -> Result<u64, StoreError> {
    wait(engine.commit(puts(&[(key, b"0")])))
}

#[test]
fn a_full_disk_refuses_writes_and_serves_reads_until_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::new();
    let engine = open_on(&disk, dir.path());
    fill(&engine, 0..3);
    disk.left.store(20, Ordering::SeqCst);
    for _ in 0..3 {
        let full = try_put(&engine, b"lost");
        assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
    }
    assert_eq!(filled(&engine), [0, 1, 2]);
    disk.left.store(u64::MAX, Ordering::SeqCst);
    fill(&engine, 3..5);
    drop(engine);

    let (engine, opened) = open(dir.path());
    assert_eq!(filled(&engine), [0, 1, 2, 3, 4]);
    assert_eq!(opened.sequence, 5);
    assert_eq!(opened.steps, [Step::Clean]);
}

#[test]
fn a_disk_without_room_for_another_segment_is_full_and_no_worse() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::new();
    let options = Options {
        segment_bytes: 100,
        ..options()
    };
    let (engine, _) =
        EmbeddedEngine::open_on(Arc::new(disk.clone()), dir.path(), &options).unwrap();
    fill(&engine, 0..3);
    disk.left.store(0, Ordering::SeqCst);
    assert!(matches!(try_put(&engine, b"lost"), Err(StoreError::Full)));
    disk.left.store(u64::MAX, Ordering::SeqCst);
    fill(&engine, 3..9);
    assert_eq!(filled(&engine), numbers(0..9));
}

#[test]
fn a_failed_sync_ends_writing_but_not_reading() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::new();
    let engine = open_on(&disk, dir.path());
    fill(&engine, 0..3);
    disk.sync_fails.store(true, Ordering::SeqCst);
    assert!(matches!(try_put(&engine, b"3"), Err(StoreError::ReadOnly)));
    disk.sync_fails.store(false, Ordering::SeqCst);
    assert!(matches!(try_put(&engine, b"4"), Err(StoreError::ReadOnly)));
    assert!(engine.is_read_only());
    assert_eq!(filled(&engine), [0, 1, 2]);
    drop(engine);

    // Whether the commit that got no answer is there is open. That a later one is not is not.
    let (engine, opened) = open(dir.path());
    assert_eq!(opened.steps.first(), Some(&Step::Unclean));
    assert_eq!(engine.get(b"4").unwrap(), None);
    fill(&engine, 5..6);
}

#[test]
fn nothing_is_committed_after_a_shutdown() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..1);
    engine.shutdown();
    assert!(matches!(try_put(&engine, b"1"), Err(StoreError::ReadOnly)));
    assert_eq!(filled(&engine), [0]);
}

#[test]
fn a_commit_that_is_too_large_is_refused_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    let large = vec![0; record::MAX_PAYLOAD];
    let refused = wait(engine.commit(puts(&[(b"large", &large)])));
    assert!(matches!(refused, Err(StoreError::Io(_))), "{refused:?}");
    fill(&engine, 0..1);
}

#[test]
fn a_large_value_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    let large = vec![7; 3 << 20];
    wait(engine.commit(puts(&[(b"large", &large)]))).unwrap();
    let left = killed(dir.path());
    let (engine, _) = open(left.path());
    assert_eq!(engine.get(b"large").unwrap(), Some(large));
}

#[test]
fn commits_that_fill_a_group_and_more_all_land_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    let large = vec![7; 400 << 10];
    let commits: Vec<Commit> = (0..20u8)
        .map(|n| match n % 3 {
            0 => engine.commit(puts(&[(&[n], b"small")])),
            _ => engine.commit(puts(&[(&[n], &large)])),
        })
        .collect();
    let sequences: Vec<u64> = commits
        .into_iter()
        .map(|commit| wait(commit).unwrap())
        .collect();
    assert_eq!(sequences, (1..=20).collect::<Vec<u64>>());
    let left = killed(dir.path());
    fs::remove_dir_all(left.path().join("index")).unwrap();
    assert_eq!(open(left.path()).0.count(b"").unwrap(), 20);
}
