//! How to get the next page, from the names of parameters and of an answer's fields.

use super::names;
use crate::domain::{Action, Method, Param, ParamPlace};

/// Names, their words joined by a space.
const SIZES: [&str; 9] = [
    "limit",
    "per page",
    "page size",
    "pagesize",
    "perpage",
    "max results",
    "top",
    "count",
    "size",
];
const CURSORS: [&str; 14] = [
    "cursor",
    "page token",
    "next page token",
    "next token",
    "continuation token",
    "continuation",
    "start cursor",
    "starting after",
    "after",
    "page after",
    "pagination token",
    "bookmark",
    "marker",
    "sync token",
];
const OFFSETS: [&str; 4] = ["offset", "skip", "start at", "start"];
const PAGES: [&str; 4] = ["page", "page number", "pageno", "page num"];
const NEXT: [&str; 14] = [
    "next cursor",
    "next page token",
    "next page",
    "next",
    "next link",
    "odata next link",
    "next page url",
    "next page uri",
    "next token",
    "cursor",
    "next uri",
    "next url",
    "continuation token",
    "end cursor",
];

/// A sentence on how to get what did not fit into an answer; nothing where the API gives no hint.
pub(super) fn how(action: &Action) -> Option<String> {
    if matches!(action.method, Method::Put | Method::Patch | Method::Delete) {
        return None;
    }
    let size = find(action, &SIZES);
    let how = by_cursor(action).or_else(|| by_number(action, size))?;
    Some(match size {
        Some(size) => format!("`{}` says how many to return. {how}", size.name),
        None => how,
    })
}

fn by_cursor(action: &Action) -> Option<String> {
    let next = answered(action);
    if let Some(next) = next.as_deref().filter(|name| is_address(name)) {
        return Some(format!(
            "While the answer has `{next}`, call that address for the next page."
        ));
    }
    let cursor = find(action, &CURSORS)?;
    let (name, place) = (&cursor.name, place(cursor));
    if names::words(name).join(" ") == "starting after" {
        let more = match has(action, "has more") {
            Some(more) => format!("While the answer's `{more}` is true"),
            None => "As long as there are more".to_owned(),
        };
        return Some(format!(
            "{more}, send the last item's id as `{name}` {place}."
        ));
    }
    match next {
        Some(next) => Some(format!(
            "While the answer has `{next}`, send its value as `{name}` {place}."
        )),
        // A lone `after` may be a time.
        None if name == "after" => None,
        None => Some(format!(
            "For the next page, send as `{name}` {place} what the answer before gave for it."
        )),
    }
}

fn by_number(action: &Action, size: Option<&Param>) -> Option<String> {
    if let Some(page) = find(action, &PAGES) {
        return Some(format!(
            "Count `{}` {} up until an answer has fewer than asked for, or none.",
            page.name,
            place(page)
        ));
    }
    let offset = find(action, &OFFSETS).filter(|_| size.is_some())?;
    Some(format!(
        "For the next page, add to `{}` {} the number of those received, until none come.",
        offset.name,
        place(offset)
    ))
}

fn place(param: &Param) -> &'static str {
    match param.place {
        ParamPlace::Body => "in the body",
        ParamPlace::Header => "as a header",
        ParamPlace::Path | ParamPlace::Query => "in the query",
    }
}

/// A parameter with one of these names: of the query, or of the body of a search.
fn find<'a>(action: &'a Action, wanted: &[&str]) -> Option<&'a Param> {
    let places = |param: &&Param| match param.place {
        ParamPlace::Query => true,
        ParamPlace::Body => action.method == Method::Post && searches(action),
        ParamPlace::Path | ParamPlace::Header => false,
    };
    wanted.iter().find_map(|wanted| {
        action.params.iter().filter(places).find(|param| {
            names::words(&param.name).join(" ") == *wanted && !param.name.contains('.')
        })
    })
}

/// Whether it reads, though it has a body.
fn searches(action: &Action) -> bool {
    let first = action.title.split(' ').next().unwrap_or_default();
    let path = action.path.as_str();
    matches!(first, "Search" | "List" | "Query" | "Find" | "Get")
        || ["search", "query", "list"]
            .iter()
            .any(|word| path.contains(word))
}

/// The answer's field that leads to the next page.
fn answered(action: &Action) -> Option<String> {
    NEXT.iter().find_map(|wanted| {
        let named = |name: &str| names::words(name).join(" ") == *wanted;
        fields(action).find(|name| !name.contains("[]") && depth(name) <= 3 && named(name))
    })
}

fn has(action: &Action, wanted: &str) -> Option<String> {
    fields(action).find(|name| names::words(name).join(" ") == wanted)
}

/// The names of an answer's fields: those known, or those of the example.
fn fields(action: &Action) -> impl Iterator<Item = String> {
    let mut names: Vec<String> = action
        .answer
        .iter()
        .map(|field| field.name.clone())
        .collect();
    let example = action.response_example.as_deref();
    if let Some(example) = example.and_then(|text| serde_json::from_str(text).ok()) {
        collect("", &example, &mut names);
    }
    names.into_iter()
}

fn collect(way: &str, value: &serde_json::Value, names: &mut Vec<String>) {
    let Some(fields) = value.as_object().filter(|_| depth(way) < 3) else {
        return;
    };
    for (name, value) in fields {
        let way = if way.is_empty() {
            name.clone()
        } else {
            format!("{way}.{name}")
        };
        collect(&way, value, names);
        names.push(way);
    }
}

fn depth(name: &str) -> usize {
    name.split('.').filter(|step| !step.is_empty()).count()
}

/// Whether the field holds a whole address and no token.
fn is_address(name: &str) -> bool {
    let words = names::words(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    matches!(last, "link" | "url" | "uri") || name.ends_with("links.next")
}
