//! A call with which whoever begins can begin: of a connection that there is, and of a path that the provider knows.

use serde::Serialize;

use crate::catalog::Snapshot;
use crate::domain::{Connector, Environment, Health, Method, Scope};
use crate::vault::{Filter, Vault, VaultError};

/// Whose call is shown as long as there is no connection.
const BEFORE_ANY: &str = "gmail";

/// So many of the newest connections, and of a connector's actions, are looked through.
const LOOKED_THROUGH: (usize, usize) = (20, 200);

/// A call that reads something and needs nothing but a credential.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FirstCall {
    /// The newest connection's that works; without any, one that is well known.
    platform: String,
    /// That connection's.
    connection_key: Option<String>,
    /// Below the connector's base URL, of a GET. Null if every call of the platform needs more than that.
    path: Option<String>,
}

impl FirstCall {
    /// It reads the store.
    pub(super) fn of(
        environment: Environment,
        vault: &Vault,
        catalogue: &Snapshot,
    ) -> Result<Self, VaultError> {
        let active = Filter {
            active: Some(true),
            ..Filter::default()
        };
        let newest = vault.list(&Scope::all(environment), &active, 0, LOOKED_THROUGH.0)?;
        let works = |health| matches!(health, Health::Operational | Health::Unknown);
        let connection = newest.rows.iter().find(|each| works(each.health));
        let platform = connection.map_or(BEFORE_ANY, |connection| connection.platform.as_str());
        Ok(Self {
            platform: platform.to_owned(),
            connection_key: connection.map(|connection| connection.key.to_string()),
            path: catalogue.connector(platform).and_then(|it| path(it)),
        })
    }
}

/// Best is what tells whether a credential is good: that one is allowed whatever else is not.
fn path(connector: &Connector) -> Option<String> {
    if let Some(test) = &connector.test
        && test.method == Method::Get
    {
        return Some(test.path.clone());
    }
    let actions = connector.actions.piece(0, LOOKED_THROUGH.1);
    let plain = actions.iter().find(|action| {
        action.method == Method::Get
            && action.path.variables().next().is_none()
            && !action.params.iter().any(|param| param.required)
    });
    plain.map(|action| action.path.as_str().to_owned())
}
