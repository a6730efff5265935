//! What the SDK calls.

use std::sync::Arc;

use actix_web::web;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ErrorData, Implementation,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer};

use super::{calls, resources, tools};
use crate::agents::{Agents, Principal};
use crate::catalog::Catalogue;

/// How a model is told to go about it.
const INSTRUCTIONS: &str = "\
Magpie calls other services' APIs (mail, calendars, payments, chat, code hosting and hundreds more) on \
people's behalf. People have connected their accounts; you name a connection, and the request is signed \
for you. You never need or see a credential.

To get something done:
1. `list_connections` shows which accounts there are, each with its `connection_key` and `platform`.
2. `search_actions` finds what a platform can do, from a few words such as \"send an email\".
3. `get_action_knowledge` tells how the action is called: its path variables, query parameters, headers \
and body. Read it before you call the action; do not guess names.
4. `execute_action` calls it. With `dry_run` it shows the request instead of sending it.

If the account is not connected yet, `get_connect_link` gives an address for its owner to open. If an \
action waits for a person's approval, `get_approval` tells what became of it; do not call the action again \
meanwhile. Errors say what to change: change that, and try again.";

/// Answers one message of one caller.
#[derive(Clone)]
pub struct Server {
    /// What does it.
    pub agents: Arc<Agents>,
    /// The connectors.
    pub catalogue: Arc<Catalogue>,
    /// For whom.
    pub who: Arc<Principal>,
}

impl Server {
    /// Answers `who`.
    pub fn new(agents: web::Data<Agents>, catalogue: web::Data<Catalogue>, who: Principal) -> Self {
        Self {
            agents: agents.into_inner(),
            catalogue: catalogue.into_inner(),
            who: Arc::new(who),
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .build();
        let own = Implementation::new("magpie", env!("CARGO_PKG_VERSION")).with_title("Magpie");
        ServerConfig::new(capabilities)
            .with_server_info(own)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all().to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::named(name).cloned()
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tools::named(&call.name) else {
            let names: Vec<&str> = tools::all().iter().map(|tool| &*tool.name).collect();
            let what = format!("there is no such tool; there are {}", names.join(", "));
            return Err(ErrorData::invalid_params(what, None));
        };
        let given = call.arguments.unwrap_or_default();
        tokio::select! {
            result = calls::call(self, tool, given) => Ok(result.into()),
            // As in passthrough: for a caller that has left, no provider is kept busy.
            () = context.ct.cancelled() => {
                Err(ErrorData::internal_error("the request was given up", None))
            }
        }
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        resources::list(self, request.and_then(|request| request.cursor))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(resources::templates())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(self, &request.uri).await.map(Into::into)
    }

    /// Nothing is kept of a client, so its being ready changes nothing.
    async fn on_initialized(&self, _: NotificationContext<RoleServer>) {}
}
