//! API keys: what a program that calls us may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Scope, Timestamp};

/// An API key's id. Public: it names the key without being it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiKeyId(pub Uuid);

impl fmt::Display for ApiKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a key may do, by HTTP method. Each level includes the one before.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// GET, HEAD and OPTIONS.
    Read,
    /// POST, PUT and PATCH as well.
    Write,
    /// DELETE and everything else as well.
    Admin,
}

impl Permission {
    /// The least permission that a request with this method needs.
    pub fn needed_for(method: &str) -> Self {
        match method {
            "GET" | "HEAD" | "OPTIONS" => Self::Read,
            "POST" | "PUT" | "PATCH" => Self::Write,
            _ => Self::Admin,
        }
    }

    /// `read`, `write` or `admin`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Permission {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            "admin" => Ok(Self::Admin),
            _ => Err(format!(
                "permission must be `read`, `write` or `admin`, not `{text}`"
            )),
        }
    }
}

/// What is kept about an API key. The key itself is not: only a keyed hash of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it sees.
    #[serde(flatten)]
    pub scope: Scope,
    /// What it is for, in its maker's words.
    pub name: String,
    /// HMAC-SHA-256 of the key, in hex.
    pub hash: String,
    /// The last four characters, by which a person recognises it.
    pub hint: String,
    /// What it may do.
    pub permission: Permission,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it opens anything at `now`.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expiry| now < expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_needs_the_permission_that_fits_it() {
        for (method, least) in [
            ("GET", Permission::Read),
            ("HEAD", Permission::Read),
            ("POST", Permission::Write),
            ("PATCH", Permission::Write),
            ("DELETE", Permission::Admin),
            ("PROPFIND", Permission::Admin),
        ] {
            assert_eq!(Permission::needed_for(method), least, "{method}");
        }
        assert!(Permission::Read < Permission::Write && Permission::Write < Permission::Admin);
    }
}
