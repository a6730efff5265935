//! Webhooks: whoever is told of what happens in an environment.

use actix_web::web;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::actor;
use crate::api::error::ApiError;
use crate::api::extract::{Administrator, Json};
use crate::domain::{Environment, Timestamp};
use crate::journal::{Delivery, DeliveryState, Webhook, WebhookChange, Webhooks};

/// What can be decided about a webhook. What is left out stays, or is as usual in a new one.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookWishes {
    /// Where messages go, by POST: http or https.
    url: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Only these: `connection.created`, `connection.updated`, `connection.deleted`,
    /// `connection.failed`, `connection.recovered`, `approval.requested`. All if empty.
    events: Option<Vec<String>>,
    /// Switches it on or off.
    active: Option<bool>,
}

/// A webhook, without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    id: String,
    environment: Environment,
    url: String,
    description: String,
    events: Vec<String>,
    active: bool,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    /// Since when nothing has got through.
    #[schema(value_type = Option<String>)]
    failing_since: Option<Timestamp>,
    /// Why the program has switched it off.
    disabled_reason: Option<String>,
    /// What messages are signed with; only in the answers to the requests that make one.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// One message for a webhook, and what became of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    id: String,
    event: String,
    state: DeliveryState,
    attempts: u32,
    /// What the receiver answered last.
    status: Option<u16>,
    /// What went wrong last.
    error: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    next_attempt_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    /// The message.
    payload: Value,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id.to_string(),
            environment: webhook.environment,
            url: webhook.url,
            description: webhook.description,
            events: webhook.events,
            active: webhook.active,
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
            failing_since: webhook.failing_since,
            disabled_reason: webhook.disabled_reason,
            secret: None,
        }
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            event: delivery.event,
            state: delivery.state,
            attempts: delivery.attempts,
            status: delivery.status,
            error: delivery.error,
            created_at: delivery.created_at,
            next_attempt_at: delivery.due_at,
            ended_at: delivery.ended_at,
            payload: serde_json::from_str(&delivery.body).unwrap_or_default(),
        }
    }
}

impl From<WebhookWishes> for WebhookChange {
    fn from(body: WebhookWishes) -> Self {
        Self {
            url: body.url,
            description: body.description,
            events: body.events,
            active: body.active,
        }
    }
}

/// `GET /admin/api/webhooks`: the environment's webhooks, oldest first.
#[utoipa::path(
    get, path = "/admin/api/webhooks", tag = "admin", security(("key" = [])),
    responses((status = 200, body = Value), (status = 403))
)]
pub async fn list(
    Administrator(caller): Administrator,
    webhooks: web::Data<Webhooks>,
) -> Result<web::Json<Value>, ApiError> {
    let all = webhooks.list(caller.scope().environment)?;
    let rows: Vec<WebhookView> = all.into_iter().map(WebhookView::from).collect();
    Ok(web::Json(json!({ "rows": rows })))
}

/// `POST /admin/api/webhooks`: makes a webhook. The answer is the only place where its secret can be
/// read.
#[utoipa::path(
    post, path = "/admin/api/webhooks", tag = "admin", security(("key" = [])),
    request_body = WebhookWishes,
    responses((status = 200, body = WebhookView), (status = 400), (status = 403))
)]
pub async fn create(
    Administrator(caller): Administrator,
    Json(body): Json<WebhookWishes>,
    webhooks: web::Data<Webhooks>,
) -> Result<web::Json<WebhookView>, ApiError> {
    let (environment, by) = (caller.scope().environment, actor::of(&caller));
    let (webhook, secret) = webhooks.create(environment, body.into(), &by).await?;
    Ok(web::Json(WebhookView {
        secret: Some(secret.expose().clone()),
        ..WebhookView::from(webhook)
    }))
}

/// `GET /admin/api/webhooks/{id}`: one of them.
#[utoipa::path(
    get, path = "/admin/api/webhooks/{id}", tag = "admin", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, body = WebhookView), (status = 403), (status = 404))
)]
pub async fn get(
    Administrator(caller): Administrator,
    id: web::Path<String>,
    webhooks: web::Data<Webhooks>,
) -> Result<web::Json<WebhookView>, ApiError> {
    let found = webhooks.get(caller.scope().environment, &id)?;
    Ok(web::Json(found.into()))
}

/// `PATCH /admin/api/webhooks/{id}`: changes one. Switching it on forgets its failures.
#[utoipa::path(
    patch, path = "/admin/api/webhooks/{id}", tag = "admin", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    request_body = WebhookWishes,
    responses((status = 200, body = WebhookView), (status = 400), (status = 403), (status = 404))
)]
pub async fn update(
    Administrator(caller): Administrator,
    id: web::Path<String>,
    Json(body): Json<WebhookWishes>,
    webhooks: web::Data<Webhooks>,
) -> Result<web::Json<WebhookView>, ApiError> {
    let (environment, by) = (caller.scope().environment, actor::of(&caller));
    let changed = webhooks.change(environment, &id, body.into(), &by).await?;
    Ok(web::Json(changed.into()))
}

/// `DELETE /admin/api/webhooks/{id}`: removes one, with what it has not been told yet.
#[utoipa::path(
    delete, path = "/admin/api/webhooks/{id}", tag = "admin", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, body = WebhookView), (status = 403), (status = 404))
)]
pub async fn delete(
    Administrator(caller): Administrator,
    id: web::Path<String>,
    webhooks: web::Data<Webhooks>,
) -> Result<web::Json<WebhookView>, ApiError> {
    let (environment, by) = (caller.scope().environment, actor::of(&caller));
    let removed = webhooks.remove(environment, &id, &by).await?;
    Ok(web::Json(removed.into()))
}

/// `POST /admin/api/webhooks/{id}/secret`: gives it another secret, which stands in the answer and
/// nowhere else. The one before is good for nothing from now on.
#[utoipa::path(
    post, path = "/admin/api/webhooks/{id}/secret", tag = "admin", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, body = WebhookView), (status = 403), (status = 404))
)]
pub async fn secret(
    Administrator(caller): Administrator,
    id: web::Path<String>,
    webhooks: web::Data<Webhooks>,
) -> Result<web::Json<WebhookView>, ApiError> {
    let (environment, by) = (caller.scope().environment, actor::of(&caller));
    let (webhook, secret) = webhooks.renew_secret(environment, &id, &by).await?;
    Ok(web::Json(WebhookView {
        secret: Some(secret.expose().clone()),
        ..WebhookView::from(webhook)
    }))
}

/// `GET /admin/api/webhooks/{id}/deliveries`: its last 50 messages, latest first.
#[utoipa::path(
    get, path = "/admin/api/webhooks/{id}/deliveries", tag = "admin", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, body = Value), (status = 403), (status = 404))
)]
pub async fn deliveries(
    Administrator(caller): Administrator,
    id: web::Path<String>,
    webhooks: web::Data<Webhooks>,
) -> Result<web::Json<Value>, ApiError> {
    let all = webhooks.deliveries(caller.scope().environment, &id)?;
    let rows: Vec<DeliveryView> = all.into_iter().map(DeliveryView::from).collect();
    Ok(web::Json(json!({ "rows": rows })))
}

/// `POST /admin/api/webhooks/{id}/test`: sends it a `webhook.test`, once and now, and answers what
/// became of that.
#[utoipa::path(
    post, path = "/admin/api/webhooks/{id}/test", tag = "admin", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, body = DeliveryView), (status = 403), (status = 404))
)]
pub async fn test(
    Administrator(caller): Administrator,
    id: web::Path<String>,
    webhooks: web::Data<Webhooks>,
    egress: web::Data<crate::egress::Egress>,
) -> Result<web::Json<DeliveryView>, ApiError> {
    let told = webhooks.test(&egress, caller.scope().environment, &id);
    Ok(web::Json(told.await?.into()))
}
