//! How things go: calls, errors and their times, refreshes, connections, and what needs attention.

mod first_call;

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, web};
use serde::Serialize;

use crate::access::Access;
use crate::api::error::{ApiError, blocking};
use crate::api::extract::Overseer;
use crate::api::query::Query;
use crate::catalog::Catalogue;
use crate::domain::{Clock, Environment, SystemClock, Timestamp};
use crate::journal::{Journal, Range, Sum};
use crate::vault::{Survey, Vault};

use first_call::FirstCall;

/// A key that expires within this time needs attention.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Calls added up. Times are told to a tenth; null if there were no calls.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    calls: u64,
    errors: u64,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
}

/// Calls of one platform.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlatformCalls {
    platform: String,
    /// The connector's name; the platform's identifier if there is no such connector any more.
    name: String,
    #[serde(flatten)]
    calls: Calls,
}

/// Calls in one step of time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StepCalls {
    #[schema(value_type = String)]
    at: Timestamp,
    #[serde(flatten)]
    calls: Calls,
}

/// How many tokens were refreshed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Refreshes {
    ok: u64,
    failed: u64,
}

/// How many connections there are, by state.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct States {
    operational: u64,
    degraded: u64,
    failed: u64,
}

/// Something that somebody should look at.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// `connection_failed`, `app_without_credentials` or `key_expiring`.
    kind: &'static str,
    /// What it is, in a sentence.
    text: String,
    platform: Option<String>,
    connection_id: Option<String>,
    key_id: Option<String>,
}

/// How things go.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverviewView {
    range: &'static str,
    /// How many seconds a step of the series is.
    step: u64,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    to: Timestamp,
    /// The most called first.
    platforms: Vec<PlatformCalls>,
    /// Without gaps, the oldest first.
    series: Vec<StepCalls>,
    totals: Calls,
    refreshes: Refreshes,
    connections: States,
    attention: Vec<Attention>,
    first_call: FirstCall,
}

impl From<&Sum> for Calls {
    fn from(sum: &Sum) -> Self {
        Self {
            calls: sum.calls,
            errors: sum.errors,
            p50_ms: sum.times.quantile(0.5),
            p95_ms: sum.times.quantile(0.95),
        }
    }
}

/// `GET /admin/api/overview`: how things go, and what needs attention.
#[utoipa::path(
    get, path = "/admin/api/overview", tag = "journal", security(("key" = [])),
    params(("range" = Option<String>, Query, description = "`1h`, `24h` (unless said otherwise), `7d` or `30d`")),
    responses((status = 200, body = OverviewView), (status = 400))
)]
pub async fn get(
    overseer: Overseer,
    request: HttpRequest,
    journal: web::Data<Journal>,
    vault: web::Data<Vault>,
    access: web::Data<Access>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<OverviewView>, ApiError> {
    let environment = overseer.environment;
    let query = Query::parse(request.query_string());
    let range = query.get::<Range>("range", "`1h`, `24h`, `7d` or `30d`")?;
    let range = range.unwrap_or(Range::Day);
    let vault: Arc<Vault> = vault.into_inner();
    let survey = vault.survey(environment).await?;
    let attention = attention(environment, &survey, &vault, &access)?;
    let told = journal.overview(environment, range);
    let catalogue = catalogue.into_inner();
    let first_call = {
        let (vault, catalogue) = (Arc::clone(&vault), Arc::clone(&catalogue));
        blocking(move || FirstCall::of(environment, &vault, &catalogue.now())).await?
    };
    let catalogue = catalogue.now();
    let name = |platform: &String| match catalogue.connector(platform) {
        Some(connector) => connector.name.clone(),
        None => platform.clone(),
    };
    Ok(web::Json(OverviewView {
        range: range.as_str(),
        step: told.step.as_secs(),
        from: told.from,
        to: told.to,
        platforms: told
            .platforms
            .iter()
            .map(|(platform, sum)| PlatformCalls {
                name: name(platform),
                platform: platform.clone(),
                calls: sum.into(),
            })
            .collect(),
        series: told
            .series
            .iter()
            .map(|(at, sum)| StepCalls {
                at: *at,
                calls: sum.into(),
            })
            .collect(),
        totals: (&told.totals).into(),
        refreshes: Refreshes {
            ok: told.refreshes.0,
            failed: told.refreshes.1,
        },
        connections: States {
            operational: survey.operational,
            degraded: survey.degraded,
            failed: survey.failed,
        },
        attention,
        first_call,
    }))
}

fn attention(
    environment: Environment,
    survey: &Survey,
    vault: &Vault,
    access: &Access,
) -> Result<Vec<Attention>, ApiError> {
    let mut all = Vec::new();
    for connection in &survey.failed_last {
        let reason = connection.health_reason.as_deref();
        all.push(Attention {
            kind: "connection_failed",
            text: format!(
                "A connection for {} has to be connected again: {}",
                connection.platform,
                reason.unwrap_or("the provider refuses it")
            ),
            platform: Some(connection.platform.to_string()),
            connection_id: Some(connection.id.to_string()),
            ..Attention::default()
        });
    }
    let unready = vault
        .integrations
        .unready(environment, survey.platforms.keys())?;
    for unready in unready {
        all.push(Attention {
            kind: "app_without_credentials",
            text: format!(
                "{} is visible in AuthKit, but nobody can connect: its OAuth app lacks {}",
                unready.name,
                unready.missing.join(", ")
            ),
            platform: Some(unready.platform.to_string()),
            ..Attention::default()
        });
    }
    let now = SystemClock.now();
    for (key, _) in access.list(environment)? {
        let ends = key.expires_at.filter(|_| key.is_valid_at(now));
        if let Some(ends) = ends.filter(|ends| ends.since(now) <= SOON) {
            all.push(Attention {
                kind: "key_expiring",
                text: format!("The API key {} expires on {}", key.name, day(ends)),
                key_id: Some(key.id.to_string()),
                ..Attention::default()
            });
        }
    }
    Ok(all)
}

/// The day of `time`, in UTC.
fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}
