//! What packages of mid-2025 call to open AuthKit, each below `/v1` and below `/internal/v1`.
//!
//! Their way is longer: settings, a link token, an id for the session, and a record of it all that
//! goes to the browser. What counts in that record is the link token, which carries the session.

mod ids;
mod sessions;

use actix_web::web;
use serde::Serialize;
use serde_json::{Value, json};

use sessions::{Asked, event_link};
pub use sessions::{AskedBody, EmbedTokenBody};

use super::authkit::for_identity;
use super::connectors::image;
use crate::api::PublicUrl;
use crate::api::error::ApiError;
use crate::api::extract::{Caller, Json};
use crate::authkit::SignIns;
use crate::domain::{Clock, Connector, Environment, Integration, SystemClock, Timestamp};
use crate::vault::Vault;

/// The settings of the key's environment.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// The same at each call.
    #[serde(rename = "_id")]
    id: String,
    /// Always empty: there is one owner.
    ownership: Value,
    /// What people can connect to.
    connected_platforms: Vec<PlatformView>,
    /// Always empty.
    features: Vec<Value>,
    /// Milliseconds since 1970.
    created_at: i64,
    updated_at: i64,
    #[schema(value_type = String)]
    created_date: Timestamp,
    #[schema(value_type = String)]
    updated_date: Timestamp,
}

/// A connector that is switched on, with nothing missing.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct PlatformView {
    connection_definition_id: String,
    /// The platform.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    /// The address of its logo.
    image: String,
    active: bool,
    /// Milliseconds since 1970.
    activated_at: Option<i64>,
    environment: Environment,
    /// What is asked for, as one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<ClientView>,
}

/// An OAuth app, as far as it may be shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClientView {
    client_id: String,
    client_secret_display: String,
}

impl PlatformView {
    fn new(connector: &Connector, integration: Integration, public_url: &PublicUrl) -> Self {
        let oauth = connector.oauth.as_deref().filter(|oauth| oauth.needs_app());
        let client = |client_id| ClientView {
            client_id,
            client_secret_display: integration.client_secret_hint.unwrap_or_default(),
        };
        Self {
            connection_definition_id: connector.definition_id.clone(),
            kind: connector.platform.to_string(),
            title: connector.name.clone(),
            image: image(connector, public_url),
            active: integration.active,
            activated_at: integration.activated_at.map(millis),
            environment: integration.environment,
            scopes: oauth.map(|oauth| {
                let asked = oauth.scopes_asked(integration.scopes.as_deref());
                asked.join(&oauth.scope_separator)
            }),
            secret: integration
                .client_id
                .filter(|_| oauth.is_some())
                .map(client),
        }
    }
}

fn millis(time: Timestamp) -> i64 {
    time.micros().div_euclid(1000)
}

/// `POST /v1/settings/get`: what people can connect to in the key's environment. Takes any body, and
/// none.
#[utoipa::path(
    post, path = "/v1/settings/get", tag = "older", security(("key" = [])),
    responses((status = 200, body = SettingsView))
)]
pub async fn settings(
    caller: Caller,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<SettingsView>, ApiError> {
    let usable = vault.integrations.usable(caller.scope())?;
    let created = usable.iter().map(|(_, integration)| integration.created_at);
    let created = created.min().unwrap_or(Timestamp::from_micros(0));
    let updated = usable.iter().map(|(_, integration)| integration.updated_at);
    let updated = updated.max().unwrap_or(created);
    let environment = caller.scope().environment;
    let view = |(connector, integration): (_, _)| {
        let connector: std::sync::Arc<Connector> = connector;
        PlatformView::new(&connector, integration, &public_url)
    };
    Ok(web::Json(SettingsView {
        id: ids::settled("st", environment.as_str()),
        ownership: json!({}),
        connected_platforms: usable.into_iter().map(view).collect(),
        features: Vec::new(),
        created_at: millis(created),
        updated_at: millis(updated),
        created_date: created,
        updated_date: updated,
    }))
}

/// A new id.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NewId {
    /// `{prefix}::{11 characters}::{22 characters}`.
    id: String,
}

/// `GET /v1/public/generate-id/{prefix}`: an id that nobody else has. Needs no key, and means
/// nothing to the server.
#[utoipa::path(
    get, path = "/v1/public/generate-id/{prefix}", tag = "older",
    params(("prefix" = String, Path, description = "What it is for, as in `session_id`")),
    responses((status = 200, body = NewId), (status = 400))
)]
pub async fn generate_id(prefix: web::Path<String>) -> Result<web::Json<NewId>, ApiError> {
    match ids::generate(&prefix, SystemClock.now()) {
        Some(id) => Ok(web::Json(NewId { id })),
        None => Err(ApiError::bad_request(
            "there is no such prefix; `session_id` is one",
        )),
    }
}

/// `POST /v1/event-links/create`: a session, as a link token.
#[utoipa::path(
    post, path = "/v1/event-links/create", tag = "authkit", security(("key" = [])),
    request_body = AskedBody,
    responses((status = 200, body = Value), (status = 400))
)]
pub async fn create_event_link(
    caller: Caller,
    Json(body): Json<AskedBody>,
    sign_ins: web::Data<SignIns>,
) -> Result<web::Json<Value>, ApiError> {
    let asked = Asked::try_from(body)?;
    let scope = caller.scope();
    let mut new = for_identity(scope, asked.identity.clone(), asked.identity_type)?;
    new.life = asked.ttl;
    let begun = sign_ins.sessions.begin(new);
    let (session, token) = begun
        .ok_or_else(|| ApiError::bad_request("the key's platforms are too many for one session"))?;
    let (now, ends) = (SystemClock.now(), session.expires_at);
    let link = event_link(&asked, &token, scope.environment, now, ends);
    Ok(web::Json(link))
}

/// `POST /v1/embed-tokens/create`: the record that goes to the browser, around a link token.
#[utoipa::path(
    post, path = "/v1/embed-tokens/create", tag = "authkit", security(("key" = [])),
    request_body = EmbedTokenBody,
    responses((status = 200, body = Value), (status = 400))
)]
pub async fn create_embed_token(
    caller: Caller,
    Json(body): Json<EmbedTokenBody>,
    sign_ins: web::Data<SignIns>,
) -> Result<web::Json<Value>, ApiError> {
    let environment = caller.scope().environment;
    let session = sign_ins.sessions.open(body.token())?;
    if session.environment != environment {
        return Err(ApiError::not_found("there is no such link token here"));
    }
    Ok(web::Json(body.record(environment, SystemClock.now())?))
}
