//! What a model gives to a tool, and what it is told when that does not fit.
//!
//! Models err in a few known ways: a null where they mean nothing, an object written as text, a
//! name in another style. What can be meant in one way only is taken so; for the rest the message
//! says what to change.

use rmcp::model::{JsonObject, Tool};
use serde_json::Value;

/// The arguments of one call.
pub struct Arguments {
    given: JsonObject,
}

impl Arguments {
    /// What is `given` to `tool`.
    ///
    /// # Errors
    /// If a name is none of the tool's.
    pub fn of(tool: &Tool, mut given: JsonObject) -> Result<Self, String> {
        given.retain(|_, value| !value.is_null());
        let known: Vec<&str> = tool
            .input_schema
            .get("properties")
            .and_then(Value::as_object)
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default();
        let Some(unknown) = given.keys().find(|name| !known.contains(&name.as_str())) else {
            return Ok(Self { given });
        };
        let unknown: String = unknown.chars().take(80).collect();
        let near = known.iter().find(|name| plain(name) == plain(&unknown));
        Err(match near {
            Some(near) => format!("there is no argument `{unknown}`; it is called `{near}`"),
            None => format!(
                "there is no argument `{unknown}`; there are `{}`",
                known.join("`, `")
            ),
        })
    }

    /// Text that may be left out.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.given.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(format!("`{name}` must be text")),
        }
    }

    /// Text that must be there.
    pub fn needed(&mut self, name: &str) -> Result<String, String> {
        self.text(name)?
            .ok_or_else(|| format!("`{name}` is missing; it must be text"))
    }

    /// A number from 1 to `most`, or `usual`. More is taken for the most.
    pub fn count(&mut self, name: &str, usual: usize, most: usize) -> Result<usize, String> {
        let number = match self.given.remove(name) {
            None => return Ok(usual),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| *number > 0)
            .map(|number| number.min(most))
            .ok_or_else(|| format!("`{name}` must be a whole number from 1 to {most}"))
    }

    /// Yes, or no unless given.
    pub fn flag(&mut self, name: &str) -> Result<bool, String> {
        match self.given.remove(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(format!("`{name}` must be true or false")),
        }
    }

    /// An object, empty unless given.
    pub fn object(&mut self, name: &str) -> Result<JsonObject, String> {
        match self.given.remove(name).map(unwrapped) {
            None => Ok(JsonObject::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(format!(
                "`{name}` must be an object of names and values, such as {{\"name\": \"value\"}}"
            )),
        }
    }

    /// Texts, if given.
    pub fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, String> {
        let wrong = || format!("`{name}` must be a list of texts, such as [\"id\", \"name\"]");
        match self.given.remove(name).map(unwrapped) {
            None => Ok(None),
            Some(Value::String(text)) => {
                let texts = text.split(',').map(|text| text.trim().to_owned());
                Ok(Some(texts.filter(|text| !text.is_empty()).collect()))
            }
            Some(Value::Array(values)) => values
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Ok(text),
                    _ => Err(wrong()),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(wrong()),
        }
    }

    /// Anything.
    pub fn any(&mut self, name: &str) -> Option<Value> {
        self.given.remove(name).map(unwrapped)
    }
}

/// An object or a list that was written as text, as what it is.
fn unwrapped(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).unwrap_or(value)
        }
        _ => value,
    }
}

/// A name without its style: `connectionKey` is `connection_key`.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::mcp::tools;

    fn arguments(given: Value) -> Result<Arguments, String> {
        let tool = tools::named("execute_action").unwrap();
        Arguments::of(tool, given.as_object().unwrap().clone())
    }

    #[test]
    fn a_name_in_another_style_is_told_the_right_one() {
        let told = arguments(json!({ "connectionKey": "x" })).err().unwrap();
        assert!(told.contains("it is called `connection_key`"), "{told}");
        let told = arguments(json!({ "data": {} })).err().unwrap();
        assert!(told.contains("`path_variables`, `query`"), "{told}");
    }

    #[test]
    fn what_can_be_meant_in_one_way_only_is_taken_so() {
        let mut given = arguments(json!({
            "action_id": " x ", "connection_key": null, "query": "{\"limit\": 1}", "dry_run": "true",
            "body": "{\"a\": [1]}", "fields": "id, data.name", "headers": null,
        }))
        .unwrap();
        assert_eq!(given.needed("action_id").unwrap(), "x");
        assert_eq!(given.text("connection_key").unwrap(), None);
        assert_eq!(given.object("query").unwrap()["limit"], 1);
        assert_eq!(given.object("headers").unwrap().len(), 0);
        assert!(given.flag("dry_run").unwrap());
        assert_eq!(given.any("body"), Some(json!({ "a": [1] })));
        let fields = given.texts("fields").unwrap().unwrap();
        assert_eq!(fields, ["id", "data.name"]);
    }

    #[test]
    fn what_does_not_fit_is_named_and_never_repeated() {
        let mut given = arguments(json!({
            "action_id": ["hunter2"], "query": "hunter2", "dry_run": "hunter2", "fields": ["hunter2", 1],
            "path_variables": ["hunter2"],
        }))
        .unwrap();
        let told = [
            given.needed("action_id").err(),
            given.object("query").err(),
            given.flag("dry_run").err(),
            given.texts("fields").err(),
            given.object("path_variables").err(),
            given.needed("connection_key").err(),
        ];
        for told in told {
            let told = told.unwrap();
            assert!(
                told.contains("must be") && !told.contains("hunter2"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_count_stays_within_its_bounds() {
        let count = |value: Value| {
            let tool = tools::named("search_actions").unwrap();
            let given = json!({ "query": "x", "limit": value });
            let mut given = Arguments::of(tool, given.as_object().unwrap().clone()).unwrap();
            given.count("limit", 5, 50).ok()
        };
        for (value, counted) in [
            (json!(null), Some(5)),
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(1000), Some(50)),
            (json!(0), None),
            (json!(-1), None),
            (json!(1.5), None),
            (json!([]), None),
        ] {
            assert_eq!(count(value.clone()), counted, "{value}");
        }
    }
}
