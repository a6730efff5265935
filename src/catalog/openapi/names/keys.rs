//! Keys and platforms.

use std::collections::BTreeSet;

use super::words::capitalised;

/// How long a key may be, in bytes.
const MAX_KEY: usize = 64;

/// Gives keys that are not taken yet.
#[derive(Debug, Default)]
pub struct Keys {
    taken: BTreeSet<String>,
}

impl Keys {
    /// Takes `key` away.
    pub fn take(&mut self, key: &str) {
        self.taken.insert(key.to_owned());
    }

    /// A key of `words`, or of them and a number.
    pub fn key(&mut self, words: &[String]) -> String {
        let mut key = String::new();
        for word in words {
            let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            let plain = plain.to_ascii_lowercase();
            let next = if key.is_empty() {
                plain
            } else {
                capitalised(&plain)
            };
            if key.len() + next.len() > MAX_KEY {
                break;
            }
            key.push_str(&next);
        }
        if !key.starts_with(|c: char| c.is_ascii_lowercase()) {
            key = format!("call{}", capitalised(&key));
        }
        self.free(&key)
    }

    /// `key`, or it with a number.
    pub fn free(&mut self, key: &str) -> String {
        let numbered = (2..).map(|number| format!("{key}{number}"));
        let free = std::iter::once(key.to_owned())
            .chain(numbered)
            .find(|key| !self.taken.contains(key))
            .unwrap_or_default();
        self.taken.insert(free.clone());
        free
    }
}

/// `text` in lower-case words joined by hyphens, as a platform is named.
pub fn slug(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let slug = plain.split_whitespace().collect::<Vec<_>>().join("-");
    let short: String = slug.chars().take(64).collect();
    short.trim_matches('-').to_owned()
}
