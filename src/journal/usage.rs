//! When a key or a connection was last used: noted in memory, written now and then.
//!
//! **Why coarse:** a write for each request would cost more than the request. A use is on disk
//! within a minute of it; a crash forgets at most that minute.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

use papaya::HashMap as ConcurrentMap;

use crate::domain::{Environment, Timestamp};
use crate::store::{Batch, SharedEngine, StoreError, Table};

/// The times of last use of one kind of record.
pub struct Usage {
    engine: SharedEngine,
    table: Table<Timestamp>,
    noted: ConcurrentMap<(Environment, uuid::Uuid), AtomicI64>,
}

impl Usage {
    /// Uses of the kind that `table` names.
    pub fn new(engine: &SharedEngine, table: &'static str) -> Self {
        let table = Table::new(SharedEngine::clone(engine), table);
        Self {
            engine: SharedEngine::clone(engine),
            table,
            noted: ConcurrentMap::new(),
        }
    }

    /// Notes a use. Cheap: nothing is written here.
    pub fn note(&self, environment: Environment, id: uuid::Uuid, now: Timestamp) {
        let noted = self.noted.pin();
        let last = noted.get_or_insert_with((environment, id), || AtomicI64::new(now.micros()));
        last.fetch_max(now.micros(), Ordering::Relaxed);
    }

    /// When `id` was last used.
    pub fn last(
        &self,
        environment: Environment,
        id: uuid::Uuid,
    ) -> Result<Option<Timestamp>, StoreError> {
        let noted = self
            .noted
            .pin()
            .get(&(environment, id))
            .map(|last| last.load(Ordering::Relaxed));
        match noted {
            Some(micros) => Ok(Some(Timestamp::from_micros(micros))),
            None => self.table.get(environment.as_str(), &id.to_string()),
        }
    }

    /// When each was last used, of those that were.
    pub fn all(
        &self,
        environment: Environment,
    ) -> Result<HashMap<uuid::Uuid, Timestamp>, StoreError> {
        let written = self.table.scan(environment.as_str(), None, usize::MAX)?;
        let written = written
            .into_iter()
            .filter_map(|(id, at)| Some((uuid::Uuid::try_parse(&id).ok()?, at)));
        let mut all: HashMap<uuid::Uuid, Timestamp> = written.collect();
        for ((of, id), last) in &self.noted.pin() {
            if *of == environment {
                let at = Timestamp::from_micros(last.load(Ordering::Relaxed));
                all.insert(*id, at);
            }
        }
        Ok(all)
    }

    /// Writes down what was noted since the last time.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let noted: HashMap<_, _> = self
            .noted
            .pin()
            .iter()
            .map(|(key, last)| (*key, last.load(Ordering::Relaxed)))
            .collect();
        let mut batch = Batch::default();
        for ((environment, id), micros) in &noted {
            let time = Timestamp::from_micros(*micros);
            self.table
                .put_into(&mut batch, environment.as_str(), &id.to_string(), &time)?;
        }
        if batch.writes.is_empty() {
            return Ok(());
        }
        self.engine.commit(batch).await?;
        // What was used again meanwhile stays noted.
        let map = self.noted.pin();
        for (key, micros) in noted {
            let _ = map.remove_if(&key, |_, last| last.load(Ordering::Relaxed) == micros);
        }
        Ok(())
    }

    /// Has a record's last use forgotten together with the record.
    pub fn forget_into(&self, batch: &mut Batch, environment: Environment, id: uuid::Uuid) {
        self.noted.pin().remove(&(environment, id));
        self.table
            .delete_into(batch, environment.as_str(), &id.to_string());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::MemoryEngine;

    #[tokio::test]
    async fn a_use_is_seen_at_once_and_survives_once_written() {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let (id, now) = (uuid::Uuid::from_u128(1), Timestamp::from_micros(5));
        let usage = Usage::new(&engine, "used");
        usage.note(Environment::Test, id, now);
        assert_eq!(usage.last(Environment::Test, id).unwrap(), Some(now));
        assert_eq!(usage.last(Environment::Live, id).unwrap(), None);
        assert_eq!(usage.all(Environment::Test).unwrap()[&id], now);
        assert!(usage.all(Environment::Live).unwrap().is_empty());
        usage.flush().await.unwrap();
        assert_eq!(usage.noted.len(), 0);
        assert_eq!(usage.all(Environment::Test).unwrap()[&id], now);
        assert_eq!(
            Usage::new(&engine, "used")
                .last(Environment::Test, id)
                .unwrap(),
            Some(now)
        );
    }
}
