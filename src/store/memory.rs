//! An engine that forgets everything when it is dropped: for development and tests.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Batch, Commit, Engine, Pair, Sequence, StoreError, Watcher, Write};

/// Keys and values in memory.
///
/// A commit happens before [`Engine::commit`] returns; two of them take turns.
#[derive(Default)]
pub struct MemoryEngine {
    state: RwLock<State>,
    watchers: RwLock<Vec<Watcher>>,
}

#[derive(Default)]
struct State {
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
    sequence: Sequence,
}

impl MemoryEngine {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit_now(&self, batch: Batch) -> Result<Sequence, StoreError> {
        // Held until the watchers know, so that they hear of commits in order.
        let watchers = self
            .watchers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let sequence = self.write().apply(&batch)?;
        for watcher in watchers.iter() {
            watcher(&batch.writes);
        }
        Ok(sequence)
    }
}

impl Engine for MemoryEngine {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.read().pairs.get(key).cloned())
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        Ok(self
            .read()
            .pairs
            .range::<[u8], _>((from, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    fn count(&self, prefix: &[u8]) -> Result<u64, StoreError> {
        let count = self
            .read()
            .pairs
            .range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .count();
        Ok(count as u64)
    }

    fn commit(&self, batch: Batch) -> Commit {
        let outcome = self.commit_now(batch);
        Box::pin(std::future::ready(outcome))
    }

    fn watch(&self, watcher: Watcher) {
        self.watchers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(watcher);
    }
}

impl State {
    fn apply(&mut self, batch: &Batch) -> Result<Sequence, StoreError> {
        let holds = batch
            .expect
            .iter()
            .all(|(key, expected)| self.pairs.get(key) == expected.as_ref());
        if !holds {
            return Err(StoreError::Conflict);
        }
        for write in &batch.writes {
            match write {
                Write::Put(key, value) => self.pairs.insert(key.clone(), value.clone()),
                Write::Delete(key) => self.pairs.remove(key),
            };
        }
        self.sequence += 1;
        Ok(self.sequence)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    crate::store::contract::holds_for!(|| Arc::new(MemoryEngine::new()));
}
