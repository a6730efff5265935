//! `/authkit/api/session`: who this is, and what can be connected.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::connections::own_connections;
use crate::api::PublicUrl;
use crate::api::error::{ApiError, Kind};
use crate::api::extract::Json;
use crate::api::v1::connectors::image;
use crate::authkit::{Session, SessionError, SignIns};
use crate::domain::{Connector, FormField, Integration};
use crate::vault::Vault;

/// Somebody with an AuthKit session, on a page that may use it.
#[derive(Clone, Debug)]
pub struct AuthKitUser(pub Arc<Session>);

impl FromRequest for AuthKitUser {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request).map_err(ApiError::from))
    }
}

fn admit(request: &HttpRequest) -> Result<AuthKitUser, SessionError> {
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let token = header(AUTHORIZATION.as_str())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or(SessionError::Unknown)?;
    let sessions = &request
        .app_data::<web::Data<SignIns>>()
        .expect("every app is built with its sign-ins")
        .sessions;
    let session = sessions.open(token.trim())?;
    let origin = header("x-authkit-origin").unwrap_or_default();
    sessions.check_origin(&session, origin)?;
    Ok(AuthKitUser(Arc::new(session)))
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        let kind = match error {
            SessionError::OtherOrigin => Kind::Forbidden,
            _ => Kind::Unauthorized,
        };
        Self::new(kind, error.to_string())
    }
}

/// A connector as the modal shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectorCard<'a> {
    platform: &'a str,
    title: &'a str,
    category: &'a str,
    description: &'a str,
    image: String,
    tags: &'a [String],
    connection_definition_id: &'a str,
    method: &'static str,
    guide: &'a str,
    docs: Option<&'a str>,
    form: Vec<Value>,
    scopes: Vec<Value>,
}

impl<'a> ConnectorCard<'a> {
    fn new(connector: &'a Connector, integration: &Integration, public_url: &PublicUrl) -> Self {
        let signs_in = connector.is_oauth() && connector.oauth.is_some();
        let scopes = match connector.oauth.as_deref().filter(|_| signs_in) {
            Some(oauth) => oauth
                .scopes_asked(integration.scopes.as_deref())
                .into_iter()
                .map(|name| {
                    let known = oauth.scopes.iter().find(|scope| scope.name == name);
                    let description = known.map(|scope| scope.description.as_str());
                    json!({ "name": name, "description": description })
                })
                .collect(),
            None => Vec::new(),
        };
        Self {
            platform: connector.platform.as_str(),
            title: &connector.name,
            category: &connector.category,
            description: &connector.description,
            image: image(connector, public_url),
            tags: &connector.tags,
            connection_definition_id: &connector.definition_id,
            method: if signs_in { "oauth" } else { "form" },
            // How to register an app is the operator's business.
            guide: if signs_in { "" } else { &connector.guide },
            docs: connector.docs.as_deref(),
            form: connector.asked_fields().map(field).collect(),
            scopes,
        }
    }
}

fn field(field: &FormField) -> Value {
    let show_if = field
        .show_if
        .as_ref()
        .map(|condition| json!({ "field": condition.field, "is": condition.is }));
    json!({
        "name": field.name,
        "type": field.kind,
        "label": field.label,
        "placeholder": field.placeholder,
        "help": field.help,
        "required": field.required,
        "pattern": field.pattern.as_ref().map(|pattern| pattern.as_str()),
        "options": field.options,
        "default": field.default,
        "prefix": field.prefix,
        "suffix": field.suffix,
        "multiline": field.multiline,
        "showIf": show_if,
    })
}

/// `GET /authkit/api/session`: who this is, what can be connected, what is connected already.
#[utoipa::path(
    get, path = "/authkit/api/session", tag = "authkit modal", security(("session" = [])),
    responses((status = 200, body = Value), (status = 401), (status = 403))
)]
pub async fn get(
    user: AuthKitUser,
    sign_ins: web::Data<SignIns>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<Value>, ApiError> {
    let session = &user.0;
    if sign_ins.links.is_used(session)? {
        return Err(SessionError::LinkUsed.into());
    }
    let usable = vault.integrations.usable(&session.scope())?;
    let cards: Vec<ConnectorCard<'_>> = usable
        .iter()
        .map(|(connector, integration)| ConnectorCard::new(connector, integration, &public_url))
        .collect();
    let reconnect = match session.connection {
        Some(id) => {
            let connection = vault.find(&session.scope(), &id.to_string())?;
            Some(json!({
                "id": connection.id, "platform": connection.platform, "name": connection.name,
            }))
        }
        None => None,
    };
    Ok(web::Json(json!({
        "environment": session.environment,
        "identity": session.identity,
        "identityType": session.identity_type,
        "expiresAt": session.expires_at,
        "kind": session.kind,
        "title": session.title,
        "companyName": session.company_name,
        "returnUrl": session.return_url,
        "reconnect": reconnect,
        "connectors": cards,
        "connections": own_connections(session, &vault)?,
    })))
}

/// A link that was followed.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct OpenLink {
    /// What stands in its address.
    token: String,
}

/// `POST /authkit/api/links/open`: a session for whoever has followed a link.
#[utoipa::path(
    post, path = "/authkit/api/links/open", tag = "authkit modal", request_body = OpenLink,
    responses((status = 200, body = Value), (status = 401))
)]
pub async fn open_link(
    Json(body): Json<OpenLink>,
    sign_ins: web::Data<SignIns>,
) -> Result<web::Json<Value>, ApiError> {
    let session = sign_ins.links.open(&body.token)??;
    Ok(web::Json(json!({ "session": session })))
}
