//! The index: what the log comes to, in sled.
//!
//! sled is named here and nowhere else. It is fast to read and bounded in memory, but it answers
//! before the disk has it, and there are reports of stores that did not open after an unclean
//! stop. So nothing relies on it: whatever it loses, the log and the snapshots have.
//!
//! Two things are never called: `flush_async`, which deadlocks (sled issue 1308), and `len`, which
//! walks over everything. sled may panic where a file is not what it expects; that is an error here.

mod open;

use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::disk;
use crate::store::keys::{corrupt, printable};
use crate::store::{Pair, Sequence, StoreError, Write};

/// Stands before every key of ours, so that [`APPLIED`] is none of them.
const KEY: u8 = b'k';
/// Where the sequence of the last applied commit is, in the batch that applied it.
const APPLIED: &[u8] = b"applied";

/// An open index.
pub(super) struct Index {
    db: sled::Db,
    dir: PathBuf,
    /// Set once a read has shown that the index is damaged.
    suspect: AtomicBool,
}

/// Why an index is of no use, for people.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable(pub String);

/// An index that was opened, and whether its own snapshot had to be renamed for it.
pub(super) struct OpenedIndex {
    pub index: Index,
    pub snapshot_set_aside: bool,
}

impl Index {
    /// Opens the index in `dir`, or makes one.
    pub fn open(dir: &Path, cache_bytes: u64) -> Result<OpenedIndex, Unusable> {
        disk::create_dir(dir).map_err(|error| Unusable(error.to_string()))?;
        let (db, snapshot_set_aside) = open::open(dir, cache_bytes)?;
        let index = Self {
            db,
            dir: dir.to_owned(),
            suspect: AtomicBool::new(false),
        };
        index.applied_and_ends_are_readable()?;
        Ok(OpenedIndex {
            index,
            snapshot_set_aside,
        })
    }

    /// The sequence of the last applied commit; 0 if there is none.
    pub fn applied(&self) -> Result<Sequence, Unusable> {
        let value = guarded(|| self.db.get(APPLIED)).map_err(unusable)?;
        let Some(value) = value else { return Ok(0) };
        let bytes = value.as_ref().try_into();
        let bytes = bytes.map_err(|_| Unusable("its sequence is no number".to_owned()))?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Makes changes, and has `sequence` for the last applied commit, all at once.
    pub fn apply<'a>(
        &self,
        writes: impl IntoIterator<Item = &'a Write>,
        sequence: Sequence,
    ) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for write in writes {
            match write {
                Write::Put(key, value) => batch.insert(ours(key), value.as_slice()),
                Write::Delete(key) => batch.remove(ours(key)),
            }
        }
        batch.insert(APPLIED, &sequence.to_le_bytes());
        guarded(|| self.db.apply_batch(batch)).map_err(|error| self.failed(APPLIED, error))
    }

    /// The value of `key`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = guarded(|| self.db.get(ours(key)));
        let found = found.map_err(|error| self.failed(key, error))?;
        Ok(found.map(|value| value.to_vec()))
    }

    /// See [`Engine::scan`](crate::store::Engine::scan).
    pub fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.pairs(prefix, after).take(limit).collect()
    }

    /// All pairs whose keys begin with `prefix` and come after `after`, in key order.
    pub fn pairs(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Pair, StoreError>> {
        let mut found = self.range(prefix, after);
        std::iter::from_fn(move || {
            let pair = guarded(|| found.next().transpose());
            match pair.map_err(|error| self.failed(prefix, error)) {
                Ok(pair) => pair.map(|(key, value)| Ok((theirs(&key), value.to_vec()))),
                Err(error) => Some(Err(error)),
            }
        })
        .fuse()
    }

    /// How many keys begin with `prefix`.
    pub fn count(&self, prefix: &[u8]) -> Result<u64, StoreError> {
        let counted = guarded(|| {
            self.range(prefix, None)
                .keys()
                .try_fold(0u64, |count, key| key.map(|_| count + 1))
        });
        counted.map_err(|error| self.failed(prefix, error))
    }

    /// Has sled write what it only remembers. This outlives the process, not the machine.
    pub fn flush(&self) -> Result<(), StoreError> {
        let flushed = guarded(|| self.db.flush());
        flushed.map_err(|error| self.failed(APPLIED, error))?;
        Ok(())
    }

    /// Has everything outlive the machine, too: sled's own flush does not (sled issue 1452).
    pub fn sync(&self) -> Result<(), StoreError> {
        self.flush()?;
        File::open(self.dir.join("db"))?.sync_all()?;
        // Pages of more than 128 KiB have files of their own; sled syncs none of them.
        for blob in fs::read_dir(self.dir.join("blobs"))? {
            File::open(blob?.path())?.sync_all()?;
        }
        File::open(self.dir.join("blobs"))?.sync_all()?;
        disk::sync_parent(&self.dir.join("db"))?;
        Ok(())
    }

    /// Whether the next start is to build another one.
    pub fn is_suspect(dir: &Path) -> bool {
        suspicion(dir).exists()
    }

    /// Forgets the suspicion: the index was replaced.
    pub fn clear_suspicion(dir: &Path) -> io::Result<()> {
        disk::remove_if_there(&suspicion(dir))
    }

    fn range(&self, prefix: &[u8], after: Option<&[u8]>) -> sled::Iter {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(ours(after)),
            _ => Bound::Included(ours(prefix)),
        };
        let from_key = match &from {
            Bound::Excluded(key) | Bound::Included(key) => key.clone(),
            Bound::Unbounded => Vec::new(),
        };
        // sled takes a range that ends before it begins for a mistake.
        let end = end_of(&ours(prefix)).max(from_key);
        self.db.range((from, Bound::Excluded(end)))
    }

    fn applied_and_ends_are_readable(&self) -> Result<(), Unusable> {
        let applied = self.applied()?;
        let first = guarded(|| self.db.first()).map_err(unusable)?;
        guarded(|| self.db.last()).map_err(unusable)?;
        match first {
            Some(_) if applied == 0 => Err(Unusable("it was never finished".to_owned())),
            _ => Ok(()),
        }
    }

    /// The error, and a note for the next start if the index must be at fault.
    fn failed(&self, key: &[u8], error: sled::Error) -> StoreError {
        let sled::Error::Io(error) = error else {
            if !self.suspect.swap(true, Ordering::Relaxed) {
                tracing::error!(key = printable(key), %error, "the index is damaged; a restart builds it anew");
                disk::create_new(&suspicion(&self.dir)).ok();
            }
            return corrupt(key, error);
        };
        StoreError::Io(error)
    }
}

fn ours(key: &[u8]) -> Vec<u8> {
    let mut ours = Vec::with_capacity(key.len() + 1);
    ours.push(KEY);
    ours.extend_from_slice(key);
    ours
}

fn theirs(key: &[u8]) -> Vec<u8> {
    key.split_first()
        .map(|(_, key)| key.to_vec())
        .unwrap_or_default()
}

/// The first key after all those that begin with `prefix`, which begins with [`KEY`].
fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            break;
        }
    }
    end
}

fn suspicion(dir: &Path) -> PathBuf {
    dir.with_extension("suspect")
}

fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> sled::Result<T> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(sled::Error::ReportableBug("sled panicked".to_owned())))
}

fn unusable(error: sled::Error) -> Unusable {
    Unusable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn open(dir: &Path) -> OpenedIndex {
        Index::open(dir, 1 << 20).unwrap()
    }

    pub(super) fn put(key: &[u8]) -> Write {
        Write::Put(key.to_vec(), b"value".to_vec())
    }

    #[test]
    fn what_was_applied_is_remembered_with_its_sequence() {
        let dir = tempfile::tempdir().unwrap();
        let index = open(dir.path()).index;
        assert_eq!(index.applied(), Ok(0));
        index.apply(&[put(b"a"), put(b"")], 7).unwrap();
        index.sync().unwrap();
        drop(index);
        let index = open(dir.path()).index;
        assert_eq!(index.applied(), Ok(7));
        assert_eq!(index.count(b"").unwrap(), 2);
        assert_eq!(index.get(b"").unwrap().as_deref(), Some(&b"value"[..]));
    }

    #[test]
    fn an_index_that_is_none_is_an_error_and_no_panic() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("conf"), "this is no configuration").unwrap();
        assert!(Index::open(dir.path(), 1 << 20).is_err());
    }
}
