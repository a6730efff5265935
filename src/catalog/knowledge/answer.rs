//! The shape of an answer, where there is no example of one.

use serde_json::{Map, Value};

use super::tree::{Node, tree};
use crate::domain::{Action, AnswerField};

/// A JSON skeleton: each field with its type in the place of its value.
pub(super) fn skeleton(action: &Action) -> Option<String> {
    if action.answer.is_empty() {
        return None;
    }
    let root = tree(
        action
            .answer
            .iter()
            .map(|field| (field.name.as_str(), field)),
    );
    serde_json::to_string_pretty(&of_node(&root)).ok()
}

fn of_node(node: &Node<'_, AnswerField>) -> Value {
    let is_list = node.is_list || node.field.is_some_and(|field| field.kind == "array");
    let one = match node.field {
        _ if !node.children.is_empty() => {
            let fields = node.children.iter();
            Value::Object(
                fields
                    .map(|(name, child)| (name.clone(), of_node(child)))
                    .collect(),
            )
        }
        Some(_) if is_list => return Value::Array(Vec::new()),
        Some(field) if field.kind == "object" => Value::Object(Map::new()),
        Some(field) => Value::String(field.kind.clone()),
        None => Value::Object(Map::new()),
    };
    if is_list {
        Value::Array(vec![one])
    } else {
        one
    }
}
