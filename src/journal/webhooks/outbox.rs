//! What is to be told, and what was.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Webhook, Webhooks};
use crate::crypto::random_uuid;
use crate::domain::{Environment, Timestamp};
use crate::store::{Batch, StoreError, ascending, descending};

/// So many of a webhook's deliveries are kept once they have ended.
pub(super) const KEPT: usize = 50;
/// So many old ones are forgotten at once.
const FORGOTTEN_AT_ONCE: usize = 100;

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// It has not got through yet.
    Pending,
    /// It was answered with a status of 200 to 299.
    Delivered,
    /// It is not tried any more.
    Failed,
}

/// One message for one webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub webhook: Uuid,
    /// Where.
    pub environment: Environment,
    /// What of.
    pub event: String,
    /// The message as it is sent, each time the same.
    pub body: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is tried next.
    pub due_at: Option<Timestamp>,
    /// When it got through, or was given up.
    pub ended_at: Option<Timestamp>,
    /// What the receiver answered last.
    pub status: Option<u16>,
    /// What went wrong last.
    pub error: Option<String>,
}

impl Webhooks {
    /// Has all webhooks that want to know told that `event` happened to `data`, once `batch` is
    /// committed. `data` holds no secret.
    pub fn put_into(
        &self,
        batch: &mut Batch,
        environment: Environment,
        event: &str,
        data: &Value,
    ) -> Result<(), StoreError> {
        let all = self.table.scan(environment.as_str(), None, usize::MAX)?;
        let wants = |webhook: &Webhook| {
            let is_named = webhook.events.iter().any(|own| own == event);
            webhook.active && (webhook.events.is_empty() || is_named)
        };
        let wanting: Vec<Webhook> = all
            .into_iter()
            .map(|(_, webhook)| webhook)
            .filter(wants)
            .collect();
        if wanting.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let body = message(environment, event, data, now);
        for webhook in wanting {
            let delivery = Delivery {
                due_at: Some(now),
                ..fresh(&webhook, event, body.clone(), now)
            };
            self.add_into(batch, &delivery)?;
        }
        Ok(())
    }

    pub(super) fn add_into(
        &self,
        batch: &mut Batch,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        let (scope, id) = (delivery.environment.as_str(), delivery.id.to_string());
        self.deliveries.put_into(batch, scope, &id, delivery)?;
        self.log
            .add_into(batch, scope, &log_parts(delivery).each(), &id);
        if let Some(due) = delivery.due_at {
            self.due.add_into(batch, scope, &[&due_part(due)], &id);
        }
        Ok(())
    }

    /// Puts the replacement of `old`, whose bytes are `raw`, by `new` into `batch`.
    pub(super) fn advance_into(
        &self,
        batch: &mut Batch,
        old: &Delivery,
        raw: &[u8],
        new: &Delivery,
    ) -> Result<(), StoreError> {
        let (scope, id) = (new.environment.as_str(), new.id.to_string());
        self.deliveries.replace_into(batch, scope, &id, raw, new)?;
        if let Some(due) = old.due_at {
            self.due.remove_into(batch, scope, &[&due_part(due)], &id);
        }
        if let Some(due) = new.due_at {
            self.due.add_into(batch, scope, &[&due_part(due)], &id);
        }
        if new.due_at.is_none() {
            // It makes room for itself: the oldest that have ended go.
            for old in self.told(new.environment, new.webhook, KEPT, FORGOTTEN_AT_ONCE)? {
                if old.due_at.is_none() && old.id != new.id {
                    self.forget_into(batch, &old);
                }
            }
        }
        Ok(())
    }

    pub(super) fn forget_into(&self, batch: &mut Batch, delivery: &Delivery) {
        let (scope, id) = (delivery.environment.as_str(), delivery.id.to_string());
        self.deliveries.delete_into(batch, scope, &id);
        self.log
            .remove_into(batch, scope, &log_parts(delivery).each(), &id);
        if let Some(due) = delivery.due_at {
            self.due.remove_into(batch, scope, &[&due_part(due)], &id);
        }
    }

    /// A webhook's deliveries, latest first: at most `limit` after the first `skip`.
    pub(super) fn told(
        &self,
        environment: Environment,
        webhook: Uuid,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let scope = environment.as_str();
        let ids = self
            .log
            .scan(scope, &[webhook.as_bytes()], 2, skip, limit)?;
        let found = ids.iter().map(|id| self.deliveries.get(scope, id));
        let found: Vec<Option<Delivery>> = found.collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The last 50 deliveries of the webhook `id`, latest first.
    pub fn deliveries(
        &self,
        environment: Environment,
        id: &str,
    ) -> Result<Vec<Delivery>, super::WebhookError> {
        let webhook = self.get(environment, id)?;
        Ok(self.told(environment, webhook.id, 0, KEPT)?)
    }
}

/// A delivery that was never tried and is not due.
pub(super) fn fresh(webhook: &Webhook, event: &str, body: String, now: Timestamp) -> Delivery {
    Delivery {
        id: random_uuid(),
        webhook: webhook.id,
        environment: webhook.environment,
        event: event.to_owned(),
        body,
        state: DeliveryState::Pending,
        attempts: 0,
        created_at: now,
        due_at: None,
        ended_at: None,
        status: None,
        error: None,
    }
}

/// A message. Its id is the same for all receivers and all tries.
pub(super) fn message(
    environment: Environment,
    event: &str,
    data: &Value,
    now: Timestamp,
) -> String {
    json!({
        "id": random_uuid(),
        "type": event,
        "environment": environment,
        "createdAt": now,
        "data": data,
    })
    .to_string()
}

struct LogParts {
    webhook: Uuid,
    age: [u8; 8],
}

impl LogParts {
    fn each(&self) -> [&[u8]; 2] {
        [self.webhook.as_bytes(), &self.age]
    }
}

fn log_parts(delivery: &Delivery) -> LogParts {
    let micros = u64::try_from(delivery.created_at.micros()).unwrap_or(0);
    LogParts {
        webhook: delivery.webhook,
        age: descending(micros),
    }
}

fn due_part(due: Timestamp) -> [u8; 8] {
    ascending(u64::try_from(due.micros()).unwrap_or(0))
}
