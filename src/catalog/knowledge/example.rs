//! Requests that could be sent: given ones, or made from what is known of the fields.

use serde_json::{Map, Number, Value};

use super::names;
use super::tree::{Node, tree};
use crate::domain::{Action, Param, ParamPlace};

/// How many fields that need not be sent a made example has.
const OPTIONAL: usize = 3;
const FORM: &str = "application/x-www-form-urlencoded";

/// A body that could be sent, as its content type has it: the one given with the action, or one
/// made of every field that is required and a few more. Nothing for an action without a body, and
/// for bodies that are neither JSON nor a form.
pub fn example_request(action: &Action) -> Option<String> {
    if let Some(given) = &action.request_example {
        return Some(given.trim().to_owned());
    }
    let body = value(action)?;
    if is_form(action) {
        return Some(form(&body));
    }
    is_json(action)
        .then(|| serde_json::to_string_pretty(&body).ok())
        .flatten()
}

/// The content type of an action's body.
pub(super) fn content_type(action: &Action) -> &str {
    action.content_type.as_deref().unwrap_or("application/json")
}

pub(super) fn is_form(action: &Action) -> bool {
    content_type(action).starts_with(FORM)
}

pub(super) fn is_json(action: &Action) -> bool {
    let kind = content_type(action);
    let kind = kind.split(';').next().unwrap_or(kind).trim();
    kind == "application/json" || kind.ends_with("+json") || kind == "*/*"
}

/// The made body, if the action has one.
fn value(action: &Action) -> Option<Value> {
    let fields = action
        .params
        .iter()
        .filter(|param| param.place == ParamPlace::Body);
    let root = tree(fields.map(|param| (param.name.as_str(), param)));
    (root.field.is_some() || !root.children.is_empty()).then(|| of_node(&root))
}

fn of_node(node: &Node<'_, Param>) -> Value {
    let is_list = node.is_list || node.field.is_some_and(|param| param.kind == "array");
    let one = match node.field {
        _ if !node.children.is_empty() => of_children(node),
        Some(param) if is_list => scalar(param, param.items.as_deref().unwrap_or("string")),
        Some(param) => scalar(param, &param.kind),
        None => Value::Object(Map::new()),
    };
    if is_list {
        Value::Array(vec![one])
    } else {
        one
    }
}

fn of_children(node: &Node<'_, Param>) -> Value {
    let mut handy: Vec<(usize, &str)> = node
        .children
        .iter()
        .filter(|(_, child)| !child.is_required())
        .filter_map(|(name, child)| Some((handiness(name, child)?, name.as_str())))
        .collect();
    handy.sort_by_key(|(place, _)| *place);
    let handy_is_none = handy.first().is_none_or(|(place, _)| *place > HANDY.len());
    let is_any_required = node.children.iter().any(|(_, child)| child.is_required());
    // Fields that say little are there only so that a body is not empty.
    let is_enough = |place: usize| place <= HANDY.len() || (handy_is_none && !is_any_required);
    handy.retain(|(place, _)| is_enough(*place));
    handy.truncate(OPTIONAL);
    let is_shown = |name: &str| handy.iter().any(|(_, other)| *other == name);
    let shown = node
        .children
        .iter()
        .filter(|(name, child)| child.is_required() || is_shown(name));
    Value::Object(
        shown
            .map(|(name, child)| (name.clone(), of_node(child)))
            .collect(),
    )
}

/// Fields that say most of what a call does, best first.
const HANDY: [&str; 30] = [
    "name",
    "title",
    "subject",
    "topic",
    "email",
    "to",
    "amount",
    "currency",
    "customer",
    "text",
    "message",
    "content",
    "body",
    "comment",
    "description",
    "summary",
    "query",
    "url",
    "start",
    "start time",
    "start date",
    "end",
    "end time",
    "due date",
    "date",
    "type",
    "status",
    "quantity",
    "note",
    "first name",
];

/// Words in the names of secrets, and of what the provider sets itself.
const SILENT: [&str; 12] = [
    "password",
    "secret",
    "token",
    "key",
    "id",
    "etag",
    "href",
    "self",
    "created",
    "updated",
    "modified",
    "deprecated",
];

/// How much a field that need not be sent helps to understand a call, least for most; nothing for
/// what holds others, for secrets, and for what the provider sets itself.
fn handiness(name: &str, node: &Node<'_, Param>) -> Option<usize> {
    let param = node.field.filter(|param| {
        node.children.is_empty() && !matches!(param.kind.as_str(), "object" | "any" | "array")
    })?;
    let whole = names::words(name).join(" ");
    if let Some(place) = HANDY.iter().position(|handy| *handy == whole) {
        return Some(place);
    }
    let words = names::words(name);
    let is_silent = words.iter().any(|word| SILENT.contains(&word.as_str()));
    match param.allowed.is_empty() {
        false => Some(HANDY.len()),
        true => (!is_silent).then_some(HANDY.len() + 1),
    }
}

/// A value of one kind that a field could have.
fn scalar(param: &Param, kind: &str) -> Value {
    let given = param.allowed.first().or(param.default.as_ref());
    let default = param
        .default
        .as_ref()
        .filter(|default| param.allowed.is_empty() || param.allowed.contains(default));
    let text = default.or(given).map(String::as_str);
    match kind {
        "integer" => number(text, || Number::from(whole_number(&param.name))),
        "number" => number(text, || {
            Number::from_f64(9.5).unwrap_or_else(|| Number::from(9))
        }),
        "boolean" => Value::Bool(text != Some("false")),
        "object" => Value::Object(Map::new()),
        "array" => Value::Array(Vec::new()),
        _ => Value::String(text.map_or_else(|| plausible(&param.name), str::to_owned)),
    }
}

/// The number that `text` is; where there is none, a made one.
fn number(text: Option<&str>, made: impl FnOnce() -> Number) -> Value {
    let given = text.and_then(|text| {
        text.parse::<i64>()
            .map(Number::from)
            .ok()
            .or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64))
    });
    Value::Number(given.unwrap_or_else(made))
}

fn whole_number(name: &str) -> i64 {
    let words = names::words(name);
    let has = |word: &str| words.iter().any(|other| other == word);
    if has("amount") || has("price") || has("total") {
        1000
    } else if has("limit") || has("size") {
        10
    } else if has("id") {
        123
    } else if has("year") {
        2026
    } else {
        1
    }
}

/// Texts by what the last word, or any word, of a name is.
const TEXTS: &[(&str, &str)] = &[
    ("email", "ada@example.com"),
    ("mail", "ada@example.com"),
    ("url", "https://example.com/"),
    ("uri", "https://example.com/"),
    ("href", "https://example.com/"),
    ("website", "https://example.com/"),
    ("webhook", "https://example.com/hook"),
    ("callback", "https://example.com/callback"),
    ("domain", "example.com"),
    ("hostname", "example.com"),
    ("host", "example.com"),
    ("ip", "203.0.113.7"),
    ("phone", "+12025550143"),
    ("mobile", "+12025550143"),
    ("datetime", "2026-01-31T09:00:00Z"),
    ("timestamp", "2026-01-31T09:00:00Z"),
    ("time", "2026-01-31T09:00:00Z"),
    ("at", "2026-01-31T09:00:00Z"),
    ("date", "2026-01-31"),
    ("day", "2026-01-31"),
    ("birthday", "1990-12-10"),
    ("timezone", "Europe/Berlin"),
    ("currency", "EUR"),
    ("amount", "10.00"),
    ("price", "10.00"),
    ("country", "DE"),
    ("city", "Berlin"),
    ("zip", "10115"),
    ("postcode", "10115"),
    ("street", "Example Street 1"),
    ("language", "en"),
    ("locale", "en"),
    ("username", "ada"),
    ("company", "Example Ltd"),
    ("organization", "Example Ltd"),
    ("color", "#3366ff"),
    ("filename", "report.pdf"),
    ("subject", "Hello"),
    ("title", "An example"),
    ("name", "Example"),
    ("description", "A short description."),
    ("content", "A short text."),
    ("body", "A short text."),
    ("text", "A short text."),
    ("message", "A short text."),
    ("comment", "A short text."),
    ("note", "A short text."),
    ("query", "example"),
    ("search", "example"),
    ("uuid", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
];

/// A text that a field of this name could have.
pub(super) fn plausible(name: &str) -> String {
    let words = names::words(name);
    let joined = words.join(" ");
    match joined.as_str() {
        "first name" | "given name" => return "Ada".to_owned(),
        "last name" | "family name" => return "Lovelace".to_owned(),
        "time zone" => return "Europe/Berlin".to_owned(),
        "postal code" => return "10115".to_owned(),
        _ => {}
    }
    let is_id = |word: &String| matches!(word.as_str(), "id" | "ids" | "sid" | "gid" | "key");
    if words.iter().any(is_id) {
        return placeholder(name);
    }
    let by_last = words.last().and_then(|last| known(last));
    let by_any = || {
        words
            .iter()
            .rev()
            .skip(1)
            .find_map(|word| match known(word) {
                // `content_type` is no content: of the words before the last only those tell that say
                // what a text looks like.
                Some(text) if text.contains(['@', '/', '+']) => Some(text),
                _ => None,
            })
    };
    match by_last.or_else(by_any) {
        Some(text) => text.to_owned(),
        None => placeholder(name),
    }
}

fn known(word: &str) -> Option<&'static str> {
    TEXTS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, text)| *text)
}

/// What stands where only the caller knows: `CUSTOMER_ID`.
pub(super) fn placeholder(name: &str) -> String {
    let words = names::words(name);
    if words.is_empty() {
        return "VALUE".to_owned();
    }
    words.join("_").to_uppercase()
}

/// A body as a form has it: what is inside another in brackets.
fn form(body: &Value) -> String {
    let mut pairs = Vec::new();
    flatten("", body, &mut pairs);
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    // Brackets need no escape in a body, and are easier to read without.
    form.finish().replace("%5B", "[").replace("%5D", "]")
}

fn flatten(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    let inside = |key: &str| match name {
        "" => key.to_owned(),
        _ => format!("{name}[{key}]"),
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(&inside(key), value, pairs);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                flatten(&inside(&at.to_string()), value, pairs);
            }
        }
        Value::String(text) => pairs.push((name.to_owned(), text.clone())),
        other => pairs.push((name.to_owned(), other.to_string())),
    }
}
