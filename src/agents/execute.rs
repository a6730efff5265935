//! One call: allowed, checked, and then shown, put aside for a person's yes, or sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyper::http::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use super::Agents;
use super::answer::{Fields, Scrubber, Wanted, outcome};
use super::arguments::{self, Request};
use super::call::{ActionCall, Outcome};
use super::error::AgentError;
use super::principal::Principal;
use crate::domain::{Action, Connection, Connector, Guards, Permission, Scope, Secret};
use crate::passthrough::{Call, PassthroughError, Prepared, Whole, meant, with_slashes};

/// So much of an answer is read at the most, whatever is told of it in the end.
const MAX_READ: usize = 8 << 20;

/// A call that may be made: everything about it but its signature.
pub(super) struct Plan {
    pub scope: Scope,
    pub action: Arc<Action>,
    pub connection: Connection,
    pub request: Request,
    pub who: Principal,
    /// How long it took to sign the request.
    pub token: Duration,
    fields: Fields,
    cap: usize,
}

impl Agents {
    /// Calls an action: shows the request for a dry run, puts it aside if it must wait for a
    /// person's yes, sends it otherwise.
    ///
    /// # Errors
    /// In words that tell the agent what to change. The provider's own errors are answers.
    pub async fn execute(&self, who: &Principal, call: ActionCall) -> Result<Outcome, AgentError> {
        let planned = self.plan(who, &call);
        if let (Err(error), false) = (&planned, call.dry_run) {
            self.record_refusal(who, &call, error);
        }
        let mut plan = planned?;
        let prepared = self.prepare(&mut plan).await;
        if let (Err(error), false) = (&prepared, call.dry_run) {
            self.record(&plan, None, Err(error));
        }
        let prepared = prepared?;
        if call.dry_run {
            return Ok(shown(&plan, &prepared));
        }
        if who.must_wait(&plan.action) {
            let request = shown(&plan, &prepared);
            return self.put_aside(who, call, &plan, request).await;
        }
        self.send(plan, prepared).await
    }

    /// What `call` means, if `who` may do it and its arguments are sound.
    pub(super) fn plan(&self, who: &Principal, call: &ActionCall) -> Result<Plan, AgentError> {
        let settings = &self.parts.settings;
        let action = self.action(who, &call.action_id)?;
        let catalogue = self.parts.catalogue.now();
        let scope = who.scope(&catalogue)?;
        let connection = self.connection(who, &scope, &action, call.connection_key.trim())?;
        let connector = catalogue.connectors.get(&action.platform).ok_or_else(|| {
            AgentError::not_found("this connector is not in the catalogue any more")
        })?;
        let fields = Fields::parse(call.fields.as_deref().unwrap_or_default())
            .map_err(AgentError::invalid)?;
        let validation = who.validation(settings.validate);
        let request = arguments::request(connector, &action, call, validation)?;
        check_meaning(connector, &action, &request)?;
        check_slashes(who, connector, &action, &request)?;
        Ok(Plan {
            cap: who.answer_bytes(settings.answer_bytes),
            scope,
            action,
            connection,
            request,
            who: who.clone(),
            token: Duration::ZERO,
            fields,
        })
    }

    pub(super) async fn prepare(&self, plan: &mut Plan) -> Result<Prepared, AgentError> {
        let began = Instant::now();
        let id = plan.action.id.to_string();
        let prepared = {
            let headers = || headers(&plan.request);
            let call = call(plan, &id, &headers);
            self.parts.passthrough.prepare(&call).await
        };
        plan.token = began.elapsed();
        Ok(prepared?)
    }

    /// Sends what was planned. After a 401 once more, if there is a newer token to be had.
    pub(super) async fn send(&self, plan: Plan, prepared: Prepared) -> Result<Outcome, AgentError> {
        let began = Instant::now();
        let answered = self.answered(&plan, &prepared).await;
        let told = answered.as_ref().map(|(whole, _)| whole);
        self.record(&plan, Some((&prepared, began.elapsed())), told);
        let (whole, secrets) = answered?;
        tracing::info!(
            action = %plan.action.id,
            connection = %plan.connection.key,
            status = whole.fetched.status.as_u16(),
            "an agent's call was answered"
        );
        let wanted = Wanted {
            fields: plan.fields,
            cap: plan.cap,
            notes: plan.request.notes,
        };
        let scrubber = Scrubber::new(&secrets);
        Ok(outcome(&plan.action, &whole, wanted, &scrubber))
    }

    /// The answer, and what must not be seen in it.
    async fn answered(
        &self,
        plan: &Plan,
        prepared: &Prepared,
    ) -> Result<(Whole, Vec<Secret<String>>), AgentError> {
        let mut secrets = prepared.injected();
        secrets.extend(self.parts.vault.secrets(&prepared.live)?);
        let mut whole = self.fetch(plan, prepared).await?;
        if whole.fetched.status == StatusCode::UNAUTHORIZED {
            let id = plan.action.id.to_string();
            let headers = || headers(&plan.request);
            let call = call(plan, &id, &headers);
            let again = self.parts.passthrough.prepare_again(&call, &prepared.live);
            if let Some(again) = again.await {
                let again = again?;
                secrets.extend(again.injected());
                secrets.extend(self.parts.vault.secrets(&again.live)?);
                whole = self.fetch(plan, &again).await?;
            }
        }
        Ok((whole, secrets))
    }

    async fn fetch(&self, plan: &Plan, prepared: &Prepared) -> Result<Whole, PassthroughError> {
        let timeout = self.parts.settings.timeout;
        let body = plan.request.body.clone();
        prepared
            .fetch(&self.parts.egress, body, MAX_READ, timeout)
            .await
    }
}

/// No limits of its own: all were held against the action before, and its arguments cannot make
/// another request of it.
static OPEN: Guards = Guards {
    actions: Vec::new(),
    methods: Vec::new(),
    approval: Vec::new(),
};

fn call<'a, H>(plan: &'a Plan, id: &'a str, headers: H) -> Call<'a, H> {
    Call {
        scope: &plan.scope,
        permission: Permission::Admin,
        guards: &OPEN,
        connection_key: Some(plan.connection.key.as_str()),
        action_id: Some(id),
        method: plan.action.method.as_str(),
        path: &plan.request.path,
        query: plan.request.query.as_deref(),
        headers,
        follow: false,
    }
}

fn headers(request: &Request) -> impl Iterator<Item = (&str, &[u8])> {
    let all = request.headers.iter();
    all.map(|(name, value)| (name.as_str(), value.as_bytes()))
}

/// A value can make another action of a path: `me` as a user's id. What may be called is decided
/// by actions, so the other one has to be named.
fn check_meaning(
    connector: &Connector,
    action: &Action,
    request: &Request,
) -> Result<(), AgentError> {
    let meant = meant(connector, action.method.as_str(), &request.path);
    match meant.first() {
        Some(other) if meant.iter().all(|meant| meant.id != action.id) => {
            Err(AgentError::invalid(format!(
                "with these path variables the request is `{}` ({} {}): call the action `{}` instead",
                other.title,
                other.method,
                other.path.as_str(),
                other.id
            )))
        }
        _ => Ok(()),
    }
}

/// A server that takes `%2F` for a slash might see another action: not one that may not be called.
fn check_slashes(
    who: &Principal,
    connector: &Connector,
    action: &Action,
    request: &Request,
) -> Result<(), AgentError> {
    let Some(path) = with_slashes(&request.path) else {
        return Ok(());
    };
    for other in meant(connector, action.method.as_str(), &path) {
        who.may(&other)?;
        if who.must_wait(&other) && !who.must_wait(action) {
            return Err(AgentError::invalid(format!(
                "with these path variables the request could be taken for `{}`, which waits for a \
                 person's yes: call that action instead",
                other.title
            )));
        }
    }
    Ok(())
}

/// The request as it would be sent, its secrets masked.
fn shown(plan: &Plan, prepared: &Prepared) -> Outcome {
    let shown = prepared.shown();
    let mut headers = BTreeMap::new();
    for (name, value) in shown.headers {
        headers
            .entry(name)
            .and_modify(|all: &mut String| {
                all.push_str(", ");
                all.push_str(&value);
            })
            .or_insert(value);
    }
    let body = plan.request.body.as_deref().unwrap_or_default();
    let body = match body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned())),
    };
    Outcome::DryRun {
        method: shown.method,
        url: shown.url,
        headers,
        body,
        notes: plan.request.notes.clone(),
    }
}
