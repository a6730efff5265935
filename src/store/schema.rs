//! Which version of records a store holds, and the steps from one to the next.
//!
//! What is stored outlives the program. A stored type changes only with a step here, and a test
//! that opens a store from before.

use super::keys::{self, corrupt};
use super::table::NO_ENVIRONMENT;
use super::{Batch, Engine, SharedEngine, StoreError, Write};

/// The version of records that this program reads and writes.
pub const CURRENT: u32 = 1 + STEPS.len() as u32;

/// What leads from version `n + 1` to `n + 2`: the changes to make, given the store as it is.
///
/// The batch of a step is committed together with the new stamp. Until there is one that must
/// change more than fits into a batch, that is all there is to it.
type Step = fn(&dyn Engine) -> Result<Batch, StoreError>;

const STEPS: &[Step] = &[];

/// Why the records can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A newer program wrote them. This one would misread them.
    #[error(
        "the records are of version {found}, and this program knows versions up to {supported}; run a newer program"
    )]
    Newer {
        /// The version of the records.
        found: u32,
        /// The newest that this program reads.
        supported: u32,
    },
    /// The stamp, or a record on the way, could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes the records of `engine` to [`CURRENT`]; an empty store is stamped with it.
///
/// Gives the version that was found, or none in an empty store. Two programs that do this at once
/// are no danger: a step expects the stamp it started from.
pub async fn bring_up_to_date(engine: &SharedEngine) -> Result<Option<u32>, SchemaError> {
    climb(engine, STEPS).await
}

async fn climb(engine: &SharedEngine, steps: &[Step]) -> Result<Option<u32>, SchemaError> {
    let supported = 1 + u32::try_from(steps.len()).unwrap_or(u32::MAX - 1);
    let Some(found) = stamp(engine.as_ref())? else {
        engine
            .commit(stamped(Batch::default(), None, supported))
            .await?;
        return Ok(None);
    };
    if found > supported {
        return Err(SchemaError::Newer { found, supported });
    }
    for (version, step) in (1..).zip(steps) {
        if version >= found {
            let batch = step(engine.as_ref())?;
            engine
                .commit(stamped(batch, Some(version), version + 1))
                .await?;
        }
    }
    Ok(Some(found))
}

fn stamp(engine: &dyn Engine) -> Result<Option<u32>, StoreError> {
    let Some(raw) = engine.get(&key())? else {
        return Ok(None);
    };
    let version = std::str::from_utf8(&raw)
        .ok()
        .and_then(|text| text.parse().ok());
    version
        .map(Some)
        .ok_or_else(|| corrupt(&key(), "the stamp is no number"))
}

fn stamped(mut batch: Batch, from: Option<u32>, to: u32) -> Batch {
    let bytes = |version: u32| version.to_string().into_bytes();
    batch.expect.push((key(), from.map(bytes)));
    batch.writes.push(Write::Put(key(), bytes(to)));
    batch
}

fn key() -> Vec<u8> {
    let mut key = keys::prefix(NO_ENVIRONMENT, "schema");
    key.extend_from_slice(b"version");
    key
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::contract::{puts, wait};
    use crate::store::memory::MemoryEngine;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    fn store() -> SharedEngine {
        Arc::new(MemoryEngine::new())
    }

    #[test]
    fn an_empty_store_is_stamped_with_the_current_version() {
        let engine = store();
        assert_eq!(block_on(bring_up_to_date(&engine)).unwrap(), None);
        assert_eq!(block_on(bring_up_to_date(&engine)).unwrap(), Some(CURRENT));
    }

    #[test]
    fn newer_records_are_refused() {
        let engine = store();
        wait(engine.commit(puts(&[(&key(), b"7")]))).unwrap();
        let error = block_on(bring_up_to_date(&engine)).unwrap_err();
        assert!(
            matches!(
                error,
                SchemaError::Newer {
                    found: 7,
                    supported: CURRENT
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn a_stamp_that_is_no_number_is_refused() {
        let engine = store();
        wait(engine.commit(puts(&[(&key(), b"one")]))).unwrap();
        let error = block_on(bring_up_to_date(&engine)).unwrap_err();
        assert!(
            matches!(error, SchemaError::Store(StoreError::Corrupt { .. })),
            "{error}"
        );
    }

    #[test]
    fn each_missing_step_is_taken_once_and_in_order() {
        fn append(engine: &dyn Engine, letter: u8) -> Result<Batch, StoreError> {
            let mut text = engine.get(b"text")?.unwrap_or_default();
            text.push(letter);
            Ok(puts(&[(b"text", &text)]))
        }
        let steps: &[Step] = &[
            |e| append(e, b'1'),
            |e| append(e, b'2'),
            |e| append(e, b'3'),
        ];
        let engine = store();
        wait(engine.commit(puts(&[(&key(), b"2")]))).unwrap();
        assert_eq!(block_on(climb(&engine, steps)).unwrap(), Some(2));
        assert_eq!(block_on(climb(&engine, steps)).unwrap(), Some(4));
        assert_eq!(engine.get(b"text").unwrap().as_deref(), Some(&b"23"[..]));
    }
}
