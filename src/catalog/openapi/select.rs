//! Which operations of public documents become a connector's actions.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde::Deserialize;

use super::names::Keys;
use super::operations::shape;
use super::{Document, Operation};
use crate::catalog::format::{ActionDescriptor, AuthDescriptor, Descriptor};
use crate::domain::{Method, ParamPlace, PathTemplate};

/// Where a connector's generated actions come from: a table of `assets/actions/sources.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pick {
    /// The documents, as `package/file`.
    pub documents: Vec<String>,
    /// What an action's path is, before the document's path.
    pub prefix: Option<String>,
    /// What is cut off the front of the document's paths; those without it are left out.
    pub strip: Option<String>,
    /// Patterns of which an action's path must fit one, if there are any.
    #[serde(default)]
    pub only: Vec<String>,
    /// Patterns of which it must fit none.
    #[serde(default)]
    pub skip: Vec<String>,
    /// Values that parameters have unless a caller says otherwise, by name. For `api-version` it is
    /// the document's version where nothing is said.
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
}

/// A [`Pick`] whose patterns were read.
#[derive(Debug)]
pub struct Choice {
    prefix: Option<String>,
    strip: Option<String>,
    only: Vec<Regex>,
    skip: Vec<Regex>,
    defaults: BTreeMap<String, String>,
}

/// Why a [`Pick`] makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum InvalidChoice {
    /// One of its patterns is none.
    #[error("a pattern cannot be read")]
    Pattern(#[from] regex::Error),
    /// Paths cannot both get something and lose something.
    #[error("`prefix` and `strip` exclude each other")]
    PrefixAndStrip,
}

impl TryFrom<&Pick> for Choice {
    type Error = InvalidChoice;

    fn try_from(pick: &Pick) -> Result<Self, InvalidChoice> {
        if pick.prefix.is_some() && pick.strip.is_some() {
            return Err(InvalidChoice::PrefixAndStrip);
        }
        let all = |patterns: &[String]| -> Result<Vec<Regex>, regex::Error> {
            patterns.iter().map(|text| Regex::new(text)).collect()
        };
        Ok(Self {
            prefix: pick.prefix.clone(),
            strip: pick.strip.clone(),
            only: all(&pick.only)?,
            skip: all(&pick.skip)?,
            defaults: pick.defaults.clone(),
        })
    }
}

/// What was chosen.
#[derive(Debug, Default)]
pub struct Selected {
    /// The actions by path and method, with keys that nothing else has.
    pub actions: Vec<ActionDescriptor>,
    /// Why others were left out, and how many.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// Chooses among the operations of `documents` those of a connector.
pub fn select(choice: &Choice, known: &Known, documents: Vec<Document>) -> Selected {
    let base = Base::new(&known.base_url);
    let own = known.actions.as_slice();
    let mut selected = Selected::default();
    let mut shapes: BTreeSet<(Method, String)> = own
        .iter()
        .map(|action| (action.method, shape(&action.path)))
        .collect();
    let written_by_hand = shapes.clone();
    for document in documents {
        let servers: Vec<String> = document
            .servers
            .iter()
            .filter_map(super::Server::by_default)
            .collect();
        for operation in document.operations {
            let found = chosen(choice, &base, &servers, operation).and_then(|action| {
                let shape = (action.method, shape(&action.path));
                if written_by_hand.contains(&shape) {
                    return Err("written by hand");
                }
                if !shapes.insert(shape) {
                    return Err("twice");
                }
                Ok(settled(action, choice, known, &document.version))
            });
            match found {
                Ok(action) => selected.actions.push(action),
                Err(why) => *selected.left_out.entry(why).or_default() += 1,
            }
        }
    }
    sort(&mut selected.actions);
    let mut keys = Keys::default();
    own.iter().for_each(|action| keys.take(&action.key));
    for action in &mut selected.actions {
        action.key = keys.free(&action.key);
    }
    selected
}

/// What a descriptor says that its generated actions depend on.
#[derive(Debug)]
pub struct Known {
    /// Where requests go.
    pub base_url: String,
    /// The actions that are written by hand.
    pub actions: Vec<ActionDescriptor>,
    /// Names of the headers and query parameters that the connection itself sends, in lower case.
    pub sent: BTreeSet<String>,
}

/// What every provider of a family lists with every operation, though it concerns none of them.
const OF_NO_CONCERN: [&str; 12] = [
    "$.xgafv",
    "access_token",
    "alt",
    "authorization",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "prettyprint",
    "quotauser",
    "uploadtype",
    "upload_protocol",
];

/// An action without the parameters that are not the caller's, and with the values known for others.
fn settled(
    mut action: ActionDescriptor,
    choice: &Choice,
    known: &Known,
    version: &str,
) -> ActionDescriptor {
    let is_google = action.params.iter().any(|param| param.name == "$.xgafv");
    action.params.retain(|param| {
        let name = param.name.to_ascii_lowercase();
        let is_outside = matches!(param.place, ParamPlace::Header | ParamPlace::Query);
        let is_common = is_google && OF_NO_CONCERN.contains(&name.as_str());
        if param.place == ParamPlace::Path {
            // The base URL may have it already.
            return action.path.contains(&format!("{{{}}}", param.name));
        }
        !(is_outside && (name == "authorization" || known.sent.contains(&name) || is_common))
    });
    for param in &mut action.params {
        let said = choice.defaults.get(&param.name).map(String::as_str);
        let is_version = param.name == "api-version" && param.default.is_none();
        let value = said.or(is_version.then_some(version));
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            param.default = Some(value.to_owned());
        }
    }
    action
}

/// What stands in the text of a descriptor.
///
/// # Errors
/// It is no descriptor.
pub fn known(text: &str) -> Result<Known, toml::de::Error> {
    let descriptor: Descriptor = toml::from_str(text)?;
    Ok(Known {
        base_url: descriptor.base_url,
        actions: descriptor.actions,
        sent: sent(descriptor.headers.keys(), &descriptor.auth),
    })
}

fn sent<'n>(
    headers: impl Iterator<Item = &'n String>,
    auth: &'n AuthDescriptor,
) -> BTreeSet<String> {
    let by_auth: Vec<&String> = match auth {
        AuthDescriptor::Header { headers } => headers.keys().collect(),
        AuthDescriptor::Query { params } => params.keys().collect(),
        AuthDescriptor::Oauth2 { header, .. } => vec![header],
        AuthDescriptor::None {} | AuthDescriptor::Bearer { .. } | AuthDescriptor::Basic { .. } => {
            Vec::new()
        }
    };
    let all = headers.chain(by_auth);
    all.map(|name| name.to_ascii_lowercase()).collect()
}

/// Sorts by path, then method.
fn sort(actions: &mut [ActionDescriptor]) {
    actions.sort_by(|one, other| (&one.path, one.method).cmp(&(&other.path, other.method)));
}

fn chosen(
    choice: &Choice,
    base: &Base,
    servers: &[String],
    operation: Operation,
) -> Result<ActionDescriptor, &'static str> {
    if operation.deprecated {
        return Err("deprecated");
    }
    let mut action = operation.action;
    if action.method == Method::Options {
        return Err("asks what is possible");
    }
    action.path = match (&choice.prefix, &choice.strip) {
        (Some(prefix), _) => format!("{prefix}{}", action.path),
        (None, Some(strip)) => action
            .path
            .strip_prefix(strip.as_str())
            .filter(|rest| rest.starts_with('/'))
            .ok_or("elsewhere")?
            .to_owned(),
        (None, None) => {
            let mut servers = operation.server.iter().chain(servers);
            let found = servers.find_map(|server| base.below(server, &action.path));
            found.ok_or("elsewhere")?
        }
    };
    let fits = |patterns: &[Regex]| {
        patterns
            .iter()
            .any(|pattern| pattern.is_match(&action.path))
    };
    if (!choice.only.is_empty() && !fits(&choice.only)) || fits(&choice.skip) {
        return Err("not wanted");
    }
    PathTemplate::parse(&action.path).map_err(|_| "not below the base URL")?;
    Ok(action)
}

/// A connector's base URL, to compare addresses with.
struct Base {
    /// Nothing for one that a person enters whole.
    pattern: Option<Regex>,
}

impl Base {
    fn new(url: &str) -> Self {
        let mut pattern = String::from("^");
        let mut rest = url;
        while let Some((before, after)) = rest.split_once("{{") {
            pattern.push_str(&regex::escape(before));
            pattern.push_str("[^/]+");
            rest = after.split_once("}}").map_or("", |(_, behind)| behind);
        }
        let is_whole = url.starts_with("{{") && url.find("}}") == Some(url.len().saturating_sub(2));
        pattern.push_str(&regex::escape(rest));
        Self {
            pattern: Regex::new(&pattern).ok().filter(|_| !is_whole),
        }
    }

    /// What of `server` and `path` is below.
    fn below(&self, server: &str, path: &str) -> Option<String> {
        let Some(pattern) = &self.pattern else {
            return Some(path.to_owned());
        };
        let server = server.replacen("http://", "https://", 1);
        let whole = format!("{}{path}", server.trim_end_matches('/'));
        let end = pattern.find(&whole)?.end();
        let rest = whole.get(end..)?;
        rest.starts_with('/').then(|| rest.to_owned())
    }
}
