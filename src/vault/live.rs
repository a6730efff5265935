//! A connection ready to be used.
//!
//! **Why in memory, and sealed:** passthrough reads nothing but memory, and a secret is opened for
//! each request, so that a dump of the process shows ciphertext for all connections but those in
//! use at that moment.

use std::str::FromStr;
use std::sync::Arc;

use hyper::http::{HeaderName, HeaderValue};
use papaya::HashMap;
use url::Url;

use super::error::VaultError;
use super::records::{Credentials, Records};
use super::sign::{SignError, Signature, sign};
use crate::crypto::{Keyring, SealContext};
use crate::domain::{Connection, ConnectionId, ConnectionKey, Connector, Environment, Secret};
use crate::egress::origin::{Origin, Reach};
use crate::store::{SharedEngine, Write};

/// So many connections are kept in memory; beyond that they are read again.
const MAX_KEPT: usize = 200_000;

/// The kind of record that secrets are bound to.
pub(super) const KIND: &str = "connection";

/// Where a connector's requests go instead of to its provider; `None`: to the provider.
pub type Overrides = Arc<dyn Fn(&Connector) -> Option<Url> + Send + Sync>;

/// A connection ready to be used: everything but the opened secret.
#[derive(Debug)]
pub struct Live {
    /// What describes it.
    pub connection: Connection,
    /// How its provider is reached.
    pub connector: Arc<Connector>,
    /// The provider's host.
    pub origin: Origin,
    /// What stands before every path; without a slash at its end.
    pub base_path: String,
    /// How far its requests may reach.
    pub reach: Reach,
    /// Headers that every request has unless the caller sends them.
    pub fixed_headers: Vec<(HeaderName, HeaderValue)>,
    credentials: Credentials,
    /// The catalogue's revision that this was made from.
    pub(super) revision: u64,
}

impl Live {
    pub(super) fn new(
        connection: Connection,
        connector: Arc<Connector>,
        credentials: Credentials,
        overrides: &Overrides,
        revision: u64,
    ) -> Result<Self, VaultError> {
        let setting = |name: &str| connection.settings.get(name).map(String::as_str);
        let (url, reach) = match overrides(&connector) {
            Some(url) => (url, Reach::BuiltIn),
            None => {
                let text = connector
                    .base_url
                    .render(setting)
                    .map_err(SignError::from)?;
                let url = Url::parse(&text).map_err(|_| {
                    VaultError::Invalid("the base URL of this connection is none".to_owned())
                })?;
                (url, Reach::Public)
            }
        };
        let mut fixed_headers = Vec::new();
        for (name, template) in &connector.headers {
            let value = template.render(setting).map_err(SignError::from)?;
            let name = HeaderName::from_str(name).map_err(|_| SignError::NotAHeaderName)?;
            let value = HeaderValue::from_str(&value)
                .map_err(|_| SignError::NotAHeaderValue(name.to_string()))?;
            fixed_headers.push((name, value));
        }
        Ok(Self {
            origin: Origin::of(&url).map_err(VaultError::CannotCheck)?,
            base_path: url.path().trim_end_matches('/').to_owned(),
            reach,
            fixed_headers,
            connection,
            connector,
            credentials,
            revision,
        })
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Opens the secrets and puts them where the provider wants them.
    ///
    /// # Errors
    /// If a data key is missing, or a value does not fit its place.
    pub fn sign(&self, keyring: &Keyring) -> Result<Signature, VaultError> {
        let opened = open(keyring, &self.connection, &self.credentials)?;
        let signature = sign(&self.connector.auth, |name| {
            let secret = opened
                .iter()
                .find(|(field, _)| *field == name)
                .map(|(_, value)| value.expose().as_str());
            secret.or_else(|| self.connection.settings.get(name).map(String::as_str))
        })?;
        Ok(signature)
    }
}

/// The secrets of a connection, opened.
pub(super) fn open<'c>(
    keyring: &Keyring,
    connection: &Connection,
    credentials: &'c Credentials,
) -> Result<Vec<(&'c str, Secret<String>)>, VaultError> {
    let record = connection.id.to_string();
    let mut opened = Vec::with_capacity(credentials.fields.len());
    for (field, sealed) in &credentials.fields {
        let context = SealContext {
            environment: connection.environment,
            kind: KIND,
            record: &record,
            field,
        };
        let bytes = keyring
            .open_sealed(&context, sealed)
            .map_err(VaultError::CannotOpen)?;
        let text = String::from_utf8(bytes.expose().clone())
            .map_err(|_| VaultError::CannotSign(SignError::NotAHeaderValue(field.clone())))?;
        opened.push((field.as_str(), Secret::new(text)));
    }
    Ok(opened)
}

/// The live connections, by key.
///
/// A read-through cache: the committer removes what a commit changes, before the commit is
/// answered, and the next use reads it again.
pub(super) struct LiveMap {
    ids: HashMap<Arc<str>, ConnectionId>,
    live: Arc<HashMap<(Environment, ConnectionId), Arc<Live>>>,
}

impl LiveMap {
    /// An empty map that follows the commits of `engine`.
    pub fn new(engine: &SharedEngine, records: &Records) -> Self {
        let live: Arc<HashMap<(Environment, ConnectionId), Arc<Live>>> = Arc::default();
        let followed = Arc::clone(&live);
        let prefixes: Vec<(Environment, Vec<u8>)> = Environment::ALL
            .into_iter()
            .flat_map(|environment| {
                let scope = environment.as_str();
                [
                    records.connections.prefix(scope),
                    records.credentials.prefix(scope),
                ]
                .map(|prefix| (environment, prefix))
            })
            .collect();
        engine.watch(Box::new(move |writes| {
            for changed in writes.iter().filter_map(|write| changed(write, &prefixes)) {
                followed.pin().remove(&changed);
            }
        }));
        Self {
            ids: HashMap::new(),
            live,
        }
    }

    /// The connection with this key, if it is in memory and made from the catalogue's `revision`.
    pub fn get(&self, key: &str, environment: Environment, revision: u64) -> Option<Arc<Live>> {
        let id = *self.ids.pin().get(key)?;
        let live = self.live.pin().get(&(environment, id)).map(Arc::clone)?;
        (live.revision == revision).then_some(live)
    }

    /// Keeps `live`.
    pub fn keep(&self, key: &ConnectionKey, live: &Arc<Live>) {
        let (ids, map) = (self.ids.pin(), self.live.pin());
        if map.len() >= MAX_KEPT {
            map.clear();
            ids.clear();
        }
        ids.insert(Arc::from(key.as_str()), live.connection.id);
        map.insert(
            (live.connection.environment, live.connection.id),
            Arc::clone(live),
        );
    }

    /// Drops what was kept too early.
    pub fn drop_one(&self, live: &Live) {
        self.live
            .pin()
            .remove(&(live.connection.environment, live.connection.id));
    }
}

fn changed(
    write: &Write,
    prefixes: &[(Environment, Vec<u8>)],
) -> Option<(Environment, ConnectionId)> {
    let key = write.key();
    prefixes.iter().find_map(|(environment, prefix)| {
        let id = std::str::from_utf8(key.strip_prefix(prefix.as_slice())?).ok()?;
        Some((*environment, id.parse().ok()?))
    })
}
