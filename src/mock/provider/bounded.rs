//! A map that forgets its oldest entries.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A map of at most so many entries: one more, and the oldest is forgotten.
#[derive(Debug)]
pub struct Bounded<K, V> {
    most: usize,
    entries: HashMap<K, V>,
    ages: VecDeque<K>,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    /// A map of at most `most` entries.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            entries: HashMap::new(),
            ages: VecDeque::new(),
        }
    }

    /// Puts `value` under `key`. A key that is there keeps its age.
    pub fn put(&mut self, key: K, value: V) {
        if self.entries.insert(key.clone(), value).is_none() {
            self.ages.push_back(key);
        }
        while self.ages.len() > self.most {
            if let Some(oldest) = self.ages.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    /// What is under `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// What is under `key`, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    /// All entries, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_makes_room() {
        let mut map = Bounded::new(2);
        for (key, value) in [(1, 'a'), (2, 'b'), (1, 'c'), (3, 'd')] {
            map.put(key, value);
        }
        let kept: Vec<_> = (1..=3).map(|key| map.get(&key).copied()).collect();
        assert_eq!(kept, [None, Some('b'), Some('d')]);
    }
}
