//! `/mcp`: what agents can do here, over the Model Context Protocol (streamable HTTP).
//!
//! The protocol itself, its versions among it, is the SDK's. Every request is answered by itself:
//! there are no sessions, so that none is lost at a restart and any replica can answer.
//!
//! [`authority`] says who asks, [`bridge`] leads between our server and the SDK, [`server`] is what
//! the SDK calls: [`tools`] with their [`arguments`], run by [`calls`] and told by [`shown`]; and
//! [`resources`].

mod arguments;
mod authority;
mod bridge;
mod calls;
mod resources;
mod server;
mod shown;
mod tools;

use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};

use super::error::ApiError;
use super::layers::{Served, id_of};
use crate::agents::Agents;
use crate::catalog::Catalogue;
use authority::Agent;
use server::Server;

/// `POST /mcp`: one message of the Model Context Protocol, and its answer.
#[utoipa::path(
    post, path = "/mcp", tag = "agents", security(("key" = []), ("bearer" = [])),
    request_body(content = serde_json::Value, description = "A JSON-RPC message of the Model Context Protocol"),
    responses(
        (status = 200, body = serde_json::Value, description = "The answer: JSON, or an event stream for whoever takes nothing else"),
        (status = 202, description = "A notification was taken"),
        (status = 401), (status = 403, description = "A browser's page whose origin is not allowed"),
    )
)]
pub async fn serve(
    agent: Result<Agent, ApiError>,
    request: HttpRequest,
    body: web::Payload,
    agents: web::Data<Agents>,
    catalogue: web::Data<Catalogue>,
) -> Result<HttpResponse, ApiError> {
    let agent = match agent {
        Ok(agent) => agent,
        Err(error) => return refuse(&request, error),
    };
    let who = agents.principal(agent.key, None)?;
    let who = who.in_request(id_of(&request));
    bridge::answer(&request, body, Server::new(agents, catalogue, who)).await
}

/// `POST /mcp/{toolset}`: the same, within a named set of connectors and actions.
#[utoipa::path(
    post, path = "/mcp/{toolset}", tag = "agents", security(("key" = []), ("bearer" = [])),
    params(("toolset" = String, Path, description = "The toolset's name")),
    request_body(content = serde_json::Value, description = "A JSON-RPC message of the Model Context Protocol"),
    responses((status = 200, body = serde_json::Value), (status = 202), (status = 401), (status = 403), (status = 404))
)]
pub async fn serve_toolset(
    agent: Result<Agent, ApiError>,
    toolset: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
    agents: web::Data<Agents>,
    catalogue: web::Data<Catalogue>,
) -> Result<HttpResponse, ApiError> {
    let agent = match agent {
        Ok(agent) => agent,
        Err(error) => return refuse(&request, error),
    };
    let who = agents.principal(agent.key, Some(&toolset))?;
    let who = who.in_request(id_of(&request));
    bridge::answer(&request, body, Server::new(agents, catalogue, who)).await
}

/// An answer to whoever may not come in. A 401 says what would help (RFC 9110 section 11.6.1).
fn refuse(request: &HttpRequest, error: ApiError) -> Result<HttpResponse, ApiError> {
    if error.status() != actix_web::http::StatusCode::UNAUTHORIZED {
        return Err(error);
    }
    let extensions = request.extensions();
    let request_id = extensions
        .get::<Served>()
        .map_or("", |served| served.request_id.as_str());
    let mut response = error.respond(request_id);
    let challenge = HeaderValue::from_static("Bearer realm=\"magpie\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    Ok(response)
}
