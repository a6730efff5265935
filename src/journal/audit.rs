//! Who changed what: one record for each change, in the same commit as the change.
//!
//! Each record carries the hash of the one before, so that none can be altered, taken out or put in
//! without the rest showing it ([`Audit::verify`]). There is a chain for each environment, and one
//! for what belongs to none.
//!
//! **Why commits are chained ahead of their answers:** a record needs the hash of the one before,
//! which may not be on disk yet. The store decides commits in the order in which they are handed
//! over; so the last hash that was *handed over* is remembered, each commit expects it, and many
//! share a sync as ever. A commit that does not happen takes those behind it along: they are
//! made anew on what the store has.

mod chain;
mod list;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use chain::Link;
pub use chain::{Broken, Head};
pub use list::{AuditFilter, Entry, Place};

use crate::domain::{Actor, Clock, Environment, Timestamp};
use crate::store::{
    Batch, Commit, NO_ENVIRONMENT, Sequence, SharedEngine, StoreError, Table, Write,
};

/// A change that others' failed changes keep taking along gives up after so many tries.
const MAX_TRIES: usize = 100;
/// The id of the only record of the table of heads.
const HEAD: &str = "head";

/// Something that was done, in the words of the audit log. No value of a secret is ever in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// Such as `connection.deleted`.
    pub what: &'static str,
    /// What it was done to.
    pub object: Object,
    /// What else is to be known.
    pub detail: Map<String, Value>,
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Object {
    /// Such as `connection`.
    pub kind: String,
    /// Which.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
}

/// A record as it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Counts the records of a chain from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub what: String,
    /// To what.
    pub object: Object,
    /// Where; nowhere if it belongs to no environment.
    pub environment: Option<Environment>,
    /// What else is to be known.
    #[serde(default)]
    pub detail: Map<String, Value>,
}

impl Deed {
    /// `what` was done to the `kind` with this `id`.
    pub fn new(what: &'static str, kind: &str, id: &str, name: Option<&str>) -> Self {
        Self {
            what,
            object: Object {
                kind: kind.to_owned(),
                id: id.to_owned(),
                name: name.map(str::to_owned),
            },
            detail: Map::new(),
        }
    }

    /// The same, and `value` is to be known.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// Where the next record goes, as far as this process knows.
#[derive(Default)]
struct End {
    head: Option<(Head, Option<Vec<u8>>)>,
    /// Counts how often `head` was forgotten.
    turn: u64,
}

/// The audit log of an instance.
pub struct Audit {
    engine: SharedEngine,
    clock: Arc<dyn Clock>,
    links: Table<Link>,
    heads: Table<Head>,
    ends: Mutex<BTreeMap<Option<Environment>, End>>,
}

impl Audit {
    /// The audit log in `engine`.
    pub fn new(engine: &SharedEngine, clock: Arc<dyn Clock>) -> Self {
        Self {
            links: Table::new(SharedEngine::clone(engine), "audit"),
            heads: Table::new(SharedEngine::clone(engine), "audit-head"),
            engine: SharedEngine::clone(engine),
            clock,
            ends: Mutex::default(),
        }
    }

    /// Commits `batch` together with the record that `by` did `deed`.
    ///
    /// # Errors
    /// `Conflict` only if an expectation of `batch` itself does not hold.
    pub async fn commit(
        &self,
        batch: Batch,
        environment: Option<Environment>,
        by: &Actor,
        deed: Deed,
    ) -> Result<Sequence, StoreError> {
        for _ in 0..MAX_TRIES {
            let (commit, turn) = self.hand_over(batch.clone(), environment, by, &deed)?;
            match commit.await {
                Ok(sequence) => return Ok(sequence),
                Err(StoreError::Conflict) => {
                    self.forget(environment, turn);
                    if !self.holds(&batch)? {
                        return Err(StoreError::Conflict);
                    }
                }
                Err(error) => {
                    self.forget(environment, turn);
                    return Err(error);
                }
            }
        }
        Err(StoreError::Conflict)
    }

    /// Hands `batch` over to the store, with the next record. One at a time: the order of records
    /// is the order of commits.
    fn hand_over(
        &self,
        mut batch: Batch,
        environment: Option<Environment>,
        by: &Actor,
        deed: &Deed,
    ) -> Result<(Commit, u64), StoreError> {
        let scope = scope(environment);
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let end = ends.entry(environment).or_default();
        let (before, raw) = match end.head.take() {
            Some(known) => known,
            None => self.stored_head(environment)?,
        };
        let record = Record {
            number: before.number + 1,
            at: self.clock.now(),
            actor: by.clone(),
            what: deed.what.to_owned(),
            object: deed.object.clone(),
            environment,
            detail: deed.detail.clone(),
        };
        let link = Link::new(&before.hash, &record);
        let head = Head {
            number: record.number,
            hash: link.hash.clone(),
        };
        let id = chain::id(record.number);
        self.links.put_new_into(&mut batch, scope, &id, &link)?;
        match &raw {
            Some(raw) => self
                .heads
                .replace_into(&mut batch, scope, HEAD, raw, &head)?,
            None => self.heads.put_new_into(&mut batch, scope, HEAD, &head)?,
        }
        let raw = batch.writes.last().and_then(|write| match write {
            Write::Put(_, raw) => Some(raw.clone()),
            Write::Delete(_) => None,
        });
        end.head = Some((head, raw));
        Ok((self.engine.commit(batch), end.turn))
    }

    /// What the store has as the end of a chain, and its bytes.
    fn stored_head(
        &self,
        environment: Option<Environment>,
    ) -> Result<(Head, Option<Vec<u8>>), StoreError> {
        let read = self.heads.get_raw(scope(environment), HEAD)?;
        Ok(match read {
            Some(read) => (read.value, Some(read.raw)),
            None => (Head::default(), None),
        })
    }

    /// A commit of this `turn` did not happen: what was handed over behind it will not either, and
    /// the next one looks in the store.
    fn forget(&self, environment: Option<Environment>, turn: u64) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let end = ends.entry(environment).or_default();
        if end.turn == turn {
            end.turn += 1;
            end.head = None;
        }
    }

    fn holds(&self, batch: &Batch) -> Result<bool, StoreError> {
        for (key, expected) in &batch.expect {
            if self.engine.get(key)? != *expected {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn scope(environment: Option<Environment>) -> &'static str {
    environment.map_or(NO_ENVIRONMENT, Environment::as_str)
}

#[cfg(test)]
mod tests;
