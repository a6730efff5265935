//! How a connection stands in the store: its record, its secrets, and the ways to find it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::Glance;
use crate::crypto::Sealed;
use crate::domain::{Connection, ConnectionId, ConnectionKey, Environment, Generation, Timestamp};
use crate::store::table::Versioned;
use crate::store::{
    Batch, Index, SharedEngine, StoreError, Table, UniqueIndex, ascending, descending,
};

const TABLE: &str = "connection";

/// The secrets of a connection, each field sealed by itself.
///
/// Apart from [`Connection`], so that listing never touches ciphertext.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credentials {
    /// The generation of the connection that they belong to.
    pub generation: Generation,
    /// By the name of the form field.
    pub fields: BTreeMap<String, Sealed>,
}

/// The tables and indexes of connections.
pub struct Records {
    /// What describes a connection.
    pub connections: Table<Connection>,
    /// The same records, as lists look at them.
    pub glances: Table<Glance>,
    /// What opens it at the provider.
    pub credentials: Table<Credentials>,
    by_key: UniqueIndex,
    /// Active or not, latest first.
    pub by_age: Index,
    /// Active or not, by platform, latest first.
    pub by_platform: Index,
    /// Active or not, by identity, latest first.
    pub by_identity: Index,
    /// Those about whose tokens something is to be done, soonest first.
    pub by_due: Index,
}

impl Records {
    /// The connections in `engine`.
    pub fn new(engine: &SharedEngine) -> Self {
        let shared = || SharedEngine::clone(engine);
        Self {
            connections: Table::new(shared(), TABLE),
            glances: Table::new(shared(), TABLE),
            credentials: Table::new(shared(), "credentials"),
            by_key: UniqueIndex::new(shared(), TABLE, "key"),
            by_age: Index::new(shared(), TABLE, "age"),
            by_platform: Index::new(shared(), TABLE, "platform"),
            by_identity: Index::new(shared(), TABLE, "identity"),
            by_due: Index::new(shared(), TABLE, "due"),
        }
    }

    /// The id of the connection with this key.
    pub fn id_of(&self, key: &ConnectionKey) -> Result<Option<String>, StoreError> {
        self.by_key
            .find(key.environment().as_str(), &[key.as_str().as_bytes()])
    }

    /// The connection with this id, and the bytes that it is stored as.
    pub fn read(
        &self,
        environment: Environment,
        id: ConnectionId,
    ) -> Result<Option<Versioned<Connection>>, StoreError> {
        self.connections
            .get_raw(environment.as_str(), &id.to_string())
    }

    /// Puts a new connection, with its secrets, into `batch`.
    pub fn insert_into(
        &self,
        batch: &mut Batch,
        connection: &Connection,
        credentials: &Credentials,
    ) -> Result<(), StoreError> {
        let (scope, id) = (connection.environment.as_str(), connection.id.to_string());
        self.connections
            .put_new_into(batch, scope, &id, connection)?;
        self.credentials
            .put_new_into(batch, scope, &id, credentials)?;
        self.by_key
            .claim_into(batch, scope, &[connection.key.as_str().as_bytes()], &id);
        self.for_each_entry(connection, |index, parts| {
            index.add_into(batch, scope, parts, &id)
        });
        Ok(())
    }

    /// Puts the replacement of `old` by `new` into `batch`.
    pub fn replace_into(
        &self,
        batch: &mut Batch,
        old: &Versioned<Connection>,
        new: &Connection,
    ) -> Result<(), StoreError> {
        let (scope, id) = (new.environment.as_str(), new.id.to_string());
        self.for_each_entry(&old.value, |index, parts| {
            index.remove_into(batch, scope, parts, &id)
        });
        self.for_each_entry(new, |index, parts| index.add_into(batch, scope, parts, &id));
        self.connections
            .replace_into(batch, scope, &id, &old.raw, new)
    }

    /// Puts the removal of `old`, with its secrets, into `batch`.
    pub fn remove_into(&self, batch: &mut Batch, old: &Versioned<Connection>) {
        let connection = &old.value;
        let (scope, id) = (connection.environment.as_str(), connection.id.to_string());
        self.connections
            .delete_read_into(batch, scope, &id, &old.raw);
        self.credentials.delete_into(batch, scope, &id);
        self.by_key
            .release_into(batch, scope, &[connection.key.as_str().as_bytes()], &id);
        self.for_each_entry(connection, |index, parts| {
            index.remove_into(batch, scope, parts, &id)
        });
    }

    /// Each index with the parts of the entry that `connection` has there.
    fn for_each_entry(&self, connection: &Connection, mut each: impl FnMut(&Index, &[&[u8]])) {
        let active = active_part(connection.active);
        let age = descending(u64::try_from(connection.created_at.micros()).unwrap_or(0));
        each(&self.by_age, &[active, &age]);
        each(
            &self.by_platform,
            &[active, connection.platform.as_str().as_bytes(), &age],
        );
        if let Some(identity) = &connection.identity {
            each(
                &self.by_identity,
                &[active, identity.as_str().as_bytes(), &age],
            );
        }
        if let Some(due) = connection.due_at() {
            each(&self.by_due, &[&due_part(due)]);
        }
    }
}

/// The first part of every index entry: nearly every list is of the active ones.
pub fn active_part(active: bool) -> &'static [u8] {
    if active { b"a" } else { b"i" }
}

/// A time as a part of the index of what is due.
pub fn due_part(due: Timestamp) -> [u8; 8] {
    ascending(u64::try_from(due.micros()).unwrap_or(0))
}
