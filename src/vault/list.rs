//! Listing connections.

mod glance;
mod order;

use std::collections::{BTreeSet, HashMap};

pub use order::{Field, Order};

pub(super) use self::glance::Glance;
use self::order::Chosen;
use super::connections::Vault;
use super::error::VaultError;
use super::records::active_part;
use crate::domain::{
    Connection, ConnectionId, ConnectionKey, Environment, Health, Identity, IdentityType, Scope,
};
use crate::store::{Index, StoreError};

/// Connections are read in portions of so many while a filter is applied.
const PORTION: usize = 512;

/// Which connections are wanted, and in what order. All conditions must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these keys.
    pub keys: Option<Vec<String>>,
    /// Only this platform.
    pub platform: Option<String>,
    /// Only this version.
    pub platform_version: Option<String>,
    /// Only this name.
    pub name: Option<String>,
    /// Only this identity.
    pub identity: Option<Identity>,
    /// Only identities of this kind.
    pub identity_type: Option<IdentityType>,
    /// Only those with all of these tags.
    pub tags: Vec<String>,
    /// Only active ones, or only inactive ones.
    pub active: Option<bool>,
    /// Only those in this state.
    pub health: Option<Health>,
    /// Only those with this in their key, name, identity, account or platform, in any case.
    pub text: Option<String>,
    /// In what order.
    pub order: Order,
}

/// A piece of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The piece.
    pub rows: Vec<Connection>,
    /// How many there are in all.
    pub total: u64,
}

impl Filter {
    /// Whether the index alone decides, so that records need not be read to be counted.
    fn is_decided_by_index(&self, scope: &Scope) -> bool {
        !(self.platform.is_some() && self.identity.is_some())
            && self.keys.is_none()
            && self.order == Order::default()
            && scope.platforms.is_empty()
            && self.platform_version.is_none()
            && self.name.is_none()
            && self.identity_type.is_none()
            && self.tags.is_empty()
            && self.health.is_none()
            && self.text.is_none()
    }

    /// The same for whoever sees no more than `scope`; nothing if that is nothing.
    fn within(&self, scope: &Scope) -> Option<Self> {
        let identity = match (&scope.identity, &self.identity) {
            (Some(own), Some(asked)) if own != asked => return None,
            (Some(own), _) => Some(own.clone()),
            (None, asked) => asked.clone(),
        };
        Some(Self {
            identity,
            text: self.text.as_deref().map(str::to_lowercase),
            ..self.clone()
        })
    }
}

impl Vault {
    /// The connections that fit `filter`, in its order: at most `limit` after the first `skip`.
    ///
    /// It may read every connection of the environment, which takes milliseconds for thousands.
    pub fn list(
        &self,
        within: &Scope,
        filter: &Filter,
        skip: usize,
        limit: usize,
    ) -> Result<Listed, VaultError> {
        let Some(filter) = filter.within(within) else {
            return Ok(Listed {
                rows: Vec::new(),
                total: 0,
            });
        };
        if let (Some(active), true) = (filter.active, filter.is_decided_by_index(within)) {
            return Ok(self.list_by_index(within, &filter, active, skip, limit)?);
        }
        let ids = self.selected(within, &filter)?;
        let piece: Vec<ConnectionId> = ids.iter().copied().skip(skip).take(limit).collect();
        Ok(Listed {
            rows: self.several(within.environment, &piece)?,
            total: ids.len() as u64,
        })
    }

    /// Which connections fit `filter`, in its order.
    pub fn select(&self, within: &Scope, filter: &Filter) -> Result<Vec<ConnectionId>, VaultError> {
        match filter.within(within) {
            Some(filter) => self.selected(within, &filter),
            None => Ok(Vec::new()),
        }
    }

    /// Those of `ids` that are still there, in the same order.
    pub fn several(
        &self,
        environment: Environment,
        ids: &[ConnectionId],
    ) -> Result<Vec<Connection>, VaultError> {
        let scope = environment.as_str();
        let found = ids
            .iter()
            .map(|id| self.records.connections.get(scope, &id.to_string()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    fn selected(&self, within: &Scope, filter: &Filter) -> Result<Vec<ConnectionId>, VaultError> {
        let last_used = match filter.order.field {
            Field::LastUsedAt => self.all_last_used(within.environment)?,
            _ => HashMap::new(),
        };
        let mut chosen = Chosen::new(filter.order, last_used);
        self.each_candidate(within, filter, |glance| {
            if glance.fits(within, filter) {
                chosen.take(glance);
            }
        })?;
        Ok(chosen.sorted())
    }

    /// Shows `each` all connections that may fit, and perhaps others.
    fn each_candidate(
        &self,
        within: &Scope,
        filter: &Filter,
        mut each: impl FnMut(Glance),
    ) -> Result<(), StoreError> {
        if let Some(keys) = &filter.keys {
            return self.each_key(within.environment, keys, each);
        }
        let scope = within.environment.as_str();
        let Some((index, value)) = self.narrowest(filter) else {
            return self.each_of(within.environment, each);
        };
        if self.are_many(scope, index, value)? {
            return self.each_of(within.environment, each);
        }
        for active in [true, false] {
            if filter.active == Some(!active) {
                continue;
            }
            let parts = [active_part(active), value];
            let mut after = None;
            loop {
                let entries = index.page(scope, &parts, 3, after.as_deref(), PORTION)?;
                for entry in &entries {
                    if let Some(glance) = self.records.glances.get(scope, &entry.id)? {
                        each(glance);
                    }
                }
                match entries.into_iter().last() {
                    Some(last) => after = Some(last.cursor),
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Whether so many have this value that reading all there are, in the order in which they lie,
    /// is quicker than fetching each of them.
    fn are_many(&self, scope: &str, index: &Index, value: &[u8]) -> Result<bool, StoreError> {
        let some = index.page(scope, &[active_part(true), value], 3, None, PORTION)?;
        if some.len() < PORTION {
            return Ok(false);
        }
        let many = index.count(scope, &[active_part(true), value])?;
        let all = self.records.by_age.count(scope, &[])?;
        Ok(many.saturating_mul(3) > all)
    }

    /// All of an environment: in the order in which they lie there, which is the quickest.
    fn each_of(
        &self,
        environment: Environment,
        mut each: impl FnMut(Glance),
    ) -> Result<(), StoreError> {
        let mut after: Option<String> = None;
        loop {
            let scope = environment.as_str();
            let some = self
                .records
                .glances
                .scan(scope, after.as_deref(), PORTION)?;
            let Some((last, _)) = some.last() else {
                return Ok(());
            };
            after = Some(last.clone());
            some.into_iter().for_each(|(_, glance)| each(glance));
        }
    }

    fn each_key(
        &self,
        environment: Environment,
        keys: &[String],
        mut each: impl FnMut(Glance),
    ) -> Result<(), StoreError> {
        let keys: BTreeSet<&String> = keys.iter().collect();
        let keys = keys.into_iter();
        for key in keys.filter_map(|key| key.parse::<ConnectionKey>().ok()) {
            if key.environment() == environment
                && let Some(id) = self.records.id_of(&key)?
                && let Some(glance) = self.records.glances.get(environment.as_str(), &id)?
            {
                each(glance);
            }
        }
        Ok(())
    }

    /// The index that leads to the fewest, and its value.
    fn narrowest<'a>(&'a self, filter: &'a Filter) -> Option<(&'a Index, &'a [u8])> {
        let records = &self.records;
        match (&filter.identity, &filter.platform) {
            (Some(identity), _) => Some((&records.by_identity, identity.as_str().as_bytes())),
            (None, Some(platform)) => Some((&records.by_platform, platform.as_bytes())),
            (None, None) => None,
        }
    }

    fn list_by_index(
        &self,
        within: &Scope,
        filter: &Filter,
        active: bool,
        skip: usize,
        limit: usize,
    ) -> Result<Listed, StoreError> {
        let scope = within.environment.as_str();
        let (index, value) = match self.narrowest(filter) {
            Some((index, value)) => (index, Some(value)),
            None => (&self.records.by_age, None),
        };
        let parts: Vec<&[u8]> = std::iter::once(active_part(active)).chain(value).collect();
        // Active or not, perhaps a value, and the age.
        let ids = index.scan(scope, &parts, parts.len() + 1, skip, limit)?;
        let rows = ids
            .iter()
            .map(|id| self.records.connections.get(scope, id))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Listed {
            rows: rows.into_iter().flatten().collect(),
            total: index.count(scope, &parts)?,
        })
    }
}
