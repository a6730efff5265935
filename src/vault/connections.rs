//! Making, finding, changing and removing connections.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::VaultError;
use super::form::{self, Filled};
use super::input::{checked_metadata, checked_name, checked_tags};
use super::live::{KIND, Live, LiveMap, Overrides};
use super::records::{Credentials, Records, active_part};
use super::sign::Signature;
use crate::catalog::Catalogue;
use crate::crypto::{Keyring, SealContext, random_uuid};
use crate::domain::{
    Clock, Connection, ConnectionId, ConnectionKey, Connector, Environment, Generation, Health,
    Identity, IdentityType, Scope, Timestamp,
};
use crate::egress::Egress;
use crate::journal::Usage;
use crate::store::table::Versioned;
use crate::store::{Batch, SharedEngine, StoreError};

/// A change that keeps meeting others' changes gives up after so many tries.
const MAX_TRIES: usize = 8;

/// What is asked for when a connection is made from credentials.
#[derive(Clone, Debug, Default)]
pub struct NewConnection {
    /// The connector: its platform, or its definition's id.
    pub connector: String,
    /// The form, filled in.
    pub form: Map<String, Value>,
    /// Whose it is.
    pub identity: Option<Identity>,
    /// What kind of owner that is.
    pub identity_type: Option<IdentityType>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
}

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
}

/// The connections of an instance.
pub struct Vault {
    engine: SharedEngine,
    pub(super) records: Records,
    pub(super) keyring: Arc<Keyring>,
    pub(super) egress: Arc<Egress>,
    catalogue: Arc<Catalogue>,
    clock: Arc<dyn Clock>,
    overrides: Overrides,
    live: LiveMap,
    usage: Usage,
}

impl Vault {
    /// The connections in `engine`. `overrides` may lead connectors' requests elsewhere.
    pub fn new(
        engine: &SharedEngine,
        keyring: Arc<Keyring>,
        catalogue: Arc<Catalogue>,
        egress: Arc<Egress>,
        clock: Arc<dyn Clock>,
        overrides: Overrides,
    ) -> Self {
        let records = Records::new(engine);
        Self {
            live: LiveMap::new(engine, &records),
            usage: Usage::new(engine, "connection-use"),
            engine: SharedEngine::clone(engine),
            records,
            keyring,
            egress,
            catalogue,
            clock,
            overrides,
        }
    }

    /// Makes a connection from credentials, once the provider has accepted them.
    pub async fn create(
        &self,
        scope: &Scope,
        new: NewConnection,
    ) -> Result<Connection, VaultError> {
        let connector = self.connector(scope, &new.connector)?;
        let filled = form::fill(&connector, &new.form).map_err(VaultError::Invalid)?;
        let identity = owner(scope, new.identity)?;
        let now = self.clock.now();
        let id = ConnectionId(random_uuid());
        let connection = Connection {
            id,
            key: ConnectionKey::new(
                scope.environment,
                &connector.platform,
                random_uuid(),
                identity.as_ref(),
            ),
            environment: scope.environment,
            platform: connector.platform.clone(),
            platform_version: connector.version.clone(),
            identity_type: new
                .identity_type
                .or(identity.as_ref().map(|_| IdentityType::User)),
            identity,
            name: new.name.map(checked_name).transpose()?,
            tags: checked_tags(new.tags)?,
            metadata: Map::new(),
            active: true,
            health: Health::Operational,
            health_reason: None,
            settings: filled.settings.clone(),
            generation: Generation(1),
            created_at: now,
            updated_at: now,
            expires_at: None,
            last_refreshed_at: None,
            account: None,
        };
        let credentials = self.seal(&connection, &filled);
        let revision = self.catalogue.now().revision;
        let live = Live::new(
            connection,
            connector,
            credentials,
            &self.overrides,
            revision,
        )?;
        self.check(&live).await.map_err(|error| match error {
            // What was entered is at fault here, not a connection that was good once.
            VaultError::CannotSign(error) => VaultError::Invalid(error.to_string()),
            other => other,
        })?;
        let mut batch = Batch::default();
        self.records
            .insert_into(&mut batch, &live.connection, live.credentials())?;
        self.engine.commit(batch).await?;
        Ok(live.connection)
    }

    fn connector(&self, scope: &Scope, name: &str) -> Result<Arc<Connector>, VaultError> {
        let catalogue = self.catalogue.now();
        let found = match catalogue.connector(name) {
            Some(connector) => Some(connector),
            None => catalogue
                .connectors
                .values()
                .find(|connector| connector.definition_id == name),
        };
        found
            .filter(|connector| scope.sees_platform(&connector.platform))
            .map(Arc::clone)
            .ok_or_else(|| VaultError::NoSuchConnector(name.chars().take(80).collect()))
    }

    fn seal(&self, connection: &Connection, filled: &Filled) -> Credentials {
        let record = connection.id.to_string();
        let fields = filled.secrets.iter().map(|(field, secret)| {
            let context = SealContext {
                environment: connection.environment,
                kind: KIND,
                record: &record,
                field,
            };
            (
                field.clone(),
                self.keyring.seal(&context, secret.expose().as_bytes()),
            )
        });
        Credentials {
            generation: connection.generation,
            fields: fields.collect(),
        }
    }

    /// The connection that `name`, its id or its key, means.
    pub fn find(&self, scope: &Scope, name: &str) -> Result<Connection, VaultError> {
        self.read(scope, name).map(|read| read.value)
    }

    fn read(&self, scope: &Scope, name: &str) -> Result<Versioned<Connection>, VaultError> {
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

    /// Changes a connection. Of two changes at once, both happen, one after the other.
    pub async fn change(
        &self,
        scope: &Scope,
        name: &str,
        change: Change,
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
            let mut new = old.value.clone();
            new.tags = tags.clone().unwrap_or(new.tags);
            new.name = label.clone().unwrap_or(new.name);
            new.metadata = metadata.clone().unwrap_or(new.metadata);
            new.active = change.active.unwrap_or(new.active);
            new.updated_at = self.clock.now();
            let mut batch = Batch::default();
            self.records.replace_into(&mut batch, &old, &new)?;
            match self.engine.commit(batch).await {
                Ok(_) => return Ok(new),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Removes a connection with its secrets, and answers what it was.
    pub async fn delete(&self, scope: &Scope, name: &str) -> Result<Connection, VaultError> {
        let mut tries = 0;
        loop {
            let old = self.read(scope, name)?;
            let mut batch = Batch::default();
            self.records.remove_into(&mut batch, &old);
            self.usage
                .forget_into(&mut batch, old.value.environment, old.value.id.0);
            match self.engine.commit(batch).await {
                Ok(_) => return Ok(old.value),
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

fn owner(scope: &Scope, asked: Option<Identity>) -> Result<Option<Identity>, VaultError> {
    match (&scope.identity, asked) {
        (None, asked) => Ok(asked),
        (Some(own), None) => Ok(Some(own.clone())),
        (Some(own), Some(asked)) if *own == asked => Ok(Some(asked)),
        (Some(_), Some(_)) => Err(VaultError::OtherIdentity),
    }
}
