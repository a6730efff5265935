//! Fields within fields: what a JSON body has, held against what is known of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::findings::{Findings, meant};
use super::kinds::{Form, described, misfit};
use crate::domain::Param;

/// One step on the way to a field: into an object, or into each item of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step<'p> {
    Field(&'p str),
    Items,
}

/// `lines[].price` as steps.
fn steps(name: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in name.split('.').filter(|part| !part.is_empty()) {
        let field = part.trim_end_matches("[]");
        if !field.is_empty() {
            steps.push(Step::Field(field));
        }
        let items = part.len().saturating_sub(field.len()) / 2;
        steps.extend(std::iter::repeat_n(Step::Items, items));
    }
    steps
}

/// Holds `body` against what `params` say of it.
pub fn check(params: &[&Param], body: &Value, form: Form, found: &mut Findings) {
    for param in params {
        // A field may have a dot in its very name.
        match body
            .get(&param.name)
            .filter(|_| param.name.contains(['.', '[']))
        {
            Some(value) => fitting(param, value, &param.name, form, found),
            None => follow(param, &steps(&param.name), body, String::new(), form, found),
        }
    }
    let known = known_fields(params);
    if !known.is_empty() {
        unknown(&known, body, "", "", found);
    }
}

fn follow(
    param: &Param,
    steps: &[Step<'_>],
    value: &Value,
    at: String,
    form: Form,
    found: &mut Findings,
) {
    match (steps, value) {
        ([], value) => fitting(param, value, &at, form, found),
        ([Step::Items, rest @ ..], Value::Array(items)) => {
            for (place, item) in items.iter().enumerate() {
                follow(param, rest, item, format!("{at}[{place}]"), form, found);
            }
        }
        ([Step::Field(name), rest @ ..], Value::Object(fields)) => {
            let at = match at.is_empty() {
                true => (*name).to_owned(),
                false => format!("{at}.{name}"),
            };
            match fields.get(*name).filter(|value| !value.is_null()) {
                Some(inner) => follow(param, rest, inner, at, form, found),
                None if rest.is_empty() && param.required => found.problem(format!(
                    "`{at}` is required in the body: {}",
                    described(param)
                )),
                None => {}
            }
        }
        // What is around it is of another kind; its own parameter says so.
        _ => {}
    }
}

fn fitting(param: &Param, value: &Value, at: &str, form: Form, found: &mut Findings) {
    if let Some(wrong) = misfit(param, value, form) {
        match at.is_empty() {
            true => found.problem(format!("the body must be {wrong}")),
            false => found.problem(format!("`{at}` in the body must be {wrong}")),
        }
    }
}

/// The fields that are known, by where they are: `lines[]` has `price`.
fn known_fields<'p>(params: &[&'p Param]) -> BTreeMap<String, BTreeSet<&'p str>> {
    let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for param in params {
        let mut at = String::new();
        for step in steps(&param.name) {
            match step {
                Step::Field(name) => {
                    known.entry(at.clone()).or_default().insert(name);
                    at = join(&at, name);
                }
                Step::Items => at.push_str("[]"),
            }
        }
    }
    known
}

fn join(at: &str, name: &str) -> String {
    match at.is_empty() {
        true => name.to_owned(),
        false => format!("{at}.{name}"),
    }
}

/// Names the fields that are not known, where anything is known at all.
fn unknown(
    known: &BTreeMap<String, BTreeSet<&str>>,
    value: &Value,
    pattern: &str,
    at: &str,
    found: &mut Findings,
) {
    match value {
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                unknown(
                    known,
                    item,
                    &format!("{pattern}[]"),
                    &format!("{at}[{place}]"),
                    found,
                );
            }
        }
        Value::Object(fields) => {
            let own = known.get(pattern);
            for (name, value) in fields {
                if let Some(own) = own.filter(|own| !own.contains(name.as_str())) {
                    let advice = meant(name, own.iter().copied())
                        .map(|name| format!("; did you mean `{name}`?"))
                        .unwrap_or_default();
                    let at = join(at, name);
                    found.hint(format!("`{at}` is not known in the body{advice}"));
                }
                unknown(known, value, &join(pattern, name), &join(at, name), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_way_into_the_body() {
        use Step::{Field, Items};
        for (name, way) in [
            ("", vec![]),
            ("a", vec![Field("a")]),
            ("a.b", vec![Field("a"), Field("b")]),
            ("a[].b", vec![Field("a"), Items, Field("b")]),
            ("a[][]", vec![Field("a"), Items, Items]),
            ("[].b", vec![Items, Field("b")]),
        ] {
            assert_eq!(steps(name), way, "{name}");
        }
    }
}
