//! The thread that writes: batches of lines, appended to the newest segment.
//!
//! **Why no sync:** what happened is not what is. A crash of the machine may forget the last
//! seconds; a crash of the program, those that had not been handed to the system: 20 ms.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::event::{Entry, Position};
use super::recorder::Queue;
use super::segment::{create, file_of, make_folder, write_line};
use super::{Inner, Told};
use crate::domain::Timestamp;

/// A segment is as long as this at the most, give or take a batch.
const SEGMENT_BYTES: u64 = 16 << 20;
/// A segment is written to for so long.
const SEGMENT_TIME: Duration = Duration::from_secs(60 * 60);
/// After an error nothing is tried for so long.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// What stays free on the disk, in bytes: the store must not lose its room to the journal. On small
/// disks an eighth.
const RESERVE: u64 = 64 << 20;
/// So many events are kept where there are no files.
const IN_MEMORY: usize = 5000;

/// Events where there are no files, the oldest first.
#[derive(Default)]
pub(super) struct Ring {
    entries: VecDeque<(Position, Entry)>,
    next: u64,
}

impl Ring {
    fn put(&mut self, entry: Entry) -> Position {
        let position = Position {
            segment: 0,
            offset: self.next,
        };
        self.next += 1;
        if self.entries.len() >= IN_MEMORY {
            self.entries.pop_front();
        }
        self.entries.push_back((position, entry));
        position
    }

    /// Those before a place, the newest first.
    pub fn before(&self, place: Option<Position>) -> impl Iterator<Item = &(Position, Entry)> {
        let newest_first = self.entries.iter().rev();
        newest_first.filter(move |(position, _)| place.is_none_or(|place| *position < place))
    }
}

/// The segment that is written to.
struct Open {
    file: File,
    segment: i64,
    length: u64,
    began: Timestamp,
}

/// The end of the journal that is written to.
pub(super) struct Writer {
    inner: Arc<Inner>,
    open: Option<Open>,
    /// Since when nothing can be written.
    trouble: Option<Timestamp>,
    lines: Vec<u8>,
}

impl Writer {
    pub fn new(inner: Arc<Inner>) -> Self {
        Self {
            inner,
            open: None,
            trouble: None,
            lines: Vec::new(),
        }
    }

    /// Writes what comes out of `queue` until that ends.
    pub fn run(mut self, queue: &Queue) {
        let mut taken = Vec::new();
        while queue.take(&mut taken) {
            let entries = taken.drain(..).map(|make| make()).collect();
            self.write(entries);
        }
        self.close();
    }

    fn write(&mut self, entries: Vec<Entry>) {
        let now = self.inner.clock.now();
        {
            let mut rollup = self
                .inner
                .rollup
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            for entry in &entries {
                rollup.add(&entry.event, now);
            }
        }
        let inner = Arc::clone(&self.inner);
        let positions = match &inner.folder {
            Some(folder) => self.append(folder, &entries, now),
            None => {
                let mut ring = inner.ring.lock().unwrap_or_else(PoisonError::into_inner);
                entries
                    .iter()
                    .map(|entry| ring.put(entry.clone()))
                    .collect()
            }
        };
        if inner.live.receiver_count() == 0 {
            return;
        }
        for (entry, id) in entries.into_iter().zip(positions) {
            let event = entry.event;
            // Nobody listening any more is no failure.
            let _ = inner.live.send(Arc::new(Told { id, event }));
        }
    }

    /// Appends `entries`, and says where each stands. Those that could not be written stand nowhere.
    fn append(&mut self, folder: &Path, entries: &[Entry], now: Timestamp) -> Vec<Position> {
        self.lines.clear();
        let mut offsets = Vec::with_capacity(entries.len());
        for entry in entries {
            offsets.push(self.lines.len() as u64);
            write_line(&mut self.lines, entry);
        }
        let (segment, base) = match self.try_append(folder, now) {
            Ok(place) => place,
            Err(error) => {
                self.note(folder, error, now);
                (0, 0)
            }
        };
        let position = |offset| Position {
            segment,
            offset: base + offset,
        };
        offsets.into_iter().map(position).collect()
    }

    fn try_append(
        &mut self,
        folder: &Path,
        now: Timestamp,
    ) -> Result<(i64, u64), Option<io::Error>> {
        if self
            .trouble
            .is_some_and(|since| now.since(since) < TRY_AGAIN)
        {
            return Err(None);
        }
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.is_full(&self.inner, now))
        {
            self.finish_segment();
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => self.begin_segment(folder, now)?,
        };
        let open = self.open.insert(open);
        if !has_room(folder)? {
            return Err(Some(io::ErrorKind::StorageFull.into()));
        }
        let base = open.length;
        if let Err(error) = open.file.write_all(&self.lines) {
            // Half a line at the end of a segment that is left alone harms nobody.
            let _ = open.file.set_len(base);
            self.open = None;
            return Err(Some(error));
        }
        open.length += self.lines.len() as u64;
        let place = (open.segment, base);
        if self.trouble.take().is_some() {
            tracing::info!("the journal is written again");
        }
        Ok(place)
    }

    fn begin_segment(&self, folder: &Path, now: Timestamp) -> io::Result<Open> {
        make_folder(folder)?;
        let newest = self.inner.newest.load(Ordering::Relaxed);
        let segment = now.micros().max(newest + 1);
        let file = create(&file_of(folder, segment))?;
        self.inner.newest.store(segment, Ordering::Relaxed);
        Ok(Open {
            file,
            segment,
            length: 0,
            began: now,
        })
    }

    /// Says once that nothing can be written, and drops what was to be.
    fn note(&mut self, folder: &Path, error: Option<io::Error>, now: Timestamp) {
        let Some(error) = error else {
            return;
        };
        if self.trouble.replace(now).is_none() {
            tracing::error!(
                path = %folder.display(), error = %error,
                "the journal cannot be written: what happens is not recorded until it can; requests are served as ever"
            );
        }
    }

    fn finish_segment(&mut self) {
        if let Some(open) = self.open.take() {
            self.inner.save_sums(open.segment);
            self.inner.retain();
        }
    }

    fn close(&mut self) {
        let newest = self.inner.newest.load(Ordering::Relaxed);
        self.open = None;
        self.inner.save_sums(newest);
    }
}

impl Open {
    fn is_full(&self, inner: &Inner, now: Timestamp) -> bool {
        self.length >= inner.segment_bytes() || now.since(self.began) >= SEGMENT_TIME
    }
}

impl Inner {
    /// Small journals have small segments, or else there would be nothing to delete.
    fn segment_bytes(&self) -> u64 {
        let most = self.retention.bytes();
        (most / 16).clamp(64 << 10, SEGMENT_BYTES)
    }

    /// Saves the sums, in which everything up to the segment `covered` is counted.
    fn save_sums(&self, covered: i64) {
        let Some(folder) = &self.folder else {
            return;
        };
        // Before, what is in the file would be lost.
        if !self.is_counted.load(Ordering::Acquire) {
            return;
        }
        let sums = {
            let rollup = self.rollup.lock().unwrap_or_else(PoisonError::into_inner);
            rollup.save(covered)
        };
        if let Err(error) = replace(&sums_file(folder), &sums) {
            // They are counted again from the segments at the next start.
            tracing::warn!(path = %folder.display(), %error, "the journal's sums were not saved");
        }
    }
}

/// Where the sums are kept.
pub(super) fn sums_file(folder: &Path) -> PathBuf {
    folder.join("sums.json")
}

/// Writes a small file so that a crash leaves the old content or the new.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let half = path.with_extension("tmp");
    match fs::remove_file(&half) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create(&half)?;
    file.write_all(content)?;
    fs::rename(&half, path)
}

/// Whether the disk has room for more than the store needs.
fn has_room(folder: &Path) -> io::Result<bool> {
    let stat = rustix::fs::statvfs(folder)?;
    // A file system without a size, or one that doesn't say.
    if stat.f_blocks == 0 {
        return Ok(true);
    }
    let reserve = RESERVE.min(stat.f_blocks.saturating_mul(stat.f_frsize) / 8);
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize) > reserve)
}
