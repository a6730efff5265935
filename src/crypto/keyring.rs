//! The keys: one master key that wraps data keys, which seal.
//!
//! **Why two levels:** the master key lives outside the store and can be replaced by wrapping a
//! few data keys again; data keys are replaced by making a new one, while the old ones go on
//! opening what they sealed. With random 96-bit nonces a key must stay far below 2^32 seals
//! (NIST SP 800-38D section 8.3); [`Keyring::is_worn`] says when a new one is due.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use ring::aead::LessSafeKey;
use ring::hmac;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

use super::seal::{self, SealContext, SealError, Sealed};
use super::{hex, random_bytes, sha256};
use crate::domain::{Environment, Secret, Timestamp};

pub(super) const KEY_ID_LEN: usize = 8;

/// A data key seals at most this often in one run of the program.
const MAX_SEALS: u64 = 1 << 28;
/// A data key seals at most this long.
const MAX_AGE: Duration = Duration::from_secs(60 * 60 * 24 * 90);

/// Names a key without being one: eight bytes, shown in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(pub(super) [u8; KEY_ID_LEN]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = from_hex(&text).and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a key id has 16 hex digits"))
    }
}

/// The key that wraps the others. It never touches the store.
pub struct MasterKey {
    id: KeyId,
    key: LessSafeKey,
}

impl MasterKey {
    /// From its 32 bytes. Its id is derived from them and tells nothing about them.
    pub fn new(bytes: &Secret<[u8; 32]>) -> Self {
        let mut labelled = b"magpie master key id".to_vec();
        labelled.extend_from_slice(bytes.expose());
        let digest = sha256(&labelled);
        labelled.zeroize();
        let mut id = [0; KEY_ID_LEN];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self {
            id: KeyId(id),
            key: seal::sealing_key(bytes.expose()),
        }
    }

    /// Names it without being it.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

/// What a data key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPurpose {
    /// Sealing secrets of the test environment.
    SealTest,
    /// Sealing secrets of the live environment.
    SealLive,
    /// Hashing API keys.
    Hash,
}

impl KeyPurpose {
    /// All of them: a keyring needs one of each.
    pub const ALL: [Self; 3] = [Self::SealTest, Self::SealLive, Self::Hash];

    /// The purpose of the key that seals for `environment`.
    pub fn sealing(environment: Environment) -> Self {
        match environment {
            Environment::Test => Self::SealTest,
            Environment::Live => Self::SealLive,
        }
    }
}

/// A data key as it is stored: sealed by the master key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WrappedKey {
    /// Its id.
    pub id: KeyId,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The master key that opens it.
    pub master: KeyId,
    /// The key, sealed.
    pub wrapped: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
}

impl WrappedKey {
    /// A new random key, wrapped by `master`.
    pub fn generate(master: &MasterKey, purpose: KeyPurpose, now: Timestamp) -> Self {
        let id = KeyId(random_bytes());
        let key = Secret::new(random_bytes::<32>());
        let wrapped = seal::seal(&master.key, master.id, &bound(id, purpose), key.expose());
        Self {
            id,
            purpose,
            master: master.id,
            wrapped,
            created_at: now,
        }
    }

    fn unwrap_with(&self, master: &MasterKey) -> Option<Secret<[u8; 32]>> {
        let opened = seal::open(&master.key, &bound(self.id, self.purpose), &self.wrapped).ok()?;
        <[u8; 32]>::try_from(opened.expose().as_slice())
            .ok()
            .map(Secret::new)
    }
}

fn bound(id: KeyId, purpose: KeyPurpose) -> Vec<u8> {
    format!("magpie data key\0{id}\0{purpose:?}").into_bytes()
}

/// Not one of the stored data keys opens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "master key `{given}` does not open this data folder, whose keys were wrapped by master key `{needed}`; give that one"
)]
pub struct WrongMasterKey {
    /// The id of the master key at hand.
    pub given: KeyId,
    /// The id of the one that is needed.
    pub needed: KeyId,
}

/// Why there is no keyring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Another master key is needed.
    #[error(transparent)]
    WrongMasterKey(#[from] WrongMasterKey),
    /// No key of this purpose opens, and without one nothing works.
    #[error(
        "there is no usable data key for `{0:?}`: restore the store's record of it from a backup"
    )]
    NoKey(KeyPurpose),
}

/// The opened keys.
pub struct Keyring {
    keys: ArcSwap<Keys>,
    hash: hmac::Key,
}

#[derive(Clone, Default)]
struct Keys {
    by_id: HashMap<[u8; KEY_ID_LEN], Arc<DataKey>>,
    newest: HashMap<KeyPurpose, Arc<DataKey>>,
}

struct DataKey {
    id: KeyId,
    key: LessSafeKey,
    created_at: Timestamp,
    seals: AtomicU64,
}

impl Keyring {
    /// Opens the stored keys. Those that do not open are named in the answer: what they sealed is
    /// out of reach, all else works.
    ///
    /// # Errors
    /// If no key opens at all, or none of a purpose that everything needs.
    pub fn open(
        master: &MasterKey,
        stored: &[WrappedKey],
    ) -> Result<(Self, Vec<KeyId>), KeyringError> {
        let mut keys = Keys::default();
        let mut hash = None;
        let mut missing = Vec::new();
        let mut in_order: Vec<&WrappedKey> = stored.iter().collect();
        in_order.sort_by_key(|key| key.created_at);
        for wrapped in in_order {
            match wrapped.unwrap_with(master) {
                None => missing.push(wrapped.id),
                Some(bytes) if wrapped.purpose == KeyPurpose::Hash => {
                    // The first one hashes for ever: hashes cannot be made anew without the API keys.
                    hash.get_or_insert_with(|| hmac::Key::new(hmac::HMAC_SHA256, bytes.expose()));
                }
                Some(bytes) => keys.add(wrapped, &bytes),
            }
        }
        if let (false, Some(needed)) = (stored.len() > missing.len(), stored.first()) {
            return Err(WrongMasterKey {
                given: master.id,
                needed: needed.master,
            }
            .into());
        }
        let hash = hash.ok_or(KeyringError::NoKey(KeyPurpose::Hash))?;
        for purpose in [KeyPurpose::SealTest, KeyPurpose::SealLive] {
            if !keys.newest.contains_key(&purpose) {
                return Err(KeyringError::NoKey(purpose));
            }
        }
        Ok((
            Self {
                keys: ArcSwap::from_pointee(keys),
                hash,
            },
            missing,
        ))
    }

    /// Takes in a key that was made, and stored, later.
    pub fn add(&self, master: &MasterKey, wrapped: &WrappedKey) {
        if let Some(bytes) = wrapped.unwrap_with(master) {
            let mut keys = Keys::clone(&self.keys.load());
            keys.add(wrapped, &bytes);
            self.keys.store(Arc::new(keys));
        }
    }

    /// Whether the key that seals for `environment` should be replaced by a new one.
    pub fn is_worn(&self, environment: Environment, now: Timestamp) -> bool {
        let keys = self.keys.load();
        keys.newest
            .get(&KeyPurpose::sealing(environment))
            .is_none_or(|key| {
                key.seals.load(Ordering::Relaxed) > MAX_SEALS || now.since(key.created_at) > MAX_AGE
            })
    }

    /// The keys that seal, and how often each has since the program started.
    pub fn sealing(&self) -> Vec<(KeyId, u64)> {
        let keys = self.keys.load();
        let newest = keys.newest.values();
        newest
            .map(|key| (key.id, key.seals.load(Ordering::Relaxed)))
            .collect()
    }

    /// Seals `plaintext` so that it opens only in `context`.
    pub fn seal(&self, context: &SealContext<'_>, plaintext: &[u8]) -> Sealed {
        let keys = self.keys.load();
        let key = keys
            .newest
            .get(&KeyPurpose::sealing(context.environment))
            .expect("a keyring is opened only with a sealing key for each environment");
        key.seals.fetch_add(1, Ordering::Relaxed);
        seal::seal(&key.key, key.id, &seal::bind(context), plaintext)
    }

    /// Opens what was sealed in `context`.
    pub fn open_sealed(
        &self,
        context: &SealContext<'_>,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, SealError> {
        let id = sealed.key_id()?;
        let keys = self.keys.load();
        let key = keys.by_id.get(&id.0).ok_or(SealError::MissingKey(id))?;
        seal::open(&key.key, &seal::bind(context), sealed)
    }

    /// HMAC-SHA-256 of `bytes`, by which an API key is found without being stored.
    pub fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.hash, bytes).as_ref());
        out
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} keys)", self.keys.load().by_id.len())
    }
}

impl Keys {
    fn add(&mut self, wrapped: &WrappedKey, bytes: &Secret<[u8; 32]>) {
        let key = Arc::new(DataKey {
            id: wrapped.id,
            key: seal::sealing_key(bytes.expose()),
            created_at: wrapped.created_at,
            seals: AtomicU64::new(0),
        });
        self.by_id.insert(wrapped.id.0, Arc::clone(&key));
        self.newest.insert(wrapped.purpose, key);
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);

    fn master(byte: u8) -> MasterKey {
        MasterKey::new(&Secret::new([byte; 32]))
    }

    fn stored(master: &MasterKey) -> Vec<WrappedKey> {
        KeyPurpose::ALL
            .into_iter()
            .map(|purpose| WrappedKey::generate(master, purpose, NOW))
            .collect()
    }

    fn context(environment: Environment) -> SealContext<'static> {
        SealContext {
            environment,
            kind: "connection",
            record: "1",
            field: "TOKEN",
        }
    }

    #[test]
    fn a_keyring_opens_what_it_sealed_also_after_being_stored() {
        let master = master(1);
        let stored = stored(&master);
        let (keyring, missing) = Keyring::open(&master, &stored).unwrap();
        assert!(missing.is_empty());
        let sealed = keyring.seal(&context(Environment::Test), b"secret");

        let text = serde_json::to_string(&(stored, &sealed)).unwrap();
        let (stored, sealed): (Vec<WrappedKey>, Sealed) = serde_json::from_str(&text).unwrap();
        let (again, _) = Keyring::open(&master, &stored).unwrap();
        assert_eq!(
            again
                .open_sealed(&context(Environment::Test), &sealed)
                .unwrap()
                .expose(),
            b"secret"
        );
        assert_eq!(again.hash(b"key"), keyring.hash(b"key"));
        assert!(!text.contains("secret"));
    }

    #[test]
    fn the_wrong_master_key_is_named_with_the_right_one() {
        let stored = stored(&master(1));
        let error = Keyring::open(&master(2), &stored).unwrap_err();
        let expected = WrongMasterKey {
            given: master(2).id(),
            needed: master(1).id(),
        };
        assert_eq!(error, KeyringError::WrongMasterKey(expected));
    }

    #[test]
    fn a_missing_key_breaks_only_what_it_sealed_and_is_named() {
        let master = master(1);
        let mut stored = stored(&master);
        let (keyring, _) = Keyring::open(&master, &stored).unwrap();
        let old = keyring.seal(&context(Environment::Test), b"old");

        let newer = WrappedKey::generate(
            &master,
            KeyPurpose::SealTest,
            Timestamp::from_micros(2_000_000),
        );
        keyring.add(&master, &newer);
        let new = keyring.seal(&context(Environment::Test), b"new");
        assert_eq!(
            keyring
                .open_sealed(&context(Environment::Test), &old)
                .unwrap()
                .expose(),
            b"old"
        );

        let lost = stored.remove(0);
        stored.push(newer);
        let (keyring, _) = Keyring::open(&master, &stored).unwrap();
        let error = keyring
            .open_sealed(&context(Environment::Test), &old)
            .unwrap_err();
        assert_eq!(error, SealError::MissingKey(lost.id));
        assert!(error.to_string().contains(&lost.id.to_string()));
        assert_eq!(
            keyring
                .open_sealed(&context(Environment::Test), &new)
                .unwrap()
                .expose(),
            b"new"
        );
    }

    #[test]
    fn a_secret_of_one_environment_does_not_open_in_the_other() {
        let master = master(1);
        let (keyring, _) = Keyring::open(&master, &stored(&master)).unwrap();
        let sealed = keyring.seal(&context(Environment::Test), b"secret");
        let error = keyring
            .open_sealed(&context(Environment::Live), &sealed)
            .unwrap_err();
        assert_eq!(error, SealError::WillNotOpen);
    }

    #[test]
    fn a_master_key_shows_its_id_alone() {
        assert_eq!(
            format!("{:?}", master(1)),
            format!("MasterKey({})", master(1).id())
        );
        assert_ne!(master(1).id(), master(2).id());
    }

    #[test]
    fn a_key_wears_out_with_age() {
        let master = master(1);
        let (keyring, _) = Keyring::open(&master, &stored(&master)).unwrap();
        assert!(!keyring.is_worn(Environment::Test, NOW));
        assert!(keyring.is_worn(
            Environment::Test,
            NOW.plus(Duration::from_secs(60 * 60 * 24 * 91))
        ));
    }
}
