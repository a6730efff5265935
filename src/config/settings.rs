//! Settings as they are written, before anything is checked but their types.

use serde::Deserialize;

use crate::domain::Secret;

/// The published file, which is also the defaults. A key stands in it or does not exist.
pub(super) const DEFAULTS: &str = include_str!("../../config.toml");

/// Keys whose values are never shown, in mistakes or elsewhere.
const SECRETS: [&str; 3] = [
    "keyring.master_key",
    "agents.approval_webhook_secret",
    "admin.oidc.client_secret",
];

/// Whether the value of `key` must not be seen.
pub(super) fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key)
}

/// The whole file. No field has a default here: [`DEFAULTS`] names each, or does not parse.
///
/// Numbers are as wide as TOML's, so that one out of range gets a sentence about the range.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub port: i64,
    pub bind: String,
    pub public_url: String,
    pub data_dir: String,
    pub connectors_dir: String,
    pub workers: i64,
    pub log: String,
    pub log_format: String,
    pub shutdown_timeout_seconds: i64,
    pub keyring: Keyring,
    pub egress: Egress,
    pub limits: Limits,
    pub passthrough: Passthrough,
    pub journal: Journal,
    pub authkit: AuthKit,
    pub agents: Agents,
    pub admin: Admin,
    pub store: Store,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keyring {
    pub master_key: Secret<String>,
    pub master_key_file: String,
    pub master_key_command: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Egress {
    pub allow: Vec<String>,
    pub connect_timeout_seconds: i64,
    pub first_byte_timeout_seconds: i64,
    pub idle_timeout_seconds: i64,
    pub total_timeout_seconds: i64,
    pub pool_per_origin: i64,
    pub ca_file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub requests_per_minute: i64,
    pub max_connections: i64,
    pub json_body_bytes: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Passthrough {
    pub strict: bool,
    pub request_log: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    pub enabled: bool,
    pub days: i64,
    pub megabytes: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthKit {
    pub session_minutes: i64,
    pub allowed_origins: Vec<String>,
    pub link_hours: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agents {
    pub validate: String,
    pub answer_bytes: i64,
    pub timeout_seconds: i64,
    pub approval_hours: i64,
    pub approval_webhook_url: String,
    pub approval_webhook_secret: Secret<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Admin {
    pub oidc: Oidc,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Oidc {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret<String>,
    pub name: String,
    pub allowed_domains: Vec<String>,
    pub default_role: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Store {
    pub snapshot_after_bytes: i64,
}
