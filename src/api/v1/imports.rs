//! `POST /v1/connectors/import`: a connector from the description of an API.

use actix_web::web;
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::api::actor;
use crate::api::error::{ApiError, Kind};
use crate::api::extract::{Administrator, Json};
use crate::catalog::openapi::{self, Options, Refusal, Summary, Wishes, Written};
use crate::catalog::{Catalogue, InstallError};
use crate::domain::{Connector, Platform};
use crate::journal::{Audit, Deed};
use crate::oauth::vector;
use crate::store::Batch;

/// The longest description that is taken, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// What is to be imported.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Import {
    /// The description: OpenAPI 3.0 or 3.1, Swagger 2.0, or a Google discovery document; JSON or YAML.
    document: String,
    /// The connector's platform, instead of one made from the title.
    platform: Option<String>,
    /// The base URL, instead of the description's server.
    base_url: Option<String>,
    /// Only operations whose path this regular expression fits.
    include: Option<String>,
    /// No operations whose path this regular expression fits.
    exclude: Option<String>,
    /// Whether to say only what would come of it.
    #[serde(default)]
    dry_run: bool,
    /// Whether a connector of the same platform is replaced, if credentials go where they went.
    #[serde(default)]
    replace: bool,
}

/// What came of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    platform: String,
    /// Whether it is in the catalogue now.
    installed: bool,
    /// What is in it, and what was left out and why.
    #[schema(value_type = Object)]
    summary: Summary,
    /// The descriptor, as it was or would be written.
    descriptor: String,
}

/// Adds a connector to the operator's folder, with an action for each operation of an API.
#[utoipa::path(
    post, path = "/v1/connectors/import", tag = "catalogue", security(("key" = [])),
    request_body = Import,
    responses((status = 200, body = Imported), (status = 400), (status = 403), (status = 409), (status = 422))
)]
pub async fn import(
    Administrator(caller): Administrator,
    Json(import): Json<Import>,
    catalogue: web::Data<Catalogue>,
    audit: web::Data<Audit>,
) -> Result<web::Json<Imported>, ApiError> {
    let wishes = wishes(&import)?;
    let imported = web::block(move || {
        let written = written(&import.document, &wishes).map_err(refused)?;
        let connector = sound(&written)?;
        match import.dry_run {
            true => catalogue.may_install(&connector, import.replace),
            false => catalogue.install(&written, &connector, import.replace),
        }
        .map_err(not_installed)?;
        Ok::<_, ApiError>(Imported {
            platform: written.platform.to_string(),
            installed: !import.dry_run,
            summary: written.summary,
            descriptor: written.toml,
        })
    });
    let imported = imported.await.map_err(|_| {
        ApiError::new(Kind::Unavailable, "the server is stopping; try again later")
    })??;
    if imported.installed {
        // The folder of connectors is no part of the store: a crash in between leaves a connector
        // of which nothing is written.
        let deed = Deed::new("connector.imported", "connector", &imported.platform, None);
        let environment = Some(caller.scope().environment);
        let by = actor::of(&caller);
        audit
            .commit(Batch::default(), environment, &by, deed)
            .await?;
    }
    Ok(web::Json(imported))
}

fn written(document: &str, wishes: &Wishes) -> Result<Written, Refusal> {
    let options = Options {
        origin: "the request",
        load: None,
    };
    let document = openapi::read(document.as_bytes(), &options)?;
    openapi::descriptor(&document, wishes)
}

/// The connector, if nothing is wrong with it.
fn sound(written: &Written) -> Result<Connector, ApiError> {
    let tested = |connector: Connector| match vector::check(&connector) {
        wrong if wrong.is_empty() => Ok(connector),
        wrong => Err(wrong),
    };
    written.compiled().and_then(tested).map_err(|wrong| {
        let why = format!("the connector would not be sound: {}", wrong.join("; "));
        ApiError::new(Kind::Unprocessable, why)
    })
}

fn wishes(import: &Import) -> Result<Wishes, ApiError> {
    let pattern = |name: &str, text: &Option<String>| {
        let read = text.as_deref().map(Regex::new).transpose();
        read.map_err(|_| ApiError::bad_request(format!("`{name}` is no regular expression")))
    };
    let platform = import.platform.as_deref().map(str::parse::<Platform>);
    Ok(Wishes {
        platform: platform.transpose().map_err(ApiError::bad_request)?,
        base_url: import.base_url.clone(),
        include: pattern("include", &import.include)?,
        exclude: pattern("exclude", &import.exclude)?,
    })
}

fn refused(refusal: Refusal) -> ApiError {
    ApiError::new(Kind::Unprocessable, refusal.to_string())
}

fn not_installed(error: InstallError) -> ApiError {
    match error {
        InstallError::Exists(_) => ApiError::new(Kind::Conflict, error.to_string()),
        InstallError::Elsewhere(_) => ApiError::new(Kind::Forbidden, error.to_string()),
        InstallError::NoFolder => ApiError::bad_request(error),
        InstallError::Unsound(_) => ApiError::new(Kind::Unprocessable, error.to_string()),
        InstallError::Io(cause) => {
            tracing::error!(error = %cause, "an imported connector could not be written");
            ApiError::new(
                Kind::Internal,
                "the folder of connectors cannot be written; see the server's log",
            )
        }
    }
}
