//! A question, taken apart.

use super::intent::{self, Intent};
use super::named::Named;
use super::phrase::{self, Term};
use super::synonyms;
use super::words::{self, Word};

/// Longer questions are read to there.
const CHARACTERS: usize = 400;
const WORDS: usize = 32;

/// How much a word counts that names what the thing belongs to.
const BEHIND: f32 = 0.75;
/// How much a verb counts as a word where the method says the same.
const PLAIN_VERB: f32 = 0.3;
/// How much a verb counts for who does it, or that it is done: `watch` for `watcher`.
const KIN: f32 = 0.6;
/// How much one word counts of several that are one thing.
const PART: f32 = 0.5;
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
    /// The platform that is named.
    pub platform: Option<u16>,
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
    /// `named` finds the platform that a question names; those words say no more than that, unless
    /// there are no others.
    pub(super) fn parse(text: &str, named: impl Fn(&[Word]) -> Option<Named>) -> Self {
        let text: String = text.chars().take(CHARACTERS).collect();
        let mut split = words::split(&text);
        split.truncate(WORDS);
        let named = named(&split);
        let mut rest = split.clone();
        if let Some(named) = &named {
            rest.drain(named.words.clone());
        }
        if rest.iter().any(|word| !words::is_empty(&word.text)) {
            split = rest;
        }
        let terms = phrase::terms(&split);
        let is_many = terms
            .iter()
            .any(|term| !term.is_verb && term.is_main && words::is_plural(&term.text))
            || split
                .iter()
                .any(|word| matches!(word.text.as_str(), "all" | "every"));
        let mut wanted: Vec<Wanted> = Vec::new();
        for term in &terms {
            let is_known = |other: &Wanted| other.stem() == Some(term.stem.as_str());
            if !wanted.iter().any(is_known) {
                wanted.push(Wanted::new(term, &split));
            }
        }
        if let Some(last) = wanted.last_mut() {
            last.is_last = true;
        }
        Self {
            words: wanted,
            intent: asked_for(&split, &terms),
            is_many,
            platform: named.map(|named| named.platform),
        }
    }
}

impl Wanted {
    fn new(term: &Term, words: &[Word]) -> Self {
        let is_plain = term.is_verb && intent::of_verb(&term.stem).is_plain();
        let weight = match (is_plain, term.is_main) {
            (true, _) => PLAIN_VERB,
            (_, false) => BEHIND,
            _ => 1.0,
        };
        Self {
            text: term.text.clone(),
            weight,
            stems: if is_plain {
                vec![(term.stem.clone(), 1.0)]
            } else {
                meanings(term, &joined(words, &term.text))
            },
            is_last: false,
        }
    }

    pub(super) fn stem(&self) -> Option<&str> {
        self.stems.first().map(|(stem, _)| stem.as_str())
    }
}

/// What is to be done: to look, for a question; otherwise what the verb says.
fn asked_for(words: &[Word], terms: &[Term]) -> Intent {
    let first: Vec<&str> = words
        .iter()
        .take(2)
        .map(|word| word.text.as_str())
        .collect();
    match first.as_slice() {
        ["what" | "which" | "who" | "whose" | "when" | "where", ..]
        | ["how", "many" | "much" | "far" | "well" | "long"] => {
            return Intent::LIST.or(Intent::GET);
        }
        _ => {}
    }
    let Some(first) = terms.first() else {
        return Intent::NONE;
    };
    if first.is_verb {
        return intent::of_verb(&first.stem);
    }
    let later = terms
        .iter()
        .map(|term| intent::of_verb(&term.stem))
        .find(|intent| intent.is_plain());
    match intent::of_mistyped(&first.stem) {
        Intent::NONE => later.unwrap_or_default(),
        mistyped => mistyped,
    }
}

/// A word and its neighbours written as one: `web hook`, `play list`.
fn joined(words: &[Word], text: &str) -> Vec<String> {
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

fn meanings(term: &Term, neighbours: &[String]) -> Vec<(String, f32)> {
    let mut stems: Vec<(String, f32)> = vec![(term.stem.clone(), 1.0)];
    let mut add = |stem: &str, weight: f32| match stems.iter_mut().find(|(known, _)| known == stem)
    {
        Some((_, best)) => *best = best.max(weight),
        None => stems.push((stem.to_owned(), weight)),
    };
    for one in neighbours {
        add(one, JOINED);
    }
    for (other, weight) in synonyms::of(&term.stem) {
        add(other, *weight);
    }
    for one in &term.parts {
        add(one, PART);
    }
    for one in kin(&term.stem) {
        add(&one, KIN);
    }
    stems
}

/// The nouns of a verb, and the verb of a noun. Only of verbs that are known: `customer` has
/// nothing to do with `custom`.
fn kin(stem: &str) -> Vec<String> {
    let endings = ["er", "or", "ion", "ation", "ment"];
    let is_verb = |stem: &str| {
        let intent = intent::of_verb(stem);
        !intent.is_none() && !intent.is_plain()
    };
    if is_verb(stem) {
        return endings
            .iter()
            .map(|ending| format!("{stem}{ending}"))
            .collect();
    }
    endings
        .iter()
        .filter_map(|ending| stem.strip_suffix(ending))
        .filter(|verb| is_verb(verb))
        .map(str::to_owned)
        .collect()
}
