//! Fields within fields: what a JSON body has, held against what is known of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::findings::{Findings, meant};
use super::kinds::{Form, described, misfit};
use crate::domain::{Param, Step, steps};

/// Deeper fields are not looked for.
const DEPTH: usize = 20;

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
    unknown(&Shape::of(params), body, &mut Vec::new(), found);
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

/// What is known of a value's fields, or of its items.
#[derive(Default)]
struct Shape<'p> {
    fields: BTreeMap<&'p str, Shape<'p>>,
    items: Option<Box<Shape<'p>>>,
}

impl<'p> Shape<'p> {
    fn of(params: &[&'p Param]) -> Self {
        let mut root = Self::default();
        for param in params {
            let mut at = &mut root;
            for step in steps(&param.name).into_iter().take(DEPTH) {
                at = match step {
                    Step::Field(name) => at.fields.entry(name).or_default(),
                    Step::Items => at.items.get_or_insert_default(),
                };
            }
        }
        root
    }
}

/// A step into a body that is there.
#[derive(Clone, Copy)]
enum Place<'v> {
    Field(&'v str),
    Item(usize),
}

fn written(at: &[Place<'_>]) -> String {
    let mut text = String::new();
    for place in at {
        match place {
            Place::Item(number) => text.push_str(&format!("[{number}]")),
            Place::Field(name) if text.is_empty() => text.push_str(name),
            Place::Field(name) => {
                text.push('.');
                text.push_str(name);
            }
        }
    }
    text
}

/// Names the fields that are not known, where anything is known at all.
fn unknown<'v>(known: &Shape<'_>, value: &'v Value, at: &mut Vec<Place<'v>>, found: &mut Findings) {
    match value {
        Value::Array(items) => {
            let Some(known) = &known.items else { return };
            for (number, item) in items.iter().enumerate() {
                at.push(Place::Item(number));
                unknown(known, item, at, found);
                at.pop();
            }
        }
        Value::Object(fields) if !known.fields.is_empty() => {
            for (name, value) in fields {
                if found.has_enough_hints() {
                    return;
                }
                at.push(Place::Field(name));
                match known.fields.get(name.as_str()) {
                    Some(known) => unknown(known, value, at, found),
                    None => found.hint(|| {
                        let advice = meant(name, known.fields.keys().copied())
                            .map(|name| format!("; did you mean `{name}`?"))
                            .unwrap_or_default();
                        format!("`{}` is not known in the body{advice}", written(at))
                    }),
                }
                at.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ParamPlace;
    use serde_json::{Map, json};

    fn hints(names: &[&str], body: &Value) -> Vec<String> {
        let params: Vec<Param> = names.iter().map(|name| param(name)).collect();
        let params: Vec<&Param> = params.iter().collect();
        let mut found = Findings::default();
        check(&params, body, Form::Json, &mut found);
        found.settle(crate::domain::Validation::Warn).unwrap()
    }

    fn param(name: &str) -> Param {
        let written = json!({ "name": name, "in": "body", "type": "any" });
        let mut param: Param = serde_json::from_value(written).unwrap();
        param.place = ParamPlace::Body;
        param
    }

    #[test]
    fn an_unknown_field_is_named_with_its_way() {
        let body = json!({
            "to": 1, "lines": [{ "price": 1 }, { "prize": 2 }], "@odata.type": "x", "free": { "a": 1 },
        });
        let said = hints(&["to", "lines[].price", "@odata.type", "free"], &body);
        assert_eq!(
            said,
            ["`lines[1].prize` is not known in the body; did you mean `price`?"]
        );
    }

    #[test]
    fn a_long_name_around_many_fields_costs_nothing() {
        let many: Map<String, Value> = (0..50_000).map(|n| (n.to_string(), json!(1))).collect();
        let long = "a".repeat(500_000);
        let said = hints(&["x.y"], &json!({ long.clone(): many, "x": many }));
        assert_eq!(said.len(), 20);
    }
}
