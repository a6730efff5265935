//! The audit log, and whether it still holds.

use actix_web::{HttpRequest, web};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::api::error::{ApiError, blocking};
use crate::api::extract::Overseer;
use crate::api::query::{MAX_LIMIT, Query};
use crate::domain::{Actor, Environment, Timestamp};
use crate::journal::{Audit, AuditEntry as Entry, AuditFilter, Broken, Object};

/// Rows of an answer, unless told.
const DEFAULT_LIMIT: usize = 50;

/// Somebody changed something.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuditRow {
    /// Counts the records of the environment from 1.
    id: String,
    #[schema(value_type = String)]
    at: Timestamp,
    actor: Actor,
    /// Such as `connection.deleted`.
    what: String,
    object: Object,
    environment: Option<Environment>,
    /// What else is to be known; of a change, which fields it changed, and never what a secret is.
    detail: Map<String, Value>,
    /// SHA-256 over the hash of the record before and this one, in hexadecimal.
    hash: String,
}

/// Some records.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuditRows {
    /// Latest first.
    rows: Vec<AuditRow>,
    /// `before` of the records that follow, if there may be some.
    next: Option<String>,
}

/// Whether the audit log still holds.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditCheck {
    /// Whether every record follows the one before.
    whole: bool,
    /// How many records there are, if it is whole.
    records: Option<u64>,
    /// The hash of the last one, if it is whole: worth noting elsewhere.
    hash: Option<String>,
    /// Where it is broken, and how.
    broken: Option<String>,
}

impl From<Entry> for AuditRow {
    fn from(entry: Entry) -> Self {
        let record = entry.record;
        Self {
            id: record.number.to_string(),
            at: record.at,
            actor: record.actor,
            what: record.what,
            object: record.object,
            environment: record.environment,
            detail: record.detail,
            hash: entry.hash,
        }
    }
}

/// `GET /admin/api/audit`: who changed what in the environment, latest first.
#[utoipa::path(
    get, path = "/admin/api/audit", tag = "admin", security(("key" = [])),
    params(
        ("actor" = Option<String>, Query, description = "Only by the actor with this id or name, or by those of this kind: `member`, `key`, `user`, `operator` or `system`"),
        ("what" = Option<String>, Query, description = "Only this, as in `connection.deleted`; `connection` means all of its kind"),
        ("q" = Option<String>, Query, description = "Only records with this in them, in any case"),
        ("from" = Option<String>, Query, description = "Not before this time (RFC 3339)"),
        ("to" = Option<String>, Query, description = "Before this time"),
        ("limit" = Option<u64>, Query, description = "Rows: 50 unless told, 500 at the most"),
        ("before" = Option<String>, Query, description = "The `next` of the rows before"),
    ),
    responses((status = 200, body = AuditRows), (status = 400), (status = 403))
)]
pub async fn list(
    overseer: Overseer,
    request: HttpRequest,
    audit: web::Data<Audit>,
) -> Result<web::Json<AuditRows>, ApiError> {
    let query = Query::parse(request.query_string());
    let text = |name: &str| query.text(name).map(str::to_owned);
    let time = "a time as in 2025-07-19T16:19:29Z";
    let filter = AuditFilter {
        actor: text("actor"),
        what: text("what"),
        text: text("q"),
        from: query.get("from", time)?,
        to: query.get("to", time)?,
    };
    let limit = query.get::<usize>("limit", "a whole number")?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let before = query.get("before", "the `next` of an answer")?;
    let (audit, environment) = (audit.into_inner(), overseer.environment);
    let found = blocking(move || audit.list(Some(environment), &filter, before, limit));
    let (rows, next) = found.await?;
    Ok(web::Json(AuditRows {
        rows: rows.into_iter().map(AuditRow::from).collect(),
        next: next.map(|number| number.to_string()),
    }))
}

/// `GET /admin/api/audit/check`: follows the environment's records from the last to the first, and
/// says whether each still carries the hash of the one before.
#[utoipa::path(
    get, path = "/admin/api/audit/check", tag = "admin", security(("key" = [])),
    responses((status = 200, body = AuditCheck), (status = 403))
)]
pub async fn check(
    overseer: Overseer,
    audit: web::Data<Audit>,
) -> Result<web::Json<AuditCheck>, ApiError> {
    let (audit, environment) = (audit.into_inner(), overseer.environment);
    let checked = blocking(move || match audit.verify(Some(environment)) {
        Ok(end) => Ok(Ok(end)),
        Err(Broken::Store(error)) => Err(error),
        Err(broken) => Ok(Err(broken.to_string())),
    });
    Ok(web::Json(match checked.await? {
        Ok(end) => AuditCheck {
            whole: true,
            records: Some(end.number),
            hash: Some(end.hash),
            broken: None,
        },
        Err(broken) => {
            tracing::error!(%environment, error = broken, "the audit log does not hold");
            AuditCheck {
                whole: false,
                records: None,
                hash: None,
                broken: Some(broken),
            }
        }
    }))
}
