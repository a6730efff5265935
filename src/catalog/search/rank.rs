//! What makes one action fit better than another.

use std::ops::Range;

use super::intent::Intent;
use super::query::Query;
use crate::domain::Method;

/// The word stands in the title, and is what the title is about.
pub(super) const TITLE: u8 = 1;
/// The word stands in the title.
pub(super) const TITLE_SIDE: u8 = 2;

/// How much of a score is there for fitting part of the question, and part of the title.
const PARTLY: f32 = 0.3;
const PART_OF_TITLE: f32 = 0.75;
/// A word that counts so much in an action is plainly what it is about.
const PLAINLY: f32 = 0.3;
/// One asked for and many found, or the other way round.
const OTHER_NUMBER: f32 = 0.94;

/// How much more an action counts of the platform that the question names.
const NAMED: f32 = 16.0;

/// What is known of an action beside its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document {
    pub method: Method,
    pub intent: Intent,
    /// How much of a title it has: two for each word that it is about, one for each other.
    pub title: u8,
    pub platform: u16,
    pub prior: f32,
}

/// An action's ordinal (24 bits) and how much a word counts in it (8 bits).
pub(super) fn pack(ordinal: u32, impact: f32) -> u32 {
    ordinal << 8 | (impact.clamp(0.0, 1.0) * 255.0) as u32
}

/// A word of the vocabulary that may be meant.
pub(super) struct Reading {
    pub word: u32,
    /// How surely it is meant.
    pub weight: f32,
    /// How much it says, see [`rarity`].
    pub rarity: f32,
}

/// How much a word says that stands in `hits` of `count` actions; nothing if in none.
pub(super) fn rarity(count: u32, hits: usize) -> Option<f32> {
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

/// What an action has gathered so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    score: f32,
    /// How much of the question it fits.
    covered: f32,
    /// The same for the word being looked at: the best that was found for it.
    now: f32,
    now_covered: f32,
    now_title: u8,
    /// How much of its title was asked for, as [`Document::title`].
    title: u8,
}

/// What all actions have gathered so far.
pub(super) struct Tallies {
    first: u32,
    all: Vec<Tally>,
    /// Those that have the word being looked at.
    touched: Vec<u32>,
}

impl Tallies {
    pub(super) fn new(within: &[Range<u32>]) -> Self {
        let first = within.first().map_or(0, |range| range.start);
        let end = within.last().map_or(0, |range| range.end);
        Self {
            first,
            all: vec![Tally::default(); end.saturating_sub(first) as usize],
            touched: Vec::new(),
        }
    }

    /// A posting of one reading of the word being looked at; `best` is the rarest reading's rarity.
    pub(super) fn note(&mut self, posting: u32, flags: u8, reading: &Reading, best: f32) {
        let at = (posting >> 8).saturating_sub(self.first);
        let Some(tally) = self.all.get_mut(at as usize) else {
            return;
        };
        if tally.now == 0.0 {
            self.touched.push(at);
        }
        let impact = (posting & 255) as f32 / 255.0;
        let covered = (impact / PLAINLY).min(1.0) * reading.weight * best;
        tally.now = tally.now.max(reading.weight * reading.rarity * impact);
        tally.now_covered = tally.now_covered.max(covered);
        tally.now_title = tally.now_title.max(part_of_title(flags));
    }

    /// Takes what was found for a word that matters so much.
    pub(super) fn close(&mut self, weight: f32) {
        for at in self.touched.drain(..) {
            if let Some(tally) = self.all.get_mut(at as usize) {
                tally.score += weight * tally.now;
                tally.covered += weight * tally.now_covered;
                tally.title = tally.title.saturating_add(tally.now_title);
                (tally.now, tally.now_covered, tally.now_title) = (0.0, 0.0, 0);
            }
        }
    }

    /// Those that fit somehow, by ordinal.
    pub(super) fn found(&self) -> impl Iterator<Item = (u32, &Tally)> {
        (self.first..)
            .zip(&self.all)
            .filter(|(_, tally)| tally.score > 0.0)
    }
}

/// What an action's tally is worth, all things considered. `worth` is what its coverage would be
/// if every word of the question were in it.
pub(super) fn judge(tally: &Tally, document: &Document, query: &Query, worth: f32) -> f32 {
    let covered = (tally.covered / worth.max(f32::EPSILON)).min(1.0);
    let title = f32::from(tally.title.min(document.title)) / f32::from(document.title.max(1));
    let number = if query.is_many {
        Intent::LIST
    } else {
        Intent::GET
    };
    let is_named = query.platform == Some(document.platform);
    let is_read = query.intent.meets(Intent::LIST.or(Intent::GET));
    let is_other_number = is_read && !document.intent.meets(number);
    tally.score
        * (PARTLY + (1.0 - PARTLY) * covered)
        * (PART_OF_TITLE + (1.0 - PART_OF_TITLE) * title)
        * document.intent.fits(query.intent)
        * if is_other_number { OTHER_NUMBER } else { 1.0 }
        * if is_named { NAMED } else { 1.0 }
        * document.prior
}
