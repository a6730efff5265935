//! Looking into the audit log: into several of its chains as if they were one.

use std::collections::VecDeque;
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use super::chain::{Link, id};
use super::{Audit, Record, scope};
use crate::domain::{Environment, Timestamp};
use crate::store::{StoreError, Table};

/// Records are read in portions of so many while a filter is applied.
const PORTION: usize = 512;

/// Which records are wanted. All conditions must hold.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only by the actor with this id or name, or by actors of this kind.
    pub actor: Option<String>,
    /// Only this, as in `connection.deleted`; `connection` means all of its kind.
    pub what: Option<String>,
    /// Only those with this somewhere in what is said of actor, object or detail, in any case.
    pub text: Option<String>,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub to: Option<Timestamp>,
}

/// A record, and its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The record.
    pub record: Record,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

impl AuditFilter {
    fn fits(&self, record: &Record, text: &str) -> bool {
        let actor = &record.actor;
        let is_by = |wanted: &String| {
            actor.id.as_ref() == Some(wanted)
                || actor.name.as_ref() == Some(wanted)
                || actor.kind.as_str() == wanted
        };
        let is_what = |wanted: &String| {
            let rest = record.what.strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let says = |wanted: &String| text.to_lowercase().contains(&wanted.to_lowercase());
        self.actor.as_ref().is_none_or(is_by)
            && self.what.as_ref().is_none_or(is_what)
            && self.to.is_none_or(|to| record.at < to)
            && self.from.is_none_or(|from| record.at >= from)
            && self.text.as_ref().is_none_or(says)
    }
}

impl Audit {
    /// At most `limit` records of these chains that fit `filter`, latest first, of those that stand
    /// behind `before`; and the place behind which the next ones stand, if there are some.
    ///
    /// It may read the whole log, which takes milliseconds for thousands.
    pub fn list(
        &self,
        chains: &[Option<Environment>],
        filter: &AuditFilter,
        before: &Place,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<Place>), StoreError> {
        let mut readers: Vec<Reader> = (0..)
            .zip(chains)
            .map(|(n, chain)| Reader::new(*chain, before.0.get(n).copied()))
            .collect();
        let mut rows: Vec<Entry> = Vec::new();
        loop {
            for reader in &mut readers {
                reader.fill(&self.links, filter)?;
            }
            let latest = readers
                .iter_mut()
                .filter(|reader| reader.ready.front().is_some())
                // Of two of the same time the first chain's: so it is on every page.
                .reduce(|one, other| if other.at() > one.at() { other } else { one });
            let Some(latest) = latest else {
                return Ok((rows, None));
            };
            if rows.len() == limit {
                let places = readers.iter().map(Reader::place);
                return Ok((rows, Some(Place(places.collect()))));
            }
            rows.extend(latest.ready.pop_front());
        }
    }
}

/// A place between records: in each of the chains, the number before which it is. Nowhere said, it is
/// before all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Vec<u64>);

impl Place {
    /// Whether it is one in so many chains.
    pub fn is_in(&self, chains: usize) -> bool {
        self.0.is_empty() || self.0.len() == chains
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

impl FromStr for Place {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        let numbers = text.split('.').map(str::parse);
        numbers.collect::<Result<_, _>>().map(Self)
    }
}

/// Reads one chain, in portions.
struct Reader {
    chain: Option<Environment>,
    /// The id behind which the next portion stands.
    after: Option<String>,
    /// What fits of those that were read.
    ready: VecDeque<Entry>,
    is_at_end: bool,
}

impl Reader {
    fn new(chain: Option<Environment>, before: Option<u64>) -> Self {
        Self {
            chain,
            after: before.map(id),
            ready: VecDeque::new(),
            is_at_end: false,
        }
    }

    /// Reads on until something is ready, or nothing is left.
    fn fill(&mut self, links: &Table<Link>, filter: &AuditFilter) -> Result<(), StoreError> {
        while self.ready.is_empty() && !self.is_at_end {
            let some = links.scan(scope(self.chain), self.after.as_deref(), PORTION)?;
            for (_, link) in &some {
                let fitting = read(link).filter(|record| filter.fits(record, &link.record));
                self.ready.extend(fitting.map(|record| Entry {
                    record,
                    hash: link.hash.clone(),
                }));
            }
            match some.into_iter().last() {
                Some((last, _)) => self.after = Some(last),
                None => self.is_at_end = true,
            }
        }
        Ok(())
    }

    /// When the next one was written.
    fn at(&self) -> Option<Timestamp> {
        self.ready.front().map(|entry| entry.record.at)
    }

    /// The number before which it stands.
    fn place(&self) -> u64 {
        let next = self.ready.front();
        next.map_or(0, |entry| entry.record.number.saturating_add(1))
    }
}

/// One that cannot be read hides no others; [`Audit::verify`] tells of it.
fn read(link: &Link) -> Option<Record> {
    serde_json::from_str(&link.record).ok()
}
