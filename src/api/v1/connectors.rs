//! Connectors: `/v1/available-connectors` and the older `/v1/public/connection-definitions`.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use serde::Serialize;
use serde_json::{Value, json};

use crate::api::PublicUrl;
use crate::api::error::ApiError;
use crate::api::extract::Caller;
use crate::api::query::{List, Query};
use crate::catalog::Catalogue;
use crate::domain::{Connector, FieldKind, FormField, Scope, Status};
use crate::vault::Vault;

/// A connector as callers see it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorView {
    /// Stable, positive.
    id: u64,
    name: String,
    /// `api::{platform}::{version}`.
    key: String,
    platform: String,
    platform_version: String,
    status: Status,
    description: String,
    category: String,
    /// The address of its logo.
    image: String,
    tags: Vec<String>,
    /// Whether people sign in rather than enter a key.
    oauth: bool,
    /// How many actions it has.
    tools: usize,
    version: &'static str,
    active: bool,
    deprecated: bool,
    deleted: bool,
}

impl ConnectorView {
    fn new(connector: &Connector, public_url: &PublicUrl) -> Self {
        Self {
            id: connector.id,
            name: connector.name.clone(),
            key: connector.key(),
            platform: connector.platform.to_string(),
            platform_version: connector.version.clone(),
            status: connector.status,
            description: connector.description.clone(),
            category: connector.category.clone(),
            image: image(connector, public_url),
            tags: connector.tags.clone(),
            oauth: connector.is_oauth(),
            tools: connector.actions.len(),
            version: "1.0.0",
            active: true,
            deprecated: false,
            deleted: false,
        }
    }
}

/// The address of a connector's logo.
pub fn image(connector: &Connector, public_url: &PublicUrl) -> String {
    format!("{}/icons/{}.svg", public_url.0, connector.platform)
}

/// `GET /v1/available-connectors`: lists what can be connected to.
#[utoipa::path(
    get, path = "/v1/available-connectors", tag = "catalogue", security(("key" = [])),
    params(
        ("platform" = Option<String>, Query, description = "Only this platform"),
        ("key" = Option<String>, Query, description = "Only this key"),
        ("name" = Option<String>, Query, description = "Only this name, in any case"),
        ("category" = Option<String>, Query, description = "Only this category, in any case"),
        ("authkit" = Option<bool>, Query, description = "Only those that are switched on in the key's environment, with nothing missing"),
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<ConnectorView>))
)]
pub async fn list(
    caller: Caller,
    request: HttpRequest,
    catalogue: web::Data<Catalogue>,
    vault: web::Data<Vault>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<List<ConnectorView>>, ApiError> {
    let query = Query::parse(request.query_string());
    let page = query.page()?;
    let for_authkit = query.get::<bool>("authkit", "true or false")?;
    let connectors = match for_authkit {
        Some(true) => usable(&vault, caller.scope())?,
        _ => seen(&catalogue, caller.scope()),
    };
    let is = |name: &str, value: &str| {
        query
            .text(name)
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    let fitting: Vec<&Arc<Connector>> = connectors
        .iter()
        .filter(|connector| {
            is("platform", connector.platform.as_str())
                && is("key", &connector.key())
                && is("name", &connector.name)
                && is("category", &connector.category)
        })
        .collect();
    Ok(web::Json(List::cut(
        fitting.into_iter(),
        page,
        |connector| ConnectorView::new(connector, &public_url),
    )))
}

/// Those that people can connect to.
fn usable(vault: &Vault, scope: &Scope) -> Result<Vec<Arc<Connector>>, ApiError> {
    let usable = vault.integrations.usable(scope)?;
    Ok(usable.into_iter().map(|(connector, _)| connector).collect())
}

fn seen(catalogue: &Catalogue, scope: &Scope) -> Vec<Arc<Connector>> {
    let catalogue = catalogue.now();
    let connectors = catalogue.connectors.values();
    connectors
        .filter(|connector| scope.sees_platform(&connector.platform))
        .cloned()
        .collect()
}

/// `GET /v1/public/connection-definitions`: the same connectors, as older programs read them. Needs
/// no key.
#[utoipa::path(
    get, path = "/v1/public/connection-definitions", tag = "catalogue",
    params(
        ("platform" = Option<String>, Query, description = "Only this platform"),
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<Value>))
)]
pub async fn definitions(
    request: HttpRequest,
    catalogue: web::Data<Catalogue>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<List<Value>>, ApiError> {
    let query = Query::parse(request.query_string());
    let page = query.page()?;
    let catalogue = catalogue.now();
    let fitting: Vec<&Arc<Connector>> = catalogue
        .connectors
        .values()
        .filter(|connector| {
            query
                .text("platform")
                .is_none_or(|wanted| wanted == connector.platform.as_str())
        })
        .collect();
    Ok(web::Json(List::cut(
        fitting.into_iter(),
        page,
        |connector| definition(connector, &public_url),
    )))
}

fn definition(connector: &Connector, public_url: &PublicUrl) -> Value {
    // What a person is asked. `authFormData` takes the other fields as well: a token at hand.
    let form: Vec<Value> = connector.asked_fields().map(form_row).collect();
    let secrets: Vec<Value> = connector
        .form
        .iter()
        .map(|field| json!({ "name": field.name }))
        .collect();
    json!({
        "_id": connector.definition_id,
        "id": connector.definition_id,
        "platform": connector.platform,
        "platformVersion": connector.version,
        "key": connector.key(),
        "name": connector.name,
        "type": "api",
        "status": connector.status,
        "authSecrets": secrets,
        "frontend": {
            "spec": {
                "title": connector.name,
                "description": connector.description,
                "platform": connector.platform,
                "category": connector.category,
                "image": image(connector, public_url),
                "tags": connector.tags,
                "helperLink": connector.docs,
                "markdown": connector.guide,
            },
            "connectionForm": {
                "name": "Connect",
                "description": format!("Connect your {} account", connector.name),
                "formData": form,
            },
        },
        "settings": {
            "parseWebhookBody": false,
            "showSecret": false,
            "allowCustomEvents": false,
            "oauth": connector.is_oauth(),
        },
        "hidden": false,
        "active": true,
        "deprecated": false,
        "deleted": false,
    })
}

fn form_row(field: &FormField) -> Value {
    let kind = match field.kind {
        FieldKind::Password => "password",
        FieldKind::Select => "select",
        FieldKind::Text | FieldKind::Url => "input",
    };
    let options: Vec<Value> = field
        .options
        .iter()
        .map(|option| json!({ "label": option, "value": option }))
        .collect();
    json!({
        "name": field.name,
        "type": kind,
        "label": field.label,
        "placeholder": field.placeholder,
        "required": field.required,
        "help": field.help,
        "options": options,
        "default": field.default,
    })
}
