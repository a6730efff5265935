//! The chain of hashes, and how it shows what was tampered with.

use serde::{Deserialize, Serialize};

use super::{Audit, Record, scope};
use crate::crypto::{hex, sha256};
use crate::domain::Environment;
use crate::store::StoreError;

/// What every hash begins with, so that it is of nothing else.
const LABEL: &[u8] = b"magpie audit 1\0";
/// Records are read in portions of so many.
const PORTION: usize = 512;

/// A record as it is stored: the very text that was hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The hash of the record before, in hexadecimal; empty in the first.
    pub previous: String,
    /// SHA-256 of the label, `previous`, a zero byte, and `record`.
    pub hash: String,
    /// A [`Record`] as JSON.
    pub record: String,
}

/// The end of a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// How many records there are.
    pub number: u64,
    /// The hash of the last.
    pub hash: String,
}

/// Where a chain does not hold.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Somebody has altered the store.
    #[error("the audit log was tampered with: record {number} {what}")]
    At {
        /// Which record.
        number: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Link {
    /// `record`, behind the record with the hash `previous`.
    pub fn new(previous: &str, record: &Record) -> Self {
        let record = serde_json::to_string(record).expect("its maps have texts for keys");
        Self {
            hash: hash(previous, &record),
            previous: previous.to_owned(),
            record,
        }
    }
}

fn hash(previous: &str, record: &str) -> String {
    let mut text = LABEL.to_vec();
    text.extend_from_slice(previous.as_bytes());
    text.push(0);
    text.extend_from_slice(record.as_bytes());
    hex(&sha256(&text))
}

/// What the record with this number is stored under: the latest stands first.
pub fn id(number: u64) -> String {
    format!("{:020}", u64::MAX - number)
}

impl Audit {
    /// Follows a chain from its end to its beginning, and gives its end.
    ///
    /// It shows whether a record was altered, taken out or put in. Whoever can write the whole store
    /// can make a whole new chain; only a hash that was noted elsewhere tells that one.
    ///
    /// # Errors
    /// Where it does not hold, latest first.
    pub fn verify(&self, environment: Option<Environment>) -> Result<Head, Broken> {
        let broken = |number, what| Err(Broken::At { number, what });
        let (head, first) = self.head_and_latest(environment)?;
        let (mut number, mut expected) = (head.number, head.hash.clone());
        if first.is_some_and(|first| first < id(number)) {
            return broken(number + 1, "is one too many");
        }
        // What was committed since the head was read stands before this.
        let mut after = Some(id(number.saturating_add(1)));
        loop {
            let some = self
                .links
                .scan(scope(environment), after.as_deref(), PORTION)?;
            for (found, link) in &some {
                if number == 0 {
                    return broken(0, "stands before the first");
                }
                if *found != id(number) {
                    return broken(number, "is missing");
                }
                let read: Result<Record, _> = serde_json::from_str(&link.record);
                if hash(&link.previous, &link.record) != link.hash
                    || read.is_ok_and(|record| record.number != number)
                {
                    return broken(number, "was altered");
                }
                if link.hash != expected {
                    return broken(number, "is another one than the next one follows");
                }
                number -= 1;
                expected.clone_from(&link.previous);
            }
            match some.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None if number > 0 => return broken(number, "is missing"),
                None if !expected.is_empty() => return broken(1, "follows one that is missing"),
                None => return Ok(head),
            }
        }
    }

    /// The end of a chain and the id of its latest record, as they stood at one moment.
    fn head_and_latest(
        &self,
        environment: Option<Environment>,
    ) -> Result<(Head, Option<String>), StoreError> {
        loop {
            let (head, _) = self.stored_head(environment)?;
            let latest = self.links.scan(scope(environment), None, 1)?;
            if self.stored_head(environment)?.0 == head {
                return Ok((head, latest.into_iter().next().map(|(id, _)| id)));
            }
        }
    }
}
