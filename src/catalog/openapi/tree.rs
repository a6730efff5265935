//! A document as a tree, much smaller than its text.
//!
//! What people read (descriptions, examples, extensions) is not kept, and every short text once
//! only: a document of 50 MB takes less memory than its text does.

mod build;

use std::rc::Rc;

use serde::de::DeserializeSeed;
use serde_json::{Number, Value};

use self::build::{Builder, Seed};
use super::told::is_short;
use super::{Refusal, discovery};

/// How long a document may be, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// A longer document is no discovery document: those are read in a way that takes more memory.
const MAX_DISCOVERY: usize = 16 * 1024 * 1024;

/// How deep its values may lie in each other.
const MAX_DEPTH: usize = 120;

/// How many values it may have.
const MAX_NODES: usize = 6_000_000;

/// A map with more entries has an index.
const MAX_PLAIN: usize = 12;

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

    /// [`Self::scalar`], unless it is a text that is too long for a name or a value.
    pub fn short(&self) -> Option<String> {
        match self {
            Self::Text(text) if !is_short(text) => None,
            _ => self.scalar(),
        }
    }

    /// [`Self::scalar`], unless it has more characters than `most`.
    pub fn scalar_within(&self, most: usize) -> Option<String> {
        match self {
            Self::Text(text) if text.chars().nth(most).is_some() => None,
            _ => self.scalar(),
        }
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
