//! From what a person entered, or a sign-in brought, to a connection.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::connections::{MAX_TRIES, Vault};
use super::error::VaultError;
use super::events::deed;
use super::input::{checked_name, checked_tags};
use super::live::{KIND, Live};
use super::material::Material;
use super::records::Credentials;
use crate::crypto::{SealContext, random_uuid};
use crate::domain::{
    Actor, Connection, ConnectionId, ConnectionKey, Connector, Generation, Health, Identity,
    IdentityType, Scope, Secret,
};
use crate::store::table::Versioned;
use crate::store::{Batch, StoreError};

/// Whose a new connection is, and what it is called.
#[derive(Clone, Debug, Default)]
pub struct Owner {
    /// Whose it is.
    pub identity: Option<Identity>,
    /// What kind of owner that is.
    pub identity_type: Option<IdentityType>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
}

/// What is asked for when a connection is made from credentials.
#[derive(Clone, Default)]
pub struct NewConnection {
    /// The connector: its platform, or its definition's id.
    pub connector: String,
    /// The form, filled in.
    pub form: Map<String, Value>,
    /// Whose it is.
    pub owner: Owner,
}

impl Vault {
    /// Makes a connection from credentials, once the provider has accepted them. `also` happens
    /// together with it, or not at all.
    pub async fn create(
        &self,
        scope: &Scope,
        new: NewConnection,
        also: Batch,
        by: &Actor,
    ) -> Result<Connection, VaultError> {
        let connector = self.connector(scope, &new.connector)?;
        let blank = self.blank(scope, &connector, new.owner)?;
        let material = self
            .material(scope.environment, &connector, &new.form)
            .await?;
        let live = self.put_together(blank, &connector, material)?;
        self.check_entered(&live).await?;
        self.insert(live, also, by).await
    }

    /// Makes a connection from what a sign-in brought.
    pub async fn signed_in(
        &self,
        scope: &Scope,
        connector: &Arc<Connector>,
        material: Material,
        owner: Owner,
        also: Batch,
        by: &Actor,
    ) -> Result<Connection, VaultError> {
        let blank = self.blank(scope, connector, owner)?;
        let live = self.put_together(blank, connector, material)?;
        self.insert(live, also, by).await
    }

    /// Gives a connection new credentials, once the provider has accepted them. It keeps its id,
    /// key and tags.
    pub async fn reconnect(
        &self,
        scope: &Scope,
        name: &str,
        entered: &Map<String, Value>,
        label: Option<String>,
        also: Batch,
        by: &Actor,
    ) -> Result<Connection, VaultError> {
        let connection = self.find(scope, name)?;
        let connector = self.connector(scope, connection.platform.as_str())?;
        let material = self
            .material(scope.environment, &connector, entered)
            .await?;
        let live = self.put_together(connection, &connector, material.clone())?;
        self.check_entered(&live).await?;
        self.signed_in_again(scope, name, material, label, also, by)
            .await
    }

    /// Gives a connection what a new sign-in brought. It keeps its id, key and tags; whatever is
    /// still under way for its old credentials counts no more.
    pub async fn signed_in_again(
        &self,
        scope: &Scope,
        name: &str,
        material: Material,
        label: Option<String>,
        also: Batch,
        by: &Actor,
    ) -> Result<Connection, VaultError> {
        let label = label.map(checked_name).transpose()?;
        let mut tries = 0;
        loop {
            let old = self.read(scope, name)?;
            let connector = self.connector(scope, old.value.platform.as_str())?;
            let mut renewed = old.value.clone();
            renewed.generation = Generation(old.value.generation.0 + 1);
            renewed.health = Health::Operational;
            renewed.health_reason = None;
            renewed.active = true;
            renewed.last_refreshed_at = None;
            renewed.updated_at = self.clock.now();
            renewed.name = label.clone().or(renewed.name);
            let mut material = material.clone();
            if let (Some(new), Some(old)) = (&mut material.token, &old.value.token) {
                // Whoever still holds the old token finds that there is a newer.
                new.version = old.version + 1;
            }
            let live = self.put_together(renewed, &connector, material)?;
            match self.replace(&old, &live, also.clone(), by).await {
                Ok(()) => return Ok(live.connection),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn replace(
        &self,
        old: &Versioned<Connection>,
        live: &Live,
        also: Batch,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let (scope, id) = (
            live.connection.environment.as_str(),
            live.connection.id.to_string(),
        );
        let mut batch = also;
        self.records
            .replace_into(&mut batch, old, &live.connection)?;
        // The record's own bytes are the expectation: credentials change only together with it.
        self.records
            .credentials
            .put_into(&mut batch, scope, &id, live.credentials())?;
        self.tell_health_into(&mut batch, &old.value, &live.connection)?;
        let deed = deed("connection.reconnected", &live.connection);
        self.commit(batch, &live.connection, by, deed).await
    }

    async fn insert(&self, live: Live, also: Batch, by: &Actor) -> Result<Connection, VaultError> {
        let mut batch = also;
        self.records
            .insert_into(&mut batch, &live.connection, live.credentials())?;
        self.tell_into(&mut batch, "connection.created", &live.connection)?;
        let deed = deed("connection.created", &live.connection);
        self.commit(batch, &live.connection, by, deed).await?;
        Ok(live.connection)
    }

    async fn check_entered(&self, live: &Live) -> Result<(), VaultError> {
        self.check(live).await.map_err(|error| match error {
            // What was entered is at fault here, not a connection that was good once.
            VaultError::CannotSign(error) => VaultError::Invalid(error.to_string()),
            other => other,
        })
    }

    /// The connector that `name` means: its platform, or its definition's id.
    pub fn connector(&self, scope: &Scope, name: &str) -> Result<Arc<Connector>, VaultError> {
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

    /// A connection without credentials.
    fn blank(
        &self,
        scope: &Scope,
        connector: &Connector,
        new: Owner,
    ) -> Result<Connection, VaultError> {
        let identity = owner(scope, new.identity)?;
        let now = self.clock.now();
        Ok(Connection {
            id: ConnectionId(random_uuid()),
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
            settings: BTreeMap::new(),
            generation: Generation(1),
            created_at: now,
            updated_at: now,
            expires_at: None,
            last_refreshed_at: None,
            account: None,
            token: None,
        })
    }

    /// `connection` with `material`, sealed, and ready to be used.
    fn put_together(
        &self,
        mut connection: Connection,
        connector: &Arc<Connector>,
        material: Material,
    ) -> Result<Live, VaultError> {
        connection.settings = material.settings;
        connection.token = material.token;
        connection.expires_at = material.expires_at;
        connection.account = material.account;
        let credentials = self.seal(&connection, &material.secrets);
        Live::new(
            connection,
            Arc::clone(connector),
            credentials,
            &self.overrides,
            self.catalogue.now().revision,
        )
    }

    pub(super) fn seal(
        &self,
        connection: &Connection,
        secrets: &BTreeMap<String, Secret<String>>,
    ) -> Credentials {
        let record = connection.id.to_string();
        let fields = secrets.iter().map(|(field, secret)| {
            let context = SealContext {
                environment: connection.environment,
                kind: KIND,
                record: &record,
                field,
            };
            let sealed = self.keyring.seal(&context, secret.expose().as_bytes());
            (field.clone(), sealed)
        });
        Credentials {
            generation: connection.generation,
            fields: fields.collect(),
        }
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
