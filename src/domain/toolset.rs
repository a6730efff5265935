//! A toolset: a named set of what an agent may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    Action, ActionPattern, ApprovalRule, Environment, Identity, Permission, Platform, Timestamp,
};

/// The longest name of a toolset, in bytes.
const MAX_NAME_BYTES: usize = 63;

/// A toolset's name: small letters, digits and hyphens, so that it can stand in a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ToolsetName(String);

/// The text is no toolset's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a toolset's name has 1 to {MAX_NAME_BYTES} small letters, digits and hyphens, and begins with a letter or digit"
)]
pub struct InvalidToolsetName;

impl ToolsetName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ToolsetName {
    type Err = InvalidToolsetName;

    fn from_str(text: &str) -> Result<Self, InvalidToolsetName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_sound = !text.is_empty()
            && text.len() <= MAX_NAME_BYTES
            && !text.starts_with('-')
            && text.bytes().all(plain);
        is_sound
            .then(|| Self(text.to_owned()))
            .ok_or(InvalidToolsetName)
    }
}

impl TryFrom<String> for ToolsetName {
    type Error = InvalidToolsetName;

    fn try_from(text: String) -> Result<Self, InvalidToolsetName> {
        text.parse()
    }
}

impl From<ToolsetName> for String {
    fn from(name: ToolsetName) -> Self {
        name.0
    }
}

impl fmt::Display for ToolsetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What happens to arguments that do not fit what is known of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Validation {
    /// Nothing is sent, and the caller is told everything that is wrong.
    #[default]
    Strict,
    /// They are sent, and the caller is told with the answer.
    Warn,
    /// They are sent.
    Off,
}

impl FromStr for Validation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "strict" => Ok(Self::Strict),
            "warn" => Ok(Self::Warn),
            "off" => Ok(Self::Off),
            _ => Err("must be `strict`, `warn` or `off`".to_owned()),
        }
    }
}

/// A named set of what an agent may do. It only ever takes away from what a key may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Toolset {
    /// Where it counts.
    pub environment: Environment,
    /// What it is called, once in its environment.
    pub name: ToolsetName,
    /// What it is for, in words for people and models.
    pub description: String,
    /// The only platforms; all if empty.
    pub platforms: Vec<Platform>,
    /// The only actions; all of the platforms' if empty.
    pub actions: Vec<ActionPattern>,
    /// The most that an action may do.
    pub access: Permission,
    /// The only identity whose connections are used.
    pub identity: Option<Identity>,
    /// What waits for a person's yes.
    pub approval: Vec<ApprovalRule>,
    /// How arguments are checked; as the operator's settings say if none.
    pub validate: Option<Validation>,
    /// The longest answer, in bytes; as the operator's settings say if none.
    pub answer_bytes: Option<usize>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Toolset {
    /// Whether `action` is in it, whatever access that takes.
    pub fn has(&self, action: &Action) -> bool {
        let in_platforms = self.platforms.is_empty() || self.platforms.contains(&action.platform);
        let in_actions =
            self.actions.is_empty() || self.actions.iter().any(|pattern| pattern.matches(action));
        in_platforms && in_actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_stand_in_a_url() {
        for (text, ok) in [
            ("support-read", true),
            ("2024", true),
            ("", false),
            ("-a", false),
            ("Support", false),
            ("a b", false),
            ("a/b", false),
            (&"x".repeat(63), true),
            (&"x".repeat(64), false),
        ] {
            assert_eq!(text.parse::<ToolsetName>().is_ok(), ok, "{text}");
        }
    }
}
