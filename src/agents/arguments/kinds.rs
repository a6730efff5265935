//! Whether a value is what a parameter takes.

use serde_json::Value;

use crate::domain::Param;

/// So many allowed values are named.
const NAMED: usize = 20;

/// How much a value's form may differ from its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it stands: in a JSON body.
    Json,
    /// Everything becomes text on the way: in a path, a query, a header or a form.
    Text,
}

/// What is wrong with `value`, in words that go on `… must be`; nothing if it fits.
pub fn misfit(param: &Param, value: &Value, form: Form) -> Option<String> {
    let fits = match (param.kind.as_str(), form, value) {
        // Lists in queries are often written by hand, or sent with one item.
        ("array", Form::Text, Value::String(_) | Value::Number(_) | Value::Bool(_)) => true,
        ("string", Form::Text, Value::Array(items)) => items.iter().all(is_plain),
        (kind, form, value) => is(kind, value, form),
    };
    if !fits {
        return Some(format!("{}, not {}", described(param), kind_of(value)));
    }
    if let (Some(items), Value::Array(values)) = (&param.items, value)
        && let Some((at, wrong)) = values
            .iter()
            .enumerate()
            .find(|(_, value)| !is(items, value, form))
    {
        let what = described(param);
        return Some(format!("{what}; its item {at} is {}", kind_of(wrong)));
    }
    if is_allowed(param, value) {
        return None;
    }
    let named: Vec<String> = param
        .allowed
        .iter()
        .take(NAMED)
        .map(|value| format!("`{value}`"))
        .collect();
    let more = match param.allowed.len() > NAMED {
        true => ", …",
        false => "",
    };
    Some(format!("one of {}{more}", named.join(", ")))
}

/// What `param` takes: `a string`, `an array of integers`.
pub fn described(param: &Param) -> String {
    match (param.kind.as_str(), param.items.as_deref()) {
        ("array", Some(items)) if items != "any" => format!("an array of {items}s"),
        (kind, _) => with_article(kind),
    }
}

fn with_article(kind: &str) -> String {
    match kind {
        "any" => "a value".to_owned(),
        "array" | "object" | "integer" => format!("an {kind}"),
        kind => format!("a {kind}"),
    }
}

fn is(kind: &str, value: &Value, form: Form) -> bool {
    let text = value.as_str().filter(|_| form == Form::Text);
    match kind {
        "string" => value.is_string() || (form == Form::Text && is_plain(value)),
        "integer" => {
            let whole = |number: f64| number.fract() == 0.0;
            let is_number = value.is_i64() || value.is_u64() || value.as_f64().is_some_and(whole);
            is_number || text.is_some_and(|text| text.parse::<i128>().is_ok())
        }
        "number" => value.is_number() || text.is_some_and(|text| text.parse::<f64>().is_ok()),
        "boolean" => value.is_boolean() || matches!(text, Some("true" | "false")),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

/// Whether a value has one line of text to it.
pub fn is_plain(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

fn is_allowed(param: &Param, value: &Value) -> bool {
    let one = |value: &Value| match value {
        Value::String(text) => param.allowed.iter().any(|allowed| allowed == text),
        Value::Number(_) | Value::Bool(_) => {
            let text = value.to_string();
            param.allowed.contains(&text)
        }
        _ => true,
    };
    if param.allowed.is_empty() {
        return true;
    }
    match value {
        Value::Array(items) => items.iter().all(one),
        // Several in one text, as lists in queries are written.
        Value::String(text) if param.kind == "array" => text
            .split(',')
            .all(|part| param.allowed.iter().any(|allowed| allowed == part.trim())),
        value => one(value),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn param(kind: &str, items: Option<&str>, allowed: &[&str]) -> Param {
        serde_json::from_value(json!({
            "name": "x", "in": "body", "type": kind, "items": items, "enum": allowed,
        }))
        .unwrap()
    }

    #[test]
    fn a_value_fits_its_type() {
        for (kind, value, in_json, in_text) in [
            ("string", json!("a"), true, true),
            ("string", json!(1), false, true),
            ("string", json!(["a"]), false, true),
            ("string", json!([["a"]]), false, false),
            ("integer", json!(1), true, true),
            ("integer", json!(1.0), true, true),
            ("integer", json!(1.5), false, false),
            ("integer", json!("1"), false, true),
            ("integer", json!("one"), false, false),
            ("number", json!(1.5), true, true),
            ("number", json!("1.5"), false, true),
            ("boolean", json!(true), true, true),
            ("boolean", json!("true"), false, true),
            ("boolean", json!(1), false, false),
            ("array", json!([]), true, true),
            ("array", json!("a"), false, true),
            ("object", json!({}), true, true),
            ("object", json!("a"), false, false),
            ("any", json!(null), true, true),
            ("of-tomorrow", json!([1]), true, true),
        ] {
            let param = param(kind, None, &[]);
            let fits = |form| misfit(&param, &value, form).is_none();
            assert_eq!(
                (fits(Form::Json), fits(Form::Text)),
                (in_json, in_text),
                "{kind} {value}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        let said = |param: &Param, value: Value| misfit(param, &value, Form::Json).unwrap();
        assert_eq!(
            said(&param("string", None, &[]), json!(1)),
            "a string, not a number"
        );
        let strings = param("array", Some("string"), &[]);
        assert_eq!(
            said(&strings, json!("a")),
            "an array of strings, not a string"
        );
        assert_eq!(
            said(&strings, json!(["a", 1])),
            "an array of strings; its item 1 is a number"
        );
        let open = param("string", None, &["open", "closed"]);
        assert_eq!(said(&open, json!("x")), "one of `open`, `closed`");
        assert!(misfit(&open, &json!("open"), Form::Json).is_none());
    }

    proptest! {
        #[test]
        fn what_fits_as_json_fits_as_text(kind in "string|integer|number|boolean|array|object|any", number in any::<i64>(), text in "\\PC{0,9}") {
            let param = param(&kind, None, &[]);
            for value in [json!(number), json!(text), json!([text]), json!({ "a": number }), json!(true)] {
                if misfit(&param, &value, Form::Json).is_none() {
                    prop_assert!(misfit(&param, &value, Form::Text).is_none());
                }
            }
        }
    }
}
