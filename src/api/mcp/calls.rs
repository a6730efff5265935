//! Running the tools.

use actix_web::http::StatusCode;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, Tool};
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::server::Server;
use super::{resources, shown};
use crate::agents::{ActionCall, AgentError, ConnectionFilter};
use crate::api::error::ApiError;
use crate::domain::Identity;

/// So many connections are listed at the most: more would tell a model nothing.
const MAX_CONNECTIONS: usize = 100;

/// How a call ended: well, or in words that tell the model what to change.
type Ended = Result<CallToolResult, String>;

/// Calls `tool`. Whatever goes wrong is an answer too: only then does a model get to read it.
pub async fn call(server: &Server, tool: &Tool, given: JsonObject) -> CallToolResult {
    let ended = match Arguments::of(tool, given) {
        Ok(arguments) => run(server, &tool.name, arguments).await,
        Err(told) => Err(told),
    };
    ended.unwrap_or_else(|told| CallToolResult::error(vec![ContentBlock::text(told)]))
}

async fn run(server: &Server, tool: &str, given: Arguments) -> Ended {
    match tool {
        "list_connections" => list_connections(server, given),
        "list_connectors" => list_connectors(server, given),
        "search_actions" => search_actions(server, given).await,
        "get_action_knowledge" => get_action_knowledge(server, given).await,
        "execute_action" => execute_action(server, given).await,
        "get_connect_link" => get_connect_link(server, given).await,
        "get_approval" => get_approval(server, given).await,
        _ => Err("there is no such tool".to_owned()),
    }
}

fn list_connections(server: &Server, mut given: Arguments) -> Ended {
    let filter = ConnectionFilter {
        platform: given.text("platform")?,
        identity: identity(&mut given)?,
        limit: Some(MAX_CONNECTIONS),
    };
    let found = server
        .agents
        .connections(&server.who, &filter)
        .map_err(told)?;
    let connections: Vec<Value> = found.iter().map(shown::connection).collect();
    let hint = found.is_empty().then_some(
        "nothing is connected that fits; list_connectors shows what can be, and get_connect_link \
             makes an address for the account's owner",
    );
    Ok(CallToolResult::structured(shown::compact(
        json!({ "connections": connections, "hint": hint }),
    )))
}

fn list_connectors(server: &Server, mut given: Arguments) -> Ended {
    let words = given.text("query")?.unwrap_or_default();
    let limit = given.count("limit", 20, 100)?;
    let all = resources::seen(server);
    let (total, fitting) = shown::fitting(&all, &words, limit);
    let connections = server
        .agents
        .connections(&server.who, &ConnectionFilter::default())
        .map_err(told)?;
    let connectors: Vec<Value> = fitting
        .iter()
        .map(|connector| shown::connector(connector, &connections))
        .collect();
    Ok(CallToolResult::structured(
        json!({ "connectors": connectors, "total": total }),
    ))
}

async fn search_actions(server: &Server, mut given: Arguments) -> Ended {
    let query = given.needed("query")?;
    let platform = given.text("platform")?;
    let limit = given.count("limit", 5, 50)?;
    let found = server
        .agents
        .search(&server.who, &query, platform.as_deref(), limit)
        .await
        .map_err(told)?;
    let actions: Vec<Value> = found.iter().map(|action| shown::action(action)).collect();
    let hint = found.is_empty().then_some(
        "nothing fits; say it in other words, without names and values, or leave the platform out",
    );
    Ok(CallToolResult::structured(shown::compact(
        json!({ "actions": actions, "hint": hint }),
    )))
}

async fn get_action_knowledge(server: &Server, mut given: Arguments) -> Ended {
    let id = given.needed("action_id")?;
    let text = server.agents.knowledge(&server.who, &id).await;
    Ok(CallToolResult::success(vec![ContentBlock::text(
        text.map_err(told)?,
    )]))
}

async fn execute_action(server: &Server, mut given: Arguments) -> Ended {
    let call = ActionCall {
        action_id: given.needed("action_id")?,
        connection_key: given.needed("connection_key")?,
        path_variables: given.object("path_variables")?,
        query: given.object("query")?,
        headers: given.object("headers")?,
        body: given.any("body"),
        dry_run: given.flag("dry_run")?,
        fields: given.texts("fields")?,
    };
    let outcome = server.agents.execute(&server.who, call).await;
    let outcome = outcome.map_err(told)?;
    let is_error = shown::is_error(&outcome);
    let shown = shown::outcome(outcome);
    Ok(match is_error {
        true => CallToolResult::structured_error(shown),
        false => CallToolResult::structured(shown),
    })
}

async fn get_connect_link(server: &Server, mut given: Arguments) -> Ended {
    let platform = given.text("platform")?;
    let identity = identity(&mut given)?;
    let link = server
        .agents
        .connect_link(&server.who, platform.as_deref(), identity)
        .await
        .map_err(told)?;
    Ok(CallToolResult::structured(shown::link(&link)))
}

async fn get_approval(server: &Server, mut given: Arguments) -> Ended {
    let id = given.needed("id")?;
    let approval = server.agents.approval(&server.who, &id).await;
    Ok(CallToolResult::structured(shown::approval(
        approval.map_err(told)?,
    )))
}

fn identity(given: &mut Arguments) -> Result<Option<Identity>, String> {
    let text = given.text("identity")?;
    text.map(|text| text.parse().map_err(|error| format!("`identity`: {error}")))
        .transpose()
}

/// An error in words for a model. What is our own fault is for the log.
pub fn told(error: AgentError) -> String {
    let error = ApiError::from(error);
    if error.status() == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(error = error.causes(), "an agent's call failed");
    }
    error.to_string()
}
