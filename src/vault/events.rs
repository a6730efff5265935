//! What is written down of a connection's changes, and what webhooks are told of them.

use serde_json::{Value, json};

use super::connections::Vault;
use crate::domain::{Actor, Connection, Health};
use crate::journal::Deed;
use crate::store::{Batch, StoreError};

impl Vault {
    /// Commits a change of `connection` together with the record that `by` did `deed`.
    pub(super) async fn commit(
        &self,
        batch: Batch,
        connection: &Connection,
        by: &Actor,
        deed: Deed,
    ) -> Result<(), StoreError> {
        let environment = Some(connection.environment);
        let committed = self.audit.commit(batch, environment, by, deed);
        committed.await.map(drop)
    }

    /// Has whoever wants to know told, once `batch` is committed, that `event` happened to
    /// `connection`.
    pub(super) fn tell_into(
        &self,
        batch: &mut Batch,
        event: &str,
        connection: &Connection,
    ) -> Result<(), StoreError> {
        let environment = connection.environment;
        self.webhooks
            .put_into(batch, environment, event, &summary(connection))
    }

    /// The same for a change of how far `old` can be relied on, if it is one.
    pub(super) fn tell_health_into(
        &self,
        batch: &mut Batch,
        old: &Connection,
        new: &Connection,
    ) -> Result<(), StoreError> {
        match (old.health, new.health) {
            (Health::Failed, Health::Failed) => Ok(()),
            (_, Health::Failed) => self.tell_into(batch, "connection.failed", new),
            (Health::Failed, _) => self.tell_into(batch, "connection.recovered", new),
            _ => Ok(()),
        }
    }
}

/// What was done to `connection`, in the words of the audit log.
pub(super) fn deed(what: &'static str, connection: &Connection) -> Deed {
    let (id, key) = (connection.id.to_string(), connection.key.as_str());
    let name = connection.name.as_deref().unwrap_or(key);
    Deed::new(what, "connection", &id, Some(name)).with("platform", connection.platform.as_str())
}

/// The names of what a caller may change and has changed.
pub(super) fn differing(old: &Connection, new: &Connection) -> Vec<&'static str> {
    let fields = [
        ("tags", old.tags != new.tags),
        ("name", old.name != new.name),
        ("metadata", old.metadata != new.metadata),
        ("active", old.active != new.active),
    ];
    let changed = fields.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(name, _)| name).collect()
}

/// A connection as strangers are told of it: what a list shows, without what its owner entered.
fn summary(connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "key": connection.key,
        "platform": connection.platform,
        "environment": connection.environment,
        "identity": connection.identity,
        "identityType": connection.identity_type,
        "name": connection.name,
        "tags": connection.tags,
        "active": connection.active,
        "state": connection.health,
        "stateReason": connection.health_reason,
        "createdAt": connection.created_at,
        "updatedAt": connection.updated_at,
    })
}
