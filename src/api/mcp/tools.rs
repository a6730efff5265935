//! The tools, as a model reads about them.

use std::sync::{Arc, LazyLock};

use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Value, json};

/// All of them.
pub fn all() -> &'static [Tool] {
    &ALL
}

/// The one with this name.
pub fn named(name: &str) -> Option<&'static Tool> {
    ALL.iter().find(|tool| tool.name == name)
}

static ALL: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    vec![
        list_connections(),
        list_connectors(),
        search_actions(),
        get_action_knowledge(),
        execute_action(),
        get_connect_link(),
        get_approval(),
    ]
});

fn list_connections() -> Tool {
    looking(
        "list_connections",
        "List connections",
        "Lists the accounts that people have connected, latest first. Each has a `connection_key`, which \
         `execute_action` wants, and the `platform` whose actions go with it. A `state` of `failed` means \
         that the owner has to connect again (see `get_connect_link`).",
        json!({
            "platform": text("Only this platform, such as `gmail` or `stripe`"),
            "identity": text("Only connections of this owner: your own name for the user or team, such as `user_123`"),
        }),
        &[],
    )
}

fn list_connectors() -> Tool {
    looking(
        "list_connectors",
        "List connectors",
        "Lists the services that can be connected to, with the name of their `platform`, what they are for, \
         how many actions they have and how many accounts are connected. For finding out which platform \
         serves a purpose; once you know the platform, use `search_actions`.",
        json!({
            "query": text("Words to look for in name, category and description, such as `invoices`"),
            "limit": count("How many at the most; 20 unless given", 100),
        }),
        &[],
    )
}

fn search_actions() -> Tool {
    looking(
        "search_actions",
        "Search actions",
        "Finds the actions that do something, best match first, from a description in plain words. Say what \
         is to be done and to what (\"create a customer\", \"list unread messages\"), without names, dates \
         or other values. Each has an `action_id` for `get_action_knowledge` and `execute_action`.",
        json!({
            "query": text("What is to be done, in a few words"),
            "platform": text("Only actions of this platform, such as `gmail`. Give it whenever you know it"),
            "limit": count("How many at the most; 5 unless given", 50),
        }),
        &["query"],
    )
}

fn get_action_knowledge() -> Tool {
    looking(
        "get_action_knowledge",
        "Read how an action is called",
        "Tells how an action is called: what it does, its path variables, query parameters, headers and body \
         fields, which of them are required, what they may be, and an example. Read it before you execute \
         an action for the first time.",
        json!({ "action_id": text("An `action_id` from `search_actions`") }),
        &["action_id"],
    )
}

fn execute_action() -> Tool {
    let schema = json!({
        "action_id": text("An `action_id` from `search_actions`"),
        "connection_key": text("Whose account: a `connection_key` from `list_connections`, of the action's platform"),
        "path_variables": map("A value for each variable in the action's path"),
        "query": map("Query parameters; a list is sent as a repeated parameter"),
        "headers": map("Request headers that the action asks for; never credentials, those are added"),
        "body": {
            "description": "The request body as the action's knowledge describes it: an object for JSON and forms",
        },
        "dry_run": {
            "type": "boolean",
            "description": "Check the arguments and show the request that would be sent, without sending it",
        },
        "fields": {
            "type": "array",
            "items": { "type": "string" },
            "description": "Only these fields of the answer, such as `id` or, for each item of a list, `items[].name`. Keeps long answers short",
        },
    });
    let hints = ToolAnnotations::with_title("Execute an action")
        .read_only(false)
        .destructive(true)
        .idempotent(false)
        .open_world(true);
    tool(
        "execute_action",
        "Calls an action of a connected service, and gives the service's answer. Every argument goes where \
         the action's knowledge says: path, query, headers or body. The arguments are checked before anything \
         is sent. What the action does is real: it may send, change or delete something.",
        schema,
        &["action_id", "connection_key"],
    )
    .with_annotations(hints)
}

fn get_connect_link() -> Tool {
    let hints = ToolAnnotations::with_title("Get a connect link")
        .read_only(false)
        .destructive(false)
        .idempotent(false)
        .open_world(false);
    tool(
        "get_connect_link",
        "Makes an address at which a person connects an account: signs in, or enters a key. Give it to that \
         person and to nobody else; it works once and expires. Afterwards `list_connections` shows the \
         new connection.",
        json!({
            "platform": text("What is to be connected, such as `gmail`; the person chooses if it is left out"),
            "identity": text("Whose connection it is going to be: your own name for the user or team, such as `user_123`"),
        }),
        &[],
    )
    .with_annotations(hints)
}

fn get_approval() -> Tool {
    looking(
        "get_approval",
        "Look at an approval",
        "Tells what became of an action that waits for a person's approval: whether it still waits, was \
         approved (with the service's answer), was declined, or has expired.",
        json!({ "id": text("The `approval_id` that `execute_action` gave") }),
        &["id"],
    )
}

/// A tool that changes nothing.
fn looking(
    name: &'static str,
    title: &str,
    description: &'static str,
    properties: Value,
    required: &[&str],
) -> Tool {
    let hints = ToolAnnotations::with_title(title)
        .read_only(true)
        .destructive(false)
        .idempotent(true)
        .open_world(false);
    tool(name, description, properties, required).with_annotations(hints)
}

fn tool(
    name: &'static str,
    description: &'static str,
    properties: Value,
    required: &[&str],
) -> Tool {
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    let Value::Object(schema) = schema else {
        unreachable!("it is written as an object");
    };
    Tool::new(name, description, Arc::new(schema))
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn count(description: &str, most: usize) -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": most, "description": description })
}

fn map(description: &str) -> Value {
    json!({ "type": "object", "additionalProperties": true, "description": description })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_takes_and_what_it_may_do() {
        let names: std::collections::BTreeSet<&str> =
            all().iter().map(|tool| &*tool.name).collect();
        assert_eq!(names.len(), all().len());
        for tool in all() {
            let schema = tool.schema_as_json_value();
            let properties = schema["properties"].as_object().unwrap();
            for (name, property) in properties {
                assert!(property["description"].is_string(), "{}.{name}", tool.name);
            }
            for required in schema["required"].as_array().unwrap() {
                assert!(properties.contains_key(required.as_str().unwrap()));
            }
            let hints = tool.annotations.as_ref().unwrap();
            assert!(hints.title.is_some() && hints.read_only_hint.is_some());
            assert!(tool.description.as_ref().unwrap().len() > 40);
        }
    }
}
