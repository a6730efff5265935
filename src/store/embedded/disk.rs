//! Files and folders, as a store needs them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::store::Sequence;

/// What stays free on the disk, in bytes, for the index: it writes later than the log, and where
/// the log only has to be cut back, the index would be lost. On small disks a sixteenth.
const RESERVE: u64 = 8 << 20;

/// What the log asks of a disk. A trait because disks must be seen to fail in tests.
pub(super) trait Disk: Send + Sync {
    /// Makes a file with `content`. Once this returns, file and folder survive a power cut.
    fn create(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn LogFile>>;

    /// Opens a file for appending.
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;

    /// How many bytes are left for us on the disk of the folder `dir`.
    fn room(&self, dir: &Path) -> io::Result<u64>;
}

/// A file that is appended to.
pub(super) trait LogFile: Send {
    /// Writes `bytes` at `offset`, which is the end.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Returns once all that was written survives a power cut.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts off what is behind `len`.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
}

/// The disk that there is.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn LogFile>> {
        let file = create_new(path)?;
        let written = (&file).write_all(content).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| sync_parent(path)) {
            // Half a file would stand in the way of the next attempt.
            fs::remove_file(path).ok();
            return Err(error);
        }
        Ok(Box::new(file))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(OpenOptions::new().write(true).open(path)?))
    }

    fn room(&self, dir: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(dir)?;
        if stat.f_blocks == 0 {
            // A file system without a size, or one that doesn't say.
            return Ok(u64::MAX);
        }
        let reserve = RESERVE.min(stat.f_blocks.saturating_mul(stat.f_frsize) / 16);
        let left = stat.f_bavail.saturating_mul(stat.f_frsize);
        Ok(left.saturating_sub(reserve))
    }
}

impl LogFile for File {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// Whether the error says that there is no room.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// Makes a folder that only we may look into, and those above it, if they are not there.
pub(super) fn create_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    sync_parent(path)
}

/// Makes a file that only we may read and that was not there.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Writes a small file so that a crash leaves the old content or the new.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let half = path.with_extension("tmp");
    remove_if_there(&half)?;
    let file = create_new(&half)?;
    (&file).write_all(content)?;
    file.sync_all()?;
    rename(&half, path)
}

/// Renames, durably.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_parent(to)
}

/// Removes a file, or finds that there is none.
pub(super) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// Has what was made, renamed or removed in the folder of `path` survive a power cut.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(dir) if dir != Path::new("") => File::open(dir)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Moves `path` out of the way, to `{path}.bad-{n}` or so, and says where it is now.
pub(super) fn set_aside(path: &Path, word: &str) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let free = (1u32..)
        .map(|n| path.with_file_name(format!("{name}.{word}-{n}")))
        .find(|to| !to.exists())
        .ok_or(io::ErrorKind::AlreadyExists)?;
    rename(path, &free)?;
    Ok(free)
}

/// `{dir}/{sequence, 20 digits}.{extension}`: names sort as sequences do.
pub(super) fn numbered(dir: &Path, sequence: Sequence, extension: &str) -> PathBuf {
    dir.join(format!("{sequence:020}.{extension}"))
}

/// The files of [`numbered`] names in `dir`, by sequence.
pub(super) fn list_numbered(dir: &Path, extension: &str) -> io::Result<Vec<(Sequence, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let sequence = stem
            .filter(|stem| stem.len() == 20)
            .and_then(|stem| stem.parse().ok());
        if let Some(sequence) = sequence
            && path.extension().is_some_and(|other| other == extension)
        {
            found.push((sequence, path));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
pub(super) mod faulty;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_we_may_look() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        create_dir(&folder).unwrap();
        RealDisk.create(&folder.join("f"), b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("f")), 0o600);
    }

    #[test]
    fn what_is_set_aside_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index");
        for n in 1..4 {
            fs::create_dir(&path).unwrap();
            let to = set_aside(&path, "bad").unwrap();
            assert_eq!(to, dir.path().join(format!("index.bad-{n}")));
        }
    }

    #[test]
    fn only_numbered_files_are_listed_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "00000000000000000010.log",
            "00000000000000000009.log",
            "9.log",
            "00000000000000000001.cut",
        ] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let found = list_numbered(dir.path(), "log").unwrap();
        assert_eq!(found.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [9, 10]);
    }

    #[test]
    fn there_is_room_here() {
        assert!(RealDisk.room(Path::new("/")).unwrap() > 0);
    }
}
