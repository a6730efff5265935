//! What an agent reads before it calls an action: everything needed to call it at the first try,
//! and where each thing goes.
//!
//! What somebody wrote down is shown as it is. For the rest, templates say what names and types
//! make sure of; where they say nothing, nothing is said.

mod answer;
mod example;
mod names;
mod paging;
mod params;
mod tree;

use std::fmt::Write as _;

pub use example::example_request;

use crate::domain::{Action, Connector, Method, Param, ParamPlace};

/// Longer texts are cut, in bytes: an agent reads several of them.
const MOST: usize = 12 * 1024;
/// Longer examples, in bytes, are cut.
const EXAMPLE: usize = 3 * 1024;

/// The action explained in Markdown, with full URLs, so that a client can put the passthrough's
/// address in the place of the base URL.
pub fn knowledge(connector: &Connector, action: &Action) -> String {
    let url = format!("{}{}", connector.base_url, action.path.with_double_braces());
    let mut text = format!(
        "# {}\n\n{}\n\n`{} {url}`\n",
        action.title,
        about(action),
        action.method
    );
    for place in [
        ParamPlace::Path,
        ParamPlace::Query,
        ParamPlace::Header,
        ParamPlace::Body,
    ] {
        params::section(&mut text, action, place);
    }
    request(&mut text, action, &connector.base_url.to_string());
    answer(&mut text, action);
    if let Some(how) = paging::how(action) {
        let _ = write!(text, "\n## Pages\n\n{how}\n");
    }
    if !action.scopes.is_empty() {
        let scopes = action.scopes.join("`, `");
        let _ = write!(text, "\n## Scopes\n\nThe token needs one of: `{scopes}`.\n");
    }
    cut(text)
}

/// What it does: as written, or what its method and path make sure of.
fn about(action: &Action) -> String {
    let written = action.summary.trim();
    if !written.is_empty() {
        return written.to_owned();
    }
    let does = match action.method {
        Method::Get | Method::Head | Method::Options => "Reads only; changes nothing.",
        Method::Post if asks(action) => "Asks with a body.",
        Method::Post => "Sends data to be acted on; sent twice, it may be done twice.",
        Method::Put => "Changes what the path names; what is not sent may be reset.",
        Method::Patch => "Changes only what is sent; the rest stays as it is.",
        Method::Delete => "Removes what the path names.",
    };
    match action.model.trim() {
        "" => does.to_owned(),
        model => format!("Works on: {model}. {does}"),
    }
}

/// Whether a body asks a question: then a call changes nothing, or who knows.
fn asks(action: &Action) -> bool {
    let verb = action.title.split(' ').next().unwrap_or_default();
    matches!(verb, "Search" | "List" | "Find" | "Query" | "Get" | "Count")
}

/// A call that could be made: the line, and the body.
fn request(text: &mut String, action: &Action, base: &str) {
    let call = call(action, base);
    let _ = write!(text, "\n## Example request\n\n`{} {call}`", action.method);
    let kind = example::content_type(action);
    let body = example_request(action);
    let is_made = action.request_example.is_none() && body.is_some();
    match body {
        Some(body) => {
            let fence = if example::is_json(action) {
                "json"
            } else {
                "text"
            };
            let body = params::short(&body, EXAMPLE);
            let _ = write!(
                text,
                " with `Content-Type: {kind}`\n\n```{fence}\n{body}\n```\n"
            );
        }
        None if action.content_type.is_some() && has_body(action) => {
            let _ = writeln!(text, " with `Content-Type: {kind}`");
        }
        None => text.push('\n'),
    }
    if is_made || action.path.variables().next().is_some() {
        text.push_str("\nWhat stands in CAPITALS is to be filled in.\n");
    }
}

fn has_body(action: &Action) -> bool {
    !matches!(action.method, Method::Get | Method::Head | Method::Options)
}

/// The URL with what must be filled in, in capitals, and with the query that must be there.
fn call(action: &Action, base: &str) -> String {
    let mut path = action.path.as_str().to_owned();
    for name in action.path.variables() {
        let is_it = |param: &&Param| param.place == ParamPlace::Path && param.name == name;
        let given = action.params.iter().find(is_it).and_then(given).cloned();
        let value = given.unwrap_or_else(|| example::placeholder(name));
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let required = action
        .params
        .iter()
        .filter(|param| param.place == ParamPlace::Query && param.required);
    for param in required {
        query.append_pair(&param.name, &in_query(param));
    }
    match query.finish() {
        none if none.is_empty() => format!("{base}{path}"),
        query => format!("{base}{path}?{query}"),
    }
}

fn in_query(param: &Param) -> String {
    let made = || match param.kind.as_str() {
        "integer" | "number" => "10".to_owned(),
        "boolean" => "true".to_owned(),
        _ => example::plausible(&param.name),
    };
    given(param).cloned().unwrap_or_else(made)
}

/// A value that is known to be right.
fn given(param: &Param) -> Option<&String> {
    let default = param.default.as_ref();
    default
        .filter(|default| !default.is_empty())
        .or(param.allowed.first())
}

fn answer(text: &mut String, action: &Action) {
    let (title, json) = match (&action.response_example, answer::skeleton(action)) {
        (Some(example), _) => ("Example answer", example.trim().to_owned()),
        (None, Some(skeleton)) => (
            "Shape of the answer (types in the place of values)",
            skeleton,
        ),
        (None, None) => return,
    };
    let json = params::short(&json, EXAMPLE);
    let _ = write!(text, "\n## {title}\n\n```json\n{json}\n```\n");
}

/// At most [`MOST`] bytes of a text, with a note where it was cut.
fn cut(mut text: String) -> String {
    const NOTE: &str = "\n\n… the rest is left out.\n";
    if text.len() > MOST {
        text.truncate(text.floor_char_boundary(MOST - NOTE.len()));
        text.push_str(NOTE);
    }
    text
}

#[cfg(test)]
mod tests;
