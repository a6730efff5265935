//! The engine as a whole: what it promises, and what it survives.

mod faults;
mod ladder;
mod model;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::store::contract::{puts, wait};
use crate::store::{SharedEngine, Write};

/// An engine, and the folder that goes with it.
struct Kept {
    engine: EmbeddedEngine,
    _dir: TempDir,
}

impl Engine for Kept {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.engine.get(key)
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.engine.scan(prefix, after, limit)
    }

    fn count(&self, prefix: &[u8]) -> Result<u64, StoreError> {
        self.engine.count(prefix)
    }

    fn commit(&self, batch: Batch) -> Commit {
        self.engine.commit(batch)
    }

    fn watch(&self, watcher: Watcher) {
        self.engine.watch(watcher);
    }
}

crate::store::contract::holds_for!(|| {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    Arc::new(Kept { engine, _dir: dir })
});

fn options() -> Options {
    Options {
        cache_bytes: 1 << 20,
        ..Options::default()
    }
}

fn open(dir: &Path) -> (EmbeddedEngine, Opened) {
    EmbeddedEngine::open(dir, &options()).unwrap()
}

/// Commits `{prefix}{n}` → `n` for each `n`, one by one.
fn fill(engine: &EmbeddedEngine, numbers: std::ops::Range<u32>) {
    for n in numbers {
        let key = format!("{n:06}");
        wait(engine.commit(puts(&[(key.as_bytes(), n.to_string().as_bytes())]))).unwrap();
    }
}

/// The numbers that are there.
fn filled(engine: &EmbeddedEngine) -> Vec<u32> {
    let pairs = engine.scan(b"", None, usize::MAX).unwrap();
    let number = |(_, value): Pair| String::from_utf8(value).unwrap().parse().unwrap();
    pairs.into_iter().map(number).collect()
}

fn numbers(range: std::ops::Range<u32>) -> Vec<u32> {
    range.collect()
}

/// What a `kill -9` at this moment would leave.
fn killed(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_dir(dir, copy.path());
    copy
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_dir(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target)),
        }
    }
}

/// The files of the log, in order.
fn segments(dir: &Path) -> Vec<PathBuf> {
    let found = disk::list_numbered(&dir.join("log"), "log").unwrap();
    found.into_iter().map(|(_, path)| path).collect()
}

fn last_segment(dir: &Path) -> PathBuf {
    segments(dir).pop().unwrap()
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}
