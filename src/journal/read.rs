//! Reading what was written down.
//!
//! **Why a page may have few rows:** no page reads more than [`MOST_READ`] bytes. A filter that
//! fits nothing would otherwise have one request read a gigabyte; now the caller decides whether to
//! go on.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, watch};

use super::event::{Entry, Event, Position};
use super::filter::Filter;
use super::rollup::Rollup;
use super::segment::{self, Backwards, file_of, is_of, line_at, read_head, read_whole};
use super::writer::sums_file;
use super::{Inner, Journal, Told};
use crate::domain::{Environment, Timestamp};

/// One page reads no more, in bytes, give or take a line.
const MOST_READ: u64 = 64 << 20;
/// What opening a segment counts as.
const OPENING: u64 = 16 << 10;
/// Events stand nearly in order: at most so much later than others that were over before.
const DISORDER: Duration = Duration::from_secs(60);

/// Some events, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The events with their ids.
    pub rows: Vec<(Position, Event)>,
    /// From where on there may be more.
    pub next: Option<Position>,
}

/// Hears of events as they happen.
pub struct Listener {
    environment: Environment,
    filter: Filter,
    live: broadcast::Receiver<Arc<Told>>,
    ended: watch::Receiver<bool>,
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum Heard {
    /// This has happened.
    Event(Arc<Told>),
    /// So much has happened that so many events could not be told.
    Missed(u64),
    /// There is nothing more to come.
    End,
}

impl Journal {
    /// At most `limit` events of `environment` that fit `filter`, before the place `before`.
    ///
    /// # Errors
    /// If the disk cannot be read.
    pub async fn page(
        &self,
        environment: Environment,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> io::Result<Page> {
        let look = Look {
            environment,
            filter,
            before,
            limit,
        };
        self.apart(move |inner| inner.page(&look)).await
    }

    /// The event `id` of `environment`.
    ///
    /// # Errors
    /// If the disk cannot be read.
    pub async fn entry(&self, environment: Environment, id: Position) -> io::Result<Option<Entry>> {
        self.apart(move |inner| inner.entry(environment, id)).await
    }

    /// Hears of the events of `environment` that fit `filter`, from now on.
    pub fn listen(&self, environment: Environment, filter: Filter) -> Listener {
        Listener {
            environment,
            filter,
            live: self.inner.live.subscribe(),
            ended: self.inner.ended.subscribe(),
        }
    }

    /// Reads files where that holds up nobody: a few at a time.
    async fn apart<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Inner) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let permit = Arc::clone(&self.inner.readers).acquire_owned().await;
        let permit = permit.map_err(io::Error::other)?;
        let inner = Arc::clone(&self.inner);
        let reading = tokio::task::spawn_blocking(move || {
            // Held also if whoever asked has left.
            let _permit = permit;
            read(&inner)
        });
        reading.await.map_err(io::Error::other)?
    }
}

impl Listener {
    /// What comes next.
    pub async fn next(&mut self) -> Heard {
        loop {
            let heard = tokio::select! {
                biased;
                _ = self.ended.wait_for(|ended| *ended) => return Heard::End,
                heard = self.live.recv() => heard,
            };
            match heard {
                Ok(told) => {
                    let event = &told.event;
                    if event.environment == self.environment && self.filter.fits(event) {
                        return Heard::Event(told);
                    }
                }
                Err(broadcast::error::RecvError::Lagged(missed)) => return Heard::Missed(missed),
                Err(broadcast::error::RecvError::Closed) => return Heard::End,
            }
        }
    }
}

/// What a page is to have.
struct Look {
    environment: Environment,
    filter: Filter,
    before: Option<Position>,
    limit: usize,
}

impl Inner {
    fn page(&self, look: &Look) -> io::Result<Page> {
        match &self.folder {
            Some(folder) => look.in_folder(folder),
            None => {
                let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
                let fitting = ring.before(look.before).filter(|(_, entry)| {
                    let event = &entry.event;
                    event.environment == look.environment && look.filter.fits(event)
                });
                let rows: Vec<_> = fitting
                    .take(look.limit)
                    .map(|(position, entry)| (*position, entry.event.clone()))
                    .collect();
                let is_full = rows.len() == look.limit;
                let next = rows.last().map(|(position, _)| *position);
                Ok(Page {
                    next: next.filter(|_| is_full),
                    rows,
                })
            }
        }
    }

    fn entry(&self, environment: Environment, id: Position) -> io::Result<Option<Entry>> {
        let Some(folder) = &self.folder else {
            let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
            let found = ring.before(None).find(|(position, _)| *position == id);
            let found = found.map(|(_, entry)| entry.clone());
            return Ok(found.filter(|entry| entry.event.environment == environment));
        };
        let Some(file) = open(folder, id.segment)? else {
            return Ok(None);
        };
        let line = line_at(&file, id.offset)?;
        let line = line.filter(|line| is_of(line, environment));
        Ok(line.as_deref().and_then(read_whole))
    }

    /// Counts again what earlier runs have written down since they last saved their sums.
    pub(super) fn count_again(&self, earlier: &[i64]) {
        let Some(folder) = &self.folder else {
            self.is_counted.store(true, Ordering::Release);
            return;
        };
        let now = self.clock.now();
        let saved = std::fs::read(sums_file(folder)).unwrap_or_default();
        let (mut rollup, covered) = Rollup::load(&saved, now).unwrap_or((Rollup::default(), -1));
        for segment in earlier.iter().filter(|segment| **segment > covered) {
            let each = |line: &[u8]| {
                if let Some(event) = read_head(line) {
                    rollup.add(&event, now);
                }
                !self.is_closing.load(Ordering::Relaxed)
            };
            match segment::forwards(&file_of(folder, *segment), each) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(path = %folder.display(), %error, "a part of the journal cannot be read; the overview lacks it");
                }
                _ => {}
            }
        }
        if self.is_closing.load(Ordering::Relaxed) {
            return;
        }
        let mut live = self.rollup.lock().unwrap_or_else(PoisonError::into_inner);
        live.merge(&rollup, now);
        self.is_counted.store(true, Ordering::Release);
    }
}

impl Look {
    fn in_folder(&self, folder: &Path) -> io::Result<Page> {
        let mut page = Page::default();
        let mut room = MOST_READ;
        let mut segments = match segment::all(folder) {
            // Nothing was written yet, or something is in the way and nothing can be.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Vec::new()
            }
            segments => segments?,
        };
        let begun_later = |segment: &i64, time: Timestamp| *segment > time.plus(DISORDER).micros();
        segments.retain(|segment| {
            self.before.is_none_or(|before| *segment <= before.segment)
                && self.filter.to.is_none_or(|to| !begun_later(segment, to))
        });
        for segment in segments.into_iter().rev() {
            let Some(file) = open(folder, segment)? else {
                continue;
            };
            let end = self.before.filter(|before| before.segment == segment);
            let lines = Backwards::new(file, end.map(|before| before.offset))?;
            room = room.saturating_sub(OPENING);
            if !self.in_segment(lines, segment, &mut room, &mut page)? {
                break;
            }
        }
        Ok(page)
    }

    /// Puts what fits into `page`; false if that is the end of it.
    fn in_segment(
        &self,
        mut lines: Backwards,
        segment: i64,
        room: &mut u64,
        page: &mut Page,
    ) -> io::Result<bool> {
        while let Some((offset, line)) = lines.previous()? {
            let position = Position { segment, offset };
            *room = room.saturating_sub(line.len() as u64);
            if is_of(line, self.environment)
                && let Some(event) = read_head(line)
            {
                if self
                    .filter
                    .from
                    .is_some_and(|from| event.at.plus(DISORDER) < from)
                {
                    return Ok(false);
                }
                if self.filter.fits(&event) {
                    page.rows.push((position, event));
                }
            }
            if page.rows.len() >= self.limit || *room == 0 {
                page.next = Some(position);
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A segment's file; nothing if it is gone.
fn open(folder: &Path, segment: i64) -> io::Result<Option<File>> {
    match File::open(file_of(folder, segment)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        file => file.map(Some),
    }
}
