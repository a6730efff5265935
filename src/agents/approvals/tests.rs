use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::crypto::{KeyPurpose, Keyring, MasterKey, WrappedKey};
use crate::domain::{
    ApiKeyId, Clock, ConnectionKey, Environment, Method, Secret, SystemClock, Timestamp,
};
use crate::journal::{Audit, Webhooks};
use crate::store::{MemoryEngine, SharedEngine};

/// A clock that is moved by hand.
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

impl Hands {
    fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

const HOUR: Duration = Duration::from_secs(60 * 60);

fn approvals() -> (Approvals, Arc<Hands>) {
    let engine: SharedEngine = Arc::new(MemoryEngine::new());
    let master = MasterKey::new(&Secret::new([1; 32]));
    let stored =
        KeyPurpose::ALL.map(|purpose| WrappedKey::generate(&master, purpose, SystemClock.now()));
    let (keyring, _) = Keyring::open(&master, &stored).unwrap();
    let hands = Arc::new(Hands(AtomicI64::new(1_000_000_000_000_000)));
    let clock: Arc<dyn Clock> = Arc::clone(&hands) as Arc<dyn Clock>;
    let (keyring, audit) = (
        Arc::new(keyring),
        Arc::new(Audit::new(&engine, Arc::clone(&clock))),
    );
    let webhooks = Webhooks::new(
        &engine,
        Arc::clone(&keyring),
        Arc::clone(&clock),
        Arc::clone(&audit),
    );
    let approvals = Approvals::new(&engine, keyring, clock, audit, Arc::new(webhooks));
    (approvals, hands)
}

async fn ask(approvals: &Approvals, hands: &Hands) -> Approval {
    let key = "test::shop::default::0123456789abcdef0123456789abcdef";
    let approval = Approval {
        id: ApprovalId(random_uuid()),
        environment: Environment::Test,
        state: ApprovalState::Pending,
        action_id: "x".to_owned(),
        title: "Do it".to_owned(),
        method: Method::Delete,
        platform: "shop".parse().unwrap(),
        connection_key: key.parse::<ConnectionKey>().unwrap(),
        identity: None,
        key: ApiKeyId(random_uuid()),
        toolset: None,
        created_at: hands.now(),
        expires_at: hands.now().plus(HOUR),
        decided_at: None,
        decided_by: None,
        note: None,
        reason: None,
        ended_at: None,
    };
    let kept = Kept {
        call: ActionCall {
            body: Some(json!({ "planted": true })),
            ..ActionCall::default()
        },
        request: answer(),
    };
    approvals.add(&approval, &kept).await.unwrap();
    approval
}

fn answer() -> Outcome {
    Outcome::Answered {
        status: 200,
        headers: std::collections::BTreeMap::new(),
        body: json!({ "a": 1 }),
        truncated: false,
        notes: Vec::new(),
    }
}

async fn advance(
    approvals: &Approvals,
    approval: &Approval,
    next: ApprovalState,
) -> Result<Approval, AgentError> {
    approvals
        .advance(approval.environment, approval.id, next, None, |_| {})
        .await
}

#[tokio::test]
async fn an_approval_goes_its_way_and_never_back() {
    use ApprovalState::{Denied, Executed, Executing};
    let (approvals, hands) = approvals();
    let approval = ask(&approvals, &hands).await;
    assert_eq!(approvals.pending(Environment::Test).unwrap(), 1);
    advance(&approvals, &approval, Executing).await.unwrap();
    assert_eq!(approvals.pending(Environment::Test).unwrap(), 0);
    for next in [Executing, Denied] {
        assert!(advance(&approvals, &approval, next).await.is_err());
    }
    let done = approvals
        .advance(
            Environment::Test,
            approval.id,
            Executed,
            Some(&answer()),
            |_| {},
        )
        .await
        .unwrap();
    assert!(done.ended_at.is_some());
    assert_eq!(approvals.answer(&approval).unwrap(), Some(answer()));
    let kept = approvals.kept(&approval).unwrap();
    assert_eq!(kept.call.body, Some(json!({ "planted": true })));
    let elsewhere = approvals.get(Environment::Live, approval.id).unwrap();
    assert_eq!(elsewhere, None);
}

#[tokio::test]
async fn nobody_says_yes_too_late() {
    let (approvals, hands) = approvals();
    let approval = ask(&approvals, &hands).await;
    hands.pass(HOUR);
    let now = approvals.get(Environment::Test, approval.id).unwrap();
    assert_eq!(now.unwrap().state, ApprovalState::Expired);
    for next in [ApprovalState::Executing, ApprovalState::Denied] {
        let refused = advance(&approvals, &approval, next).await;
        assert!(matches!(refused, Err(AgentError::Conflict(_))));
    }
    assert_eq!(approvals.expired(Environment::Test).unwrap(), [approval.id]);
    advance(&approvals, &approval, ApprovalState::Expired)
        .await
        .unwrap();
    assert!(approvals.expired(Environment::Test).unwrap().is_empty());
    assert_eq!(approvals.pending(Environment::Test).unwrap(), 0);
}

#[tokio::test]
async fn what_ended_is_forgotten_in_time_and_what_waits_is_not() {
    let (approvals, hands) = approvals();
    let (old, denied) = (ask(&approvals, &hands).await, ApprovalState::Denied);
    advance(&approvals, &old, denied).await.unwrap();
    approvals.forget(Environment::Test).await.unwrap();
    assert!(approvals.get(Environment::Test, old.id).unwrap().is_some());
    hands.pass(HOUR * 24 * 31);
    let new = ask(&approvals, &hands).await;
    approvals.forget(Environment::Test).await.unwrap();
    assert!(approvals.get(Environment::Test, old.id).unwrap().is_none());
    assert!(approvals.kept(&old).is_err());
    assert!(approvals.get(Environment::Test, new.id).unwrap().is_some());
}

#[tokio::test]
async fn a_call_opens_for_its_own_approval_alone() {
    let (approvals, hands) = approvals();
    let (one, other) = (ask(&approvals, &hands).await, ask(&approvals, &hands).await);
    approvals.swap_calls(&one, &other).await;
    assert!(matches!(approvals.kept(&one), Err(AgentError::Vault(_))));
}
