//! `/authkit/api/connections`: a person's own connections, and new ones from a form.

use actix_web::web;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::session::AuthKitUser;
use crate::api::error::ApiError;
use crate::api::extract::Json;
use crate::api::v1::connections::{ConnectionView, deleted};
use crate::authkit::{Asked, Kind, Session, SignIns};
use crate::catalog::Catalogue;
use crate::domain::{Connection, Environment};
use crate::vault::{Filter, Vault, VaultError};

/// So many of a person's own are shown.
const MAX_SHOWN: usize = 200;

/// What a person wants to connect.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Connect {
    /// The connector.
    platform: String,
    /// The form, filled in.
    #[serde(default)]
    form: Map<String, Value>,
    /// What it is to be called.
    name: Option<String>,
    /// An own connection that is to be connected again.
    connection: Option<String>,
}

impl From<Connect> for Asked {
    fn from(body: Connect) -> Self {
        Self {
            platform: body.platform,
            form: body.form,
            name: body.name.filter(|name| !name.trim().is_empty()),
            connection: body.connection,
        }
    }
}

/// `POST /authkit/api/connections`: connects with what was entered, once the provider accepts it.
#[utoipa::path(
    post, path = "/authkit/api/connections", tag = "authkit modal", security(("session" = [])),
    request_body = Connect,
    responses((status = 200, body = ConnectionView), (status = 400), (status = 401))
)]
pub async fn create(
    user: AuthKitUser,
    Json(body): Json<Connect>,
    sign_ins: web::Data<SignIns>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ConnectionView>, ApiError> {
    let connection = sign_ins.enter(&user.0, body.into()).await?;
    let view = ConnectionView::new(connection, None, &catalogue.now());
    Ok(web::Json(view))
}

/// `GET /authkit/api/connections`: a person's own connections.
#[utoipa::path(
    get, path = "/authkit/api/connections", tag = "authkit modal", security(("session" = [])),
    responses((status = 200, body = Value), (status = 401))
)]
pub async fn list(
    user: AuthKitUser,
    vault: web::Data<Vault>,
) -> Result<web::Json<Value>, ApiError> {
    let rows = own_connections(&user.0, &vault)?;
    Ok(web::Json(json!({ "rows": rows })))
}

/// `DELETE /authkit/api/connections/{id}`: disconnects an own one.
#[utoipa::path(
    delete, path = "/authkit/api/connections/{id}", tag = "authkit modal", security(("session" = [])),
    params(("id" = String, Path, description = "The connection's id")),
    responses((status = 200, body = ConnectionView), (status = 401), (status = 404))
)]
pub async fn delete(
    user: AuthKitUser,
    id: web::Path<String>,
    sign_ins: web::Data<SignIns>,
    vault: web::Data<Vault>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ConnectionView>, ApiError> {
    let connection = sign_ins.removable(&user.0, &id)?;
    let (connection, revoked) = vault
        .into_inner()
        .delete(&user.0.scope(), &connection.id.to_string(), &user.0.actor())
        .await?;
    Ok(web::Json(deleted(connection, revoked, &catalogue.now())))
}

/// A person's own connections, latest first, as the modal shows them.
pub(super) fn own_connections(session: &Session, vault: &Vault) -> Result<Vec<Value>, VaultError> {
    if let Some(only) = session.connection {
        let connection = vault.find(&session.scope(), &only.to_string())?;
        return Ok(vec![row(&connection)]);
    }
    // A link is for connecting: what else its person has is not shown to whoever holds it.
    if session.identity.is_none() || session.kind == Kind::Link {
        return Ok(Vec::new());
    }
    let filter = Filter {
        identity: session.identity.clone(),
        identity_type: session.identity_type,
        active: Some(true),
        ..Filter::default()
    };
    let listed = vault.list(&session.scope(), &filter, 0, MAX_SHOWN)?;
    Ok(listed.rows.iter().map(row).collect())
}

fn row(connection: &Connection) -> Value {
    let environment: Environment = connection.environment;
    json!({
        "id": connection.id,
        "key": connection.key,
        "environment": environment,
        "platform": connection.platform,
        "name": connection.name,
        "account": connection.account,
        "state": connection.health,
        "stateReason": connection.health_reason,
        "createdAt": connection.created_at,
    })
}
