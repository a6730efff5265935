//! How a tree is made, value by value.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::{MAX_DEPTH, MAX_NODES, Map, Node};

/// Longer texts are not looked for among those that are there already.
const MAX_SHARED: usize = 160;

/// Keys below which keys are names that people chose, not words of the format.
const HOLD_NAMES: [&str; 18] = [
    "paths",
    "properties",
    "patternProperties",
    "definitions",
    "$defs",
    "schemas",
    "parameters",
    "responses",
    "requestBodies",
    "headers",
    "content",
    "securitySchemes",
    "securityDefinitions",
    "scopes",
    "variables",
    "pathItems",
    "encoding",
    "dependentSchemas",
];

/// Words of the format whose values nobody here looks at.
const LEFT_OUT: [&str; 8] = [
    "example",
    "examples",
    "externalDocs",
    "callbacks",
    "links",
    "contact",
    "license",
    "xml",
];

/// What is shared while a tree is made.
#[derive(Default)]
pub struct Builder {
    texts: RefCell<HashSet<Rc<str>>>,
    nodes: Cell<usize>,
}

impl Builder {
    fn text(&self, text: &str) -> Rc<str> {
        if text.len() > MAX_SHARED {
            return text.into();
        }
        let mut texts = self.texts.borrow_mut();
        if let Some(text) = texts.get(text) {
            return Rc::clone(text);
        }
        let text: Rc<str> = text.into();
        texts.insert(Rc::clone(&text));
        text
    }
}

/// Makes one value.
#[derive(Clone, Copy)]
pub struct Seed<'b> {
    builder: &'b Builder,
    depth: usize,
    /// Whether the keys of the map that comes are names.
    names: bool,
    /// Whether a text that comes is for people, and not kept.
    prose: bool,
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(match self.prose {
            true => Node::Null,
            false => Node::Text(self.builder.text(value)),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.below())? {
            items.push(item);
        }
        Ok(Node::List(items.into_boxed_slice()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(Key(self.builder))? {
            if self.is_left_out(&key) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(self.of(&key))?;
            if !matches!(value, Node::Null) {
                entries.push((key, value));
            }
        }
        Ok(Node::Map(Box::new(Map::new(entries))))
    }
}

/// Makes a key; YAML has some that are no texts: `200:`, `true:`.
struct Key<'b>(&'b Builder);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Rc<str>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Rc<str>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Rc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Rc<str>, E> {
        Ok(self.0.text(key))
    }

    fn visit_bool<E>(self, key: bool) -> Result<Rc<str>, E> {
        Ok(self.0.text(&key.to_string()))
    }

    fn visit_i64<E>(self, key: i64) -> Result<Rc<str>, E> {
        Ok(self.0.text(&key.to_string()))
    }

    fn visit_u64<E>(self, key: u64) -> Result<Rc<str>, E> {
        Ok(self.0.text(&key.to_string()))
    }

    fn visit_f64<E>(self, key: f64) -> Result<Rc<str>, E> {
        Ok(self.0.text(&key.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Rc<str>, E> {
        Ok(self.0.text("null"))
    }
}

impl<'b> Seed<'b> {
    /// For the document itself.
    pub fn root(builder: &'b Builder) -> Self {
        Self {
            builder,
            depth: 0,
            names: false,
            prose: false,
        }
    }

    fn below(self) -> Self {
        Self {
            depth: self.depth + 1,
            names: false,
            prose: false,
            ..self
        }
    }

    /// For the value of `key`.
    fn of(self, key: &str) -> Self {
        Self {
            names: !self.names && HOLD_NAMES.contains(&key),
            prose: !self.names && matches!(key, "description" | "summary"),
            ..self.below()
        }
    }

    /// Whether the value of the key is for people only.
    fn is_left_out(&self, key: &str) -> bool {
        !self.names && (LEFT_OUT.contains(&key) || (key.starts_with("x-") && self.depth > 1))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(D::Error::custom("values lie too deep in each other"));
        }
        let nodes = self.builder.nodes.get() + 1;
        if nodes > MAX_NODES {
            return Err(D::Error::custom("the document has too many values"));
        }
        self.builder.nodes.set(nodes);
        deserializer.deserialize_any(self)
    }
}
