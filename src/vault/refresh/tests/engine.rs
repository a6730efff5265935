//! A store that is full when the test says so, and whose users meet others at work.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::store::{
    Batch, Commit, Engine, MemoryEngine, Pair, SharedEngine, StoreError, Watcher, Write,
};

type Once = Box<dyn FnOnce() + Send>;

#[derive(Default)]
pub struct Moody {
    inner: MemoryEngine,
    pub is_full: AtomicBool,
    /// How many commits were refused for that which tell what came of a refresh.
    pub refused: AtomicU64,
    /// So many commits that write this table are conflicts.
    conflicts: Mutex<(Vec<u8>, usize)>,
    /// Happens before a key of this table is read the next time.
    before_read: Mutex<Option<(Vec<u8>, Once)>>,
}

fn is_of(key: &[u8], table: &[u8]) -> bool {
    !table.is_empty() && key.windows(table.len()).any(|part| part == table)
}

impl Moody {
    pub fn shared(self: &Arc<Self>) -> SharedEngine {
        Arc::clone(self) as SharedEngine
    }

    pub fn fill(&self, is_full: bool) {
        self.refused.store(0, Ordering::SeqCst);
        self.is_full.store(is_full, Ordering::SeqCst);
    }

    pub fn refuse(&self, table: &str, times: usize) {
        *self.conflicts.lock().unwrap() = (table.as_bytes().to_vec(), times);
    }

    pub fn before_read(&self, table: &str, once: Once) {
        *self.before_read.lock().unwrap() = Some((table.as_bytes().to_vec(), once));
    }

    fn meets_another(&self, writes: &[Write]) -> bool {
        let mut conflicts = self.conflicts.lock().unwrap();
        let (table, left) = &mut *conflicts;
        let meets = *left > 0 && writes.iter().any(|write| is_of(write.key(), table));
        *left -= usize::from(meets);
        meets
    }
}

impl Engine for Moody {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let once = {
            let mut waiting = self.before_read.lock().unwrap();
            waiting.take_if(|(table, _)| is_of(key, table))
        };
        if let Some((_, once)) = once {
            once();
        }
        self.inner.get(key)
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.inner.scan(prefix, after, limit)
    }

    fn count(&self, prefix: &[u8]) -> Result<u64, StoreError> {
        self.inner.count(prefix)
    }

    fn commit(&self, batch: Batch) -> Commit {
        if self.is_full.load(Ordering::SeqCst) {
            let ends_attempt = |write: &Write| matches!(write, Write::Delete(key) if is_of(key, b"refresh-attempt"));
            let counts = batch.writes.iter().any(ends_attempt);
            self.refused.fetch_add(u64::from(counts), Ordering::SeqCst);
            return Box::pin(std::future::ready(Err(StoreError::Full)));
        }
        if self.meets_another(&batch.writes) {
            return Box::pin(std::future::ready(Err(StoreError::Conflict)));
        }
        self.inner.commit(batch)
    }

    fn watch(&self, watcher: Watcher) {
        self.inner.watch(watcher);
    }
}
