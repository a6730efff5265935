//! A store whose commits are timed.

use std::sync::Arc;

use tokio::time::Instant;

use crate::store::{Batch, Commit, Engine, Pair, SharedEngine, StoreError, Watcher};
use crate::telemetry::Metrics;

/// `engine`, with `metrics` told how long each commit takes until it is on disk.
pub fn measured(engine: SharedEngine, metrics: Arc<Metrics>) -> SharedEngine {
    Arc::new(Measured { engine, metrics })
}

struct Measured {
    engine: SharedEngine,
    metrics: Arc<Metrics>,
}

impl Engine for Measured {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.engine.get(key)
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.engine.scan(prefix, after, limit)
    }

    fn count(&self, prefix: &[u8]) -> Result<u64, StoreError> {
        self.engine.count(prefix)
    }

    fn commit(&self, batch: Batch) -> Commit {
        let (commit, metrics, began) = (
            self.engine.commit(batch),
            Arc::clone(&self.metrics),
            Instant::now(),
        );
        Box::pin(async move {
            let sequence = commit.await?;
            metrics.committed(began.elapsed());
            Ok(sequence)
        })
    }

    fn watch(&self, watcher: Watcher) {
        self.engine.watch(watcher);
    }
}
