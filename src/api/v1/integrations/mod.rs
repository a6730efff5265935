//! Integrations: `/v1/integrations`, what is decided about connectors in an environment.

mod change;
mod view;

use actix_web::{HttpRequest, web};

pub use change::UpdateIntegration;
pub use view::IntegrationView;

use crate::api::PublicUrl;
use crate::api::actor;
use crate::api::error::ApiError;
use crate::api::extract::{Administrator, Caller, Json};
use crate::api::query::{List, Query};
use crate::vault::Vault;

/// `GET /v1/integrations`: lists every connector with what was decided about it in the key's
/// environment.
#[utoipa::path(
    get, path = "/v1/integrations", tag = "integrations", security(("key" = [])),
    params(
        ("active" = Option<bool>, Query, description = "Only those that are switched on, or off"),
        ("platform" = Option<String>, Query, description = "Only this platform"),
        ("category" = Option<String>, Query, description = "Only this category, in any case"),
        ("oauth" = Option<bool>, Query, description = "Only those where people sign in, or do not"),
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<IntegrationView>))
)]
pub async fn list(
    caller: Caller,
    request: HttpRequest,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<List<IntegrationView>>, ApiError> {
    let query = Query::parse(request.query_string());
    let page = query.page()?;
    let active = query.get::<bool>("active", "true or false")?;
    let oauth = query.get::<bool>("oauth", "true or false")?;
    let is = |name: &str, value: &str| {
        let wanted = query.text(name);
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    let mut rows = vault.integrations.list(caller.scope())?;
    rows.retain(|(connector, integration)| {
        active.is_none_or(|wanted| wanted == integration.active)
            && oauth.is_none_or(|wanted| wanted == connector.is_oauth())
            && is("platform", connector.platform.as_str())
            && is("category", &connector.category)
    });
    Ok(web::Json(List::cut(
        rows.into_iter(),
        page,
        |(connector, integration)| IntegrationView::new(&connector, integration, &public_url),
    )))
}

/// `GET /v1/integrations/{platform}`: one connector, with what was decided about it.
#[utoipa::path(
    get, path = "/v1/integrations/{platform}", tag = "integrations", security(("key" = [])),
    params(("platform" = String, Path, description = "The connector's platform")),
    responses((status = 200, body = IntegrationView), (status = 404))
)]
pub async fn get(
    caller: Caller,
    platform: web::Path<String>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<IntegrationView>, ApiError> {
    let (connector, integration) = vault.integrations.get(caller.scope(), &platform)?;
    Ok(web::Json(IntegrationView::new(
        &connector,
        integration,
        &public_url,
    )))
}

/// `PATCH /v1/integrations/{platform}`: switches a connector on or off, and sets its OAuth app. Only
/// for keys with permission admin that are bound to no identity and no platforms.
#[utoipa::path(
    patch, path = "/v1/integrations/{platform}", tag = "integrations", security(("key" = [])),
    params(("platform" = String, Path, description = "The connector's platform")),
    request_body = UpdateIntegration,
    responses((status = 200, body = IntegrationView), (status = 400), (status = 403), (status = 404))
)]
pub async fn update(
    Administrator(caller): Administrator,
    platform: web::Path<String>,
    Json(body): Json<UpdateIntegration>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<IntegrationView>, ApiError> {
    let (connector, _) = vault.integrations.get(caller.scope(), &platform)?;
    let change = body.change(&connector);
    let by = actor::of(&caller);
    let changed = vault
        .integrations
        .change(caller.scope(), &platform, change, &by);
    let (connector, integration) = changed.await?;
    Ok(web::Json(IntegrationView::new(
        &connector,
        integration,
        &public_url,
    )))
}

/// `DELETE /v1/integrations/{platform}`: forgets what was decided, the OAuth app and its secret
/// included; answers what holds now. Existing connections stay. Only for keys as for PATCH.
#[utoipa::path(
    delete, path = "/v1/integrations/{platform}", tag = "integrations", security(("key" = [])),
    params(("platform" = String, Path, description = "The connector's platform")),
    responses((status = 200, body = IntegrationView), (status = 403), (status = 404))
)]
pub async fn reset(
    Administrator(caller): Administrator,
    platform: web::Path<String>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<IntegrationView>, ApiError> {
    vault
        .integrations
        .reset(caller.scope(), &platform, &actor::of(&caller))
        .await?;
    let (connector, integration) = vault.integrations.get(caller.scope(), &platform)?;
    Ok(web::Json(IntegrationView::new(
        &connector,
        integration,
        &public_url,
    )))
}
