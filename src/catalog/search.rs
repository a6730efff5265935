//! Finding an action by what it does.

use std::sync::Arc;

use crate::domain::{Action, Method};

/// How much a word counts where it is found.
const TITLE: u32 = 6;
const KEY: u32 = 4;
const MODEL: u32 = 4;
const TAG: u32 = 3;
const PATH: u32 = 3;
const SUMMARY: u32 = 1;
const METHOD: u32 = 3;

/// A word that is the very one.
const SAME: u32 = 2;

/// Words that mean a method.
const HINTS: [(&str, Method); 16] = [
    ("get", Method::Get),
    ("list", Method::Get),
    ("read", Method::Get),
    ("find", Method::Get),
    ("search", Method::Get),
    ("show", Method::Get),
    ("fetch", Method::Get),
    ("create", Method::Post),
    ("add", Method::Post),
    ("new", Method::Post),
    ("send", Method::Post),
    ("post", Method::Post),
    ("update", Method::Patch),
    ("edit", Method::Patch),
    ("delete", Method::Delete),
    ("remove", Method::Delete),
];

/// Words that say nothing about an action.
const EMPTY: [&str; 12] = [
    "a", "an", "the", "of", "to", "in", "on", "for", "my", "all", "with", "from",
];

/// The actions that fit `query`, best first; those that fit equally in the order of `actions`.
/// An empty query fits everything.
pub fn search<'a>(
    actions: impl Iterator<Item = &'a Arc<Action>>,
    query: &str,
    limit: usize,
) -> Vec<&'a Arc<Action>> {
    let wanted: Vec<String> = words(query)
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .collect();
    if wanted.is_empty() {
        return actions.take(limit).collect();
    }
    let mut found: Vec<(u32, &Arc<Action>)> = actions
        .map(|action| (score(action, &wanted), action))
        .filter(|(score, _)| *score > 0)
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found
        .into_iter()
        .take(limit)
        .map(|(_, action)| action)
        .collect()
}

fn score(action: &Action, wanted: &[String]) -> u32 {
    let fields: [(u32, &str); 5] = [
        (TITLE, &action.title),
        (KEY, &action.key),
        (MODEL, &action.model),
        (PATH, action.path.as_str()),
        (SUMMARY, &action.summary),
    ];
    let mut total = 0;
    let mut hits = 0;
    for word in wanted {
        let best: u32 = fields
            .iter()
            .map(|(weight, text)| weight * closest(words(text), word) / SAME)
            .sum();
        let best = best + TAG * closest(action.tags.iter().flat_map(|tag| words(tag)), word) / SAME;
        let hint = HINTS
            .iter()
            .any(|(hint, method)| stem(hint) == *word && *method == action.method);
        hits += u32::from(best > 0);
        total += best + if hint { METHOD } else { 0 };
    }
    // A hint alone finds nothing: every platform has GETs.
    if hits == 0 { 0 } else { total * hits }
}

/// How near the nearest of `words` is to `wanted`: [`SAME`], half of that for the beginning of the
/// other (`embed` and `embedding`), or nothing.
fn closest(words: impl Iterator<Item = String>, wanted: &str) -> u32 {
    let near = |word: &str| {
        let shorter = word.len().min(wanted.len());
        let is_beginning = shorter >= 4 && (word.starts_with(wanted) || wanted.starts_with(word));
        if word == wanted {
            SAME
        } else {
            u32::from(is_beginning) * SAME / 2
        }
    };
    words.map(|word| near(&word)).max().unwrap_or(0)
}

/// The words of a text or an identifier, lower-case, plural and tense cut off.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut after_lower = false;
    for c in text.chars() {
        if (!c.is_alphanumeric() || (c.is_uppercase() && after_lower)) && !word.is_empty() {
            words.push(stem(&std::mem::take(&mut word)));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        after_lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(stem(&word));
    }
    words.into_iter()
}

fn stem(word: &str) -> String {
    for (ending, replacement) in [("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() >= 3) {
            return format!("{stem}{replacement}");
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalogue;

    fn best(query: &str) -> Option<String> {
        let (catalogue, _) = Catalogue::load(None);
        let snapshot = catalogue.now();
        let connector = snapshot.connector("gmail").unwrap();
        search(connector.actions.of_descriptor().iter(), query, 5)
            .first()
            .map(|action| format!("{} {}", action.method, action.path.as_str()))
    }

    #[test]
    fn an_action_is_found_by_what_it_does() {
        for (query, found) in [
            (
                "send an email message",
                "POST /users/{userId}/messages/send",
            ),
            ("list messages", "GET /users/{userId}/messages"),
            ("get profile", "GET /users/{userId}/profile"),
        ] {
            assert_eq!(best(query).as_deref(), Some(found), "{query}");
        }
        assert_eq!(best("quantum chromodynamics"), None);
    }

    #[test]
    fn the_beginning_of_a_word_is_enough_and_the_whole_word_is_better() {
        let near = |word: &str, wanted: &str| closest([word.to_owned()].into_iter(), wanted);
        assert_eq!(near("embedding", "embedding"), SAME);
        assert_eq!(near("embedding", "embed"), SAME / 2);
        assert_eq!(near("id", "idea"), 0);
    }

    #[test]
    fn identifiers_fall_into_words() {
        let split = |text: &str| words(text).collect::<Vec<_>>();
        assert_eq!(
            split("createDatabaseEntries"),
            ["create", "database", "entry"]
        );
        assert_eq!(split("/v1/pages/{page_id}"), ["v1", "page", "page", "id"]);
    }
}
