//! The fields of a body, as a flat list.

use std::rc::Rc;

use super::refs::{At, Reader};
use super::schema::Schema;
use super::told::is_plain;

/// How many fields of one inner object are told.
const MAX_INNER: usize = 15;

/// How a field's name tells the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `customer.email`, `lines[].price`.
    Json,
    /// `customer[email]`, `lines[0][price]`.
    Form,
}

/// What is wanted of a body.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How names are made.
    pub style: Style,
    /// Of a request, so without what is read-only; or of an answer.
    pub request: bool,
    /// How many fields at the most.
    pub most: usize,
    /// How deep at the most.
    pub depth: usize,
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Its name, with the way to it.
    pub name: String,
    /// Its type.
    pub kind: &'static str,
    /// The type of its items, for an array.
    pub items: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// The only values that it, or each of its items, may have.
    pub allowed: Vec<String>,
    /// What it is taken for if it is left out.
    pub default: Option<String>,
    /// Its place among the others: inner fields follow the one that they are in.
    order: Vec<usize>,
}

/// An object whose fields are looked for.
struct Inner<'a> {
    prefix: String,
    schema: Rc<Schema<'a>>,
    required: bool,
    order: Vec<usize>,
}

/// The fields of the body that `at` describes. The body itself is among them, without a name, if it
/// is no object.
pub fn fields<'a>(reader: &Reader<'a>, at: At<'a>, wanted: Wanted) -> Vec<Field> {
    let schema = Schema::read(reader, at);
    let mut found = Vec::new();
    let wanted = match reader.tell(0) {
        true => wanted,
        false => Wanted {
            most: wanted.most.min(10),
            depth: 1,
            ..wanted
        },
    };
    if schema.properties.is_empty() {
        let is_told = wanted.request && (schema.kind() != "object" || schema.is_free);
        if is_told {
            found.push(field(reader, &schema, String::new(), true, Vec::new()));
        }
    }
    let mut level = match objects(reader, schema, "", wanted.style) {
        Some((prefix, schema)) => vec![Inner {
            prefix,
            schema,
            required: true,
            order: Vec::new(),
        }],
        None => Vec::new(),
    };
    for depth in 1..=wanted.depth {
        let most_each = if depth == 1 { wanted.most } else { MAX_INNER };
        let mut next = Vec::new();
        for inner in level {
            let room = wanted.most.saturating_sub(found.len()).min(most_each);
            if room > 0 {
                look_into(reader, inner, wanted, room, &mut found, &mut next);
            }
        }
        level = next;
    }
    if wanted.style == Style::Form {
        leave_out_parents(&mut found);
    }
    found.sort_by(|one, other| one.order.cmp(&other.order));
    reader.tell(found.len());
    found
}

/// Adds the fields of one object, required ones first, and the objects inside to `next`.
fn look_into<'a>(
    reader: &Reader<'a>,
    inner: Inner<'a>,
    wanted: Wanted,
    room: usize,
    found: &mut Vec<Field>,
    next: &mut Vec<Inner<'a>>,
) {
    let properties = &inner.schema.properties;
    let required = properties.iter().filter(|each| each.required);
    let others = properties.iter().filter(|each| !each.required);
    let mut added = 0;
    for property in required.chain(others) {
        if added == room || !reader.step() {
            return;
        }
        let schema = Schema::read(reader, property.schema);
        let is_out = if wanted.request {
            schema.read_only
        } else {
            schema.write_only
        };
        if is_out
            || property.name.is_empty()
            || property.name.len() > 120
            || !is_plain(&property.name)
        {
            continue;
        }
        let name = match wanted.style {
            _ if inner.prefix.is_empty() => property.name.to_string(),
            Style::Json => format!("{}.{}", inner.prefix, property.name),
            Style::Form => format!("{}[{}]", inner.prefix, property.name),
        };
        let mut order = inner.order.clone();
        order.push(added);
        added += 1;
        let required = property.required && inner.required;
        found.push(field(
            reader,
            &schema,
            name.clone(),
            required,
            order.clone(),
        ));
        if let Some((prefix, schema)) = objects(reader, schema, &name, wanted.style) {
            next.push(Inner {
                prefix,
                schema,
                required,
                order,
            });
        }
    }
}

/// The object that is behind `schema`, and what its fields' names begin with; an array's items are
/// looked at instead of the array.
fn objects<'a>(
    reader: &Reader<'a>,
    schema: Rc<Schema<'a>>,
    name: &str,
    style: Style,
) -> Option<(String, Rc<Schema<'a>>)> {
    let (mut schema, mut prefix) = (schema, name.to_owned());
    for _ in 0..3 {
        if !schema.properties.is_empty() {
            return Some((prefix, schema));
        }
        let items = schema.items?;
        schema = Schema::read(reader, items);
        prefix.push_str(if style == Style::Json { "[]" } else { "[0]" });
    }
    None
}

fn field<'a>(
    reader: &Reader<'a>,
    schema: &Schema<'a>,
    name: String,
    required: bool,
    order: Vec<usize>,
) -> Field {
    let (items, of_items) = schema.item_facts(reader).unzip();
    let mut allowed = schema.allowed();
    if allowed.is_empty() {
        allowed = of_items.unwrap_or_default();
    }
    Field {
        name,
        kind: schema.kind(),
        items,
        required,
        allowed,
        default: schema.told_default(),
        order,
    }
}

/// A form has no field for what is only the name of others.
fn leave_out_parents(found: &mut Vec<Field>) {
    let parents: std::collections::HashSet<Vec<usize>> = found
        .iter()
        .filter_map(|field| field.order.split_last().map(|(_, parent)| parent.to_vec()))
        .collect();
    found.retain(|field| !parents.contains(&field.order) || field.order.is_empty());
}
