//! Query and headers.

use hyper::http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::findings::Findings;
use super::kinds::{Form, described, is_plain, misfit};
use super::pairs::{Lists, Pairs, plain_text};
use super::{Known, word};
use crate::domain::{Param, ParamPlace};
use crate::passthrough::overrides;

/// So many parameters, or headers, are looked at.
const MOST: usize = 500;

/// Headers that are nobody's to set: they belong to the hop, or to us, or make another request of
/// this one.
const OURS: [&str; 9] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "cookie",
    "expect",
    "te",
    "upgrade",
    "accept-encoding",
];

/// The query that `given` makes.
pub fn query(
    known: &Known<'_>,
    given: &Map<String, Value>,
    found: &mut Findings,
) -> Option<String> {
    let mut pairs = Pairs::default();
    if given.len() > MOST {
        found.impossible(format!("the query has at most {MOST} parameters"));
        return None;
    }
    for (name, value) in given {
        if overrides::is_query(name) && known.param(ParamPlace::Query, name).is_none() {
            found.impossible(format!(
                "`{}` in the query would make another request of this one; call the action that is \
                 meant",
                name.escape_debug()
            ));
            continue;
        }
        if known.sets_query(name) {
            found.impossible(format!(
                "`{name}` in the query is set by the connection; leave it out"
            ));
            continue;
        }
        let param = query_param(known, name);
        check(known, ParamPlace::Query, name, param, value, found);
        // The name as the provider spells it: `ids[]` may be given as `ids`.
        let spelled = param.map_or(name.as_str(), |param| param.name.as_str());
        let lists = match param {
            Some(param) if param.kind == "string" => Lists::Commas,
            _ => Lists::Repeated,
        };
        pairs.add(spelled, value, lists);
    }
    let is_given = |param: &Param| {
        let is_it =
            |name: &String| query_param(known, name).map(|own| &own.name) == Some(&param.name);
        given
            .iter()
            .any(|(name, value)| is_it(name) && !value.is_null())
    };
    missing(known, ParamPlace::Query, |param| {
        is_given(param) || known.sets_query(&param.name)
    })
    .for_each(|what| found.problem(what));
    if pairs.are_too_long() {
        found.impossible("the query is too long: send less".to_owned());
        return None;
    }
    pairs.text()
}

/// The parameter that a name in the query means: `created[gte]` is a part of `created`.
fn query_param<'a>(known: &Known<'a>, name: &str) -> Option<&'a Param> {
    let whole = name.split('[').next().unwrap_or(name);
    known
        .param(ParamPlace::Query, name)
        .or_else(|| known.param(ParamPlace::Query, &format!("{name}[]")))
        .or_else(|| {
            known
                .param(ParamPlace::Query, whole)
                .filter(|_| name.contains('['))
        })
}

/// The headers that `given` make, names in lower case.
pub fn headers(
    known: &Known<'_>,
    given: &Map<String, Value>,
    found: &mut Findings,
) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    if given.len() > MOST {
        found.impossible(format!("there are at most {MOST} headers"));
        return headers;
    }
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        let lower = name.to_ascii_lowercase();
        let is_ours = OURS.contains(&lower.as_str())
            || overrides::is_header(&lower)
            || lower.starts_with("x-pica-");
        if known.sets_header(&lower) || is_ours {
            let who = if is_ours {
                "this server"
            } else {
                "the connection"
            };
            found.impossible(format!("the header `{name}` is set by {who}; leave it out"));
            continue;
        }
        let text = plain_text(value);
        let is_sound = HeaderName::from_bytes(lower.as_bytes()).is_ok()
            && HeaderValue::from_str(&text).is_ok();
        if !is_plain(value) || !is_sound {
            found.impossible(format!(
                "the header `{}` must be a line of text under a name that HTTP allows",
                name.escape_debug()
            ));
            continue;
        }
        let param = known
            .at(ParamPlace::Header)
            .find(|param| param.name.eq_ignore_ascii_case(&lower));
        if let Some(wrong) = param.and_then(|param| misfit(param, value, Form::Text)) {
            found.problem(format!("the header `{name}` must be {wrong}"));
        }
        headers.push((lower, text));
    }
    missing(known, ParamPlace::Header, |param| {
        let lower = param.name.to_ascii_lowercase();
        let is_given = headers.iter().any(|(name, _)| *name == lower);
        is_given || known.sets_header(&lower) || known.fills_header(&lower)
    })
    .for_each(|what| found.problem(what));
    headers
}

fn check(
    known: &Known<'_>,
    place: ParamPlace,
    name: &str,
    param: Option<&Param>,
    value: &Value,
    found: &mut Findings,
) {
    match param {
        None if known.at(place).next().is_none() => found.hint(|| {
            format!(
                "no parameter is known in the {}; `{name}` is sent as it is{}",
                word(place),
                known.advice(name, place)
            )
        }),
        None => found.hint(|| {
            format!(
                "`{name}` is not known in the {}{}",
                word(place),
                known.advice(name, place)
            )
        }),
        // A part of an object says nothing about the whole.
        Some(param) if param.name.trim_end_matches("[]") != name.trim_end_matches("[]") => {}
        Some(_) if value.is_null() => {}
        Some(param) => {
            if let Some(wrong) = misfit(param, value, Form::Text) {
                found.problem(format!("`{name}` in the {} must be {wrong}", word(place)));
            }
        }
    }
}

/// What is required at `place` and not there.
fn missing<'a>(
    known: &Known<'a>,
    place: ParamPlace,
    is_there: impl Fn(&Param) -> bool,
) -> impl Iterator<Item = String> {
    let required = known.at(place).filter(|param| param.required);
    required
        .filter(move |param| !is_there(param))
        .map(move |param| {
            format!(
                "`{}` is required in the {}: {}",
                param.name,
                word(place),
                described(param)
            )
        })
}
