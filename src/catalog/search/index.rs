//! The index: which words stand in which actions, and how much they count there.

use std::ops::Range;

use super::fuzzy;
use super::named::{Named, Platforms};
use super::query::{Query, Wanted};
use super::rank::{Document, Reading, Tallies, judge, rarity};
use super::words::{Word, stem};
use crate::domain::Method;

/// How much a word counts that was meant, but is mistyped.
const MISTYPED: f32 = 0.7;
/// How much a word counts that begins with the one asked for, or the other way round.
const BEGUN: f32 = 0.55;
/// How many words a mistyped or half-written one may stand for.
const GUESSES: usize = 12;
/// How many words of a question may be guessed at.
const GUESSED: usize = 6;

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

impl Filter {
    /// Only the actions in one range, as those of one platform are.
    pub fn only(range: Range<u32>) -> Self {
        Self {
            within: Some([range].into()),
            method: None,
        }
    }
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
    pub(super) platforms: Platforms,
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
        let query = Query::parse(question, |words| self.named(words));
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

    /// The platform that a question names. A name is a common word if other platforms have it more
    /// often, or if there are none to tell.
    fn named(&self, words: &[Word]) -> Option<Named> {
        let is_common = |platform: u16, name: &str| {
            let Some(word) = self.find(&stem(name)) else {
                return false;
            };
            let all = self.documents.len();
            let hits = self.visible(word, std::slice::from_ref(&(0..u32::MAX)));
            let (mut own, mut others) = (0_usize, 0_usize);
            for posting in hits.flat_map(|(postings, _)| postings) {
                let document = self.documents.get((posting >> 8) as usize);
                let is_own = document.is_some_and(|document| document.platform == platform);
                own += usize::from(is_own);
                others += usize::from(!is_own);
            }
            own == all || others > own / 2
        };
        self.platforms.find(words, is_common)
    }

    fn gather(&self, query: &Query, within: &[Range<u32>]) -> Vec<Hit> {
        let count = within
            .iter()
            .map(|range| range.end.saturating_sub(range.start))
            .sum();
        let mut tallies = Tallies::new(within);
        let mut worth = 0.0;
        let mut guesses = GUESSED;
        for wanted in &query.words {
            let readings = self.readings(wanted, within, count, &mut guesses);
            let best = readings
                .iter()
                .map(|reading| reading.rarity)
                .fold(0.0, f32::max);
            worth += wanted.weight * best;
            for reading in &readings {
                for (postings, flags) in self.visible(reading.word, within) {
                    for (posting, flags) in postings.iter().zip(flags) {
                        tallies.note(*posting, *flags, reading, best);
                    }
                }
            }
            tallies.close(wanted.weight);
        }
        tallies
            .found()
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
        let rarity = |word: u32| rarity(count, self.hits(word, within));
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
        let Some(stem) = wanted.stem() else {
            return Vec::new();
        };
        let first = self.first_from(stem);
        let mut found: Vec<(u32, f32)> = (first..)
            .map_while(|word| Some((word, self.word(word)?)))
            .take_while(|(_, text)| text.starts_with(stem))
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

    /// How many of the actions in these ranges have a word.
    fn hits(&self, word: u32, within: &[Range<u32>]) -> usize {
        self.visible(word, within)
            .map(|(postings, _)| postings.len())
            .sum()
    }

    /// The postings of a word that are in one of the ranges, and where the word stands in each.
    fn visible<'a>(
        &'a self,
        word: u32,
        within: &'a [Range<u32>],
    ) -> impl Iterator<Item = (&'a [u32], &'a [u8])> {
        let at = |word: u32| {
            self.starts
                .get(word as usize)
                .map_or(0, |start| *start as usize)
        };
        let (start, end) = (at(word), at(word + 1));
        let postings = self.postings.get(start..end).unwrap_or_default();
        let flags = self.flags.get(start..end).unwrap_or_default();
        within.iter().map(move |range| {
            let from = postings.partition_point(|posting| posting >> 8 < range.start);
            let to = postings.partition_point(|posting| posting >> 8 < range.end);
            let postings = postings.get(from..to).unwrap_or_default();
            (postings, flags.get(from..to).unwrap_or_default())
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
