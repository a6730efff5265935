//! Names and values as queries and forms have them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Everything but the unreserved characters (RFC 3986 section 2.3).
pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// `a=1&a=2`.
    Repeated,
    /// `a[0]=1&a[1]=2`: where the API nests.
    Numbered,
    /// `a=1,2`: where a list goes into a text.
    Commas,
}

/// So many bytes of names and values make a text, names counted anew for each value: a long name
/// around many values is a small argument, and would be a huge text.
const MOST_BYTES: usize = 1 << 20;

/// Pairs as they become a text.
#[derive(Debug, Default)]
pub struct Pairs {
    pairs: Vec<(String, String)>,
    bytes: usize,
}

impl Pairs {
    /// Adds `value` under `name`; what is inside an object as `name[field]`, nothing for null.
    pub fn add(&mut self, name: &str, value: &Value, lists: Lists) {
        self.bytes = self.bytes.saturating_add(name.len() + 1);
        if self.are_too_long() {
            return;
        }
        match value {
            Value::Null => {}
            Value::Object(fields) => {
                for (field, value) in fields {
                    if self.are_too_long() {
                        return;
                    }
                    self.add(&format!("{name}[{field}]"), value, lists);
                }
            }
            Value::Array(items) => self.add_list(name, items, lists),
            plain => self.push(name, plain_text(plain)),
        }
    }

    fn push(&mut self, name: &str, value: String) {
        self.bytes = self.bytes.saturating_add(value.len());
        self.pairs.push((name.to_owned(), value));
    }

    /// Whether there is more than may be sent. What is there is a part of it then.
    pub fn are_too_long(&self) -> bool {
        self.bytes > MOST_BYTES
    }

    fn add_list(&mut self, name: &str, items: &[Value], lists: Lists) {
        if lists == Lists::Commas {
            let texts: Vec<String> = items.iter().map(plain_text).collect();
            self.push(name, texts.join(","));
            return;
        }
        for (at, item) in items.iter().enumerate() {
            if self.are_too_long() {
                return;
            }
            let is_nested = item.is_object() || item.is_array();
            match lists == Lists::Numbered || is_nested {
                true => self.add(
                    &format!("{}[{at}]", name.trim_end_matches("[]")),
                    item,
                    lists,
                ),
                false => self.add(name, item, lists),
            }
        }
    }

    /// `a=1&b=2`, encoded; nothing if there are none.
    pub fn text(&self) -> Option<String> {
        let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
        let pairs: Vec<String> = self
            .pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("&"))
    }
}

/// A text, number or truth value as text; anything else as JSON.
pub fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    #[test]
    fn a_long_name_around_many_values_ends_early() {
        let many: Map<String, Value> = (0..20_000).map(|n| (n.to_string(), json!({}))).collect();
        let list: Vec<Value> = vec![json!(1); 20_000];
        for inside in [Value::Object(many), Value::Array(list)] {
            let mut pairs = Pairs::default();
            pairs.add(&"a".repeat(100_000), &inside, Lists::Repeated);
            assert!(pairs.are_too_long());
            assert!(pairs.pairs.len() < 12);
        }
    }

    #[test]
    fn what_is_nested_stands_in_brackets() {
        let mut pairs = Pairs::default();
        pairs.add(
            "a",
            &json!({ "b": [1, { "c": 2 }], "d": null }),
            Lists::Repeated,
        );
        assert_eq!(pairs.text().unwrap(), "a%5Bb%5D=1&a%5Bb%5D%5B1%5D%5Bc%5D=2");
        assert!(!pairs.are_too_long());
    }
}
