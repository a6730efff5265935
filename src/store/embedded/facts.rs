//! What an operator wants to know about a running store.

use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::{EmbeddedEngine, disk};
use crate::domain::Timestamp;
use crate::store::Sequence;

/// How a store stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What its folder takes of the disk.
    pub bytes: u64,
    /// When the newest snapshot was finished.
    pub last_snapshot_at: Option<Timestamp>,
    /// How many commits there have been.
    pub commits: Sequence,
    /// Whether commits are refused until a restart.
    pub is_read_only: bool,
}

impl EmbeddedEngine {
    /// How it stands now. It looks at every file of the folder.
    pub fn facts(&self) -> io::Result<Facts> {
        let folder = &self.shared.folder;
        let snapshots = disk::list_numbered(&folder.snapshots, "snap")?;
        let newest = snapshots.last().map(|(_, path)| finished(path));
        Ok(Facts {
            bytes: size(&folder.root)?,
            last_snapshot_at: newest.transpose()?,
            commits: self.last_sequence(),
            is_read_only: self.is_read_only(),
        })
    }
}

fn finished(path: &Path) -> io::Result<Timestamp> {
    let modified = fs::metadata(path)?.modified()?;
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_micros(0).plus(since))
}

/// The bytes of all files in and below `folder`. One that is removed meanwhile counts nothing.
fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(meta) = entry.metadata() else { continue };
        bytes += match meta.is_dir() {
            true => size(&entry.path()).unwrap_or(0),
            false => meta.len(),
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::wait;
    use crate::store::embedded::Options;
    use crate::store::{Batch, Engine, Write};

    #[test]
    fn a_store_knows_how_much_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) = EmbeddedEngine::open(folder.path(), &Options::default()).unwrap();
        let before = engine.facts().unwrap();
        let mut batch = Batch::default();
        batch
            .writes
            .push(Write::Put(b"k".to_vec(), vec![7; 10_000]));
        wait(engine.commit(batch)).unwrap();
        let after = engine.facts().unwrap();
        assert_eq!(after.commits, before.commits + 1);
        assert!(after.bytes >= before.bytes + 10_000);
        assert!(!after.is_read_only && after.last_snapshot_at.is_none());
    }
}
