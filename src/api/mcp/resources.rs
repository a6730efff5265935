//! Resources: connectors, and how their actions are called.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rmcp::model::{
    ErrorData, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource,
    ResourceContents, ResourceTemplate,
};

use super::calls::told;
use super::server::Server;
use super::shown;
use crate::domain::Connector;

const CONNECTORS: &str = "magpie://connectors/";
const ACTIONS: &str = "magpie://actions/";
const MARKDOWN: &str = "text/markdown";
/// So many connectors are told of at once.
const PAGE: usize = 100;

/// The connectors that the caller sees, by platform.
pub fn seen(server: &Server) -> Vec<Arc<Connector>> {
    let catalogue = server.catalogue.now();
    catalogue
        .connectors
        .values()
        .filter(|connector| server.who.sees_platform(&connector.platform, &catalogue))
        .cloned()
        .collect()
}

/// A page of connectors: those behind the platform that `cursor` names.
pub fn list(server: &Server, cursor: Option<String>) -> Result<ListResourcesResult, ErrorData> {
    let all = seen(server);
    let from = match &cursor {
        None => 0,
        Some(last) => all
            .binary_search_by(|connector| connector.platform.as_str().cmp(last))
            .map(|at| at + 1)
            .map_err(|_| ErrorData::invalid_params("there is no such cursor", None))?,
    };
    let page: Vec<&Arc<Connector>> = all.iter().skip(from).take(PAGE).collect();
    let is_last = from + page.len() >= all.len();
    let next = page
        .last()
        .filter(|_| !is_last)
        .map(|connector| connector.platform.to_string());
    let listed = page.into_iter().map(|connector| resource(connector));
    let mut result = ListResourcesResult::with_all_items(listed.collect());
    result.next_cursor = next;
    Ok(result)
}

fn resource(connector: &Connector) -> Resource {
    Resource::new(
        format!("{CONNECTORS}{}", connector.platform),
        connector.platform.to_string(),
    )
    .with_title(connector.name.clone())
    .with_description(connector.description.clone())
    .with_mime_type(MARKDOWN)
}

/// What can be asked for by name.
pub fn templates() -> ListResourceTemplatesResult {
    ListResourceTemplatesResult::with_all_items(vec![
        ResourceTemplate::new(format!("{CONNECTORS}{{platform}}"), "connector")
            .with_title("Connector")
            .with_description("What a service is for, how it is connected, and what it can do")
            .with_mime_type(MARKDOWN),
        ResourceTemplate::new(format!("{ACTIONS}{{id}}"), "action")
            .with_title("Action")
            .with_description("How an action is called, by its `action_id`")
            .with_mime_type(MARKDOWN),
    ])
}

/// What stands behind `uri`.
pub async fn read(server: &Server, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let text = match (uri.strip_prefix(CONNECTORS), uri.strip_prefix(ACTIONS)) {
        (Some(platform), _) => {
            let all = seen(server);
            let found = all
                .iter()
                .find(|connector| connector.platform.as_str() == platform);
            shown::about(found.ok_or_else(nothing)?)
        }
        (_, Some(id)) => {
            let id = percent_decode_str(id).decode_utf8_lossy();
            let text = server.agents.knowledge(&server.who, &id).await;
            text.map_err(|error| ErrorData::resource_not_found(told(error), None))?
        }
        (None, None) => return Err(nothing()),
    };
    let contents = ResourceContents::text(text, uri).with_mime_type(MARKDOWN);
    Ok(ReadResourceResult::new(vec![contents]))
}

fn nothing() -> ErrorData {
    ErrorData::resource_not_found(
        format!(
            "there is no such resource; there are {CONNECTORS}{{platform}} and {ACTIONS}{{id}}"
        ),
        None,
    )
}
