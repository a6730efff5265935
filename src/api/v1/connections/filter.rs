//! Which connections a query asks for, and in what order.

use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::domain::Health;
use crate::vault::Filter;

/// What `query` asks for.
pub fn read(query: &Query) -> Result<Filter, ApiError> {
    let text = |name: &str| query.text(name).map(str::to_owned);
    Ok(Filter {
        keys: query.list("keys").or_else(|| query.list("key")),
        platform: text("platform"),
        platform_version: text("platformVersion"),
        name: text("name"),
        identity: query
            .text("identity")
            .map(|text| text.parse().map_err(ApiError::bad_request))
            .transpose()?,
        identity_type: query
            .text("identityType")
            .map(|text| {
                text.parse()
                    .map_err(|error: String| ApiError::bad_request(error))
            })
            .transpose()?,
        tags: query.list("tags").unwrap_or_default(),
        active: match query.text("active") {
            Some("all") => None,
            _ => Some(query.get("active", "true, false or all")?.unwrap_or(true)),
        },
        health: query.text("state").map(health).transpose()?,
        text: text("q"),
        order: query
            .text("sort")
            .map(|text| {
                text.parse()
                    .map_err(|what| ApiError::bad_request(format!("sort: {what}")))
            })
            .transpose()?
            .unwrap_or_default(),
    })
}

fn health(text: &str) -> Result<Health, ApiError> {
    let states = [
        ("operational", Health::Operational),
        ("degraded", Health::Degraded),
        ("failed", Health::Failed),
        ("unknown", Health::Unknown),
    ];
    let found = states.iter().find(|(word, _)| *word == text);
    found.map(|(_, health)| *health).ok_or_else(|| {
        ApiError::bad_request("state: must be operational, degraded, failed or unknown")
    })
}
