//! An identifier taken apart.

use super::inflect::is_plural;
use super::verbs;
use super::words::{is_version, words};
use crate::domain::Method;

/// An identifier taken apart: `users.messages.sendAll` is the chain `users`, `messages` and the
/// words `send`, `all`.
#[derive(Debug)]
pub struct Parts {
    /// Before the last point, slash or the like.
    pub chain: Vec<Vec<String>>,
    /// Behind it.
    pub last: Vec<String>,
}

/// Takes `id` apart.
pub fn parts(id: &str) -> Option<Parts> {
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
pub fn with_verb_within(
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
pub fn without_path(mut last: Vec<String>, method: Method, path: &str) -> Vec<String> {
    let flat = |words: &[String]| words.concat().to_lowercase();
    let is_method = |word: &String| *word == method.as_str().to_ascii_lowercase();
    if last.len() < 3 || !last.last().is_some_and(is_method) {
        return last;
    }
    let of_path: Vec<String> = path
        .split('/')
        .flat_map(words)
        .filter(|word| !is_version(word))
        .collect();
    let of_path = flat(&of_path);
    let starts = |at: &usize| {
        let end = last.len() - 1;
        last.get(*at..end).is_some_and(|tail| flat(tail) == of_path)
    };
    if let Some(at) = (1..last.len()).find(starts) {
        last.truncate(at);
    }
    last
}

/// Whether the identifier is made of method and path alone, so that the path tells it better.
pub fn echoes(chain: &[Vec<String>], last: &[String], method: Method, path: &str) -> bool {
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
