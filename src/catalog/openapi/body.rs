//! The bodies of requests and answers.

use super::fields::{Field, Style, Wanted, fields};
use super::refs::{At, Reader};
use super::schema::Schema;
use super::told::is_told;
use crate::domain::{AnswerField, Param, ParamPlace};

/// What a request's body gives to its action.
#[derive(Default)]
pub struct Body {
    /// Its fields.
    pub params: Vec<Param>,
    /// Its content type, unless that is JSON.
    pub content_type: Option<String>,
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// How many content types of one body are looked at.
const MAX_MEDIA: usize = 100;

/// The request's body of an OpenAPI 3 operation.
///
/// # Errors
/// A sentence, if a reference leads nowhere.
pub fn request<'a>(reader: &Reader<'a>, operation: At<'a>) -> Result<Body, String> {
    let Some(body) = operation.get("requestBody") else {
        return Ok(Body::default());
    };
    let body = reader.resolve(body)?;
    let Some((media, at)) = body.get("content").and_then(best_media) else {
        return Ok(Body::default());
    };
    Ok(read(reader, &media, at.get("schema")))
}

/// Whether what is said to be sent as `media` is an object: then JSON is what is meant, and
/// `media` what can be uploaded beside it.
fn is_meant_as_json<'a>(reader: &Reader<'a>, media: &str, schema: Option<At<'a>>) -> bool {
    let is_text = media.starts_with("message/")
        || media.starts_with("text/plain")
        || media == "application/octet-stream";
    is_text && schema.is_some_and(|at| !Schema::read(reader, at).properties.is_empty())
}

/// The body that `schema` describes, sent as `media`.
pub fn read<'a>(reader: &Reader<'a>, media: &str, schema: Option<At<'a>>) -> Body {
    let media = match is_meant_as_json(reader, media, schema) {
        true => JSON,
        false => media,
    };
    let style = if media == FORM || media == MULTIPART {
        Style::Form
    } else {
        Style::Json
    };
    let is_raw = style == Style::Json && !is_json(media);
    let content_type = (media != JSON).then(|| media.to_owned());
    if is_raw {
        return Body {
            params: vec![raw()],
            content_type,
        };
    }
    let wanted = Wanted {
        style,
        request: true,
        most: 60,
        depth: 3,
    };
    let found = schema.map(|schema| fields(reader, schema, wanted));
    Body {
        params: found.unwrap_or_default().into_iter().map(param).collect(),
        content_type,
    }
}

/// A body that is neither JSON nor a form.
fn raw() -> Param {
    Param {
        name: String::new(),
        place: ParamPlace::Body,
        kind: "string".to_owned(),
        items: None,
        required: true,
        description: String::new(),
        allowed: Vec::new(),
        default: None,
    }
}

fn param(field: Field) -> Param {
    Param {
        name: field.name,
        place: ParamPlace::Body,
        kind: field.kind.to_owned(),
        items: field.items,
        required: field.required,
        description: String::new(),
        allowed: field.allowed,
        default: field.default,
    }
}

/// The fields of the answer to a call that went well.
pub fn answer<'a>(reader: &Reader<'a>, operation: At<'a>) -> Vec<AnswerField> {
    let wanted = Wanted {
        style: Style::Json,
        request: false,
        most: 40,
        depth: 2,
    };
    let schema = operation
        .get("responses")
        .and_then(|responses| good_schema(reader, responses));
    let found = schema.map(|schema| fields(reader, schema, wanted));
    found
        .unwrap_or_default()
        .into_iter()
        .map(|field| AnswerField {
            name: field.name,
            kind: field.kind.to_owned(),
        })
        .collect()
}

fn good_schema<'a>(reader: &Reader<'a>, responses: At<'a>) -> Option<At<'a>> {
    let good = ["200", "201", "202", "203", "206", "2XX", "2xx"];
    let good = good.iter().filter_map(|status| responses.get(status));
    let only = responses
        .get("default")
        .filter(|_| responses.entries().nth(1).is_none());
    good.chain(only)
        .filter_map(|response| reader.resolve(response).ok())
        .find_map(|response| {
            let of_swagger = response.get("schema");
            of_swagger.or_else(|| {
                let (media, at) = response.get("content").and_then(best_media)?;
                at.get("schema").filter(|_| is_json(&media))
            })
        })
}

/// The content type that is read best, and what is said about it.
fn best_media(content: At<'_>) -> Option<(String, At<'_>)> {
    let plain = |name: &str| {
        let name = name.split(';').next().unwrap_or_default();
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "*/*" | "application/*" | "text/json" => JSON.to_owned(),
            _ => name,
        }
    };
    content
        .entries()
        .take(MAX_MEDIA)
        .filter(|(name, _)| is_told(name))
        .map(|(name, at)| (plain(name), at))
        .min_by_key(|(name, _)| rank(name))
}

/// The content type that is read best among the names in `list`, for Swagger 2.
pub fn best_name<'a>(list: impl Iterator<Item = &'a str>) -> Option<String> {
    let plain = |name: &str| {
        let name = name.split(';').next().unwrap_or_default();
        name.trim().to_ascii_lowercase()
    };
    let list = list.take(MAX_MEDIA).filter(|name| is_told(name));
    list.map(plain).min_by_key(|name| rank(name))
}

fn rank(media: &str) -> u8 {
    match media {
        JSON => 0,
        _ if is_json(media) => 1,
        FORM => 2,
        MULTIPART => 3,
        _ => 4,
    }
}

fn is_json(media: &str) -> bool {
    media == JSON || media.ends_with("+json")
}
