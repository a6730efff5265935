//! Approvals: `/v1/approvals`, calls that wait for a person's yes.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};

use crate::agents::{Agents, ApprovalView, Outcome, Principal, Verdict};
use crate::api::actor;
use crate::api::error::ApiError;
use crate::api::extract::{Administrator, Caller, Json};
use crate::api::query::{List, Query};
use crate::domain::{Approval, ApprovalState, Environment, Method, Timestamp};

/// A call that waits, or waited, for a person's yes.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRow {
    id: String,
    environment: Environment,
    state: ApprovalState,
    action: ApprovalAction,
    connection_key: String,
    identity: Option<String>,
    /// The id of the API key that asked.
    api_key: String,
    toolset: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// When it is too late for a yes.
    #[schema(value_type = String)]
    expires_at: Timestamp,
    #[schema(value_type = Option<String>)]
    decided_at: Option<Timestamp>,
    /// The API key's id, or `webhook`.
    decided_by: Option<String>,
    note: Option<String>,
    /// What went wrong.
    reason: Option<String>,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
}

/// The action of such a call.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalAction {
    id: String,
    title: String,
    method: Method,
    platform: String,
}

/// The same with the request, and the provider's answer once there is one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalDetail {
    #[serde(flatten)]
    row: ApprovalRow,
    /// What is to be sent, its secrets masked.
    request: Outcome,
    /// What was answered.
    answer: Option<Outcome>,
}

/// What is said to a decision.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// A remark, for whoever asked.
    note: Option<String>,
}

impl ApprovalRow {
    fn new(approval: &Approval) -> Self {
        let identity = approval.identity.as_ref();
        Self {
            id: approval.id.to_string(),
            environment: approval.environment,
            state: approval.state,
            action: ApprovalAction {
                id: approval.action_id.clone(),
                title: approval.title.clone(),
                method: approval.method,
                platform: approval.platform.to_string(),
            },
            connection_key: approval.connection_key.to_string(),
            identity: identity.map(|identity| identity.as_str().to_owned()),
            api_key: approval.key.to_string(),
            toolset: approval.toolset.as_ref().map(ToString::to_string),
            created_at: approval.created_at,
            expires_at: approval.expires_at,
            decided_at: approval.decided_at,
            decided_by: approval.decided_by.clone(),
            note: approval.note.clone(),
            reason: approval.reason.clone(),
            ended_at: approval.ended_at,
        }
    }
}

impl From<ApprovalView> for ApprovalDetail {
    fn from(view: ApprovalView) -> Self {
        Self {
            row: ApprovalRow::new(&view.approval),
            request: view.request,
            answer: view.answer,
        }
    }
}

/// `GET /v1/approvals`: the calls that wait, or waited, latest first: all of the environment for a
/// key that decides for everybody, its own for any other.
#[utoipa::path(
    get, path = "/v1/approvals", tag = "agents", security(("key" = [])),
    params(
        ("state" = Option<ApprovalState>, Query, description = "Only those in this state"),
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<ApprovalRow>))
)]
pub async fn list(
    caller: Caller,
    request: HttpRequest,
    agents: web::Data<Agents>,
) -> Result<web::Json<List<ApprovalRow>>, ApiError> {
    let query = Query::parse(request.query_string());
    let page = query.page()?;
    let states = "pending, executing, executed, denied, expired or failed";
    let state = query.get::<ApprovalState>("state", states)?;
    let all = agents.approvals(&Principal::new(Arc::clone(&caller.key)), state)?;
    Ok(web::Json(List::cut(all.iter(), page, ApprovalRow::new)))
}

/// `GET /v1/approvals/{id}`: one of them, with the request as it would be sent, and the answer.
#[utoipa::path(
    get, path = "/v1/approvals/{id}", tag = "agents", security(("key" = [])),
    params(("id" = String, Path, description = "The approval's id")),
    responses((status = 200, body = ApprovalDetail), (status = 404))
)]
pub async fn get(
    caller: Caller,
    id: web::Path<String>,
    agents: web::Data<Agents>,
) -> Result<web::Json<ApprovalDetail>, ApiError> {
    let who = Principal::new(Arc::clone(&caller.key));
    Ok(web::Json(agents.approval(&who, &id).await?.into()))
}

/// `POST /v1/approvals/{id}/approve`: says yes, and answers what became of the call. Only for keys
/// with permission admin that are bound to nothing.
#[utoipa::path(
    post, path = "/v1/approvals/{id}/approve", tag = "agents", security(("key" = [])),
    params(("id" = String, Path, description = "The approval's id")),
    request_body = Decision,
    responses((status = 200, body = ApprovalDetail), (status = 403), (status = 404), (status = 409))
)]
pub async fn approve(
    administrator: Administrator,
    id: web::Path<String>,
    Json(body): Json<Decision>,
    agents: web::Data<Agents>,
) -> Result<web::Json<ApprovalDetail>, ApiError> {
    decide(&administrator, &id, Verdict::Approve, body, &agents).await
}

/// `POST /v1/approvals/{id}/deny`: says no. Only for keys as for a yes.
#[utoipa::path(
    post, path = "/v1/approvals/{id}/deny", tag = "agents", security(("key" = [])),
    params(("id" = String, Path, description = "The approval's id")),
    request_body = Decision,
    responses((status = 200, body = ApprovalDetail), (status = 403), (status = 404), (status = 409))
)]
pub async fn deny(
    administrator: Administrator,
    id: web::Path<String>,
    Json(body): Json<Decision>,
    agents: web::Data<Agents>,
) -> Result<web::Json<ApprovalDetail>, ApiError> {
    decide(&administrator, &id, Verdict::Deny, body, &agents).await
}

async fn decide(
    Administrator(caller): &Administrator,
    id: &str,
    verdict: Verdict,
    body: Decision,
    agents: &Agents,
) -> Result<web::Json<ApprovalDetail>, ApiError> {
    let by = actor::of(caller);
    let environment = caller.scope().environment;
    let decided = agents.decide(environment, id, verdict, &by, body.note);
    Ok(web::Json(decided.await?.into()))
}
