//! What an action answers: the catalogue's example, made to fit the request.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::pattern::Pattern;
use crate::crypto::{hex, sha256};
use crate::domain::{Action, Method};

/// What `action` answers a request for `path` that sent `sent`; `None` is an empty answer.
///
/// The same request always gets the same answer.
pub fn to_action(action: &Action, path: &str, sent: Option<&Value>) -> Option<Value> {
    let example = action.response_example.as_deref();
    let Some(mut answer) = example.and_then(|text| serde_json::from_str(text).ok()) else {
        return made_up(action, path, sent);
    };
    if let (true, Some(Value::Object(sent)), Value::Object(answer)) =
        (is_change(action), sent, &mut answer)
    {
        give_back(answer, sent);
    }
    if let Value::Object(answer) = &mut answer {
        name_what_was_asked_for(answer, action, path);
    }
    Some(answer)
}

/// What a request is answered that the catalogue does not describe and does not rule out.
pub fn to_any(method: &str, sent: Option<&Value>) -> Option<Value> {
    if method == "DELETE" {
        return None;
    }
    let mut answer = Map::from_iter([("ok".to_owned(), Value::Bool(true))]);
    if let Some(Value::Object(sent)) = sent {
        give_back(&mut answer, sent);
    }
    Some(Value::Object(answer))
}

/// Whether what is sent is what the thing then is; a search sends only what it looks for.
fn is_change(action: &Action) -> bool {
    matches!(action.method, Method::Post | Method::Put | Method::Patch)
        && !action.tags.iter().any(|tag| tag == "read")
}

fn made_up(action: &Action, path: &str, sent: Option<&Value>) -> Option<Value> {
    if action.method == Method::Delete {
        return None;
    }
    let asked_for = last_variable(action, path);
    let id = asked_for.unwrap_or_else(|| made_up_id(path, 1));
    if action.method == Method::Get && action.key.starts_with("list") {
        return Some(json!({ "data": [{ "id": id }, { "id": made_up_id(path, 2) }] }));
    }
    let mut answer = Map::from_iter([("id".to_owned(), Value::String(id))]);
    if let Some(Value::Object(sent)) = sent {
        give_back(&mut answer, sent);
    }
    Some(Value::Object(answer))
}

fn made_up_id(path: &str, number: u8) -> String {
    let digest = sha256(format!("{path}\n{number}").as_bytes());
    hex(&digest).chars().take(20).collect()
}

/// Puts what was sent where the example has it: on top, or in the envelope that has a field of
/// that name; on top if nowhere.
fn give_back(answer: &mut Map<String, Value>, sent: &Map<String, Value>) {
    for (name, value) in sent {
        let envelope = match answer.contains_key(name) {
            true => None,
            false => answer
                .values_mut()
                .filter_map(Value::as_object_mut)
                .find(|inner| inner.contains_key(name)),
        };
        match envelope {
            Some(inner) => overlay(inner, name, value),
            None => overlay(answer, name, value),
        }
    }
}

/// Sets a field; of an object only what is given changes.
fn overlay(object: &mut Map<String, Value>, name: &str, value: &Value) {
    match (object.get_mut(name), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            new.iter()
                .for_each(|(name, value)| overlay(old, name, value));
        }
        (Some(old), new) => *old = new.clone(),
        (None, new) => {
            object.insert(name.to_owned(), new.clone());
        }
    }
}

/// Puts the path's variables into the fields that are called like them, and the thing's own into
/// its `id` where no field is.
fn name_what_was_asked_for(answer: &mut Map<String, Value>, action: &Action, path: &str) {
    let variables = variables(action, path);
    let is_new = action.method == Method::Post;
    let own = last_variable(action, path).filter(|_| !is_new);
    let last = variables.len();
    for (at, (name, value)) in variables.into_iter().enumerate() {
        let is_named = set(answer, &name, &value);
        if !is_named && at + 1 == last && own.is_some() {
            set(answer, "id", &value);
        }
    }
}

/// Sets the field on top, or else in the one object that has it; whether there is one.
fn set(answer: &mut Map<String, Value>, name: &str, value: &str) -> bool {
    if let Some(field) = answer.get_mut(name) {
        return set_like(field, value);
    }
    let mut inner: Vec<&mut Value> = answer
        .values_mut()
        .filter_map(|inner| inner.as_object_mut()?.get_mut(name))
        .collect();
    match inner.as_mut_slice() {
        [field] => set_like(field, value),
        _ => false,
    }
}

/// Keeps the field's type: text stays text, a number a number, and an object as it is.
fn set_like(field: &mut Value, text: &str) -> bool {
    match field {
        Value::String(old) => text.clone_into(old),
        Value::Number(old) => match text.parse::<u64>() {
            Ok(number) => *old = number.into(),
            Err(_) => return true,
        },
        _ => return false,
    }
    true
}

/// The path's variables with their values, decoded.
fn variables(action: &Action, path: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for (pattern, segment) in action.path.as_str().split('/').zip(path.split('/')) {
        let found = Pattern::segment(pattern).values(segment);
        values.extend(found.unwrap_or_default().into_iter().map(decoded));
    }
    let names = action.path.variables().map(str::to_owned);
    names.zip(values).collect()
}

/// The value of the variable that the path ends in: which thing is meant.
fn last_variable(action: &Action, path: &str) -> Option<String> {
    let ends_in_one = action.path.as_str().rsplit('/').next()?.contains('{');
    let (_, value) = variables(action, path).pop().filter(|_| ends_in_one)?;
    Some(value)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests;
