//! How long and how much is kept: whole segments are deleted, the oldest first.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Inner;
use super::segment::{all, file_of};
use crate::domain::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// For so many days.
    pub days: u64,
    /// So many megabytes (of 2^20 bytes).
    pub megabytes: u64,
}

/// The same, as it is now.
pub(super) struct Retention {
    days: AtomicU64,
    megabytes: AtomicU64,
}

impl Retention {
    pub fn new(keep: Keep) -> Self {
        Self {
            days: AtomicU64::new(keep.days),
            megabytes: AtomicU64::new(keep.megabytes),
        }
    }

    pub fn keep(&self) -> Keep {
        Keep {
            days: self.days.load(Ordering::Relaxed),
            megabytes: self.megabytes.load(Ordering::Relaxed),
        }
    }

    pub fn set(&self, keep: Keep) {
        self.days.store(keep.days, Ordering::Relaxed);
        self.megabytes.store(keep.megabytes, Ordering::Relaxed);
    }

    pub fn bytes(&self) -> u64 {
        self.keep().megabytes.saturating_mul(1 << 20)
    }
}

impl Inner {
    /// Deletes what is kept no longer. What cannot be deleted now is tried again the next time.
    pub(super) fn retain(&self) {
        let Some(folder) = &self.folder else {
            return;
        };
        let (keep, now) = (self.retention.keep(), self.clock.now());
        let newest = self.newest.load(Ordering::Relaxed);
        for segment in surplus(folder, keep, newest, now).unwrap_or_default() {
            match fs::remove_file(file_of(folder, segment)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(path = %folder.display(), %error, "a part of the journal that is kept no longer cannot be deleted");
                    return;
                }
                _ => {}
            }
        }
    }
}

/// The segments that are kept no longer; never the newest one.
fn surplus(folder: &Path, keep: Keep, newest: i64, now: Timestamp) -> io::Result<Vec<i64>> {
    let segments = all(folder)?;
    let mut surplus = Vec::new();
    let mut bytes: u64 = 0;
    // Each ends where the next one begins.
    let mut end = now;
    for segment in segments.into_iter().rev() {
        let length = fs::metadata(file_of(folder, segment)).map_or(0, |file| file.len());
        bytes = bytes.saturating_add(length);
        let days = u32::try_from(keep.days).unwrap_or(u32::MAX);
        let is_old = now.since(end) > DAY.saturating_mul(days);
        let is_much = bytes > keep.megabytes.saturating_mul(1 << 20);
        if segment < newest && (is_old || is_much) {
            surplus.push(segment);
        }
        end = Timestamp::from_micros(segment);
    }
    surplus.reverse();
    Ok(surplus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_by_age_and_by_size_and_the_newest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let day = i64::try_from(DAY.as_micros()).unwrap();
        // Begun on days 10 to 14, a megabyte each.
        for n in 10..15 {
            fs::write(file_of(folder.path(), n * day), vec![b'\n'; 1 << 20]).unwrap();
        }
        let gone = |days, megabytes, today: i64| {
            let (keep, now) = (
                Keep { days, megabytes },
                Timestamp::from_micros(today * day),
            );
            let gone = surplus(folder.path(), keep, 14 * day, now).unwrap();
            gone.iter().map(|segment| segment / day).collect::<Vec<_>>()
        };
        assert!(gone(30, 100, 15).is_empty());
        // The one of day 10 ended on day 11, four days ago.
        assert!(gone(4, 100, 15).is_empty());
        assert_eq!(gone(3, 100, 15), [10]);
        assert_eq!(gone(30, 3, 15), [10, 11]);
        assert_eq!(gone(0, 0, 99), [10, 11, 12, 13]);
    }
}
