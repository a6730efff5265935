//! Looking into the audit log.

use super::chain::{Link, id};
use super::{Audit, Record, scope};
use crate::domain::{Environment, Timestamp};
use crate::store::StoreError;

/// Records are read in portions of so many while a filter is applied.
const PORTION: usize = 512;

/// Which records are wanted. All conditions must hold.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only by the actor with this id or name, or by those of this kind.
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
            let said = [actor.id.as_deref(), actor.name.as_deref()];
            said.contains(&Some(wanted.as_str())) || actor.kind.as_str() == wanted
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
    /// At most `limit` records that fit `filter`, latest first, of those with a number less than
    /// `before`; and the number before which the next ones stand, if there may be some.
    ///
    /// It may read the whole log, which takes milliseconds for thousands.
    pub fn list(
        &self,
        environment: Option<Environment>,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<u64>), StoreError> {
        let mut rows: Vec<Entry> = Vec::new();
        let mut after = before.map(id);
        loop {
            let some = self
                .links
                .scan(scope(environment), after.as_deref(), PORTION)?;
            for (_, link) in &some {
                let Some(record) = read(link) else { continue };
                if !filter.fits(&record, &link.record) {
                    continue;
                }
                if rows.len() == limit {
                    return Ok((rows.clone(), rows.last().map(|last| last.record.number)));
                }
                rows.push(Entry {
                    record,
                    hash: link.hash.clone(),
                });
            }
            match some.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None => return Ok((rows, None)),
            }
        }
    }
}

/// One that cannot be read hides no others; [`Audit::verify`] tells of it.
fn read(link: &Link) -> Option<Record> {
    serde_json::from_str(&link.record).ok()
}
