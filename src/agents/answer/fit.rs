//! An answer that fits into what an agent takes.

use serde_json::Value;

use super::fields::names;

/// A value that fits, and what is missing of it.
#[derive(Debug, PartialEq)]
pub struct Fitted {
    /// As much as fits.
    pub value: Value,
    /// What is missing, and how to get at it; nothing if it is all there.
    pub missing: Option<String>,
}

/// `value`, or as much of it as `cap` bytes of JSON hold: of a list the first items, of anything
/// else the beginning, as text.
pub fn fit(value: Value, cap: usize) -> Fitted {
    let whole = length(&value);
    if whole <= cap {
        return Fitted {
            value,
            missing: None,
        };
    }
    let advice = advice(&value);
    if let Some((value, kept, all, name)) = shortened(&value, whole, cap) {
        let what = format!(
            "the answer has {whole} bytes, more than the {cap} that fit: of {name} the first {kept} of \
             {all} items are here; {advice}"
        );
        return Fitted {
            value,
            missing: Some(what),
        };
    }
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let kept = beginning(&text, cap.saturating_sub(2));
    let what = format!(
        "the answer has {} bytes, of which the first {} are here, as text; {advice}",
        text.len(),
        kept.len()
    );
    Fitted {
        value: Value::String(kept.to_owned()),
        missing: Some(what),
    }
}

fn length(value: &Value) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |text| text.len())
}

fn advice(value: &Value) -> String {
    let names = names(value);
    match names.is_empty() {
        true => "ask for less".to_owned(),
        false => format!(
            "ask for less, or name the `fields` that you need (there are {})",
            names.join(", ")
        ),
    }
}

/// The value with its longest list cut to what fits: the list itself, or one at its top.
fn shortened(value: &Value, whole: usize, cap: usize) -> Option<(Value, usize, usize, String)> {
    match value {
        Value::Array(items) => {
            let kept = first_that_fit(items, cap.checked_sub(2)?);
            let part = items.get(..kept).filter(|_| kept > 0)?.to_vec();
            Some((Value::Array(part), kept, items.len(), "the list".to_owned()))
        }
        Value::Object(fields) => {
            let (name, items) = fields
                .iter()
                .filter_map(|(name, value)| Some((name, value.as_array()?)))
                .max_by_key(|(_, items)| items.iter().map(length).sum::<usize>())?;
            let list: usize = items.iter().map(|item| length(item) + 1).sum();
            let room = cap.checked_sub(whole.saturating_sub(list) + 2)?;
            let kept = first_that_fit(items, room);
            let part = items.get(..kept).filter(|_| kept > 0)?.to_vec();
            let mut fields = fields.clone();
            fields.insert(name.clone(), Value::Array(part));
            let name = format!("`{name}`");
            Some((Value::Object(fields), kept, items.len(), name))
        }
        _ => None,
    }
}

fn first_that_fit(items: &[Value], mut room: usize) -> usize {
    let fits = |item: &&Value| match room.checked_sub(length(item) + 1) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    items.iter().take_while(fits).count()
}

/// The first `most` bytes, or up to three fewer: no character is cut in two.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_long_list_keeps_its_first_items_and_says_how_many() {
        let rows: Vec<Value> = (0..100).map(|id| json!({ "id": id })).collect();
        let fitted = fit(json!({ "rows": rows, "next": "x" }), 200);
        let kept = fitted.value["rows"].as_array().unwrap().len();
        assert!(kept > 5 && fitted.value["next"] == "x");
        let said = fitted.missing.unwrap();
        assert!(
            said.contains(&format!("`rows` the first {kept} of 100 items")),
            "{said}"
        );
        assert!(said.contains("there are rows, next"), "{said}");
        let fitted = fit(Value::Array(rows), 200);
        assert!(fitted.missing.unwrap().contains("of the list the first"));
    }

    #[test]
    fn what_has_no_list_keeps_its_beginning() {
        let fitted = fit(json!({ "text": "x".repeat(500) }), 100);
        assert!(
            fitted
                .value
                .as_str()
                .unwrap()
                .starts_with("{\"text\":\"xxx")
        );
        assert!(fitted.missing.unwrap().contains("first 98"));
        assert_eq!(fit(json!({ "a": 1 }), 100).missing, None);
    }

    proptest! {
        #[test]
        fn nothing_is_longer_than_it_may_be(texts in prop::collection::vec("[a-zé]{0,40}", 0..20), cap in 64usize..400, shape in 0..3) {
            let value = match shape {
                0 => json!(texts),
                1 => json!({ "rows": texts, "n": 1 }),
                _ => json!(texts.concat()),
            };
            let fitted = fit(value.clone(), cap);
            prop_assert!(length(&fitted.value) <= cap + 64, "{}", length(&fitted.value));
            prop_assert_eq!(fitted.missing.is_none(), fitted.value == value);
        }
    }
}
