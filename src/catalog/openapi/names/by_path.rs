//! What the path alone tells.

use super::clause::{self, Clause, is_preposition};
use super::inflect::{is_adjective, is_plural};
use super::path::{Place, Step};
use super::phrase::{Number, Phrase};
use super::verbs::Kind;
use crate::domain::Method;

/// What the path alone says.
pub fn from_path(method: Method, place: &Place, path: &str) -> Phrase {
    let Some((last, before)) = place.steps.split_last() else {
        return of_nothing(method, place, path);
    };
    let owners: Vec<Step> = before.iter().rev().cloned().collect();
    let told = usize::from(owners.first().is_some_and(|owner| owner.keyed));
    let head = last.words.last().map_or("", String::as_str);
    if let Some((verb, rest)) = &place.action {
        let is_clause = rest.first().is_some_and(|word| is_preposition(word));
        let tail = is_clause.then(|| clause::told(rest)).flatten();
        let (object, number, owners, told) = match rest.is_empty() || is_clause {
            true => {
                let told = usize::from(!last.keyed && told > 0);
                (last.words.clone(), of_step(last), owners, told)
            }
            false => {
                let all: Vec<Step> = place.steps.iter().rev().cloned().collect();
                let number = if is_plural(rest.last().map_or("", String::as_str)) {
                    Number::Bare
                } else {
                    Number::One
                };
                (rest.clone(), number, all, usize::from(last.keyed))
            }
        };
        return Phrase {
            verb: verb.text.clone(),
            kind: verb.kind,
            object,
            number,
            tail: tail.into_iter().collect(),
            owners,
            told,
        };
    }
    let of_some = of_a_kind(method, last, before).or_else(|| by_something(method, last, before));
    if let Some(phrase) = of_some {
        return phrase;
    }
    let (verb, kind, number) = match (method, last.keyed) {
        (Method::Get, true) => ("get", Kind::Get, Number::One),
        (Method::Get, false) if is_plural(head) => ("list", Kind::List, Number::Many),
        (Method::Get, false) => ("get", Kind::Get, Number::The),
        (Method::Post, false) => ("create", Kind::Create, Number::One),
        (Method::Post | Method::Put | Method::Patch, true) => ("update", Kind::Update, Number::One),
        (Method::Put | Method::Patch, false) => ("update", Kind::Update, of_step(last)),
        (Method::Delete, true) => ("delete", Kind::Delete, Number::One),
        (Method::Delete, false) => ("delete", Kind::Delete, of_step(last)),
        (Method::Head, _) => ("check", Kind::Read, of_step(last)),
        (Method::Options, _) => ("get options of", Kind::Get, of_step(last)),
    };
    Phrase {
        verb: verb.to_owned(),
        kind,
        object: last.words.clone(),
        number,
        tail: Vec::new(),
        owners,
        told,
    }
}

/// `/releases/latest`, `/gists/public`.
fn of_a_kind(method: Method, last: &Step, before: &[Step]) -> Option<Phrase> {
    let ([kind], Some((what, owners))) = (last.words.as_slice(), before.split_last()) else {
        return None;
    };
    if last.keyed || what.keyed || !is_adjective(kind) || method != Method::Get {
        return None;
    }
    let is_one = matches!(
        kind.as_str(),
        "latest" | "current" | "newest" | "previous" | "default"
    );
    Some(Phrase {
        verb: if is_one { "get" } else { "list" }.to_owned(),
        kind: if is_one { Kind::Get } else { Kind::List },
        object: std::iter::once(kind).chain(&what.words).cloned().collect(),
        number: if is_one { Number::One } else { Number::Many },
        tail: Vec::new(),
        owners: owners.iter().rev().cloned().collect(),
        told: usize::from(owners.last().is_some_and(|owner| owner.keyed)),
    })
}

/// `/GamesByDate/{date}`.
fn by_something(method: Method, last: &Step, before: &[Step]) -> Option<Phrase> {
    let clause = Clause::read(last.words.clone());
    let head = clause
        .object
        .last()
        .filter(|_| method == Method::Get && !clause.tail.is_empty())?;
    let many = is_plural(head);
    Some(Phrase {
        verb: if many { "list" } else { "get" }.to_owned(),
        kind: if many { Kind::List } else { Kind::Get },
        number: if many { Number::Many } else { Number::One },
        object: clause.object,
        tail: clause.tail,
        owners: before.iter().rev().cloned().collect(),
        told: 0,
    })
}

fn of_step(step: &Step) -> Number {
    match step.keyed {
        true => Number::One,
        false if is_plural(step.words.last().map_or("", String::as_str)) => Number::Many,
        false => Number::The,
    }
}

/// For a path without a resource: `/`, `/{id}`, `/search`.
fn of_nothing(method: Method, place: &Place, path: &str) -> Phrase {
    let (verb, kind) = match method {
        Method::Get => ("get", Kind::Get),
        Method::Post => ("create", Kind::Create),
        Method::Put | Method::Patch => ("update", Kind::Update),
        Method::Delete => ("delete", Kind::Delete),
        Method::Head => ("check", Kind::Read),
        Method::Options => ("get options of", Kind::Get),
    };
    let (verb, kind, rest) = match &place.action {
        Some((verb, rest)) => (verb.text.as_str(), verb.kind, rest.clone()),
        None => (verb, kind, Vec::new()),
    };
    if place.action.is_some() && rest.is_empty() && !path.contains('{') {
        return Phrase {
            verb: verb.to_owned(),
            kind,
            object: Vec::new(),
            number: Number::Bare,
            tail: Vec::new(),
            owners: Vec::new(),
            told: 0,
        };
    }
    let (object, number) = match (rest.is_empty(), path.contains('{')) {
        (false, _) if is_plural(rest.last().map_or("", String::as_str)) => (rest, Number::Bare),
        (false, _) => (rest, Number::One),
        (true, true) => (vec!["resource".to_owned()], Number::One),
        (true, false) => (vec!["root".to_owned()], Number::The),
    };
    Phrase {
        verb: verb.to_owned(),
        kind,
        object,
        number,
        tail: Vec::new(),
        owners: Vec::new(),
        told: 0,
    }
}
