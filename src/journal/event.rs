//! What is written down of something that happened.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{Action, ApiKey, Connection, Environment, Platform, Timestamp};

/// A path is cut off after so many bytes.
const MAX_PATH: usize = 8 << 10;
/// A reason is cut off after so many bytes.
const MAX_ERROR: usize = 2 << 10;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A request to a provider, by whichever door it came.
    Passthrough,
    /// A token was to be refreshed.
    Refresh,
    /// Somebody connected an account, or did not.
    Authkit,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Well.
    Ok,
    /// Something was wrong with what was asked: a status of 400 and above.
    ClientError,
    /// The provider says that it has trouble: a status of 500 and above.
    ProviderError,
    /// There was no answer, or not all of it.
    Failed,
}

/// Something that has a name for people beside its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// What happened, as lists show it. No field holds a secret, a body, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When it was over.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Where.
    pub environment: Environment,
    /// For which connector.
    #[schema(value_type = Option<String>)]
    pub platform: Option<Platform>,
    /// For which connection.
    pub connection_key: Option<String>,
    /// Whose that is.
    pub identity: Option<String>,
    /// Which action was named.
    pub action_id: Option<String>,
    /// What that is called.
    pub action_title: Option<String>,
    /// The request's method.
    pub method: Option<String>,
    /// The request's path and query; the values of secret parameters are masked.
    pub path: Option<String>,
    /// The answer's status; nothing if there was no answer.
    pub status: Option<u16>,
    /// How it ended.
    pub outcome: Outcome,
    /// What went wrong.
    pub error: Option<String>,
    /// How long it took until the answer's last byte.
    pub duration_ms: f64,
    /// Who asked: a program.
    pub api_key: Option<Named>,
    /// Who asked: a person; or the person who has approved what a program asked.
    pub member: Option<Named>,
    /// By which the log and the caller know the request.
    pub request_id: Option<String>,
    /// The length of the request's body.
    pub request_bytes: u64,
    /// The length of the answer's body, as far as it was taken.
    pub response_bytes: u64,
}

/// A part of the time that a call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PhaseName {
    /// Finding the connection, with a token that is good: refreshed or waited for, if need be.
    Token,
    /// To a connection with the provider.
    Connect,
    /// Until the request was sent.
    Send,
    /// Until the answer began.
    Wait,
    /// Until the answer was taken to its end.
    Receive,
}

/// How long a part took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Phase {
    /// Which part.
    pub name: PhaseName,
    /// How long, in milliseconds.
    pub ms: f64,
}

/// A header, its name in lower case, and its value; a secret one is masked.
pub type Header = (String, String);

/// What is shown of one event alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// Where the time went.
    pub phases: Vec<Phase>,
    /// What the provider was sent.
    #[schema(value_type = Vec<Vec<String>>)]
    pub request_headers: Vec<Header>,
    /// What it answered with.
    #[schema(value_type = Vec<Vec<String>>)]
    pub response_headers: Vec<Header>,
}

/// An event with all that is kept of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What lists show.
    pub event: Event,
    /// What is shown of it alone.
    pub detail: Detail,
}

/// Where an event stands, and so its id: its segment, and the place of its line in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The segment's name.
    pub segment: i64,
    /// The line's first byte.
    pub offset: u64,
}

/// The text is not of an event id's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event's id looks like `1764000000000000-0`")]
pub struct InvalidPosition;

impl Kind {
    /// As it stands in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passthrough => "passthrough",
            Self::Refresh => "refresh",
            Self::Authkit => "authkit",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Passthrough, Self::Refresh, Self::Authkit];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

impl Outcome {
    /// What a provider's status means.
    pub const fn of_status(status: u16) -> Self {
        match status {
            0..=399 => Self::Ok,
            400..=499 => Self::ClientError,
            _ => Self::ProviderError,
        }
    }

    /// As it stands in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ClientError => "client_error",
            Self::ProviderError => "provider_error",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for Outcome {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [
            Self::Ok,
            Self::ClientError,
            Self::ProviderError,
            Self::Failed,
        ];
        all.into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or(())
    }
}

impl Event {
    /// Something that went well, and about which nothing else is known.
    pub fn new(kind: Kind, environment: Environment, at: Timestamp, took: Duration) -> Self {
        Self {
            at,
            kind,
            environment,
            platform: None,
            connection_key: None,
            identity: None,
            action_id: None,
            action_title: None,
            method: None,
            path: None,
            status: None,
            outcome: Outcome::Ok,
            error: None,
            duration_ms: millis(took),
            api_key: None,
            member: None,
            request_id: None,
            request_bytes: 0,
            response_bytes: 0,
        }
    }

    /// About this connection.
    pub fn about(&mut self, connection: &Connection) {
        self.platform = Some(connection.platform.clone());
        self.connection_key = Some(connection.key.as_str().to_owned());
        self.identity = connection
            .identity
            .as_ref()
            .map(|identity| identity.as_str().to_owned());
    }

    /// Of this action.
    pub fn of_action(&mut self, action: &Action) {
        self.action_id = Some(action.id.to_string());
        self.action_title = Some(action.title.clone());
    }

    /// Asked for with this key, or by the person for whom it stands.
    pub fn asked_with(&mut self, key: &ApiKey) {
        let who = Named {
            id: key.id.to_string(),
            name: key.name.clone(),
        };
        match key.person {
            Some(_) => self.member = Some(who),
            None => self.api_key = Some(who),
        }
    }

    /// With this path, which has been masked.
    pub fn at_path(&mut self, path: &str) {
        self.path = Some(cut(path, MAX_PATH));
    }

    /// Gone wrong, and why.
    pub fn gone_wrong(&mut self, outcome: Outcome, error: &str) {
        self.outcome = outcome;
        self.error = Some(cut(error, MAX_ERROR));
    }
}

impl Detail {
    /// Adds a part, unless it took no time at all.
    pub fn took(&mut self, name: PhaseName, time: Duration) {
        if !time.is_zero() {
            let ms = millis(time);
            self.phases.push(Phase { name, ms });
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.segment, self.offset)
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let (segment, offset) = text.split_once('-').ok_or(InvalidPosition)?;
        Ok(Self {
            segment: segment.parse().map_err(|_| InvalidPosition)?,
            offset: offset.parse().map_err(|_| InvalidPosition)?,
        })
    }
}

impl Serialize for Position {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Milliseconds to the microsecond.
pub(super) fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// At most `most` bytes of `text`, whole characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.get(..text.floor_char_boundary(most))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_nothing_else_is_one() {
        let position = Position {
            segment: 1_764_000_000_000_000,
            offset: 42,
        };
        assert_eq!(position.to_string().parse(), Ok(position));
        for text in ["", "-", "1", "1-", "-1", "1-x", "x-1", "1-2-3", "1--2"] {
            assert_eq!(text.parse::<Position>(), Err(InvalidPosition), "{text}");
        }
    }

    #[test]
    fn what_is_cut_stays_text() {
        assert_eq!(cut("aä", 2), "a");
        assert_eq!(cut("aä", 3), "aä");
    }
}
