//! Sealing, hashing and randomness.
//!
//! **Architecture Invariant:** `ring` is named in this module and nowhere else (TLS aside, which
//! `egress` owns). What is sealed carries the format's version and its key's id, and is bound to
//! the record and field that it belongs to.

mod encode;
mod jws;
mod jwt;
mod keyring;
mod password;
mod random;
mod seal;

pub use encode::{base32, base62, base64_url, hex, hmac_sha1, hmac_sha256, sha256};
pub use jws::PublicKey;
pub use jwt::{BadPrivateKey, sign_jwt};
pub use keyring::{
    KeyId, KeyPurpose, Keyring, KeyringError, MasterKey, WrappedKey, WrongMasterKey,
};
pub use password::{PasswordCost, argon2id};
pub use random::{random_bytes, random_uuid};
pub use seal::{SealContext, SealError, Sealed};
