//! The embedded engine: a log that is the truth, and an index that is fast.
//!
//! A commit is appended to the log, with those that wait beside it; one sync makes them durable,
//! then they are applied to the index and answered. Reads go to the index. At a start the index
//! gets what it lacks from the log; an index that is of no use is built anew from a snapshot and
//! the log. `docs/reliability.md` says what is promised.
//!
//! **Why** a log of our own beside sled: sled answers before the disk has it, its flush does not
//! survive a power cut, and there are open reports of stores that do not open after an unclean
//! stop. A log is little code that can be tested to the last byte, and many commits share its sync.

mod codec;
mod committer;
mod disk;
mod facts;
mod folder;
mod group;
mod index;
mod log;
mod mend;
mod opened;
mod plan;
mod rebuild;
mod record;
mod recover;
mod segment;
mod snapshot;
mod snapshots;

#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use self::committer::{Command, Committer, Shared};
use self::disk::{Disk, RealDisk};
pub use self::facts::Facts;
use self::group::{Request, Verdict};
pub use self::opened::{OpenError, Opened, Step};
use super::{Batch, Commit, Engine, Pair, Sequence, StoreError, Watcher};

/// How many commits may wait. Whoever comes then is held until there is room, a group's time.
const QUEUE: usize = 4_096;

/// How an embedded engine does what it does.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many bytes of memory the index may use for its pages. It uses more: this is a wish.
    pub cache_bytes: u64,
    /// After how many bytes of log a snapshot is written, at least.
    pub snapshot_after: u64,
    /// How many bytes a file of the log has before another is begun.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 16 << 20,
            snapshot_after: 64 << 20,
            segment_bytes: 16 << 20,
        }
    }
}

/// Keys and values in a folder that this process has to itself.
///
/// Dropping it stops it as [`EmbeddedEngine::shutdown`] does.
pub struct EmbeddedEngine {
    shared: Arc<Shared>,
    commands: SyncSender<Command>,
    committer: Mutex<Option<JoinHandle<()>>>,
}

impl EmbeddedEngine {
    /// Opens the store in `dir`, which is made if it is not there, and says what it found.
    ///
    /// This may take long: building an index anew takes about 25 µs for each record of 1 KiB.
    pub fn open(dir: &Path, options: &Options) -> Result<(Self, Opened), OpenError> {
        Self::open_on(Arc::new(RealDisk), dir, options)
    }

    fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: &Options,
    ) -> Result<(Self, Opened), OpenError> {
        let ready = recover::open(Arc::clone(&disk), dir, options)?;
        let shared = Arc::new(ready.shared);
        let (commands, queue) = sync_channel(QUEUE);
        let committer = Committer {
            shared: Arc::clone(&shared),
            disk,
            log: ready.log,
            commands: queue,
            snapshots: ready.snapshots,
            unflushed: 0,
            held: None,
            stopped: false,
        };
        let thread = thread::Builder::new().name("committer".to_owned());
        let thread = thread.spawn(move || committer.run());
        let thread = thread.map_err(|error| OpenError::io(dir, error))?;
        let engine = Self {
            shared,
            commands,
            committer: Mutex::new(Some(thread)),
        };
        Ok((engine, ready.opened))
    }

    /// Finishes what is under way, writes everything to disk and takes no commits from then on.
    ///
    /// It blocks while it does so. Reads go on; the folder is free once the engine is dropped.
    pub fn shutdown(&self) {
        let committer = self.committer.lock();
        let committer = committer.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(committer) = committer {
            self.commands.send(Command::Stop).ok();
            // One that panicked has said so, and has left the folder for the next start to mend.
            committer.join().ok();
        }
    }

    /// The last commit there is.
    pub fn last_sequence(&self) -> Sequence {
        self.shared.last.load(Ordering::SeqCst)
    }

    /// Whether commits are refused until a restart.
    pub fn is_read_only(&self) -> bool {
        self.shared.read_only.load(Ordering::Relaxed)
    }

    fn enqueue(&self, batch: Batch) -> Result<Answer, StoreError> {
        if group::size(&batch) > record::MAX_PAYLOAD {
            let limit = record::MAX_PAYLOAD >> 20;
            let error = format!("a commit of more than {limit} MiB");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error).into());
        }
        let (answer, verdict) = oneshot::channel();
        let request = Request { batch, answer };
        let sent = self.commands.send(Command::Commit(request));
        sent.map_err(|_| StoreError::ReadOnly)?;
        Ok(verdict)
    }
}

type Answer = oneshot::Receiver<Verdict>;

impl Engine for EmbeddedEngine {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.shared.index.get(key)
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.shared.index.scan(prefix, after, limit)
    }

    fn count(&self, prefix: &[u8]) -> Result<u64, StoreError> {
        self.shared.index.count(prefix)
    }

    fn commit(&self, batch: Batch) -> Commit {
        let enqueued = self.enqueue(batch);
        // A committer that is gone answers nobody.
        Box::pin(async move { enqueued?.await.unwrap_or(Err(StoreError::ReadOnly)) })
    }

    fn watch(&self, watcher: Watcher) {
        let watchers = self.shared.watchers.write();
        watchers
            .unwrap_or_else(PoisonError::into_inner)
            .push(watcher);
    }
}

impl Drop for EmbeddedEngine {
    fn drop(&mut self) {
        self.shutdown();
    }
}
