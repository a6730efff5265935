//! A disk that fails when told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Disk, LogFile, Path, RealDisk, io};

/// Real files, with faults that can be switched on.
#[derive(Clone)]
pub(in crate::store::embedded) struct FaultyDisk {
    /// Bytes until the disk is full. A write that doesn't fit is done in part, as disks do.
    pub left: Arc<AtomicU64>,
    /// Whether syncs fail.
    pub sync_fails: Arc<AtomicBool>,
    /// Whether a file can't be cut any more.
    pub truncate_fails: Arc<AtomicBool>,
}

struct FaultyFile {
    file: Box<dyn LogFile>,
    disk: FaultyDisk,
}

impl FaultyDisk {
    pub fn new() -> Self {
        Self {
            left: Arc::new(AtomicU64::new(u64::MAX)),
            sync_fails: Arc::default(),
            truncate_fails: Arc::default(),
        }
    }

    fn wrap(&self, file: Box<dyn LogFile>) -> Box<dyn LogFile> {
        Box::new(FaultyFile {
            file,
            disk: self.clone(),
        })
    }
}

impl Disk for FaultyDisk {
    fn create(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn LogFile>> {
        if self.left.load(Ordering::SeqCst) < content.len() as u64 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(self.wrap(RealDisk.create(path, content)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(self.wrap(RealDisk.open(path)?))
    }

    fn room(&self, dir: &Path) -> io::Result<u64> {
        // As a disk that several write to: it seems to have room until the write comes.
        RealDisk.room(dir)
    }
}

impl LogFile for FaultyFile {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let left = self.disk.left.load(Ordering::SeqCst);
        if left < bytes.len() as u64 {
            self.file.write_at(&bytes[..left as usize], offset)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.write_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.disk.sync_fails.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is on fire"));
        }
        self.file.sync()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        if self.disk.truncate_fails.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is on fire"));
        }
        self.file.truncate(len)
    }
}
