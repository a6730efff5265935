//! What webhooks are told of connections.

use serde_json::{Value, json};

use super::connections::Vault;
use crate::domain::{Connection, Health};
use crate::store::{Batch, StoreError};

impl Vault {
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
