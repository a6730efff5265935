//! Actions: `/v1/available-actions/…` and `/v1/knowledge`.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::extract::Caller;
use crate::api::query::{List, MAX_LIMIT, Page, Query};
use crate::catalog::{self, Catalogue, Snapshot};
use crate::domain::{Action, ActionId, Connector, Platform};

/// An action in a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionView {
    /// What passthrough names it by.
    system_id: String,
    title: String,
    /// Camel-case, unique within the platform.
    key: String,
    model_name: String,
    method: &'static str,
    platform: String,
    /// With variables as `{{name}}`.
    path: String,
    tags: Vec<String>,
}

impl ActionView {
    /// Of `action`.
    pub fn new(action: &Action) -> Self {
        Self {
            system_id: action.id.to_string(),
            title: action.title.clone(),
            key: action.key.clone(),
            model_name: action.model.clone(),
            method: action.method.as_str(),
            platform: action.platform.to_string(),
            path: action.path.with_double_braces(),
            tags: action.tags.clone(),
        }
    }
}

/// `GET /v1/available-actions/{platform}`: lists what a platform can do.
#[utoipa::path(
    get, path = "/v1/available-actions/{platform}", tag = "catalogue", security(("key" = [])),
    params(
        ("platform" = String, Path, description = "The connector's platform"),
        ("title" = Option<String>, Query, description = "Only this title, in any case"),
        ("key" = Option<String>, Query, description = "Only this key"),
        ("method" = Option<String>, Query, description = "Only this method"),
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<ActionView>), (status = 404))
)]
pub async fn list(
    caller: Caller,
    platform: web::Path<String>,
    request: HttpRequest,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<List<ActionView>>, ApiError> {
    let query = Query::parse(request.query_string());
    let page = query.page()?;
    let catalogue = catalogue.now();
    let connector = seen(&caller, &catalogue, &platform)?;
    let is = |name: &str, value: &str| {
        query
            .text(name)
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    if ["title", "key", "method"]
        .iter()
        .all(|name| query.text(name).is_none())
    {
        let piece = connector.actions.piece(page.skip, page.limit);
        let rows = piece.iter().map(|action| ActionView::new(action)).collect();
        let total = connector.actions.len() as u64;
        return Ok(web::Json(List::new(rows, total, page)));
    }
    let fitting: Vec<Arc<Action>> = connector
        .actions
        .all()
        .into_iter()
        .filter(|action| {
            is("title", &action.title)
                && is("key", &action.key)
                && is("method", action.method.as_str())
        })
        .collect();
    let view = |action: Arc<Action>| ActionView::new(&action);
    Ok(web::Json(List::cut(fitting.into_iter(), page, view)))
}

/// `GET /v1/available-actions/search/{platform}`: the actions that fit a query, best first.
#[utoipa::path(
    get, path = "/v1/available-actions/search/{platform}", tag = "catalogue", security(("key" = [])),
    params(
        ("platform" = String, Path, description = "The connector's platform"),
        ("query" = Option<String>, Query, description = "What is to be done, in words"),
        ("limit" = Option<u64>, Query, description = "How many are wanted: 5 unless told, 500 at the most"),
    ),
    responses((status = 200, body = Vec<ActionView>), (status = 404))
)]
pub async fn search(
    caller: Caller,
    platform: web::Path<String>,
    request: HttpRequest,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<Vec<ActionView>>, ApiError> {
    let query = Query::parse(request.query_string());
    let limit = query.get::<usize>("limit", "a whole number")?.unwrap_or(5);
    let catalogue = Arc::clone(&catalogue.now());
    let connector = seen(&caller, &catalogue, &platform)?;
    let connector = Arc::clone(connector);
    let words = query.text("query").unwrap_or_default().to_owned();
    searched(move || catalogue.search(&connector, &words, limit.min(MAX_LIMIT), |_| true)).await
}

/// What `search` finds. It may make an index first, so it runs beside the threads that serve.
async fn searched(
    search: impl FnOnce() -> Vec<Arc<Action>> + Send + 'static,
) -> Result<web::Json<Vec<ActionView>>, ApiError> {
    let found = tokio::task::spawn_blocking(search).await;
    let found = found.map_err(ApiError::internal)?;
    let rows = found.iter().map(|action| ActionView::new(action));
    Ok(web::Json(rows.collect()))
}

/// What an agent reads before it calls an action.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnowledgeView {
    /// The action's id.
    id: String,
    /// The same, as older programs call it.
    #[serde(rename = "_id")]
    old_id: String,
    connection_platform: String,
    title: String,
    /// With variables as `{{name}}`.
    path: String,
    /// Markdown, with full URLs that begin with `baseUrl`.
    knowledge: String,
    method: &'static str,
    base_url: String,
    tags: Vec<String>,
    active: bool,
    supported: bool,
    deprecated: bool,
    deleted: bool,
}

impl KnowledgeView {
    fn new(connector: &Connector, action: &Action, asked: Option<&ActionId>) -> Self {
        // Who asks by an old id compares the answer with it.
        let id = asked.unwrap_or(&action.id).to_string();
        Self {
            id: id.clone(),
            old_id: id,
            connection_platform: action.platform.to_string(),
            title: action.title.clone(),
            path: action.path.with_double_braces(),
            knowledge: catalog::knowledge(connector, action),
            method: action.method.as_str(),
            base_url: connector.base_url.to_string(),
            tags: action.tags.clone(),
            active: true,
            supported: true,
            deprecated: false,
            deleted: false,
        }
    }
}

/// `GET /v1/knowledge`: how to call an action, or all of a platform's.
#[utoipa::path(
    get, path = "/v1/knowledge", tag = "catalogue", security(("key" = [])),
    params(
        ("_id" = Option<String>, Query, description = "The action's id, with or without its prefix"),
        ("connectionPlatform" = Option<String>, Query, description = "Only this platform"),
        ("page" = Option<u64>, Query, description = "Which page, counted from 1"),
        ("skip" = Option<u64>, Query, description = "Instead of page: how many rows to leave out"),
        ("limit" = Option<u64>, Query, description = "Rows a page: 20 unless told, 500 at the most"),
    ),
    responses((status = 200, body = List<KnowledgeView>))
)]
pub async fn knowledge(
    caller: Caller,
    request: HttpRequest,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<List<KnowledgeView>>, ApiError> {
    let query = Query::parse(request.query_string());
    let page = query.page()?;
    let catalogue = catalogue.now();
    let asked: Option<ActionId> = query
        .text("_id")
        .map(|text| text.parse().map_err(ApiError::bad_request))
        .transpose()?;
    let platform = query.text("connectionPlatform");
    let wanted = |connector: &Connector| {
        platform.is_none_or(|wanted| wanted == connector.platform.as_str())
            && caller.scope().sees_platform(&connector.platform)
    };
    if let Some(id) = &asked {
        let found = catalogue.action(id).and_then(|action| {
            let connector = catalogue.connectors.get(&action.platform)?;
            wanted(connector).then(|| KnowledgeView::new(connector, &action, Some(id)))
        });
        return Ok(web::Json(List::cut(found.into_iter(), page, |view| view)));
    }
    let connectors = catalogue.connectors.values();
    let connectors: Vec<&Connector> = connectors
        .map(Arc::as_ref)
        .filter(|connector| wanted(connector))
        .collect();
    Ok(web::Json(page_of_all(&connectors, page)))
}

/// One page of what is known of all actions of some connectors; only its own are unpacked.
fn page_of_all(connectors: &[&Connector], page: Page) -> List<KnowledgeView> {
    let total: usize = connectors.iter().map(|found| found.actions.len()).sum();
    let (mut skip, mut limit) = (page.skip, page.limit);
    let mut rows = Vec::new();
    for connector in connectors {
        let piece = connector.actions.piece(skip, limit);
        skip = skip.saturating_sub(connector.actions.len());
        limit -= piece.len();
        let views = piece.iter();
        rows.extend(views.map(|action| KnowledgeView::new(connector, action, None)));
    }
    List::new(rows, total as u64, page)
}

/// `GET /v1/available-actions/search`: the actions of every platform that fit a query, best first.
#[utoipa::path(
    get, path = "/v1/available-actions/search", tag = "catalogue", security(("key" = [])),
    params(
        ("query" = Option<String>, Query, description = "What is to be done, in words; may name the platform"),
        ("limit" = Option<u64>, Query, description = "How many are wanted: 5 unless told, 500 at the most"),
    ),
    responses((status = 200, body = Vec<ActionView>))
)]
pub async fn search_all(
    caller: Caller,
    request: HttpRequest,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<Vec<ActionView>>, ApiError> {
    let query = Query::parse(request.query_string());
    let limit = query.get::<usize>("limit", "a whole number")?.unwrap_or(5);
    let words = query.text("query").unwrap_or_default().to_owned();
    let catalogue = Arc::clone(&catalogue.now());
    let sees = move |platform: &Platform| caller.scope().sees_platform(platform);
    searched(move || catalogue.search_all(sees, &words, limit.min(MAX_LIMIT), |_| true)).await
}

fn seen<'c>(
    caller: &Caller,
    catalogue: &'c Snapshot,
    platform: &str,
) -> Result<&'c Arc<Connector>, ApiError> {
    catalogue
        .connector(platform)
        .filter(|connector| caller.scope().sees_platform(&connector.platform))
        .ok_or_else(|| {
            ApiError::not_found(
                "there is no such connector; GET /v1/available-connectors lists them",
            )
        })
}
