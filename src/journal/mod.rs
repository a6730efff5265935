//! Events in, events out: what happened, kept apart from what is.
//!
//! - [`Recorder`]: takes events from everywhere; it never waits and never fails.
//! - [`event`]: what is written down, and [`mask`]: what of a request is not.
//! - [`writer`]: the thread that appends events to [`segment`]s, files of lines.
//! - [`read`]: pages of events, the newest first, with a [`Filter`]; one event; those to come.
//! - [`rollup`]: calls, errors and [`times`] added up, for the overview.
//! - [`retention`]: how long and how much is kept.
//! - [`Usage`]: when a key or a connection was last used.
//!
//! **Why files and not the store:** `docs/decisions/journal.md`.

mod audit;
mod event;
mod filter;
pub mod mask;
mod read;
mod recorder;
mod retention;
mod rollup;
mod segment;
mod times;
mod usage;
mod webhooks;
mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{Semaphore, broadcast, watch};

pub use audit::{
    Audit, AuditFilter, Broken, Deed, Entry as AuditEntry, Head, Object, Place as AuditPlace,
    Record,
};
pub use event::{
    Detail, Entry, Event, Header, InvalidPosition, Kind, Named, Outcome, Phase, PhaseName, Position,
};
pub use filter::{Filter, Status};
pub use read::{Heard, Listener, Page};
pub use recorder::Recorder;
pub use retention::Keep;
pub use rollup::{Overview, Range, Sum};
pub use usage::Usage;
pub use webhooks::{
    Delivery, DeliveryState, EVENTS, SIGNATURE, Webhook, WebhookChange, WebhookError, Webhooks,
    signature,
};

use crate::domain::{Clock, Environment};
use crate::telemetry::Metrics;
use recorder::Queue;
use retention::Retention;
use rollup::Rollup;
use writer::{Ring, Writer};

/// A listener may be so many events behind before it misses some.
const BEHIND: usize = 1024;
/// So many read in files at once.
const READERS: usize = 2;

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether anything is written down.
    pub enabled: bool,
    /// Where; only in memory if nowhere.
    pub folder: Option<PathBuf>,
    /// How long and how much is kept.
    pub keep: Keep,
}

/// An event that has just been written.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its id.
    pub id: Position,
    /// What happened.
    pub event: Event,
}

/// The journal of an instance.
pub struct Journal {
    inner: Arc<Inner>,
    queue: Arc<Queue>,
    recorder: Recorder,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the journal's threads and its readers share.
struct Inner {
    folder: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    ring: Mutex<Ring>,
    rollup: Mutex<Rollup>,
    /// Whether everything of earlier runs is in the sums.
    is_counted: AtomicBool,
    /// The newest segment, from now on or from earlier.
    newest: AtomicI64,
    is_closing: AtomicBool,
    live: broadcast::Sender<Arc<Told>>,
    ended: watch::Sender<bool>,
    readers: Arc<Semaphore>,
}

impl Journal {
    /// Opens the journal. Whatever is wrong with its folder, there is one: it says what is wrong,
    /// and keeps nothing.
    pub fn open(settings: Settings, metrics: &Arc<Metrics>, clock: &Arc<dyn Clock>) -> Self {
        let folder = settings.folder.filter(|_| settings.enabled);
        let earlier = folder.as_deref().map(segment::all);
        let earlier = earlier.and_then(Result::ok).unwrap_or_default();
        let inner = Arc::new(Inner {
            folder,
            clock: Arc::clone(clock),
            retention: Retention::new(settings.keep),
            ring: Mutex::default(),
            rollup: Mutex::default(),
            is_counted: AtomicBool::new(false),
            newest: AtomicI64::new(earlier.last().copied().unwrap_or(0)),
            is_closing: AtomicBool::new(false),
            live: broadcast::Sender::new(BEHIND),
            ended: watch::Sender::new(false),
            readers: Arc::new(Semaphore::new(READERS)),
        });
        let queue = Queue::new(Arc::clone(metrics));
        let mut journal = Self {
            recorder: Recorder::off(),
            inner,
            queue,
            threads: Mutex::default(),
        };
        if settings.enabled {
            journal.start(earlier);
        }
        journal
    }

    fn start(&mut self, earlier: Vec<i64>) {
        let (writer, queue) = (
            Writer::new(Arc::clone(&self.inner)),
            Arc::clone(&self.queue),
        );
        let counted = Arc::clone(&self.inner);
        let writing = spawn("journal", move || writer.run(&queue));
        let counting = spawn("journal-sums", move || counted.count_again(&earlier));
        let threads = writing.and_then(|writing| Ok(vec![writing, counting?]));
        match threads {
            Ok(threads) => {
                self.threads = Mutex::new(threads);
                self.recorder = Recorder::new(Arc::clone(&self.queue));
            }
            Err(error) => {
                tracing::error!(%error, "the journal's threads could not be started; nothing is recorded");
            }
        }
    }

    /// Takes events.
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// What the overview of `environment` draws.
    pub fn overview(&self, environment: Environment, range: Range) -> Overview {
        let rollup = self.inner.rollup.lock();
        let rollup = rollup.unwrap_or_else(PoisonError::into_inner);
        rollup.overview(environment, range, self.inner.clock.now())
    }

    /// How long and how much is kept.
    pub fn keep(&self) -> Keep {
        self.inner.retention.keep()
    }

    /// Keeps so long and so much from now on.
    pub fn keep_only(&self, keep: Keep) {
        self.inner.retention.set(keep);
    }

    /// Deletes what is kept no longer.
    pub fn retain(&self) {
        self.inner.retain();
    }

    /// Ends what listeners hear.
    pub fn end_listening(&self) {
        self.inner.ended.send_replace(true);
    }

    /// Writes down what waits, and takes no more.
    pub fn close(&self) {
        self.end_listening();
        self.inner
            .is_closing
            .store(true, std::sync::atomic::Ordering::Relaxed);
        self.queue.stop();
        let threads = self.threads.lock();
        let threads = std::mem::take(&mut *threads.unwrap_or_else(PoisonError::into_inner));
        // Sums first: the writer saves them when it ends.
        for thread in threads.into_iter().rev() {
            let _ = thread.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.close();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

#[cfg(test)]
mod tests;
