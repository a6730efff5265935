//! What an operation works on, and what it does to it.

use std::collections::BTreeSet;

use super::inflect::{is_adjective, plural};
use super::path::{Place, Step};
use super::phrase::{Number, Phrase};
use super::verbs::{self, Kind};
use super::words::{capitalised, is_version, spelled};
use crate::domain::Method;

/// The words of the resource: the path's last, or the object where the path tells nothing.
fn resource<'a>(place: &'a Place, phrase: &'a Phrase) -> (&'a [String], bool) {
    let mut steps = place.steps.iter().rev();
    let first = steps.next();
    let is_kind =
        |step: &Step| !step.keyed && matches!(step.words.as_slice(), [one] if is_adjective(one));
    // `/releases/latest`
    match first
        .filter(|step| !is_kind(step))
        .or(steps.next())
        .or(first)
    {
        // `/list-pricing-rules`
        Some(step)
            if step.words.len() > 1
                && !step.keyed
                && verbs::leading(&step.words, true).is_some() =>
        {
            (&phrase.object, phrase.number != Number::The)
        }
        Some(step) => (&step.words, step.keyed),
        None => (&phrase.object, phrase.number != Number::The),
    }
}

pub fn model(place: &Place, phrase: &Phrase) -> String {
    let (words, keyed) = resource(place, phrase);
    if matches!(words, [one] if one == "me") {
        return "Users".to_owned();
    }
    let Some((last, before)) = words.split_last() else {
        return "General".to_owned();
    };
    let last = if keyed { plural(last) } else { last.clone() };
    let all = before.iter().chain([&last]).take(5);
    let all: Vec<String> = all.map(|word| capitalised(&spelled(word))).collect();
    all.join(" ")
}

pub fn tags(place: &Place, phrase: &Phrase, method: Method) -> Vec<String> {
    let slug = |words: &[String]| {
        let all: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        all.join("-")
    };
    let (words, keyed) = resource(place, phrase);
    let mut first = words.to_vec();
    if let Some(last) = first.last_mut()
        && keyed
    {
        *last = plural(last);
    }
    let mut tags = vec![slug(&first)];
    let owners = place.steps.iter().rev().skip(1);
    for step in owners.clone().take(1).chain(owners.last()) {
        tags.push(slug(&step.words));
    }
    let mut known = BTreeSet::new();
    tags.retain(|tag| !tag.is_empty() && !is_version(tag) && known.insert(tag.clone()));
    tags.push(effect(phrase.kind, method).to_owned());
    tags
}

/// Whether an operation reads, writes or deletes.
fn effect(kind: Kind, method: Method) -> &'static str {
    match (method, kind) {
        (Method::Delete, _) | (_, Kind::Delete) => "delete",
        (Method::Get | Method::Head | Method::Options, Kind::Create | Kind::Update) => "write",
        (Method::Get | Method::Head | Method::Options, _) => "read",
        (Method::Post, Kind::List | Kind::Get | Kind::Search | Kind::Read) => "read",
        _ => "write",
    }
}
