//! Actions that stay pressed together until somebody asks for them.
//!
//! A catalogue of tens of thousands of actions would be a hundred megabytes in memory, and half a
//! second at every start. So a [`Pack`] knows how many actions there are and where; a chunk of
//! them is unpacked when one is wanted, and the last few chunks are kept.

mod write;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::Read;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use flate2::read::DeflateDecoder;

use super::compile::{action_id_digest, compile_action};
use super::format::ActionDescriptor;
use crate::domain::{Action, ActionId, ActionSource, Platform, path_fits};

pub(super) use write::pack;
use write::{CHUNK, Entry};

/// So many unpacked chunks are kept, a few hundred kilobytes each.
const KEPT: usize = 32;

/// The generated actions of the program itself.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/actions.pack"));

/// The bytes are no pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the packed actions cannot be read")]
pub struct BadPack;

/// Many platforms' actions, pressed together.
pub struct Pack {
    bytes: Cow<'static, [u8]>,
    platforms: Vec<Held>,
    places: Range<usize>,
    unpacked_places: OnceLock<Places>,
    ids: OnceLock<Vec<(u64, u32)>>,
    kept: Mutex<VecDeque<Chunk>>,
}

/// What is held of one platform.
#[derive(Debug)]
struct Held {
    platform: Platform,
    /// The number of its first action, counted through all platforms.
    first: usize,
    actions: usize,
    chunks: Vec<Range<usize>>,
}

/// Methods and paths, as lines.
struct Places {
    text: String,
    lines: Vec<Range<usize>>,
}

/// An unpacked chunk, by where it begins.
type Chunk = (usize, Arc<[Arc<Action>]>);

impl Pack {
    /// The program's own.
    pub fn embedded() -> Arc<Self> {
        static PACK: OnceLock<Arc<Pack>> = OnceLock::new();
        let pack = PACK.get_or_init(|| {
            let pack = Self::read(Cow::Borrowed(EMBEDDED));
            Arc::new(pack.expect("the build script has written it"))
        });
        Arc::clone(pack)
    }

    /// Reads what [`pack`] has written.
    pub fn read(bytes: Cow<'static, [u8]>) -> Result<Self, BadPack> {
        let length = |at: usize| {
            let part = bytes.get(at..at + 4).and_then(|part| part.try_into().ok());
            part.map(|part| u32::from_le_bytes(part) as usize)
                .ok_or(BadPack)
        };
        let entries = 8..8 + length(0)?;
        let places = entries.end..entries.end + length(4)?;
        let entries = inflated(bytes.get(entries).ok_or(BadPack)?)?;
        let entries: Vec<Entry> = serde_json::from_str(&entries).map_err(|_| BadPack)?;
        let (mut first, mut at) = (0, places.end);
        let mut platforms = Vec::new();
        for entry in entries {
            let mut chunks = Vec::new();
            for length in entry.chunks {
                chunks.push(at..at + length);
                at += length;
            }
            platforms.push(Held {
                platform: entry.platform.parse().map_err(|_| BadPack)?,
                first,
                actions: entry.actions,
                chunks,
            });
            first += entry.actions;
        }
        if at != bytes.len() {
            return Err(BadPack);
        }
        Ok(Self {
            bytes,
            platforms,
            places,
            unpacked_places: OnceLock::new(),
            ids: OnceLock::new(),
            kept: Mutex::default(),
        })
    }

    /// The actions of each platform.
    pub fn sources(self: &Arc<Self>) -> impl Iterator<Item = (&Platform, Arc<dyn ActionSource>)> {
        self.platforms.iter().enumerate().map(|(number, held)| {
            let source = Packed {
                pack: Arc::clone(self),
                number,
            };
            (&held.platform, Arc::new(source) as Arc<dyn ActionSource>)
        })
    }

    /// Whose action has this id, and which of theirs it is.
    pub fn find(&self, id: &ActionId) -> Option<(&Platform, usize)> {
        let digest = id.digest()?;
        let ids = self.ids.get_or_init(|| self.all_ids());
        let at = ids.partition_point(|(other, _)| *other < digest);
        let (_, number) = ids.get(at).filter(|(other, _)| *other == digest)?;
        let number = *number as usize;
        let after = self.platforms.partition_point(|held| held.first <= number);
        let held = self.platforms.get(after.checked_sub(1)?)?;
        Some((&held.platform, number - held.first))
    }

    fn all_ids(&self) -> Vec<(u64, u32)> {
        let mut ids = Vec::new();
        for held in &self.platforms {
            for number in held.first..held.first + held.actions {
                let (method, path) = self.place(number);
                let digest = action_id_digest(&held.platform, method, path);
                ids.push((digest, u32::try_from(number).unwrap_or(u32::MAX)));
            }
        }
        ids.sort_unstable();
        ids
    }

    /// The method and the path of an action, by its number.
    fn place(&self, number: usize) -> (&str, &str) {
        let places = self.unpacked_places.get_or_init(|| {
            let pressed = self.bytes.get(self.places.clone()).unwrap_or_default();
            let text = inflated(pressed).unwrap_or_default();
            let mut lines = Vec::new();
            let mut from = 0;
            for (end, _) in text.match_indices('\n') {
                lines.push(from..end);
                from = end + 1;
            }
            Places { text, lines }
        });
        let line = places.lines.get(number).cloned();
        let line = line.and_then(|line| places.text.get(line));
        line.and_then(|line| line.split_once(' '))
            .unwrap_or_default()
    }

    /// One chunk of a platform's.
    fn chunk(&self, held: &Held, number: usize) -> Option<Arc<[Arc<Action>]>> {
        let range = held.chunks.get(number)?;
        if let Some(chunk) = self.kept(range.start) {
            return Some(chunk);
        }
        let text = inflated(self.bytes.get(range.clone())?).ok()?;
        let actions = text
            .lines()
            .filter_map(|line| line_to_action(line, &held.platform).ok())
            .map(Arc::new);
        let chunk: Arc<[Arc<Action>]> = actions.collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front((range.start, Arc::clone(&chunk)));
        Some(chunk)
    }

    /// The chunk that begins at `start`, if it is kept. It stays longer for having been wanted.
    fn kept(&self, start: usize) -> Option<Arc<[Arc<Action>]>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(at, _)| *at == start)?;
        let found = kept.remove(place)?;
        let chunk = Arc::clone(&found.1);
        kept.push_front(found);
        Some(chunk)
    }
}

impl fmt::Debug for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pack of {} platforms", self.platforms.len())
    }
}

/// The action that a line of an action file describes.
///
/// # Errors
/// What is wrong with it.
pub fn line_to_action(line: &str, platform: &Platform) -> Result<Action, Vec<String>> {
    let written: ActionDescriptor =
        serde_json::from_str(line).map_err(|error| vec![error.to_string()])?;
    compile_action(written, platform)
}

/// One platform's part of a pack.
#[derive(Debug)]
struct Packed {
    pack: Arc<Pack>,
    number: usize,
}

impl Packed {
    fn held(&self) -> Option<&Held> {
        self.pack.platforms.get(self.number)
    }
}

impl ActionSource for Packed {
    fn len(&self) -> usize {
        self.held().map_or(0, |held| held.actions)
    }

    fn load(&self, range: Range<usize>) -> Vec<Arc<Action>> {
        let Some(held) = self.held() else {
            return Vec::new();
        };
        let mut loaded = Vec::new();
        for number in range.start / CHUNK..range.end.div_ceil(CHUNK) {
            let Some(chunk) = self.pack.chunk(held, number) else {
                break;
            };
            let first = number * CHUNK;
            let from = range.start.saturating_sub(first).min(chunk.len());
            let to = range.end.saturating_sub(first).clamp(from, chunk.len());
            loaded.extend_from_slice(chunk.get(from..to).unwrap_or_default());
        }
        loaded
    }

    fn matching(&self, path: &str) -> Vec<usize> {
        let numbers = 0..self.len();
        let first = self.held().map_or(0, |held| held.first);
        numbers
            .filter(|number| path_fits(self.pack.place(first + number).1, path))
            .collect()
    }
}

fn inflated(bytes: &[u8]) -> Result<String, BadPack> {
    let mut text = String::new();
    DeflateDecoder::new(bytes)
        .read_to_string(&mut text)
        .map_err(|_| BadPack)?;
    Ok(text)
}

#[cfg(test)]
mod tests;
