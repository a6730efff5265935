//! A question, taken apart.

use super::intent::{self, Intent};
use super::phrase;
use super::synonyms;
use super::words;

/// Longer questions are read to there.
const CHARACTERS: usize = 400;
const WORDS: usize = 32;

/// How much a word counts that names what the thing belongs to.
const BEHIND: f32 = 0.75;
/// How much the verb counts as a word: what it asks for is judged apart.
const VERB: f32 = 0.4;
/// How much two words count written as one.
const JOINED: f32 = 0.95;

/// A question, taken apart.
#[derive(Debug)]
pub(super) struct Query {
    pub words: Vec<Wanted>,
    /// What is to be done.
    pub intent: Intent,
    /// Whether several things are asked for, not one.
    pub is_many: bool,
}

/// One word of a question.
#[derive(Debug)]
pub(super) struct Wanted {
    /// As it was written, in lower case.
    pub text: String,
    /// How much it matters.
    pub weight: f32,
    /// What it may be in an action, and how much it counts then; the word itself first.
    pub stems: Vec<(String, f32)>,
    /// Whether nothing comes behind it, so that it may be half written.
    pub is_last: bool,
}

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let text: String = text.chars().take(CHARACTERS).collect();
        let mut split = words::split(&text);
        split.truncate(WORDS);
        let terms = phrase::terms(&split);
        let intent = terms
            .iter()
            .filter(|term| term.is_verb)
            .map(|term| intent::of_verb(&term.stem))
            .next()
            .unwrap_or_else(|| asked(&split));
        let is_many = terms
            .iter()
            .any(|term| !term.is_verb && term.is_main && words::is_plural(&term.text))
            || split
                .iter()
                .any(|word| matches!(word.text.as_str(), "all" | "every"));
        let mut wanted: Vec<Wanted> = Vec::new();
        let count = terms.len();
        for (at, term) in terms.iter().enumerate() {
            if wanted.iter().any(|other| {
                other
                    .stems
                    .first()
                    .is_some_and(|(stem, _)| *stem == term.stem)
            }) {
                continue;
            }
            let neighbours = joined(&split, &term.text);
            wanted.push(Wanted {
                text: term.text.clone(),
                weight: match (term.is_verb, term.is_main) {
                    (true, _) => VERB,
                    (_, false) => BEHIND,
                    _ => 1.0,
                },
                stems: meanings(term, &neighbours),
                is_last: at + 1 == count,
            });
        }
        Self {
            words: wanted,
            intent,
            is_many,
        }
    }
}

/// A question without a verb asks to read something, if it asks.
fn asked(words: &[words::Word]) -> Intent {
    let asks = [
        "what", "which", "who", "whose", "when", "where", "all", "every",
    ];
    let is_question = words
        .first()
        .is_some_and(|word| asks.contains(&word.text.as_str()))
        || words
            .iter()
            .take(2)
            .map(|word| word.text.as_str())
            .eq(["how", "many"])
        || words
            .iter()
            .take(2)
            .map(|word| word.text.as_str())
            .eq(["how", "much"]);
    if is_question {
        Intent::LIST.or(Intent::GET)
    } else {
        Intent::NONE
    }
}

/// A word and its neighbours written as one: `web hook`, `play list`.
fn joined(words: &[words::Word], text: &str) -> Vec<String> {
    words
        .windows(2)
        .filter_map(|pair| match pair {
            [one, other] if one.text == text || other.text == text => {
                Some(words::stem(&format!("{}{}", one.text, other.text)))
            }
            _ => None,
        })
        .collect()
}

fn meanings(term: &phrase::Term, neighbours: &[String]) -> Vec<(String, f32)> {
    let mut stems: Vec<(String, f32)> = vec![(term.stem.clone(), 1.0)];
    let mut add = |stem: &str, weight: f32| match stems.iter_mut().find(|(known, _)| known == stem)
    {
        Some((_, best)) => *best = best.max(weight),
        None => stems.push((stem.to_owned(), weight)),
    };
    for one in &term.also {
        add(one, 1.0);
    }
    for one in neighbours {
        add(one, JOINED);
    }
    for one in std::iter::once(&term.stem).chain(&term.also) {
        for (other, weight) in synonyms::of(one) {
            add(other, *weight);
        }
    }
    stems
}
