//! The data folder: what is where, whose it is, and how it was left.
//!
//! ```text
//! LOCK         held by the process that uses the folder
//! format       the version of all this
//! running      there while a process runs: the boot of the machine that it runs in
//! log/         what was committed: the truth
//! snapshots/   the state now and then, so that the log can be cut
//! index/       what the log comes to; can be built anew
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{OpenError, disk};

/// The only version of the folder there is.
const FORMAT: u32 = 1;

/// A data folder that is ours until this is dropped.
pub(super) struct Folder {
    pub root: PathBuf,
    pub log: PathBuf,
    pub snapshots: PathBuf,
    pub index: PathBuf,
    /// Where an index is built before it becomes the index.
    pub new_index: PathBuf,
    /// How the last process left it.
    pub last_stop: Stop,
    _lock: File,
}

/// How a process left its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Clean,
    /// It was killed. What it had written is there.
    Unclean,
    /// The machine went down under it. Only what it had synced is there.
    MachineWentDown,
}

impl Folder {
    /// Takes the folder `root`, which is made if it is not there.
    pub fn enter(root: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::io(root, error);
        disk::create_dir(root).map_err(failed)?;
        let lock = lock(root)?;
        check_format(root)?;
        let folder = Self {
            root: root.to_owned(),
            log: root.join("log"),
            snapshots: root.join("snapshots"),
            index: root.join("index"),
            new_index: root.join("index.new"),
            last_stop: last_stop(root).map_err(failed)?,
            _lock: lock,
        };
        for dir in [&folder.log, &folder.snapshots] {
            disk::create_dir(dir).map_err(|error| OpenError::io(dir, error))?;
        }
        Ok(folder)
    }

    /// Notes that a process runs. From here on a stop is unclean unless it says otherwise.
    pub fn mark_running(&self) -> io::Result<()> {
        disk::replace(&running(&self.root), boot().as_bytes())
    }

    /// Notes that all is on disk. Nothing may be written afterwards.
    pub fn mark_clean(&self) -> io::Result<()> {
        disk::remove_if_there(&running(&self.root))?;
        disk::sync_parent(&running(&self.root))
    }
}

fn lock(root: &Path) -> Result<File, OpenError> {
    let path = root.join("LOCK");
    let mut options = OpenOptions::new();
    let opened = options.write(true).create(true).truncate(false).mode(0o600);
    let file = opened
        .open(&path)
        .map_err(|error| OpenError::io(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(root.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::io(&path, error)),
    }
}

fn check_format(root: &Path) -> Result<(), OpenError> {
    let path = root.join("format");
    let found = match fs::read(&path) {
        Ok(text) => std::str::from_utf8(&text)
            .ok()
            .and_then(|text| text.trim().parse().ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(OpenError::io(&path, error)),
    };
    match found {
        Some(FORMAT) => Ok(()),
        Some(found) if found > FORMAT => Err(OpenError::Newer {
            found,
            supported: FORMAT,
        }),
        // A new folder, or a lost stamp: the log and the snapshots have versions of their own.
        _ => disk::replace(&path, format!("{FORMAT}\n").as_bytes())
            .map_err(|error| OpenError::io(&path, error)),
    }
}

fn last_stop(root: &Path) -> io::Result<Stop> {
    match fs::read(running(root)) {
        Ok(then) if then == boot().as_bytes() => Ok(Stop::Unclean),
        Ok(_) => Ok(Stop::MachineWentDown),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stop::Clean),
        Err(error) => Err(error),
    }
}

fn running(root: &Path) -> PathBuf {
    root.join("running")
}

/// What differs from one boot of the machine to the next. Where it can't be known, a machine that
/// went down looks like a process that was killed.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_processs_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::enter(dir.path()).unwrap();
        let error = Folder::enter(dir.path()).err().unwrap();
        assert!(matches!(error, OpenError::InUse(_)), "{error}");
        drop(first);
        Folder::enter(dir.path()).unwrap();
    }

    #[test]
    fn a_newer_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("format"), "2\n").unwrap();
        let error = Folder::enter(dir.path()).err().unwrap();
        assert!(matches!(
            error,
            OpenError::Newer {
                found: 2,
                supported: 1
            }
        ));
    }

    #[test]
    fn it_is_known_how_the_last_process_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let stop = || Folder::enter(dir.path()).unwrap().last_stop;
        assert_eq!(stop(), Stop::Clean);
        Folder::enter(dir.path()).unwrap().mark_running().unwrap();
        assert_eq!(stop(), Stop::Unclean);
        fs::write(dir.path().join("running"), "another boot").unwrap();
        assert_eq!(stop(), Stop::MachineWentDown);
        Folder::enter(dir.path()).unwrap().mark_clean().unwrap();
        assert_eq!(stop(), Stop::Clean);
    }
}
