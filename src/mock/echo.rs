//! What arrived, without its secrets.

use std::collections::BTreeMap;

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::body::Body;
use super::credential::Places;
use super::upstream::Arrived;

/// Describes a request: the credential's place is seen, its value is not.
pub fn echo(arrived: &Arrived<'_>, places: &Places, action: Option<&str>) -> Value {
    json!({
        "method": arrived.method,
        "path": arrived.path,
        "query": arrived.query.map(|query| places.shown_query(query)),
        "headers": headers(arrived.headers, places),
        "body": body(&arrived.body),
        "platform": arrived.platform,
        "action": action,
    })
}

/// By name, in order, so that equal requests have equal echoes.
fn headers(headers: &HeaderMap, places: &Places) -> BTreeMap<String, Vec<String>> {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        let value = places.shown_header(name.as_str(), value.as_bytes());
        shown
            .entry(name.as_str().to_owned())
            .or_default()
            .push(value);
    }
    shown
}

fn body(body: &Body) -> Value {
    let Some(bytes) = &body.held else {
        return json!({ "length": body.length });
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "text": text, "length": body.length }),
        Err(_) => json!({ "base64": STANDARD.encode(bytes), "length": body.length }),
    }
}
