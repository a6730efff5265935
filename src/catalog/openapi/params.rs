//! The parameters of an operation, and its path's variables.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::body::{self, Body};
use super::refs::{At, Reader};
use super::schema::Schema;
use super::told::{is_short, is_told};
use super::tree::Node;
use crate::domain::{Param, ParamPlace};

/// How many parameters an action can have besides its body's fields.
const MAX_PARAMS: usize = 80;
/// How many fields of a parameter that is an object are told.
const MAX_INNER: usize = 10;
/// Headers that the format itself says are told elsewhere.
const NOT_TOLD: [&str; 3] = ["accept", "content-type", "authorization"];

/// A parameter as a document has it: its name, its place, and the rest.
struct Written<'a> {
    name: &'a str,
    place: &'a str,
    at: At<'a>,
}

/// What the parameters of an operation come to.
pub struct Params {
    /// Those of path, query and headers.
    pub params: Vec<Param>,
    /// The body, for Swagger 2.
    pub body: Body,
}

/// The parameters of the operation at `operation` below the path at `item`, whose variables are
/// called `variables` as a document has them and as we do.
///
/// # Errors
/// A sentence, if a reference leads nowhere or a name cannot be told that must be given.
pub fn params<'a>(
    reader: &Reader<'a>,
    item: At<'a>,
    operation: At<'a>,
    variables: &[(String, String)],
) -> Result<Params, String> {
    let written = written(reader, item, operation)?;
    let of_path = written.iter().filter(|each| each.place == "path");
    let of_path: HashMap<&str, &Written<'_>> = of_path.map(|each| (each.name, each)).collect();
    let mut params = Vec::new();
    for (theirs, ours) in variables {
        let mut param = of_path.get(theirs.as_str()).map_or_else(
            || plain(ours, ParamPlace::Path),
            |each| param(reader, each.at, ours, ParamPlace::Path),
        );
        param.required = true;
        params.push(param);
    }
    for each in &written {
        let place = match each.place {
            "query" => ParamPlace::Query,
            "header" if !NOT_TOLD.contains(&each.name.to_ascii_lowercase().as_str()) => {
                ParamPlace::Header
            }
            _ => continue,
        };
        params.extend(spread(reader, each, place));
        if params.len() > MAX_PARAMS {
            break;
        }
    }
    params.truncate(MAX_PARAMS.max(variables.len()));
    let body = swagger_body(reader, &written, operation);
    Ok(Params { params, body })
}

/// The parameters of the operation, then those of the path that it does not replace.
fn written<'a>(
    reader: &Reader<'a>,
    item: At<'a>,
    operation: At<'a>,
) -> Result<Vec<Written<'a>>, String> {
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for list in [operation, item] {
        for at in list.get("parameters").into_iter().flat_map(At::items) {
            if !reader.step() {
                break;
            }
            let at = reader.resolve(at)?;
            let (Some(name), Some(place)) = (at.node.text_of("name"), at.node.text_of("in")) else {
                continue;
            };
            let name = if is_short(name) { name.trim() } else { name };
            let name = match place {
                // There is one only, whatever it is called.
                "body" => place,
                "path" | "query" | "header" | "formData" if is_told(name) => name,
                "query" | "header" | "formData" if at.node.is("required") => {
                    return Err("needs a parameter whose name cannot be told".to_owned());
                }
                _ => continue,
            };
            if !name.is_empty() && known.insert((name, place)) {
                all.push(Written { name, place, at });
            }
        }
    }
    Ok(all)
}

fn plain(name: &str, place: ParamPlace) -> Param {
    Param {
        name: name.to_owned(),
        place,
        kind: "string".to_owned(),
        items: None,
        required: false,
        description: String::new(),
        allowed: Vec::new(),
        default: None,
    }
}

/// The schema of a parameter; in Swagger 2 it is the parameter itself.
fn schema_of<'a>(reader: &Reader<'a>, at: At<'a>) -> Rc<Schema<'a>> {
    let content = || {
        let (_, media) = at.get("content")?.entries().next()?;
        media.get("schema")
    };
    Schema::read(reader, at.get("schema").or_else(content).unwrap_or(at))
}

fn param<'a>(reader: &Reader<'a>, at: At<'a>, name: &str, place: ParamPlace) -> Param {
    of_schema(
        reader,
        &schema_of(reader, at),
        at.node.is("required"),
        name,
        place,
    )
}

fn of_schema<'a>(
    reader: &Reader<'a>,
    schema: &Schema<'a>,
    required: bool,
    name: &str,
    place: ParamPlace,
) -> Param {
    let (items, of_items) = schema.item_facts(reader).unzip();
    let mut allowed = schema.allowed();
    if allowed.is_empty() {
        allowed = of_items.unwrap_or_default();
    }
    Param {
        kind: match schema.kind() {
            // What is written in an address is a text unless it is said to be something else.
            "any" => "string".to_owned(),
            kind => kind.to_owned(),
        },
        items,
        required,
        allowed,
        default: schema.told_default(),
        ..plain(name, place)
    }
}

/// The parameter; or its fields, where each is written by itself: `created[gte]`.
fn spread<'a>(reader: &Reader<'a>, written: &Written<'a>, place: ParamPlace) -> Vec<Param> {
    let schema = schema_of(reader, written.at);
    let required = written.at.node.is("required");
    let is_deep = written.at.node.text_of("style") == Some("deepObject");
    if !is_deep || schema.properties.is_empty() {
        return vec![of_schema(reader, &schema, required, written.name, place)];
    }
    let told = schema
        .properties
        .iter()
        .filter(|property| is_told(&property.name));
    let inner = told.take(MAX_INNER).map(|property| {
        let name = format!("{}[{}]", written.name, property.name);
        let inner = Schema::read(reader, property.schema);
        of_schema(reader, &inner, required && property.required, &name, place)
    });
    inner.collect()
}

/// The body that Swagger 2 describes among the parameters.
fn swagger_body<'a>(reader: &Reader<'a>, written: &[Written<'a>], operation: At<'a>) -> Body {
    let list = |at: At<'a>| at.get("consumes").map(|names| names.node.items());
    let consumes = list(operation).or_else(|| list(reader.root()));
    let media = body::best_name(consumes.unwrap_or_default().iter().filter_map(Node::text));
    if let Some(body) = written.iter().find(|each| each.place == "body") {
        let media = media.unwrap_or_else(|| "application/json".to_owned());
        return body::read(reader, &media, body.at.get("schema"));
    }
    let form: Vec<&Written<'_>> = written
        .iter()
        .filter(|each| each.place == "formData")
        .take(MAX_PARAMS)
        .collect();
    if form.is_empty() {
        return Body::default();
    }
    let has_file = form
        .iter()
        .any(|each| each.at.node.text_of("type") == Some("file"));
    let media = match media {
        _ if has_file => "multipart/form-data".to_owned(),
        Some(media) if media.contains("form") => media,
        _ => "application/x-www-form-urlencoded".to_owned(),
    };
    let params = form
        .iter()
        .map(|each| param(reader, each.at, each.name, ParamPlace::Body));
    Body {
        params: params.collect(),
        content_type: Some(media),
    }
}
