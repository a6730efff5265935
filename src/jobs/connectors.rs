//! Reading the operator's folder of connectors again when something in it has changed.
//!
//! **Why by looking, not by being told:** a folder mounted into a container from another host
//! sends no notifications. Looking at a few files every two seconds costs nothing.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::catalog::{Catalogue, Problem};

type Fingerprint = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Notices changes of a folder.
pub struct FolderWatch {
    folder: PathBuf,
    seen: Mutex<Fingerprint>,
}

impl FolderWatch {
    /// Watches `folder` from now on.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            seen: Mutex::new(fingerprint(folder)),
        }
    }

    /// Whether something has changed since the last time this was asked.
    pub fn has_changed(&self) -> bool {
        let now = fingerprint(&self.folder);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *seen != now;
        *seen = now;
        changed
    }
}

/// Says in the log what a reading of the catalogue brought.
pub fn report(catalogue: &Catalogue, problems: &[Problem]) {
    let now = catalogue.now();
    for problem in problems {
        tracing::error!(path = %problem.file, error = %problem.what, "a connector's descriptor is wrong");
    }
    tracing::info!(
        connectors = now.connectors.len(),
        actions = now.action_count(),
        "the catalogue is read"
    );
}

fn fingerprint(folder: &Path) -> Fingerprint {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Fingerprint = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            // What the file says of itself, not a link to it: editors and mounts replace links.
            let meta = std::fs::metadata(entry.path()).ok()?;
            Some((entry.path(), meta.modified().ok(), meta.len()))
        })
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_noticed_once() {
        let folder = tempfile::tempdir().unwrap();
        let watch = FolderWatch::new(folder.path());
        assert!(!watch.has_changed());
        std::fs::write(folder.path().join("a.toml"), "x").unwrap();
        assert!(watch.has_changed());
        assert!(!watch.has_changed());
        std::fs::remove_file(folder.path().join("a.toml")).unwrap();
        assert!(watch.has_changed());
    }
}
