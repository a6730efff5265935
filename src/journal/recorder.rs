//! Events on their way into the journal.
//!
//! **Why closures:** a request has better things to do than to write down what became of it. It
//! hands over what it has in its hands anyway, and the journal's own thread makes text of that.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::event::Entry;
use crate::telemetry::Metrics;

/// So many events may wait to be written: a good part of a busy server's second.
const MOST_WAITING: usize = 8192;
/// How long events gather, so that the thread is not woken for each of them.
const GATHER: Duration = Duration::from_millis(20);

/// Makes an entry of what happened.
type Make = Box<dyn FnOnce() -> Entry + Send>;

/// Takes events. It never waits; an event for which there is no room is dropped, and counted.
#[derive(Clone)]
pub struct Recorder(Option<Arc<Queue>>);

/// What waits between those who record and the thread that writes.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    first: Condvar,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Waiting {
    events: Vec<Make>,
    stop: bool,
}

impl Recorder {
    /// Takes nothing.
    pub fn off() -> Self {
        Self(None)
    }

    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Self(Some(queue))
    }

    /// Whether anything is written down at all: if not, nothing need be kept for it.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Writes down what happened, soon.
    pub fn record(&self, make: impl FnOnce() -> Entry + Send + 'static) {
        if let Some(queue) = &self.0 {
            queue.put(Box::new(make));
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Recorder").field(&self.is_on()).finish()
    }
}

impl Queue {
    pub fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self {
            waiting: Mutex::default(),
            first: Condvar::new(),
            metrics,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, make: Make) {
        let mut waiting = self.lock();
        if waiting.stop || waiting.events.len() >= MOST_WAITING {
            drop(waiting);
            self.metrics.journal_dropped();
            return;
        }
        let is_first = waiting.events.is_empty();
        waiting.events.push(make);
        drop(waiting);
        if is_first {
            self.first.notify_one();
        }
    }

    /// Waits for events and puts them into `taken`; false once there are none and none will come.
    pub fn take(&self, taken: &mut Vec<Make>) -> bool {
        let waiting = self
            .first
            .wait_while(self.lock(), |waiting| {
                waiting.events.is_empty() && !waiting.stop
            })
            .unwrap_or_else(PoisonError::into_inner);
        let (mut waiting, _) = self
            .first
            .wait_timeout_while(waiting, GATHER, |waiting| !waiting.stop)
            .unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut waiting.events, taken);
        !(waiting.stop && taken.is_empty())
    }

    /// Takes no more events. Those that wait are still given out.
    pub fn stop(&self) {
        self.lock().stop = true;
        self.first.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Environment, Timestamp};
    use crate::journal::event::{Detail, Event, Kind};
    use crate::telemetry::DroppedLines;

    fn entry() -> Entry {
        let at = Timestamp::from_micros(0);
        Entry {
            event: Event::new(Kind::Refresh, Environment::Test, at, Duration::ZERO),
            detail: Detail::default(),
        }
    }

    #[test]
    fn what_finds_no_room_is_dropped_and_counted_and_nobody_waits() {
        let metrics = Arc::new(Metrics::new(DroppedLines::none()));
        let queue = Queue::new(Arc::clone(&metrics));
        let recorder = Recorder::new(Arc::clone(&queue));
        for _ in 0..MOST_WAITING + 3 {
            recorder.record(entry);
        }
        queue.stop();
        recorder.record(entry);
        let page = metrics.render();
        assert!(
            page.contains("magpie_journal_events_dropped_total 4"),
            "{page}"
        );
        let mut taken = Vec::new();
        assert!(queue.take(&mut taken));
        assert_eq!(taken.len(), MOST_WAITING);
        taken.clear();
        assert!(!queue.take(&mut taken));
    }

    #[test]
    fn a_recorder_that_is_off_makes_nothing() {
        Recorder::off().record(|| unreachable!("nobody wants it"));
    }
}
