//! The audit log, and whether it still holds.

use actix_web::{HttpRequest, web};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::api::error::{ApiError, blocking};
use crate::api::extract::Overseer;
use crate::api::query::{MAX_LIMIT, Query};
use crate::domain::{Actor, Environment, Timestamp};
use crate::journal::{Audit, AuditEntry as Entry, AuditFilter, AuditPlace, Broken, Head, Object};

/// Rows of an answer, unless told.
const DEFAULT_LIMIT: usize = 50;

/// Somebody changed something.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuditRow {
    /// Counts the records of the environment from 1; those of none are counted apart, as `server-1`.
    id: String,
    #[schema(value_type = String)]
    at: Timestamp,
    actor: Actor,
    /// Such as `connection.deleted`.
    what: String,
    object: Object,
    /// Null for what belongs to none: people, and settings of the server.
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
    /// The same of the records of no environment, which only people see.
    server_records: Option<u64>,
    /// The hash of the last of those.
    server_hash: Option<String>,
    /// Where it is broken, and how.
    broken: Option<String>,
}

impl From<Entry> for AuditRow {
    fn from(entry: Entry) -> Self {
        let record = entry.record;
        Self {
            id: match record.environment {
                Some(_) => record.number.to_string(),
                None => format!("server-{}", record.number),
            },
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

/// `GET /admin/api/audit`: who changed what in the environment, latest first; for people among it what
/// belongs to no environment.
#[utoipa::path(
    get, path = "/admin/api/audit", tag = "admin", security(("key" = [])),
    params(
        ("actor" = Option<String>, Query, description = "Only by the actor with this id or name, or by actors of this kind"),
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
    let (audit, chains) = (audit.into_inner(), chains(&overseer));
    let before = before(&query, chains.len())?;
    let found = blocking(move || audit.list(&chains, &filter, &before, limit));
    let (rows, next) = found.await?;
    Ok(web::Json(AuditRows {
        rows: rows.into_iter().map(AuditRow::from).collect(),
        next: next.map(|place| place.to_string()),
    }))
}

/// The environment's records, and for people those of none.
fn chains(overseer: &Overseer) -> Vec<Option<Environment>> {
    let mut chains = vec![Some(overseer.environment)];
    if overseer.is_person() {
        chains.push(None);
    }
    chains
}

fn before(query: &Query, chains: usize) -> Result<AuditPlace, ApiError> {
    let next = "the `next` of an answer";
    let before: AuditPlace = query.get("before", next)?.unwrap_or_default();
    match before.is_in(chains) {
        true => Ok(before),
        false => Err(ApiError::bad_request(format!("before: must be {next}"))),
    }
}

/// `GET /admin/api/audit/check`: follows the environment's records from the last to the first, and
/// says whether each still carries the hash of the one before; for people also those of none.
#[utoipa::path(
    get, path = "/admin/api/audit/check", tag = "admin", security(("key" = [])),
    responses((status = 200, body = AuditCheck), (status = 403))
)]
pub async fn check(
    overseer: Overseer,
    audit: web::Data<Audit>,
) -> Result<web::Json<AuditCheck>, ApiError> {
    let (audit, chains) = (audit.into_inner(), chains(&overseer));
    let checked = blocking(move || {
        let ends: Result<Vec<Head>, Broken> =
            chains.iter().map(|chain| audit.verify(*chain)).collect();
        match ends {
            Err(Broken::Store(error)) => Err(error),
            Err(broken) => Ok(Err(broken.to_string())),
            Ok(ends) => Ok(Ok(ends)),
        }
    });
    Ok(web::Json(match checked.await? {
        Ok(ends) => {
            let mut ends = ends.into_iter();
            let (own, server) = (ends.next(), ends.next());
            AuditCheck {
                whole: true,
                records: own.as_ref().map(|end| end.number),
                hash: own.map(|end| end.hash),
                server_records: server.as_ref().map(|end| end.number),
                server_hash: server.map(|end| end.hash),
                broken: None,
            }
        }
        Err(broken) => {
            let environment = overseer.environment;
            tracing::error!(%environment, error = broken, "the audit log does not hold");
            AuditCheck {
                whole: false,
                records: None,
                hash: None,
                server_records: None,
                server_hash: None,
                broken: Some(broken),
            }
        }
    }))
}
