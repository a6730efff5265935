//! Calls that wait for a person's yes.
//!
//! **Invariant:** a call is sent at most once. That it is being sent is on disk before its first
//! byte leaves, and only one of two decisions at once gets that far; what a crash interrupts there
//! is called failed, never sent again.

mod decide;
mod records;

pub use decide::{MAX_NOTE, Verdict};
pub(super) use records::{Approvals, Kept};

use super::call::Outcome;
use super::error::AgentError;
use super::execute::Plan;
use super::principal::Principal;
use super::{ActionCall, Agents};
use crate::crypto::random_uuid;
use crate::domain::{Approval, ApprovalId, ApprovalState, Scope};

/// An environment has no more calls waiting, and a key no more of its own: one that asks for
/// everything leaves room for the others.
const MAX_PENDING: u64 = 1000;
const MAX_PENDING_OF_KEY: u64 = 100;

/// An approval, with what is asked for and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalView {
    /// What is kept in the clear.
    pub approval: Approval,
    /// The request, its secrets masked.
    pub request: Outcome,
    /// The provider's answer, once there is one.
    pub answer: Option<Outcome>,
}

impl Agents {
    /// Puts `call` aside until somebody has decided, and has the webhook told.
    pub(super) async fn put_aside(
        &self,
        who: &Principal,
        call: ActionCall,
        plan: &Plan,
        request: Outcome,
    ) -> Result<Outcome, AgentError> {
        let environment = plan.scope.environment;
        if self.approvals.pending(environment)? >= MAX_PENDING {
            return Err(AgentError::Conflict(format!(
                "{MAX_PENDING} calls wait for a person's yes already; wait until some are decided"
            )));
        }
        if self.approvals.pending_of(environment, who.key.id)? >= MAX_PENDING_OF_KEY {
            return Err(AgentError::Conflict(format!(
                "{MAX_PENDING_OF_KEY} calls of this API key wait for a person's yes already; wait \
                 until some are decided"
            )));
        }
        let now = self.parts.clock.now();
        let approval = Approval {
            id: ApprovalId(random_uuid()),
            environment,
            state: ApprovalState::Pending,
            action_id: plan.action.id.to_string(),
            title: plan.action.title.clone(),
            method: plan.action.method,
            platform: plan.action.platform.clone(),
            connection_key: plan.connection.key.clone(),
            identity: plan.connection.identity.clone(),
            key: who.key.id,
            toolset: who.toolset.as_ref().map(|toolset| toolset.name.clone()),
            created_at: now,
            expires_at: now.plus(self.parts.settings.approval),
            decided_at: None,
            decided_by: None,
            note: None,
            reason: None,
            ended_at: None,
        };
        let kept = Kept { call, request };
        self.approvals.add(&approval, &kept).await?;
        let waiting = Outcome::Waiting {
            approval_id: approval.id,
            expires_at: approval.expires_at,
            what: format!(
                "`{}` waits for a person's yes; ask again later what became of it",
                approval.title
            ),
        };
        self.announce(approval, kept.request);
        Ok(waiting)
    }

    /// The approval `id`, for whoever asked for it, or decides for everybody.
    pub async fn approval(&self, who: &Principal, id: &str) -> Result<ApprovalView, AgentError> {
        let parsed: ApprovalId = id.trim().parse().map_err(|_| unknown(id))?;
        let scope = who
            .scope(&self.parts.catalogue.now())
            .map_err(|_| unknown(id))?;
        let approval = self
            .approvals
            .get(scope.environment, parsed)?
            .filter(|approval| is_seen(who, &scope, approval))
            .ok_or_else(|| unknown(id))?;
        self.view(approval)
    }

    /// The approvals that `who` sees, latest first; of one state if it is named.
    pub fn approvals(
        &self,
        who: &Principal,
        state: Option<ApprovalState>,
    ) -> Result<Vec<Approval>, AgentError> {
        let scope = who.scope(&self.parts.catalogue.now())?;
        let mut all = self.approvals.all(scope.environment)?;
        all.retain(|approval| {
            is_seen(who, &scope, approval) && state.is_none_or(|state| state == approval.state)
        });
        all.sort_by_key(|approval| std::cmp::Reverse((approval.created_at, approval.id)));
        Ok(all)
    }

    pub(super) fn view(&self, approval: Approval) -> Result<ApprovalView, AgentError> {
        let kept = self.approvals.kept(&approval)?;
        Ok(ApprovalView {
            request: kept.request,
            answer: self.approvals.answer(&approval)?,
            approval,
        })
    }
}

/// Whoever asked sees it, within what it sees now; so does whoever decides for everybody.
fn is_seen(who: &Principal, scope: &Scope, approval: &Approval) -> bool {
    let is_own = approval.key == who.key.id || who.decides();
    let same_identity = scope
        .identity
        .as_ref()
        .is_none_or(|own| approval.identity.as_ref() == Some(own));
    is_own && same_identity && scope.sees_platform(&approval.platform)
}

pub(super) fn unknown(id: &str) -> AgentError {
    AgentError::NotFound(format!(
        "there is no approval `{}` for this API key",
        id.chars().take(80).collect::<String>()
    ))
}

#[cfg(test)]
mod tests;
