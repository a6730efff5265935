//! The proof that who redeems a code is who asked for it.

use crate::crypto::{base64_url, random_bytes, sha256};
use crate::domain::Secret;

/// A verifier for one sign-in (RFC 7636 section 4.1): 256 random bits, 43 characters.
#[derive(Clone, Debug)]
pub struct Verifier(Secret<String>);

impl Verifier {
    /// A new one.
    pub fn generate() -> Self {
        Self(Secret::new(base64_url(&random_bytes::<32>())))
    }

    /// What the token request carries.
    pub fn text(&self) -> &Secret<String> {
        &self.0
    }

    /// What the authorization request carries: S256 (section 4.2). It gives nothing away.
    pub fn challenge(&self) -> String {
        challenge(self.0.expose())
    }
}

/// The S256 challenge of a verifier.
pub fn challenge(verifier: &str) -> String {
    base64_url(&sha256(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfcs_example() {
        // RFC 7636 appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_verifier_is_of_the_form_that_servers_take_and_never_twice_the_same() {
        let (one, other) = (Verifier::generate(), Verifier::generate());
        assert_eq!(one.text().expose().len(), 43);
        assert_ne!(one.text().expose(), other.text().expose());
        assert!(!format!("{one:?}").contains(one.text().expose()));
    }
}
