//! The body, in the form that its content type asks for.

use bytes::Bytes;
use serde_json::Value;

use super::Known;
use super::findings::Findings;
use super::kinds::{Form, described};
use super::nested;
use super::pairs::{Lists, Pairs};
use crate::domain::{Param, ParamPlace};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The bytes of `given`, checked; sets the content type unless `headers` have one.
pub fn write(
    known: &Known<'_>,
    given: Option<&Value>,
    headers: &mut Vec<(String, String)>,
    found: &mut Findings,
) -> Option<Bytes> {
    let params: Vec<&Param> = known.at(ParamPlace::Body).collect();
    let Some(body) = given.filter(|body| !body.is_null()) else {
        missing(&params, found);
        return None;
    };
    let named = headers.iter().find(|(name, _)| name == "content-type");
    let kind = named
        .map(|(_, kind)| kind.clone())
        .or_else(|| known.action.content_type.clone())
        .unwrap_or_else(|| JSON.to_owned());
    let is_named = named.is_some();
    let bytes = encode(&kind, &params, body, found)?;
    if !is_named {
        headers.push(("content-type".to_owned(), kind));
    }
    Some(bytes)
}

/// Whether `kind` is JSON of some sort.
pub fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == JSON || essence.ends_with("+json") || essence.ends_with("/json")
}

fn missing(params: &[&Param], found: &mut Findings) {
    let top = |param: &&&Param| param.required && !param.name.contains(['.', '[']);
    for param in params.iter().filter(top) {
        let what = described(param);
        match param.name.is_empty() {
            true => found.problem(format!("a body is required: {what}")),
            false => found.problem(format!("`{}` is required in the body: {what}", param.name)),
        }
    }
}

fn encode(kind: &str, params: &[&Param], body: &Value, found: &mut Findings) -> Option<Bytes> {
    if is_json(kind) {
        let body = written_out(params, body, found);
        nested::check(params, &body, Form::Json, found);
        return serde_json::to_vec(&body).ok().map(Bytes::from);
    }
    let essence = kind.split(';').next().unwrap_or_default().trim();
    match (essence.to_ascii_lowercase().as_str(), body) {
        (FORM, Value::Object(fields)) => {
            nested::check(params, body, Form::Text, found);
            let mut pairs = Pairs::default();
            for (name, value) in fields {
                pairs.add(name, value, lists(params));
            }
            if pairs.are_too_long() {
                found.impossible("the body is too long for a form: send less".to_owned());
                return None;
            }
            Some(Bytes::from(pairs.text().unwrap_or_default()))
        }
        ("multipart/form-data", _) => {
            found.impossible(
                "this action takes files as `multipart/form-data`, which cannot be sent from here; \
                 use passthrough"
                    .to_owned(),
            );
            None
        }
        (_, Value::String(text)) => Some(Bytes::from(text.clone())),
        (FORM, _) => {
            found.impossible("the body must be an object: it is sent as a form".to_owned());
            None
        }
        (_, _) => {
            found.impossible(format!(
                "the body must be a string: it is sent as `{essence}`"
            ));
            None
        }
    }
}

/// JSON that was sent as a text, as models like to, is what it says.
fn written_out(params: &[&Param], body: &Value, found: &mut Findings) -> Value {
    let wants_text = params
        .iter()
        .any(|param| param.name.is_empty() && param.kind == "string");
    let meant = match body {
        Value::String(text) if !wants_text => serde_json::from_str::<Value>(text).ok(),
        _ => None,
    };
    match meant.filter(|meant| meant.is_object() || meant.is_array()) {
        Some(meant) => {
            found.hint(|| "the body was a text with JSON in it; give the JSON itself".to_owned());
            meant
        }
        None => body.clone(),
    }
}

/// Where fields are nested, lists have numbers; elsewhere they are repeated.
fn lists(params: &[&Param]) -> Lists {
    let nests = |param: &&Param| param.name.contains('.') || param.name.contains("[].");
    match params.iter().any(nests) {
        true => Lists::Numbered,
        false => Lists::Repeated,
    }
}
