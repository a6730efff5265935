//! Keys and platforms.

use std::collections::{BTreeSet, HashMap};

use super::words::capitalised;

/// How long a key may be, in bytes.
const MAX_KEY: usize = 64;

/// Gives keys that are not taken yet.
#[derive(Debug, Default)]
pub struct Keys {
    taken: BTreeSet<String>,
    /// The number that is tried next for a key; all before it are taken.
    next: HashMap<String, usize>,
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
        self.free_by(key, |taken, key| taken.contains(key))
    }

    fn free_by(
        &mut self,
        key: &str,
        mut is_taken: impl FnMut(&BTreeSet<String>, &str) -> bool,
    ) -> String {
        let mut free = key.to_owned();
        if is_taken(&self.taken, key) {
            let next = self.next.entry(key.to_owned()).or_insert(2);
            loop {
                free = format!("{key}{next}");
                *next += 1;
                if !is_taken(&self.taken, &free) {
                    break;
                }
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_is_free_is_taken() {
        let mut keys = Keys::default();
        keys.take("list3");
        let got = ["list", "list", "list", "list2", "list"].map(|key| keys.free(key));
        assert_eq!(got, ["list", "list2", "list4", "list22", "list5"]);
    }

    #[test]
    fn a_key_that_many_want_is_not_counted_from_the_beginning_each_time() {
        let mut keys = Keys::default();
        let mut looks = 0;
        for _ in 0..1_000 {
            keys.free_by("list", |taken, key| {
                looks += 1;
                taken.contains(key)
            });
        }
        assert!(looks <= 2_000, "{looks}");
    }
}
