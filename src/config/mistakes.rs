//! What is wrong with a configuration, all of it at once.

use std::fmt;

use figment::value::Value;

use super::settings::is_secret;

/// The longest part of a value that a mistake repeats, in characters.
const SHOWN_CHARS: usize = 80;

/// One thing to mend: where it was written, under which key, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// A file, an environment variable or a flag.
    pub origin: String,
    /// Dotted, as in `egress.allow`; empty where a whole file is meant.
    pub key: String,
    /// What was written, unless it is secret or was written under a key that we don't know: that
    /// could be a secret under a misspelt name.
    pub value: Option<String>,
    /// What would be right.
    pub what: String,
}

impl Mistake {
    /// A value that its key does not take.
    pub(super) fn of_value(origin: &str, key: &str, value: &Value, what: String) -> Self {
        Self {
            origin: origin.to_owned(),
            key: key.to_owned(),
            value: Some(in_words(key, value)),
            what,
        }
    }

    /// Something for which there is no value to show.
    pub(super) fn of_key(origin: &str, key: &str, what: String) -> Self {
        Self {
            origin: origin.to_owned(),
            key: key.to_owned(),
            value: None,
            what,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if !self.key.is_empty() {
            // A quoted TOML key may hold anything, a newline or an escape sequence too.
            write!(f, ": {}", self.key.escape_debug())?;
        }
        if let Some(value) = &self.value {
            write!(f, " = {value}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Every mistake that was found; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// `Ok` where there is none.
    pub(super) fn none_or(found: Vec<Mistake>) -> Result<(), Self> {
        if found.is_empty() {
            return Ok(());
        }
        Err(Self(found))
    }

    /// One by one: unreadable files first, then unknown keys and wrong types, then broken rules.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, mistake) in self.0.iter().enumerate() {
            let newline = if nth == 0 { "" } else { "\n" };
            write!(f, "{newline}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// `value` on one line, cut where it is long and hidden where it is secret.
pub(super) fn in_words(key: &str, value: &Value) -> String {
    if is_secret(key) {
        return "•••".to_owned();
    }
    let text = serde_json::to_string(value).unwrap_or_default();
    if text.chars().count() <= SHOWN_CHARS {
        return text;
    }
    text.chars().take(SHOWN_CHARS).chain(['…']).collect()
}

/// The one of `known` that `key` was probably meant to be.
///
/// A right name in the wrong section counts as near.
pub(super) fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let far = |other: &str| distance(key, other).min(1 + distance(&last(key), &last(other)));
    known
        .map(|other| (far(other), other))
        .filter(|(far, _)| *far <= 1 + last(key).chars().count() / 4)
        .min()
        .map(|(_, other)| other)
}

/// How many letters must be added, left out or replaced to get from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, above) in b.chars().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(from != to);
            diagonal = *above;
            left = replaced.min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_letters() {
        for (a, b, letters) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("port", "prot", 2),
            ("same", "same", 0),
        ] {
            assert_eq!(distance(a, b), letters, "{a} {b}");
        }
    }

    #[test]
    fn a_misspelt_or_misplaced_key_has_a_nearest_one() {
        let known = ["port", "bind", "egress.allow", "keyring.master_key"];
        for (key, meant) in [
            ("prot", Some("port")),
            ("egress_allow", Some("egress.allow")),
            ("egres.allow", Some("egress.allow")),
            ("master_key", Some("keyring.master_key")),
            ("limits.bind", Some("bind")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(nearest(key, known.into_iter()), meant, "{key}");
        }
    }
}
