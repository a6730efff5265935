//! What is in force, and how the server stands: nothing of it is a secret.
//!
//! **What can be changed:** the few settings that people decide about while they look at these pages,
//! and only where no flag, variable or file says them: two places for one setting would leave people
//! guessing. `fixed` says which those are.

mod wishes;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use tokio::time::Instant;

use wishes::SettingsWishes;

use crate::api::PublicUrl;
use crate::api::actor;
use crate::api::error::{ApiError, blocking};
use crate::api::extract::{Admin, Json, Overseer};
use crate::config::Config;
use crate::domain::{Timestamp, Validation};
use crate::store::StoreError;
use crate::store::embedded::EmbeddedEngine;
use crate::tuning::Tuning;
use crate::vault::Vault;
use crate::vault::keys::{KeyFacts, Keys};

/// What this is told from.
#[derive(Clone)]
pub struct Standing {
    /// What was set.
    pub config: Arc<Config>,
    /// What of it can be changed.
    pub tuning: Arc<Tuning>,
    /// The store, unless everything is in memory.
    pub engine: Option<Arc<EmbeddedEngine>>,
    /// The data keys.
    pub keys: Arc<Keys>,
    /// When the server came up.
    pub started: Instant,
}

/// What is in force, and how the server stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    public_url: String,
    data_dir: String,
    connectors_dir: Option<String>,
    version: &'static str,
    /// What it was built from, if the build was told.
    commit: Option<&'static str>,
    uptime_seconds: u64,
    workers: usize,
    /// How long the journal keeps what happened; whichever ends first.
    retention: RetentionView,
    rate_limit: RateLimitView,
    limits: LimitsView,
    authkit: AuthKitView,
    passthrough: PassthroughView,
    agents: AgentsView,
    egress: EgressView,
    store: StoreView,
    encryption: EncryptionView,
    /// What of `retention`, `authkit` and `rateLimit` is set by the environment or a file, and can be
    /// changed only there: as in `retention.days`.
    fixed: Vec<&'static str>,
}

/// How long and how much the journal keeps.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetentionView {
    days: u64,
    megabytes: u64,
}

/// What one API key may ask.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RateLimitView {
    /// Null: no limit.
    requests_per_minute: Option<u32>,
}

/// What all may take.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitsView {
    max_connections: usize,
    json_body_bytes: usize,
}

/// The pages on which people connect.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthKitView {
    /// Any if empty.
    allowed_origins: Vec<String>,
    session_minutes: u64,
    link_hours: u64,
}

/// Requests that are signed and sent on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PassthroughView {
    strict: bool,
    request_log: bool,
}

/// What agents may do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentsView {
    validate: Validation,
    answer_bytes: usize,
    timeout_seconds: u64,
    approval_hours: u64,
    /// Whether somebody is told of calls that wait; where is not shown, it may hold a secret.
    has_approval_webhook: bool,
}

/// What may leave.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EgressView {
    /// Networks that may be reached although they are private.
    allow: Vec<String>,
    has_own_authorities: bool,
}

/// The store.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreView {
    /// False: everything is forgotten at the end.
    is_durable: bool,
    /// What its folder takes of the disk.
    bytes: Option<u64>,
    #[schema(value_type = Option<String>)]
    last_snapshot_at: Option<Timestamp>,
    commits: Option<u64>,
    /// Whether commits are refused until a restart, because the disk has failed.
    is_read_only: bool,
}

/// What secrets are sealed with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EncryptionView {
    /// The data keys, oldest first.
    keys: Vec<KeyView>,
}

/// A data key.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    id: String,
    /// `seal-test`, `seal-live`, or `hash` for the one that API keys are found by.
    #[schema(value_type = String)]
    purpose: crate::crypto::KeyPurpose,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// Whether it seals from now on; the others only open what they sealed.
    is_current: bool,
    /// How many stored secrets are sealed with it: of one that is not current, what is left until
    /// nothing needs it. Null for `hash`.
    uses: Option<u64>,
}

impl KeyView {
    fn new(key: &KeyFacts, uses: &BTreeMap<String, u64>) -> Self {
        let id = key.id.to_string();
        let seals = key.purpose != crate::crypto::KeyPurpose::Hash;
        Self {
            uses: seals.then(|| uses.get(&id).copied().unwrap_or(0)),
            id,
            purpose: key.purpose,
            created_at: key.created_at,
            is_current: key.is_current,
        }
    }
}

/// `GET /admin/api/settings`: what is in force, and how the server stands. `config.toml` says where
/// settings come from.
#[utoipa::path(
    get, path = "/admin/api/settings", tag = "admin", security(("key" = [])),
    responses((status = 200, body = SettingsView), (status = 403))
)]
pub async fn get(
    _: Overseer,
    standing: web::Data<Standing>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<SettingsView>, ApiError> {
    show(standing, vault, &public_url).await
}

/// `PATCH /admin/api/settings`: changes some of what is in force, at once and for good: all that is
/// sent, or nothing. What is left out stays.
#[utoipa::path(
    patch, path = "/admin/api/settings", tag = "admin", security(("admin" = [])),
    request_body = SettingsWishes,
    responses(
        (status = 200, body = SettingsView), (status = 400), (status = 403),
        (status = 409, description = "Set by the environment or a file; the message says where"),
    )
)]
pub async fn update(
    Admin(asker): Admin,
    Json(wishes): Json<SettingsWishes>,
    standing: web::Data<Standing>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<SettingsView>, ApiError> {
    let by = actor::of_asker(&asker);
    standing.tuning.change(&wishes.into(), &by).await?;
    show(standing, vault, &public_url).await
}

async fn show(
    standing: web::Data<Standing>,
    vault: web::Data<Vault>,
    public_url: &PublicUrl,
) -> Result<web::Json<SettingsView>, ApiError> {
    let public_url = public_url.0.clone();
    let (standing, vault) = (standing.into_inner(), vault.into_inner());
    let view = blocking(move || standing.view(&vault, public_url)).await?;
    Ok(web::Json(view))
}

impl Standing {
    fn view(&self, vault: &Vault, public_url: String) -> Result<SettingsView, StoreError> {
        let config = &self.config;
        let (folder, tuned) = (config.connectors_dir.as_ref(), self.tuning.now());
        Ok(SettingsView {
            public_url,
            data_dir: config.data_dir.display().to_string(),
            connectors_dir: folder.map(|folder| folder.display().to_string()),
            version: env!("CARGO_PKG_VERSION"),
            commit: option_env!("MAGPIE_COMMIT"),
            uptime_seconds: self.started.elapsed().as_secs(),
            workers: config.workers,
            retention: RetentionView {
                days: tuned.days.unwrap_or(config.journal.days),
                megabytes: tuned.megabytes.unwrap_or(config.journal.megabytes),
            },
            rate_limit: RateLimitView {
                requests_per_minute: tuned.requests_per_minute.filter(|limit| *limit > 0),
            },
            limits: LimitsView {
                max_connections: config.limits.max_connections,
                json_body_bytes: config.limits.json_body_bytes,
            },
            authkit: AuthKitView {
                allowed_origins: tuned.allowed_origins.unwrap_or_default(),
                session_minutes: config.authkit.session.as_secs() / 60,
                link_hours: config.authkit.link.as_secs() / 3600,
            },
            passthrough: PassthroughView {
                strict: config.passthrough.strict,
                request_log: config.passthrough.request_log,
            },
            agents: self.agents(),
            egress: EgressView {
                allow: config
                    .egress
                    .allow
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                has_own_authorities: config.egress.ca_file.is_some(),
            },
            store: self.store()?,
            encryption: self.encryption(vault)?,
            fixed: self.tuning.fixed(),
        })
    }

    fn agents(&self) -> AgentsView {
        let agents = &self.config.agents;
        AgentsView {
            validate: agents.validate,
            answer_bytes: agents.answer_bytes,
            timeout_seconds: agents.timeout.as_secs(),
            approval_hours: agents.approval.as_secs() / 3600,
            has_approval_webhook: agents.webhook.is_some(),
        }
    }

    fn store(&self) -> Result<StoreView, StoreError> {
        let facts = self.engine.as_ref().map(|engine| engine.facts());
        let facts = facts.transpose()?;
        Ok(StoreView {
            is_durable: facts.is_some(),
            bytes: facts.map(|facts| facts.bytes),
            last_snapshot_at: facts.and_then(|facts| facts.last_snapshot_at),
            commits: facts.map(|facts| facts.commits),
            is_read_only: facts.is_some_and(|facts| facts.is_read_only),
        })
    }

    fn encryption(&self, vault: &Vault) -> Result<EncryptionView, StoreError> {
        let uses = vault.sealed_with()?;
        let keys = self.keys.list()?;
        Ok(EncryptionView {
            keys: keys.iter().map(|key| KeyView::new(key, &uses)).collect(),
        })
    }
}
