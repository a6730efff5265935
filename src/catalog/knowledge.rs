//! What an agent reads before it calls an action.

use std::fmt::Write as _;

use crate::domain::{Action, Connector, Param, ParamPlace};

/// The action explained in Markdown, with full URLs, so that a client can put the passthrough's
/// address in the place of the base URL.
pub fn knowledge(connector: &Connector, action: &Action) -> String {
    let mut text = String::new();
    let url = format!("{}{}", connector.base_url, action.path.with_double_braces());
    // Writing to a String cannot fail, so its results are not looked at.
    let _ = write!(
        text,
        "# {}\n\n{}\n\n`{} {url}`\n",
        action.title,
        action.summary.trim(),
        action.method
    );
    for (place, title) in [
        (ParamPlace::Path, "Path variables (go into the URL's path)"),
        (
            ParamPlace::Query,
            "Query parameters (go into the URL's query string)",
        ),
        (ParamPlace::Header, "Headers"),
        (ParamPlace::Body, "Body fields (go into the request body)"),
    ] {
        let params: Vec<&Param> = action
            .params
            .iter()
            .filter(|param| param.place == place)
            .collect();
        if !params.is_empty() {
            let _ = write!(text, "\n## {title}\n\n");
            params
                .into_iter()
                .for_each(|param| describe(&mut text, param));
        }
    }
    if !action.scopes.is_empty() {
        let _ = write!(
            text,
            "\n## Scopes\n\nThe token needs one of: `{}`.\n",
            action.scopes.join("`, `")
        );
    }
    if let Some(body) = &action.request_example {
        let kind = action.content_type.as_deref().unwrap_or("application/json");
        let _ = write!(
            text,
            "\n## Example request\n\n`{} {url}` with `Content-Type: {kind}`\n",
            action.method
        );
        let _ = write!(text, "\n```{}\n{}\n```\n", fence(kind), body.trim());
    }
    if let Some(answer) = &action.response_example {
        let _ = write!(
            text,
            "\n## Example answer\n\n```json\n{}\n```\n",
            answer.trim()
        );
    }
    text
}

fn describe(text: &mut String, param: &Param) {
    let needed = if param.required {
        "required"
    } else {
        "optional"
    };
    let _ = write!(text, "- `{}` ({}, {needed})", param.name, param.kind);
    if !param.description.is_empty() {
        let _ = write!(text, ": {}", param.description.trim());
    }
    if !param.allowed.is_empty() {
        let _ = write!(text, " One of: `{}`.", param.allowed.join("`, `"));
    }
    text.push('\n');
}

fn fence(content_type: &str) -> &'static str {
    if content_type == "application/json" {
        "json"
    } else {
        "text"
    }
}
