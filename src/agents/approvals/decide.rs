//! A person's yes or no, and what follows from it.

use std::sync::Arc;

use super::super::Agents;
use super::super::call::Outcome;
use super::super::error::AgentError;
use super::super::principal::Principal;
use super::ApprovalView;
use crate::access::AccessError;
use crate::domain::{Actor, Approval, ApprovalId, ApprovalState, Environment};

/// No note is longer, in bytes.
pub const MAX_NOTE: usize = 1000;
/// What is said of a call that a crash has interrupted.
const UNKNOWN: &str =
    "the server stopped while the call was under way: whether it was sent is unknown";

/// What somebody decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send it.
    Approve,
    /// Do not.
    Deny,
}

impl Agents {
    /// Decides the approval `id`: `by` whom, and what they say to it. After a yes the call is sent,
    /// with what its key and toolset may do now, and this waits for what becomes of it; it goes on
    /// if nobody waits.
    ///
    /// # Errors
    /// If it is decided already, or it is too late.
    pub async fn decide(
        &self,
        environment: Environment,
        id: &str,
        verdict: Verdict,
        by: &Actor,
        note: Option<String>,
    ) -> Result<ApprovalView, AgentError> {
        let id: ApprovalId = id.trim().parse().map_err(|_| super::unknown(id))?;
        if note.as_ref().is_some_and(|note| note.len() > MAX_NOTE) {
            return Err(AgentError::invalid(format!(
                "note: at most {MAX_NOTE} bytes"
            )));
        }
        let now = self.parts.clock.now();
        let (next, what) = match verdict {
            Verdict::Approve => (ApprovalState::Executing, "approval.approved"),
            Verdict::Deny => (ApprovalState::Denied, "approval.denied"),
        };
        let decided = |approval: &mut Approval| {
            approval.decided_at = Some(now);
            approval.decided_by = Some(by.label());
            approval.note.clone_from(&note);
        };
        let advanced =
            self.approvals
                .advance_as(environment, id, next, None, Some((by, what)), decided);
        let approval = advanced.await?;
        let ended = match verdict {
            Verdict::Deny => approval,
            Verdict::Approve => {
                let (agents, of, by) = (self.clone(), approval.clone(), by.clone());
                let task = self
                    .parts
                    .vault
                    .own_task(async move { agents.run(of, &by).await });
                task.await.unwrap_or(Ok(approval))?
            }
        };
        self.view(ended)
    }

    /// Sends what was approved, and writes down what became of it.
    async fn run(&self, approval: Approval, by: &Actor) -> Result<Approval, AgentError> {
        let (environment, id) = (approval.environment, approval.id);
        match self.send_approved(&approval, by).await {
            Ok(answer) => {
                let state = ApprovalState::Executed;
                let done = self
                    .approvals
                    .advance(environment, id, state, Some(&answer), |_| {});
                done.await
            }
            Err(error) => {
                tracing::warn!(approval = %id, error = %error, "an approved call was not answered");
                self.fail(environment, id, &error.told()).await
            }
        }
    }

    /// The answer to the call, with the rights that its key and toolset have by now.
    async fn send_approved(&self, approval: &Approval, by: &Actor) -> Result<Outcome, AgentError> {
        let key = self.parts.access.valid(approval.environment, approval.key);
        let key = key.map_err(|error| match error {
            AccessError::Store(error) => AgentError::Store(error),
            other => AgentError::NotAllowed(other.to_string()),
        })?;
        let key = key.ok_or_else(|| {
            AgentError::not_allowed(
                "the API key that asked is revoked or has expired; nothing was sent",
            )
        })?;
        let toolset = approval.toolset.as_ref().map(|name| name.as_str());
        let who: Principal = self.principal(Arc::new(key), toolset)?.approved(by);
        let kept = self.approvals.kept(approval)?;
        let mut plan = self.plan(&who, &kept.call)?;
        let prepared = self.prepare(&mut plan).await;
        let prepared = prepared.inspect_err(|error| self.record(&plan, None, Err(error)))?;
        self.send(plan, prepared).await
    }

    async fn fail(
        &self,
        environment: Environment,
        id: ApprovalId,
        reason: &str,
    ) -> Result<Approval, AgentError> {
        let change = |approval: &mut Approval| approval.reason = Some(reason.to_owned());
        let state = ApprovalState::Failed;
        let failed = self.approvals.advance(environment, id, state, None, change);
        failed.await
    }

    /// Says of calls that a crash has interrupted that they failed, and has the webhook told of those
    /// that wait: perhaps it never was. Only at start: from then on such calls are under way.
    pub async fn recover(&self) -> Result<(), AgentError> {
        for environment in Environment::ALL {
            let in_state = |state| self.approvals.in_state(environment, state);
            for interrupted in in_state(ApprovalState::Executing)? {
                self.fail(environment, interrupted.id, UNKNOWN).await?;
            }
            for waiting in in_state(ApprovalState::Pending)? {
                let request = self.approvals.kept(&waiting)?.request;
                self.announce(waiting, request);
            }
        }
        Ok(())
    }

    /// Writes down what has expired, and forgets what ended long ago.
    pub async fn sweep(&self) -> Result<(), AgentError> {
        for environment in Environment::ALL {
            for id in self.approvals.expired(environment)? {
                let state = ApprovalState::Expired;
                let expired = self.approvals.advance(environment, id, state, None, |_| {});
                match expired.await {
                    Ok(_) | Err(AgentError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            self.approvals.forget(environment).await?;
        }
        Ok(())
    }
}
