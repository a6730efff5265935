use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::crypto::{KeyPurpose, MasterKey, WrappedKey};
use crate::egress::{Egress, Settings};
use crate::store::MemoryEngine;

const DAY: u64 = 24 * 60 * 60;

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

struct House {
    webhooks: Webhooks,
    engine: SharedEngine,
    clock: Arc<Hand>,
    egress: Egress,
}

impl House {
    fn new() -> Self {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let clock = Arc::new(Hand(AtomicI64::new(1_700_000_000_000_000)));
        let master = MasterKey::new(&Secret::new([1; 32]));
        let stored =
            KeyPurpose::ALL.map(|purpose| WrappedKey::generate(&master, purpose, clock.now()));
        let (keyring, _) = Keyring::open(&master, &stored).unwrap();
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let audit = Arc::new(Audit::new(&engine, Arc::clone(&shared)));
        Self {
            webhooks: Webhooks::new(&engine, Arc::new(keyring), shared, audit),
            engine,
            clock,
            // Nothing private may be reached: every try fails, and at once.
            egress: Egress::new(Settings::default()).unwrap(),
        }
    }

    async fn webhook(&self, events: &[&str]) -> Webhook {
        let wishes = WebhookChange {
            url: Some("http://127.0.0.1:9/hook".to_owned()),
            events: Some(events.iter().map(|event| (*event).to_owned()).collect()),
            ..WebhookChange::default()
        };
        let by = Actor::operator();
        let made = self.webhooks.create(Environment::Test, wishes, &by).await;
        made.unwrap().0
    }

    async fn happens(&self, event: &str) {
        let mut batch = Batch::default();
        self.webhooks
            .put_into(&mut batch, Environment::Test, event, &json!({ "x": 1 }))
            .unwrap();
        self.engine.commit(batch).await.unwrap();
    }

    fn told(&self, webhook: &Webhook) -> Vec<Delivery> {
        let id = webhook.id.to_string();
        self.webhooks.deliveries(Environment::Test, &id).unwrap()
    }

    fn now(&self, webhook: &Webhook) -> Webhook {
        let id = webhook.id.to_string();
        self.webhooks.get(Environment::Test, &id).unwrap()
    }

    async fn pass(&self, seconds: u64) {
        let micros = i64::try_from(Duration::from_secs(seconds).as_micros()).unwrap();
        self.clock.0.fetch_add(micros, Ordering::Relaxed);
        self.webhooks.deliver_due(&self.egress).await.unwrap();
    }
}

#[tokio::test]
async fn those_are_told_who_want_to_know_and_nobody_of_the_other_environment() {
    let house = House::new();
    let all = house.webhook(&[]).await;
    let some = house.webhook(&["connection.failed"]).await;
    house.happens("connection.created").await;
    house.clock.0.fetch_add(1_000_000, Ordering::Relaxed);
    house.happens("connection.failed").await;
    assert_eq!(house.told(&all).len(), 2);
    assert_eq!(house.told(&some).len(), 1);
    let mut batch = Batch::default();
    let put = house.webhooks.put_into(
        &mut batch,
        Environment::Live,
        "connection.failed",
        &json!({}),
    );
    put.unwrap();
    assert!(batch.writes.is_empty());
    // Both are told the same, by the same id.
    let [of_all, of_some] = [&house.told(&all)[0], &house.told(&some)[0]];
    assert_eq!(of_all.body, of_some.body);
    assert_ne!(of_all.id, of_some.id);
}

#[tokio::test]
async fn what_does_not_get_through_is_tried_again_less_and_less_often_and_then_given_up() {
    let house = House::new();
    let webhook = house.webhook(&[]).await;
    house.happens("connection.created").await;
    house.pass(0).await;
    let first = house.told(&webhook).remove(0);
    assert_eq!((first.attempts, first.state), (1, DeliveryState::Pending));
    assert!(first.error.is_some());
    // Not before its time.
    house.pass(1).await;
    assert_eq!(house.told(&webhook)[0].attempts, 1);
    house.pass(10).await;
    assert_eq!(house.told(&webhook)[0].attempts, 2);
    assert!(house.now(&webhook).failing_since.is_some());
    for _ in 0..14 {
        house.pass(DAY / 4).await;
    }
    let last = house.told(&webhook).remove(0);
    assert_eq!(last.state, DeliveryState::Failed);
    assert!(last.attempts > 10 && last.due_at.is_none());
    let off = house.now(&webhook);
    assert!(!off.active && off.disabled_reason.is_some());
    // Nothing more is written for it, until somebody switches it on again.
    house.happens("connection.created").await;
    assert_eq!(house.told(&webhook).len(), 1);
    let on = WebhookChange {
        active: Some(true),
        ..WebhookChange::default()
    };
    let (id, by) = (webhook.id.to_string(), Actor::operator());
    let on = house.webhooks.change(Environment::Test, &id, on, &by).await;
    let on = on.unwrap();
    assert!(on.active && on.failing_since.is_none() && on.disabled_reason.is_none());
}

#[tokio::test]
async fn only_the_last_that_have_ended_are_kept_and_removing_leaves_nothing() {
    let house = House::new();
    let webhook = house.webhook(&[]).await;
    for _ in 0..60 {
        let id = webhook.id.to_string();
        let told = house.webhooks.test(&house.egress, Environment::Test, &id);
        assert_eq!(told.await.unwrap().state, DeliveryState::Failed);
        house.pass(1).await;
    }
    let all = house
        .webhooks
        .told(Environment::Test, webhook.id, 0, 999)
        .unwrap();
    assert!((50..=51).contains(&all.len()), "{}", all.len());
    // A test that fails says nothing about whether it is to be switched off.
    assert!(house.now(&webhook).failing_since.is_none());
    house.happens("connection.created").await;
    let (id, by) = (webhook.id.to_string(), Actor::operator());
    let removed = house.webhooks.remove(Environment::Test, &id, &by).await;
    removed.unwrap();
    for prefix in ["test/webhook/", "test/webhook-", "test/webhook-delivery."] {
        assert_eq!(
            house.engine.count(prefix.as_bytes()).unwrap(),
            0,
            "{prefix}"
        );
    }
}

#[tokio::test]
async fn a_webhook_that_makes_no_sense_is_refused() {
    let house = House::new();
    for (url, events) in [
        (None, vec![]),
        (Some("ftp://example.com/"), vec![]),
        (Some("nonsense"), vec![]),
        (Some("https://user:pw@example.com/"), vec![]),
        (Some("https://example.com/"), vec!["connection.exploded"]),
    ] {
        let wishes = WebhookChange {
            url: url.map(str::to_owned),
            events: Some(events.iter().map(|event| (*event).to_owned()).collect()),
            ..WebhookChange::default()
        };
        let by = Actor::operator();
        let made = house.webhooks.create(Environment::Test, wishes, &by).await;
        assert!(matches!(made, Err(WebhookError::Invalid(_))), "{url:?}");
    }
}
