//! Values put where a [`ValuePath`] says (pure).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::crypto::base64_url;
use crate::domain::ValuePath;

/// Puts `new` there, making what is missing on the way.
pub fn put(into: &mut Value, path: &ValuePath, new: Value) {
    if path.replace(into, new.clone()) {
        return;
    }
    let mut at = into;
    for segment in path.to_string().split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(fields) = at else { return };
        at = fields.entry(segment).or_insert(Value::Null);
    }
    *at = new;
}

/// Takes away what stands there.
pub fn remove(from: &mut Value, path: &ValuePath) {
    let path = path.to_string();
    let mut segments: Vec<&str> = path.split('.').collect();
    let Some(last) = segments.pop() else { return };
    let mut at = Some(from);
    for segment in segments {
        at = at.and_then(|value| match value {
            Value::Array(items) => items.get_mut(segment.parse::<usize>().ok()?),
            other => other.get_mut(segment),
        });
    }
    if let Some(Value::Object(fields)) = at {
        // The others keep their order.
        fields.shift_remove(last);
    }
}

/// Replaces the text that stands there, also inside a JWT (`id_token.@jwt.email`). Anything but a
/// text stays as it is, and so does what is not there.
pub fn replace_text(within: &mut Value, path: &ValuePath, text: &str) {
    let path = path.to_string();
    match path.split_once(".@jwt.") {
        None => replace_plain(within, &path, text),
        Some((token, claim)) => {
            let Some(rewritten) = found(within, token).and_then(|old| rewritten(&old, claim, text))
            else {
                return;
            };
            replace_plain(within, token, &rewritten);
        }
    }
}

/// An unsigned JWT with these claims. Its last part says so instead of signing.
pub fn unsigned_jwt(claims: &Value) -> String {
    let part = |value: &Value| base64_url(value.to_string().as_bytes());
    let head = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": "mock" });
    let end = base64_url(b"not signed: this is the mock");
    format!("{}.{}.{end}", part(&head), part(claims))
}

fn rewritten(token: &str, claim: &str, text: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?.trim_end_matches('=');
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    replace_plain(&mut claims, claim, text);
    Some(unsigned_jwt(&claims))
}

fn found(within: &Value, path: &str) -> Option<String> {
    path.parse::<ValuePath>().ok()?.text(within)
}

fn replace_plain(within: &mut Value, path: &str, text: &str) {
    let Ok(path) = path.parse::<ValuePath>() else {
        return;
    };
    if let Some(Value::String(_)) = path.find(within) {
        path.replace(within, Value::String(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(text: &str) -> ValuePath {
        text.parse().unwrap()
    }

    #[test]
    fn a_value_is_put_where_it_belongs_whether_or_not_there_is_one() {
        let mut value = json!({"a": {"b": 1}, "list": [{"c": 1}]});
        for (at, new) in [("a.b", 2), ("list.0.c", 3), ("x.y", 4), ("a.b.z", 5)] {
            put(&mut value, &path(at), json!(new));
        }
        let expected = json!({"a": {"b": {"z": 5}}, "list": [{"c": 3}], "x": {"y": 4}});
        assert_eq!(value, expected);
    }

    #[test]
    fn what_is_taken_away_is_gone_and_nothing_else() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "list": [{"d": 1}], "e": 1});
        for at in ["a.b", "list.0.d", "list.1.d", "e.f", "nope"] {
            remove(&mut value, &path(at));
        }
        assert_eq!(value, json!({"a": {"c": 2}, "list": [{}], "e": 1}));
    }

    #[test]
    fn a_claim_is_replaced_inside_its_token() {
        let token = unsigned_jwt(&json!({"sub": "1", "email": "old@example.com", "n": 5}));
        let mut value = json!({"id_token": token, "team": {"name": "Acme"}, "n": 5});
        for at in [
            "id_token.@jwt.email",
            "id_token.@jwt.n",
            "team.name",
            "n",
            "nope",
        ] {
            replace_text(&mut value, &path(at), "ada@example.com");
        }
        let read = |at: &str| path(at).text(&value).unwrap();
        assert_eq!(read("id_token.@jwt.email"), "ada@example.com");
        assert_eq!(read("id_token.@jwt.sub"), "1");
        assert_eq!(read("id_token.@jwt.n"), "5");
        assert_eq!(read("team.name"), "ada@example.com");
        assert_eq!(read("n"), "5");
    }
}
