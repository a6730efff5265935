//! Where in a JSON answer a value stands.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The segment that reads a text as a JWT's payload.
const JWT: &str = "@jwt";

/// Names joined by dots: `team.id`; a number is a place in an array: `0.tenantId`; `@jwt` goes on
/// inside the payload of a JWT: `id_token.@jwt.email`. The payload is believed only as far as the
/// answer that it came in: it is not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuePath(Vec<String>);

impl ValuePath {
    /// The value that stands there.
    pub fn find(&self, answer: &Value) -> Option<Value> {
        let mut at = answer.clone();
        for segment in &self.0 {
            at = match (&at, segment.as_str()) {
                (Value::String(token), JWT) => payload(token)?,
                (Value::Array(items), index) => items.get(index.parse::<usize>().ok()?)?.clone(),
                (Value::Object(fields), name) => fields.get(name)?.clone(),
                _ => return None,
            };
        }
        Some(at)
    }

    /// The text, number or truth value that stands there, as text. Nothing if it is empty.
    pub fn text(&self, answer: &Value) -> Option<String> {
        let text = match self.find(answer)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// The answer with `value` put there, if there is something already.
    pub fn replace(&self, answer: &mut Value, value: Value) -> bool {
        let mut at = answer;
        for segment in &self.0 {
            let next = match at {
                Value::Array(items) => segment
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get_mut(index)),
                Value::Object(fields) => fields.get_mut(segment),
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => return false,
            }
        }
        *at = value;
        true
    }
}

impl FromStr for ValuePath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let segments: Vec<String> = text.split('.').map(str::to_owned).collect();
        match segments.iter().any(String::is_empty) {
            true => Err(format!(
                "`{text}` is no path: names joined by dots, as `team.id`"
            )),
            false => Ok(Self(segments)),
        }
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

fn payload(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text(path: &str, answer: &Value) -> Option<String> {
        path.parse::<ValuePath>().unwrap().text(answer)
    }

    #[test]
    fn a_path_finds_names_places_and_claims() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"email":"ada@example.com"}"#);
        let answer = json!({
            "a": {"b": "x", "n": 5, "t": true, "empty": "", "list": [{"id": "first"}]},
            "id_token": format!("head.{claims}.signature"),
        });
        for (path, found) in [
            ("a.b", Some("x")),
            ("a.n", Some("5")),
            ("a.t", Some("true")),
            ("a.empty", None),
            ("a.list.0.id", Some("first")),
            ("a.list.1.id", None),
            ("a.list", None),
            ("a.b.c", None),
            ("id_token.@jwt.email", Some("ada@example.com")),
            ("a.b.@jwt.email", None),
        ] {
            assert_eq!(text(path, &answer).as_deref(), found, "{path}");
        }
    }

    #[test]
    fn a_value_is_replaced_where_it_stands_and_nowhere_else() {
        let mut answer = json!({"a": [{"b": 1}]});
        let path = |text: &str| text.parse::<ValuePath>().unwrap();
        assert!(path("a.0.b").replace(&mut answer, json!(2)));
        assert!(!path("a.0.c").replace(&mut answer, json!(2)));
        assert_eq!(answer, json!({"a": [{"b": 2}]}));
    }

    #[test]
    fn a_path_has_no_empty_name() {
        for bad in ["", ".", "a.", ".a", "a..b"] {
            assert!(bad.parse::<ValuePath>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_path_into_anything_panics(path in "[a-z0-9@.]{1,12}", text in "\\PC{0,40}") {
            if let Ok(path) = path.parse::<ValuePath>() {
                let _ = path.find(&json!({"a": text, "b": [1, {"c": text}]}));
                let _ = path.find(&json!(text));
            }
        }
    }
}
