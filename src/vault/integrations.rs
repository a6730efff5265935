//! Which connectors people can connect to, and with whose OAuth app.

mod change;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use change::IntegrationChange;
use change::{checked, hint};

use super::error::VaultError;
use crate::catalog::{Catalogue, Snapshot};
use crate::crypto::{Keyring, SealContext, Sealed};
use crate::domain::{
    Actor, CLIENT_ID_FIELD, Clock, Connector, Environment, Integration, OAuth, Platform, Scope,
    Secret, Timestamp,
};
use crate::journal::{Audit, Deed};
use crate::oauth::ClientPair;
use crate::store::{Batch, SharedEngine, StoreError, Table};

/// The kind of record that a client's secret is bound to.
const KIND: &str = "integration";
const FIELD: &str = "clientSecret";
const MAX_TRIES: usize = 8;

/// What holds where nothing was decided.
#[derive(Clone, Default)]
pub struct Defaults {
    /// Whether connectors are switched on.
    pub active: bool,
    /// The OAuth app of all connectors.
    pub client: Option<ClientPair>,
    /// What the fields for operators hold.
    pub settings: Option<SettingsOf>,
}

/// The settings of a connector that nobody has made.
pub type SettingsOf = Arc<dyn Fn(&Connector) -> BTreeMap<String, String> + Send + Sync>;

/// An OAuth app, ready to be used.
#[derive(Clone, Debug)]
pub struct App {
    /// Who it is at the provider.
    pub client: ClientPair,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Parameters of the authorization request.
    pub authorize_params: Vec<(String, String)>,
    /// The operator's fields, and the client's id under its name.
    pub values: BTreeMap<String, String>,
}

/// The integrations of an instance.
pub struct Integrations {
    engine: SharedEngine,
    table: Table<Integration>,
    secrets: Table<Sealed>,
    keyring: Arc<Keyring>,
    catalogue: Arc<Catalogue>,
    clock: Arc<dyn Clock>,
    audit: Arc<Audit>,
    defaults: Defaults,
    /// Since when the defaults hold, as far as anybody here can tell.
    since: Timestamp,
}

impl Integrations {
    /// The integrations in `engine`.
    pub fn new(
        engine: &SharedEngine,
        keyring: Arc<Keyring>,
        catalogue: Arc<Catalogue>,
        clock: Arc<dyn Clock>,
        audit: Arc<Audit>,
        defaults: Defaults,
    ) -> Self {
        Self {
            table: Table::new(SharedEngine::clone(engine), "integration"),
            secrets: Table::new(SharedEngine::clone(engine), "integration-secret"),
            engine: SharedEngine::clone(engine),
            keyring,
            catalogue,
            since: clock.now(),
            clock,
            audit,
            defaults,
        }
    }

    /// Every connector that the caller sees, with what was decided about it.
    pub fn list(&self, scope: &Scope) -> Result<Vec<(Arc<Connector>, Integration)>, VaultError> {
        let catalogue = self.catalogue.now();
        let connectors = catalogue.connectors.values();
        connectors
            .filter(|connector| scope.sees_platform(&connector.platform))
            .map(|connector| {
                let integration = self.of(scope.environment, connector)?;
                Ok((Arc::clone(connector), integration))
            })
            .collect()
    }

    /// Those that people can connect to: switched on, and nothing missing.
    pub fn usable(&self, scope: &Scope) -> Result<Vec<(Arc<Connector>, Integration)>, VaultError> {
        let mut all = self.list(scope)?;
        all.retain(|(connector, integration)| {
            integration.active && integration.missing(connector).is_empty()
        });
        Ok(all)
    }

    /// One connector, with what was decided about it.
    pub fn get(
        &self,
        scope: &Scope,
        platform: &str,
    ) -> Result<(Arc<Connector>, Integration), VaultError> {
        let catalogue = self.catalogue.now();
        let connector = catalogue
            .connector(platform)
            .filter(|connector| scope.sees_platform(&connector.platform))
            .ok_or_else(|| VaultError::NoSuchConnector(platform.chars().take(80).collect()))?;
        let integration = self.of(scope.environment, connector)?;
        Ok((Arc::clone(connector), integration))
    }

    /// The platforms about which somebody has decided something.
    pub(super) fn decided(&self, environment: Environment) -> Result<Vec<Platform>, VaultError> {
        let all = self.table.scan(environment.as_str(), None, usize::MAX)?;
        let all = all.into_iter();
        Ok(all.map(|(_, integration)| integration.platform).collect())
    }

    /// The connectors, as they are now.
    pub(super) fn catalogue(&self) -> Arc<Snapshot> {
        Arc::clone(&self.catalogue.now())
    }

    pub(super) fn of(
        &self,
        environment: Environment,
        connector: &Connector,
    ) -> Result<Integration, VaultError> {
        let platform = &connector.platform;
        let mut integration = self
            .table
            .get(environment.as_str(), platform.as_str())?
            .unwrap_or_else(|| self.undecided(environment, platform, self.since));
        if integration.client_id.is_none()
            && let Some(client) = &self.defaults.client
        {
            integration.client_id = Some(client.id.clone());
            integration.client_secret_hint =
                client.secret.as_ref().map(|secret| hint(secret.expose()));
        }
        let defaults = self.defaults.settings.iter().flat_map(|of| of(connector));
        for (name, value) in defaults {
            integration.settings.entry(name).or_insert(value);
        }
        Ok(integration)
    }

    fn undecided(
        &self,
        environment: Environment,
        platform: &Platform,
        at: Timestamp,
    ) -> Integration {
        let mut integration = Integration::new(environment, platform.clone(), at);
        integration.active = self.defaults.active;
        integration.activated_at = self.defaults.active.then_some(at);
        integration
    }

    /// Changes an integration. Of two changes at once, both happen, one after the other.
    pub async fn change(
        &self,
        scope: &Scope,
        platform: &str,
        change: IntegrationChange,
        by: &Actor,
    ) -> Result<(Arc<Connector>, Integration), VaultError> {
        let (connector, _) = self.get(scope, platform)?;
        let change = checked(&connector, change)?;
        let environment = scope.environment.as_str();
        let mut tries = 0;
        loop {
            let read = self
                .table
                .get_raw(environment, connector.platform.as_str())?;
            let old = match &read {
                Some(read) => read.value.clone(),
                None => self.undecided(scope.environment, &connector.platform, self.clock.now()),
            };
            let new = self.changed(old.clone(), &change);
            let fields = change.fields(&old, &new);
            let mut batch = Batch::default();
            let id = connector.platform.as_str();
            match &read {
                Some(read) => {
                    self.table
                        .replace_into(&mut batch, environment, id, &read.raw, &new)?;
                }
                None => self.table.put_new_into(&mut batch, environment, id, &new)?,
            }
            match &change.client_secret {
                Some(Some(secret)) => {
                    let context = context(scope.environment, &connector.platform);
                    let sealed = self.keyring.seal(&context, secret.expose().as_bytes());
                    self.secrets
                        .put_into(&mut batch, environment, id, &sealed)?;
                }
                Some(None) => self.secrets.delete_into(&mut batch, environment, id),
                None => {}
            }
            let deed = deed("integration.updated", &connector)
                .with("fields", fields)
                .with("active", new.active);
            let environment = Some(scope.environment);
            match self.audit.commit(batch, environment, by, deed).await {
                Ok(_) => return self.get(scope, platform),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn changed(&self, old: Integration, change: &IntegrationChange) -> Integration {
        let now = self.clock.now();
        let mut new = old;
        if let Some(active) = change.active {
            new.activated_at = match (active, new.active) {
                (true, true) => new.activated_at,
                (true, false) => Some(now),
                (false, _) => None,
            };
            new.active = active;
        }
        if let Some(client_id) = &change.client_id {
            new.client_id.clone_from(client_id);
            new.problem = None;
        }
        if let Some(secret) = &change.client_secret {
            new.client_secret_hint = secret.as_ref().map(|secret| hint(secret.expose()));
            new.problem = None;
        }
        if let Some(scopes) = &change.scopes {
            new.scopes.clone_from(scopes);
        }
        if let Some(params) = &change.authorize_params {
            new.authorize_params.clone_from(params);
        }
        if let Some(settings) = &change.settings {
            new.settings.clone_from(settings);
        }
        new.updated_at = now;
        new
    }

    /// Forgets what was decided, the OAuth app's secret included.
    pub async fn reset(&self, scope: &Scope, platform: &str, by: &Actor) -> Result<(), VaultError> {
        let (connector, _) = self.get(scope, platform)?;
        let (environment, id) = (scope.environment.as_str(), connector.platform.as_str());
        let mut batch = Batch::default();
        self.table.delete_into(&mut batch, environment, id);
        self.secrets.delete_into(&mut batch, environment, id);
        let deed = deed("integration.reset", &connector);
        self.audit
            .commit(batch, Some(scope.environment), by, deed)
            .await?;
        Ok(())
    }

    /// The OAuth app of `connector` in `environment`, opened.
    ///
    /// # Errors
    /// `NoApp` if something about it is missing.
    pub fn app(
        &self,
        environment: Environment,
        connector: &Connector,
        oauth: &OAuth,
    ) -> Result<App, VaultError> {
        let integration = self.of(environment, connector)?;
        let missing = integration.missing(connector);
        let id = integration.client_id.clone().unwrap_or_default();
        if !missing.is_empty() {
            return Err(VaultError::NoApp {
                connector: connector.name.clone(),
                missing: missing.join(", "),
            });
        }
        let values = filled(&integration, oauth);
        Ok(App {
            client: ClientPair {
                secret: self.secret(&integration)?,
                id,
            },
            scopes: oauth.scopes_asked(integration.scopes.as_deref()),
            authorize_params: integration.authorize_params.into_iter().collect(),
            values,
        })
    }

    /// What the operator's fields hold, as far as they are filled, and the client's id: for a token
    /// that was entered by hand.
    pub fn values(
        &self,
        environment: Environment,
        connector: &Connector,
        oauth: &OAuth,
    ) -> Result<BTreeMap<String, String>, VaultError> {
        let integration = self.of(environment, connector)?;
        Ok(filled(&integration, oauth))
    }

    fn secret(&self, integration: &Integration) -> Result<Option<Secret<String>>, VaultError> {
        let environment = integration.environment;
        let id = integration.platform.as_str();
        let Some(sealed) = self.secrets.get(environment.as_str(), id)? else {
            let default = self.defaults.client.as_ref();
            let is_default =
                default.is_some_and(|client| Some(&client.id) == integration.client_id.as_ref());
            return Ok(default
                .filter(|_| is_default)
                .and_then(|client| client.secret.clone()));
        };
        let context = context(environment, &integration.platform);
        let bytes = self
            .keyring
            .open_sealed(&context, &sealed)
            .map_err(VaultError::CannotOpen)?;
        let text = String::from_utf8(bytes.expose().clone())
            .map_err(|_| VaultError::CannotOpen(crate::crypto::SealError::WillNotOpen))?;
        Ok(Some(Secret::new(text)))
    }

    /// Shows `each` all sealed secrets of an environment, sealed as they are.
    pub(super) fn each_secret(
        &self,
        environment: Environment,
        each: impl FnMut(&Sealed),
    ) -> Result<(), StoreError> {
        let all = self.secrets.scan(environment.as_str(), None, usize::MAX)?;
        all.iter().map(|(_, sealed)| sealed).for_each(each);
        Ok(())
    }

    /// Writes down what the provider says of the app, or that it takes it. Best effort: what was
    /// said is said again the next time.
    pub async fn note_problem(
        &self,
        environment: Environment,
        platform: &Platform,
        problem: Option<&str>,
    ) {
        let (scope, id) = (environment.as_str(), platform.as_str());
        let Ok(read) = self.table.get_raw(scope, id) else {
            return;
        };
        let mut new = match &read {
            Some(read) => read.value.clone(),
            None => self.undecided(environment, platform, self.clock.now()),
        };
        if new.problem.as_deref() == problem {
            return;
        }
        new.problem = problem.map(str::to_owned);
        let mut batch = Batch::default();
        let put = match &read {
            Some(read) => self
                .table
                .replace_into(&mut batch, scope, id, &read.raw, &new),
            None => self.table.put_new_into(&mut batch, scope, id, &new),
        };
        if put.is_ok() {
            let _ = self.engine.commit(batch).await;
        }
        if let Some(problem) = problem {
            tracing::error!(%environment, %platform, error = problem, "a provider refuses the OAuth app");
        }
    }
}

/// What was done to the integration of `connector`, in the words of the audit log.
fn deed(what: &'static str, connector: &Connector) -> Deed {
    let id = connector.platform.as_str();
    Deed::new(what, "integration", id, Some(&connector.name))
}

fn filled(integration: &Integration, oauth: &OAuth) -> BTreeMap<String, String> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for field in &oauth.app_form {
        let chosen = integration.settings.get(&field.name);
        if let Some(value) = chosen.or(field.default.as_ref()) {
            values.insert(field.name.clone(), value.clone());
        }
    }
    if oauth.needs_app()
        && let Some(id) = &integration.client_id
    {
        values.insert(CLIENT_ID_FIELD.to_owned(), id.clone());
    }
    values
}

fn context(environment: Environment, platform: &Platform) -> SealContext<'_> {
    SealContext {
        environment,
        kind: KIND,
        record: platform.as_str(),
        field: FIELD,
    }
}
