//! A document as a tree, much smaller than its text.
//!
//! What people read (descriptions, examples, extensions) is not kept, and every short text once
//! only: a document of 50 MB takes less memory than its text does.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::{Refusal, discovery};

/// How long a document may be, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// A longer document is no discovery document: those are read in a way that takes more memory.
const MAX_DISCOVERY: usize = 16 * 1024 * 1024;
/// How deep its values may lie in each other.
const MAX_DEPTH: usize = 120;
/// How many values it may have.
const MAX_NODES: usize = 6_000_000;
/// Longer texts are not looked for among those that are there already.
const MAX_SHARED: usize = 160;
/// A map with more entries has an index.
const MAX_PLAIN: usize = 12;

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

/// One value of a document.
#[derive(Debug)]
pub enum Node {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Rc<str>),
    /// A list.
    List(Box<[Node]>),
    /// Names and values.
    Map(Box<Map>),
}

/// Names and values, in the document's order.
#[derive(Debug)]
pub struct Map {
    entries: Box<[(Rc<str>, Node)]>,
    /// The entries' places in order of name, for a map with many.
    index: Option<Box<[u32]>>,
}

impl Map {
    fn new(entries: Vec<(Rc<str>, Node)>) -> Self {
        let entries = entries.into_boxed_slice();
        let index = (entries.len() > MAX_PLAIN).then(|| {
            let mut index: Vec<(&str, u32)> = entries
                .iter()
                .zip(0u32..)
                .map(|((name, _), place)| (name.as_ref(), place))
                .collect();
            index.sort_unstable();
            index.into_iter().map(|(_, place)| place).collect()
        });
        Self { entries, index }
    }

    /// The value of `name`; of several, the last.
    fn get(&self, name: &str) -> Option<&Node> {
        let Some(index) = &self.index else {
            let found = self.entries.iter().rev().find(|(key, _)| **key == *name);
            return found.map(|(_, value)| value);
        };
        let key = |place: &u32| self.entries.get(*place as usize);
        let end = index.partition_point(|place| key(place).is_some_and(|(key, _)| **key <= *name));
        let (found, value) = key(index.get(end.checked_sub(1)?)?)?;
        (**found == *name).then_some(value)
    }
}

impl Node {
    /// The value of `name`, if this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(name),
            _ => None,
        }
    }

    /// The names and values of a map; none of anything else.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Rc<str>, &Self)> {
        let entries: &[(Rc<str>, Self)] = match self {
            Self::Map(map) => &map.entries,
            _ => &[],
        };
        entries.iter().map(|(name, value)| (name, value))
    }

    /// The values of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The text that it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of `name`.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Self::text)
    }

    /// Whether `name` is `true`.
    pub fn is(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Self::Bool(true)))
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self, Self::Map(_))
    }

    /// A text, number or truth value as text.
    pub fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }
}

/// Reads JSON or YAML.
///
/// # Errors
/// The place is a line and column.
pub fn parse(bytes: &[u8]) -> Result<Node, Refusal> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::new("", "the document is larger than 64 MB"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Refusal::new("", "the document is no UTF-8 text"))?;
    let builder = Builder::default();
    let is_json = text.trim_start().starts_with(['{', '[']);
    if is_json && text.len() <= MAX_DISCOVERY && text.contains("\"discoveryVersion\"") {
        let whole: Option<Value> = serde_json::from_str(text).ok();
        if let Some(whole) = whole.filter(discovery::is_one) {
            return json(&discovery::told_as_openapi(&whole).to_string(), &builder);
        }
    }
    let node = if is_json {
        json(text, &builder)
    } else {
        yaml(text, &builder)
    }?;
    if node.is_map() {
        return Ok(node);
    }
    Err(Refusal::new("", "the document is no JSON or YAML object"))
}

fn json(text: &str, builder: &Builder) -> Result<Node, Refusal> {
    let mut reader = serde_json::Deserializer::from_str(text);
    Seed::root(builder)
        .deserialize(&mut reader)
        .and_then(|node| reader.end().map(|()| node))
        .map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or_default();
            Refusal::new(&place, why)
        })
}

fn yaml(text: &str, builder: &Builder) -> Result<Node, Refusal> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            max_documents: 1,
            max_anchors: 20_000,
            max_aliases: 20_000,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::with_deserializer_from_str_with_options(text, options, |reader| {
        Seed::root(builder).deserialize(reader)
    })
    .map_err(|error| {
        let place = error.location().map_or_else(String::new, |at| {
            format!("line {}, column {}", at.line(), at.column())
        });
        let why: String = error.to_string().chars().take(200).collect();
        Refusal::new(&place, why.lines().next().unwrap_or_default())
    })
}

/// What is shared while a tree is made.
#[derive(Default)]
struct Builder {
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
struct Seed<'b> {
    builder: &'b Builder,
    depth: usize,
    /// Whether the keys of the map that comes are names.
    names: bool,
    /// Whether a text that comes is for people, and not kept.
    prose: bool,
}

impl<'b> Seed<'b> {
    fn root(builder: &'b Builder) -> Self {
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
