//! Which actions are meant, in a list that a person writes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Action, ActionId, Permission, Platform};

/// The longest pattern, in bytes.
const MAX_BYTES: usize = 200;

/// One action by its id, or actions by name: `gmail/sendMessage`, `gmail/list*`, `*/get*`. A `*`
/// stands for anything, also for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActionPattern(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Id(ActionId),
    Names { platform: String, key: String },
}

/// The text is no pattern of actions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` means no actions: write an action's id, or `platform/key` as in `gmail/sendMessage` or `gmail/list*`"
)]
pub struct InvalidActionPattern(String);

impl ActionPattern {
    /// Whether `action` is meant.
    pub fn matches(&self, action: &Action) -> bool {
        match &self.0 {
            Kind::Id(id) => *id == action.id || action.aliases.contains(id),
            Kind::Names { platform, key } => {
                fits(platform, action.platform.as_str()) && fits(key, &action.key)
            }
        }
    }

    /// Whether actions of `platform` may be meant; `platform_of` knows whose an id is.
    pub fn touches(
        &self,
        platform: &Platform,
        platform_of: impl FnOnce(&ActionId) -> Option<Platform>,
    ) -> bool {
        match &self.0 {
            Kind::Id(id) => platform_of(id).as_ref() == Some(platform),
            Kind::Names { platform: name, .. } => fits(name, platform.as_str()),
        }
    }

    /// The id, for a pattern that is one.
    pub fn id(&self) -> Option<&ActionId> {
        match &self.0 {
            Kind::Id(id) => Some(id),
            Kind::Names { .. } => None,
        }
    }
}

impl FromStr for ActionPattern {
    type Err = InvalidActionPattern;

    fn from_str(text: &str) -> Result<Self, InvalidActionPattern> {
        let invalid = || InvalidActionPattern(text.chars().take(80).collect());
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(invalid());
        }
        if let Ok(id) = text.parse() {
            return Ok(Self(Kind::Id(id)));
        }
        let plain = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-*".contains(&byte);
            !part.is_empty() && part.bytes().all(allowed)
        };
        match text.split_once('/') {
            Some((platform, key)) if plain(platform) && plain(key) => Ok(Self(Kind::Names {
                platform: platform.to_owned(),
                key: key.to_owned(),
            })),
            _ => Err(invalid()),
        }
    }
}

impl TryFrom<String> for ActionPattern {
    type Error = InvalidActionPattern;

    fn try_from(text: String) -> Result<Self, InvalidActionPattern> {
        text.parse()
    }
}

impl From<ActionPattern> for String {
    fn from(pattern: ActionPattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Id(id) => id.fmt(f),
            Kind::Names { platform, key } => write!(f, "{platform}/{key}"),
        }
    }
}

/// Which calls wait for a person's yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ApprovalRule {
    /// All that do more than read.
    Write,
    /// All that remove: DELETE, and methods of which nothing is known.
    Delete,
    /// These actions.
    Actions(ActionPattern),
}

impl ApprovalRule {
    /// Whether a call of `action` waits.
    pub fn matches(&self, action: &Action) -> bool {
        match self {
            Self::Write => Permission::needed_by(action) > Permission::Read,
            Self::Delete => Permission::needed_by(action) == Permission::Admin,
            Self::Actions(pattern) => pattern.matches(action),
        }
    }
}

impl FromStr for ApprovalRule {
    type Err = InvalidActionPattern;

    fn from_str(text: &str) -> Result<Self, InvalidActionPattern> {
        match text.trim() {
            "write" => Ok(Self::Write),
            "delete" => Ok(Self::Delete),
            pattern => pattern.parse().map(Self::Actions),
        }
    }
}

impl TryFrom<String> for ApprovalRule {
    type Error = InvalidActionPattern;

    fn try_from(text: String) -> Result<Self, InvalidActionPattern> {
        text.parse()
    }
}

impl From<ApprovalRule> for String {
    fn from(rule: ApprovalRule) -> Self {
        rule.to_string()
    }
}

impl fmt::Display for ApprovalRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write => f.write_str("write"),
            Self::Delete => f.write_str("delete"),
            Self::Actions(pattern) => pattern.fmt(f),
        }
    }
}

/// Whether `text` is `pattern` with something in the place of each `*`. The leftmost place for each
/// piece is as good as any other, so nothing is tried twice.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, mut pieces)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    while let Some((piece, behind)) = pieces.split_once('*') {
        match rest.split_once(piece) {
            Some((_, after)) => (rest, pieces) = (after, behind),
            None => return false,
        }
    }
    rest.ends_with(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, is_meant) in [
            ("list*", "listMessages", true),
            ("list*", "list", true),
            ("list*", "aList", false),
            ("*Message", "sendMessage", true),
            ("*Message", "sendMessages", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("get", "get", true),
        ] {
            assert_eq!(fits(pattern, text), is_meant, "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_are_ids_or_names() {
        for (text, ok) in [
            ("gmail/list*", true),
            ("*/*", true),
            ("conn_mod_def::F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA", true),
            ("F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA", true),
            ("gmail", false),
            ("", false),
            ("/x", false),
            ("gmail/", false),
            ("gmail/a b", false),
            ("gmail/a/b", false),
        ] {
            assert_eq!(text.parse::<ActionPattern>().is_ok(), ok, "{text}");
        }
        assert_eq!("write".parse(), Ok(ApprovalRule::Write));
        assert!("writes".parse::<ApprovalRule>().is_err());
    }

    proptest! {
        #[test]
        fn a_text_with_anything_cut_out_for_a_star_is_meant(a in "[a-z]{0,5}", b in "[a-z]{0,5}", c in "[a-z]{0,5}") {
            let (ends, only) = (format!("{a}*{c}"), format!("*{b}*"));
            let text = format!("{a}{b}{c}");
            prop_assert!(fits(&ends, &text));
            prop_assert!(fits(&only, &text));
        }

        #[test]
        fn what_parses_prints_as_it_was(text in "[a-z*]{1,6}/[a-zA-Z*]{1,6}") {
            prop_assert_eq!(text.parse::<ActionPattern>().unwrap().to_string(), text);
        }
    }
}
