//! API keys: what a program that calls us may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Action, ActionPattern, ApprovalRule, Environment, Member, Method, Role, Scope, Timestamp,
};

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

    /// The least permission that calling `action` needs. A POST that only reads (a search, a query)
    /// is one whose tags say `read`.
    pub fn needed_by(action: &Action) -> Self {
        let reads = action.method == Method::Post && action.tags.iter().any(|tag| tag == "read");
        match reads {
            true => Self::Read,
            false => Self::needed_for(action.method.as_str()),
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

/// What requests to providers with a key are limited to, besides its permission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Guards {
    /// The only actions; all if empty.
    pub actions: Vec<ActionPattern>,
    /// The only methods; all if empty.
    pub methods: Vec<Method>,
    /// What waits for a person's yes.
    pub approval: Vec<ApprovalRule>,
}

impl Guards {
    /// Whether they limit nothing.
    pub fn are_open(&self) -> bool {
        self.actions.is_empty() && self.methods.is_empty() && self.approval.is_empty()
    }

    /// Whether a request with `method` may be sent.
    pub fn allow_method(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|own| own.as_str() == method)
    }

    /// Whether `action` may be called.
    pub fn allow(&self, action: &Action) -> bool {
        let is_meant = |pattern: &ActionPattern| pattern.matches(action);
        self.actions.is_empty() || self.actions.iter().any(is_meant)
    }

    /// Whether a call of `action` waits for a person's yes.
    pub fn hold(&self, action: &Action) -> bool {
        self.approval.iter().any(|rule| rule.matches(action))
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
    /// What its requests to providers are limited to besides. Keys of older programs have none.
    #[serde(default, skip_serializing_if = "Guards::are_open")]
    pub guards: Guards,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The role of the person that it stands for, if it stands for one. Such a key is never stored.
    #[serde(skip)]
    pub person: Option<Role>,
}

impl ApiKey {
    /// The key that stands for a person who is signed in: what asks for a key takes it as one.
    /// Its id and name are the person's.
    pub fn of_person(person: &Member, environment: Environment) -> Self {
        Self {
            id: ApiKeyId(person.id.0),
            scope: Scope::all(environment),
            name: person.name.clone(),
            hash: String::new(),
            hint: String::new(),
            permission: person.role.permission(),
            guards: Guards::default(),
            created_at: person.created_at,
            expires_at: None,
            revoked_at: None,
            person: Some(person.role),
        }
    }

    /// Whether it opens anything at `now`.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expiry| now < expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_an_older_program_opens_and_is_limited_by_nothing() {
        let old = serde_json::json!({
            "id": "6b1f3c52-6b0e-4f0e-9c39-0a4c7f0f5a11", "environment": "test", "platforms": [], "identity": null,
            "name": "old", "hash": "00", "hint": "abcd", "permission": "write",
            "createdAt": "2025-07-19T16:19:29.702632Z", "expiresAt": null, "revokedAt": null,
        });
        let key: ApiKey = serde_json::from_value(old.clone()).unwrap();
        assert!(key.guards.are_open() && key.guards.allow_method("DELETE"));
        assert_eq!(serde_json::to_value(&key).unwrap(), old);
    }

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
