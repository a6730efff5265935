//! One refresh at a time for a connection, owned by the server.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::{Key, Outcome};
use crate::domain::Timestamp;
use crate::store::{SharedEngine, Table};
use crate::telemetry::Metrics;

/// Nobody waits longer than this for somebody's refresh: a bit more than a provider may take.
const PATIENCE: Duration = Duration::from_secs(35);
/// A provider's 401 leads to at most one refresh in so long.
const REFUSED_ONCE_IN: Duration = Duration::from_secs(60);
/// So many connections are remembered as having been answered 401.
const MAX_REFUSED: usize = 10_000;

type Running = HashMap<Key, watch::Receiver<Option<Outcome>>>;

/// The refreshes under way.
pub struct Refreshing {
    runtime: Handle,
    metrics: Arc<Metrics>,
    running: Arc<Mutex<Running>>,
    is_closing: AtomicBool,
    /// How many other tasks of the server's own are under way.
    tasks: watch::Sender<usize>,
    refused: Mutex<HashMap<Key, Timestamp>>,
}

impl Refreshing {
    /// None yet. They are going to run on `runtime`, whoever asks for them.
    pub fn new(runtime: Handle, metrics: Arc<Metrics>) -> Self {
        Self {
            runtime,
            metrics,
            running: Arc::default(),
            is_closing: AtomicBool::new(false),
            tasks: watch::channel(0).0,
            refused: Mutex::default(),
        }
    }

    /// When refreshes were begun whose outcome is not written yet.
    pub fn attempts(&self, engine: &SharedEngine) -> Table<Timestamp> {
        Table::new(SharedEngine::clone(engine), "refresh-attempt")
    }

    /// Counts an outcome.
    pub fn count(&self, outcome: &'static str) {
        self.metrics.token_refreshed(outcome);
    }

    /// Waits for the refresh of `key` that is under way, or for `task`, which then is the one.
    pub async fn join(
        &self,
        key: Key,
        task: impl Future<Output = Outcome> + Send + 'static,
    ) -> Option<Outcome> {
        Self::wait(self.start(key, task)?).await
    }

    /// Waits for `outcome`, but not for ever.
    pub async fn wait(mut outcome: watch::Receiver<Option<Outcome>>) -> Option<Outcome> {
        let waited = tokio::time::timeout(PATIENCE, outcome.wait_for(Option::is_some));
        waited.await.ok()?.ok()?.clone()
    }

    /// Begins `task` unless a refresh of `key` is under way. Nothing once the program is stopping.
    pub fn start(
        &self,
        key: Key,
        task: impl Future<Output = Outcome> + Send + 'static,
    ) -> Option<watch::Receiver<Option<Outcome>>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match running.entry(key) {
            Entry::Occupied(slot) => return Some(slot.get().clone()),
            Entry::Vacant(slot) => slot,
        };
        if self.is_closing.load(Ordering::Relaxed) {
            return None;
        }
        let (sender, receiver) = watch::channel(None);
        slot.insert(receiver.clone());
        let leave = Leave {
            key,
            running: Arc::clone(&self.running),
        };
        self.runtime.spawn(async move {
            let outcome = task.await;
            // First out of the map: whoever comes from now on sees what was written.
            drop(leave);
            sender.send_replace(Some(outcome));
        });
        Some(receiver)
    }

    /// The refresh of `key` that is under way.
    pub fn under_way(&self, key: Key) -> Option<watch::Receiver<Option<Outcome>>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&key).cloned()
    }

    /// Runs `task` on the server's own behalf: whoever asked for it may leave.
    pub fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.tasks.send_modify(|count| *count += 1);
        let done = Done(self.tasks.clone());
        self.runtime.spawn(async move {
            let _done = done;
            task.await
        })
    }

    /// Whether the program is stopping.
    pub fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }

    /// Takes no new ones from now on.
    pub fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }

    /// Takes no new ones, and waits for those under way, and for the other tasks.
    pub async fn finish(&self) {
        self.close();
        let left: Vec<_> = {
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.values().cloned().collect()
        };
        let all = async {
            for mut outcome in left {
                let _ = outcome.wait_for(Option::is_some).await;
            }
            let _ = self.tasks.subscribe().wait_for(|count| *count == 0).await;
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::error!(
                "a provider or the disk takes too long; what it would have brought is lost"
            );
        }
    }

    /// Whether a 401 at `now` is to lead to a refresh. Once, for a while: a provider may say 401
    /// for other reasons than an old token.
    pub fn may_follow_refusal(&self, key: Key, now: Timestamp) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        // A time to come is one that was noted before the clock was set back.
        let is_recent = |at: &Timestamp| *at <= now && now.since(*at) < REFUSED_ONCE_IN;
        if refused.len() >= MAX_REFUSED {
            refused.retain(|_, at| is_recent(at));
        }
        let is_recent = refused.get(&key).is_some_and(is_recent);
        if !is_recent && refused.len() < MAX_REFUSED {
            refused.insert(key, now);
        }
        !is_recent
    }
}

/// Counts a task as done, also when it panics.
struct Done(watch::Sender<usize>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Takes a refresh out of the map, also when it panics.
struct Leave {
    key: Key,
    running: Arc<Mutex<Running>>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.key);
    }
}
