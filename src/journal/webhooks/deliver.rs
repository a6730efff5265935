//! Telling them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::json;
use url::Url;

use super::outbox::{fresh, message};
use super::{Delivery, DeliveryState, SIGNATURE, Webhook, WebhookError, Webhooks, signature};
use crate::crypto::random_bytes;
use crate::domain::{Environment, Secret, Timestamp};
use crate::egress::Egress;
use crate::egress::fetch::FetchRequest;
use crate::egress::origin::Reach;
use crate::store::{Batch, StoreError};

/// How long an answer may take, and how long it may be, in bytes.
const TIMEOUT: Duration = Duration::from_secs(15);
const MAX_ANSWER: usize = 64 * 1024;
/// How long to wait after each failure, in seconds; the last one again and again.
const WAITS: [u64; 8] = [5, 30, 120, 600, 1800, 3600, 10_800, 21_600];
/// What has not got through for so long is given up, and whoever takes nothing for so long is
/// switched off.
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// So many are sent side by side.
const SIDE_BY_SIDE: usize = 16;
/// So many are looked at in one go.
const AT_ONCE: usize = 64;
/// No error is longer, in characters.
const MAX_ERROR: usize = 300;

/// What a receiver did: its status, or what went wrong.
type Answered = Result<u16, String>;

impl Webhooks {
    /// Sends what is due, soonest first; a receiver that does not answer keeps nobody of the
    /// other environment waiting, and others for a minute at the most.
    pub async fn deliver_due(&self, egress: &Egress) -> Result<(), StoreError> {
        let both = Environment::ALL.map(|environment| self.deliver_in(egress, environment));
        let both = futures_util::future::join_all(both).await;
        both.into_iter().collect()
    }

    async fn deliver_in(
        &self,
        egress: &Egress,
        environment: Environment,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let scope = environment.as_str();
        let mut due = Vec::new();
        for id in self.due.scan(scope, &[], 1, 0, AT_ONCE)? {
            // They stand in order: the first that is not due ends it.
            match self.deliveries.get(scope, &id)? {
                Some(delivery) if delivery.due_at.is_some_and(|due| due <= now) => {
                    due.push(delivery);
                }
                Some(_) => break,
                None => {}
            }
        }
        let all = stream::iter(due).map(|delivery| self.deliver(egress, delivery, true));
        let outcomes: Vec<_> = all.buffer_unordered(SIDE_BY_SIDE).collect().await;
        outcomes
            .into_iter()
            .try_for_each(|outcome| outcome.map(drop))
    }

    /// Tells the webhook `id` of nothing but that it is told: once, now.
    pub async fn test(
        &self,
        egress: &Egress,
        environment: Environment,
        id: &str,
    ) -> Result<Delivery, WebhookError> {
        let webhook = self.get(environment, id)?;
        let now = self.clock.now();
        let data = json!({ "webhookId": webhook.id });
        let body = message(environment, "webhook.test", &data, now);
        let delivery = fresh(&webhook, "webhook.test", body, now);
        let mut batch = Batch::default();
        self.add_into(&mut batch, &delivery)?;
        self.engine.commit(batch).await?;
        Ok(self.deliver(egress, delivery, false).await?)
    }

    /// Tries `delivery` once, and writes down what came of it.
    async fn deliver(
        &self,
        egress: &Egress,
        delivery: Delivery,
        again: bool,
    ) -> Result<Delivery, StoreError> {
        let (scope, id) = (delivery.environment.as_str(), delivery.webhook.to_string());
        let webhook = self.table.get(scope, &id)?;
        let Some(webhook) = webhook.filter(|webhook| webhook.active || !again) else {
            let what = "the webhook is switched off".to_owned();
            return self.ended(delivery, Err(what), false).await;
        };
        let answered = match self.secret(&webhook) {
            Ok(secret) => self.send(egress, &webhook, &secret, &delivery).await,
            Err(what) => Err(what),
        };
        let has_worked = matches!(answered, Ok(200..=299));
        let delivery = self.ended(delivery, answered, again).await?;
        if again {
            self.note(&webhook, has_worked).await?;
        }
        Ok(delivery)
    }

    fn secret(&self, webhook: &Webhook) -> Result<Secret<String>, String> {
        let unreadable = || "its secret cannot be opened".to_owned();
        let (environment, id) = (webhook.environment, webhook.id.to_string());
        let sealed = self.secrets.get(environment.as_str(), &id);
        let sealed = sealed.ok().flatten().ok_or_else(unreadable)?;
        let context = super::context(environment, &id);
        let opened = self.keyring.open_sealed(&context, &sealed);
        let opened = opened.map_err(|_| unreadable())?;
        let text = String::from_utf8(opened.expose().clone());
        text.map(Secret::new).map_err(|_| unreadable())
    }

    async fn send(
        &self,
        egress: &Egress,
        webhook: &Webhook,
        secret: &Secret<String>,
        delivery: &Delivery,
    ) -> Answered {
        let seconds = self.clock.now().micros() / 1_000_000;
        let signature = signature(secret, seconds, delivery.body.as_bytes());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            (SIGNATURE, signature),
            ("x-magpie-event", delivery.event.clone()),
            ("x-magpie-delivery", delivery.id.to_string()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        let request = FetchRequest {
            method: Method::POST,
            url: Url::parse(&webhook.url).map_err(|error| error.to_string())?,
            headers,
            body: Some(Bytes::from(delivery.body.clone())),
            reach: Reach::Public,
        };
        let answer = egress.fetch_some(request, MAX_ANSWER, TIMEOUT).await;
        let (answer, _) = answer.map_err(|error| error.to_string())?;
        Ok(answer.status.as_u16())
    }

    /// Writes down what came of a try. It is tried `again` if that makes sense.
    async fn ended(
        &self,
        delivery: Delivery,
        answered: Answered,
        again: bool,
    ) -> Result<Delivery, StoreError> {
        let (scope, id) = (delivery.environment.as_str(), delivery.id.to_string());
        let Some(old) = self.deliveries.get_raw(scope, &id)? else {
            return Ok(delivery);
        };
        let new = after(&old.value, answered, again, self.clock.now());
        let mut batch = Batch::default();
        self.advance_into(&mut batch, &old.value, &old.raw, &new)?;
        match self.engine.commit(batch).await {
            // Removed meanwhile, with its webhook.
            Ok(_) | Err(StoreError::Conflict) => Ok(new),
            Err(error) => Err(error),
        }
    }

    /// Notes whether anything gets through to `webhook`, and switches it off after days without.
    async fn note(&self, webhook: &Webhook, has_worked: bool) -> Result<(), StoreError> {
        let (scope, id) = (webhook.environment.as_str(), webhook.id.to_string());
        let Some(old) = self.table.get_raw(scope, &id)? else {
            return Ok(());
        };
        let now = self.clock.now();
        let mut new = old.value.clone();
        new.failing_since = match has_worked {
            true => None,
            false => new.failing_since.or(Some(now)),
        };
        if new
            .failing_since
            .is_some_and(|since| now.since(since) > PATIENCE)
        {
            new.active = false;
            new.disabled_reason = Some("nothing got through for three days".to_owned());
            tracing::warn!(webhook = %new.id, environment = %new.environment, "a webhook is switched off: nothing got through for three days");
        }
        if new == old.value {
            return Ok(());
        }
        let mut batch = Batch::default();
        self.table
            .replace_into(&mut batch, scope, &id, &old.raw, &new)?;
        match self.engine.commit(batch).await {
            // Whoever was faster noted the same, or an operator has changed it.
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// `old` after a try at `now`.
fn after(old: &Delivery, answered: Answered, again: bool, now: Timestamp) -> Delivery {
    let mut new = old.clone();
    new.attempts = old.attempts.saturating_add(1);
    (new.status, new.error) = match answered {
        Ok(status @ 200..=299) => {
            new.state = DeliveryState::Delivered;
            (Some(status), None)
        }
        Ok(status) => (Some(status), Some(format!("it answered {status}"))),
        Err(what) => (None, Some(what.chars().take(MAX_ERROR).collect())),
    };
    let is_late = now.since(old.created_at) > PATIENCE;
    if new.state == DeliveryState::Pending && (is_late || !again) {
        new.state = DeliveryState::Failed;
    }
    let is_over = new.state != DeliveryState::Pending;
    new.ended_at = is_over.then_some(now);
    new.due_at = (!is_over).then(|| now.plus(wait(new.attempts)));
    new
}

/// How long to wait after so many failures: about as long as [`WAITS`] says, so that many that
/// failed at once do not come again at once.
fn wait(failures: u32) -> Duration {
    let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = WAITS.get(index).or(WAITS.last()).copied().unwrap_or(60);
    let [chance] = random_bytes::<1>();
    Duration::from_secs(seconds).mul_f64(0.9 + f64::from(chance) / 1280.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_never_end_before_patience_does() {
        let wait = |failures| wait(failures).as_secs();
        assert!(wait(1) <= 6 && wait(2) > 20);
        assert!(wait(8) > 19_000 && wait(1000) < 24_000);
    }
}
