//! Finding an action by what it does.
//!
//! An [`Index`] is made by a [`Builder`] and answers with ordinals, so that it can outlive the
//! actions and be kept apart from them. It ranks by words (with what stands for them, and with
//! mistakes in typing), by what is to be done (`remove` asks for a deletion), and, where actions
//! fit alike, by how plain they are. `docs/search.md` explains it; `tests/search` measures it.

mod build;
mod fuzzy;
mod index;
mod intent;
mod named;
mod phrase;
mod query;
mod rank;
mod synonyms;
mod words;

use std::sync::Arc;

pub use build::Builder;
pub use index::{Filter, Hit, Index};

use crate::domain::Action;

/// The actions that fit `query`, best first; those that fit equally in the order of `actions`.
/// An empty query fits everything.
///
/// Makes an index for this one search: for a few hundred actions, and where none is kept.
pub fn search<'a>(
    actions: impl Iterator<Item = &'a Arc<Action>>,
    query: &str,
    limit: usize,
) -> Vec<&'a Arc<Action>> {
    let actions: Vec<&Arc<Action>> = actions.collect();
    let mut builder = Builder::new();
    for action in &actions {
        builder.add(action, 1.0);
    }
    builder
        .finish()
        .search(query, &Filter::default(), limit)
        .into_iter()
        .filter_map(|hit| actions.get(hit.ordinal as usize).copied())
        .collect()
}

#[cfg(test)]
mod tests;
