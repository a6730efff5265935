//! The one thread that writes.
//!
//! It takes all commits that wait, decides which of them may happen, appends those to the log,
//! syncs once, applies them to the index, tells the watchers and answers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::disk::Disk;
use super::folder::Folder;
use super::group::{Request, Verdict, accepted, decide, encode, size};
use super::index::Index;
use super::log::{AppendError, Log};
use super::plan::GROUP_BYTES;
use super::snapshots::Snapshots;
use crate::store::{StoreError, Watcher};

/// How many commits share a sync, at most.
const GROUP_COMMITS: usize = 1_024;
/// When nothing was committed for so long, sled writes what it only remembers.
const IDLE: Duration = Duration::from_millis(100);
/// And whenever so many bytes were committed.
const FLUSH_AFTER: usize = 1 << 20;

/// What readers and the committer share.
pub(super) struct Shared {
    // Before the folder, so that it is closed when another process gets in.
    pub index: Index,
    pub folder: Folder,
    pub watchers: RwLock<Vec<Watcher>>,
    /// Set for good once the disk has failed.
    pub read_only: AtomicBool,
    /// The last commit that is in the log. It is set before the commit can be read.
    pub last: AtomicU64,
}

/// What the committer is asked.
pub(super) enum Command {
    Commit(Request),
    /// Finish what came before this, and stop.
    Stop,
}

/// The thread's own.
pub(super) struct Committer {
    pub shared: Arc<Shared>,
    pub disk: Arc<dyn Disk>,
    pub log: Log,
    pub commands: Receiver<Command>,
    pub snapshots: Snapshots,
    /// Bytes that sled may not have written yet.
    pub unflushed: usize,
    /// One that came while a group was gathered and did not fit into it.
    pub held: Option<Request>,
    pub stopped: bool,
}

impl Committer {
    /// Commits until it is told to stop, or nobody is left who could ask.
    pub fn run(mut self) {
        while let Some(first) = self.wait() {
            let group = self.gather(first);
            self.commit(group);
            self.keep_house();
        }
        self.finish();
    }

    fn wait(&mut self) -> Option<Request> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        if self.stopped {
            return None;
        }
        if self.unflushed > 0 {
            match self.commands.recv_timeout(IDLE) {
                Err(RecvTimeoutError::Timeout) => self.flush_index(),
                Ok(Command::Commit(request)) => return Some(request),
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        match self.commands.recv() {
            Ok(Command::Commit(request)) => Some(request),
            Ok(Command::Stop) | Err(_) => None,
        }
    }

    /// All that wait, up to [`GROUP_BYTES`]: what a torn append leaves behind is no longer than
    /// that, or is a single commit.
    fn gather(&mut self, first: Request) -> Vec<Request> {
        let mut bytes = size(&first.batch);
        let mut group = vec![first];
        while group.len() < GROUP_COMMITS {
            match self.commands.try_recv() {
                Ok(Command::Commit(request)) => {
                    bytes += size(&request.batch);
                    if bytes > GROUP_BYTES {
                        self.held = Some(request);
                        break;
                    }
                    group.push(request);
                }
                Ok(Command::Stop) => {
                    self.stopped = true;
                    break;
                }
                Err(_) => break,
            }
        }
        group
    }

    /// Every request of `group` is answered, and only once what the answer says is so.
    fn commit(&mut self, group: Vec<Request>) {
        let verdicts = match self.try_commit(&group) {
            Ok(verdicts) => verdicts,
            Err(refusal) => group.iter().map(|_| Err(refusal.error())).collect(),
        };
        for (request, verdict) in group.into_iter().zip(verdicts) {
            // Nobody may be waiting any more; it happened all the same.
            request.answer.send(verdict).ok();
        }
    }

    fn try_commit(&mut self, group: &[Request]) -> Result<Vec<Verdict>, Refusal> {
        if self.shared.read_only.load(Ordering::Relaxed) {
            return Err(Refusal::ReadOnly);
        }
        let before = self.shared.last.load(Ordering::Relaxed);
        self.look_for_room(group)?;
        let made_way = self.log.make_way(before + 1);
        made_way.map_err(|error| self.refuse(error))?;

        let verdicts = decide(&self.shared.index, group, before);
        let records = encode(&self.log, group, &verdicts);
        if records.is_empty() {
            return Ok(verdicts);
        }
        let appended = self.log.append(&records);
        appended.map_err(|error| self.refuse(error))?;
        self.unflushed += records.len();
        self.snapshots.note(records.len() as u64);
        self.publish(group, &verdicts)?;
        Ok(verdicts)
    }

    /// The disk is asked before it is full: see [`Disk::room`].
    fn look_for_room(&self, group: &[Request]) -> Result<(), Refusal> {
        let needed: usize = group.iter().map(|request| size(&request.batch)).sum();
        let room = self.disk.room(&self.shared.folder.log);
        // A disk that doesn't say is tried.
        match room.unwrap_or(u64::MAX) < needed as u64 {
            true => Err(Refusal::Full),
            false => Ok(()),
        }
    }

    /// What is in the log becomes what is read.
    fn publish(&self, group: &[Request], verdicts: &[Verdict]) -> Result<(), Refusal> {
        let Some(last) = accepted(group, verdicts)
            .map(|(sequence, _)| sequence)
            .last()
        else {
            return Ok(());
        };
        self.shared.last.store(last, Ordering::SeqCst);
        let writes = accepted(group, verdicts).flat_map(|(_, batch)| &batch.writes);
        if let Err(error) = self.shared.index.apply(writes, last) {
            // The commits are safe, but can't be read before a restart replays them.
            tracing::error!(%error, "the index takes no changes; no commits until a restart");
            self.shared.read_only.store(true, Ordering::Relaxed);
            return Err(Refusal::ReadOnly);
        }
        let watchers = self.shared.watchers.read();
        let watchers = watchers.unwrap_or_else(PoisonError::into_inner);
        for (_, batch) in accepted(group, verdicts) {
            for watcher in watchers.iter() {
                watcher(&batch.writes);
            }
        }
        Ok(())
    }

    /// What follows from a failed append.
    fn refuse(&self, error: AppendError) -> Refusal {
        match error {
            AppendError::Full => Refusal::Full,
            AppendError::Broken(error) => {
                tracing::error!(%error, "the disk failed; no commits until a restart");
                self.shared.read_only.store(true, Ordering::Relaxed);
                Refusal::ReadOnly
            }
        }
    }

    fn keep_house(&mut self) {
        if self.unflushed >= FLUSH_AFTER {
            self.flush_index();
        }
        if self.snapshots.is_due() {
            self.begin_snapshot();
        }
    }

    /// Not for the log's sake, which is synced: should the log's end be damaged after a crash,
    /// the index has what was there.
    fn flush_index(&mut self) {
        self.unflushed = 0;
        if let Err(error) = self.shared.index.flush() {
            tracing::warn!(%error, "the index could not be flushed");
        }
    }

    fn begin_snapshot(&mut self) {
        let last = self.shared.last.load(Ordering::Relaxed);
        // The log is cut in whole segments: one begins where the snapshot will end.
        match self.log.rotate(last + 1) {
            Ok(()) => {
                self.flush_index();
                self.snapshots.begin(&self.shared, &self.disk, last);
            }
            Err(error) => {
                self.refuse(error);
                self.snapshots.put_off();
            }
        }
    }

    fn finish(mut self) {
        self.snapshots.stop();
        if self.shared.read_only.load(Ordering::Relaxed) {
            return;
        }
        let synced = self.shared.index.sync();
        let marked = synced.and_then(|()| Ok(self.shared.folder.mark_clean()?));
        if let Err(error) = marked {
            tracing::warn!(%error, "the store did not stop cleanly; the next start replays the log");
        }
    }
}

/// Why a whole group did not happen.
enum Refusal {
    Full,
    ReadOnly,
}

impl Refusal {
    fn error(&self) -> StoreError {
        match self {
            Self::Full => StoreError::Full,
            Self::ReadOnly => StoreError::ReadOnly,
        }
    }
}
