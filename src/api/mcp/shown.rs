//! What is told to a model: as little as it needs, under names that say what goes where.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::agents::{ApprovalView, Link, Outcome};
use crate::domain::{Action, Connection, Connector};

/// A connection.
pub fn connection(connection: &Connection) -> Value {
    compact(json!({
        "connection_key": connection.key.as_str(),
        "platform": connection.platform.as_str(),
        "identity": connection.identity.as_ref().map(|identity| identity.as_str()),
        "identity_type": connection.identity_type,
        "name": connection.name,
        "account": connection.account,
        "state": connection.health,
        "state_reason": connection.health_reason,
        "tags": some(connection.tags.iter().collect()),
    }))
}

/// A connector, and how many of `connections` are with it.
pub fn connector(connector: &Connector, connections: &[Connection]) -> Value {
    let connected = connections
        .iter()
        .filter(|connection| connection.platform == connector.platform)
        .count();
    json!({
        "platform": connector.platform.as_str(),
        "name": connector.name,
        "category": connector.category,
        "description": connector.description,
        "actions": connector.actions.len(),
        "connections": connected,
    })
}

/// How many of `all` have each of `words`, and the first `limit` of them: those first that have the
/// words in their name.
pub fn fitting<'a>(
    all: &'a [Arc<Connector>],
    words: &str,
    limit: usize,
) -> (usize, Vec<&'a Arc<Connector>>) {
    let words: Vec<String> = words
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let has_all = |text: String| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let (mut by_name, mut others) = (Vec::new(), Vec::new());
    for connector in all {
        let name = format!("{} {}", connector.name, connector.platform);
        let rest = format!(
            "{name} {} {} {}",
            connector.category,
            connector.description,
            connector.tags.join(" ")
        );
        if has_all(name) {
            by_name.push(connector);
        } else if has_all(rest) {
            others.push(connector);
        }
    }
    let total = by_name.len() + others.len();
    by_name.append(&mut others);
    by_name.truncate(limit);
    (total, by_name)
}

/// An action as it is found.
pub fn action(action: &Action) -> Value {
    json!({
        "action_id": action.id.to_string(),
        "title": action.title,
        "platform": action.platform.as_str(),
        "method": action.method.as_str(),
        "path": action.path.as_str(),
    })
}

/// A connector in words.
pub fn about(connector: &Connector) -> String {
    let how = match connector.is_oauth() {
        true => "People connect it by signing in (OAuth 2).",
        false => "People connect it with a key or password of theirs.",
    };
    format!(
        "# {}\n\n{}\n\n- Platform: `{}`\n- Category: {}\n- Actions: {}\n- {how}\n\n\
         Find an action with `search_actions` and `\"platform\": \"{}\"`.\n",
        connector.name,
        connector.description,
        connector.platform,
        connector.category,
        connector.actions.len(),
        connector.platform,
    )
}

/// Whether a call came to nothing because its provider refused it.
pub fn is_error(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answered { status: 400.., .. })
}

/// What became of a call.
pub fn outcome(outcome: Outcome) -> Value {
    compact(match outcome {
        Outcome::Answered {
            status,
            headers,
            body,
            truncated,
            notes,
        } => json!({
            "status": status,
            // Of the headers only what leads further.
            "location": headers.get("location"),
            "link": headers.get("link"),
            "retry-after": headers.get("retry-after"),
            "body": body,
            "truncated": truncated.then_some(TRUNCATED),
            "notes": some(notes),
            "hint": (status >= 400).then(|| hint(status)),
        }),
        Outcome::DryRun {
            method,
            url,
            headers,
            body,
            notes,
        } => json!({
            "dry_run": "nothing was sent; secrets are masked",
            "method": method,
            "url": url,
            "headers": headers,
            "body": body,
            "notes": some(notes),
        }),
        Outcome::Waiting {
            approval_id,
            expires_at,
            what,
        } => json!({
            "waiting": WAITING,
            "approval_id": approval_id,
            "expires_at": expires_at,
            "what": what,
        }),
    })
}

const TRUNCATED: &str =
    "the answer was cut; ask for less with `fields`, a filter or a smaller page";
const WAITING: &str = "nothing was sent yet: a person has to approve it. Tell the user, and look at it with \
                       get_approval; do not call the action again";

fn some<T>(values: Vec<T>) -> Option<Vec<T>> {
    (!values.is_empty()).then_some(values)
}

/// What an error of a provider means for whoever called.
fn hint(status: u16) -> &'static str {
    match status {
        400 | 422 => {
            "the service refused the arguments: read what it says, compare with get_action_knowledge, and \
             change them"
        }
        401 => {
            "the service does not accept the connection any more: its owner has to connect again \
             (get_connect_link)"
        }
        403 => {
            "the connected account may not do this: use another connection, or ask its owner for more rights"
        }
        404 => {
            "the service has no such thing: check the path variables, and look for the right id first"
        }
        409 => "something is in the way: look at the present state first",
        429 => "too many requests: wait as long as retry-after says",
        500.. => {
            "the service failed; whether it did anything is not known: look before you try again"
        }
        _ => "the service refused",
    }
}

/// Without nulls, which tell a model nothing.
pub fn compact(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

/// An address at which a person connects.
pub fn link(link: &Link) -> Value {
    json!({
        "url": link.url,
        "expires_at": link.expires_at,
        "note": "give it to the person whose account it is, and to nobody else",
    })
}

/// What waited for a person's yes, and what became of it.
pub fn approval(view: ApprovalView) -> Value {
    let ApprovalView {
        approval,
        request,
        answer,
    } = view;
    compact(json!({
        "state": approval.state,
        "action": approval.title,
        "platform": approval.platform.as_str(),
        "connection_key": approval.connection_key.as_str(),
        "expires_at": approval.expires_at,
        "note": approval.note,
        "reason": approval.reason,
        "request": outcome(request),
        "answer": answer.map(outcome),
    }))
}
