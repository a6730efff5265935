//! AuthKit for back ends: `/v1/authkit`, `/v1/authkit/links`, `/v1/users/flags`.

use std::time::Duration;

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::api::PublicUrl;
use crate::api::error::ApiError;
use crate::api::extract::{Caller, Json};
use crate::api::query::{List, Query};
use crate::api::v1::connectors::image;
use crate::authkit::{NewLink, NewSession, SignIns};
use crate::domain::{
    Connector, Environment, Identity, IdentityType, Integration, Platform, Scope, Timestamp,
};
use crate::vault::{Vault, checked_tags};

/// No link is good for longer: 30 days.
const MAX_LINK: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// No text on the page of a link is longer, in bytes.
const MAX_TEXT: usize = 200;

/// For whom a session or a link is, and what can be connected with it. Fields that older programs
/// send besides mean nothing.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthKitRequest {
    /// Whose connections they are going to be; at most 128 bytes.
    identity: Option<String>,
    /// What kind of owner that is. The published Python client spells it `identity_type`.
    #[serde(alias = "identity_type")]
    identity_type: Option<String>,
    /// What older programs call `identity`.
    group: Option<String>,
    /// Only these platforms.
    platforms: Option<Vec<String>>,
    /// Only to connect this connection again: its id or its key.
    connection: Option<String>,
    /// The only origin whose pages may use the session.
    origin: Option<String>,
    /// Labels of what is connected.
    tags: Option<Vec<String>>,
}

/// A connector in the modal's list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthKitRow {
    id: u64,
    connection_def_id: u64,
    /// The platform.
    #[serde(rename = "type")]
    platform: String,
    title: String,
    /// The address of its logo.
    image: String,
    #[schema(value_type = Option<String>)]
    activated_at: Option<Timestamp>,
    secret_id: Option<String>,
    client_id_display: Option<String>,
    /// Whether there is one, and nothing of it.
    client_secret_display: Option<String>,
    /// With spaces between them.
    scopes: Option<String>,
    environment: Environment,
    guide: String,
    #[schema(value_type = String)]
    created_at: Timestamp,
    tags: Vec<String>,
    active: bool,
}

impl AuthKitRow {
    fn new(connector: &Connector, integration: &Integration, public_url: &PublicUrl) -> Self {
        let oauth = connector.oauth.as_deref();
        let scopes = oauth.map(|oauth| oauth.scopes_asked(integration.scopes.as_deref()).join(" "));
        Self {
            id: connector.id,
            connection_def_id: connector.id,
            platform: connector.platform.to_string(),
            title: connector.name.clone(),
            image: image(connector, public_url),
            activated_at: integration.activated_at,
            secret_id: None,
            client_id_display: integration.client_id.clone(),
            // This goes on to browsers.
            client_secret_display: integration
                .client_secret_hint
                .as_ref()
                .map(|_| "•••".to_owned()),
            scopes,
            environment: integration.environment,
            guide: connector.guide.clone(),
            created_at: integration.created_at,
            tags: connector.tags.clone(),
            active: true,
        }
    }
}

/// The list that the modal shows, and the session with which it acts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthKitAnswer {
    #[serde(flatten)]
    list: List<AuthKitRow>,
    /// The session: sealed, for the browser of one identity, good for minutes.
    request_id: String,
    /// The same, as the Python client reads it.
    #[serde(rename = "request_id")]
    request_id_again: String,
    /// When the session ends.
    #[schema(value_type = String)]
    expires_at: Timestamp,
    is_white_label: bool,
}

/// `POST /v1/authkit`: begins a session for a person's browser.
#[utoipa::path(
    post, path = "/v1/authkit", tag = "authkit", security(("key" = [])),
    params(
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    request_body = AuthKitRequest,
    responses((status = 200, body = AuthKitAnswer), (status = 400))
)]
pub async fn create(
    caller: Caller,
    request: HttpRequest,
    Json(body): Json<AuthKitRequest>,
    sign_ins: web::Data<SignIns>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<AuthKitAnswer>, ApiError> {
    let page = Query::parse(request.query_string()).page()?;
    let new = session(&caller, &vault, body)?;
    let (session, token) = sign_ins
        .sessions
        .begin(new)
        .ok_or_else(|| ApiError::bad_request("platforms and tags are too many for one session"))?;
    let usable = vault.integrations.usable(&session.scope())?;
    let list = List::cut(usable.iter(), page, |(connector, integration)| {
        AuthKitRow::new(connector, integration, &public_url)
    });
    Ok(web::Json(AuthKitAnswer {
        list,
        request_id_again: token.clone(),
        request_id: token,
        expires_at: session.expires_at,
        is_white_label: true,
    }))
}

/// What a body asks for, within what the caller sees.
pub fn session(
    caller: &Caller,
    vault: &Vault,
    body: AuthKitRequest,
) -> Result<NewSession, ApiError> {
    let scope = caller.scope();
    let identity: Option<Identity> = body
        .identity
        .or(body.group)
        .map(|text| text.parse().map_err(ApiError::bad_request))
        .transpose()?;
    let identity_type: Option<IdentityType> = body
        .identity_type
        .map(|text| {
            text.parse()
                .map_err(|error: String| ApiError::bad_request(error))
        })
        .transpose()?;
    let mut new = for_identity(scope, identity, identity_type)?;
    new.platforms = platforms(scope, vault, body.platforms)?;
    new.origin = body.origin.as_deref().map(origin).transpose()?;
    new.tags = checked_tags(body.tags.unwrap_or_default())?;
    if let Some(name) = &body.connection {
        let found = vault.find(scope, name)?;
        if new.identity.is_some() && new.identity != found.identity {
            return Err(crate::vault::VaultError::NoSuchConnection.into());
        }
        new.platforms = vec![found.platform];
        (new.identity, new.identity_type) = (found.identity, found.identity_type);
        new.connection = Some(found.id);
    }
    Ok(new)
}

/// A session for `identity`, within what a caller of `scope` sees.
pub fn for_identity(
    scope: &Scope,
    identity: Option<Identity>,
    identity_type: Option<IdentityType>,
) -> Result<NewSession, ApiError> {
    let identity = match (&scope.identity, identity) {
        (None, asked) => asked,
        (Some(own), None) => Some(own.clone()),
        (Some(own), Some(asked)) if asked == *own => Some(asked),
        (Some(_), Some(_)) => return Err(crate::vault::VaultError::OtherIdentity.into()),
    };
    Ok(NewSession {
        environment: scope.environment,
        identity_type: identity_type.or(identity.as_ref().map(|_| IdentityType::User)),
        identity,
        platforms: scope.platforms.clone(),
        connection: None,
        origin: None,
        tags: Vec::new(),
        life: None,
    })
}

fn platforms(
    scope: &Scope,
    vault: &Vault,
    asked: Option<Vec<String>>,
) -> Result<Vec<Platform>, ApiError> {
    let Some(asked) = asked else {
        return Ok(scope.platforms.clone());
    };
    // More likely a list that came out empty than a wish for everything.
    if asked.is_empty() {
        return Err(ApiError::bad_request(
            "platforms: name at least one, or leave it out for all",
        ));
    }
    let wrong = |name: &str| {
        let name: String = name.chars().take(80).collect();
        ApiError::bad_request(format!("platforms: `{name}` is none that this key sees"))
    };
    asked
        .iter()
        .map(|name| {
            let connector = vault.connector(scope, name).map_err(|_| wrong(name))?;
            Ok(connector.platform.clone())
        })
        .collect()
}

/// An origin as browsers write it.
fn origin(text: &str) -> Result<String, ApiError> {
    let parsed = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let origin = parsed.map(|url| url.origin().ascii_serialization());
    match origin {
        Some(origin) if origin == text.trim_end_matches('/') => Ok(origin),
        _ => Err(ApiError::bad_request(
            "origin: must be an origin, as `https://app.example.com`",
        )),
    }
}

/// What a link is for, and what stands on its page.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkRequest {
    #[serde(flatten)]
    session: AuthKitRequest,
    /// How long it is good, in seconds: a day unless the operator chose otherwise, 30 days at the most.
    expires_in_seconds: Option<u64>,
    /// What its page is titled.
    title: Option<String>,
    /// Who asks.
    company_name: Option<String>,
    /// Where its page leads to in the end.
    return_url: Option<String>,
}

/// A link to be sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkAnswer {
    /// What tells it from others.
    id: String,
    /// To be sent to the person, and to nobody else.
    url: String,
    /// When it ends. It also ends with the connection that is made by it.
    #[schema(value_type = String)]
    expires_at: Timestamp,
}

/// `POST /v1/authkit/links`: a one-time address at which a person connects, to be sent.
#[utoipa::path(
    post, path = "/v1/authkit/links", tag = "authkit", security(("key" = [])),
    request_body = LinkRequest,
    responses((status = 200, body = LinkAnswer), (status = 400))
)]
pub async fn link(
    caller: Caller,
    Json(body): Json<LinkRequest>,
    sign_ins: web::Data<SignIns>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<LinkAnswer>, ApiError> {
    if body.session.origin.is_some() {
        return Err(ApiError::bad_request(
            "origin: goes with sessions; a link has a page of its own",
        ));
    }
    let life = body.expires_in_seconds.map(Duration::from_secs);
    if life.is_some_and(|life| life.is_zero() || life > MAX_LINK) {
        let what = format!("expiresInSeconds: between 1 and {}", MAX_LINK.as_secs());
        return Err(ApiError::bad_request(what));
    }
    let return_url = body.return_url.map(|text| {
        let parsed = Url::parse(&text).ok();
        parsed
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(String::from)
            .ok_or_else(|| ApiError::bad_request("returnUrl: must be an http or https URL"))
    });
    let new = NewLink {
        session: session(&caller, &vault, body.session)?,
        life,
        title: short("title", body.title)?,
        company_name: short("companyName", body.company_name)?,
        return_url: return_url.transpose()?,
    };
    let link = sign_ins.links.make(new).await?;
    Ok(web::Json(LinkAnswer {
        id: link.id.to_string(),
        url: format!("{}/connect/{}", public_url.0, link.token),
        expires_at: link.expires_at,
    }))
}

fn short(name: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    let is_wrong = |text: &String| text.len() > MAX_TEXT || text.chars().any(char::is_control);
    match text {
        Some(text) if is_wrong(&text) => {
            let what = format!("{name}: at most {MAX_TEXT} bytes, on one line");
            Err(ApiError::bad_request(what))
        }
        text => Ok(text.filter(|text| !text.is_empty())),
    }
}

/// `GET /v1/users/flags`: what the hosted service switches on for an account; here nothing is gated.
#[utoipa::path(get, path = "/v1/users/flags", tag = "authkit", security(("key" = [])), responses((status = 200, body = Value)))]
pub async fn flags(_: Caller) -> web::Json<Value> {
    web::Json(json!({
        "accessList": [], "authkitWhitelist": true, "earlyAccess": [], "completedQuickstart": true,
    }))
}
