//! `POST /v1/actions/{id}/run`: an action called with its arguments by place, checked before
//! anything is sent.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::agents::{ActionCall, Agents, Outcome};
use crate::api::error::ApiError;
use crate::api::extract::{Holder, Json};
use crate::api::layers::id_of;

/// The arguments of a call, each under the place where it goes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunRequest {
    /// The connection's key.
    connection_key: String,
    /// The toolset to call it through: its limits hold besides the key's.
    toolset: Option<String>,
    /// What goes into the path, by the variables' names.
    #[serde(default)]
    #[schema(value_type = Object)]
    path_variables: Map<String, Value>,
    /// What goes into the query string.
    #[serde(default)]
    #[schema(value_type = Object)]
    query: Map<String, Value>,
    /// Headers besides those that the connection sets.
    #[serde(default)]
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    /// The body.
    #[schema(value_type = Option<Value>)]
    body: Option<Value>,
    /// Whether the request is to be shown, its secrets masked, instead of sent.
    #[serde(default)]
    dry_run: bool,
    /// The only fields of the answer that are wanted: `id`, `items[].name`.
    fields: Option<Vec<String>>,
}

impl RunRequest {
    fn call(self, action_id: String) -> (ActionCall, Option<String>) {
        let call = ActionCall {
            action_id,
            connection_key: self.connection_key,
            path_variables: self.path_variables,
            query: self.query,
            headers: self.headers,
            body: self.body,
            dry_run: self.dry_run,
            fields: self.fields,
        };
        (call, self.toolset)
    }
}

/// `POST /v1/actions/{id}/run`: calls an action. The permission that it takes is the action's own,
/// not that of the POST.
#[utoipa::path(
    post, path = "/v1/actions/{id}/run", tag = "agents", security(("key" = [])),
    params(("id" = String, Path, description = "The action's id")),
    request_body = RunRequest,
    responses((status = 200, body = Outcome), (status = 400), (status = 403), (status = 404))
)]
pub async fn run(
    holder: Holder,
    request: HttpRequest,
    id: web::Path<String>,
    Json(body): Json<RunRequest>,
    agents: web::Data<Agents>,
) -> Result<web::Json<Outcome>, ApiError> {
    let (call, toolset) = body.call(id.into_inner());
    let who = agents.principal(Arc::clone(&holder.key), toolset.as_deref())?;
    let who = who.in_request(id_of(&request));
    Ok(web::Json(agents.execute(&who, call).await?))
}
