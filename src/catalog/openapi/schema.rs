//! What a schema says, with its references and its parts put together.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::refs::{At, Reader};
use super::told::{is_plain, is_short};
use super::tree::Node;

/// How deep `allOf` and its like are followed.
const MAX_DEPTH: usize = 7;
/// How many properties are kept, of all schemas together.
const MAX_KEPT: usize = 3_000_000;
/// How many properties of one object are looked at.
const MAX_PROPERTIES: usize = 500;
/// A longer list of allowed values is not told.
const MAX_ALLOWED: usize = 40;
/// A longer value is not told, in characters.
const MAX_VALUE: usize = 80;
/// How many types of one list are looked at.
const MAX_TYPES: usize = 10;
/// How many known names cost a step to compare others with.
const NAMES_A_STEP: usize = 16;

/// Schemas that were read, since most are read many times.
#[derive(Default)]
pub struct Schemas<'a> {
    kept: RefCell<HashMap<*const Node, Rc<Schema<'a>>>>,
    properties: Cell<usize>,
}

impl<'a> Schemas<'a> {
    /// The schema at `node`, read now unless it is kept.
    fn read(&self, node: &'a Node, read: impl FnOnce() -> Schema<'a>) -> Rc<Schema<'a>> {
        let place = std::ptr::from_ref(node);
        if let Some(kept) = self.kept.borrow().get(&place) {
            return Rc::clone(kept);
        }
        let schema = Rc::new(read());
        let values = schema.allowed.as_ref().map_or(0, Vec::len) + schema.types.len();
        let properties = self.properties.get() + schema.properties.len() + values + 5;
        let mut kept = self.kept.borrow_mut();
        if properties > MAX_KEPT {
            kept.clear();
            self.properties.set(0);
        } else {
            self.properties.set(properties);
        }
        kept.insert(place, Rc::clone(&schema));
        schema
    }
}

/// What a schema says.
#[derive(Default)]
pub struct Schema<'a> {
    types: Vec<&'a str>,
    /// The properties of an object, in the document's order.
    pub properties: Vec<Property<'a>>,
    /// Whether an object may have other properties.
    pub is_free: bool,
    /// What an array's items are.
    pub items: Option<At<'a>>,
    allowed: Option<Vec<String>>,
    default: Option<String>,
    /// Whether it is in answers only.
    pub read_only: bool,
    /// Whether it is in requests only.
    pub write_only: bool,
}

/// A property of an object.
pub struct Property<'a> {
    /// Its name.
    pub name: Rc<str>,
    /// Its schema.
    pub schema: At<'a>,
    /// Whether the object must have it.
    pub required: bool,
}

impl<'a> Schema<'a> {
    /// Reads the schema at `at`. A part that leads nowhere is left out.
    pub fn read(reader: &Reader<'a>, at: At<'a>) -> Rc<Self> {
        let is_alias = at.node.get("$ref").is_some() && at.node.entries().nth(1).is_none();
        let at = match reader.resolve(at) {
            Ok(there) if is_alias => there,
            _ => at,
        };
        reader.schemas.read(at.node, || {
            let mut seen = HashSet::new();
            Self::merged(reader, at, &mut seen, MAX_DEPTH)
        })
    }

    fn merged(
        reader: &Reader<'a>,
        at: At<'a>,
        seen: &mut HashSet<*const Node>,
        depth: usize,
    ) -> Self {
        let mut schema = Self::default();
        schema.add_own(at);
        let Ok(at) = reader.resolve(at) else {
            return schema;
        };
        if depth == 0 || !reader.step() || !seen.insert(std::ptr::from_ref(at.node)) {
            return schema;
        }
        schema.add_own(at);
        schema.add_properties(reader, at);
        for part in at.get("allOf").into_iter().flat_map(At::items) {
            let part = Self::merged(reader, part, seen, depth - 1);
            schema.add(reader, part);
        }
        for word in ["oneOf", "anyOf"] {
            let parts = at.get(word).into_iter().flat_map(At::items);
            let parts = parts
                .take(MAX_ALLOWED)
                .map(|part| Self::merged(reader, part, seen, depth - 1));
            let mut either = Self::default();
            let parts: Vec<Self> = parts.filter(|part| !part.is_nothing()).collect();
            let open = parts.iter().any(|part| part.allowed.is_none());
            for mut part in parts {
                for property in &mut part.properties {
                    property.required = false;
                }
                either.add(reader, part);
            }
            if open {
                either.allowed = None;
            }
            schema.add(reader, either);
        }
        schema
    }

    /// Whether it stands for no value, or for the empty text: `null` or "unset".
    fn is_nothing(&self) -> bool {
        let unset = self.allowed.as_ref().is_some_and(Vec::is_empty);
        self.properties.is_empty() && (unset || self.types == ["null"])
    }

    /// What stands in the schema itself.
    fn add_own(&mut self, at: At<'a>) {
        match at.node.get("type") {
            Some(Node::Text(kind)) => self.add_type(kind),
            Some(kinds) => {
                let kinds = kinds.items().iter().take(MAX_TYPES);
                kinds
                    .filter_map(Node::text)
                    .for_each(|kind| self.add_type(kind));
            }
            None => {}
        }
        self.items = self.items.or_else(|| at.get("items"));
        self.is_free |= match at.node.get("additionalProperties") {
            Some(Node::Bool(free)) => *free,
            other => other.is_some(),
        };
        let constant = at.node.get("const").map(std::slice::from_ref);
        if let Some(values) = at.node.get("enum").map(Node::items).or(constant) {
            self.allowed = allowed(values).or(self.allowed.take());
        }
        let default = at.node.get("default");
        self.default = default
            .and_then(|value| value.scalar_within(MAX_VALUE))
            .filter(|text| !text.is_empty() && is_plain(text))
            .or(self.default.take());
        self.read_only |= at.node.is("readOnly");
        self.write_only |= at.node.is("writeOnly");
    }

    /// Two of a kind are enough to say that it was said more than once.
    fn add_type(&mut self, kind: &'a str) {
        let kind = if is_short(kind) { kind } else { "unknown" };
        let same = self.types.iter().filter(|other| **other == kind).count();
        if same < 2 && self.types.len() < 2 * MAX_TYPES {
            self.types.push(kind);
        }
    }

    fn add_properties(&mut self, reader: &Reader<'a>, at: At<'a>) {
        let required = at.node.get("required").map(Node::items).unwrap_or_default();
        let required: HashSet<&str> = required
            .iter()
            .take_while(|_| reader.step())
            .filter_map(Node::text)
            .filter(|name| is_short(name))
            .collect();
        for property in &mut self.properties {
            property.required |= required.contains(property.name.as_ref());
        }
        for (name, schema) in at.get("properties").into_iter().flat_map(At::entries) {
            if !reader.step() || self.properties.len() == MAX_PROPERTIES {
                return;
            }
            self.properties.push(Property {
                name: Rc::clone(name),
                schema,
                required: required.contains(name.as_ref()),
            });
        }
    }

    fn add(&mut self, reader: &Reader<'a>, other: Self) {
        other.types.iter().for_each(|kind| self.add_type(kind));
        self.items = self.items.or(other.items);
        self.is_free |= other.is_free;
        self.allowed = match (self.allowed.take(), other.allowed) {
            (Some(mut ours), Some(theirs)) => {
                ours.extend(theirs);
                ours.dedup();
                (ours.len() <= MAX_ALLOWED).then_some(ours)
            }
            (ours, theirs) => ours.or(theirs),
        };
        self.default = self.default.take().or(other.default);
        self.read_only |= other.read_only;
        self.write_only |= other.write_only;
        let room = MAX_PROPERTIES.saturating_sub(self.properties.len());
        if self.properties.is_empty() {
            self.properties = other.properties;
            return;
        }
        let names = self.properties.len() / NAMES_A_STEP;
        if other.properties.is_empty() || room == 0 || !reader.steps(names as u64) {
            return;
        }
        let known: HashSet<&str> = self
            .properties
            .iter()
            .map(|each| each.name.as_ref())
            .collect();
        let is_new = |property: &Property<'a>| !known.contains(property.name.as_ref());
        let new: Vec<Property<'a>> = other
            .properties
            .into_iter()
            .filter(is_new)
            .take(room)
            .collect();
        self.properties.extend(new);
    }

    /// `string`, `integer`, `number`, `boolean`, `array`, `object`, or `any`.
    pub fn kind(&self) -> &'static str {
        let mut kinds = self.types.iter().filter_map(|kind| match *kind {
            "string" | "file" => Some("string"),
            "integer" | "int" | "long" => Some("integer"),
            "number" | "float" | "double" => Some("number"),
            "boolean" => Some("boolean"),
            "array" => Some("array"),
            "object" => Some("object"),
            "null" => None,
            _ => Some("any"),
        });
        match kinds.next() {
            Some(first) if kinds.all(|kind| kind == first) => first,
            Some(_) => "any",
            None if !self.properties.is_empty() || self.is_free => "object",
            None if self.items.is_some() => "array",
            None if self.allowed.as_ref().is_some_and(|all| !all.is_empty()) => "string",
            None => "any",
        }
    }

    /// The type of an array's items, and the only values that they may have.
    pub fn item_facts(&self, reader: &Reader<'a>) -> Option<(String, Vec<String>)> {
        let items = self.items.filter(|_| self.kind() == "array")?;
        let items = Self::read(reader, items);
        let allowed = items.allowed();
        Some((items.kind().to_owned(), allowed))
    }

    /// The only values that it may have.
    pub fn allowed(&self) -> Vec<String> {
        self.allowed.clone().unwrap_or_default()
    }

    /// What it is taken for if it is left out.
    pub fn told_default(&self) -> Option<String> {
        self.default.clone()
    }
}

/// The texts and numbers among `values`; nothing if there are too many.
fn allowed(values: &[Node]) -> Option<Vec<String>> {
    if values.len() > MAX_ALLOWED {
        return None;
    }
    let values = values
        .iter()
        .filter(|value| matches!(value, Node::Text(_) | Node::Number(_)));
    let mut texts = Vec::new();
    let mut hidden = 0;
    for value in values {
        let text = value.scalar_within(MAX_VALUE)?;
        if is_plain(&text) {
            texts.push(text);
        } else {
            hidden += 1;
        }
    }
    texts.retain(|text| !text.is_empty());
    // Of a list that is hidden whole, nothing is known; an empty one stands for no value.
    (hidden == 0 || !texts.is_empty()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::Options;
    use super::super::refs::Documents;
    use super::*;

    /// How many steps it takes to read `schema`, and what is kept of it.
    fn read(schema: &Value) -> (u64, usize, &'static str) {
        let bytes = json!({ "schema": schema }).to_string();
        let documents = Documents::read(bytes.as_bytes(), &Options::default()).unwrap();
        let reader = Reader::new(&documents);
        let schema = Schema::read(&reader, reader.root().get("schema").unwrap());
        (reader.taken(), schema.types.len(), schema.kind())
    }

    #[test]
    fn a_long_list_of_types_is_looked_at_only_so_far() {
        let many: Vec<String> = (0..5_000).map(|n| format!("t{n}")).collect();
        let (_, kept, kind) = read(&json!({ "type": many }));
        assert_eq!((kept, kind), (2 * MAX_TYPES, "any"));
        let parts = vec![json!({ "type": "string" }); 500];
        let (_, kept, kind) = read(&json!({ "allOf": parts }));
        assert_eq!((kept, kind), (2, "string"));
    }

    #[test]
    fn a_name_that_is_required_costs_a_step_and_so_does_comparing_many() {
        let (without, ..) = read(&json!({ "properties": { "a": {} } }));
        let names: Vec<String> = (0..1_000).map(|n| format!("n{n}")).collect();
        let (with, ..) = read(&json!({ "properties": { "a": {} }, "required": names }));
        assert_eq!(with, without + 1_000);

        let many: serde_json::Map<String, Value> =
            (0..400).map(|n| (format!("n{n}"), json!({}))).collect();
        let part = json!({ "properties": { "n1": {} } });
        let (steps, ..) = read(&json!({ "properties": many, "allOf": vec![part; 100] }));
        assert!(steps >= 100 * 400 / NAMES_A_STEP as u64, "{steps}");
    }

    #[test]
    fn what_is_kept_counts_values_and_types() {
        let documents =
            json!({ "schema": { "enum": ["a", "b", "c"], "type": ["string", "null"] } });
        let documents =
            Documents::read(documents.to_string().as_bytes(), &Options::default()).unwrap();
        let reader = Reader::new(&documents);
        let schema = Schema::read(&reader, reader.root().get("schema").unwrap());
        let kept = reader.schemas.properties.get();
        assert_eq!(kept, 5 + 3 + schema.types.len());
    }
}
