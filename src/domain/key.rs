//! Connection keys, and the parts that they are made of.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::Identity;

/// Which of the two worlds a key or a record lives in. They never see each other.
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
pub enum Environment {
    /// The sandbox: keys begin with `sk_test_`.
    Test,
    /// Production: keys begin with `sk_live_`.
    Live,
}

impl Environment {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Test, Self::Live];

    /// `test` or `live`, as it stands in keys and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Environment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "test" => Ok(Self::Test),
            "live" => Ok(Self::Live),
            _ => Err(format!(
                "environment must be `test` or `live`, not `{text}`"
            )),
        }
    }
}

/// A connector's name in URLs and keys: `gmail`, `google-calendar`.
///
/// Lower-case letters, digits and hyphens, at most 64 bytes; begins with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform(Arc<str>);

/// Why a text is no [`Platform`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no platform name: lower-case letters, digits and hyphens only, at most 64, beginning with a letter or digit"
)]
pub struct InvalidPlatform(String);

impl Platform {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Platform {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > 64 || text.starts_with('-') || !text.bytes().all(plain) {
            return Err(InvalidPlatform(text.chars().take(80).collect()));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Platform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Platform {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Names a connection to callers: `live::gmail::default::5f0c…|user-42`.
///
/// A key is public. It travels in headers, logs and SDK code, so it carries no secret, and once
/// issued it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionKey {
    environment: Environment,
    text: Arc<str>,
}

/// The text is not of a connection key's form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a connection key looks like `test::gmail::default::<32 hex digits>`, with `|identity` after it for some"
)]
pub struct InvalidConnectionKey;

impl ConnectionKey {
    /// A new key. `unique` makes it so; the identity is appended where it fits.
    pub fn new(
        environment: Environment,
        platform: &Platform,
        unique: Uuid,
        identity: Option<&Identity>,
    ) -> Self {
        let mut text = format!("{environment}::{platform}::default::{}", unique.simple());
        if let Some(identity) = identity.filter(|identity| identity.fits_in_a_key()) {
            text.push('|');
            text.push_str(identity.as_str());
        }
        Self {
            environment,
            text: text.into(),
        }
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The environment that it begins with.
    pub fn environment(&self) -> Environment {
        self.environment
    }
}

impl FromStr for ConnectionKey {
    type Err = InvalidConnectionKey;

    /// Accepts whatever has at least four non-empty parts of which the first names an
    /// environment: keys brought along from elsewhere have other tails than ours.
    fn from_str(text: &str) -> Result<Self, InvalidConnectionKey> {
        let mut parts = text.splitn(4, "::");
        let (Some(environment), Some(platform), Some(namespace), Some(tail)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidConnectionKey);
        };
        let visible = text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        if platform.is_empty()
            || namespace.is_empty()
            || tail.is_empty()
            || !visible
            || text.len() > 512
        {
            return Err(InvalidConnectionKey);
        }
        Ok(Self {
            environment: environment.parse().map_err(|_| InvalidConnectionKey)?,
            text: text.into(),
        })
    }
}

impl fmt::Display for ConnectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for ConnectionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for ConnectionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_new_key_carries_a_plain_identity_and_leaves_out_any_other() {
        let platform: Platform = "gmail".parse().unwrap();
        let key = |identity: &str| {
            let identity: Identity = identity.parse().unwrap();
            ConnectionKey::new(Environment::Test, &platform, Uuid::nil(), Some(&identity))
                .to_string()
        };
        assert_eq!(
            key("user_1"),
            "test::gmail::default::00000000000000000000000000000000|user_1"
        );
        assert_eq!(
            key("a b"),
            "test::gmail::default::00000000000000000000000000000000"
        );
    }

    #[test]
    fn a_key_has_four_parts_and_an_environment() {
        for (text, ok) in [
            ("test::gmail::default::5f0c", true),
            ("live::gmail::default::5f0c|user-42", true),
            ("test::gmail::default::a::b", true),
            ("prod::gmail::default::5f0c", false),
            ("test::gmail::default::", false),
            ("test::::default::x", false),
            ("test::gmail::default", false),
            ("test::gmail::default::a b", false),
            ("test::gmail::default::a\r\nx: y", false),
            ("te", false),
        ] {
            assert_eq!(text.parse::<ConnectionKey>().is_ok(), ok, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_key_we_make_parses_to_itself(identity in "[A-Za-z0-9._@-]{1,40}", unique: u128) {
            let platform: Platform = "google-calendar".parse().unwrap();
            let identity: Identity = identity.parse().unwrap();
            let key = ConnectionKey::new(Environment::Live, &platform, Uuid::from_u128(unique), Some(&identity));
            prop_assert_eq!(key.to_string().parse::<ConnectionKey>().unwrap(), key);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<ConnectionKey>();
            let _ = text.parse::<Platform>();
        }
    }
}
