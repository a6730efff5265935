//! Parameters, listed.

use std::fmt::Write as _;

use super::example::{content_type, is_form};
use super::names;
use crate::domain::{Action, Param, ParamPlace};

/// How much of each list is shown: parameters of a place, and values of one.
const SHOWN: usize = 60;
const SHOWN_HEADERS: usize = 12;
const SHOWN_VALUES: usize = 24;
/// How many bytes a list may take, and one description.
const LIST: usize = 4_500;
const DESCRIPTION: usize = 400;

/// One place's parameters under a heading, those that are required first. Nothing if there are
/// none.
pub(super) fn section(text: &mut String, action: &Action, place: ParamPlace) {
    let mut params: Vec<&Param> = action
        .params
        .iter()
        .filter(|param| param.place == place)
        .collect();
    if params.is_empty() {
        return;
    }
    if place != ParamPlace::Path {
        params.sort_by_key(|param| !is_needed(param, &action.params));
    }
    let _ = write!(text, "\n## {}\n\n", heading(action, place));
    let is_nested = |param: &&Param| param.name.contains('.');
    if place == ParamPlace::Body && is_form(action) && params.iter().any(is_nested) {
        text.push_str("What is inside another field is sent in brackets: `one[inside]`, `list[0][inside]`.\n\n");
    }
    let most = if place == ParamPlace::Header {
        SHOWN_HEADERS
    } else {
        SHOWN
    };
    let start = text.len();
    let mut shown = 0;
    for param in params.iter().take(most) {
        let line = line(action, param);
        if text.len() - start + line.len() > LIST {
            break;
        }
        text.push_str(&line);
        shown += 1;
    }
    let more = params.len() - shown;
    if more > 0 {
        let _ = writeln!(text, "- … and {more} more, which need not be sent.");
    }
}

fn heading(action: &Action, place: ParamPlace) -> String {
    match place {
        ParamPlace::Path => "Path variables (go into the URL's path)".to_owned(),
        ParamPlace::Query => "Query parameters (go into the URL's query string)".to_owned(),
        ParamPlace::Header => "Headers".to_owned(),
        ParamPlace::Body => {
            let kind = content_type(action);
            format!("Body fields (go into the request body, `{kind}`)")
        }
    }
}

/// Whether a call without it fails: it is required, and so is everything around it.
fn is_needed(param: &Param, all: &[Param]) -> bool {
    let around = |other: &&Param| {
        let rest = param.name.strip_prefix(other.name.as_str());
        !other.name.is_empty()
            && rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]."))
    };
    param.required
        && all
            .iter()
            .filter(|other| other.place == param.place)
            .filter(around)
            .all(|other| other.required)
}

fn line(action: &Action, param: &Param) -> String {
    let place = match param.place {
        ParamPlace::Path => "path",
        ParamPlace::Query => "query",
        ParamPlace::Header => "header",
        ParamPlace::Body => "body",
    };
    let needed = match (param.required, is_needed(param, &action.params)) {
        (true, true) => "required".to_owned(),
        (true, false) => format!("required within `{}`", parent(&param.name)),
        (false, _) => "optional".to_owned(),
    };
    let name = match param.name.as_str() {
        "" => "The body itself".to_owned(),
        name => format!("`{name}`"),
    };
    let mut line = format!("- {name} ({place}, {}, {needed})", kind(param));
    if let Some(description) = description(action, param) {
        let _ = write!(line, ": {description}");
    }
    if let Some(values) = values(param) {
        let _ = write!(line, " {values}");
    }
    if let Some(default) = param.default.as_ref().filter(|default| !default.is_empty()) {
        let _ = write!(line, " Unless sent: `{}`.", short(default, 80));
    }
    line.push('\n');
    line
}

fn kind(param: &Param) -> String {
    match (&*param.kind, &param.items) {
        ("array", Some(items)) => format!("array of {items}"),
        (kind, _) => kind.to_owned(),
    }
}

fn description(action: &Action, param: &Param) -> Option<String> {
    let given = param.description.trim();
    if !given.is_empty() {
        return Some(short(given, DESCRIPTION));
    }
    let of_segment = || match param.place {
        ParamPlace::Path => names::of_segment(action.path.as_str(), &param.name),
        _ => None,
    };
    names::description(param).or_else(of_segment)
}

fn values(param: &Param) -> Option<String> {
    if param.allowed.is_empty() {
        return None;
    }
    let shown: Vec<String> = param
        .allowed
        .iter()
        .take(SHOWN_VALUES)
        .map(|value| format!("`{}`", short(value, 80)))
        .collect();
    let more = param.allowed.len() - shown.len();
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let which = if param.kind == "array" {
        "Each one of"
    } else {
        "One of"
    };
    Some(format!("{which}: {}{rest}.", shown.join(", ")))
}

fn parent(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(way, _)| way)
}

/// The beginning of a text, with a mark where it was cut.
pub(super) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}
