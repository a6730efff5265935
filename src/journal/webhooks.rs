//! Webhooks: whoever an operator wants told of what happens.
//!
//! What is to be told is written in the commit of what happened ([`Webhooks::put_into`]), so that
//! neither a crash nor a receiver that is down loses it; a job sends it, again and again if need
//! be. A receiver may hear of something twice, and not in order: each message has an id.

mod deliver;
mod outbox;
mod sign;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

pub use outbox::{Delivery, DeliveryState};
pub use sign::{SIGNATURE, signature};

use super::{Audit, Deed};
use crate::crypto::{Keyring, SealContext, Sealed, base64_url, random_bytes, random_uuid};
use crate::domain::{Actor, Clock, Environment, Secret, Timestamp};
use crate::store::{Batch, Index, SharedEngine, StoreError, Table, Versioned};

/// What a webhook can be told of.
pub const EVENTS: [&str; 6] = [
    "connection.created",
    "connection.updated",
    "connection.deleted",
    "connection.failed",
    "connection.recovered",
    "approval.requested",
];

/// An environment has no more.
const MAX_WEBHOOKS: usize = 50;
/// No URL and no description is longer, in bytes.
const MAX_TEXT: usize = 2048;
const MAX_TRIES: usize = 8;
/// The kind of record that a secret is bound to, and its field.
const KIND: &str = "webhook";
const FIELD: &str = "secret";

/// Why a webhook is not what it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Not there.
    #[error("there is no such webhook in this environment")]
    NoSuchWebhook,
    /// What was sent makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody who is told of what happens. The secret is another record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// What it is told of: all of an environment.
    pub environment: Environment,
    /// Where messages go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Only these of [`EVENTS`]; all if empty.
    pub events: Vec<String>,
    /// Whether it is told anything.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When an operator last changed it.
    pub updated_at: Timestamp,
    /// Since when nothing has got through.
    pub failing_since: Option<Timestamp>,
    /// Why the program has switched it off.
    pub disabled_reason: Option<String>,
}

/// What is asked for; `None` leaves it, or is as usual in a new one.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// Where messages go.
    pub url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Only these events; all if empty.
    pub events: Option<Vec<String>>,
    /// Whether it is told anything.
    pub active: Option<bool>,
}

/// The webhooks of an instance.
pub struct Webhooks {
    engine: SharedEngine,
    table: Table<Webhook>,
    secrets: Table<Sealed>,
    deliveries: Table<Delivery>,
    /// What is to be sent, soonest first.
    due: Index,
    /// By webhook, latest first.
    log: Index,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    audit: Arc<Audit>,
}

impl Webhooks {
    /// The webhooks in `engine`.
    pub fn new(
        engine: &SharedEngine,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        audit: Arc<Audit>,
    ) -> Self {
        let shared = || SharedEngine::clone(engine);
        Self {
            table: Table::new(shared(), "webhook"),
            secrets: Table::new(shared(), "webhook-secret"),
            deliveries: Table::new(shared(), "webhook-delivery"),
            due: Index::new(shared(), "webhook-delivery", "due"),
            log: Index::new(shared(), "webhook-delivery", "log"),
            engine: shared(),
            keyring,
            clock,
            audit,
        }
    }

    /// Those of an environment, oldest first.
    pub fn list(&self, environment: Environment) -> Result<Vec<Webhook>, WebhookError> {
        let all = self.table.scan(environment.as_str(), None, usize::MAX)?;
        let mut all: Vec<Webhook> = all.into_iter().map(|(_, webhook)| webhook).collect();
        all.sort_by_key(|webhook| (webhook.created_at, webhook.id));
        Ok(all)
    }

    /// The webhook `id`.
    pub fn get(&self, environment: Environment, id: &str) -> Result<Webhook, WebhookError> {
        self.read(environment, id).map(|read| read.value)
    }

    fn read(&self, environment: Environment, id: &str) -> Result<Versioned<Webhook>, WebhookError> {
        let id = Uuid::try_parse(id).map_err(|_| WebhookError::NoSuchWebhook)?;
        let read = self.table.get_raw(environment.as_str(), &id.to_string())?;
        read.ok_or(WebhookError::NoSuchWebhook)
    }

    /// Makes a webhook, and gives what its messages are going to be signed with: in the answer, and
    /// sealed, and nowhere else.
    pub async fn create(
        &self,
        environment: Environment,
        wishes: WebhookChange,
        by: &Actor,
    ) -> Result<(Webhook, Secret<String>), WebhookError> {
        if self.list(environment)?.len() >= MAX_WEBHOOKS {
            let what = format!("there are {MAX_WEBHOOKS} webhooks already; remove one first");
            return Err(WebhookError::Invalid(what));
        }
        let now = self.clock.now();
        let mut webhook = Webhook {
            id: random_uuid(),
            environment,
            url: String::new(),
            description: String::new(),
            events: Vec::new(),
            active: true,
            created_at: now,
            updated_at: now,
            failing_since: None,
            disabled_reason: None,
        };
        apply(&mut webhook, wishes)?;
        let (scope, id) = (environment.as_str(), webhook.id.to_string());
        let (secret, sealed) = self.new_secret(environment, &id);
        let mut batch = Batch::default();
        self.table.put_new_into(&mut batch, scope, &id, &webhook)?;
        self.secrets.put_new_into(&mut batch, scope, &id, &sealed)?;
        self.commit(batch, &webhook, by, "webhook.created").await?;
        Ok((webhook, secret))
    }

    /// Changes a webhook. Switching one on forgets that nothing got through.
    pub async fn change(
        &self,
        environment: Environment,
        id: &str,
        change: WebhookChange,
        by: &Actor,
    ) -> Result<Webhook, WebhookError> {
        let mut tries = 0;
        loop {
            let old = self.read(environment, id)?;
            let mut new = old.value.clone();
            apply(&mut new, change.clone())?;
            new.updated_at = self.clock.now();
            if change.active == Some(true) {
                (new.failing_since, new.disabled_reason) = (None, None);
            }
            let mut batch = Batch::default();
            let (scope, id) = (environment.as_str(), new.id.to_string());
            self.table
                .replace_into(&mut batch, scope, &id, &old.raw, &new)?;
            match self.commit(batch, &new, by, "webhook.updated").await {
                Ok(()) => return Ok(new),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Gives a webhook another secret. What it is told from now on is signed with that, also what waits
    /// already; the one before is good for nothing.
    pub async fn renew_secret(
        &self,
        environment: Environment,
        id: &str,
        by: &Actor,
    ) -> Result<(Webhook, Secret<String>), WebhookError> {
        let mut tries = 0;
        loop {
            let old = self.read(environment, id)?;
            let mut new = old.value.clone();
            new.updated_at = self.clock.now();
            let (scope, id) = (environment.as_str(), new.id.to_string());
            let (secret, sealed) = self.new_secret(environment, &id);
            let mut batch = Batch::default();
            self.table
                .replace_into(&mut batch, scope, &id, &old.raw, &new)?;
            self.secrets.put_into(&mut batch, scope, &id, &sealed)?;
            let committed = self.commit(batch, &new, by, "webhook.secret_renewed");
            match committed.await {
                Ok(()) => return Ok((new, secret)),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What messages to the webhook `id` are going to be signed with, and the same as it is kept.
    fn new_secret(&self, environment: Environment, id: &str) -> (Secret<String>, Sealed) {
        let secret = Secret::new(format!("whsec_{}", base64_url(&random_bytes::<32>())));
        let sealed = self
            .keyring
            .seal(&context(environment, id), secret.expose().as_bytes());
        (secret, sealed)
    }

    /// Removes a webhook, with what it has not been told yet.
    pub async fn remove(
        &self,
        environment: Environment,
        id: &str,
        by: &Actor,
    ) -> Result<Webhook, WebhookError> {
        let old = self.read(environment, id)?.value;
        let (scope, id) = (environment.as_str(), old.id.to_string());
        let mut batch = Batch::default();
        self.table.delete_into(&mut batch, scope, &id);
        self.secrets.delete_into(&mut batch, scope, &id);
        for delivery in self.told(environment, old.id, 0, usize::MAX)? {
            self.forget_into(&mut batch, &delivery);
        }
        self.commit(batch, &old, by, "webhook.deleted").await?;
        Ok(old)
    }

    async fn commit(
        &self,
        batch: Batch,
        webhook: &Webhook,
        by: &Actor,
        what: &'static str,
    ) -> Result<(), StoreError> {
        let name = Url::parse(&webhook.url).ok();
        let name = name.as_ref().and_then(Url::host_str);
        let deed = Deed::new(what, "webhook", &webhook.id.to_string(), name);
        let environment = Some(webhook.environment);
        let committed = self.audit.commit(batch, environment, by, deed);
        committed.await.map(drop)
    }
}

fn context(environment: Environment, id: &str) -> SealContext<'_> {
    SealContext {
        environment,
        kind: KIND,
        record: id,
        field: FIELD,
    }
}

fn apply(webhook: &mut Webhook, change: WebhookChange) -> Result<(), WebhookError> {
    let invalid = |what: String| Err(WebhookError::Invalid(what));
    if let Some(url) = change.url {
        webhook.url = url.trim().to_owned();
    }
    let url = Url::parse(&webhook.url).ok().filter(|url| {
        let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_http && url.username().is_empty() && url.password().is_none()
    });
    if url.is_none() || webhook.url.len() > MAX_TEXT {
        return invalid("url: an http or https URL without a user name".to_owned());
    }
    if let Some(description) = change.description {
        webhook.description = description.trim().to_owned();
    }
    if webhook.description.len() > MAX_TEXT {
        return invalid(format!("description: at most {MAX_TEXT} bytes"));
    }
    if let Some(mut events) = change.events {
        events.sort();
        events.dedup();
        if events.iter().any(|event| !EVENTS.contains(&event.as_str())) {
            return invalid(format!("events: only {}", EVENTS.join(", ")));
        }
        webhook.events = events;
    }
    if let Some(active) = change.active {
        webhook.active = active;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
