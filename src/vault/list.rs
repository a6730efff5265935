//! Listing connections.

use std::collections::BTreeSet;

use super::connections::Vault;
use super::error::VaultError;
use super::records::active_part;
use crate::domain::{Connection, ConnectionKey, Identity, IdentityType, Scope};
use crate::store::{Index, StoreError};

/// Connections are read in portions of so many while a filter is applied.
const PORTION: usize = 512;

/// Which connections are wanted. All conditions must hold.
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
    /// Active or inactive.
    pub active: bool,
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
    fn fits(&self, scope: &Scope, connection: &Connection) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        connection.active == self.active
            && scope.sees(connection)
            && is(&self.platform, connection.platform.as_str())
            && is(&self.platform_version, &connection.platform_version)
            && self
                .name
                .as_deref()
                .is_none_or(|name| connection.name.as_deref() == Some(name))
            && self
                .identity
                .as_ref()
                .is_none_or(|identity| connection.identity.as_ref() == Some(identity))
            && self
                .identity_type
                .is_none_or(|kind| connection.identity_type == Some(kind))
            && self.tags.iter().all(|tag| connection.tags.contains(tag))
    }

    /// Whether the index alone decides, so that records need not be read to be counted.
    fn is_decided_by_index(&self, scope: &Scope) -> bool {
        !(self.platform.is_some() && self.identity.is_some())
            && scope.platforms.is_empty()
            && self.platform_version.is_none()
            && self.name.is_none()
            && self.identity_type.is_none()
            && self.tags.is_empty()
    }
}

impl Vault {
    /// The connections that fit `filter`, latest first: at most `limit` after the first `skip`.
    pub fn list(
        &self,
        within: &Scope,
        filter: &Filter,
        skip: usize,
        limit: usize,
    ) -> Result<Listed, VaultError> {
        if let Some(keys) = &filter.keys {
            return self.list_keys(within, keys, filter, skip, limit);
        }
        let filter = &match (&within.identity, &filter.identity) {
            (Some(own), Some(asked)) if own != asked => {
                return Ok(Listed {
                    rows: Vec::new(),
                    total: 0,
                });
            }
            (Some(own), None) => Filter {
                identity: Some(own.clone()),
                ..filter.clone()
            },
            _ => filter.clone(),
        };
        let scope = within.environment.as_str();
        let active = active_part(filter.active);
        let records = &self.records;
        let (index, value): (&Index, Option<&[u8]>) = match (&filter.identity, &filter.platform) {
            (Some(identity), _) => (&records.by_identity, Some(identity.as_str().as_bytes())),
            (None, Some(platform)) => (&records.by_platform, Some(platform.as_bytes())),
            (None, None) => (&records.by_age, None),
        };
        let parts: Vec<&[u8]> = std::iter::once(active).chain(value).collect();
        // Active or not, perhaps a value, and the age.
        let depth = parts.len() + 1;
        if filter.is_decided_by_index(within) {
            let ids = index.scan(scope, &parts, depth, skip, limit)?;
            let rows = ids
                .iter()
                .map(|id| self.records.connections.get(scope, id))
                .collect::<Result<Vec<_>, _>>()?;
            let total = index.count(scope, &parts)?;
            return Ok(Listed {
                rows: rows.into_iter().flatten().collect(),
                total,
            });
        }
        let mut taken = Taken::new(skip, limit);
        let mut after = None;
        loop {
            let entries = index.page(scope, &parts, depth, after.as_deref(), PORTION)?;
            for entry in &entries {
                if let Some(connection) = self.records.connections.get(scope, &entry.id)? {
                    taken.take(within, connection, filter);
                }
            }
            match entries.into_iter().last() {
                Some(last) => after = Some(last.cursor),
                None => return Ok(taken.listed),
            }
        }
    }

    fn list_keys(
        &self,
        within: &Scope,
        keys: &[String],
        filter: &Filter,
        skip: usize,
        limit: usize,
    ) -> Result<Listed, VaultError> {
        let mut taken = Taken::new(skip, limit);
        let keys: BTreeSet<&String> = keys.iter().collect();
        let mut found = Vec::new();
        for key in keys
            .into_iter()
            .filter_map(|key| key.parse::<ConnectionKey>().ok())
        {
            if key.environment() == within.environment {
                found.extend(self.by_key(&key)?);
            }
        }
        found.sort_by_key(|connection| std::cmp::Reverse((connection.created_at, connection.id)));
        found
            .into_iter()
            .for_each(|connection| taken.take(within, connection, filter));
        Ok(taken.listed)
    }

    fn by_key(&self, key: &ConnectionKey) -> Result<Option<Connection>, StoreError> {
        let Some(id) = self.records.id_of(key)? else {
            return Ok(None);
        };
        self.records
            .connections
            .get(key.environment().as_str(), &id)
    }
}

/// Counts what fits, and keeps the piece that is wanted.
struct Taken {
    skip: usize,
    limit: usize,
    listed: Listed,
}

impl Taken {
    fn new(skip: usize, limit: usize) -> Self {
        Self {
            skip,
            limit,
            listed: Listed {
                rows: Vec::new(),
                total: 0,
            },
        }
    }

    fn take(&mut self, scope: &Scope, connection: Connection, filter: &Filter) {
        if !filter.fits(scope, &connection) {
            return;
        }
        let position = usize::try_from(self.listed.total).unwrap_or(usize::MAX);
        self.listed.total += 1;
        if position >= self.skip && self.listed.rows.len() < self.limit {
            self.listed.rows.push(connection);
        }
    }
}
