//! Agents, for now: what is here stands in for the layer until it is merged.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::catalog::{self, Catalogue};
use crate::domain::{Action, ActionId, ApiKey, Connection};
use crate::vault::{Filter, Vault};

/// Who asks, and by which toolset.
#[derive(Clone)]
pub struct Principal {
    /// With which key.
    pub key: Arc<ApiKey>,
    /// Within which toolset.
    pub toolset: Option<Arc<Toolset>>,
}

/// A named set.
pub struct Toolset;

impl Principal {
    /// Whether.
    pub fn sees_platform(&self, platform: &crate::domain::Platform) -> bool {
        self.key.scope.sees_platform(platform)
    }
}

/// A link.
pub struct Link {
    /// Where.
    pub url: String,
    /// Until.
    pub expires_at: String,
}

/// Why not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct AgentError(pub String);

/// An action to be executed.
pub struct ActionCall {
    /// The action.
    pub action_id: String,
    /// The connection.
    pub connection_key: String,
    /// For the path.
    pub path_variables: Map<String, Value>,
    /// For the query.
    pub query: Map<String, Value>,
    /// Headers.
    pub headers: Map<String, Value>,
    /// The body.
    pub body: Option<Value>,
    /// Whether it is only shown.
    pub dry_run: bool,
    /// What is wanted of the answer.
    pub fields: Option<Vec<String>>,
}

/// What became of it.
pub enum Outcome {
    /// The provider answered.
    Answered {
        /// Status.
        status: u16,
        /// Headers.
        headers: Map<String, Value>,
        /// Body.
        body: Value,
        /// Cut.
        truncated: bool,
    },
    /// Only shown.
    DryRun {
        /// Method.
        method: String,
        /// URL.
        url: String,
        /// Headers.
        headers: Map<String, Value>,
        /// Body.
        body: Option<Value>,
    },
    /// Waits.
    Waiting {
        /// Approval.
        approval_id: String,
        /// End.
        expires_at: String,
        /// What.
        what: String,
    },
}

/// Agents.
pub struct Agents {
    /// The vault.
    pub vault: Arc<Vault>,
    /// The catalogue.
    pub catalogue: Arc<Catalogue>,
}

impl Agents {
    /// Those that fit.
    pub fn connections(
        &self,
        who: &Principal,
        filter: &Filter,
    ) -> Result<Vec<Connection>, AgentError> {
        let listed = self.vault.list(&who.key.scope, filter, 0, 100);
        Ok(listed.map_err(|error| AgentError(error.to_string()))?.rows)
    }

    /// The best.
    pub async fn search(
        &self,
        who: &Principal,
        query: &str,
        platform: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Arc<Action>>, AgentError> {
        let catalogue = self.catalogue.now();
        let seen = catalogue.all_actions().filter(|action| {
            who.key.scope.sees_platform(&action.platform)
                && platform.is_none_or(|platform| platform == action.platform.as_str())
        });
        Ok(catalog::search(seen, query, limit)
            .into_iter()
            .cloned()
            .collect())
    }

    /// Markdown.
    pub async fn knowledge(&self, _: &Principal, action_id: &str) -> Result<String, AgentError> {
        let id: ActionId = action_id
            .parse()
            .map_err(|_| AgentError("no such action".to_owned()))?;
        let catalogue = self.catalogue.now();
        let action = catalogue
            .action(&id)
            .ok_or(AgentError("no such action".to_owned()))?;
        let connector = catalogue
            .connectors
            .get(&action.platform)
            .ok_or(AgentError("no".to_owned()))?;
        Ok(catalog::knowledge(connector, action))
    }

    /// Shows.
    pub async fn execute(&self, _: &Principal, call: ActionCall) -> Result<Outcome, AgentError> {
        Ok(Outcome::DryRun {
            method: "GET".to_owned(),
            url: call.action_id,
            headers: Map::new(),
            body: Some(json!({})),
        })
    }

    /// A link.
    pub async fn connect_link(
        &self,
        _: &Principal,
        _: Option<&str>,
        _: Option<&str>,
    ) -> Result<Link, AgentError> {
        Ok(Link {
            url: "http://localhost/connect/x".to_owned(),
            expires_at: "x".to_owned(),
        })
    }

    /// An approval.
    pub async fn approval(&self, _: &Principal, id: &str) -> Result<Value, AgentError> {
        Err(AgentError(format!("there is no approval `{id}`")))
    }

    /// A toolset.
    pub fn toolset(&self, _: &ApiKey, name: &str) -> Result<Arc<Toolset>, AgentError> {
        Err(AgentError(format!("there is no toolset `{name}`")))
    }
}
