//! The index: which words stand in which actions, and how much they count there.

use std::ops::Range;

use super::fuzzy;
use super::intent::Intent;
use super::query::{Query, Wanted};
use crate::domain::Method;

/// The word stands in the title, and is what the title is about.
pub(super) const TITLE: u8 = 1;
/// The word stands in the title.
pub(super) const TITLE_SIDE: u8 = 2;

/// How much a word counts that was meant, but is mistyped.
const MISTYPED: f32 = 0.7;
/// How much a word counts that begins with the one asked for, or the other way round.
const BEGUN: f32 = 0.55;
/// How many words a mistyped or half-written one may stand for.
const GUESSES: usize = 12;
/// How many words of a question may be guessed at.
const GUESSED: usize = 6;

/// How much of a score is there for fitting part of the question, and part of the title.
const PARTLY: f32 = 0.35;
const PART_OF_TITLE: f32 = 0.75;
/// One asked for and many found, or the other way round.
const OTHER_NUMBER: f32 = 0.94;

/// An action that fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Which one, counted from 0 in the order of adding.
    pub ordinal: u32,
    /// How well it fits: comparable within one search alone.
    pub score: f32,
}

/// Which actions are looked at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these ordinals: ascending, without overlaps. Without it, all.
    pub within: Option<Vec<Range<u32>>>,
    /// Only this method.
    pub method: Option<Method>,
}

/// Finds actions by what they do. Holds no action, only their words; never changes.
///
/// What a word is worth is judged among the actions that are looked at: `customer` says much in an
/// API that has a few actions on customers, and nothing in one that has no others.
#[derive(Debug, Default)]
pub struct Index {
    /// The vocabulary, sorted, one word behind the other.
    pub(super) words: String,
    /// Where each word ends.
    pub(super) ends: Vec<u32>,
    /// Each word's letters, see [`fuzzy::letters`].
    pub(super) letters: Vec<u32>,
    /// Where each word's postings begin, and where the last one's end.
    pub(super) starts: Vec<u32>,
    /// By word, then by action: see [`pack`].
    pub(super) postings: Vec<u32>,
    /// Beside each posting: where the word stands.
    pub(super) flags: Vec<u8>,
    pub(super) documents: Vec<Document>,
}

/// What is known of an action beside its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document {
    pub method: Method,
    pub intent: Intent,
    /// How much of a title it has: two for each word that it is about, one for each other.
    pub title: u8,
    pub prior: f32,
}

/// An action's ordinal (24 bits) and how much a word counts in it (8 bits).
pub(super) fn pack(ordinal: u32, impact: f32) -> u32 {
    ordinal << 8 | (impact.clamp(0.0, 1.0) * 255.0) as u32
}

/// What an action has gathered so far.
#[derive(Clone, Copy, Default)]
struct Tally {
    score: f32,
    /// How much of the question it fits.
    covered: f32,
    /// How much of its title was asked for, as [`Document::title`].
    title: u8,
    /// The same for the word being looked at.
    now: f32,
    now_share: f32,
    now_title: u8,
}

impl Index {
    /// How many actions are in it.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.words.capacity()
            + 4 * (self.ends.capacity() + self.letters.capacity() + self.starts.capacity())
            + 4 * self.postings.capacity()
            + self.flags.capacity()
            + size_of::<Document>() * self.documents.capacity()
    }

    /// The actions that fit `question`, best first; those that fit equally in the order of adding.
    /// A question that says nothing fits everything. Of a long one the beginning is read: 400
    /// characters, 32 words.
    pub fn search(&self, question: &str, filter: &Filter, limit: usize) -> Vec<Hit> {
        let query = Query::parse(question);
        let all = 0..u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        let within = filter
            .within
            .as_deref()
            .unwrap_or(std::slice::from_ref(&all));
        let is_wanted = |ordinal: u32| {
            let document = self.documents.get(ordinal as usize);
            document.is_some_and(|document| {
                filter.method.is_none_or(|method| document.method == method)
            })
        };
        if query.words.is_empty() {
            return within
                .iter()
                .flat_map(Clone::clone)
                .filter(|ordinal| is_wanted(*ordinal))
                .take(limit)
                .map(|ordinal| Hit {
                    ordinal,
                    score: 0.0,
                })
                .collect();
        }
        let mut hits: Vec<Hit> = self
            .gather(&query, within)
            .into_iter()
            .filter(|hit| hit.score > 0.0 && is_wanted(hit.ordinal))
            .collect();
        let order = |one: &Hit, other: &Hit| {
            other
                .score
                .total_cmp(&one.score)
                .then(one.ordinal.cmp(&other.ordinal))
        };
        if limit < hits.len() && limit > 0 {
            hits.select_nth_unstable_by(limit, order);
        }
        hits.truncate(limit);
        hits.sort_unstable_by(order);
        hits
    }

    fn gather(&self, query: &Query, within: &[Range<u32>]) -> Vec<Hit> {
        let count: u32 = within
            .iter()
            .map(|range| range.end.saturating_sub(range.start))
            .sum();
        let first = within.first().map_or(0, |range| range.start);
        let end = within.last().map_or(0, |range| range.end);
        let mut tallies = vec![Tally::default(); end.saturating_sub(first) as usize];
        let mut touched: Vec<u32> = Vec::new();
        let mut worth = 0.0;
        let mut guesses = GUESSED;
        for wanted in &query.words {
            let readings = self.readings(wanted, within, count, &mut guesses);
            let best = readings
                .iter()
                .map(|reading| reading.rarity)
                .fold(0.0, f32::max);
            worth += wanted.weight * best;
            touched.clear();
            for reading in &readings {
                for (posting, flags) in self.visible(reading.word, within) {
                    let ordinal = posting >> 8;
                    let Some(tally) = tallies.get_mut((ordinal - first) as usize) else {
                        continue;
                    };
                    if tally.now == 0.0 {
                        touched.push(ordinal);
                    }
                    let impact = (posting & 255) as f32 / 255.0;
                    tally.now = tally.now.max(reading.weight * reading.rarity * impact);
                    tally.now_share = tally.now_share.max(reading.weight * best);
                    tally.now_title = tally.now_title.max(part_of_title(flags));
                }
            }
            for ordinal in &touched {
                if let Some(tally) = tallies.get_mut((ordinal - first) as usize) {
                    tally.score += wanted.weight * tally.now;
                    tally.covered += wanted.weight * tally.now_share;
                    tally.title = tally.title.saturating_add(tally.now_title);
                    (tally.now, tally.now_share, tally.now_title) = (0.0, 0.0, 0);
                }
            }
        }
        (first..)
            .zip(&tallies)
            .filter(|(_, tally)| tally.score > 0.0)
            .filter_map(|(ordinal, tally)| {
                let document = self.documents.get(ordinal as usize)?;
                let score = judge(tally, document, query, worth);
                Some(Hit { ordinal, score })
            })
            .collect()
    }

    /// What a word may be among these actions: itself, what stands for it, and, if there is
    /// nothing of that, what it may have been meant for.
    fn readings(
        &self,
        wanted: &Wanted,
        within: &[Range<u32>],
        count: u32,
        guesses: &mut usize,
    ) -> Vec<Reading> {
        let rarity = |word: u32| rarity(count, self.visible(word, within).count());
        let mut readings: Vec<Reading> = Vec::new();
        let mut most = f32::MAX;
        for (at, (stem, weight)) in wanted.stems.iter().enumerate() {
            let Some((word, rarity)) = self.find(stem).and_then(|word| Some((word, rarity(word)?)))
            else {
                continue;
            };
            // What stands for a word is worth no more than the word.
            if at == 0 {
                most = rarity;
            }
            readings.push(Reading {
                word,
                weight: *weight,
                rarity: rarity.min(most),
            });
        }
        let is_known = most < f32::MAX;
        let may_begin = wanted.text.len() >= if wanted.is_last { 2 } else { 4 };
        if !is_known && *guesses > 0 && may_begin {
            *guesses -= 1;
            for (word, weight) in self.guesses(wanted) {
                if let Some(rarity) =
                    rarity(word).filter(|_| readings.iter().all(|known| known.word != word))
                {
                    readings.push(Reading {
                        word,
                        weight,
                        rarity,
                    });
                }
            }
        }
        readings
    }

    /// Words that begin with the one asked for, or are near it.
    fn guesses(&self, wanted: &Wanted) -> Vec<(u32, f32)> {
        let Some((stem, _)) = wanted.stems.first() else {
            return Vec::new();
        };
        let first = self.first_from(stem);
        let mut found: Vec<(u32, f32)> = (first..)
            .map_while(|word| Some((word, self.word(word)?)))
            .take_while(|(_, text)| text.starts_with(stem.as_str()))
            .take(GUESSES)
            .map(|(word, _)| (word, BEGUN))
            .collect();
        let most = fuzzy::allowed(stem);
        let letters = fuzzy::letters(stem);
        if most > 0 {
            for (word, other) in (0_u32..).zip(&self.letters) {
                if (letters ^ other).count_ones() as usize > 2 * most {
                    continue;
                }
                let edits = self
                    .word(word)
                    .and_then(|text| fuzzy::edits(stem, text, most));
                if let Some(edits) = edits {
                    found.push((word, if edits == 1 { MISTYPED } else { MISTYPED * 0.8 }));
                }
            }
        }
        found.truncate(4 * GUESSES);
        found
    }

    /// The postings of a word that are in one of the ranges.
    fn visible<'a>(
        &'a self,
        word: u32,
        within: &'a [Range<u32>],
    ) -> impl Iterator<Item = (u32, u8)> + 'a {
        let at = |word: u32| {
            self.starts
                .get(word as usize)
                .map_or(0, |start| *start as usize)
        };
        let (start, end) = (at(word), at(word + 1));
        let postings = self.postings.get(start..end).unwrap_or_default();
        let flags = self.flags.get(start..end).unwrap_or_default();
        within.iter().flat_map(move |range| {
            let from = postings.partition_point(|posting| posting >> 8 < range.start);
            let to = postings.partition_point(|posting| posting >> 8 < range.end);
            let postings = postings.get(from..to).unwrap_or_default();
            let flags = flags.get(from..to).unwrap_or_default();
            postings.iter().copied().zip(flags.iter().copied())
        })
    }

    fn word(&self, word: u32) -> Option<&str> {
        let end = *self.ends.get(word as usize)? as usize;
        let start = match word.checked_sub(1) {
            Some(before) => *self.ends.get(before as usize)? as usize,
            None => 0,
        };
        self.words.get(start..end)
    }

    fn find(&self, stem: &str) -> Option<u32> {
        let word = self.first_from(stem);
        self.word(word).filter(|found| *found == stem).map(|_| word)
    }

    /// The first word that does not come before `stem`.
    fn first_from(&self, stem: &str) -> u32 {
        let (mut low, mut high) = (0, u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.word(middle).is_some_and(|word| word < stem) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// A word of the vocabulary that may be meant.
struct Reading {
    word: u32,
    weight: f32,
    rarity: f32,
}

/// How much a word says that stands in `hits` of `count` actions; nothing if in none.
fn rarity(count: u32, hits: usize) -> Option<f32> {
    let (count, hits) = (count as f32, hits as f32);
    (hits > 0.0).then(|| (1.0 + (count - hits + 0.5).max(0.0) / (hits + 0.5)).ln())
}

fn part_of_title(flags: u8) -> u8 {
    if flags & TITLE != 0 {
        2
    } else {
        u8::from(flags & TITLE_SIDE != 0)
    }
}

fn judge(tally: &Tally, document: &Document, query: &Query, worth: f32) -> f32 {
    let covered = (tally.covered / worth.max(f32::EPSILON)).min(1.0);
    let title = f32::from(tally.title.min(document.title)) / f32::from(document.title.max(1));
    let is_read = query.intent.meets(Intent::LIST.or(Intent::GET));
    let other_number = is_read
        && !document.intent.meets(if query.is_many {
            Intent::LIST
        } else {
            Intent::GET
        });
    tally.score
        * (PARTLY + (1.0 - PARTLY) * covered)
        * (PART_OF_TITLE + (1.0 - PART_OF_TITLE) * title)
        * document.intent.fits(query.intent)
        * if other_number { OTHER_NUMBER } else { 1.0 }
        * document.prior
}
