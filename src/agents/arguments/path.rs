//! The path: a template with a value in each of its holes.

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::Known;
use super::findings::{Findings, meant};
use super::kinds::{Form, described, is_plain, misfit};
use super::pairs::{UNRESERVED, plain_text};
use crate::domain::{Param, ParamPlace};

/// The action's path with `given` in it, each value encoded so that it stays one segment.
pub fn fill(known: &Known<'_>, given: &Map<String, Value>, found: &mut Findings) -> String {
    let template = known.action.path.as_str();
    let names: Vec<&str> = known.action.path.variables().collect();
    for name in given.keys().filter(|name| !names.contains(&name.as_str())) {
        found.impossible(unknown(known, name, &names));
    }
    let mut path = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, name, behind)) = next_hole(rest) {
        path.push_str(before);
        let param = known.param(ParamPlace::Path, name);
        path.push_str(&value(name, param, given.get(name), found));
        rest = behind;
    }
    path.push_str(rest);
    path
}

fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once('{')?;
    let (name, behind) = after.split_once('}')?;
    Some((before, name, behind))
}

fn unknown(known: &Known<'_>, name: &str, names: &[&str]) -> String {
    let what = format!("there is no path variable `{name}`");
    if let Some(meant) = meant(name, names.iter().copied()) {
        return format!("{what}; did you mean `{meant}`?");
    }
    let elsewhere = known.advice(name, ParamPlace::Path);
    match (elsewhere.is_empty(), names) {
        (false, _) => format!("{what}{elsewhere}"),
        (true, []) => format!("{what}: the path of this action has none"),
        (true, names) => format!("{what}; the path has `{}`", names.join("`, `")),
    }
}

/// The value of one hole, encoded; empty, and found wrong, if there is none.
fn value(name: &str, param: Option<&Param>, given: Option<&Value>, found: &mut Findings) -> String {
    let takes = param.map_or_else(|| "a string".to_owned(), described);
    let Some(value) = given.filter(|value| !value.is_null()) else {
        found.impossible(format!("`{name}` is required in the path: {takes}"));
        return String::new();
    };
    let text = plain_text(value);
    if !is_plain(value) || text.is_empty() {
        found.impossible(format!(
            "`{name}` in the path must be {takes}, and not empty"
        ));
        return String::new();
    }
    if matches!(text.as_str(), "." | "..") {
        found.impossible(format!("`{name}` in the path must not be `.` or `..`"));
        return String::new();
    }
    if let Some(wrong) = param.and_then(|param| misfit(param, value, Form::Text)) {
        found.problem(format!("`{name}` in the path must be {wrong}"));
    }
    // Only a value that the catalogue itself writes with a slash is more than one segment.
    let is_the_catalogues = |param: &Param| {
        param.allowed.contains(&text) || param.default.as_deref() == Some(text.as_str())
    };
    if param.is_some_and(is_the_catalogues) {
        let encoded = text
            .split('/')
            .map(|segment| utf8_percent_encode(segment, UNRESERVED).to_string());
        return encoded.collect::<Vec<_>>().join("/");
    }
    utf8_percent_encode(&text, UNRESERVED).to_string()
}
