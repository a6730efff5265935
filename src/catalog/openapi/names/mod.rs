//! Names by our own rules: from the identifiers and paths of operations, never from what their
//! providers say about them.

mod by_path;
mod clause;
mod identifier;
mod inflect;
mod keys;
mod parts;
mod path;
mod phrase;
mod resource;
mod together;
mod verbs;
mod words;

use self::by_path::from_path;
pub use self::keys::{Keys, slug};
use self::path::Place;
use self::phrase::Phrase;
use self::resource::{model, tags};
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

/// How long a title may be, in characters.
const MAX_TITLE: usize = 120;

/// The names of `operations`, in their order.
pub fn names(operations: &[Unnamed<'_>]) -> Vec<Names> {
    let prefix = together::common_prefix(operations);
    let both = together::with_put_and_patch(operations);
    let mut places: Vec<Place> = operations
        .iter()
        .map(|operation| Place::read(operation.method, operation.path, prefix))
        .collect();
    let root = together::common_root(&places);
    let keyed = together::keyed(&places);
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
            together::make_compound(&mut phrase, &place);
            if replaces && both.contains(operation.path) {
                phrase.verb = "replace".to_owned();
            }
            (place, phrase)
        })
        .collect();
    together::tell_apart(&mut named);
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

#[cfg(test)]
mod tests;
