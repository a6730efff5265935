//! Bytes that nobody can guess.

use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

/// `N` bytes from the operating system's generator.
///
/// # Panics
/// If the operating system has none to give: nothing that we do would be safe then.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the operating system gives random bytes");
    bytes
}

/// A random UUID (RFC 9562, version 4).
pub fn random_uuid() -> Uuid {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid()
}
