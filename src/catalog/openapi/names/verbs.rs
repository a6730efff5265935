//! What an operation does, told by a word of its identifier or its path.

mod table;

use self::table::{ACTS, ALSO_NOUNS, BEFORE, CRUD, PLAIN};

/// What kind of thing a verb does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Gives several.
    List,
    /// Gives one.
    Get,
    /// Looks for some.
    Search,
    /// Reads in another way: counts, checks, downloads.
    Read,
    /// Makes one.
    Create,
    /// Changes one.
    Update,
    /// Removes one.
    Delete,
    /// Does something else.
    Act,
}

/// A verb, and how many words it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verb {
    /// As a title begins with it.
    pub text: String,
    /// What kind of thing it does.
    pub kind: Kind,
    /// Of how many words it was made.
    pub length: usize,
    /// Whether it is done to several at once.
    pub many: bool,
}

impl Verb {
    /// For something that is done and has no verb of its own.
    pub fn run() -> Self {
        Self {
            text: "run".to_owned(),
            kind: Kind::Act,
            length: 0,
            many: false,
        }
    }
}

/// The verb that `words` begin with. `reads` tells that the operation only reads, so that words
/// which are as often nouns are not taken for verbs, unless they are the usual ones.
pub fn leading(words: &[String], reads: bool) -> Option<Verb> {
    let (first, rest) = words.split_first()?;
    let first = first.to_lowercase();
    if let Some((_, before)) = BEFORE.iter().find(|(word, _)| *word == first)
        && let Some(verb) = leading(rest, false)
    {
        let text = format!("{before} {}", verb.text);
        let length = verb.length + 1;
        return Some(Verb {
            text,
            length,
            many: true,
            ..verb
        });
    }
    // `update` and its like are never nouns at the head of more words.
    let usual = [
        "list", "read", "view", "show", "query", "search", "count", "check", "lookup", "export",
        "compare", "preview", "load",
    ];
    if reads && ALSO_NOUNS.contains(&first.as_str()) && !usual.contains(&first.as_str()) {
        return None;
    }
    let plain = PLAIN.iter().find(|(word, ..)| *word == first);
    let (text, kind) = match plain {
        Some((_, text, kind)) => ((*text).to_owned(), *kind),
        None if ACTS.contains(&first.as_str()) => (first.clone(), Kind::Act),
        None => return None,
    };
    let is = |at: usize, word: &str| {
        words
            .get(at)
            .is_some_and(|other| other.to_lowercase() == word)
    };
    let verb = |text: String, kind, length| {
        Some(Verb {
            text,
            kind,
            length,
            many: false,
        })
    };
    if kind == Kind::Get && is(1, "all") {
        return verb("list".to_owned(), Kind::List, 2);
    }
    if matches!(kind, Kind::Get | Kind::Search) && is(1, "list") && words.len() == 2 {
        return verb("list".to_owned(), Kind::List, 2);
    }
    if matches!(first.as_str(), "get" | "find" | "look") && is(1, "up") {
        return verb("look up".to_owned(), Kind::Search, 2);
    }
    // `createOrUpdate`, `enableOrDisable`
    if (is(1, "or") || is(1, "and"))
        && let Some(other) = words.get(2..).and_then(|rest| leading(rest, false))
    {
        let with = words.get(1).cloned().unwrap_or_default();
        return verb(
            format!("{text} {with} {}", other.text),
            kind,
            2 + other.length,
        );
    }
    for particle in ["off", "out", "up", "down", "back", "over", "in"] {
        let goes = [
            "turn", "sign", "log", "opt", "check", "roll", "clean", "set", "top", "take", "scale",
            "start", "hand", "fail",
        ];
        if is(1, particle) && goes.contains(&first.as_str()) {
            return verb(format!("{text} {particle}"), Kind::Act, 2);
        }
    }
    verb(text, kind, 1)
}

/// Whether `verb` is as often a noun, so that more words behind it make it part of a name:
/// `login_links`, `transfer_reversals`.
pub fn makes_names(verb: &str) -> bool {
    const RARELY: [&str; 14] = [
        "set", "update", "change", "move", "copy", "mark", "start", "stop", "save", "check",
        "edit", "read", "list", "close",
    ];
    let verb = verb.split(' ').next().unwrap_or_default();
    ALSO_NOUNS.contains(&verb) && !RARELY.contains(&verb)
}

/// Whether `words` are one verb that is no noun.
pub fn is_only_a_verb(words: &[String]) -> bool {
    let [one] = words else {
        return false;
    };
    matches!(one.as_str(), "login" | "logout" | "search")
        || (ACTS.contains(&one.as_str()) && !ALSO_NOUNS.contains(&one.as_str()))
}

/// Whether `word` is one of the verbs that most identifiers have, and never a noun.
pub fn is_crud(word: &str) -> bool {
    CRUD.contains(&word) && !matches!(word, "list" | "set" | "put" | "patch")
}

/// Whether a verb begins `words` that may be a noun, and a plain one ends them: `issueCreate`.
pub fn ends_plainly(words: &[String]) -> bool {
    let is = |word: Option<&String>, among: &[&str]| {
        word.is_some_and(|word| among.contains(&word.as_str()))
    };
    let is_batch = words
        .first()
        .is_some_and(|first| BEFORE.iter().any(|(word, _)| first == word));
    words.len() > 1
        && !is_batch
        && is(words.first(), ALSO_NOUNS)
        && !is(words.first(), &CRUD)
        && is(words.last(), &CRUD)
}

/// The verb that `words` end with, behind at least one other.
pub fn trailing(words: &[String], reads: bool) -> Option<Verb> {
    for length in [3, 2, 1] {
        let Some((before, tail)) = words
            .len()
            .checked_sub(length)
            .and_then(|at| words.split_at_checked(at))
        else {
            continue;
        };
        if before.is_empty() {
            continue;
        }
        if length == 1 && tail.first().is_some_and(|word| word == "info") {
            return Some(Verb {
                text: "get".to_owned(),
                kind: Kind::Get,
                length: 1,
                many: false,
            });
        }
        let is_list = tail
            .first()
            .is_some_and(|word| word == "list" || word == "search" || word == "count");
        if let Some(verb) = leading(tail, reads && !is_list).filter(|verb| verb.length == length) {
            return Some(verb);
        }
    }
    None
}
