//! What an agent asks for, and what it is told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{ApprovalId, Timestamp};

/// A call of an action, with its arguments by the place where each goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ActionCall {
    /// The action's id.
    #[serde(alias = "action_id")]
    pub action_id: String,
    /// The connection's key.
    #[serde(alias = "connection_key")]
    pub connection_key: String,
    /// What goes into the path, by the variables' names.
    #[serde(alias = "path_variables")]
    #[schema(value_type = Object)]
    pub path_variables: Map<String, Value>,
    /// What goes into the query string.
    #[schema(value_type = Object)]
    pub query: Map<String, Value>,
    /// Headers besides those that the connection sets.
    #[schema(value_type = Object)]
    pub headers: Map<String, Value>,
    /// The body.
    #[schema(value_type = Option<Value>)]
    pub body: Option<Value>,
    /// Whether the request is to be shown instead of sent.
    #[serde(alias = "dry_run")]
    pub dry_run: bool,
    /// The only fields of the answer that are wanted: `id`, `items[].name`.
    pub fields: Option<Vec<String>>,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(
    tag = "outcome",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Outcome {
    /// The provider has answered; with which status is for the agent to judge.
    Answered {
        /// The provider's status.
        status: u16,
        /// Those of its headers that tell an agent something, names in lower case.
        headers: BTreeMap<String, String>,
        /// Its answer: JSON as it is, anything else as text; null for none.
        #[schema(value_type = Value)]
        body: Value,
        /// Whether something of it is missing.
        truncated: bool,
        /// What to know about it: what is missing, and what was odd about the call.
        notes: Vec<String>,
    },
    /// What would have been sent, its secrets masked.
    DryRun {
        /// The method.
        method: String,
        /// The whole address.
        url: String,
        /// The headers, names in lower case.
        headers: BTreeMap<String, String>,
        /// The body: JSON as it is, anything else as text; null for none.
        #[schema(value_type = Value)]
        body: Value,
        /// What was odd about the call.
        notes: Vec<String>,
    },
    /// The call waits for a person's yes.
    Waiting {
        /// By what it can be asked for.
        #[schema(value_type = String)]
        approval_id: ApprovalId,
        /// When it is too late for a yes.
        #[schema(value_type = String)]
        expires_at: Timestamp,
        /// What waits, in a sentence.
        what: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_call_is_read_as_programs_and_as_models_write_it() {
        let camel: ActionCall = serde_json::from_value(
            json!({ "actionId": "a", "connectionKey": "k", "pathVariables": {"x": 1}, "dryRun": true }),
        )
        .unwrap();
        let snake: ActionCall = serde_json::from_value(
            json!({ "action_id": "a", "connection_key": "k", "path_variables": {"x": 1}, "dry_run": true }),
        )
        .unwrap();
        assert_eq!(camel, snake);
        assert!(camel.dry_run && camel.body.is_none());
    }
}
