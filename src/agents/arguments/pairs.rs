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

/// Pairs as they become a text.
#[derive(Debug, Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Adds `value` under `name`; what is inside an object as `name[field]`, nothing for null.
    pub fn add(&mut self, name: &str, value: &Value, lists: Lists) {
        match value {
            Value::Null => {}
            Value::Object(fields) => {
                for (field, value) in fields {
                    self.add(&format!("{name}[{field}]"), value, lists);
                }
            }
            Value::Array(items) => self.add_list(name, items, lists),
            plain => self.0.push((name.to_owned(), plain_text(plain))),
        }
    }

    fn add_list(&mut self, name: &str, items: &[Value], lists: Lists) {
        if lists == Lists::Commas {
            let texts: Vec<String> = items.iter().map(plain_text).collect();
            self.0.push((name.to_owned(), texts.join(",")));
            return;
        }
        for (at, item) in items.iter().enumerate() {
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
            .0
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
