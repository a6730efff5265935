//! From a provider's answer to what an agent is told of it: secrets out, wanted fields only, and no
//! longer than it takes.

mod fields;
mod fit;
mod scrub;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::http::HeaderMap;
use serde_json::{Value, json};

pub use fields::Fields;
pub use scrub::Scrubber;

use super::arguments::is_json;
use super::call::Outcome;
use crate::domain::{Action, ParamPlace};
use crate::passthrough::Whole;

/// Headers that tell an agent something.
const TOLD: [&str; 9] = [
    "content-type",
    "etag",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "x-total-count",
    "x-next-page",
    "x-request-id",
];
/// Parameters by which lists are made shorter.
const SHORTENING: [&str; 12] = [
    "limit",
    "per_page",
    "page_size",
    "pageSize",
    "maxResults",
    "max_results",
    "first",
    "top",
    "count",
    "size",
    "page[size]",
    "$top",
];

/// What is wanted of an answer.
pub struct Wanted {
    /// The only fields.
    pub fields: Fields,
    /// The longest answer, in bytes.
    pub cap: usize,
    /// What was odd about the call.
    pub notes: Vec<String>,
}

/// What the agent is told of `whole`.
pub fn outcome(action: &Action, whole: &Whole, wanted: Wanted, scrubber: &Scrubber) -> Outcome {
    let fetched = &whole.fetched;
    let kind = text_of(&fetched.headers, "content-type").unwrap_or_default();
    let mut notes = wanted.notes;
    let body = read(&fetched.body, &kind, wanted.cap, scrubber);
    let body = match fetched.status.is_success() {
        true => {
            let missing = wanted.fields.missing(&body);
            if !missing.is_empty() {
                notes.push(format!(
                    "the answer has no `{}`; it has {}",
                    missing.join("`, `"),
                    fields::names(&body).join(", ")
                ));
            }
            wanted.fields.of(&body)
        }
        // What went wrong is wanted whole.
        false => body,
    };
    let fitted = fit::fit(body, wanted.cap);
    let mut truncated = fitted.missing.is_some();
    if let Some(missing) = fitted.missing {
        notes.push(match shortening(action) {
            Some(name) => format!("{missing}, or set `{name}` in the query"),
            None => missing,
        });
    }
    if !whole.is_complete {
        truncated = true;
        notes.push(format!(
            "the provider's answer is longer than the {} bytes that are read of one",
            fetched.body.len()
        ));
    }
    Outcome::Answered {
        status: fetched.status.as_u16(),
        headers: told(&fetched.headers, scrubber),
        body: fitted.value,
        truncated,
        notes,
    }
}

/// JSON as it is, other text as text, anything else described.
fn read(body: &[u8], kind: &str, cap: usize, scrubber: &Scrubber) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    // Some providers send JSON under other names; no text that is none parses.
    let looks_like = || matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    if (is_json(kind) || looks_like())
        && let Ok(value) = serde_json::from_slice(body)
    {
        return scrubber.value(value);
    }
    match std::str::from_utf8(body) {
        Ok(text) => Value::String(scrubber.text(text)),
        // A text that was cut in the middle of a character is still one.
        Err(error) if error.error_len().is_none() => {
            Value::String(scrubber.text(&String::from_utf8_lossy(body)))
        }
        Err(_) => binary(body, kind, cap, scrubber),
    }
}

fn binary(body: &[u8], kind: &str, cap: usize, scrubber: &Scrubber) -> Value {
    let encoded = body.len().div_ceil(3) * 4;
    let mut described = json!({ "contentType": kind, "bytes": body.len() });
    if encoded + 200 <= cap
        && !scrubber.knows(body)
        && let Some(fields) = described.as_object_mut()
    {
        fields.insert("base64".to_owned(), STANDARD.encode(body).into());
    }
    described
}

fn told(headers: &HeaderMap, scrubber: &Scrubber) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    for name in headers.keys() {
        let name = name.as_str();
        let is_limit = name.contains("ratelimit") || name.contains("rate-limit");
        if (TOLD.contains(&name) || is_limit)
            && let Some(text) = text_of(headers, name)
        {
            told.insert(name.to_owned(), scrubber.text(&text));
        }
    }
    told
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The action's own parameter for shorter lists.
fn shortening(action: &Action) -> Option<&str> {
    let params = action.params.iter();
    params
        .filter(|param| param.place == ParamPlace::Query)
        .map(|param| param.name.as_str())
        .find(|name| SHORTENING.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    #[test]
    fn an_answer_is_json_or_text_or_described() {
        let none = Scrubber::new(&[]);
        let read = |body: &[u8], kind: &str| read(body, kind, 1000, &none);
        assert_eq!(read(b"", "application/json"), Value::Null);
        assert_eq!(
            read(b"{\"a\":1}", "application/json; charset=utf-8"),
            json!({ "a": 1 })
        );
        assert_eq!(read(b" [1]", "text/plain"), json!([1]));
        assert_eq!(read(b"hello", "text/plain"), json!("hello"));
        assert_eq!(read(b"{oops", "application/json"), json!("{oops"));
        assert_eq!(
            read(b"\xff\xfe", "image/png"),
            json!({ "contentType": "image/png", "bytes": 2, "base64": "//4=" })
        );
        let long = read(&[0xff; 2000], "image/png");
        assert_eq!(long, json!({ "contentType": "image/png", "bytes": 2000 }));
    }

    #[test]
    fn a_secret_in_something_binary_keeps_all_of_it_back() {
        let secret = Secret::new("hunter2".to_owned());
        let scrubber = Scrubber::new([&secret]);
        let said = read(b"\xff\xffhunter2\xff", "image/png", 1000, &scrubber);
        assert_eq!(said, json!({ "contentType": "image/png", "bytes": 10 }));
    }
}
