//! An API key as its holder has it.

use std::str::FromStr;

use crate::crypto::{base62, random_bytes};
use crate::domain::{Environment, Secret};

/// 256 bits need 43 digits of base 62.
const RANDOM_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;

/// An API key: `sk_test_` or `sk_live_`, 43 random characters, and a checksum of six.
///
/// The checksum lets a mistyped key, or a scanner's find, be told from a real one without asking
/// the store. Shown once, when it is made; what is kept is a keyed hash.
pub struct PlainKey {
    environment: Environment,
    text: Secret<String>,
}

/// The text is no API key of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an API key looks like `sk_test_…` or `sk_live_…`")]
pub struct InvalidKey;

impl PlainKey {
    /// A new key with 256 bits from the operating system.
    pub fn generate(environment: Environment) -> Self {
        Self::from_bytes(environment, &Secret::new(random_bytes()))
    }

    /// The key that these 256 bits are.
    pub fn from_bytes(environment: Environment, bytes: &Secret<[u8; 32]>) -> Self {
        let digits = Secret::new(base62(bytes.expose(), RANDOM_DIGITS));
        let body = Secret::new(format!("sk_{environment}_{}", digits.expose()));
        Self {
            environment,
            text: Secret::new(format!("{}{}", body.expose(), checksum(body.expose()))),
        }
    }

    /// The whole key.
    pub fn text(&self) -> &Secret<String> {
        &self.text
    }

    /// The environment that it begins with.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The last four characters: they belong to the checksum and give nothing of the key away.
    pub fn hint(&self) -> &str {
        let text = self.text.expose();
        text.get(text.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl FromStr for PlainKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let environment = match text.get(..8) {
            Some("sk_test_") => Environment::Test,
            Some("sk_live_") => Environment::Live,
            _ => return Err(InvalidKey),
        };
        let (body, check) = text
            .len()
            .checked_sub(CHECK_DIGITS)
            .and_then(|at| text.split_at_checked(at))
            .ok_or(InvalidKey)?;
        if body.len() != 8 + RANDOM_DIGITS || checksum(body) != check {
            return Err(InvalidKey);
        }
        Ok(Self {
            environment,
            text: Secret::new(text.to_owned()),
        })
    }
}

/// CRC32C of the text, in base 62.
fn checksum(body: &str) -> String {
    base62(&crc32c::crc32c(body.as_bytes()).to_be_bytes(), CHECK_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_has_its_form_and_reads_back() {
        let key = PlainKey::generate(Environment::Live);
        let text = key.text().expose();
        assert!(
            text.starts_with("sk_live_") && text.len() == 57,
            "{}",
            text.len()
        );
        assert_eq!(
            text.parse::<PlainKey>().unwrap().environment(),
            Environment::Live
        );
        assert!(text.ends_with(key.hint()));
    }

    proptest! {
        #[test]
        fn a_key_with_one_wrong_character_is_none(bytes: [u8; 32], at in 0usize..57, to in "[0-9A-Za-z]") {
            let key = PlainKey::from_bytes(Environment::Test, &Secret::new(bytes));
            let mut text = key.text().expose().clone();
            text.replace_range(at..at + 1, &to);
            prop_assert_eq!(text.parse::<PlainKey>().is_ok(), &text == key.text().expose());
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(sk_test_)?\\PC{0,60}") {
            let _ = text.parse::<PlainKey>();
        }
    }
}
