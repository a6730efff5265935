//! The places where a provider looks for a credential.

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::pattern::Pattern;
use crate::domain::{Auth, Connector};

/// What is shown instead of a secret.
const MASK: &str = "•••";

/// A value with one of these in it is refused, so that a test can have a bad credential.
const BAD: [&str; 3] = ["invalid", "revoked", "expired"];

/// Headers that are never shown, whoever reads them.
const NEVER_SHOWN: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-pica-secret",
];

/// Headers that are no credential where the connection itself names the header.
const ORDINARY: [&str; 11] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-request-id",
];

/// Why a provider refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is nothing in one of the places.
    Missing,
    /// What is there is not of the form, or no longer good.
    NotGood,
}

/// Where one provider looks for a credential.
#[derive(Debug, Default)]
pub struct Places {
    headers: Vec<(Pattern, Value)>,
    query: Vec<(String, Pattern)>,
}

/// What must stand in a header.
#[derive(Debug)]
enum Value {
    Text(Pattern),
    Basic {
        username: Pattern,
        password: Pattern,
    },
}

impl Places {
    /// The places where `connector` puts a credential.
    pub fn of(connector: &Connector) -> Self {
        let read = |template| Pattern::of(template, connector);
        let authorization = |value| Self {
            headers: vec![(header_name("authorization"), value)],
            ..Self::default()
        };
        match &connector.auth {
            Auth::None => Self::default(),
            Auth::Bearer(token) => authorization(Value::Text(read(token).prefixed("Bearer "))),
            Auth::Headers(pairs) => Self {
                headers: pairs
                    .iter()
                    .map(|(name, value)| (read(name).lower_case(), Value::Text(read(value))))
                    .collect(),
                ..Self::default()
            },
            Auth::Query(pairs) => Self {
                query: pairs
                    .iter()
                    .map(|(name, value)| (name.clone(), read(value)))
                    .collect(),
                ..Self::default()
            },
            Auth::Basic { username, password } => authorization(Value::Basic {
                username: read(username),
                password: read(password),
            }),
            Auth::OAuth2 { header, prefix } => Self {
                headers: vec![(header_name(header), Value::Text(Pattern::behind(prefix)))],
                ..Self::default()
            },
        }
    }

    /// The values in all places, if each place has one that could be good.
    pub fn check(&self, headers: &HeaderMap, query: &str) -> Result<Vec<String>, Refused> {
        let mut found = Vec::new();
        for (name, value) in &self.headers {
            let mut sent: Vec<&[u8]> = headers
                .iter()
                .filter(|(other, _)| stands_for(name, other.as_str()))
                .map(|(_, sent)| sent.as_bytes())
                .collect();
            if name.has_holes() {
                sent.retain(|bytes| value.read(bytes).is_some());
            }
            let sent = one_of(&sent, name.has_holes())?;
            found.extend(value.read(sent).ok_or(Refused::NotGood)?);
        }
        for (name, pattern) in &self.query {
            let sent: Vec<_> = form_urlencoded::parse(query.as_bytes())
                .filter(|(other, _)| other == name)
                .map(|(_, value)| value)
                .collect();
            let sent: Vec<&str> = sent.iter().map(|value| value.as_ref()).collect();
            let sent = one_of(&sent, false)?;
            let values = pattern.values(sent).ok_or(Refused::NotGood)?;
            found.extend(values.into_iter().map(str::to_owned));
        }
        match found.iter().any(|value| is_bad(value)) {
            true => Err(Refused::NotGood),
            false => Ok(found),
        }
    }

    /// A header's value as it may be shown.
    pub fn shown_header(&self, name: &str, value: &[u8]) -> String {
        let place = self.headers.iter().find(|(at, _)| stands_for(at, name));
        match place {
            Some((_, Value::Text(pattern))) => pattern.filled_with(MASK),
            Some((_, Value::Basic { .. })) => format!("Basic {MASK}"),
            None if NEVER_SHOWN.contains(&name) => MASK.to_owned(),
            None => String::from_utf8_lossy(value).into_owned(),
        }
    }

    /// A query as it may be shown; what is no secret stays byte for byte.
    pub fn shown_query(&self, query: &str) -> String {
        let shown = |pair: &str| {
            let name = form_urlencoded::parse(pair.as_bytes()).next()?.0;
            let (_, pattern) = self.query.iter().find(|(at, _)| *at == name)?;
            let (written, _) = pair.split_once('=').unwrap_or((pair, ""));
            Some(format!("{written}={}", pattern.filled_with(MASK)))
        };
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| shown(pair).unwrap_or_else(|| pair.to_owned()))
            .collect();
        pairs.join("&")
    }
}

impl Value {
    /// What fills the holes of `sent`, if it is of this form.
    fn read(&self, sent: &[u8]) -> Option<Vec<String>> {
        let text = std::str::from_utf8(sent).ok()?;
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
        match self {
            Self::Text(pattern) => pattern.values(text).map(owned),
            Self::Basic { username, password } => {
                let pair = STANDARD.decode(text.strip_prefix("Basic ")?).ok()?;
                let pair = String::from_utf8(pair).ok()?;
                let (user, pass) = pair.split_once(':')?;
                let both = [username.values(user)?, password.values(pass)?].concat();
                Some(owned(both))
            }
        }
    }
}

fn header_name(name: &str) -> Pattern {
    Pattern::segment(name).lower_case()
}

/// Whether the header `name` could be the one that is meant.
fn stands_for(meant: &Pattern, name: &str) -> bool {
    let is_ordinary = ORDINARY.contains(&name) || name.starts_with("x-mock-");
    meant.values(name).is_some() && !(meant.has_holes() && is_ordinary)
}

/// The only one; of two, nobody knows which counts.
fn one_of<'v, T: ?Sized>(sent: &[&'v T], several: bool) -> Result<&'v T, Refused> {
    match sent {
        [] => Err(Refused::Missing),
        [first, rest @ ..] if several || rest.is_empty() => Ok(first),
        _ => Err(Refused::NotGood),
    }
}

/// Whether a credential says of itself that it is not good.
pub fn is_bad(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    BAD.iter().any(|word| value.contains(word))
}

#[cfg(test)]
mod tests;
