//! Toolsets: `/v1/toolsets`, named sets of what agents may do.

use std::str::FromStr;

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Deserializer, Serialize};

use crate::agents::{Agents, ToolsetChange};
use crate::api::actor;
use crate::api::error::ApiError;
use crate::api::extract::{Administrator, Caller, Json};
use crate::api::query::{List, Query};
use crate::domain::{Environment, Permission, Timestamp, Toolset, ToolsetName, Validation};

/// A toolset as callers see it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToolsetView {
    name: String,
    environment: Environment,
    description: String,
    /// The only platforms; all if empty.
    platforms: Vec<String>,
    /// The only actions; all of the platforms' if empty.
    actions: Vec<String>,
    /// The most that an action may do.
    access: Permission,
    /// The only identity whose connections are used.
    identity: Option<String>,
    /// What waits for a person's yes.
    approval: Vec<String>,
    /// How arguments are checked; null: as the server's settings say.
    validate: Option<Validation>,
    /// The longest answer, in bytes; null: as the server's settings say.
    answer_bytes: Option<usize>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

impl ToolsetView {
    fn new(toolset: &Toolset) -> Self {
        fn texts<T: ToString>(values: &[T]) -> Vec<String> {
            values.iter().map(ToString::to_string).collect()
        }
        Self {
            name: toolset.name.to_string(),
            environment: toolset.environment,
            description: toolset.description.clone(),
            platforms: texts(&toolset.platforms),
            actions: texts(&toolset.actions),
            access: toolset.access,
            identity: toolset.identity.as_ref().map(|own| own.as_str().to_owned()),
            approval: texts(&toolset.approval),
            validate: toolset.validate,
            answer_bytes: toolset.answer_bytes,
            created_at: toolset.created_at,
            updated_at: toolset.updated_at,
        }
    }
}

/// What can be decided about a toolset. What is left out stays, or is as usual in a new one; null
/// takes away; lists are replaced whole.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolsetWishes {
    /// Small letters, digits and hyphens. A new one needs it; it never changes.
    name: Option<String>,
    /// What it is for, in words for people and models.
    description: Option<String>,
    /// The only platforms.
    platforms: Option<Vec<String>>,
    /// The only actions: ids, or `platform/key` with `*` for anything.
    actions: Option<Vec<String>>,
    /// The most that an action may do; `read` in a new one.
    access: Option<Permission>,
    /// The only identity whose connections are used.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    identity: Option<Option<String>>,
    /// What waits for a person's yes: `write`, `delete`, or actions as above.
    approval: Option<Vec<String>>,
    /// How arguments are checked.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Validation>)]
    validate: Option<Option<Validation>>,
    /// The longest answer, in bytes.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u64>)]
    answer_bytes: Option<Option<usize>>,
}

/// Tells a field that is null from one that is not there.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

fn each<T>(name: &str, texts: Option<Vec<String>>) -> Result<Option<Vec<T>>, ApiError>
where
    T: FromStr<Err: std::fmt::Display>,
{
    let parsed = texts.map(|texts| texts.iter().map(|text| text.parse()).collect());
    parsed
        .transpose()
        .map_err(|error| ApiError::bad_request(format!("{name}: {error}")))
}

impl ToolsetWishes {
    fn change(self) -> Result<ToolsetChange, ApiError> {
        let identity = match self.identity {
            Some(Some(text)) => Some(Some(text.parse().map_err(ApiError::bad_request)?)),
            Some(None) => Some(None),
            None => None,
        };
        Ok(ToolsetChange {
            description: self.description,
            platforms: each("platforms", self.platforms)?,
            actions: each("actions", self.actions)?,
            access: self.access,
            identity,
            approval: each("approval", self.approval)?,
            validate: self.validate,
            answer_bytes: self.answer_bytes,
        })
    }
}

/// `GET /v1/toolsets`: lists the toolsets of the key's environment that say anything to the key.
#[utoipa::path(
    get, path = "/v1/toolsets", tag = "agents", security(("key" = [])),
    params(
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<ToolsetView>))
)]
pub async fn list(
    caller: Caller,
    request: HttpRequest,
    agents: web::Data<Agents>,
) -> Result<web::Json<List<ToolsetView>>, ApiError> {
    let page = Query::parse(request.query_string()).page()?;
    let toolsets = agents.toolsets.list(caller.scope())?;
    Ok(web::Json(List::cut(
        toolsets.iter(),
        page,
        ToolsetView::new,
    )))
}

/// `POST /v1/toolsets`: makes a toolset. Only for keys with permission admin that are bound to
/// nothing.
#[utoipa::path(
    post, path = "/v1/toolsets", tag = "agents", security(("key" = [])),
    request_body = ToolsetWishes,
    responses((status = 200, body = ToolsetView), (status = 400), (status = 403), (status = 409))
)]
pub async fn create(
    Administrator(caller): Administrator,
    Json(body): Json<ToolsetWishes>,
    agents: web::Data<Agents>,
) -> Result<web::Json<ToolsetView>, ApiError> {
    let name = body.name.as_deref().unwrap_or_default();
    let name: ToolsetName = name.parse().map_err(ApiError::bad_request)?;
    let environment = caller.scope().environment;
    let wishes = body.change()?;
    let made = agents
        .toolsets
        .create(environment, name, wishes, &actor::of(&caller))
        .await?;
    Ok(web::Json(ToolsetView::new(&made)))
}

/// `GET /v1/toolsets/{name}`: one toolset.
#[utoipa::path(
    get, path = "/v1/toolsets/{name}", tag = "agents", security(("key" = [])),
    params(("name" = String, Path, description = "The toolset's name")),
    responses((status = 200, body = ToolsetView), (status = 404))
)]
pub async fn get(
    caller: Caller,
    name: web::Path<String>,
    agents: web::Data<Agents>,
) -> Result<web::Json<ToolsetView>, ApiError> {
    let toolset = agents.toolsets.get(caller.scope(), &name)?;
    Ok(web::Json(ToolsetView::new(&toolset)))
}

/// `PATCH /v1/toolsets/{name}`: changes a toolset. Only for keys as for POST.
#[utoipa::path(
    patch, path = "/v1/toolsets/{name}", tag = "agents", security(("key" = [])),
    params(("name" = String, Path, description = "The toolset's name")),
    request_body = ToolsetWishes,
    responses((status = 200, body = ToolsetView), (status = 400), (status = 403), (status = 404))
)]
pub async fn update(
    Administrator(caller): Administrator,
    name: web::Path<String>,
    Json(body): Json<ToolsetWishes>,
    agents: web::Data<Agents>,
) -> Result<web::Json<ToolsetView>, ApiError> {
    if body.name.as_ref().is_some_and(|other| *other != *name) {
        return Err(ApiError::bad_request(
            "name: a toolset keeps its name; make another one",
        ));
    }
    let environment = caller.scope().environment;
    let change = body.change()?;
    let changed = agents
        .toolsets
        .change(environment, &name, change, &actor::of(&caller))
        .await?;
    Ok(web::Json(ToolsetView::new(&changed)))
}

/// `DELETE /v1/toolsets/{name}`: removes a toolset; answers what it was. Only for keys as for POST.
#[utoipa::path(
    delete, path = "/v1/toolsets/{name}", tag = "agents", security(("key" = [])),
    params(("name" = String, Path, description = "The toolset's name")),
    responses((status = 200, body = ToolsetView), (status = 403), (status = 404))
)]
pub async fn delete(
    Administrator(caller): Administrator,
    name: web::Path<String>,
    agents: web::Data<Agents>,
) -> Result<web::Json<ToolsetView>, ApiError> {
    let environment = caller.scope().environment;
    let removed = agents
        .toolsets
        .remove(environment, &name, &actor::of(&caller))
        .await?;
    Ok(web::Json(ToolsetView::new(&removed)))
}
