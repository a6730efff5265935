//! The fields of an answer that are wanted.

use serde_json::{Map, Value};

/// So many fields can be asked for.
const MOST: usize = 100;
/// How long the way to one may be, in bytes and in steps.
const MOST_BYTES: usize = 500;
const MOST_STEPS: usize = 20;

/// Wanted fields, as a tree.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fields {
    inner: Vec<(String, Fields)>,
}

impl Fields {
    /// Reads `id`, `items[].name`, `customer.email`. An array is looked into item by item, with or
    /// without its brackets.
    ///
    /// # Errors
    /// A sentence naming the first that is none.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        if texts.len() > MOST {
            return Err(format!("fields: at most {MOST}"));
        }
        let mut root = Self::default();
        for text in texts {
            let mut at = &mut root;
            let bare = text.trim().trim_start_matches("[].");
            if bare.len() > MOST_BYTES || bare.split('.').count() > MOST_STEPS {
                return Err(format!(
                    "fields: `{}…` is too long: at most {MOST_BYTES} bytes, and {MOST_STEPS} names",
                    bare.chars().take(80).collect::<String>()
                ));
            }
            for part in bare.split('.') {
                let name = part.trim_end_matches("[]");
                if name.is_empty() || name.contains(['[', ']']) {
                    return Err(format!(
                        "fields: `{}` is none; write names joined by dots, as in `id` or `items[].name`",
                        text.chars().take(80).collect::<String>()
                    ));
                }
                at = at.child(name);
            }
        }
        Ok(root)
    }

    fn child(&mut self, name: &str) -> &mut Self {
        let place = match self.inner.iter().position(|(own, _)| own == name) {
            Some(place) => place,
            None => {
                self.inner.push((name.to_owned(), Self::default()));
                self.inner.len() - 1
            }
        };
        match self.inner.get_mut(place) {
            Some((_, child)) => child,
            None => unreachable!("it was found, or has just been added"),
        }
    }

    /// What of `value` is wanted.
    pub fn of(&self, value: &Value) -> Value {
        if self.inner.is_empty() {
            return value.clone();
        }
        match value {
            Value::Array(items) => items.iter().map(|item| self.of(item)).collect(),
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, inner) in &self.inner {
                    if let Some(value) = fields.get(name) {
                        kept.insert(name.clone(), inner.of(value));
                    }
                }
                Value::Object(kept)
            }
            other => other.clone(),
        }
    }

    /// The wanted fields at the top that `value` does not have; of a list, that no item has.
    pub fn missing(&self, value: &Value) -> Vec<&str> {
        let has = |name: &str| match value {
            Value::Object(fields) => fields.contains_key(name),
            Value::Array(items) => {
                items.is_empty() || items.iter().any(|item| item.get(name).is_some())
            }
            _ => true,
        };
        let names = self.inner.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !has(name)).collect()
    }
}

/// The names at the top of `value`, or of a list's first item.
pub fn names(value: &Value) -> Vec<&str> {
    const MOST: usize = 30;
    let object = match value {
        Value::Array(items) => items.first().and_then(Value::as_object),
        value => value.as_object(),
    };
    let names = object.into_iter().flat_map(Map::keys);
    names.map(String::as_str).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn fields(texts: &[&str]) -> Fields {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Fields::parse(&texts).unwrap()
    }

    #[test]
    fn what_is_wanted_is_kept_where_it_stands() {
        let answer = json!({
            "id": 1, "name": "x",
            "items": [{ "id": 2, "tags": ["a"], "by": { "id": 3, "x": 4 } }, { "id": 5 }],
        });
        for (wanted, kept) in [
            (vec!["id"], json!({ "id": 1 })),
            (
                vec!["items[].id"],
                json!({ "items": [{ "id": 2 }, { "id": 5 }] }),
            ),
            (
                vec!["items.id"],
                json!({ "items": [{ "id": 2 }, { "id": 5 }] }),
            ),
            (
                vec!["items[].by.id", "id"],
                json!({ "items": [{ "by": { "id": 3 } }, {}], "id": 1 }),
            ),
            (vec!["nothing"], json!({})),
            (vec![], answer.clone()),
        ] {
            assert_eq!(fields(&wanted).of(&answer), kept, "{wanted:?}");
        }
        let list = json!([{ "id": 1, "x": 2 }]);
        assert_eq!(fields(&["id"]).of(&list), json!([{ "id": 1 }]));
        assert_eq!(fields(&["[].id"]).of(&list), json!([{ "id": 1 }]));
        assert_eq!(fields(&["id", "y"]).missing(&list), ["y"]);
    }

    #[test]
    fn a_field_has_a_name() {
        for text in ["", ".", "a..b", "a[0]", "[]", "a[b]"] {
            assert!(Fields::parse(&[text.to_owned()]).is_err(), "{text}");
        }
    }

    #[test]
    fn a_way_has_an_end() {
        for (text, ok) in [
            (["a"; 20].join("."), true),
            (["a"; 21].join("."), false),
            ("a".repeat(501), false),
            ("a.".repeat(500_000) + "a", false),
        ] {
            assert_eq!(Fields::parse(&[text]).is_ok(), ok);
        }
    }

    proptest! {
        #[test]
        fn a_projection_is_a_part_and_projecting_again_changes_nothing(names in prop::collection::vec("[ab](\\[\\])?(\\.[ab]){0,2}", 1..4)) {
            let answer = json!({ "a": { "a": [1, { "b": 2 }], "b": 3 }, "b": [{ "a": 4, "b": { "a": 5 } }], "c": 6 });
            let fields = Fields::parse(&names).unwrap();
            let once = fields.of(&answer);
            prop_assert_eq!(fields.of(&once), once.clone());
            prop_assert!(once.get("c").is_none());
        }
    }
}
