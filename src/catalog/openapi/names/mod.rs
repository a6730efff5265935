//! Names by our own rules: from the identifiers and paths of operations, never from what their
//! providers say about them.

mod identifier;
mod inflect;
mod path;
mod phrase;
mod verbs;
mod words;

use std::collections::{BTreeSet, HashMap};

use self::inflect::{is_adjective, is_plural, plural, singular};
use self::path::{Place, Step};
use self::phrase::{Number, Phrase};
use self::verbs::Kind;
use self::words::{capitalised, is_version, spelled};
use crate::domain::Method;

/// An operation that wants names.
#[derive(Clone, Copy, Debug)]
pub struct Unnamed<'a> {
    /// What the document calls it.
    pub id: Option<&'a str>,
    /// How it is called.
    pub method: Method,
    /// Where.
    pub path: &'a str,
}

/// The names of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Camel case, unique among those named together.
    pub key: String,
    /// What it does.
    pub title: String,
    /// What it works on.
    pub model: String,
    /// What it works on, and whether it reads, writes or deletes.
    pub tags: Vec<String>,
}

/// How long a key may be, in bytes.
const MAX_KEY: usize = 64;
/// How long a title may be, in characters.
const MAX_TITLE: usize = 120;
/// How many of its owners a title names at the most.
const MAX_OWNERS: usize = 4;

/// The names of `operations`, in their order.
pub fn names(operations: &[Unnamed<'_>]) -> Vec<Names> {
    let prefix = common_prefix(operations);
    let both = with_put_and_patch(operations);
    let mut places: Vec<Place> = operations
        .iter()
        .map(|operation| Place::read(operation.method, operation.path, prefix))
        .collect();
    let root = common_root(&places);
    let keyed = keyed(&places);
    places.iter_mut().for_each(|place| place.number(&keyed));
    let mut named: Vec<(Place, Phrase)> = places
        .into_iter()
        .zip(operations)
        .map(|(place, operation)| {
            let by_id = operation
                .id
                .and_then(|id| identifier::phrase(id, operation.method, &place, operation.path));
            let mut phrase =
                by_id.unwrap_or_else(|| from_path(operation.method, &place, operation.path));
            let replaces = operation.method == Method::Put && phrase.verb == "update";
            if phrase
                .owners
                .first()
                .is_some_and(|owner| Some(owner) == root.as_ref())
                && phrase.owners.len() == 1
            {
                phrase.told = 0;
            }
            make_compound(&mut phrase, &place);
            if replaces && both.contains(operation.path) {
                phrase.verb = "replace".to_owned();
            }
            (place, phrase)
        })
        .collect();
    tell_apart(&mut named);
    let mut keys = Keys::default();
    named
        .iter()
        .zip(operations)
        .map(|((place, phrase), operation)| Names {
            key: keys.key(&phrase.key_words()),
            title: phrase.title().chars().take(MAX_TITLE).collect(),
            model: model(place, phrase),
            tags: tags(place, phrase, operation.method),
        })
        .collect()
}

/// Gives keys that are not taken yet.
#[derive(Debug, Default)]
pub struct Keys {
    taken: BTreeSet<String>,
}

impl Keys {
    /// Takes `key` away.
    pub fn take(&mut self, key: &str) {
        self.taken.insert(key.to_owned());
    }

    /// A key of `words`, or of them and a number.
    fn key(&mut self, words: &[String]) -> String {
        let mut key = String::new();
        for word in words {
            let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            let plain = plain.to_ascii_lowercase();
            let next = if key.is_empty() {
                plain
            } else {
                capitalised(&plain)
            };
            if key.len() + next.len() > MAX_KEY {
                break;
            }
            key.push_str(&next);
        }
        if !key.starts_with(|c: char| c.is_ascii_lowercase()) {
            key = format!("call{}", capitalised(&key));
        }
        self.free(&key)
    }

    /// `key`, or it with a number.
    pub fn free(&mut self, key: &str) -> String {
        let numbered = (2..).map(|number| format!("{key}{number}"));
        let free = std::iter::once(key.to_owned())
            .chain(numbered)
            .find(|key| !self.taken.contains(key))
            .unwrap_or_default();
        self.taken.insert(free.clone());
        free
    }
}

/// How many segments at the beginning are the same for all operations, and choose nothing.
fn common_prefix(operations: &[Unnamed<'_>]) -> usize {
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
fn make_compound(phrase: &mut Phrase, place: &Place) {
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
fn common_root(places: &[Place]) -> Option<Step> {
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
fn keyed(places: &[Place]) -> BTreeSet<Vec<String>> {
    let steps = places.iter().flat_map(|place| &place.steps);
    steps
        .filter(|step| step.keyed)
        .map(|step| step.words.clone())
        .collect()
}

/// The paths that can both be replaced and changed in part.
fn with_put_and_patch<'a>(operations: &[Unnamed<'a>]) -> BTreeSet<&'a str> {
    let of = |method| {
        let those = operations.iter().filter(move |each| each.method == method);
        those.map(|each| each.path).collect::<BTreeSet<_>>()
    };
    &of(Method::Put) & &of(Method::Patch)
}

/// What the path alone says.
fn from_path(method: Method, place: &Place, path: &str) -> Phrase {
    let Some((last, before)) = place.steps.split_last() else {
        return of_nothing(method, place, path);
    };
    let owners: Vec<Step> = before.iter().rev().cloned().collect();
    let told = usize::from(owners.first().is_some_and(|owner| owner.keyed));
    let head = last.words.last().map_or("", String::as_str);
    if let Some((verb, rest)) = &place.action {
        let is_clause = rest
            .first()
            .is_some_and(|word| identifier::is_preposition(word));
        let tail = is_clause.then(|| identifier::told(rest)).flatten();
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
    let clause = identifier::Clause::read(last.words.clone());
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

/// Has titles that are the same tell more about what their objects belong to.
fn tell_apart(named: &mut [(Place, Phrase)]) {
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

fn model(place: &Place, phrase: &Phrase) -> String {
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

fn tags(place: &Place, phrase: &Phrase, method: Method) -> Vec<String> {
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

/// `text` in lower-case words joined by hyphens, as a platform is named.
pub fn slug(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let slug = plain.split_whitespace().collect::<Vec<_>>().join("-");
    let short: String = slug.chars().take(64).collect();
    short.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests;
