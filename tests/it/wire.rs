//! The wire contract: what a program written for the hosted service may rely on.

mod answers;
mod catalogue;
mod errors;
mod knowledge;
mod vault;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::Client;

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "string or null" => value.is_string() || value.is_null(),
        "number" => value.as_u64().is_some(),
        "bool" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "strings" => value
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string)),
        other => panic!("{other}"),
    }
}

/// Asserts that `row` has these fields, each of its kind, and no others: a secret could be one.
fn assert_shape(row: &Value, fields: &[(&str, &str)]) {
    for (name, kind) in fields {
        let value = row
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` is missing: {row}"));
        assert!(is(value, kind), "`{name}` is no {kind}: {row}");
    }
    let known: BTreeSet<&str> = fields.iter().map(|(name, _)| *name).collect();
    let names: BTreeSet<&str> = row
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names, known);
}

/// Asserts that this is a list, and gives its rows.
fn rows(list: &Value) -> &Vec<Value> {
    let numbers = ["total", "pages", "page", "limit", "skip"].map(|name| (name, "number"));
    let fields: Vec<(&str, &str)> = std::iter::once(("rows", "array")).chain(numbers).collect();
    assert_shape(list, &fields);
    list["rows"].as_array().unwrap()
}

fn body(identity: Option<&str>) -> Value {
    json!({ "platform": "openai", "identity": identity, "authFormData": { "OPENAI_API_KEY": "sk-1" } })
}

async fn make(client: &Client, body: Value) -> Value {
    let made = client.post("/v1/vault/connections", body).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()
}
