//! Making an index.

use std::collections::HashMap;

use super::fuzzy;
use super::index::Index;
use super::intent;
use super::named::Platforms;
use super::phrase;
use super::rank::{Document, TITLE, TITLE_SIDE, pack};
use super::words::{self, Word};
use crate::domain::{Action, ParamPlace};

/// How much a word counts where it stands.
const IN_TITLE: f32 = 3.0;
const IN_TITLE_BEHIND: f32 = 1.6;
/// For one word of several that are one thing, of what the thing has.
const IN_PART: f32 = 0.6;
const IN_KEY: f32 = 0.8;
const IN_MODEL: f32 = 1.6;
const IN_TAGS: f32 = 0.5;
const IN_LAST_SEGMENT: f32 = 1.4;
const IN_PATH: f32 = 0.6;
const IN_SUMMARY: f32 = 0.8;
const IN_REQUIRED: f32 = 0.4;
const IN_OPTIONAL: f32 = 0.25;
const IN_PLATFORM: f32 = 1.0;

/// How soon a word counts no more for standing there again.
const SATURATION: f32 = 2.5;

/// Long texts are read to there.
const SUMMARY_WORDS: usize = 40;
const PARAMS: usize = 24;

/// Collects actions and makes an [`Index`] of them.
#[derive(Debug, Default)]
pub struct Builder {
    /// By stem.
    terms: HashMap<String, u32>,
    /// The terms of names seen before: a few thousand names make up most of an API.
    texts: HashMap<String, Vec<u32>>,
    rows: Vec<Row>,
    documents: Vec<Document>,
    platforms: Platforms,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    term: u32,
    posting: u32,
    flags: u8,
}

/// A word's weight in one action.
struct Found {
    term: u32,
    weight: f32,
    flags: u8,
}

impl Builder {
    /// Nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an action; its ordinal is how many were added before. `boost` is what its score is
    /// multiplied by: 1 for none.
    pub fn add(&mut self, action: &Action, boost: f32) {
        let ordinal = u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        let title = words::split(&action.title);
        let (mut found, size) = self.title(&title);
        self.names(action, &mut found);
        self.path(action, &mut found);
        self.texts(action, &mut found);
        found.sort_by_key(|found| found.term);
        for same in found.chunk_by(|one, other| one.term == other.term) {
            let weight: f32 = same.iter().map(|found| found.weight).sum();
            let flags = same.iter().fold(0, |all, found| all | found.flags);
            if let Some(first) = same.first() {
                self.rows.push(Row {
                    term: first.term,
                    posting: pack(ordinal, weight / (SATURATION + weight)),
                    flags,
                });
            }
        }
        self.documents.push(Document {
            method: action.method,
            intent: intent::of_action(action, &title),
            title: size,
            platform: self.platforms.number(&action.platform),
            prior: boost * plainness(action),
        });
    }

    /// The index of everything added.
    pub fn finish(self) -> Index {
        let mut sorted: Vec<(String, u32)> = self.terms.into_iter().collect();
        sorted.sort_unstable();
        let mut place = vec![0_u32; sorted.len()];
        let mut index = Index::default();
        for (new, (word, old)) in (0_u32..).zip(&sorted) {
            index.words.push_str(word);
            index
                .ends
                .push(u32::try_from(index.words.len()).unwrap_or(u32::MAX));
            index.letters.push(fuzzy::letters(word));
            if let Some(place) = place.get_mut(*old as usize) {
                *place = new;
            }
        }
        let mut rows = self.rows;
        for row in &mut rows {
            row.term = place.get(row.term as usize).copied().unwrap_or_default();
        }
        // Stable: each word's actions stay in the order of adding.
        rows.sort_by_key(|row| row.term);
        index.postings = rows.iter().map(|row| row.posting).collect();
        index.flags = rows.iter().map(|row| row.flags).collect();
        let mut start = 0;
        for run in rows.chunk_by(|one, other| one.term == other.term) {
            index.starts.push(start);
            start += u32::try_from(run.len()).unwrap_or(u32::MAX);
        }
        index.starts.push(start);
        index.documents = self.documents;
        index.platforms = self.platforms;
        index.words.shrink_to_fit();
        index.documents.shrink_to_fit();
        index
    }

    /// The title's words, and how much of a title it is, in halves of a word.
    fn title(&mut self, title: &[Word]) -> (Vec<Found>, u8) {
        let terms = phrase::terms(title);
        let mut found = Vec::new();
        let length = 0.4 + 0.15 * terms.len().max(1) as f32;
        let mut size = 0_u8;
        for term in terms {
            let (weight, part) = if term.is_main {
                (IN_TITLE, 2)
            } else {
                (IN_TITLE_BEHIND, 1)
            };
            // A verb that the method says as well is nothing to be asked for by name.
            let is_said = term.is_verb && intent::of_verb(&term.stem).is_plain();
            let flags = match (is_said, term.is_main) {
                (true, _) => 0,
                (_, true) => TITLE,
                (_, false) => TITLE_SIDE,
            };
            size = size.saturating_add(if is_said { 0 } else { part });
            let parts = term.parts.into_iter().map(|part| (part, IN_PART, 0));
            for (stem, share, flags) in std::iter::once((term.stem, 1.0, flags)).chain(parts) {
                found.push(Found {
                    term: self.term(stem),
                    weight: share * weight / length,
                    flags,
                });
            }
        }
        (found, size)
    }

    fn names(&mut self, action: &Action, found: &mut Vec<Found>) {
        for word in words::split(&action.key) {
            self.note(&word.text, IN_KEY, found);
        }
        self.note(&action.model, IN_MODEL, found);
        self.note(action.platform.as_str(), IN_PLATFORM, found);
        for tag in &action.tags {
            self.note(tag, IN_TAGS, found);
        }
    }

    fn path(&mut self, action: &Action, found: &mut Vec<Found>) {
        let segments: Vec<String> = action
            .path
            .as_str()
            .split('/')
            .map(without_variables)
            .filter(|segment| !segment.is_empty())
            .collect();
        let count = segments.len();
        for (at, segment) in segments.iter().enumerate() {
            let weight = if at + 1 == count {
                IN_LAST_SEGMENT
            } else {
                IN_PATH
            };
            if matches!(segment.as_str(), "me" | "@me" | "self" | "myself") {
                self.note("whoami", weight, found);
            } else {
                self.note(segment, weight, found);
            }
        }
    }

    fn texts(&mut self, action: &Action, found: &mut Vec<Found>) {
        let summary = words::split(&action.summary);
        let length = 0.5 + summary.len().min(SUMMARY_WORDS) as f32 / 30.0;
        for word in summary.iter().take(SUMMARY_WORDS) {
            self.note(&word.text, IN_SUMMARY / length, found);
        }
        let own = action
            .params
            .iter()
            .filter(|param| param.place != ParamPlace::Header && !param.name.contains('.'));
        for param in own.take(PARAMS) {
            let weight = if param.required {
                IN_REQUIRED
            } else {
                IN_OPTIONAL
            };
            self.note(&param.name, weight, found);
        }
    }

    fn note(&mut self, text: &str, weight: f32, found: &mut Vec<Found>) {
        if !self.texts.contains_key(text) {
            let words = words::split(text);
            let said = words.iter().map(|word| word.text.as_str());
            let terms = said
                .filter(|word| !words::is_empty(word) && !is_noise(word))
                .map(|word| self.term(words::stem(word)))
                .collect();
            self.texts.insert(text.to_owned(), terms);
        }
        for term in self.texts.get(text).into_iter().flatten() {
            found.push(Found {
                term: *term,
                weight,
                flags: 0,
            });
        }
    }

    fn term(&mut self, stem: String) -> u32 {
        let next = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        *self.terms.entry(stem).or_insert(next)
    }
}

/// Of two actions that fit alike, the one with the shorter path is more often meant.
fn plainness(action: &Action) -> f32 {
    let segments = action.path.as_str().split('/').count().saturating_sub(1) as f32;
    let variables = action.path.variables().count() as f32;
    1.0 - (0.012 * segments + 0.012 * variables).min(0.15)
}

/// Words of identifiers that say nothing: numbers, versions, endings.
fn is_noise(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    matches!(word, "json" | "id" | "ids" | "api" | "rest")
        || digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_variables(segment: &str) -> String {
    let mut fixed = String::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        fixed.push_str(before);
        fixed.push(' ');
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    fixed.push_str(rest);
    fixed.trim().to_owned()
}
