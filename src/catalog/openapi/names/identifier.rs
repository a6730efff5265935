//! What an operation's identifier tells.

use super::inflect::{is_adjective, is_participle, is_plural, singular};
use super::path::{Place, Step};
use super::phrase::{Number, Phrase, noun};
use super::verbs::{self, Kind, Verb};
use super::words::{is_version, words};
use crate::domain::Method;

/// Words behind which something else begins.
const PREPOSITIONS: [&str; 19] = [
    "for", "from", "to", "in", "of", "by", "on", "with", "at", "as", "into", "per", "via", "using",
    "within", "under", "against", "between", "without",
];

/// An identifier taken apart: `users.messages.sendAll` is the chain `users`, `messages` and the
/// words `send`, `all`.
#[derive(Debug)]
struct Parts {
    chain: Vec<Vec<String>>,
    last: Vec<String>,
}

/// Words that have no article behind "of" or "on": terms of use, on demand.
const IDIOMS: [&str; 12] = [
    "use", "service", "conduct", "sale", "work", "origin", "interest", "record", "measure",
    "demand", "behalf", "stock",
];

/// What `id` says about the operation, if it can be understood.
pub fn phrase(id: &str, method: Method, place: &Place, path: &str) -> Option<Phrase> {
    let Parts { chain, last } = parts(id)?;
    let last = without_path(last, method, path);
    if echoes(&chain, &last, method, path) {
        return None;
    }
    let reads = matches!(method, Method::Get | Method::Head);
    let (chain, last) = with_verb_within(chain, last, reads);
    let (verb, rest) = match verbs::leading(&last, reads).filter(|_| !verbs::ends_plainly(&last)) {
        Some(verb) => {
            let rest = last.get(verb.length..).unwrap_or_default().to_vec();
            (verb, rest)
        }
        None => {
            let verb = verbs::trailing(&last, reads)?;
            let rest = last.get(..last.len() - verb.length).unwrap_or_default();
            (verb, rest.to_vec())
        }
    };
    let (verb, rest) = without_list(verb, rest, path);
    let clause = Clause::read(rest);
    let from_chain = clause.object.is_empty();
    let object = match (from_chain, chain.last(), place.steps.last()) {
        (false, ..) => clause.object,
        (true, Some(last), Some(step)) if shares_word(last, &step.words) => step.words.clone(),
        (true, Some(last), _) => last.clone(),
        (true, None, Some(step)) => step.words.clone(),
        (true, None, None) => return None,
    };
    // Glued together, or not made of words at all.
    if object.iter().any(|word| word.len() > 22) || object.len() > 9 {
        return None;
    }
    let mut tail = clause.tail;
    let (object, from_chain) = match (object.as_slice(), chain.last()) {
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
    };
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

/// The object's words, and what follows them.
pub struct Clause {
    /// What something is done to.
    pub object: Vec<String>,
    /// As it is read.
    pub tail: Vec<String>,
}

impl Clause {
    /// Takes `words` apart at their prepositions.
    pub fn read(words: Vec<String>) -> Self {
        let mut groups: Vec<Vec<String>> = vec![Vec::new()];
        for word in words {
            match groups.last_mut() {
                Some(group) if !is_preposition(&word) => group.push(word),
                _ => groups.push(vec![word]),
            }
        }
        let mut groups = groups.into_iter();
        let mut object = groups.next().unwrap_or_default();
        // `reposStarredByUser`
        let participle = object.pop_if(|last| is_participle(last) || last == "accessible");
        let participle = participle.or_else(|| {
            let bulk = object.len() > 1 && object.last().is_some_and(|last| last == "bulk");
            bulk.then(|| object.pop().map(|_| "in bulk".to_owned()))
                .flatten()
        });
        if object.is_empty() {
            object.extend(participle.clone());
        }
        let participle = participle.filter(|word| object.last() != Some(word));
        while object.first().is_some_and(|word| {
            matches!(
                word.as_str(),
                "a" | "an" | "the" | "all" | "single" | "one" | "specific"
            )
        }) {
            object.remove(0);
        }
        let tail = participle
            .into_iter()
            .chain(groups.filter_map(|group| told(&group)))
            .collect();
        Self { object, tail }
    }
}

/// Whether something else begins with `word`.
pub fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.contains(&word.to_lowercase().as_str())
}

/// `for`, `workspace` as it is read: "for a workspace". "by ID" is left out: the path says so.
pub fn told(group: &[String]) -> Option<String> {
    let (preposition, rest) = group.split_first()?;
    let last = rest.last()?;
    let is_key = |word: &String| {
        let word = word.to_lowercase();
        matches!(
            word.as_str(),
            "id" | "key" | "uuid" | "guid" | "sid" | "pk" | "identifier"
        )
    };
    let by_key = preposition == "by" && rest.iter().any(is_key);
    if by_key {
        return None;
    }
    let number = match preposition.as_str() {
        "by" | "with" | "as" | "via" | "using" | "per" | "without" => Number::Bare,
        _ if is_plural(last) || IDIOMS.contains(&last.as_str()) => Number::Bare,
        _ => Number::One,
    };
    Some(format!("{preposition} {}", noun(rest, number, false)))
}

fn parts(id: &str) -> Option<Parts> {
    let id = id.trim();
    if id.is_empty() || id.len() > 200 {
        return None;
    }
    let id = without_hash(id);
    let has_humps = |text: &str| {
        let mut chars = text.chars();
        chars.next();
        text.chars().any(char::is_lowercase) && text.chars().any(char::is_uppercase)
    };
    let separators: &[char] = match id {
        _ if id.contains(['/', '.', ':', '#']) => &['/', '.', ':', '#'],
        _ if has_humps(id) => &['_', '-'],
        _ => &[],
    };
    let pieces: Vec<Vec<String>> = if separators.is_empty() {
        vec![words(id)]
    } else {
        id.split(separators).map(words).collect()
    };
    let mut pieces: Vec<Vec<String>> = pieces
        .into_iter()
        .map(|piece| piece.into_iter().filter(|word| !is_version(word)).collect())
        .filter(|piece: &Vec<String>| !piece.is_empty())
        .collect();
    for piece in &mut pieces {
        clean(piece);
    }
    pieces.retain(|piece| !piece.is_empty());
    // Numbered because the document's author had it twice.
    while pieces.len() > 1
        && pieces.last().is_some_and(|piece| {
            piece
                .iter()
                .all(|word| word.chars().all(|c| c.is_ascii_digit()))
        })
    {
        pieces.pop();
    }
    let last = pieces.pop()?;
    Some(Parts {
        chain: pieces,
        last,
    })
}

/// Without what tells two of the same name apart: `-4f2a`, `_1`.
fn without_hash(id: &str) -> &str {
    let Some((before, hash)) = id.rsplit_once(['-', '_']) else {
        return id;
    };
    let is_number = !hash.is_empty() && hash.len() <= 2 && hash.chars().all(|c| c.is_ascii_digit());
    let is_hash = hash.len() == 4
        && hash
            .chars()
            .all(|c| c.is_ascii_hexdigit() && !c.is_uppercase())
        && hash.chars().any(|c| c.is_ascii_digit());
    if is_number || is_hash { before } else { id }
}

/// Takes away `UsingPOST`, `Controller` and their like.
fn clean(words: &mut Vec<String>) {
    if let [.., using, method] = words.as_slice()
        && using == "using"
        && ["get", "post", "put", "patch", "delete"].contains(&method.to_lowercase().as_str())
    {
        words.truncate(words.len() - 2);
    }
    while words.len() > 2
        && words.last().is_some_and(|last| {
            matches!(
                last.to_lowercase().as_str(),
                "controller" | "endpoint" | "handler" | "async"
            )
        })
    {
        words.pop();
    }
    if words.len() == 2 && words.last().is_some_and(|last| last == "controller") {
        words.pop();
    }
}

/// `domains_update_record`: what stands before the verb is what the object belongs to.
fn with_verb_within(
    mut chain: Vec<Vec<String>>,
    mut last: Vec<String>,
    reads: bool,
) -> (Vec<Vec<String>>, Vec<String>) {
    if verbs::leading(&last, reads).is_none()
        && let Some(at) = last.iter().position(|word| verbs::is_crud(word))
        && at > 0
        && at + 1 < last.len()
    {
        let behind = last.split_off(at);
        chain.push(last);
        last = behind;
    }
    (chain, last)
}

/// `list_users_api_v1_users_get` without what the path says once more.
fn without_path(mut words: Vec<String>, method: Method, path: &str) -> Vec<String> {
    let flat = |words: &[String]| words.concat().to_lowercase();
    let is_method = |word: &String| *word == method.as_str().to_ascii_lowercase();
    if words.len() < 3 || !words.last().is_some_and(is_method) {
        return words;
    }
    let of_path: Vec<String> = path
        .split('/')
        .flat_map(self::words)
        .filter(|word| !is_version(word))
        .collect();
    let of_path = flat(&of_path);
    let starts = |at: &usize| {
        let end = words.len() - 1;
        words
            .get(*at..end)
            .is_some_and(|tail| flat(tail) == of_path)
    };
    if let Some(at) = (1..words.len()).find(starts) {
        words.truncate(at);
    }
    words
}

/// Whether the identifier is made of method and path alone, so that the path tells it better.
fn echoes(chain: &[Vec<String>], last: &[String], method: Method, path: &str) -> bool {
    let all: Vec<String> = chain
        .iter()
        .flatten()
        .chain(last)
        .map(|word| word.to_lowercase())
        .collect();
    let method = method.as_str().to_ascii_lowercase();
    let of_path: Vec<String> = path
        .split('/')
        .flat_map(words)
        .map(|word| word.to_lowercase())
        .filter(|word| !is_version(word))
        .collect();
    let fixed = path.split('/').filter(|part| !part.is_empty()).count();
    let same = |id: &[String]| {
        let flat = |words: &[String]| words.concat();
        flat(id) == flat(&of_path)
    };
    let without_method = match all.split_first() {
        Some((first, rest)) if *first == method => rest,
        _ => match all.split_last() {
            Some((last, rest)) if *last == method => rest,
            _ => return fixed > 1 && same(&all),
        },
    };
    // `put_folders_id`: nobody says that.
    let is_put_together = without_method.len() < all.len()
        && all
            .array_windows()
            .any(|[one, other]| other == "id" && is_plural(one));
    // What is added to the path may be the names of variables, or a suffix.
    let common = of_path
        .iter()
        .zip(without_method)
        .take_while(|(one, other)| one == other)
        .count();
    is_put_together
        || same(without_method)
        || (common >= 2 && common + 1 >= of_path.len().min(without_method.len()))
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
