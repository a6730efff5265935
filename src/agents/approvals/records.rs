//! Approvals as they are kept: what they are about in the clear, the call and its answer sealed.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::call::{ActionCall, Outcome};
use super::super::error::AgentError;
use crate::crypto::{Keyring, SealContext, SealError, Sealed};
use crate::domain::{
    Actor, ApiKeyId, Approval, ApprovalId, ApprovalState, Clock, Environment, Timestamp,
};
use crate::journal::{Audit, Deed, Webhooks};
use crate::store::{Batch, Index, SharedEngine, StoreError, Table};
use crate::vault::VaultError;

/// The kind of record that calls and answers are bound to.
const KIND: &str = "approval";
const CALL: &str = "call";
const ANSWER: &str = "answer";
/// What has ended is kept so long.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// So many are looked at in one sweep.
const SWEPT_AT_ONCE: usize = 500;
const MAX_TRIES: usize = 8;

/// What was asked for: the call, and the request that it makes, its secrets masked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    pub call: ActionCall,
    pub request: Outcome,
}

/// The approvals of an instance.
pub struct Approvals {
    engine: SharedEngine,
    table: Table<Approval>,
    calls: Table<Sealed>,
    answers: Table<Sealed>,
    /// Those that wait, by when it is too late.
    waiting: Index,
    /// Those that wait, by the key that asked.
    asked: Index,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    audit: Arc<Audit>,
    webhooks: Arc<Webhooks>,
}

/// Who decided, and what that is called in the audit log.
pub type Decided<'a> = (&'a Actor, &'static str);

impl Approvals {
    pub fn new(
        engine: &SharedEngine,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        audit: Arc<Audit>,
        webhooks: Arc<Webhooks>,
    ) -> Self {
        let engine = || SharedEngine::clone(engine);
        Self {
            table: Table::new(engine(), KIND),
            calls: Table::new(engine(), "approval-call"),
            answers: Table::new(engine(), "approval-answer"),
            waiting: Index::new(engine(), KIND, "waiting"),
            asked: Index::new(engine(), KIND, "asked"),
            engine: engine(),
            keyring,
            clock,
            audit,
            webhooks,
        }
    }

    /// How many wait.
    pub fn pending(&self, environment: Environment) -> Result<u64, AgentError> {
        Ok(self.waiting.count(environment.as_str(), &[])?)
    }

    /// How many of them `key` has asked for.
    pub fn pending_of(&self, environment: Environment, key: ApiKeyId) -> Result<u64, AgentError> {
        let key = key.to_string();
        Ok(self.asked.count(environment.as_str(), &[key.as_bytes()])?)
    }

    pub async fn add(&self, approval: &Approval, kept: &Kept) -> Result<(), AgentError> {
        let (scope, id) = (approval.environment.as_str(), approval.id.to_string());
        let mut batch = Batch::default();
        self.table.put_new_into(&mut batch, scope, &id, approval)?;
        let sealed = self.seal(approval, CALL, kept);
        self.calls.put_into(&mut batch, scope, &id, &sealed)?;
        self.waiting
            .add_into(&mut batch, scope, &[&due(approval)], &id);
        let key = approval.key.to_string();
        self.asked
            .add_into(&mut batch, scope, &[key.as_bytes()], &id);
        let told = summary(approval);
        self.webhooks.put_into(
            &mut batch,
            approval.environment,
            "approval.requested",
            &told,
        )?;
        self.engine.commit(batch).await?;
        Ok(())
    }

    /// The approval as it is now: one that nobody decided in time has expired, whether or not that
    /// is written down yet.
    pub fn get(
        &self,
        environment: Environment,
        id: ApprovalId,
    ) -> Result<Option<Approval>, AgentError> {
        let found = self.table.get(environment.as_str(), &id.to_string())?;
        Ok(found.map(|approval| self.as_of_now(approval)))
    }

    /// All of an environment.
    pub fn all(&self, environment: Environment) -> Result<Vec<Approval>, AgentError> {
        let all = self.table.scan(environment.as_str(), None, usize::MAX)?;
        let all = all.into_iter().map(|(_, approval)| approval);
        Ok(all.map(|approval| self.as_of_now(approval)).collect())
    }

    fn as_of_now(&self, mut approval: Approval) -> Approval {
        let is_late = approval.expires_at <= self.clock.now();
        if approval.state == ApprovalState::Pending && is_late {
            approval.state = ApprovalState::Expired;
            approval.ended_at = Some(approval.expires_at);
        }
        approval
    }

    /// Takes an approval to `next`, with what `change` does to it, and its answer. Of two at once
    /// one gets there, and the other is told that it is somewhere else by now.
    pub async fn advance(
        &self,
        environment: Environment,
        id: ApprovalId,
        next: ApprovalState,
        answer: Option<&Outcome>,
        change: impl Fn(&mut Approval),
    ) -> Result<Approval, AgentError> {
        let advanced = self.advance_as(environment, id, next, answer, None, change);
        advanced.await
    }

    /// The same because somebody has `decided`, which is written down with it.
    pub async fn advance_as(
        &self,
        environment: Environment,
        id: ApprovalId,
        next: ApprovalState,
        answer: Option<&Outcome>,
        decided: Option<Decided<'_>>,
        change: impl Fn(&mut Approval),
    ) -> Result<Approval, AgentError> {
        let (scope, text) = (environment.as_str(), id.to_string());
        for _ in 0..MAX_TRIES {
            let read = self.table.get_raw(scope, &text)?;
            let read = read.ok_or_else(|| super::unknown(&text))?;
            let now = self.as_of_now(read.value.clone()).state;
            // What has expired without anybody's writing it down may still be written down.
            let is_noted = now == read.value.state;
            if !now.leads_to(next) && (is_noted || now != next) {
                return Err(AgentError::Conflict(format!(
                    "this approval is `{}` already",
                    now.as_str()
                )));
            }
            let mut new = read.value.clone();
            new.state = next;
            if next.is_final() {
                new.ended_at = Some(self.clock.now());
            }
            change(&mut new);
            let mut batch = Batch::default();
            self.table
                .replace_into(&mut batch, scope, &text, &read.raw, &new)?;
            if read.value.state == ApprovalState::Pending {
                self.waiting
                    .remove_into(&mut batch, scope, &[&due(&new)], &text);
                let key = new.key.to_string();
                self.asked
                    .remove_into(&mut batch, scope, &[key.as_bytes()], &text);
            }
            if let Some(answer) = answer {
                let sealed = self.seal(&new, ANSWER, answer);
                self.answers.put_into(&mut batch, scope, &text, &sealed)?;
            }
            match self.commit(batch, &new, decided).await {
                Ok(_) => return Ok(new),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn commit(
        &self,
        batch: Batch,
        approval: &Approval,
        decided: Option<Decided<'_>>,
    ) -> Result<(), StoreError> {
        let Some((by, what)) = decided else {
            return self.engine.commit(batch).await.map(drop);
        };
        let deed = Deed::new(
            what,
            "approval",
            &approval.id.to_string(),
            Some(&approval.title),
        );
        let deed = deed.with("connectionKey", approval.connection_key.as_str());
        let environment = Some(approval.environment);
        let committed = self.audit.commit(batch, environment, by, deed);
        committed.await.map(drop)
    }

    /// What was asked for.
    pub fn kept(&self, approval: &Approval) -> Result<Kept, AgentError> {
        let (scope, id) = (approval.environment.as_str(), approval.id.to_string());
        let sealed = self.calls.get(scope, &id)?;
        let sealed = sealed.ok_or_else(|| super::unknown(&id))?;
        self.open(approval, CALL, &sealed)
    }

    /// What was answered.
    pub fn answer(&self, approval: &Approval) -> Result<Option<Outcome>, AgentError> {
        let (scope, id) = (approval.environment.as_str(), approval.id.to_string());
        let sealed = self.answers.get(scope, &id)?;
        sealed
            .map(|sealed| self.open(approval, ANSWER, &sealed))
            .transpose()
    }

    fn seal<T: Serialize>(&self, approval: &Approval, field: &str, value: &T) -> Sealed {
        let text = serde_json::to_vec(value).expect("its maps have texts for keys");
        let text = zeroize::Zeroizing::new(text);
        self.keyring
            .seal(&context(approval, &approval.id.to_string(), field), &text)
    }

    fn open<T: DeserializeOwned>(
        &self,
        approval: &Approval,
        field: &str,
        sealed: &Sealed,
    ) -> Result<T, AgentError> {
        let id = approval.id.to_string();
        let opened = self
            .keyring
            .open_sealed(&context(approval, &id, field), sealed)
            .map_err(VaultError::CannotOpen)?;
        let read = serde_json::from_slice(opened.expose());
        Ok(read.map_err(|_| VaultError::CannotOpen(SealError::WillNotOpen))?)
    }

    /// Puts `one`'s call in `other`'s place, as somebody with the disk could.
    #[cfg(test)]
    pub async fn swap_calls(&self, one: &Approval, other: &Approval) {
        let scope = one.environment.as_str();
        let call = self
            .calls
            .get(scope, &other.id.to_string())
            .unwrap()
            .unwrap();
        let mut batch = Batch::default();
        let id = one.id.to_string();
        self.calls.put_into(&mut batch, scope, &id, &call).unwrap();
        self.engine.commit(batch).await.unwrap();
    }

    /// Those that are in `state` by now.
    pub fn in_state(
        &self,
        environment: Environment,
        state: ApprovalState,
    ) -> Result<Vec<Approval>, AgentError> {
        let all = self.table.scan(environment.as_str(), None, usize::MAX)?;
        Ok(all
            .into_iter()
            .map(|(_, approval)| self.as_of_now(approval))
            .filter(|approval| approval.state == state)
            .collect())
    }

    /// Those that nobody decided in time, as far as that is not written down yet.
    pub fn expired(&self, environment: Environment) -> Result<Vec<ApprovalId>, AgentError> {
        let scope = environment.as_str();
        let mut expired = Vec::new();
        for id in self.waiting.scan(scope, &[], 1, 0, SWEPT_AT_ONCE)? {
            let Some(approval) = self.table.get(scope, &id)? else {
                continue;
            };
            // They stand in order: the first that is not due ends it.
            if approval.expires_at > self.clock.now() {
                break;
            }
            expired.push(approval.id);
        }
        Ok(expired)
    }

    /// Forgets what ended long ago.
    pub async fn forget(&self, environment: Environment) -> Result<(), AgentError> {
        let (scope, now) = (environment.as_str(), self.clock.now());
        let mut batch = Batch::default();
        let is_old = |at: Timestamp| now.since(at) > KEPT_FOR;
        let all = self.table.scan(scope, None, usize::MAX)?;
        let old = all
            .iter()
            .filter(|(_, approval)| approval.ended_at.is_some_and(is_old));
        for (id, _) in old.take(SWEPT_AT_ONCE) {
            self.table.delete_into(&mut batch, scope, id);
            self.calls.delete_into(&mut batch, scope, id);
            self.answers.delete_into(&mut batch, scope, id);
        }
        if !batch.writes.is_empty() {
            self.engine.commit(batch).await?;
        }
        Ok(())
    }
}

/// What webhooks are told: not the request itself, which may hold anything.
fn summary(approval: &Approval) -> serde_json::Value {
    serde_json::json!({
        "id": approval.id,
        "action": {
            "id": approval.action_id,
            "title": approval.title,
            "method": approval.method,
            "platform": approval.platform,
        },
        "connectionKey": approval.connection_key,
        "identity": approval.identity,
        "toolset": approval.toolset,
        "createdAt": approval.created_at,
        "expiresAt": approval.expires_at,
    })
}

fn due(approval: &Approval) -> [u8; 8] {
    let micros = u64::try_from(approval.expires_at.micros()).unwrap_or(0);
    crate::store::ascending(micros)
}

fn context<'a>(approval: &Approval, id: &'a str, field: &'a str) -> SealContext<'a> {
    SealContext {
        environment: approval.environment,
        kind: KIND,
        record: id,
        field,
    }
}
