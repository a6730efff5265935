//! A connection: whose account at which provider, and how far it can be relied on.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ConnectionKey, Environment, Identity, IdentityType, Platform, Timestamp};

/// A connection's id in the vault API: a UUID, version 4 for those made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub Uuid);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ConnectionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self)
    }
}

/// Counts how often a connection's credentials were replaced by its owner.
///
/// A late answer about an older generation's credentials must not touch a newer one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u64);

/// How far a connection can be relied on, as its owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Nothing speaks against it.
    Operational,
    /// The last refresh did not get through; the next one may.
    Degraded,
    /// The provider said no. Only the owner, connecting again, can mend it.
    Failed,
    /// Brought along from elsewhere and not yet tried.
    Unknown,
}

/// How a connection's access token is kept good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenState {
    /// Counts the connection's tokens: who has used an older one may find a newer.
    pub version: u64,
    /// Whether the vault can get a new one by itself.
    pub refreshable: bool,
    /// When it is to be refreshed, or its end noticed; nothing for one that does not end.
    pub due_at: Option<Timestamp>,
    /// How many refreshes in a row did not get through.
    pub failures: u32,
    /// What was granted, as far as the provider tells.
    pub scopes: Vec<String>,
}

/// What the vault keeps about a connection. Its secrets are another record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Its key, unique, and the same for as long as it lives.
    pub key: ConnectionKey,
    /// Where it lives.
    pub environment: Environment,
    /// The connector that it is for.
    pub platform: Platform,
    /// The version of that connector's API.
    pub platform_version: String,
    /// Whose it is.
    pub identity: Option<Identity>,
    /// What kind of owner that is.
    pub identity_type: Option<IdentityType>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Labels, sorted, without repetition.
    pub tags: Vec<String>,
    /// What the application keeps with it.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// Whether it may be used.
    pub active: bool,
    /// How far it can be relied on.
    pub health: Health,
    /// Why it is not `operational`, in words for its owner.
    pub health_reason: Option<String>,
    /// The form fields that are no secrets (a subdomain, a base URL), by name.
    pub settings: BTreeMap<String, String>,
    /// Counts replacements of the credentials.
    pub generation: Generation,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When its token expires.
    pub expires_at: Option<Timestamp>,
    /// When its token was last refreshed.
    pub last_refreshed_at: Option<Timestamp>,
    /// Who it is signed in as, where the provider tells.
    pub account: Option<String>,
    /// How its token is kept good, if it has one that the vault looks after.
    #[serde(default)]
    pub token: Option<TokenState>,
}

impl Connection {
    /// When something is to be done about its token.
    pub fn due_at(&self) -> Option<Timestamp> {
        let token = self.token.as_ref()?;
        (self.active && self.health != Health::Failed)
            .then_some(token.due_at)
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_the_words_that_clients_know() {
        let words = [
            Health::Operational,
            Health::Degraded,
            Health::Failed,
            Health::Unknown,
        ]
        .map(|health| serde_json::to_string(&health).unwrap());
        assert_eq!(
            words,
            [
                "\"operational\"",
                "\"degraded\"",
                "\"failed\"",
                "\"unknown\""
            ]
        );
    }
}
