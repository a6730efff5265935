//! The actions of one connector: some in memory, most of them not until somebody asks.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use super::Action;

/// Actions that are not in memory.
pub trait ActionSource: Debug + Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Those with the numbers of `range`, counted from 0.
    fn load(&self, range: Range<usize>) -> Vec<Arc<Action>>;
    /// The numbers of those whose path could be `path` (percent-encoded, without query).
    fn matching(&self, path: &str) -> Vec<usize>;
}

/// A connector's actions: those of its descriptor first.
#[derive(Clone, Debug, Default)]
pub struct Actions {
    written: Vec<Arc<Action>>,
    more: Option<Arc<dyn ActionSource>>,
}

impl Actions {
    /// Those of a descriptor, and no more.
    pub fn written(written: Vec<Arc<Action>>) -> Self {
        let more = None;
        Self { written, more }
    }

    /// The same with those of `more` behind them.
    pub fn with(self, more: Option<Arc<dyn ActionSource>>) -> Self {
        Self { more, ..self }
    }

    /// Those that the descriptor itself describes.
    pub fn of_descriptor(&self) -> &[Arc<Action>] {
        &self.written
    }

    /// Those that it does not.
    pub fn more(&self) -> Option<&Arc<dyn ActionSource>> {
        self.more.as_ref()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.written.len() + self.more.as_ref().map_or(0, |more| more.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Action>> {
        self.piece(0, usize::MAX)
    }

    /// Those behind the first `skip`, `limit` at the most.
    pub fn piece(&self, skip: usize, limit: usize) -> Vec<Arc<Action>> {
        let mut piece: Vec<Arc<Action>> = self
            .written
            .iter()
            .skip(skip)
            .take(limit)
            .map(Arc::clone)
            .collect();
        if let Some(more) = &self.more {
            let from = skip.saturating_sub(self.written.len());
            let to = from.saturating_add(limit - piece.len()).min(more.len());
            if from < to {
                piece.extend(more.load(from..to));
            }
        }
        piece
    }

    /// The one with this number among those that the descriptor does not describe itself.
    pub fn nth_of_more(&self, number: usize) -> Option<Arc<Action>> {
        self.more.as_ref()?.load(number..number + 1).pop()
    }

    /// Those whose path could be `path` (percent-encoded, without query), whatever the method.
    pub fn at(&self, path: &str) -> Vec<Arc<Action>> {
        let mut found: Vec<Arc<Action>> = self
            .written
            .iter()
            .filter(|action| action.path.matches(path))
            .map(Arc::clone)
            .collect();
        if let Some(more) = &self.more {
            for number in more.matching(path) {
                found.extend(more.load(number..number + 1));
            }
        }
        found
    }
}
