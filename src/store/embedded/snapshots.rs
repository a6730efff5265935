//! When snapshots are written, and the thread that writes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use super::committer::Shared;
use super::disk::Disk;
use super::snapshot;
use crate::store::{Pair, Sequence, StoreError};

/// The snapshots of a running store.
///
/// One is due when the log since the last has grown by `after` bytes and by the size of that
/// snapshot: so writing them costs at most as much as writing the log.
pub(super) struct Snapshots {
    after: u64,
    log_bytes: u64,
    last_bytes: Arc<AtomicU64>,
    stopping: Arc<AtomicBool>,
    writing: Option<JoinHandle<()>>,
}

/// So often a snapshot's writer asks whether it should stop, and whether there is room.
const ASK_EVERY: usize = 1_024;

impl Snapshots {
    /// `log_bytes` were committed since the last snapshot, which has `last_bytes`.
    pub fn new(after: u64, log_bytes: u64, last_bytes: u64) -> Self {
        Self {
            after,
            log_bytes,
            last_bytes: Arc::new(AtomicU64::new(last_bytes)),
            stopping: Arc::default(),
            writing: None,
        }
    }

    /// So many bytes were committed.
    pub fn note(&mut self, bytes: u64) {
        self.log_bytes += bytes;
    }

    /// Whether one should be written now.
    pub fn is_due(&self) -> bool {
        let due = self.after.max(self.last_bytes.load(Ordering::Relaxed));
        let is_writing = self
            .writing
            .as_ref()
            .is_some_and(|writer| !writer.is_finished());
        self.log_bytes >= due && !is_writing
    }

    /// Waits for as many commits again before the next.
    pub fn put_off(&mut self) {
        self.log_bytes = 0;
    }

    /// Writes one, beginning with the state at `sequence`, while commits go on.
    pub fn begin(&mut self, shared: &Arc<Shared>, disk: &Arc<dyn Disk>, sequence: Sequence) {
        self.log_bytes = 0;
        let (shared, disk) = (Arc::clone(shared), Arc::clone(disk));
        let (stopping, last_bytes) = (Arc::clone(&self.stopping), Arc::clone(&self.last_bytes));
        let write = move || match write(&shared, disk.as_ref(), &stopping, sequence) {
            Ok(bytes) => {
                last_bytes.store(bytes, Ordering::Relaxed);
                tracing::info!(sequence, bytes, "wrote a snapshot");
            }
            Err(_) if stopping.load(Ordering::Relaxed) => {}
            Err(error) => tracing::warn!(%error, "no snapshot could be written; the log goes on"),
        };
        let writer = thread::Builder::new().name("snapshot".to_owned());
        self.writing = writer.spawn(write).ok();
    }

    /// Has the writer stop. What it had written is removed.
    pub fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(writer) = self.writing.take() {
            writer.join().ok();
        }
    }
}

fn write(
    shared: &Shared,
    disk: &dyn Disk,
    stopping: &AtomicBool,
    sequence: Sequence,
) -> Result<u64, StoreError> {
    let folder = &shared.folder;
    let may_go_on = |at: usize| -> Result<(), StoreError> {
        if stopping.load(Ordering::Relaxed) {
            return Err(StoreError::ReadOnly);
        }
        // What a snapshot may not take away is what commits need.
        match at.is_multiple_of(ASK_EVERY)
            && disk
                .room(&folder.snapshots)
                .is_ok_and(|room| room < 1 << 20)
        {
            true => Err(StoreError::Full),
            false => Ok(()),
        }
    };
    let pairs = shared.index.pairs(b"", None).enumerate();
    let pairs = pairs.map(|(at, pair)| -> Result<Pair, StoreError> {
        may_go_on(at)?;
        pair
    });
    let until = || shared.last.load(Ordering::SeqCst);
    let bytes = snapshot::write(&folder.snapshots, sequence, pairs, until)?;
    snapshot::prune(&folder.snapshots, &folder.log)?;
    Ok(bytes)
}
