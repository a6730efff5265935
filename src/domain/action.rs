//! One operation of a provider's API: what is called, how, and what to know about it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Platform;

const ID_PREFIX: &str = "conn_mod_def::";

/// An action's id: `conn_mod_def::{11 url-safe base64}::{22 url-safe base64}`.
///
/// Derived from platform, method and path (see `catalog::load`), so the same action has the same
/// id on every instance and after every upgrade. Kept without its fixed prefix, since callers may
/// leave that out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(String);

/// The text is not of an action id's form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an action id looks like `conn_mod_def::XXXXXXXXXXX::XXXXXXXXXXXXXXXXXXXXXX`")]
pub struct InvalidActionId;

impl ActionId {
    /// From the two parts behind the prefix.
    pub fn from_parts(first: &str, second: &str) -> Self {
        Self(format!("{first}::{second}"))
    }

    /// The number that its first part spells, if it is one of ours.
    pub fn digest(&self) -> Option<u64> {
        let (first, _) = self.0.split_once("::")?;
        let bytes = URL_SAFE_NO_PAD.decode(first).ok()?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl FromStr for ActionId {
    type Err = InvalidActionId;

    fn from_str(text: &str) -> Result<Self, InvalidActionId> {
        let bare = text.strip_prefix(ID_PREFIX).unwrap_or(text);
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        match bare.split_once("::") {
            Some((first, second)) if plain(first) && plain(second) && bare.len() <= 80 => {
                Ok(Self(bare.to_owned()))
            }
            _ => Err(InvalidActionId),
        }
    }
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ID_PREFIX}{}", self.0)
    }
}

/// The HTTP methods that an action can have.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    utoipa::ToSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Reads only the headers.
    Head,
    /// Makes, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
    /// Asks what is possible.
    Options,
}

impl Method {
    /// As it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [
            Self::Get,
            Self::Head,
            Self::Post,
            Self::Put,
            Self::Patch,
            Self::Delete,
            Self::Options,
        ]
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| "must be one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS".to_owned())
    }
}

/// A path below a connector's base URL in which `{name}` stands for one segment, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathTemplate(String);

impl PathTemplate {
    /// Reads `/users/{userId}/messages`.
    ///
    /// # Errors
    /// A sentence saying what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!("the path `{text}` must begin with `/`"));
        }
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("`{{` is never closed in `{text}`"))?;
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                return Err(format!(
                    "`{{{name}}}` in `{text}` is no variable: letters, digits, `_`, `.` and `-` only"
                ));
            }
            rest = behind;
        }
        if text.contains(['?', '#', ' ']) {
            return Err(format!(
                "the path `{text}` must have no query, fragment or space"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As clients expect it, with variables in double braces: `/users/{{userId}}`.
    pub fn with_double_braces(&self) -> String {
        self.0.replace('{', "{{").replace('}', "}}")
    }

    /// The names of its variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
    }

    /// Whether `path` (percent-encoded, without query) could be this template filled in.
    pub fn matches(&self, path: &str) -> bool {
        path_fits(&self.0, path)
    }

    /// How many of its segments are fixed: of two templates that match, the one with more is meant.
    pub fn fixed_segments(&self) -> usize {
        self.0
            .split('/')
            .filter(|segment| !segment.contains('{'))
            .count()
    }
}

/// Whether `path` (percent-encoded, without query) could be the path template `template` filled in.
pub fn path_fits(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fits = template.split('/').all(|pattern| {
        segments
            .next()
            .is_some_and(|segment| segment_fits(pattern, segment))
    });
    fits && segments.next().is_none()
}

/// Whether `segment` fits a pattern such as `{id}`, `messages` or `{id}.json`.
fn segment_fits(pattern: &str, segment: &str) -> bool {
    fits_by(pattern, segment, |text, literal| {
        text.split_once(literal).map(|(_, behind)| behind)
    })
}

/// Whether `segment` fits `pattern`, where `behind` gives what stands behind the leftmost place of a
/// literal. No other place is tried: what fits behind a later one fits behind that one as well, with
/// a longer variable. So a literal is looked for once, however many variables there are.
fn fits_by<'s>(
    pattern: &str,
    segment: &'s str,
    mut behind: impl FnMut(&'s str, &str) -> Option<&'s str>,
) -> bool {
    let Some((before, mut variables)) = pattern.split_once('{') else {
        return pattern == segment;
    };
    let Some(mut rest) = segment.strip_prefix(before) else {
        return false;
    };
    while let Some((_, literal)) = variables.split_once('}') {
        // The variable takes at least one character.
        let mut characters = rest.chars();
        if characters.next().is_none() {
            return false;
        }
        rest = characters.as_str();
        let Some((literal, others)) = literal.split_once('{') else {
            return rest.ends_with(literal);
        };
        let Some(found) = behind(rest, literal) else {
            return false;
        };
        (rest, variables) = (found, others);
    }
    false
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParamPlace {
    /// Into the path.
    Path,
    /// Into the query string.
    Query,
    /// Into a header.
    Header,
    /// Into the body.
    Body,
}

/// One parameter of an action.
///
/// A body field inside another is named with its way there: `customer.email`; one of an array's
/// items: `lines[].price`; the body itself, where it is no object: `` (no name).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its name, as the provider spells it.
    pub name: String,
    /// Where it goes.
    #[serde(rename = "in")]
    pub place: ParamPlace,
    /// `string`, `integer`, `number`, `boolean`, `array`, `object`, or `any`.
    #[serde(rename = "type", default = "string_type")]
    pub kind: String,
    /// The type of its items, for an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
    /// Whether a call without it fails. Always true for the path.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// What it means, in our words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The only values that it, or each of its items, may have.
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// What the provider takes it for if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

/// One field of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerField {
    /// Its name; one inside another as `customer.email`, one of an array's items as `items[].id`.
    pub name: String,
    /// Its type, as a [`Param`]'s.
    #[serde(rename = "type", default = "string_type")]
    pub kind: String,
}

fn string_type() -> String {
    "string".to_owned()
}

/// One operation of a provider's API.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its id, and older ids that mean it.
    pub id: ActionId,
    /// Ids published elsewhere that existing programs carry.
    pub aliases: Vec<ActionId>,
    /// Whose API it belongs to.
    pub platform: Platform,
    /// Camel-case name, unique within the platform: `createPage`.
    pub key: String,
    /// What it does, in a few words: `Create a page`.
    pub title: String,
    /// The kind of thing that it works on: `Pages`.
    pub model: String,
    /// How it is called.
    pub method: Method,
    /// Where, below the connector's base URL.
    pub path: PathTemplate,
    /// For filters.
    pub tags: Vec<String>,
    /// What it does and what to look out for, in our words (Markdown).
    pub summary: String,
    /// What it takes.
    pub params: Vec<Param>,
    /// OAuth scopes of which the token needs one.
    pub scopes: Vec<String>,
    /// A body that could be sent, as the provider takes it.
    pub request_example: Option<String>,
    /// The content type of such a body.
    pub content_type: Option<String>,
    /// An answer of the shape that the provider gives, as JSON.
    pub response_example: Option<String>,
    /// The fields of an answer, where there is no example.
    pub answer: Vec<AnswerField>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_action_id_is_the_same_with_and_without_its_prefix() {
        let full: ActionId = "conn_mod_def::F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA"
            .parse()
            .unwrap();
        let bare: ActionId = "F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA".parse().unwrap();
        assert_eq!(full, bare);
        assert_eq!(
            bare.to_string(),
            "conn_mod_def::F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA"
        );
        for text in ["", "conn_mod_def::", "abc", "a::b::c", "a::", "a b::c"] {
            assert!(text.parse::<ActionId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_template_matches_what_it_could_become() {
        for (template, path, fits) in [
            ("/users/{id}", "/users/me", true),
            ("/users/{id}", "/users/", false),
            ("/users/{id}", "/users/a%2Fb", true),
            ("/users/{id}", "/users/a/b", false),
            ("/files/{id}.json", "/files/7.json", true),
            ("/files/{id}.json", "/files/.json", false),
            ("/a/{x}-{y}", "/a/1-2", true),
            ("/a/{x}:run", "/a/7:run", true),
            ("/a", "/a/", false),
            ("/v1/pages", "/v1/pages", true),
        ] {
            assert_eq!(
                PathTemplate::parse(template).unwrap().matches(path),
                fits,
                "{template} {path}"
            );
        }
    }

    #[test]
    fn bad_paths_are_refused_with_a_reason() {
        for text in ["users", "/a/{", "/a/{}", "/a?x=1", "/a b", "/a/{x y}"] {
            assert!(PathTemplate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn variables_are_named_in_order_and_shown_in_double_braces() {
        let path = PathTemplate::parse("/a/{x}/b/{y.z}").unwrap();
        assert_eq!(path.variables().collect::<Vec<_>>(), ["x", "y.z"]);
        assert_eq!(path.with_double_braces(), "/a/{{x}}/b/{{y.z}}");
    }

    /// What fits, said without regard to how long it takes: every end of every variable is tried.
    fn segment_fits_slowly(pattern: &str, segment: &str) -> bool {
        let Some((before, after)) = pattern.split_once('{') else {
            return pattern == segment;
        };
        let (Some((_, behind)), Some(rest)) = (after.split_once('}'), segment.strip_prefix(before))
        else {
            return false;
        };
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
        ends.into_iter()
            .filter_map(|end| rest.get(end..))
            .any(|rest| segment_fits_slowly(behind, rest))
    }

    #[test]
    fn a_long_segment_is_looked_through_once_for_many_variables() {
        let segment = format!("{}!", "a-".repeat(50_000));
        let pattern = "{a}-{b}-{c}-{d}-{e}-{f}.json";
        let mut looked_at = 0;
        let fits = fits_by(pattern, &segment, |text, literal| {
            let (passed, behind) = text.split_once(literal)?;
            looked_at += passed.len() + literal.len();
            Some(behind)
        });
        assert!(!fits);
        assert!(looked_at <= segment.len(), "{looked_at} bytes");
        assert!(!segment_fits(pattern, &segment));
    }

    proptest! {
        #[test]
        fn the_leftmost_place_of_each_literal_decides_as_all_places_do(
            pattern in "([a-cé]{0,2}|[{]x[}]|[{]){0,6}",
            segment in "[a-cé]{0,10}",
        ) {
            let slowly = segment_fits_slowly(&pattern, &segment);
            prop_assert_eq!(segment_fits(&pattern, &segment), slowly);
        }

        #[test]
        fn a_filled_template_matches_itself(values in prop::collection::vec("[a-z0-9%.-]{1,8}", 3)) {
            let [a, b, c] = &values[..] else { unreachable!("three values") };
            let path = PathTemplate::parse("/x/{a}/y/{b}.json/{c}").unwrap();
            let filled = format!("/x/{a}/y/{b}.json/{c}");
            prop_assert!(path.matches(&filled));
        }
    }
}
