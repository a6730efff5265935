//! Writing the log.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::{self, Disk, LogFile};
use super::record::{self, Header, RECORDS_AT};
use crate::store::Sequence;

/// The end of the log, where commits are appended.
pub(super) struct Log {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    file: Box<dyn LogFile>,
    salt: u64,
    /// Where the next record goes: all before it is whole.
    len: u64,
    /// A segment that has grown to this many bytes is followed by another.
    segment_bytes: u64,
}

/// Why an append did not happen.
#[derive(Debug)]
pub(super) enum AppendError {
    /// There is no room. The log is as it was.
    Full,
    /// The disk failed, and what it holds now is not known.
    Broken(io::Error),
}

/// A segment to go on with.
pub(super) struct End {
    pub path: PathBuf,
    pub salt: u64,
    pub len: u64,
}

impl Log {
    /// Begins the segment that starts with `first`.
    pub fn create(
        disk: Arc<dyn Disk>,
        dir: &Path,
        first: Sequence,
        segment_bytes: u64,
    ) -> io::Result<Self> {
        let (file, salt) = new_segment(disk.as_ref(), dir, first)?;
        Ok(Self {
            disk,
            dir: dir.to_owned(),
            file,
            salt,
            len: RECORDS_AT as u64,
            segment_bytes,
        })
    }

    /// Goes on at the end of a whole segment.
    pub fn resume(
        disk: Arc<dyn Disk>,
        dir: &Path,
        end: &End,
        segment_bytes: u64,
    ) -> io::Result<Self> {
        Ok(Self {
            file: disk.open(&end.path)?,
            disk,
            dir: dir.to_owned(),
            salt: end.salt,
            len: end.len,
            segment_bytes,
        })
    }

    /// Begins another segment, to start with `next`, if this one is large enough.
    pub fn make_way(&mut self, next: Sequence) -> Result<(), AppendError> {
        if self.len < self.segment_bytes {
            return Ok(());
        }
        self.rotate(next)
    }

    /// Begins another segment, to start with `next`, unless this one is empty.
    pub fn rotate(&mut self, next: Sequence) -> Result<(), AppendError> {
        if self.len == RECORDS_AT as u64 {
            return Ok(());
        }
        let made = new_segment(self.disk.as_ref(), &self.dir, next);
        (self.file, self.salt) = made.map_err(AppendError::from)?;
        self.len = RECORDS_AT as u64;
        Ok(())
    }

    /// Adds a record for the current segment to `group`.
    pub fn encode(&self, group: &mut Vec<u8>, sequence: Sequence, payload: &[u8]) {
        record::push(group, self.salt, sequence, payload);
    }

    /// Appends encoded records and returns once they survive a power cut.
    pub fn append(&mut self, group: &[u8]) -> Result<(), AppendError> {
        if let Err(error) = self.file.write_at(group, self.len) {
            // What was written in part must not be there when the next group comes.
            self.file.truncate(self.len).map_err(AppendError::Broken)?;
            return Err(error.into());
        }
        // After a failed fsync the kernel may have dropped the pages it could not write and
        // called them clean: a second one that succeeds proves nothing. So there is none; what
        // the disk holds is found out by the next start, which reads it.
        self.file.sync().map_err(AppendError::Broken)?;
        self.len += group.len() as u64;
        Ok(())
    }
}

impl From<io::Error> for AppendError {
    fn from(error: io::Error) -> Self {
        match disk::is_full(&error) {
            true => Self::Full,
            false => Self::Broken(error),
        }
    }
}

fn new_segment(
    disk: &dyn Disk,
    dir: &Path,
    first: Sequence,
) -> io::Result<(Box<dyn LogFile>, u64)> {
    let (salt, _) = uuid::Uuid::new_v4().as_u64_pair();
    let header = Header {
        version: record::VERSION,
        first,
        salt,
    };
    let path = disk::numbered(dir, first, "log");
    Ok((disk.create(&path, &header.to_bytes())?, salt))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::super::disk::faulty::FaultyDisk;
    use super::super::segment::{Run, Segment, survey};
    use super::*;

    fn append(log: &mut Log, sequences: impl IntoIterator<Item = u64>) -> Result<(), AppendError> {
        let mut group = vec![];
        for sequence in sequences {
            log.encode(&mut group, sequence, b"payload");
        }
        log.append(&group)
    }

    fn segment(dir: &Path, first: u64) -> Segment {
        survey(&disk::numbered(dir, first, "log"), first).unwrap()
    }

    #[test]
    fn what_is_appended_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let disk: Arc<dyn Disk> = Arc::new(disk::RealDisk);
        let mut log = Log::create(Arc::clone(&disk), dir.path(), 1, 1_000).unwrap();
        append(&mut log, 1..=3).unwrap();
        let end = segment(dir.path(), 1);
        let end = End {
            path: end.path,
            salt: end.salt.unwrap(),
            len: end.len,
        };
        let mut log = Log::resume(disk, dir.path(), &end, 1_000).unwrap();
        append(&mut log, 4..=5).unwrap();
        assert_eq!(segment(dir.path(), 1).runs, [Run { from: 1, to: 5 }]);
    }

    #[test]
    fn a_large_segment_is_followed_by_another() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::create(Arc::new(disk::RealDisk), dir.path(), 1, 100).unwrap();
        for sequence in 1..=4 {
            log.make_way(sequence).unwrap();
            append(&mut log, [sequence]).unwrap();
        }
        assert_eq!(segment(dir.path(), 1).runs, [Run { from: 1, to: 2 }]);
        assert_eq!(segment(dir.path(), 3).runs, [Run { from: 3, to: 4 }]);
    }

    #[test]
    fn a_full_disk_leaves_the_log_whole_and_usable() {
        let dir = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::new();
        let mut log = Log::create(Arc::new(disk.clone()), dir.path(), 1, 1_000).unwrap();
        append(&mut log, [1]).unwrap();
        disk.left.store(10, Ordering::SeqCst);
        let full = append(&mut log, [2, 3]);
        assert!(matches!(full, Err(AppendError::Full)), "{full:?}");
        assert!(segment(dir.path(), 1).damage.is_none());

        disk.left.store(u64::MAX, Ordering::SeqCst);
        append(&mut log, [2]).unwrap();
        assert_eq!(segment(dir.path(), 1).runs, [Run { from: 1, to: 2 }]);
    }

    #[test]
    fn a_failed_sync_and_a_failed_repair_are_for_good() {
        let dir = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::new();
        let mut log = Log::create(Arc::new(disk.clone()), dir.path(), 1, 1_000).unwrap();
        disk.sync_fails.store(true, Ordering::SeqCst);
        assert!(matches!(append(&mut log, [1]), Err(AppendError::Broken(_))));
        disk.left.store(10, Ordering::SeqCst);
        disk.truncate_fails.store(true, Ordering::SeqCst);
        assert!(matches!(append(&mut log, [1]), Err(AppendError::Broken(_))));
    }
}
