//! Records of one type, by id.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::{self, corrupt};
use super::{Batch, SharedEngine, StoreError, Write};

/// The scope of what belongs to no environment.
pub const NO_ENVIRONMENT: &str = "-";

/// How a record is wrapped. It changes only with a step in `schema`.
const VERSION: u32 = 1;

/// Records of type `V`, each at `{scope}/{name}/{id}`.
///
/// A record is stored as JSON, `{"v":1,"record":{…}}`: field names are kept, so that a record
/// that an older program wrote can be read by a newer one. Nothing here commits. Whoever changes
/// something puts it into a [`Batch`], together with its secondary keys and its audit record.
pub struct Table<V> {
    engine: SharedEngine,
    name: &'static str,
    records: PhantomData<fn() -> V>,
}

/// A record and the bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<V> {
    /// The record.
    pub value: V,
    /// What the store held: the expectation under which the record may be replaced.
    pub raw: Vec<u8>,
}

#[derive(Serialize)]
struct Wrapping<'a, V> {
    v: u32,
    record: &'a V,
}

#[derive(Deserialize)]
struct Wrapped<V> {
    v: u32,
    record: V,
}

impl<V> Clone for Table<V> {
    fn clone(&self) -> Self {
        Self {
            engine: SharedEngine::clone(&self.engine),
            name: self.name,
            records: PhantomData,
        }
    }
}

impl<V: Serialize + DeserializeOwned> Table<V> {
    /// The table `name` of `engine`. The name contains no dot; those are for indexes.
    pub fn new(engine: SharedEngine, name: &'static str) -> Self {
        debug_assert!(!name.contains('.'), "a dot begins the name of an index");
        Self {
            engine,
            name,
            records: PhantomData,
        }
    }

    /// The key of the record `id`, as watchers see it.
    pub fn key(&self, scope: &str, id: &str) -> Vec<u8> {
        let mut key = keys::prefix(scope, self.name);
        key.extend_from_slice(id.as_bytes());
        key
    }

    /// What the keys of all records of `scope` begin with.
    pub fn prefix(&self, scope: &str) -> Vec<u8> {
        keys::prefix(scope, self.name)
    }

    /// Reads a record from what the store, or a watcher's [`Write`], has at `key`.
    pub fn decode(&self, key: &[u8], raw: &[u8]) -> Result<V, StoreError> {
        let wrapped: Wrapped<V> =
            serde_json::from_slice(raw).map_err(|error| corrupt(key, plain(&error)))?;
        if wrapped.v != VERSION {
            return Err(corrupt(key, format!("its version is {}", wrapped.v)));
        }
        Ok(wrapped.record)
    }

    /// The record `id`.
    pub fn get(&self, scope: &str, id: &str) -> Result<Option<V>, StoreError> {
        Ok(self.get_raw(scope, id)?.map(|versioned| versioned.value))
    }

    /// The record `id` with its bytes, for whoever is going to replace it.
    pub fn get_raw(&self, scope: &str, id: &str) -> Result<Option<Versioned<V>>, StoreError> {
        let key = self.key(scope, id);
        let Some(raw) = self.engine.get(&key)? else {
            return Ok(None);
        };
        let value = self.decode(&key, &raw)?;
        Ok(Some(Versioned { value, raw }))
    }

    /// At most `limit` records with their ids, in order of ids, after the id `after`.
    pub fn scan(
        &self,
        scope: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, V)>, StoreError> {
        let prefix = self.prefix(scope);
        let after = after.map(|id| self.key(scope, id));
        let pairs = self.engine.scan(&prefix, after.as_deref(), limit)?;
        pairs
            .into_iter()
            .map(|(key, raw)| Ok((keys::id_behind(&key, &prefix)?, self.decode(&key, &raw)?)))
            .collect()
    }

    /// How many records there are. It walks over all of them.
    pub fn count(&self, scope: &str) -> Result<u64, StoreError> {
        self.engine.count(&self.prefix(scope))
    }

    /// Sets the record `id`, whatever it was.
    pub fn put_into(
        &self,
        batch: &mut Batch,
        scope: &str,
        id: &str,
        value: &V,
    ) -> Result<(), StoreError> {
        let key = self.key(scope, id);
        let raw = encode(&key, value)?;
        batch.writes.push(Write::Put(key, raw));
        Ok(())
    }

    /// Makes the record `id`; the commit is a conflict if there is one.
    pub fn put_new_into(
        &self,
        batch: &mut Batch,
        scope: &str,
        id: &str,
        value: &V,
    ) -> Result<(), StoreError> {
        batch.expect.push((self.key(scope, id), None));
        self.put_into(batch, scope, id, value)
    }

    /// Replaces the record `id`; the commit is a conflict unless it still is what was read as `old`.
    pub fn replace_into(
        &self,
        batch: &mut Batch,
        scope: &str,
        id: &str,
        old: &[u8],
        new: &V,
    ) -> Result<(), StoreError> {
        batch.expect.push((self.key(scope, id), Some(old.to_vec())));
        self.put_into(batch, scope, id, new)
    }

    /// Removes the record `id`, if it is there.
    pub fn delete_into(&self, batch: &mut Batch, scope: &str, id: &str) {
        batch.writes.push(Write::Delete(self.key(scope, id)));
    }

    /// Removes the record `id`; the commit is a conflict unless it still is what was read as `old`.
    pub fn delete_read_into(&self, batch: &mut Batch, scope: &str, id: &str, old: &[u8]) {
        batch.expect.push((self.key(scope, id), Some(old.to_vec())));
        self.delete_into(batch, scope, id);
    }
}

fn encode<V: Serialize>(key: &[u8], record: &V) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(&Wrapping { v: VERSION, record }).map_err(|error| corrupt(key, error))
}

/// Where the JSON is wrong, without the value that is wrong there: it may be anything.
fn plain(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "a field is missing or not what it should be",
        _ => "it is no JSON",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}

#[cfg(test)]
mod tests;
