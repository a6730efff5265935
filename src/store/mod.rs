//! Ordered keys and values with atomic, durable commits.
//!
//! An [`Engine`] does little, because there is to be more than one: it reads, it scans, it commits
//! a [`Batch`] all or nothing, and it tells watchers what a commit changed. Tables and indexes are
//! built on these operations, once.

pub mod embedded;
pub mod index;
mod keys;
pub mod memory;
pub mod schema;
pub mod table;

#[cfg(test)]
mod contract;

pub use index::{Index, UniqueIndex, ascending, descending};
pub use memory::MemoryEngine;
pub use table::{NO_ENVIRONMENT, Table, Versioned};

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The number of a commit: each is one greater than the one before.
pub type Sequence = u64;

/// A pair from a scan.
pub type Pair = (Vec<u8>, Vec<u8>);

/// One change that a commit makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Sets `key` to `value`.
    Put(Vec<u8>, Vec<u8>),
    /// Removes `key`, if it is there.
    Delete(Vec<u8>),
}

impl Write {
    /// The key that it changes.
    pub fn key(&self) -> &[u8] {
        match self {
            Self::Put(key, _) | Self::Delete(key) => key,
        }
    }
}

/// Changes that happen together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What must hold when the commit happens: each key has exactly this value (`None`: is absent).
    pub expect: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// What changes, in this order.
    pub writes: Vec<Write>,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed an expected key first. Read again and decide again.
    #[error("the record was changed by somebody else meanwhile")]
    Conflict,
    /// No room on the disk. Nothing was written; reads go on.
    #[error("the disk that holds the data folder is full")]
    Full,
    /// The disk failed in a way that leaves unknown what it holds. Writes are refused until a restart.
    #[error("the store takes no writes since a disk error; restart the program")]
    ReadOnly,
    /// A record that cannot be read as what it should be.
    #[error("the stored record `{key}` cannot be read")]
    Corrupt {
        /// Its key, printable.
        key: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something else went wrong with the disk.
    #[error("the store could not be read or written")]
    Io(#[from] std::io::Error),
}

/// What becomes of a commit. It is on its way whether or not this is waited for.
pub type Commit = Pin<Box<dyn Future<Output = Result<Sequence, StoreError>> + Send>>;

/// Hears what each commit changed: in commit order, after it can be read, before it is answered.
pub type Watcher = Box<dyn Fn(&[Write]) + Send + Sync>;

/// Ordered keys and values with atomic commits.
pub trait Engine: Send + Sync + 'static {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` pairs whose keys begin with `prefix`, in key order, after the key `after`.
    ///
    /// Each pair is whole, but a commit that happens meanwhile may show in some and not in others.
    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError>;

    /// How many keys begin with `prefix`.
    fn count(&self, prefix: &[u8]) -> Result<u64, StoreError>;

    /// Makes the changes of `batch`, if its expectations hold. Resolves once they are on disk.
    fn commit(&self, batch: Batch) -> Commit;

    /// Has `watcher` told of every later commit. It is called on the committing thread: be brief.
    fn watch(&self, watcher: Watcher);
}

/// An engine, shared.
pub type SharedEngine = Arc<dyn Engine>;
