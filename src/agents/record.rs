//! What the journal is told of an agent's call.

use std::time::Duration;

use super::Agents;
use super::call::ActionCall;
use super::error::AgentError;
use super::execute::Plan;
use super::principal::Principal;
use crate::domain::{ActionId, ConnectionKey};
use crate::egress::{EgressError, Phase};
use crate::journal::{Detail, Entry, Event, Kind, Outcome, PhaseName, mask};
use crate::passthrough::{PassthroughError, Prepared, Whole};
use crate::vault::VaultError;

impl Agents {
    /// A call that was not sent because of what was asked for.
    pub(super) fn record_refusal(&self, who: &Principal, call: &ActionCall, error: &AgentError) {
        let (recorder, at) = (&self.parts.vault.recorder, self.parts.clock.now());
        if !recorder.is_on() {
            return;
        }
        let environment = who.key.scope.environment;
        let mut event = Event::new(Kind::Passthrough, environment, at, Duration::ZERO);
        event.asked_with(&who.key);
        event.request_id.clone_from(&who.request_id);
        let id = call.action_id.trim().parse::<ActionId>().ok();
        match id.and_then(|id| self.parts.catalogue.now().action(&id)) {
            Some(action) => {
                event.of_action(&action);
                event.method = Some(action.method.to_string());
                event.platform = Some(action.platform.clone());
            }
            None => event.action_id = None,
        }
        let key = call.connection_key.trim();
        if key.parse::<ConnectionKey>().is_ok() {
            event.connection_key = Some(key.to_owned());
        }
        event.gone_wrong(meaning(error), &told(error));
        let detail = Detail::default();
        recorder.record(move || Entry { event, detail });
    }

    /// What became of a call: which request it was and how long it was under way, as far as it was
    /// signed; and the answer.
    pub(super) fn record(
        &self,
        plan: &Plan,
        sent: Option<(&Prepared, Duration)>,
        answer: Result<&Whole, &AgentError>,
    ) {
        let recorder = &self.parts.vault.recorder;
        if !recorder.is_on() {
            return;
        }
        let took = sent.map_or(Duration::ZERO, |(_, took)| took);
        let mut event = begun(plan, self.parts.clock.now(), plan.token + took);
        let mut detail = Detail::default();
        detail.took(PhaseName::Token, plan.token);
        let also = sent.map_or(&[] as &[String], |(prepared, _)| prepared.injected_query());
        let path = match &plan.request.query {
            Some(query) => format!("{}?{query}", plan.request.path),
            None => plan.request.path.clone(),
        };
        event.at_path(&mask::path(&path, also));
        match answer {
            Ok(whole) => {
                detail.took(PhaseName::Wait, took);
                let status = whole.fetched.status.as_u16();
                event.status = Some(status);
                event.outcome = Outcome::of_status(status);
                event.response_bytes = whole.fetched.body.len() as u64;
            }
            Err(error) => {
                detail.took(failed_in(error), took);
                event.gone_wrong(meaning(error), &told(error));
            }
        }
        let sent = sent.map(|(prepared, _)| prepared.headers().clone());
        let answered = answer.ok().map(|whole| whole.fetched.headers.clone());
        recorder.record(move || {
            let sent = sent.unwrap_or_default();
            let secrets = mask::injected(&sent);
            detail.request_headers = mask::headers(&sent, &secrets);
            detail.response_headers = mask::headers(&answered.unwrap_or_default(), &secrets);
            Entry { event, detail }
        });
    }
}

fn begun(plan: &Plan, at: crate::domain::Timestamp, took: Duration) -> Event {
    let mut event = Event::new(Kind::Passthrough, plan.scope.environment, at, took);
    event.about(&plan.connection);
    event.of_action(&plan.action);
    event.asked_with(&plan.who.key);
    event.member = event.member.or_else(|| plan.who.approved_by.clone());
    event.request_id.clone_from(&plan.who.request_id);
    event.method = Some(plan.action.method.to_string());
    event.request_bytes = plan
        .request
        .body
        .as_ref()
        .map_or(0, |body| body.len() as u64);
    event
}

/// In which part of the time it took an error came up.
fn failed_in(error: &AgentError) -> PhaseName {
    match error {
        AgentError::Passthrough(PassthroughError::Egress(
            EgressError::Forbidden { .. }
            | EgressError::Unresolvable { .. }
            | EgressError::Unreachable { .. }
            | EgressError::Tls { .. }
            | EgressError::TimedOut {
                phase: Phase::Connect,
                ..
            },
        )) => PhaseName::Connect,
        _ => PhaseName::Wait,
    }
}

/// What whoever asked can mend is their mistake, and nothing else.
fn meaning(error: &AgentError) -> Outcome {
    match error {
        AgentError::Invalid(_)
        | AgentError::NotFound(_)
        | AgentError::NotAllowed(_)
        | AgentError::Conflict(_)
        | AgentError::Vault(VaultError::NoSuchConnection) => Outcome::ClientError,
        AgentError::Passthrough(PassthroughError::Vault(_) | PassthroughError::Egress(_)) => {
            Outcome::Failed
        }
        AgentError::Passthrough(_) => Outcome::ClientError,
        _ => Outcome::Failed,
    }
}

/// Why, without a word of what was to be sent: the mistakes in arguments repeat them.
fn told(error: &AgentError) -> String {
    match error {
        AgentError::Invalid(_) => "the arguments do not fit the action".to_owned(),
        other => other.to_string(),
    }
}
