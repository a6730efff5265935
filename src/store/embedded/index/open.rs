//! Getting sled to open.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Unusable, guarded, unusable};

/// How often, and how long in between, a lock that a killed process still holds is tried.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Opens sled in `dir`, and says whether its own snapshot had to be renamed for it.
pub(super) fn open(dir: &Path, cache_bytes: u64) -> Result<(sled::Db, bool), Unusable> {
    remove_half_written_snapshots(dir).map_err(|error| Unusable(error.to_string()))?;
    let first = match open_unlocked(dir, cache_bytes) {
        Ok(db) => return Ok((db, false)),
        Err(first) => first,
    };
    match rename_snapshots(dir) {
        Ok(true) => Ok((open_unlocked(dir, cache_bytes)?, true)),
        _ => Err(first),
    }
}

fn open_unlocked(dir: &Path, cache_bytes: u64) -> Result<sled::Db, Unusable> {
    let config = sled::Config::new()
        .path(dir)
        .cache_capacity(cache_bytes)
        .flush_every_ms(None);
    for _ in 1..LOCK_TRIES {
        match guarded(|| config.open()) {
            Err(sled::Error::Io(error)) if is_locked(&error) => pause(),
            outcome => return outcome.map_err(unusable),
        }
    }
    guarded(|| config.open()).map_err(unusable)
}

fn is_locked(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || error.to_string().contains("could not acquire lock")
}

#[expect(
    clippy::disallowed_methods,
    reason = "sled has no way to wait for its lock"
)]
fn pause() {
    std::thread::sleep(LOCK_PAUSE);
}

/// sled reads them in place of whole ones, and then doesn't open.
fn remove_half_written_snapshots(dir: &Path) -> io::Result<()> {
    for path in snapshots(dir)? {
        if path
            .extension()
            .is_some_and(|extension| extension == "generating")
        {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Without a snapshot of its own sled reads all it has.
fn rename_snapshots(dir: &Path) -> io::Result<bool> {
    let all = snapshots(dir)?;
    for path in &all {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        fs::rename(path, path.with_file_name(format!("aside-{name}")))?;
    }
    Ok(!all.is_empty())
}

fn snapshots(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{open, put};
    use super::*;

    #[test]
    fn half_a_snapshot_of_sled_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let index = open(dir.path()).index;
        index.apply(&[put(b"a")], 1).unwrap();
        drop(index);
        let half = dir.path().join("snap.FFFFFFFFFFFFFFF0.generating");
        fs::write(&half, "half").unwrap();
        assert_eq!(open(dir.path()).index.applied(), Ok(1));
        assert!(!half.exists());
    }

    #[test]
    fn a_bad_snapshot_of_sled_is_renamed() {
        let dir = tempfile::tempdir().unwrap();
        let index = open(dir.path()).index;
        index.apply(&[put(b"a")], 1).unwrap();
        drop(index);
        drop(open(dir.path()));
        for path in snapshots(dir.path()).unwrap() {
            fs::write(path, "bad").unwrap();
        }
        fs::write(dir.path().join("snap.FFFFFFFFFFFFFFF0"), "bad").unwrap();
        let opened = open(dir.path());
        assert!(opened.snapshot_set_aside);
        assert_eq!(opened.index.applied(), Ok(1));
    }
}
