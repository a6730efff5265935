//! Connections by the hundred: changed together, and written out.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use serde::{Deserialize, Serialize};

use crate::api::actor;
use crate::api::csv::push_line;
use crate::api::error::{ApiError, blocking};
use crate::api::extract::{Administrator, Json, Overseer};
use crate::api::query::Query;
use crate::api::v1::connections::filter;
use crate::domain::{Actor, Connection, ConnectionId, Environment, Right, Scope, Timestamp};
use crate::vault::{Change, Vault, VaultError};

/// No more are changed at once.
const MAX_IDS: usize = 500;
/// So many are changed side by side, so that they share the disk's syncs and a slow provider keeps
/// nobody else's waiting.
const SIDE_BY_SIDE: usize = 32;
/// So many lines are made in one go.
const LINES_AT_ONCE: usize = 200;

/// What is to be done, and to which.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bulk {
    /// Their ids, or their keys; 500 at the most.
    ids: Vec<String>,
    /// Added to the tags of each.
    #[serde(default)]
    add_tags: Vec<String>,
    /// Taken from the tags of each.
    #[serde(default)]
    remove_tags: Vec<String>,
    /// Whether they are removed, with their secrets.
    #[serde(default)]
    delete: bool,
}

/// What came of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulkDone {
    /// How many were changed, or removed.
    done: usize,
    /// The others.
    failed: Vec<BulkFailure>,
}

/// One that was not changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulkFailure {
    /// As it was named.
    id: String,
    /// Why.
    error: String,
}

/// `POST /admin/api/connections/bulk`: tags or removes several connections, each by itself: what
/// fails for one is done to the others all the same.
#[utoipa::path(
    post, path = "/admin/api/connections/bulk", tag = "admin", security(("key" = [])),
    request_body = Bulk,
    responses((status = 200, body = BulkDone), (status = 400), (status = 403))
)]
pub async fn bulk(
    Administrator(caller): Administrator,
    Json(body): Json<Bulk>,
    vault: web::Data<Vault>,
) -> Result<web::Json<BulkDone>, ApiError> {
    let ids = checked(&body)?;
    if body.delete {
        caller.may(Right::DeleteConnections)?;
    }
    let (vault, scope) = (&vault.into_inner(), caller.scope());
    let (body, by) = (&body, &actor::of(&caller));
    let all = stream::iter(ids).map(|id| async move {
        let done = one(vault, scope, &id, body, by).await;
        done.map_err(|error| BulkFailure {
            error: ApiError::from(error).to_string(),
            id,
        })
    });
    let outcomes: Vec<Result<(), BulkFailure>> = all.buffered(SIDE_BY_SIDE).collect().await;
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    Ok(web::Json(BulkDone {
        done,
        failed: outcomes.into_iter().filter_map(Result::err).collect(),
    }))
}

/// Each id once, if the whole makes sense.
fn checked(body: &Bulk) -> Result<BTreeSet<String>, ApiError> {
    let tags = !body.add_tags.is_empty() || !body.remove_tags.is_empty();
    if tags == body.delete {
        return Err(ApiError::bad_request(
            "say what is to be done: `addTags` and `removeTags`, or `delete`",
        ));
    }
    if body.ids.is_empty() || body.ids.len() > MAX_IDS {
        return Err(ApiError::bad_request(format!(
            "ids: from 1 to {MAX_IDS} of them"
        )));
    }
    Ok(body.ids.iter().cloned().collect())
}

async fn one(
    vault: &Arc<Vault>,
    scope: &Scope,
    id: &str,
    body: &Bulk,
    by: &Actor,
) -> Result<(), VaultError> {
    if body.delete {
        return vault.delete(scope, id, by).await.map(drop);
    }
    let change = Change {
        add_tags: body.add_tags.clone(),
        remove_tags: body.remove_tags.clone(),
        ..Change::default()
    };
    vault.change(scope, id, change, by).await.map(drop)
}

/// `GET /admin/api/connections.csv`: the connections that a list with the same filters has, all of
/// them, as comma-separated values (RFC 4180). A cell that would be a formula has an apostrophe in
/// front.
#[utoipa::path(
    get, path = "/admin/api/connections.csv", tag = "admin", security(("key" = [])),
    description = "Takes the filters and the order of GET /v1/vault/connections; pages mean nothing here.",
    responses((status = 200, body = String, content_type = "text/csv"), (status = 400), (status = 403))
)]
pub async fn csv(
    overseer: Overseer,
    request: HttpRequest,
    vault: web::Data<Vault>,
) -> Result<HttpResponse, ApiError> {
    let filter = filter::read(&Query::parse(request.query_string()))?;
    let (environment, vault) = (overseer.environment, vault.into_inner());
    let scope = Scope::all(environment);
    let asked = Arc::clone(&vault);
    let ids = blocking(move || asked.select(&scope, &filter)).await?;
    let name = format!("attachment; filename=\"connections-{environment}.csv\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(lines(vault, environment, ids)))
}

const HEADER: [&str; 17] = [
    "id",
    "key",
    "environment",
    "platform",
    "name",
    "identity",
    "identityType",
    "account",
    "state",
    "stateReason",
    "active",
    "tags",
    "createdAt",
    "updatedAt",
    "lastUsedAt",
    "lastRefreshedAt",
    "expiresAt",
];

/// The whole file, piece by piece: as far as its reader takes it.
fn lines(
    vault: Arc<Vault>,
    environment: Environment,
    ids: Vec<ConnectionId>,
) -> impl futures_util::Stream<Item = Result<Bytes, VaultError>> {
    let mut header = String::new();
    push_line(&mut header, HEADER);
    let header = stream::iter([Ok::<_, VaultError>(Bytes::from(header))]);
    let rest = stream::unfold(VecDeque::from(ids), move |mut left| {
        let vault = Arc::clone(&vault);
        async move {
            let some: Vec<ConnectionId> = left.drain(..left.len().min(LINES_AT_ONCE)).collect();
            let made = (!some.is_empty()).then(|| piece(&vault, environment, &some))?;
            Some((made, left))
        }
    });
    header.chain(rest)
}

fn piece(
    vault: &Vault,
    environment: Environment,
    ids: &[ConnectionId],
) -> Result<Bytes, VaultError> {
    let mut text = String::new();
    for connection in vault.several(environment, ids)? {
        let last_used = vault.last_used(&connection)?;
        let cells = cells(&connection, last_used);
        push_line(&mut text, cells.iter().map(String::as_str));
    }
    Ok(Bytes::from(text))
}

fn cells(connection: &Connection, last_used: Option<Timestamp>) -> [String; HEADER.len()] {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let identity = connection.identity.as_ref();
    [
        connection.id.to_string(),
        connection.key.to_string(),
        connection.environment.to_string(),
        connection.platform.to_string(),
        connection.name.clone().unwrap_or_default(),
        identity
            .map(|own| own.as_str().to_owned())
            .unwrap_or_default(),
        word(serde_json::json!(connection.identity_type)),
        connection.account.clone().unwrap_or_default(),
        word(serde_json::json!(connection.health)),
        connection.health_reason.clone().unwrap_or_default(),
        connection.active.to_string(),
        connection.tags.join(","),
        connection.created_at.to_string(),
        connection.updated_at.to_string(),
        time(last_used),
        time(connection.last_refreshed_at),
        time(connection.expires_at),
    ]
}
