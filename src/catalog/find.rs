//! Searching a catalogue: the indexes are made when first needed, and kept.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::load::Snapshot;
use super::search::{Builder, Filter, Hit, Index};
use crate::domain::{Action, Connector, Platform};

/// How much more a hand-written action counts than a generated one that fits as well.
const WRITTEN: f32 = 1.05;
/// So many actions are unpacked at a time while the great index is made.
const PIECE: usize = 256;
/// So many of the best are looked at for those that a caller accepts.
const LOOKED_AT: usize = 1_500;
/// Where there are not more than these, all that fit are looked at.
const FEW: usize = 6_000;
/// So many are looked at together, at the most.
const PORTION: usize = 256;

/// The indexes of one snapshot.
#[derive(Default)]
pub(super) struct Indexes {
    of_platforms: Mutex<HashMap<Platform, Arc<Index>>>,
    of_all: OnceLock<Whole>,
}

/// All platforms in one index.
struct Whole {
    index: Index,
    /// Which actions are whose, in the order of the index.
    platforms: Vec<(Platform, Range<u32>)>,
}

impl fmt::Debug for Indexes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Indexes")
    }
}

impl Snapshot {
    /// The actions of one platform that fit `query` and that `accepts` lets pass, best first. An
    /// empty query fits everything.
    pub fn search(
        &self,
        connector: &Connector,
        query: &str,
        limit: usize,
        accepts: impl Fn(&Action) -> bool,
    ) -> Vec<Arc<Action>> {
        let index = self.index_of(connector);
        let hits = index.search(query, &Filter::default(), index.len());
        let action = |ordinal: u32| connector.actions.piece(ordinal as usize, 1).pop();
        best(&hits, action, limit, accepts)
    }

    /// The same over every platform that `sees` lets pass. Of what fits only the best are looked at,
    /// unless few platforms are seen.
    ///
    /// The first search after a start makes the index, which takes half a second: not for threads
    /// that serve others meanwhile.
    pub fn search_all(
        &self,
        sees: impl Fn(&Platform) -> bool,
        query: &str,
        limit: usize,
        accepts: impl Fn(&Action) -> bool,
    ) -> Vec<Arc<Action>> {
        let whole = self.indexes.of_all.get_or_init(|| self.whole());
        let seen = whole.platforms.iter();
        let seen = seen.filter(|(platform, _)| sees(platform));
        let within: Vec<Range<u32>> = seen.map(|(_, range)| range.clone()).collect();
        let all: usize = within.iter().map(ExactSizeIterator::len).sum();
        let filter = Filter {
            within: Some(within),
            method: None,
        };
        let looked_at = match all <= FEW {
            true => all,
            false => LOOKED_AT,
        };
        let hits = whole.index.search(query, &filter, looked_at);
        best(&hits, |ordinal| self.nth(whole, ordinal), limit, accepts)
    }

    fn nth(&self, whole: &Whole, ordinal: u32) -> Option<Arc<Action>> {
        let after = whole
            .platforms
            .partition_point(|(_, range)| range.start <= ordinal);
        let (platform, range) = whole.platforms.get(after.checked_sub(1)?)?;
        let number = (ordinal - range.start) as usize;
        self.connectors
            .get(platform)?
            .actions
            .piece(number, 1)
            .pop()
    }

    fn index_of(&self, connector: &Connector) -> Arc<Index> {
        let kept = || {
            let kept = self.indexes.of_platforms.lock();
            kept.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(index) = kept().get(&connector.platform) {
            return Arc::clone(index);
        }
        let mut builder = Builder::new();
        add(&mut builder, connector);
        let index = Arc::new(builder.finish());
        kept().insert(connector.platform.clone(), Arc::clone(&index));
        index
    }

    fn whole(&self) -> Whole {
        let mut builder = Builder::new();
        let mut platforms = Vec::new();
        let mut first = 0;
        for connector in self.connectors.values() {
            add(&mut builder, connector);
            let end = first + u32::try_from(connector.actions.len()).unwrap_or(u32::MAX);
            platforms.push((connector.platform.clone(), first..end));
            first = end;
        }
        Whole {
            index: builder.finish(),
            platforms,
        }
    }
}

/// The first `limit` of `hits` that `accepts` lets pass. They are looked at in portions, and within
/// one in the order in which they are packed, so that a chunk is unpacked once for all of its own.
fn best(
    hits: &[Hit],
    action: impl Fn(u32) -> Option<Arc<Action>>,
    limit: usize,
    accepts: impl Fn(&Action) -> bool,
) -> Vec<Arc<Action>> {
    let mut found = Vec::new();
    for portion in hits.chunks(limit.clamp(1, PORTION).next_power_of_two()) {
        let mut order: Vec<(usize, u32)> =
            portion.iter().map(|hit| hit.ordinal).enumerate().collect();
        order.sort_by_key(|(_, ordinal)| *ordinal);
        let mut accepted: Vec<(usize, Arc<Action>)> = order
            .into_iter()
            .filter_map(|(rank, ordinal)| Some((rank, action(ordinal)?)))
            .filter(|(_, action)| accepts(action))
            .collect();
        accepted.sort_by_key(|(rank, _)| *rank);
        found.extend(accepted.into_iter().map(|(_, action)| action));
        if found.len() >= limit {
            break;
        }
    }
    found.truncate(limit);
    found
}

fn add(builder: &mut Builder, connector: &Connector) {
    let written = connector.actions.of_descriptor().len();
    for from in (0..connector.actions.len()).step_by(PIECE) {
        for (number, action) in connector.actions.piece(from, PIECE).iter().enumerate() {
            let is_written = from + number < written;
            builder.add(action, if is_written { WRITTEN } else { 1.0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalogue;

    #[test]
    fn an_action_is_found_within_its_platform_and_among_all() {
        let (catalogue, _) = Catalogue::load(None);
        let snapshot = catalogue.now();
        let gmail = snapshot.connector("gmail").unwrap();
        let found = snapshot.search(gmail, "send an email message", 3, |_| true);
        assert_eq!(found[0].path.as_str(), "/users/{userId}/messages/send");
        assert_eq!(found.len(), 3);
        let reading = snapshot.search(gmail, "send an email message", 3, |action| {
            action.method.as_str() == "GET"
        });
        assert!(reading.iter().all(|action| action.method.as_str() == "GET"));
        let sees = |platform: &crate::domain::Platform| platform.as_str() == "stripe";
        let found = snapshot.search_all(sees, "create a customer", 3, |_| true);
        assert_eq!(found[0].path.as_str(), "/v1/customers");
    }
}
