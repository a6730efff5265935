//! Whose connection it is.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest identity, in bytes of UTF-8.
pub const MAX_IDENTITY_BYTES: usize = 128;

/// Who a connection belongs to, in the application's own words: `user_123`, `acme-corp`.
///
/// Never empty, at most [`MAX_IDENTITY_BYTES`] long, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Identity(String);

/// Why a text is no [`Identity`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentity {
    /// Nothing but white space.
    #[error("identity must not be empty")]
    Empty,
    /// Longer than [`MAX_IDENTITY_BYTES`].
    #[error("identity must not exceed {MAX_IDENTITY_BYTES} bytes; this one has {0}")]
    TooLong(usize),
    /// Line breaks and the like.
    #[error("identity must not contain control characters")]
    ControlCharacter,
}

impl Identity {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can stand in a connection key as it is.
    pub fn fits_in_a_key(&self) -> bool {
        self.0
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte))
    }
}

impl FromStr for Identity {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        if text.trim().is_empty() {
            return Err(InvalidIdentity::Empty);
        }
        if text.len() > MAX_IDENTITY_BYTES {
            return Err(InvalidIdentity::TooLong(text.len()));
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidIdentity::ControlCharacter);
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Identity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// What kind of owner an [`Identity`] names.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum IdentityType {
    /// One person.
    User,
    /// A group of people.
    Team,
    /// A whole customer.
    Organization,
    /// A piece of work.
    Project,
}

impl FromStr for IdentityType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "user" => Ok(Self::User),
            "team" => Ok(Self::Team),
            "organization" => Ok(Self::Organization),
            "project" => Ok(Self::Project),
            _ => Err(format!(
                "identityType must be one of user, team, organization, project; not `{text}`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_has_one_to_128_bytes_and_no_control_characters() {
        for (text, ok) in [
            ("user_123", true),
            ("Jürgen Müller", true),
            (" ", false),
            ("", false),
            ("a\nb", false),
            (&"x".repeat(128), true),
            (&"x".repeat(129), false),
            (&"ü".repeat(65), false),
        ] {
            assert_eq!(text.parse::<Identity>().is_ok(), ok, "{text:?}");
        }
    }

    #[test]
    fn only_plain_identities_fit_in_a_key() {
        for (text, fits) in [
            ("user_1@x.org", true),
            ("a.b-c", true),
            ("a b", false),
            ("a|b", false),
            ("a::b", false),
        ] {
            assert_eq!(
                text.parse::<Identity>().unwrap().fits_in_a_key(),
                fits,
                "{text}"
            );
        }
    }
}
