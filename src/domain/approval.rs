//! A call that waits for a person's yes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    ApiKeyId, ConnectionKey, Environment, Identity, Method, Platform, Timestamp, ToolsetName,
};

/// An approval's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApprovalId(pub Uuid);

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ApprovalId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self)
    }
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalState {
    /// Nobody has decided.
    Pending,
    /// Somebody said yes, and it is being sent. Written down before the first byte leaves, so that
    /// it never leaves twice.
    Executing,
    /// It was sent, and the provider has answered.
    Executed,
    /// Somebody said no.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// Somebody said yes, and it could not be sent, or its answer did not come.
    Failed,
}

impl ApprovalState {
    /// Whether `next` may come after it. Whatever has ended stays as it is.
    pub fn leads_to(self, next: Self) -> bool {
        matches!(
            (self, next),
            (
                Self::Pending,
                Self::Executing | Self::Denied | Self::Expired
            ) | (Self::Executing, Self::Executed | Self::Failed)
        )
    }

    /// Whether nothing comes after it.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Executing)
    }

    /// `pending`, `executing` and so on.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Executing => "executing",
            Self::Executed => "executed",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for ApprovalState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [
            Self::Pending,
            Self::Executing,
            Self::Executed,
            Self::Denied,
            Self::Expired,
            Self::Failed,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| "there is no such state".to_owned())
    }
}

/// What is kept in the clear about a call that waits. The call and its answer are other records,
/// sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Where.
    pub environment: Environment,
    /// How far it has come.
    pub state: ApprovalState,
    /// The action's id.
    pub action_id: String,
    /// The action's title.
    pub title: String,
    /// The action's method.
    pub method: Method,
    /// The connection's platform.
    pub platform: Platform,
    /// The connection that the call is for.
    pub connection_key: ConnectionKey,
    /// Whose connection that is.
    pub identity: Option<Identity>,
    /// The API key that asked.
    pub key: ApiKeyId,
    /// The toolset that it asked through.
    pub toolset: Option<ToolsetName>,
    /// When it asked.
    pub created_at: Timestamp,
    /// When it is too late for a yes.
    pub expires_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// What they said to it.
    pub note: Option<String>,
    /// What went wrong.
    pub reason: Option<String>,
    /// When nothing more was to come.
    pub ended_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::ApprovalState::{self, *};

    const ALL: [ApprovalState; 6] = [Pending, Executing, Executed, Denied, Expired, Failed];

    #[test]
    fn nothing_is_sent_but_after_a_yes_and_nothing_is_decided_twice() {
        for from in ALL {
            for to in ALL {
                let may = from.leads_to(to);
                assert!(!(may && from.is_final()), "{from:?} has ended");
                assert!(!(may && to == Executed && from != Executing));
                assert!(!(may && to == Executing && from != Pending));
                assert!(!(may && from == to));
            }
        }
        assert!(ALL.iter().all(|state| state.as_str().parse() == Ok(*state)));
    }
}
