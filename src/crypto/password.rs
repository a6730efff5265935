//! What passwords are hashed with.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

/// What one guess costs. Kept with each hash, so that it can be raised later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub m: u32,
    /// Passes over it.
    pub t: u32,
    /// Lanes.
    pub p: u32,
}

impl PasswordCost {
    /// The first of those that OWASP's Password Storage Cheat Sheet calls equal: 19 MiB, two passes.
    pub const CURRENT: Self = Self {
        m: 19_456,
        t: 2,
        p: 1,
    };
}

/// Argon2id (RFC 9106). It takes tens of milliseconds and all of `cost.m`: never call it where
/// requests are served. `None` if `cost` or `salt` (at least 8 bytes) makes no sense.
pub fn argon2id(password: &[u8], salt: &[u8], cost: PasswordCost) -> Option<[u8; 32]> {
    let params = Params::new(cost.m, cost.t, cost.p, Some(32)).ok()?;
    let mut out = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, salt, &mut out)
        .ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hex;

    /// From the reference implementation's own tests (`test.c`, Argon2id, version 13).
    #[test]
    fn a_hash_is_that_of_the_reference_implementation() {
        let cost = PasswordCost { m: 256, t: 2, p: 1 };
        assert_eq!(
            hex(&argon2id(b"password", b"somesalt", cost).unwrap()),
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
        );
    }

    #[test]
    fn a_cost_that_makes_no_sense_gives_nothing() {
        assert!(argon2id(b"x", b"somesalt", PasswordCost { m: 0, t: 0, p: 0 }).is_none());
        assert!(argon2id(b"x", b"short", PasswordCost::CURRENT).is_none());
    }
}
