//! Words: how texts and identifiers fall into them, and which of them are the same.

use std::iter::Peekable;
use std::str::Chars;

/// Words that say nothing about an action. They are left out of titles and questions alike.
const STOP: [&str; 78] = [
    "a",
    "about",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "by",
    "can",
    "could",
    "currently",
    "did",
    "do",
    "does",
    "for",
    "from",
    "had",
    "has",
    "have",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "me",
    "mine",
    "my",
    "need",
    "now",
    "of",
    "on",
    "one",
    "onto",
    "or",
    "our",
    "own",
    "please",
    "should",
    "so",
    "some",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "up",
    "us",
    "via",
    "want",
    "wants",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "will",
    "with",
    "would",
    "you",
    "your",
];

/// Words in `-ing` and `-ed` that are things of their own, not what is done to others: the
/// settings of a page are not what sets it.
const KEPT: [&str; 17] = [
    "billing",
    "booking",
    "briefing",
    "building",
    "embed",
    "heading",
    "housing",
    "landing",
    "listing",
    "meeting",
    "onboarding",
    "posting",
    "pricing",
    "recording",
    "setting",
    "shipping",
    "training",
];

/// Words that end in two of a letter by themselves.
const DOUBLE: [&str; 12] = [
    "bill", "call", "enroll", "fill", "install", "poll", "pull", "roll", "scroll", "sell", "spell",
    "tell",
];

/// Whether a word says nothing about an action.
pub(super) fn is_empty(word: &str) -> bool {
    STOP.binary_search(&word).is_ok()
}

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Lower-case, otherwise as written.
    pub text: String,
    /// Whether it has a possessive's ending, which is cut off: `issue's`.
    pub owns: bool,
}

/// Falls into words: `createDatabaseEntries`, `/v1/pages/{page_id}` and `List pages` alike. Digits
/// are words of their own behind two letters or more.
pub(super) fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    let mut before = Kind::Other;
    while let Some(c) = chars.next() {
        let kind = Kind::of(c);
        let next = chars.peek().map_or(Kind::Other, |next| Kind::of(*next));
        let begins = match (before, kind) {
            (Kind::Lower, Kind::Upper) => true,
            // The last capital of `HTTPServer` begins the next word; that of `APIs` does not.
            (Kind::Upper, Kind::Upper) => next == Kind::Lower && !ends_in_s(&chars),
            (Kind::Digit, Kind::Upper) if next == Kind::Lower => true,
            (Kind::Digit, Kind::Lower | Kind::Upper) | (Kind::Lower | Kind::Upper, Kind::Digit) => {
                word.len() > 1
            }
            _ => false,
        };
        if (begins || kind == Kind::Other) && !word.is_empty() {
            let apostrophe = matches!(c, '\'' | '’');
            let owns = apostrophe && (ends_in_s(&chars) || word.ends_with('s'));
            if apostrophe && ends_in_s(&chars) {
                chars.next();
            }
            let text = std::mem::take(&mut word);
            words.push(Word { text, owns });
        }
        if kind != Kind::Other {
            word.extend(c.to_lowercase());
        }
        before = kind;
    }
    if !word.is_empty() {
        words.push(Word {
            text: word,
            owns: false,
        });
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        if c.is_uppercase() {
            Self::Upper
        } else if c.is_alphabetic() {
            Self::Lower
        } else if c.is_numeric() {
            Self::Digit
        } else {
            Self::Other
        }
    }
}

/// Whether an `s` comes next, and then no more of the word.
fn ends_in_s(chars: &Peekable<Chars<'_>>) -> bool {
    let mut ahead = chars.clone();
    ahead.next() == Some('s') && ahead.next().is_none_or(|c| Kind::of(c) != Kind::Lower)
}

/// A word without the endings of plural and tense: `charges`, `charged` and `charging` are one.
///
/// Lighter than the well-known stemmers, which take `customer` and `custom`, `organization` and
/// `organ` for the same.
pub(super) fn stem(word: &str) -> String {
    let singular = singular(word);
    if KEPT.binary_search(&singular.as_str()).is_ok() {
        return singular;
    }
    let cut = ["ing", "ed"].iter().find_map(|ending| {
        let stem = singular.strip_suffix(ending)?;
        (stem.len() >= 3 && stem.contains(['a', 'e', 'i', 'o', 'u', 'y'])).then_some(stem)
    });
    let stem = match cut {
        Some(stem) => undouble(stem),
        None => singular.as_str(),
    };
    // `update`, `updated` and `updates` have this in common; so do `reply` and `replied`.
    let stem = match stem.strip_suffix('e') {
        Some(short) if short.len() >= 3 => short,
        _ => stem,
    };
    match stem.strip_suffix('i') {
        Some(short) if short.len() >= 3 && cut.is_some() => format!("{short}y"),
        _ => stem.to_owned(),
    }
}

/// Whether a word looks like a plural.
pub(super) fn is_plural(word: &str) -> bool {
    matches!(word, "people" | "children" | "everyone" | "everybody") || singular(word) != word
}

fn singular(word: &str) -> String {
    match word {
        "people" | "persons" => return "person".to_owned(),
        "children" => return "child".to_owned(),
        "indices" | "indexes" => return "index".to_owned(),
        "series" | "news" | "sms" | "always" | "dns" | "aws" | "ios" | "https" => {
            return word.to_owned();
        }
        _ => {}
    }
    for (ending, replacement) in [
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("ies", "y"),
        ("ss", "ss"),
        ("us", "us"),
        ("is", "is"),
        ("uses", "us"),
        ("s", ""),
    ] {
        if let Some(stem) = word.strip_suffix(ending) {
            let long = stem.len() + replacement.len() >= 3;
            return if long {
                format!("{stem}{replacement}")
            } else {
                word.to_owned()
            };
        }
    }
    word.to_owned()
}

/// `cancelled` has the stem of `cancel`, `planning` that of `plan`; `calling` that of `call`.
fn undouble(stem: &str) -> &str {
    let mut back = stem.chars().rev();
    match (back.next(), back.next()) {
        (Some(last), Some(other)) if last == other && !"aeiouszf".contains(last) => {
            let is_whole = stem.len() == 3 || DOUBLE.contains(&stem);
            stem.strip_suffix(last)
                .filter(|_| !is_whole)
                .unwrap_or(stem)
        }
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_words() {
        for (text, words) in [
            ("createDatabaseEntries", "create database entries"),
            ("/v1/pages/{page_id}", "v1 pages page id"),
            ("HTTPServerURLs", "http server urls"),
            ("listAPIs", "list apis"),
            ("chat.postMessage", "chat post message"),
            ("oauth2Token", "oauth 2 token"),
            ("2FA", "2fa"),
            ("a customer's card", "a customer card"),
            ("customers’ cards", "customers cards"),
            ("sales_orders-v2.json", "sales orders v2 json"),
            ("", ""),
        ] {
            let found: Vec<String> = split(text).into_iter().map(|word| word.text).collect();
            assert_eq!(found.join(" "), words, "{text}");
        }
    }

    #[test]
    fn forms_of_a_word_are_one() {
        for forms in [
            ["charge", "charges", "charged", "charging"],
            ["reply", "replies", "replied", "replying"],
            ["cancel", "cancels", "cancelled", "canceling"],
            ["list", "lists", "listed", "list"],
            ["call", "calls", "called", "calling"],
            ["batch", "batches", "batched", "batching"],
            ["address", "addresses", "addressed", "addressing"],
            ["status", "statuses", "status", "status"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|one| *one == stems[0]), "{stems:?}");
        }
    }

    #[test]
    fn different_things_stay_different() {
        for (one, other) in [
            ("customer", "custom"),
            ("settings", "set"),
            ("organization", "organ"),
            ("news", "new"),
            ("meeting", "meet"),
            ("listing", "list"),
        ] {
            assert_ne!(stem(one), stem(other));
        }
    }

    #[test]
    fn tables_are_sorted() {
        assert!(KEPT.is_sorted());
        assert!(STOP.is_sorted());
    }
}
