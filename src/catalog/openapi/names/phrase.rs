//! A title in its parts.

use super::inflect::{article, is_plural, is_uncountable, plural, singular};
use super::path::Step;
use super::verbs::Kind;
use super::words::{capitalised, spelled};

/// Which of its kind the object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Any one: "an invoice".
    One,
    /// The only one: "the balance".
    The,
    /// Several: "invoices".
    Many,
    /// As the words are.
    Bare,
}

/// What an operation does.
#[derive(Clone, Debug)]
pub struct Phrase {
    /// What it does, in words.
    pub verb: String,
    /// What kind of thing that is.
    pub kind: Kind,
    /// What it does it to.
    pub object: Vec<String>,
    /// Which of them.
    pub number: Number,
    /// What follows, as it will be read: "for a customer".
    pub tail: Vec<String>,
    /// What the object belongs to, the nearest first.
    pub owners: Vec<Step>,
    /// How many of the owners are told.
    pub told: usize,
}

/// Words before which there is a "the".
const SUPERLATIVES: [&str; 17] = [
    "latest",
    "current",
    "default",
    "last",
    "first",
    "next",
    "previous",
    "authenticated",
    "own",
    "same",
    "newest",
    "oldest",
    "signed",
    "primary",
    "global",
    "overall",
    "entire",
];
/// Words that are articles themselves.
const DETERMINERS: [&str; 16] = [
    "a", "an", "the", "all", "my", "your", "any", "each", "every", "some", "multiple", "many",
    "several", "this", "one", "me",
];

impl Phrase {
    /// The title.
    pub fn title(&self) -> String {
        let mut text = vec![self.verb.clone()];
        if !self.object.is_empty() {
            let has_owner = (self.told > 0 && self.kind != Kind::Create)
                || self.tail.first().is_some_and(|word| word == "of");
            text.push(noun(&self.object, self.number, has_owner));
        }
        for (at, owner) in self.owners.iter().take(self.told).enumerate() {
            let so_far = text.join(" ").to_lowercase();
            let words = without_end(&owner.words);
            let name = noun(words, owner_number(owner), false);
            let bare = noun(words, Number::Bare, false).to_lowercase();
            let one = singular(&bare);
            if so_far.ends_with(&bare) || so_far.ends_with(&one) || self.tells(words) {
                continue;
            }
            let word = match (self.kind, at) {
                (_, 1..) => "of",
                (Kind::Create, 0) if self.verb == "add" => "to",
                (Kind::Create, 0) => "for",
                (Kind::Delete, 0) if self.verb == "remove" => "from",
                _ if !owner.keyed && !is_me(owner) => "in",
                _ => "of",
            };
            text.push(format!("{word} {name}"));
        }
        text.extend(self.tail.iter().cloned());
        capitalised(&text.join(" "))
    }

    /// Whether what follows the object speaks of the owner already.
    fn tells(&self, owner: &[String]) -> bool {
        let last = |words: &str| {
            words
                .rsplit(' ')
                .next()
                .map(|word| singular(&word.to_lowercase()))
        };
        let owner = owner.last().map(|word| spelled(word));
        let owner = owner.and_then(|word| last(&word));
        self.tail.iter().any(|part| last(part) == owner)
    }

    /// Its words without articles, for a key.
    pub fn key_words(&self) -> Vec<String> {
        self.title()
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .filter(|word| !matches!(word.to_lowercase().as_str(), "" | "a" | "an" | "the"))
            .map(|word| word.replace('\'', ""))
            .collect()
    }
}

/// The words without a preposition at their end: `memberOf` is a member.
fn without_end(words: &[String]) -> &[String] {
    match words.split_last() {
        Some((last, before))
            if !before.is_empty() && matches!(last.as_str(), "of" | "for" | "to" | "by") =>
        {
            before
        }
        _ => words,
    }
}

fn is_me(owner: &Step) -> bool {
    matches!(owner.words.as_slice(), [one] if one == "me" || one == "self")
}

fn owner_number(owner: &Step) -> Number {
    let last = owner.words.last().map_or("", String::as_str);
    match owner.keyed {
        true => Number::One,
        false if is_plural(last) || is_uncountable(last) => Number::Bare,
        false => Number::The,
    }
}

/// `words` with their article.
pub fn noun(words: &[String], number: Number, has_owner: bool) -> String {
    if let [one] = words
        && (one == "me" || one == "self" || one == "myself")
    {
        return "the signed-in user".to_owned();
    }
    let Some((last, before)) = words.split_last() else {
        return String::new();
    };
    let head = match number {
        Number::Many => plural(last),
        Number::One => singular(last),
        Number::The | Number::Bare => last.clone(),
    };
    let mut all: Vec<String> = before.iter().map(|word| spelled(word)).collect();
    all.push(spelled(&head));
    let text = all.join(" ");
    let first = before.first().unwrap_or(&head).to_lowercase();
    if DETERMINERS.contains(&first.as_str()) {
        return text;
    }
    let is_best = SUPERLATIVES.contains(&first.as_str());
    match number {
        Number::Many | Number::Bare if !is_best => text,
        Number::Many => text,
        _ if is_plural(&head) => match has_owner || is_best {
            true => format!("the {text}"),
            false => text,
        },
        _ if is_best => format!("the {text}"),
        _ if is_uncountable(&spelled(&head)) => match has_owner {
            true => format!("the {text}"),
            false => text,
        },
        Number::One => format!("{} {text}", article(&text)),
        _ => format!("the {text}"),
    }
}
