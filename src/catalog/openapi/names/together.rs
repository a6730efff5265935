//! What the operations of a document tell about each other.

use std::collections::{BTreeSet, HashMap};

use super::Unnamed;
use super::inflect::{is_adjective, is_plural, singular};
use super::path::{Place, Step};
use super::phrase::{Number, Phrase};
use super::verbs::Kind;
use crate::domain::Method;

/// How many of its owners a title names at the most.
const MAX_OWNERS: usize = 4;

/// How many segments at the beginning are the same for all operations, and choose nothing.
pub fn common_prefix(operations: &[Unnamed<'_>]) -> usize {
    let split = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let mut paths = operations.iter().map(|operation| split(operation.path));
    let Some(mut common) = paths.next().filter(|_| operations.len() > 3) else {
        // Of so few, what is the same says little.
        return 0;
    };
    // What is the whole of a path, or chooses one, is no prefix.
    let before_end = |path: &[String]| {
        let keyed = path.iter().position(|part| part.contains('{'));
        keyed.unwrap_or(path.len()).saturating_sub(1)
    };
    common.truncate(before_end(&common));
    for path in paths {
        let same = common
            .iter()
            .zip(&path)
            .take_while(|(one, other)| one == other)
            .count();
        common.truncate(same.min(before_end(&path)));
    }
    common.len()
}

/// `/issues/comments/{id}` is an issue comment, `/settings/imap` the IMAP settings.
pub fn make_compound(phrase: &mut Phrase, place: &Place) {
    const NO_KINDS: [&str; 6] = [
        "actions", "insights", "lists", "options", "tools", "services",
    ];
    const ASPECTS: [&str; 4] = ["settings", "preferences", "configuration", "configurations"];
    let (Some(owner), [one]) = (phrase.owners.first(), phrase.object.as_slice()) else {
        return;
    };
    let ([.., last], is_there) = (
        owner.words.as_slice(),
        place
            .steps
            .last()
            .is_some_and(|step| step.words.last() == Some(one)),
    ) else {
        return;
    };
    if owner.keyed || !is_there {
        return;
    }
    if ASPECTS.contains(&last.as_str()) {
        if matches!(phrase.number, Number::The) && matches!(phrase.kind, Kind::Get | Kind::Update) {
            phrase.object.push("settings".to_owned());
            phrase.owners.remove(0);
        }
        return;
    }
    if is_plural(last)
        && owner.words.len() <= 2
        && !NO_KINDS.contains(&last.as_str())
        && !is_adjective(one)
    {
        let mut words = owner.words.clone();
        if let Some(last) = words.last_mut() {
            *last = singular(last);
        }
        words.append(&mut phrase.object);
        phrase.object = words;
        phrase.owners.remove(0);
    }
}

/// The resource that everything belongs to, so that titles need not say so: the account, the user.
pub fn common_root(places: &[Place]) -> Option<Step> {
    let mut counts: HashMap<Vec<String>, usize> = HashMap::new();
    for place in places {
        if let [root, _, ..] = place.steps.as_slice()
            && root.keyed
        {
            *counts.entry(root.words.clone()).or_default() += 1;
        }
    }
    let (words, count) = counts
        .into_iter()
        .max_by_key(|(words, count)| (*count, words.clone()))?;
    (places.len() > 10 && count * 3 > places.len()).then_some(Step { words, keyed: true })
}

/// The words of resources that a variable chooses one of, somewhere.
pub fn keyed(places: &[Place]) -> BTreeSet<Vec<String>> {
    let steps = places.iter().flat_map(|place| &place.steps);
    steps
        .filter(|step| step.keyed)
        .map(|step| step.words.clone())
        .collect()
}

/// The paths that can both be replaced and changed in part.
pub fn with_put_and_patch<'a>(operations: &[Unnamed<'a>]) -> BTreeSet<&'a str> {
    let of = |method| {
        let those = operations.iter().filter(move |each| each.method == method);
        those.map(|each| each.path).collect::<BTreeSet<_>>()
    };
    &of(Method::Put) & &of(Method::Patch)
}

/// Has titles that are the same tell more about what their objects belong to.
pub fn tell_apart(named: &mut [(Place, Phrase)]) {
    let mut titles: Vec<String> = named.iter().map(|(_, phrase)| phrase.title()).collect();
    for _ in 0..MAX_OWNERS {
        let mut same: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, title) in titles.iter().enumerate() {
            same.entry(title).or_default().push(at);
        }
        let those = same.into_values().filter(|those| those.len() > 1);
        let those: Vec<usize> = those.flatten().collect();
        let mut changed = false;
        for at in those {
            let (Some((_, phrase)), Some(title)) = (named.get_mut(at), titles.get_mut(at)) else {
                continue;
            };
            if phrase.told < phrase.owners.len().min(MAX_OWNERS) {
                phrase.told += 1;
                *title = phrase.title();
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}
