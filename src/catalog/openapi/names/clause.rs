//! Words taken apart at their prepositions.

use super::inflect::{is_participle, is_plural};
use super::phrase::{Number, noun};

/// Words behind which something else begins.
const PREPOSITIONS: [&str; 19] = [
    "for", "from", "to", "in", "of", "by", "on", "with", "at", "as", "into", "per", "via", "using",
    "within", "under", "against", "between", "without",
];

/// Words that have no article behind "of" or "on": terms of use, on demand.
const IDIOMS: [&str; 12] = [
    "use", "service", "conduct", "sale", "work", "origin", "interest", "record", "measure",
    "demand", "behalf", "stock",
];

/// The object's words, and what follows them.
pub struct Clause {
    /// What something is done to.
    pub object: Vec<String>,
    /// As it is read.
    pub tail: Vec<String>,
}

impl Clause {
    /// Takes `words` apart at their prepositions.
    pub fn read(words: Vec<String>) -> Self {
        let mut groups: Vec<Vec<String>> = vec![Vec::new()];
        for word in words {
            match groups.last_mut() {
                Some(group) if !is_preposition(&word) => group.push(word),
                _ => groups.push(vec![word]),
            }
        }
        let mut groups = groups.into_iter();
        let mut object = groups.next().unwrap_or_default();
        // `reposStarredByUser`
        let participle = object.pop_if(|last| is_participle(last) || last == "accessible");
        let participle = participle.or_else(|| {
            let bulk = object.len() > 1 && object.last().is_some_and(|last| last == "bulk");
            bulk.then(|| object.pop().map(|_| "in bulk".to_owned()))
                .flatten()
        });
        if object.is_empty() {
            object.extend(participle.clone());
        }
        let participle = participle.filter(|word| object.last() != Some(word));
        while object.first().is_some_and(|word| {
            matches!(
                word.as_str(),
                "a" | "an" | "the" | "all" | "single" | "one" | "specific"
            )
        }) {
            object.remove(0);
        }
        let tail = participle
            .into_iter()
            .chain(groups.filter_map(|group| told(&group)))
            .collect();
        Self { object, tail }
    }
}

/// Whether something else begins with `word`.
pub fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.contains(&word.to_lowercase().as_str())
}

/// `for`, `workspace` as it is read: "for a workspace". "by ID" is left out: the path says so.
pub fn told(group: &[String]) -> Option<String> {
    let (preposition, rest) = group.split_first()?;
    let last = rest.last()?;
    let is_key = |word: &String| {
        let word = word.to_lowercase();
        matches!(
            word.as_str(),
            "id" | "key" | "uuid" | "guid" | "sid" | "pk" | "identifier"
        )
    };
    let by_key = preposition == "by" && rest.iter().any(is_key);
    if by_key {
        return None;
    }
    let number = match preposition.as_str() {
        "by" | "with" | "as" | "via" | "using" | "per" | "without" => Number::Bare,
        _ if is_plural(last) || IDIOMS.contains(&last.as_str()) => Number::Bare,
        _ => Number::One,
    };
    Some(format!("{preposition} {}", noun(rest, number, false)))
}
