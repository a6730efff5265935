//! Secondary keys: ids by something else than their id.
//!
//! A secondary key is written and removed in the same [`Batch`] as the record it leads to; nothing
//! keeps the two in step but that. The bytes it was made from must be remembered in the record, or
//! it can't be removed again.

use super::keys;
use super::{Batch, SharedEngine, StoreError, Write};

/// Many ids for each key.
#[derive(Clone)]
pub struct Index {
    engine: SharedEngine,
    name: String,
}

/// At most one id for each key.
#[derive(Clone)]
pub struct UniqueIndex {
    engine: SharedEngine,
    name: String,
}

/// An entry of an [`Index`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id it leads to.
    pub id: String,
    /// Where it stands: the next page begins after it.
    pub cursor: Vec<u8>,
}

impl Index {
    /// The index `index` of the table `table`.
    pub fn new(engine: SharedEngine, table: &'static str, index: &'static str) -> Self {
        Self {
            engine,
            name: format!("{table}.{index}"),
        }
    }

    /// Adds the entry from `parts` to `id`. Entries sort by their parts in turn, then by id.
    pub fn add_into(&self, batch: &mut Batch, scope: &str, parts: &[&[u8]], id: &str) {
        let key = self.entry(scope, parts, id);
        batch.writes.push(Write::Put(key, Vec::new()));
    }

    /// Removes the entry from `parts` to `id`, if it is there.
    pub fn remove_into(&self, batch: &mut Batch, scope: &str, parts: &[&[u8]], id: &str) {
        let key = self.entry(scope, parts, id);
        batch.writes.push(Write::Delete(key));
    }

    /// At most `limit` ids of entries that begin with `parts`, after the first `skip`.
    ///
    /// `depth` is how many parts an entry has in all. Skipping costs as much as reading.
    pub fn scan(
        &self,
        scope: &str,
        parts: &[&[u8]],
        depth: usize,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let prefix = beginning(scope, &self.name, parts);
        let wanted = skip.saturating_add(limit);
        let pairs = self.engine.scan(&prefix, None, wanted)?;
        pairs
            .into_iter()
            .skip(skip)
            .map(|(key, _)| self.id_of(scope, &key, depth))
            .collect()
    }

    /// At most `limit` entries that begin with `parts`, after the entry whose cursor is `after`.
    pub fn page(
        &self,
        scope: &str,
        parts: &[&[u8]],
        depth: usize,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let prefix = beginning(scope, &self.name, parts);
        let pairs = self.engine.scan(&prefix, after, limit)?;
        pairs
            .into_iter()
            .map(|(cursor, _)| {
                let id = self.id_of(scope, &cursor, depth)?;
                Ok(Entry { id, cursor })
            })
            .collect()
    }

    /// How many entries begin with `parts`. It walks over all of them.
    pub fn count(&self, scope: &str, parts: &[&[u8]]) -> Result<u64, StoreError> {
        self.engine.count(&beginning(scope, &self.name, parts))
    }

    fn entry(&self, scope: &str, parts: &[&[u8]], id: &str) -> Vec<u8> {
        let mut key = beginning(scope, &self.name, parts);
        key.extend_from_slice(id.as_bytes());
        key
    }

    fn id_of(&self, scope: &str, key: &[u8], depth: usize) -> Result<String, StoreError> {
        let parts = key.strip_prefix(keys::prefix(scope, &self.name).as_slice());
        let id = (0..depth).fold(parts, |rest, _| rest.and_then(keys::skip_part));
        id.and_then(|id| String::from_utf8(id.to_vec()).ok())
            .ok_or_else(|| keys::corrupt(key, "it is no entry of this index"))
    }
}

impl UniqueIndex {
    /// The index `index` of the table `table`.
    pub fn new(engine: SharedEngine, table: &'static str, index: &'static str) -> Self {
        Self {
            engine,
            name: format!("{table}.{index}"),
        }
    }

    /// Gives `parts` to `id`; the commit is a conflict if they are given to somebody.
    pub fn claim_into(&self, batch: &mut Batch, scope: &str, parts: &[&[u8]], id: &str) {
        let key = beginning(scope, &self.name, parts);
        batch.expect.push((key.clone(), None));
        batch.writes.push(Write::Put(key, id.as_bytes().to_vec()));
    }

    /// Takes `parts` from `id`; the commit is a conflict if they are not `id`'s.
    pub fn release_into(&self, batch: &mut Batch, scope: &str, parts: &[&[u8]], id: &str) {
        let key = beginning(scope, &self.name, parts);
        batch
            .expect
            .push((key.clone(), Some(id.as_bytes().to_vec())));
        batch.writes.push(Write::Delete(key));
    }

    /// The id that `parts` lead to.
    pub fn find(&self, scope: &str, parts: &[&[u8]]) -> Result<Option<String>, StoreError> {
        let key = beginning(scope, &self.name, parts);
        let Some(id) = self.engine.get(&key)? else {
            return Ok(None);
        };
        String::from_utf8(id)
            .map(Some)
            .map_err(|_| keys::corrupt(&key, "it leads to no id"))
    }
}

/// A part that sorts as the number does.
pub fn ascending(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// A part that sorts against the number: the latest first.
pub fn descending(number: u64) -> [u8; 8] {
    (!number).to_be_bytes()
}

fn beginning(scope: &str, name: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = keys::prefix(scope, name);
    for part in parts {
        keys::push_part(&mut key, part);
    }
    key
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::store::contract::wait;
    use crate::store::memory::MemoryEngine;

    fn commit(engine: &SharedEngine, fill: impl FnOnce(&mut Batch)) -> Result<u64, StoreError> {
        let mut batch = Batch::default();
        fill(&mut batch);
        wait(engine.commit(batch))
    }

    fn by_owner() -> (SharedEngine, Index) {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let index = Index::new(SharedEngine::clone(&engine), "connections", "owner");
        (engine, index)
    }

    #[test]
    fn the_latest_come_first_and_pages_follow() {
        let (engine, index) = by_owner();
        commit(&engine, |batch| {
            for (owner, at, id) in [("u", 1, "a"), ("u", 3, "c"), ("u", 2, "b"), ("u2", 9, "x")] {
                index.add_into(batch, "live", &[owner.as_bytes(), &descending(at)], id);
            }
        })
        .unwrap();
        assert_eq!(
            index.scan("live", &[b"u"], 2, 0, 9).unwrap(),
            ["c", "b", "a"]
        );
        assert_eq!(index.scan("live", &[b"u"], 2, 1, 1).unwrap(), ["b"]);
        assert_eq!(
            index.scan("test", &[b"u"], 2, 0, 9).unwrap(),
            Vec::<String>::new()
        );
        assert_eq!(index.count("live", &[b"u"]).unwrap(), 3);
        assert_eq!(index.count("live", &[]).unwrap(), 4);

        let first = index.page("live", &[b"u"], 2, None, 2).unwrap();
        let rest = index
            .page("live", &[b"u"], 2, Some(&first[1].cursor), 2)
            .unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].id, "a");
    }

    #[test]
    fn a_removed_entry_is_gone() {
        let (engine, index) = by_owner();
        commit(&engine, |batch| index.add_into(batch, "live", &[b"u"], "a")).unwrap();
        commit(&engine, |batch| {
            index.remove_into(batch, "live", &[b"u"], "a")
        })
        .unwrap();
        assert_eq!(index.count("live", &[]).unwrap(), 0);
    }

    #[test]
    fn a_unique_key_is_given_once() {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let index = UniqueIndex::new(SharedEngine::clone(&engine), "connections", "key");
        commit(&engine, |batch| {
            index.claim_into(batch, "live", &[b"k"], "a")
        })
        .unwrap();
        let second = commit(&engine, |batch| {
            index.claim_into(batch, "live", &[b"k"], "b")
        });
        assert!(matches!(second, Err(StoreError::Conflict)));
        assert_eq!(index.find("live", &[b"k"]).unwrap().as_deref(), Some("a"));

        let stranger = commit(&engine, |batch| {
            index.release_into(batch, "live", &[b"k"], "b")
        });
        assert!(matches!(stranger, Err(StoreError::Conflict)));
        commit(&engine, |batch| {
            index.release_into(batch, "live", &[b"k"], "a")
        })
        .unwrap();
        assert_eq!(index.find("live", &[b"k"]).unwrap(), None);
    }

    proptest! {
        #[test]
        fn a_value_finds_its_own_ids_and_no_others(
            entries in prop::collection::btree_set(("[a\0/\u{1}]{0,3}", "[a\0/\u{1}]{0,3}", "[ab]{0,2}"), 0..20),
        ) {
            let (engine, index) = by_owner();
            commit(&engine, |batch| for (one, two, id) in &entries {
                index.add_into(batch, "live", &[one.as_bytes(), two.as_bytes()], id);
            }).unwrap();
            for (wanted, _, _) in &entries {
                let found = index.scan("live", &[wanted.as_bytes()], 2, 0, 99).unwrap();
                let own: Vec<String> = entries.iter()
                    .filter(|(one, _, _)| one == wanted)
                    .map(|(_, _, id)| id.clone())
                    .collect();
                prop_assert_eq!(found.len(), own.len());
                let (found, own): (BTreeSet<_>, BTreeSet<_>) = (found.into_iter().collect(), own.into_iter().collect());
                prop_assert_eq!(found, own);
            }
        }
    }
}
