use super::*;

fn pairs() -> Vec<Pair> {
    vec![
        (b"".to_vec(), b"".to_vec()),
        (b"a".to_vec(), b"1".to_vec()),
        (b"b".to_vec(), vec![7; 3_000]),
    ]
}

fn written(dir: &Path, sequence: Sequence) -> PathBuf {
    let size = write(dir, sequence, pairs().into_iter().map(Ok), || sequence + 2).unwrap();
    let path = disk::numbered(dir, sequence, "snap");
    assert_eq!(fs::metadata(&path).unwrap().len(), size);
    path
}

fn read_back(path: &Path) -> io::Result<(Snapshot, Vec<Pair>)> {
    let mut found = vec![];
    let snapshot = read(path, |key, value| {
        found.push((key, value));
        Ok(())
    })?;
    Ok((snapshot, found))
}

#[test]
fn what_was_written_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), 9);
    let (snapshot, found) = read_back(&path).unwrap();
    assert_eq!((snapshot.sequence, snapshot.until), (9, 11));
    assert_eq!(found, pairs());
}

#[test]
fn every_flipped_byte_and_every_cut_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), 9);
    let whole = fs::read(&path).unwrap();
    for at in (0..100).chain(whole.len() - 100..whole.len()) {
        let mut bad = whole.clone();
        bad[at] ^= 0x10;
        fs::write(&path, &bad).unwrap();
        assert!(read_back(&path).is_err(), "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert!(read_back(&path).is_err(), "cut to {at}");
    }
}

#[test]
fn a_failed_write_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let failing = [Ok((vec![1], vec![1])), Err(StoreError::Full)];
    write(dir.path(), 9, failing.into_iter(), || 9).unwrap_err();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn half_a_snapshot_is_none() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 3);
    written(dir.path(), 9);
    fs::write(dir.path().join("00000000000000000012.snap.tmp"), "half").unwrap();
    let all: Vec<Sequence> = list(dir.path())
        .unwrap()
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    assert_eq!(all, [9, 3]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn two_snapshots_and_the_log_since_the_older_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let names = |extension| -> Vec<Sequence> {
        let all = disk::list_numbered(dir.path(), extension).unwrap();
        all.into_iter().map(|(sequence, _)| sequence).collect()
    };
    for first in [1, 4, 7, 10, 13] {
        fs::write(disk::numbered(dir.path(), first, "log"), "").unwrap();
    }
    written(dir.path(), 3);
    prune(dir.path(), dir.path()).unwrap();
    assert_eq!(
        names("log"),
        [1, 4, 7, 10, 13],
        "one alone has nothing to fall back on"
    );
    written(dir.path(), 8);
    prune(dir.path(), dir.path()).unwrap();
    assert_eq!(
        (names("snap"), names("log")),
        (vec![3, 8], vec![4, 7, 10, 13])
    );
    written(dir.path(), 12);
    prune(dir.path(), dir.path()).unwrap();
    assert_eq!(
        (names("snap"), names("log")),
        (vec![8, 12], vec![7, 10, 13])
    );
}
