//! What an agent finds: connections, actions, what is known of an action, and a way to connect.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Agents;
use super::error::AgentError;
use super::principal::{Principal, named};
use crate::authkit::{NewLink, NewSession};
use crate::catalog::{self, Snapshot};
use crate::domain::{
    Action, ActionId, Connection, Connector, Identity, IdentityType, Permission, Platform, Scope,
    Timestamp,
};
use crate::vault::{Filter, VaultError};

/// More connections than this are not listed at once.
const MAX_CONNECTIONS: usize = 500;
/// More actions than this are not found at once.
const MAX_FOUND: usize = 100;
/// So many connections, or platforms, are named in an error.
const NAMED: usize = 50;

/// Which connections are wanted.
#[derive(Clone, Debug, Default)]
pub struct ConnectionFilter {
    /// Only this platform.
    pub platform: Option<String>,
    /// Only this identity.
    pub identity: Option<Identity>,
    /// At the most so many; 500 if none.
    pub limit: Option<usize>,
}

/// A link at which a person connects an account.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its address, for that person alone.
    pub url: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Agents {
    /// The connections that may be used, latest first.
    pub fn connections(
        &self,
        who: &Principal,
        filter: &ConnectionFilter,
    ) -> Result<Vec<Connection>, AgentError> {
        let scope = who.scope(&self.parts.catalogue.now())?;
        self.connections_in(&scope, filter)
    }

    fn connections_in(
        &self,
        scope: &Scope,
        filter: &ConnectionFilter,
    ) -> Result<Vec<Connection>, AgentError> {
        let wanted = Filter {
            platform: filter.platform.clone(),
            identity: filter.identity.clone(),
            active: Some(true),
            ..Filter::default()
        };
        let limit = filter.limit.unwrap_or(MAX_CONNECTIONS).min(MAX_CONNECTIONS);
        Ok(self.parts.vault.list(scope, &wanted, 0, limit)?.rows)
    }

    /// The actions that fit `query` and may be called, best first.
    pub async fn search(
        &self,
        who: &Principal,
        query: &str,
        platform: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Arc<Action>>, AgentError> {
        let catalogue = Arc::clone(&self.parts.catalogue.now());
        let scope = who.scope(&catalogue)?;
        let connector = platform
            .map(|name| seen(&catalogue, &scope, name).map(Arc::clone))
            .transpose()?;
        let (who, query, limit) = (who.clone(), query.to_owned(), limit.min(MAX_FOUND));
        let searched = tokio::task::spawn_blocking(move || {
            let may = |action: &Action| who.may(action).is_ok();
            match connector {
                Some(connector) => catalogue.search(&connector, &query, limit, may),
                None => {
                    let sees = |platform: &Platform| scope.sees_platform(platform);
                    catalogue.search_all(sees, &query, limit, may)
                }
            }
        });
        searched.await.map_err(|_| interrupted())
    }

    /// How to call an action, in Markdown.
    pub async fn knowledge(&self, who: &Principal, action_id: &str) -> Result<String, AgentError> {
        let action = self.action(who, action_id)?;
        let catalogue = self.parts.catalogue.now();
        let connector = catalogue
            .connectors
            .get(&action.platform)
            .ok_or_else(|| no_such_action(action_id))?;
        let mut text = catalog::knowledge(connector, &action);
        if who.must_wait(&action) {
            text.push_str("\n## Approval\n\nA call waits until a person has said yes.\n");
        }
        Ok(text)
    }

    /// The action that `id` means, if it may be called.
    pub(super) fn action(&self, who: &Principal, id: &str) -> Result<Arc<Action>, AgentError> {
        let parsed: ActionId = id.trim().parse().map_err(|_| no_such_action(id))?;
        let catalogue = self.parts.catalogue.now();
        let action = catalogue
            .action(&parsed)
            .filter(|action| who.key.scope.sees_platform(&action.platform))
            .ok_or_else(|| no_such_action(id))?;
        who.may(&action)?;
        Ok(action)
    }

    /// The connection with this key, for calls of `action`.
    pub(super) fn connection(
        &self,
        who: &Principal,
        scope: &Scope,
        action: &Action,
        key: &str,
    ) -> Result<Connection, AgentError> {
        if key.is_empty() {
            return Err(self.no_connection(scope, action, "a connection is required", who)?);
        }
        match self.parts.vault.find(scope, key) {
            Ok(connection) if connection.platform == action.platform => Ok(connection),
            Ok(connection) => {
                let what = format!(
                    "`{}` is an action of {}, and the connection is for {}",
                    action.title, action.platform, connection.platform
                );
                Err(self.no_connection(scope, action, &what, who)?)
            }
            Err(VaultError::NoSuchConnection) => {
                let key: String = key.chars().take(120).collect();
                let what = format!("there is no connection `{key}`");
                Err(self.no_connection(scope, action, &what, who)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What is wrong with a connection, and which there are.
    fn no_connection(
        &self,
        scope: &Scope,
        action: &Action,
        what: &str,
        who: &Principal,
    ) -> Result<AgentError, AgentError> {
        let filter = ConnectionFilter {
            platform: Some(action.platform.to_string()),
            limit: Some(NAMED),
            ..ConnectionFilter::default()
        };
        let there = self.connections_in(scope, &filter)?;
        let rest = match (there.is_empty(), who.key.permission >= Permission::Write) {
            (false, _) => format!("connections of {}: {}", action.platform, named(&there)),
            (true, true) => format!(
                "nobody has connected {} here yet: make a connect link for the user",
                action.platform
            ),
            (true, false) => format!("nobody has connected {} here yet", action.platform),
        };
        Ok(AgentError::NotFound(format!("{what}; {rest}")))
    }

    /// A link at which a person connects an account, of `platform` if one is named.
    pub async fn connect_link(
        &self,
        who: &Principal,
        platform: Option<&str>,
        identity: Option<Identity>,
    ) -> Result<Link, AgentError> {
        if who.key.permission < Permission::Write {
            return Err(AgentError::not_allowed(
                "a connect link needs an API key with the permission `write`; this one has `read`",
            ));
        }
        let scope = who.scope(&self.parts.catalogue.now())?;
        let identity = match (&scope.identity, identity) {
            (Some(own), Some(asked)) if *own != asked => {
                return Err(VaultError::OtherIdentity.into());
            }
            (own, asked) => own.clone().or(asked),
        };
        let platforms = match platform {
            Some(name) => vec![self.connectable(&scope, name)?],
            None => scope.platforms.clone(),
        };
        let session = NewSession {
            environment: scope.environment,
            identity_type: identity.as_ref().map(|_| IdentityType::User),
            identity,
            platforms,
            connection: None,
            origin: None,
            tags: Vec::new(),
            life: None,
        };
        let link = NewLink {
            session,
            life: None,
            title: None,
            company_name: None,
            return_url: None,
        };
        let link = self.parts.sign_ins.links.make(link).await?;
        Ok(Link {
            url: format!("{}/connect/{}", self.parts.settings.public_url, link.token),
            expires_at: link.expires_at,
        })
    }

    /// The platform `name`, if people can connect to it.
    fn connectable(&self, scope: &Scope, name: &str) -> Result<Platform, AgentError> {
        let usable = self.parts.vault.integrations.usable(scope)?;
        let mut platforms = usable
            .into_iter()
            .map(|(connector, _)| connector.platform.clone());
        if let Some(platform) = platforms.find(|platform| platform.as_str() == name) {
            return Ok(platform);
        }
        let usable = self.parts.vault.integrations.usable(scope)?;
        let names: BTreeSet<&str> = usable
            .iter()
            .map(|(connector, _)| connector.platform.as_str())
            .take(NAMED)
            .collect();
        let name: String = name.chars().take(80).collect();
        Err(AgentError::NotFound(match names.is_empty() {
            true => {
                "people cannot connect to anything here yet: the operator switches it on".to_owned()
            }
            false => format!(
                "people cannot connect to `{name}` here; they can connect to {}",
                names.into_iter().collect::<Vec<_>>().join(", ")
            ),
        }))
    }
}

/// The search did not come to its end.
fn interrupted() -> AgentError {
    AgentError::Conflict("the search was interrupted; try again".to_owned())
}

fn seen<'c>(
    catalogue: &'c Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<&'c Arc<Connector>, AgentError> {
    let connector = catalogue.connector(name);
    connector
        .filter(|connector| scope.sees_platform(&connector.platform))
        .ok_or_else(|| {
            AgentError::NotFound(format!(
                "there is no platform `{}` here",
                name.chars().take(80).collect::<String>()
            ))
        })
}

fn no_such_action(id: &str) -> AgentError {
    AgentError::NotFound(format!(
        "there is no action `{}` here; search for one, and give its id as it is answered",
        id.chars().take(80).collect::<String>()
    ))
}
