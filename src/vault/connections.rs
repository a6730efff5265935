//! Making, finding, changing and removing connections.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::VaultError;
use super::events::{deed, differing};
use super::input::{checked_metadata, checked_name, checked_tags};
use super::integrations::{Defaults, Integrations};
use super::live::{Live, LiveMap, Overrides, open};
use super::records::{Records, active_part};
use super::refresh::Refreshing;
use super::revocation::{Pending, Revoked};
use super::sign::Signature;
use super::survey::SurveyCache;
use crate::catalog::Catalogue;
use crate::crypto::Keyring;
use crate::domain::{
    Actor, Clock, Connection, ConnectionId, ConnectionKey, Environment, Health, Scope, Secret,
    Timestamp,
};
use crate::egress::Egress;
use crate::journal::{Audit, Recorder, Usage, Webhooks};
use crate::oauth::{self, OAuthClient};
use crate::store::table::Versioned;
use crate::store::{Batch, SharedEngine, StoreError, Table};
use crate::telemetry::Metrics;

/// A change that keeps meeting others' changes gives up after so many tries.
pub(super) const MAX_TRIES: usize = 8;

/// What is to change about a connection; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Replaces all tags.
    pub tags: Option<Vec<String>>,
    /// Replaces the name; `Some(None)` takes it away.
    pub name: Option<Option<String>>,
    /// Replaces what the application keeps with it.
    pub metadata: Option<Map<String, Value>>,
    /// Switches it on or off.
    pub active: Option<bool>,
    /// Added to the tags.
    pub add_tags: Vec<String>,
    /// Taken from the tags.
    pub remove_tags: Vec<String>,
    /// Only if it has not changed since then: not even by a refresh.
    pub if_updated_at: Option<Timestamp>,
}

/// The connections of an instance.
pub struct Vault {
    pub(super) engine: SharedEngine,
    pub(super) records: Records,
    pub(super) keyring: Arc<Keyring>,
    pub(super) egress: Arc<Egress>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) overrides: Overrides,
    pub(super) oauth_overrides: oauth::Overrides,
    pub(super) oauth: OAuthClient,
    pub(super) redirect_uri: String,
    pub(super) refreshing: Refreshing,
    pub(super) revocations: Table<Pending>,
    pub(super) audit: Arc<Audit>,
    pub(super) webhooks: Arc<Webhooks>,
    live: LiveMap,
    usage: Usage,
    pub(super) survey: SurveyCache,
    /// Which connectors people can connect to, and with whose OAuth app.
    pub integrations: Arc<Integrations>,
    /// Takes what happens to connections, here and above.
    pub recorder: Recorder,
}

/// What a vault is made of.
pub struct Parts {
    /// Where it keeps everything.
    pub engine: SharedEngine,
    /// Seals and opens.
    pub keyring: Arc<Keyring>,
    /// What can be connected to.
    pub catalogue: Arc<Catalogue>,
    /// The way to the providers.
    pub egress: Arc<Egress>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// May lead connectors' requests elsewhere.
    pub overrides: Overrides,
    /// May lead their OAuth requests elsewhere.
    pub oauth_overrides: oauth::Overrides,
    /// What holds of integrations about which nothing was decided.
    pub defaults: Defaults,
    /// Where providers send people back to.
    pub redirect_uri: String,
    /// Counts refreshes.
    pub metrics: Arc<Metrics>,
    /// Takes what happens.
    pub recorder: Recorder,
    /// Where changes are written down.
    pub audit: Arc<Audit>,
    /// Who is told of what happens.
    pub webhooks: Arc<Webhooks>,
}

impl Vault {
    /// The connections in `parts.engine`. Refreshes run on the runtime that this is called in.
    pub fn new(parts: Parts) -> Self {
        let engine = &parts.engine;
        let records = Records::new(engine);
        Self {
            live: LiveMap::new(engine, &records),
            usage: Usage::new(engine, "connection-use"),
            integrations: Arc::new(Integrations::new(
                engine,
                Arc::clone(&parts.keyring),
                Arc::clone(&parts.catalogue),
                Arc::clone(&parts.clock),
                Arc::clone(&parts.audit),
                parts.defaults,
            )),
            oauth: OAuthClient::new(Arc::clone(&parts.egress), Arc::clone(&parts.clock)),
            refreshing: Refreshing::new(tokio::runtime::Handle::current(), parts.metrics),
            revocations: Table::new(SharedEngine::clone(engine), "revocation"),
            engine: SharedEngine::clone(engine),
            records,
            keyring: parts.keyring,
            egress: parts.egress,
            catalogue: parts.catalogue,
            clock: parts.clock,
            overrides: parts.overrides,
            oauth_overrides: parts.oauth_overrides,
            redirect_uri: parts.redirect_uri,
            survey: SurveyCache::default(),
            recorder: parts.recorder,
            audit: parts.audit,
            webhooks: parts.webhooks,
        }
    }

    /// The connection that `name`, its id or its key, means.
    pub fn find(&self, scope: &Scope, name: &str) -> Result<Connection, VaultError> {
        self.read(scope, name).map(|read| read.value)
    }

    pub(super) fn read(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Versioned<Connection>, VaultError> {
        let id = match (name.parse::<ConnectionId>(), name.parse::<ConnectionKey>()) {
            (Ok(id), _) => Some(id),
            (_, Ok(key)) if key.environment() == scope.environment => {
                self.records.id_of(&key)?.and_then(|id| id.parse().ok())
            }
            _ => None,
        };
        let read = id
            .map(|id| self.records.read(scope.environment, id))
            .transpose()?
            .flatten();
        read.filter(|read| scope.sees(&read.value))
            .ok_or(VaultError::NoSuchConnection)
    }

    /// When the connection was last used.
    pub fn last_used(&self, connection: &Connection) -> Result<Option<Timestamp>, VaultError> {
        Ok(self.usage.last(connection.environment, connection.id.0)?)
    }

    /// When each of an environment was last used, of those that were.
    pub(super) fn all_last_used(
        &self,
        environment: Environment,
    ) -> Result<HashMap<uuid::Uuid, Timestamp>, StoreError> {
        self.usage.all(environment)
    }

    /// Changes a connection. Of two changes at once, both happen, one after the other; of two that
    /// say `if_updated_at`, one.
    pub async fn change(
        &self,
        scope: &Scope,
        name: &str,
        change: Change,
        by: &Actor,
    ) -> Result<Connection, VaultError> {
        let tags = change.tags.map(checked_tags).transpose()?;
        let label = change
            .name
            .map(|name| name.map(checked_name).transpose())
            .transpose()?;
        let metadata = change.metadata.map(checked_metadata).transpose()?;
        let mut tries = 0;
        loop {
            let old = self.read(scope, name)?;
            if change
                .if_updated_at
                .is_some_and(|at| at != old.value.updated_at)
            {
                return Err(VaultError::ChangedMeanwhile);
            }
            let mut new = old.value.clone();
            new.tags = tags.clone().unwrap_or(new.tags);
            if !change.add_tags.is_empty() || !change.remove_tags.is_empty() {
                new.tags.retain(|tag| !change.remove_tags.contains(tag));
                new.tags.extend(change.add_tags.iter().cloned());
                new.tags = checked_tags(new.tags)?;
            }
            new.name = label.clone().unwrap_or(new.name);
            new.metadata = metadata.clone().unwrap_or(new.metadata);
            new.active = change.active.unwrap_or(new.active);
            new.updated_at = self.clock.now();
            let mut batch = Batch::default();
            self.records.replace_into(&mut batch, &old, &new)?;
            self.tell_into(&mut batch, "connection.updated", &new)?;
            let deed = deed("connection.updated", &new).with("fields", differing(&old.value, &new));
            match self.commit(batch, &new, by, deed).await {
                Ok(_) => return Ok(new),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Removes a connection with its secrets, and answers what it was, and what is going to become
    /// of its tokens: a revocation is written down in the same commit.
    pub(super) async fn remove(
        &self,
        scope: &Scope,
        name: &str,
        by: &Actor,
    ) -> Result<(Connection, Revoked), VaultError> {
        let mut tries = 0;
        loop {
            let old = self.read(scope, name)?;
            let mut batch = Batch::default();
            let planned = self.revoke_into(&mut batch, &old.value)?;
            self.records.remove_into(&mut batch, &old);
            self.tell_into(&mut batch, "connection.deleted", &old.value)?;
            let (scope, id) = (old.value.environment.as_str(), old.value.id.to_string());
            let attempts = self.refreshing.attempts(&self.engine);
            attempts.delete_into(&mut batch, scope, &id);
            self.usage
                .forget_into(&mut batch, old.value.environment, old.value.id.0);
            let deed = deed("connection.deleted", &old.value);
            match self.commit(batch, &old.value, by, deed).await {
                Ok(_) => return Ok((old.value, planned)),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The connection with this key, ready to be used, and its use noted.
    ///
    /// Reads memory only, once the connection has been used.
    pub fn resolve(&self, scope: &Scope, key: &str) -> Result<Arc<Live>, VaultError> {
        let revision = self.catalogue.now().revision;
        let live = match self.live.get(key, scope.environment, revision) {
            Some(live) => live,
            None => self.read_live(scope, key)?,
        };
        if !scope.sees(&live.connection) {
            return Err(VaultError::NoSuchConnection);
        }
        if live.connection.health == Health::Failed {
            let reason = live
                .connection
                .health_reason
                .clone()
                .unwrap_or_else(|| "the provider refused it".to_owned());
            return Err(VaultError::MustReconnect { reason });
        }
        if !live.connection.active {
            return Err(VaultError::Inactive);
        }
        self.usage.note(
            live.connection.environment,
            live.connection.id.0,
            self.clock.now(),
        );
        Ok(live)
    }

    fn read_live(&self, scope: &Scope, key: &str) -> Result<Arc<Live>, VaultError> {
        let key: ConnectionKey = key.parse().map_err(|_| VaultError::NoSuchConnection)?;
        let environment = scope.environment.as_str();
        loop {
            let read = self.read(&Scope::all(scope.environment), key.as_str())?;
            let id = read.value.id.to_string();
            let Some(credentials) = self.records.credentials.get_raw(environment, &id)? else {
                return Err(VaultError::NoSuchConnection);
            };
            let snapshot = self.catalogue.now();
            let connector = snapshot
                .connector(read.value.platform.as_str())
                .ok_or_else(|| VaultError::NoSuchConnector(read.value.platform.to_string()))?;
            let connector = Arc::clone(connector);
            let live = Arc::new(Live::new(
                read.value,
                connector,
                credentials.value,
                &self.overrides,
                snapshot.revision,
            )?);
            self.live.keep(&key, &live);
            // A change between the reading and the keeping was announced before it was kept, and
            // would never be seen: look once more.
            let same = self
                .records
                .connections
                .get_raw(environment, &id)?
                .is_some_and(|again| again.raw == read.raw)
                && self
                    .records
                    .credentials
                    .get_raw(environment, &id)?
                    .is_some_and(|now| now.raw == credentials.raw);
            if same {
                return Ok(live);
            }
            self.live.drop_one(&live);
        }
    }

    /// What a request for `live` carries.
    pub fn sign(&self, live: &Live) -> Result<Signature, VaultError> {
        live.sign(&self.keyring)
    }

    /// What of `live` must never be seen, opened: for whoever looks for it in an answer.
    pub fn secrets(&self, live: &Live) -> Result<Vec<Secret<String>>, VaultError> {
        let opened = open(&self.keyring, &live.connection, live.credentials())?;
        Ok(opened.into_iter().map(|(_, secret)| secret).collect())
    }

    /// Writes down when connections were last used.
    pub async fn flush_usage(&self) -> Result<(), StoreError> {
        self.usage.flush().await
    }

    /// How many connections there are, active or inactive. It walks over all of them.
    pub fn count(&self, environment: Environment, active: bool) -> Result<u64, StoreError> {
        let part: &[u8] = active_part(active);
        self.records.by_age.count(environment.as_str(), &[part])
    }
}
