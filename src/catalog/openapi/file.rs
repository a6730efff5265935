//! Actions as a file has them: one JSON object a line, without what goes without saying.

use serde::Serialize;

use crate::catalog::format::ActionDescriptor;
use crate::domain::{AnswerField, Method, Param, ParamPlace};

/// The text of a file with `actions`, in their order.
pub fn file<'a>(actions: impl Iterator<Item = &'a ActionDescriptor>) -> String {
    let mut bytes = Vec::new();
    for action in actions {
        // Writing to memory what has only texts for keys cannot fail.
        if serde_json::to_writer(&mut bytes, &Line::of(action)).is_ok() {
            bytes.push(b'\n');
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// An [`ActionDescriptor`] that was made from a document, to be written.
#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    title: &'a str,
    model: &'a str,
    method: Method,
    path: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    params: Vec<ParamLine<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    scopes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answer: Vec<AnswerLine<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    aliases: &'a [String],
}

#[derive(Serialize)]
struct ParamLine<'a> {
    name: &'a str,
    #[serde(rename = "in")]
    place: ParamPlace,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(rename = "enum", skip_serializing_if = "<[_]>::is_empty")]
    allowed: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'a str>,
}

#[derive(Serialize)]
struct AnswerLine<'a> {
    name: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
}

/// What is no text is told.
fn told(kind: &str) -> Option<&str> {
    Some(kind).filter(|kind| *kind != "string")
}

impl<'a> Line<'a> {
    fn of(action: &'a ActionDescriptor) -> Self {
        // Taken apart, so that a field which is new cannot be forgotten.
        let ActionDescriptor {
            key,
            title,
            model,
            method,
            path,
            tags,
            summary,
            params,
            scopes,
            request,
            content_type,
            response,
            answer,
            aliases,
        } = action;
        Self {
            key,
            title,
            model,
            method: *method,
            path,
            tags,
            summary,
            params: params.iter().map(ParamLine::of).collect(),
            scopes,
            request: request.as_deref(),
            content_type: content_type.as_deref(),
            response: response.as_deref(),
            answer: answer.iter().map(AnswerLine::of).collect(),
            aliases,
        }
    }
}

impl<'a> ParamLine<'a> {
    fn of(param: &'a Param) -> Self {
        let is_told = param.required && param.place != ParamPlace::Path;
        Self {
            name: &param.name,
            place: param.place,
            kind: told(&param.kind),
            items: param.items.as_deref(),
            required: is_told.then_some(true),
            description: &param.description,
            allowed: &param.allowed,
            default: param.default.as_deref(),
        }
    }
}

impl<'a> AnswerLine<'a> {
    fn of(field: &'a AnswerField) -> Self {
        Self {
            name: &field.name,
            kind: told(&field.kind),
        }
    }
}
