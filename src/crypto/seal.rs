//! What a sealed value looks like, and what it is bound to.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

use super::keyring::{KEY_ID_LEN, KeyId};
use super::random_bytes;
use crate::domain::{Environment, Secret};

/// The only format so far: AES-256-GCM, 96-bit random nonce.
const VERSION: u8 = 1;

/// What a sealed value is bound to. It opens only where all four are the same again.
#[derive(Clone, Copy, Debug)]
pub struct SealContext<'a> {
    /// The scope.
    pub environment: Environment,
    /// The kind of record: `connection`.
    pub kind: &'a str,
    /// The record's id.
    pub record: &'a str,
    /// The field within it.
    pub field: &'a str,
}

/// A sealed value: `version (1) | key id (8) | nonce (12) | ciphertext and tag`.
///
/// Safe to store and to print; as text it is base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Why a sealed value did not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The data key is not in the keyring, or would not unwrap.
    #[error("data key `{0}` is missing; what was sealed with it cannot be opened")]
    MissingKey(KeyId),
    /// Written by a newer program.
    #[error("sealed format {0} is not known to this version")]
    UnknownFormat(u8),
    /// Changed, cut short, or bound to something else.
    #[error("the sealed value does not open here")]
    WillNotOpen,
}

impl Sealed {
    /// The id of the data key that opens it.
    pub fn key_id(&self) -> Result<KeyId, SealError> {
        self.split().map(|(id, _, _)| id)
    }

    /// As text that may stand in a URL.
    pub fn to_url_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Reads what [`Self::to_url_text`] wrote; nothing if it is none.
    pub fn from_url_text(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().map(Self)
    }

    fn split(&self) -> Result<(KeyId, &[u8; NONCE_LEN], &[u8]), SealError> {
        let (version, rest) = self.0.split_first().ok_or(SealError::WillNotOpen)?;
        if *version != VERSION {
            return Err(SealError::UnknownFormat(*version));
        }
        let (id, rest) = rest
            .split_first_chunk::<KEY_ID_LEN>()
            .ok_or(SealError::WillNotOpen)?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealError::WillNotOpen)?;
        Ok((KeyId(*id), nonce, ciphertext))
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD_NO_PAD
            .decode(text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// A key that seals. The schedule is computed once; `ring` wipes nothing, so it lives as long as
/// the keyring.
pub(super) fn sealing_key(bytes: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).expect("AES-256 takes 32 bytes"))
}

/// Seals `plaintext` under `key`, bound to `bound`.
pub(super) fn seal(key: &LessSafeKey, id: KeyId, bound: &[u8], plaintext: &[u8]) -> Sealed {
    let nonce: [u8; NONCE_LEN] = random_bytes();
    let mut text = plaintext.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(bound),
        &mut text,
    )
    .expect("no plaintext here is near the 64 GiB that AES-GCM takes");
    let mut bytes = Vec::with_capacity(1 + KEY_ID_LEN + NONCE_LEN + text.len());
    bytes.push(VERSION);
    bytes.extend_from_slice(&id.0);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&text);
    Sealed(bytes)
}

/// Opens what [`seal`] sealed, if nothing about it differs.
pub(super) fn open(
    key: &LessSafeKey,
    bound: &[u8],
    sealed: &Sealed,
) -> Result<Secret<Vec<u8>>, SealError> {
    let (_, nonce, ciphertext) = sealed.split()?;
    let mut buffer = ciphertext.to_vec();
    let opened = key
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(bound),
            &mut buffer,
        )
        .map(|text| text.len());
    match opened {
        Ok(length) => {
            buffer.truncate(length);
            Ok(Secret::new(buffer))
        }
        Err(_) => {
            buffer.zeroize();
            Err(SealError::WillNotOpen)
        }
    }
}

/// The associated data: every part with its length before it, so that no two contexts share one.
pub(super) fn bind(context: &SealContext<'_>) -> Vec<u8> {
    let parts = [
        context.environment.as_str(),
        context.kind,
        context.record,
        context.field,
    ];
    let mut bound = Vec::with_capacity(8 + parts.iter().map(|part| part.len() + 4).sum::<usize>());
    bound.extend_from_slice(b"magpie");
    bound.push(VERSION);
    for part in parts {
        bound.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        bound.extend_from_slice(part.as_bytes());
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: KeyId = KeyId([7; KEY_ID_LEN]);

    #[test]
    fn contexts_that_concatenate_alike_are_bound_differently() {
        let context = |record, field| SealContext {
            environment: Environment::Test,
            kind: "connection",
            record,
            field,
        };
        assert_ne!(bind(&context("ab", "c")), bind(&context("a", "bc")));
    }

    #[test]
    fn a_newer_format_is_named() {
        let key = sealing_key(&[1; 32]);
        let Sealed(mut bytes) = seal(&key, ID, b"x", b"secret");
        bytes[0] = 9;
        assert_eq!(
            open(&key, b"x", &Sealed(bytes)).unwrap_err(),
            SealError::UnknownFormat(9)
        );
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_only_unchanged_and_in_place(
            text in prop::collection::vec(any::<u8>(), 0..200),
            at: prop::sample::Index,
            bit in 0u8..8,
        ) {
            let key = sealing_key(&[1; 32]);
            let sealed = seal(&key, ID, b"here", &text);
            let opened = open(&key, b"here", &sealed).unwrap();
            prop_assert_eq!(opened.expose(), &text);
            prop_assert!(open(&key, b"there", &sealed).is_err());
            let mut bytes = sealed.0.clone();
            let index = at.index(bytes.len());
            bytes[index] ^= 1 << bit;
            let changed = Sealed(bytes);
            // The key id names the key; flipping it is caught where the key is looked up.
            prop_assert!(open(&key, b"here", &changed).is_err() || changed.key_id() != Ok(ID));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = open(&sealing_key(&[1; 32]), b"", &Sealed(bytes));
        }
    }
}
