//! Connections: `/v1/vault/connections`, and `/v1/connections` for older programs.

pub mod filter;

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::actor;
use crate::api::error::{ApiError, blocking};
use crate::api::extract::{Caller, Json};
use crate::api::query::{List, Query};
use crate::catalog::{Catalogue, Snapshot};
use crate::domain::{Connection, Environment, Health, Identity, IdentityType, Right, Timestamp};
use crate::store::Batch;
use crate::vault::{Change, NewConnection, Owner, Revoked, Vault, VaultError};

/// A connection as callers see it: no credentials, and none of our own bookkeeping.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// A UUID.
    id: String,
    /// The same, as older programs call it.
    #[serde(rename = "_id")]
    old_id: String,
    platform_version: String,
    connection_definition_id: Option<String>,
    name: Option<String>,
    /// Always `api`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What passthrough names it by.
    key: String,
    environment: Environment,
    platform: String,
    identity: Option<String>,
    identity_type: Option<IdentityType>,
    /// The connector's description.
    description: String,
    state: Health,
    /// Why it is not operational.
    state_reason: Option<String>,
    tags: Vec<String>,
    /// What the application keeps with it.
    metadata: Map<String, Value>,
    /// Who it is signed in as, where the provider tells.
    account: Option<String>,
    version: &'static str,
    active: bool,
    deprecated: bool,
    deleted: bool,
    /// What became of its tokens at the provider; only of a deleted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation: Option<Revoked>,
    #[schema(value_type = Option<String>)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    last_refreshed_at: Option<Timestamp>,
    /// To the minute.
    #[schema(value_type = Option<String>)]
    last_used_at: Option<Timestamp>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

impl ConnectionView {
    /// Of `connection`, as it is now.
    pub fn new(
        connection: Connection,
        last_used_at: Option<Timestamp>,
        catalogue: &Snapshot,
    ) -> Self {
        let connector = catalogue.connector(connection.platform.as_str());
        Self {
            id: connection.id.to_string(),
            old_id: connection.id.to_string(),
            platform_version: connection.platform_version,
            connection_definition_id: connector.map(|connector| connector.definition_id.clone()),
            name: connection.name,
            kind: "api",
            key: connection.key.to_string(),
            environment: connection.environment,
            platform: connection.platform.to_string(),
            identity: connection
                .identity
                .map(|identity| identity.as_str().to_owned()),
            identity_type: connection.identity_type,
            description: connector
                .map(|connector| connector.description.clone())
                .unwrap_or_default(),
            state: connection.health,
            state_reason: connection.health_reason,
            tags: connection.tags,
            metadata: connection.metadata,
            account: connection.account,
            version: "1.0.0",
            active: connection.active,
            deprecated: false,
            deleted: false,
            revocation: None,
            expires_at: connection.expires_at,
            last_refreshed_at: connection.last_refreshed_at,
            last_used_at,
            created_at: connection.created_at,
            updated_at: connection.updated_at,
        }
    }
}

/// `GET /v1/vault/connections`: lists connections, latest first unless told otherwise.
#[utoipa::path(
    get, path = "/v1/vault/connections", tag = "vault", security(("key" = [])),
    params(
        ("key" = Option<String>, Query, description = "Only these connection keys, with commas between them"),
        ("keys" = Option<String>, Query, description = "The same"),
        ("platform" = Option<String>, Query, description = "Only this platform"),
        ("platformVersion" = Option<String>, Query, description = "Only this version"),
        ("name" = Option<String>, Query, description = "Only this name"),
        ("identity" = Option<String>, Query, description = "Only this identity"),
        ("identityType" = Option<IdentityType>, Query, description = "Only identities of this kind"),
        ("tags" = Option<String>, Query, description = "Only those with all of these tags, commas between them"),
        ("active" = Option<String>, Query, description = "`true`: active ones (the default); `false`: inactive ones; `all`: both"),
        ("state" = Option<Health>, Query, description = "Only those in this state"),
        ("q" = Option<String>, Query, description = "Only those with this in their key, name, identity, account or platform, in any case"),
        ("sort" = Option<String>, Query, description = "`createdAt`, `updatedAt`, `lastUsedAt`, `lastRefreshedAt`, `expiresAt`, `name`, `platform`, `identity`, `account` or `state`; with `-` in front the other way round; `-createdAt` unless told"),
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<ConnectionView>))
)]
pub async fn list(
    caller: Caller,
    request: HttpRequest,
    vault: web::Data<Vault>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<List<ConnectionView>>, ApiError> {
    let query = Query::parse(request.query_string());
    let page = query.page()?;
    let filter = filter::read(&query)?;
    let (scope, vault) = (caller.scope().clone(), vault.into_inner());
    // It may read them all: not on the thread that others' requests are served by.
    let found = blocking(move || {
        let listed = vault.list(&scope, &filter, page.skip, page.limit)?;
        let rows = listed.rows.into_iter().map(|connection| {
            let last_used = vault.last_used(&connection)?;
            Ok((connection, last_used))
        });
        let rows: Result<Vec<_>, VaultError> = rows.collect();
        rows.map(|rows| (rows, listed.total))
    });
    let (rows, total) = found.await?;
    let catalogue = catalogue.now();
    let views = rows
        .into_iter()
        .map(|(connection, last_used)| ConnectionView::new(connection, last_used, &catalogue))
        .collect();
    Ok(web::Json(List::new(views, total, page)))
}

/// `GET /v1/vault/connections/{id}`: one connection, by its id or its key.
#[utoipa::path(
    get, path = "/v1/vault/connections/{id}", tag = "vault", security(("key" = [])),
    params(("id" = String, Path, description = "The connection's id, or its key percent-encoded")),
    responses((status = 200, body = ConnectionView), (status = 404))
)]
pub async fn get(
    caller: Caller,
    id: web::Path<String>,
    vault: web::Data<Vault>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ConnectionView>, ApiError> {
    let connection = vault.find(caller.scope(), &id)?;
    view(&vault, &catalogue, connection)
}

/// What is asked for when a connection is made. Other fields that older programs send mean nothing.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateConnection {
    /// The connector's definition, or …
    connection_definition_id: Option<String>,
    /// … its platform.
    platform: Option<String>,
    /// The connector's form, filled in: field by field, as texts.
    auth_form_data: Map<String, Value>,
    /// Whose it is; at most 128 bytes.
    identity: Option<String>,
    /// What kind of owner that is.
    identity_type: Option<String>,
    /// What its owner calls it.
    name: Option<String>,
    /// Labels.
    #[serde(default)]
    tags: Vec<String>,
}

/// `POST /v1/vault/connections`: makes a connection from credentials, once the provider has
/// accepted them.
#[utoipa::path(
    post, path = "/v1/vault/connections", tag = "vault", security(("key" = [])),
    request_body = CreateConnection,
    responses((status = 200, body = ConnectionView), (status = 400), (status = 404))
)]
pub async fn create(
    caller: Caller,
    Json(body): Json<CreateConnection>,
    vault: web::Data<Vault>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ConnectionView>, ApiError> {
    let connector = body
        .platform
        .or(body.connection_definition_id)
        .ok_or_else(|| {
            ApiError::bad_request("say which connector: `platform` or `connectionDefinitionId`")
        })?;
    let identity: Option<Identity> = body
        .identity
        .map(|text| text.parse().map_err(ApiError::bad_request))
        .transpose()?;
    let identity_type: Option<IdentityType> = body
        .identity_type
        .map(|text| {
            text.parse()
                .map_err(|error: String| ApiError::bad_request(error))
        })
        .transpose()?;
    let new = NewConnection {
        connector,
        form: body.auth_form_data,
        owner: Owner {
            identity,
            identity_type,
            name: body.name,
            tags: body.tags,
        },
    };
    let by = actor::of(&caller);
    let made = vault.create(caller.scope(), new, Batch::default(), &by);
    let connection = made.await?;
    view(&vault, &catalogue, connection)
}

/// What can be changed about a connection.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateConnection {
    /// Replaces all tags.
    tags: Option<Vec<String>>,
    /// Replaces the name; null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// Replaces what the application keeps with it.
    metadata: Option<Map<String, Value>>,
    /// Switches it on or off.
    active: Option<bool>,
    /// The `updatedAt` that the caller has seen: if the connection has changed since, nothing is
    /// done, and the answer is a 409.
    #[schema(value_type = Option<String>)]
    if_updated_at: Option<Timestamp>,
}

/// Tells a field that is null from one that is not there.
fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// `PATCH /v1/vault/connections/{id}`: changes tags, name, metadata or `active`.
#[utoipa::path(
    patch, path = "/v1/vault/connections/{id}", tag = "vault", security(("key" = [])),
    params(("id" = String, Path, description = "The connection's id, or its key percent-encoded")),
    request_body = UpdateConnection,
    responses((status = 200, body = ConnectionView), (status = 404), (status = 409))
)]
pub async fn update(
    caller: Caller,
    id: web::Path<String>,
    Json(body): Json<UpdateConnection>,
    vault: web::Data<Vault>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ConnectionView>, ApiError> {
    let change = Change {
        tags: body.tags,
        name: body.name,
        metadata: body.metadata,
        active: body.active,
        if_updated_at: body.if_updated_at,
        ..Change::default()
    };
    let connection = vault
        .change(caller.scope(), &id, change, &actor::of(&caller))
        .await?;
    view(&vault, &catalogue, connection)
}

/// `POST /v1/vault/connections/{id}/refresh`: gets a new token for a connection although its token
/// still lasts; answers the connection as it is then.
#[utoipa::path(
    post, path = "/v1/vault/connections/{id}/refresh", tag = "vault", security(("key" = [])),
    params(("id" = String, Path, description = "The connection's id, or its key percent-encoded")),
    responses(
        (status = 200, body = ConnectionView), (status = 404), (status = 409, description = "It has no token that can be refreshed"),
        (status = 424, description = "Its owner must connect again"), (status = 503, description = "Not just now; `retry-after` says when"),
    )
)]
pub async fn refresh(
    caller: Caller,
    id: web::Path<String>,
    vault: web::Data<Vault>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ConnectionView>, ApiError> {
    let (vault, by) = (vault.into_inner(), actor::of(&caller));
    let connection = vault.refresh_now(caller.scope(), &id, &by).await?;
    view(&vault, &catalogue, connection)
}

/// `DELETE /v1/vault/connections/{id}`: removes a connection and its secrets; answers what it was.
#[utoipa::path(
    delete, path = "/v1/vault/connections/{id}", tag = "vault", security(("key" = [])),
    params(("id" = String, Path, description = "The connection's id, or its key percent-encoded")),
    responses((status = 200, body = ConnectionView), (status = 404))
)]
pub async fn delete(
    caller: Caller,
    id: web::Path<String>,
    vault: web::Data<Vault>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ConnectionView>, ApiError> {
    caller.may(Right::DeleteConnections)?;
    let by = actor::of(&caller);
    let vault = vault.into_inner();
    let (connection, revoked) = vault.delete(caller.scope(), &id, &by).await?;
    Ok(web::Json(deleted(connection, revoked, &catalogue.now())))
}

/// A connection that is gone.
pub fn deleted(connection: Connection, revoked: Revoked, catalogue: &Snapshot) -> ConnectionView {
    let mut view = ConnectionView::new(connection, None, catalogue);
    (view.deleted, view.active, view.revocation) = (true, false, Some(revoked));
    view
}

fn view(
    vault: &Vault,
    catalogue: &Catalogue,
    connection: Connection,
) -> Result<web::Json<ConnectionView>, ApiError> {
    let last_used = vault.last_used(&connection)?;
    Ok(web::Json(ConnectionView::new(
        connection,
        last_used,
        &catalogue.now(),
    )))
}
