//! How fast a key may be used.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::domain::Timestamp;

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(60);

/// Counts the requests of one key in the current minute.
#[derive(Debug, Default)]
pub struct Counter {
    /// The minute since the epoch, times 2^32, plus the count: both change at once.
    state: AtomicU64,
}

/// What is left of the current minute, as the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many requests a minute has; `None` for any number.
    pub limit: Option<u32>,
    /// How many are left.
    pub remaining: u32,
    /// Seconds until the next minute begins.
    pub reset: u64,
}

impl Counter {
    /// Counts a request at `now`. `Err` if it is one too many.
    pub fn count(&self, limit: Option<u32>, now: Timestamp) -> Result<Window, Window> {
        let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
        let reset = WINDOW.as_secs() - seconds % WINDOW.as_secs();
        let Some(most) = limit else {
            return Ok(Window {
                limit,
                remaining: u32::MAX,
                reset,
            });
        };
        let minute = seconds / WINDOW.as_secs();
        let next = |state: u64| {
            let (of, count) = (state >> 32, state & u64::from(u32::MAX));
            let count = if of == minute {
                (count + 1).min(u64::from(u32::MAX))
            } else {
                1
            };
            Some(minute << 32 | count)
        };
        let before = self
            .state
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .unwrap_or_else(|state| state);
        let count = next(before).map_or(1, |state| state & u64::from(u32::MAX));
        let remaining = u64::from(most).saturating_sub(count);
        let window = Window {
            limit,
            remaining: u32::try_from(remaining).unwrap_or(0),
            reset,
        };
        if count > u64::from(most) {
            Err(window)
        } else {
            Ok(window)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_minute_has_so_many_requests_and_the_next_one_again() {
        let counter = Counter::default();
        let count = |seconds| counter.count(Some(2), at(seconds));
        assert_eq!(
            count(60),
            Ok(Window {
                limit: Some(2),
                remaining: 1,
                reset: 60
            })
        );
        assert_eq!(
            count(90),
            Ok(Window {
                limit: Some(2),
                remaining: 0,
                reset: 30
            })
        );
        assert_eq!(
            count(119),
            Err(Window {
                limit: Some(2),
                remaining: 0,
                reset: 1
            })
        );
        assert!(count(120).is_ok());
    }

    #[test]
    fn without_a_limit_nothing_is_too_many() {
        let counter = Counter::default();
        assert!((0..10).all(|_| counter.count(None, at(0)).is_ok()));
    }

    #[test]
    fn two_threads_never_get_more_than_the_limit() {
        let counter = Counter::default();
        let passed: usize = std::thread::scope(|scope| {
            let run = || {
                (0..1000)
                    .filter(|_| counter.count(Some(700), at(0)).is_ok())
                    .count()
            };
            let threads = [scope.spawn(run), scope.spawn(run)];
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(passed, 700);
    }
}
