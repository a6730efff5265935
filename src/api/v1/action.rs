//! `GET /v1/actions/{id}`: all that is known of one action, for programs that make a form of it.

use std::sync::Arc;

use actix_web::web;
use serde::Serialize;

use super::actions::ActionView;
use crate::api::error::ApiError;
use crate::api::extract::Caller;
use crate::catalog::{self, Catalogue};
use crate::domain::{Action, ActionId, AnswerField, Connector, Param};

/// An action, with what it takes and what it answers.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionFacts {
    #[serde(flatten)]
    action: ActionView,
    /// What it does and what to look out for, in Markdown; often empty.
    summary: String,
    /// Where its path begins, with form fields as `{{NAME}}`.
    base_url: String,
    /// What it takes: `name`, `in` (`path`, `query`, `header`, `body`), `type`, `items`, `required`,
    /// `description`, `enum`, `default`. A body field inside another is named with its way there:
    /// `lines[].price`.
    #[schema(value_type = Vec<Object>)]
    params: Vec<Param>,
    /// The content type of its body; `application/json` if it has a body and this is null.
    content_type: Option<String>,
    /// A body that could be sent, as text.
    example: Option<String>,
    /// The fields of an answer: `name`, `type`.
    #[schema(value_type = Vec<Object>)]
    answer: Vec<AnswerField>,
    /// OAuth scopes of which the token needs one.
    scopes: Vec<String>,
}

impl ActionFacts {
    fn new(connector: &Connector, action: &Action) -> Self {
        Self {
            action: ActionView::new(action),
            summary: action.summary.clone(),
            base_url: connector.base_url.to_string(),
            params: action.params.clone(),
            content_type: action.content_type.clone(),
            example: catalog::example_request(action),
            answer: action.answer.clone(),
            scopes: action.scopes.clone(),
        }
    }
}

/// `GET /v1/actions/{id}`: one action with its parameters.
#[utoipa::path(
    get, path = "/v1/actions/{id}", tag = "catalogue", security(("key" = [])),
    params(("id" = String, Path, description = "The action's id, with or without its prefix")),
    responses((status = 200, body = ActionFacts), (status = 404))
)]
pub async fn get(
    caller: Caller,
    id: web::Path<String>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<ActionFacts>, ApiError> {
    let id: ActionId = id.parse().map_err(ApiError::bad_request)?;
    let catalogue = catalogue.now();
    let found: Option<(Arc<Action>, &Arc<Connector>)> = catalogue
        .action(&id)
        .filter(|action| caller.scope().sees_platform(&action.platform))
        .and_then(|action| {
            let connector = catalogue.connectors.get(&action.platform)?;
            Some((action, connector))
        });
    let (action, connector) = found.ok_or_else(|| {
        ApiError::not_found(
            "there is no such action; GET /v1/available-actions/{platform} lists them",
        )
    })?;
    Ok(web::Json(ActionFacts::new(connector, &action)))
}
