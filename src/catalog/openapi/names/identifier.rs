//! What an operation's identifier tells.

use super::clause::{Clause, is_preposition};
use super::inflect::{is_adjective, is_participle, is_plural, singular};
use super::parts::{Parts, echoes, parts, with_verb_within, without_path};
use super::path::{Place, Step};
use super::phrase::{Number, Phrase};
use super::verbs::{self, Kind, Verb};
use crate::domain::Method;

/// What `id` says about the operation, if it can be understood.
pub fn phrase(id: &str, method: Method, place: &Place, path: &str) -> Option<Phrase> {
    let Parts { chain, last } = parts(id)?;
    let last = without_path(last, method, path);
    if echoes(&chain, &last, method, path) {
        return None;
    }
    let reads = matches!(method, Method::Get | Method::Head);
    let (chain, last) = with_verb_within(chain, last, reads);
    let (verb, rest) = verb(&last, reads)?;
    let (verb, rest) = without_list(verb, rest, path);
    let clause = Clause::read(rest);
    let mut tail = clause.tail;
    let from_chain = clause.object.is_empty();
    let object = match from_chain {
        true => named_elsewhere(&chain, place)?,
        false => clause.object,
    };
    // Glued together, or not made of words at all.
    if object.iter().any(|word| word.len() > 22) || object.len() > 9 {
        return None;
    }
    let (object, from_chain) = with_its_kind(object, from_chain, &chain, &verb, &mut tail);
    let object = match object.as_slice() {
        // `translate`: there is nothing besides.
        [one] if *one == verb.text => Vec::new(),
        _ => object,
    };
    let verb = fitting(verb, &object, place, method);
    let number = number(&verb, &object, from_chain, place, method);
    let object = with_one_owner(object, place);
    let owners = owners(&object, &chain, from_chain, place);
    // One word alone may be anything's.
    let told = usize::from(object.len() == 1 && owners.first().is_some_and(|owner| owner.keyed));
    Some(Phrase {
        kind: verb.kind,
        verb: verb.text,
        owners,
        object,
        number,
        tail,
        told,
    })
}

/// The verb at the beginning of `words`, or at their end, and the others.
fn verb(words: &[String], reads: bool) -> Option<(Verb, Vec<String>)> {
    let leading = verbs::leading(words, reads).filter(|_| !verbs::ends_plainly(words));
    if let Some(verb) = leading {
        let rest = words.get(verb.length..).unwrap_or_default().to_vec();
        return Some((verb, rest));
    }
    let verb = verbs::trailing(words, reads)?;
    let rest = words.get(..words.len() - verb.length).unwrap_or_default();
    Some((verb, rest.to_vec()))
}

/// What is worked on, where the last part of the identifier is a verb alone.
fn named_elsewhere(chain: &[Vec<String>], place: &Place) -> Option<Vec<String>> {
    match (chain.last(), place.steps.last()) {
        (Some(last), Some(step)) if shares_word(last, &step.words) => Some(step.words.clone()),
        (Some(last), _) => Some(last.clone()),
        (None, Some(step)) => Some(step.words.clone()),
        (None, None) => None,
    }
}

/// Where the last part tells only which kind of what stands before it is meant, both; and whether
/// the object comes from there.
fn with_its_kind(
    object: Vec<String>,
    from_chain: bool,
    chain: &[Vec<String>],
    verb: &Verb,
    tail: &mut Vec<String>,
) -> (Vec<String>, bool) {
    match (object.as_slice(), chain.last()) {
        // `repos/list-starred-by-user`
        ([kind], Some(last)) if !from_chain && is_participle(kind) && !tail.is_empty() => {
            tail.insert(0, kind.clone());
            (last.clone(), true)
        }
        // `gists/list-public`
        ([kind], Some(last)) if !from_chain && is_adjective(kind) && verb.kind != Kind::Update => {
            let all = std::iter::once(kind).chain(last).cloned().collect();
            (all, true)
        }
        _ => (object, from_chain),
    }
}

/// `getListOfUsers` lists users, unless there are lists in the path.
fn without_list(mut verb: Verb, mut rest: Vec<String>, path: &str) -> (Verb, Vec<String>) {
    let skip = match rest.as_slice() {
        [a, list, of, _, ..] if a == "a" && list == "list" && of == "of" => 3,
        [list, of, _, ..] if list == "list" && of == "of" => 2,
        [list, next, ..] if list == "list" && !is_preposition(next) => 1,
        _ => 0,
    };
    if skip > 0 && verb.kind == Kind::Get && !path.to_lowercase().contains("list") {
        verb.kind = Kind::List;
        verb.text = "list".to_owned();
        rest.drain(..skip);
    }
    (verb, rest)
}

/// The tracks of `/albums/{id}/tracks` are album tracks, not albums tracks.
fn with_one_owner(mut object: Vec<String>, place: &Place) -> Vec<String> {
    let is_owner = |word: &str| {
        place
            .steps
            .iter()
            .any(|step| step.keyed && step.words.last().is_some_and(|last| last == word))
    };
    if let Some((_, before)) = object.split_last_mut() {
        for word in before.iter_mut().filter(|word| is_owner(word)) {
            *word = singular(word);
        }
    }
    object
}

/// Whether the path says the same in more words.
fn shares_word(words: &[String], longer: &[String]) -> bool {
    let one = |words: &[String]| {
        words
            .iter()
            .map(|word| singular(word).to_lowercase())
            .collect::<Vec<_>>()
    };
    let longer_ones = one(longer);
    longer.len() > words.len() && one(words).iter().all(|word| longer_ones.contains(word))
}

/// The verb, told apart by what is asked for: `getUsers` lists them.
fn fitting(mut verb: Verb, object: &[String], place: &Place, method: Method) -> Verb {
    let head = object.last().map_or("", String::as_str);
    let asks_many = is_plural(head) && !place.is_keyed();
    let is_settings = [
        "settings",
        "details",
        "statistics",
        "stats",
        "preferences",
        "options",
        "capabilities",
        "counts",
        "credentials",
        "permissions",
        "contents",
        "properties",
        "terms",
        "metrics",
        "totals",
        "results",
        "limits",
        "analytics",
    ]
    .contains(&head.to_lowercase().as_str());
    if verb.kind == Kind::Get && asks_many && !is_settings && method != Method::Head {
        verb.kind = Kind::List;
        verb.text = "list".to_owned();
    }
    let is_said = ["message", "comment", "reply", "status", "tweet", "note"]
        .contains(&singular(head).as_str());
    if verb.text == "post" && method == Method::Post && !is_said {
        verb.text = "create".to_owned();
        verb.kind = Kind::Create;
    }
    verb
}

fn number(
    verb: &Verb,
    object: &[String],
    from_chain: bool,
    place: &Place,
    method: Method,
) -> Number {
    let head = object.last().map_or("", String::as_str);
    let step = place.steps.last();
    let in_path = step.is_some_and(|step| {
        let last = step.words.last().map_or("", String::as_str);
        singular(last).eq_ignore_ascii_case(&singular(head))
    });
    let many = is_plural(head);
    match verb.kind {
        _ if verb.many => Number::Many,
        Kind::List | Kind::Search => Number::Many,
        Kind::Get if many && place.is_keyed() && in_path => Number::One,
        // Of settings there are always several.
        Kind::Get if many => Number::Bare,
        _ if many && from_chain => match (place.is_keyed(), method) {
            (false, Method::Delete) if !place.steps.is_empty() => Number::Many,
            _ => Number::One,
        },
        _ if many && in_path && (place.is_keyed() || verb.kind == Kind::Create) => Number::One,
        _ if many => Number::Bare,
        // There is one only, unless the path chooses.
        Kind::Get | Kind::Update | Kind::Delete
            if in_path && !place.is_keyed() && place.action.is_none() =>
        {
            Number::The
        }
        _ => Number::One,
    }
}

/// What the object belongs to: by the path, or by the identifier where the path tells nothing.
fn owners(object: &[String], chain: &[Vec<String>], from_chain: bool, place: &Place) -> Vec<Step> {
    let same = |words: &[String]| {
        let last = |words: &[String]| words.last().map(|word| singular(word).to_lowercase());
        last(words) == last(object)
    };
    let chain = chain.iter().rev().skip(usize::from(from_chain));
    if place.steps.len() < 2 && chain.len() > 0 {
        return chain
            .map(|words| Step {
                keyed: words.last().is_some_and(|last| is_plural(last)),
                words: words.clone(),
            })
            .collect();
    }
    let steps = place.steps.iter().rev();
    steps
        .skip_while(|step| same(&step.words))
        .cloned()
        .collect()
}
