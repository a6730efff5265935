//! The data keys, from the store into the keyring.

use std::sync::Arc;

use crate::crypto::{KeyId, KeyPurpose, Keyring, KeyringError, MasterKey, WrappedKey};
use crate::domain::{Clock, Environment, Timestamp};
use crate::store::{Batch, NO_ENVIRONMENT, SharedEngine, StoreError, Table};

/// Why there is no keyring.
#[derive(Debug, thiserror::Error)]
pub enum OpenKeysError {
    /// The master key is the wrong one, or a key is lost that everything needs.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What may be known of a data key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyFacts {
    /// Names it without being it.
    pub id: KeyId,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it is the one that is used from now on; the others only open what they sealed.
    pub is_current: bool,
}

/// The keyring, and the master key that wraps what is added to it.
pub struct Keys {
    engine: SharedEngine,
    table: Table<WrappedKey>,
    master: MasterKey,
    clock: Arc<dyn Clock>,
    /// The opened keys.
    pub keyring: Arc<Keyring>,
}

impl Keys {
    /// Opens the data keys of the store; makes them in a new one.
    ///
    /// # Errors
    /// If there are keys and `master` opens none of them: the folder belongs to another master key.
    pub async fn open(
        engine: &SharedEngine,
        master: MasterKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenKeysError> {
        let table: Table<WrappedKey> = Table::new(SharedEngine::clone(engine), "data-key");
        let mut stored: Vec<WrappedKey> = table
            .scan(NO_ENVIRONMENT, None, usize::MAX)?
            .into_iter()
            .map(|(_, key)| key)
            .collect();
        if stored.is_empty() {
            stored = KeyPurpose::ALL
                .map(|purpose| WrappedKey::generate(&master, purpose, clock.now()))
                .to_vec();
            let mut batch = Batch::default();
            for key in &stored {
                table.put_new_into(&mut batch, NO_ENVIRONMENT, &key.id.to_string(), key)?;
            }
            engine.commit(batch).await?;
        }
        let (keyring, missing) = Keyring::open(&master, &stored)?;
        for key in missing {
            tracing::error!(%key, "a data key does not open; what it sealed is out of reach until it is restored");
        }
        let keyring = Arc::new(keyring);
        Ok(Self {
            engine: SharedEngine::clone(engine),
            table,
            master,
            clock,
            keyring,
        })
    }

    /// Every data key there is, oldest first.
    pub fn list(&self) -> Result<Vec<KeyFacts>, StoreError> {
        let sealing = self.keyring.sealing();
        let stored = self.table.scan(NO_ENVIRONMENT, None, usize::MAX)?;
        let mut all: Vec<KeyFacts> = stored
            .into_iter()
            .map(|(_, key)| KeyFacts {
                id: key.id,
                purpose: key.purpose,
                created_at: key.created_at,
                // The first one hashes for ever, and is never replaced.
                is_current: key.purpose == KeyPurpose::Hash
                    || sealing.iter().any(|(id, _)| *id == key.id),
            })
            .collect();
        all.sort_by_key(|key| key.created_at);
        Ok(all)
    }

    /// Replaces the sealing keys that have served long enough. A new key is on disk before it seals.
    pub async fn renew_worn(&self) -> Result<(), StoreError> {
        for environment in Environment::ALL {
            if !self.keyring.is_worn(environment, self.clock.now()) {
                continue;
            }
            let purpose = KeyPurpose::sealing(environment);
            let key = WrappedKey::generate(&self.master, purpose, self.clock.now());
            let mut batch = Batch::default();
            self.table
                .put_new_into(&mut batch, NO_ENVIRONMENT, &key.id.to_string(), &key)?;
            self.engine.commit(batch).await?;
            self.keyring.add(&self.master, &key);
            tracing::info!(%environment, key = %key.id, "a new data key seals from now on");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SealContext;
    use crate::domain::{Secret, SystemClock};
    use crate::store::MemoryEngine;

    struct Later;

    impl Clock for Later {
        fn now(&self) -> Timestamp {
            SystemClock
                .now()
                .plus(std::time::Duration::from_secs(60 * 60 * 24 * 365))
        }
    }

    fn master(byte: u8) -> MasterKey {
        MasterKey::new(&Secret::new([byte; 32]))
    }

    const CONTEXT: SealContext<'static> = SealContext {
        environment: Environment::Test,
        kind: "x",
        record: "1",
        field: "f",
    };

    #[tokio::test]
    async fn keys_are_made_once_and_found_again_and_another_master_key_is_refused() {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let keys = Keys::open(&engine, master(1), Arc::clone(&clock))
            .await
            .unwrap();
        let sealed = keys.keyring.seal(&CONTEXT, b"s");
        let again = Keys::open(&engine, master(1), Arc::clone(&clock))
            .await
            .unwrap();
        assert_eq!(
            again
                .keyring
                .open_sealed(&CONTEXT, &sealed)
                .unwrap()
                .expose(),
            b"s"
        );
        let error = Keys::open(&engine, master(2), clock)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("does not open this data folder"), "{error}");
    }

    #[tokio::test]
    async fn a_worn_key_is_replaced_and_still_opens_what_it_sealed() {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let keys = Keys::open(&engine, master(1), Arc::new(SystemClock))
            .await
            .unwrap();
        let old = keys.keyring.seal(&CONTEXT, b"old");
        let later = Keys::open(&engine, master(1), Arc::new(Later))
            .await
            .unwrap();
        later.renew_worn().await.unwrap();
        let current = later.list().unwrap();
        let current = current.iter().filter(|key| key.is_current).count();
        assert_eq!((current, later.list().unwrap().len()), (3, 5));
        let new = later.keyring.seal(&CONTEXT, b"new");
        assert_ne!(old.key_id().unwrap(), new.key_id().unwrap());
        assert_eq!(
            later.keyring.open_sealed(&CONTEXT, &old).unwrap().expose(),
            b"old"
        );
        later.renew_worn().await.unwrap();
        assert_eq!(
            later.keyring.seal(&CONTEXT, b"x").key_id().unwrap(),
            new.key_id().unwrap()
        );
    }
}
