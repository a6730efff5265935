//! Tokens of connections that are gone, given back to the provider.
//!
//! What is to be revoked is written in the commit that removes the connection, so that no crash
//! forgets it; the task that asks the provider is the server's own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::connections::Vault;
use super::error::VaultError;
use super::integrations::App;
use super::material::own_client;
use super::records::{Credentials, active_part};
use crate::crypto::random_uuid;
use crate::domain::{
    ACCESS_TOKEN_FIELD, Actor, CLIENT_ID_FIELD, Connection, Environment, Health, OAuth,
    REFRESH_TOKEN_FIELD, Scope, Timestamp,
};
use crate::oauth::revoke::revoke_request;
use crate::store::{Batch, StoreError};

/// Whoever deletes waits for the provider no longer than this; the task goes on.
const PATIENCE: Duration = Duration::from_secs(5);
/// Nobody waits longer for a provider's answer.
const TIMEOUT: Duration = Duration::from_secs(20);
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// So many of an owner's connections are looked at.
const MAX_LOOKED_AT: usize = 200;
/// After so many failures a revocation is given up.
const MAX_ATTEMPTS: u32 = 30;
/// How long after a failure it is tried again, times the number of failures.
const WAIT: Duration = Duration::from_secs(60);

/// What became of a deleted connection's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Revoked {
    /// The provider has ended them.
    Revoked,
    /// The provider would not.
    Failed,
    /// There is nothing to revoke, or the provider has no endpoint for it.
    Unsupported,
    /// The provider has not answered yet; it is tried again.
    Pending,
    /// Another connection of the same owner lives by the same account and OAuth app, and many
    /// providers would end that as well.
    Kept,
}

/// A revocation that is still to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// The connection as it was.
    connection: Connection,
    /// Its secrets, sealed as they were.
    credentials: Credentials,
    attempts: u32,
    due_at: Timestamp,
}

impl Vault {
    /// Puts the revocation of a connection's tokens into the batch that removes it, if they are to
    /// be revoked, and says what is going to become of them.
    pub(super) fn revoke_into(
        &self,
        batch: &mut Batch,
        connection: &Connection,
    ) -> Result<Revoked, VaultError> {
        let revocable = self
            .oauth_of(connection)
            .filter(|oauth| connection.token.is_some() && oauth.revoke.is_some());
        let (environment, id) = (connection.environment.as_str(), connection.id.to_string());
        let credentials = self.records.credentials.get(environment, &id)?;
        let (Some(oauth), Some(credentials)) = (revocable, credentials) else {
            return Ok(Revoked::Unsupported);
        };
        if self.shares_its_grant(connection, &oauth)? {
            return Ok(Revoked::Kept);
        }
        let pending = Pending {
            connection: connection.clone(),
            credentials,
            attempts: 0,
            due_at: self.clock.now().plus(WAIT),
        };
        self.revocations
            .put_into(batch, environment, &id, &pending)?;
        Ok(Revoked::Pending)
    }

    fn oauth_of(&self, connection: &Connection) -> Option<Arc<OAuth>> {
        let scope = Scope::all(connection.environment);
        let connector = self.connector(&scope, connection.platform.as_str());
        connector.ok()?.oauth.clone()
    }

    /// Whether its owner has another connection by the same account, server and OAuth app. With
    /// Google, for one, a revocation ends everything that the person has granted the app.
    fn shares_its_grant(&self, connection: &Connection, oauth: &OAuth) -> Result<bool, VaultError> {
        let (Some(identity), Some(account)) = (&connection.identity, &connection.account) else {
            return Ok(false);
        };
        let scope = connection.environment.as_str();
        let parts = [active_part(true), identity.as_str().as_bytes()];
        let client = connection.settings.get(CLIENT_ID_FIELD);
        for id in self
            .records
            .by_identity
            .scan(scope, &parts, 3, 0, MAX_LOOKED_AT)?
        {
            let Some(other) = self.records.connections.get(scope, &id)? else {
                continue;
            };
            let is_by_the_same = other.id != connection.id
                && other.account.as_ref() == Some(account)
                && other.settings.get(CLIENT_ID_FIELD) == client
                && other.health != Health::Failed;
            if is_by_the_same
                && self
                    .oauth_of(&other)
                    .is_some_and(|others| others.token_url == oauth.token_url)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes a connection with its secrets, gives its tokens back, and answers what it was.
    ///
    /// The connection is gone when this is answered, whatever the provider says.
    pub async fn delete(
        self: &Arc<Self>,
        scope: &Scope,
        name: &str,
        by: &Actor,
    ) -> Result<(Connection, Revoked), VaultError> {
        let (connection, planned) = self.remove(scope, name, by).await?;
        if planned != Revoked::Pending {
            return Ok((connection, planned));
        }
        let vault = Arc::clone(self);
        let (environment, id) = (connection.environment, connection.id.to_string());
        let task = self
            .refreshing
            .spawn(async move { vault.revoke(environment, &id).await });
        let revoked = match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(revoked)) => revoked,
            _ => Revoked::Pending,
        };
        Ok((connection, revoked))
    }

    /// Has tokens revoked that came too late for a connection that was removed meanwhile. Those of
    /// one that was connected again are left to end by themselves: many providers would end the
    /// new sign-in with them.
    pub(super) async fn give_back(
        self: &Arc<Self>,
        connection: &Connection,
        credentials: Credentials,
    ) {
        let environment = connection.environment;
        if !matches!(self.records.read(environment, connection.id), Ok(None)) {
            return;
        }
        let pending = Pending {
            connection: connection.clone(),
            credentials,
            attempts: 0,
            due_at: self.clock.now().plus(WAIT),
        };
        // Under a name of its own: the tokens that the connection had are being revoked under its.
        let id = random_uuid().to_string();
        let mut batch = Batch::default();
        let scope = environment.as_str();
        let put = self.revocations.put_into(&mut batch, scope, &id, &pending);
        if put.is_err() || self.engine.commit(batch).await.is_err() {
            return;
        }
        let vault = Arc::clone(self);
        drop(
            self.refreshing
                .spawn(async move { vault.revoke(environment, &id).await }),
        );
    }

    /// Tries the revocations that are due.
    pub async fn revoke_due(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        for environment in Environment::ALL {
            let all = self.revocations.scan(environment.as_str(), None, 1000)?;
            for (id, _) in all.into_iter().filter(|(_, pending)| pending.due_at <= now) {
                if self.refreshing.is_closing() {
                    break;
                }
                self.revoke(environment, &id).await;
            }
        }
        Ok(())
    }

    async fn revoke(&self, environment: Environment, id: &str) -> Revoked {
        let Ok(Some(pending)) = self.revocations.get(environment.as_str(), id) else {
            return Revoked::Pending;
        };
        let answered = self.ask_to_revoke(&pending).await;
        let attempts = pending.attempts + 1;
        let key = &pending.connection.key;
        let (revoked, is_over) = match &answered {
            Ok(status) if (200..300).contains(status) => (Revoked::Revoked, true),
            // What is not known any more is revoked as well (RFC 7009 section 2.2).
            Ok(status @ (401 | 403 | 408 | 425 | 429 | 500..)) => {
                tracing::warn!(connection = %key, status, "a token was not revoked yet");
                again(attempts)
            }
            Ok(_) => (Revoked::Failed, true),
            Err(error) => {
                tracing::warn!(connection = %key, error = %error, "a token was not revoked yet");
                again(attempts)
            }
        };
        if is_over {
            tracing::info!(event = "connection.revoked", connection = %key, outcome = ?revoked, attempts, "what became of a deleted connection's token");
        }
        let mut batch = Batch::default();
        let scope = environment.as_str();
        if is_over {
            self.revocations.delete_into(&mut batch, scope, id);
        } else {
            let due_at = self.clock.now().plus(WAIT.saturating_mul(attempts));
            let again = Pending {
                attempts,
                due_at,
                ..pending
            };
            if self
                .revocations
                .put_into(&mut batch, scope, id, &again)
                .is_err()
            {
                return revoked;
            }
        }
        if let Err(error) = self.engine.commit(batch).await {
            tracing::warn!(error = %error, "what became of a revocation was not written; it is tried again");
        }
        revoked
    }

    /// The status that the provider answers with.
    async fn ask_to_revoke(&self, pending: &Pending) -> Result<u16, String> {
        let connection = &pending.connection;
        let text = |error: VaultError| error.to_string();
        let scope = Scope::all(connection.environment);
        let connector = self
            .connector(&scope, connection.platform.as_str())
            .map_err(text)?;
        let oauth = connector.oauth.as_deref().ok_or("it speaks no OAuth")?;
        let revocation = oauth.revoke.as_ref().ok_or("it revokes nothing")?;
        let material = self
            .opened(connection, &pending.credentials)
            .map_err(text)?;
        let mut values: BTreeMap<String, String> = material.settings.clone();
        let client = match oauth.needs_app() {
            true => {
                let app = self
                    .integrations
                    .app(connection.environment, &connector, oauth);
                let App {
                    client,
                    values: own,
                    ..
                } = app.map_err(text)?;
                values.extend(own);
                Some(client)
            }
            false => own_client(&material),
        };
        let endpoints = self
            .endpoints(&connector, oauth, &values)
            .map_err(|error| error.to_string())?;
        let url = endpoints.revoke.as_ref().ok_or("it revokes nothing")?;
        let access_token = material
            .secrets
            .get(ACCESS_TOKEN_FIELD)
            .ok_or("there is no token")?;
        let request = revoke_request(
            oauth,
            revocation,
            url,
            endpoints.reach,
            client.as_ref(),
            access_token,
            material.secrets.get(REFRESH_TOKEN_FIELD),
        );
        let request = request.ok_or("the token fits no header")?;
        let answer = self.egress.fetch(request, MAX_ANSWER_BYTES, TIMEOUT).await;
        let answer = answer.map_err(|error| error.to_string())?;
        Ok(answer.status.as_u16())
    }
}

/// What holds after so many failures, and whether that is the end.
fn again(attempts: u32) -> (Revoked, bool) {
    match attempts >= MAX_ATTEMPTS {
        true => (Revoked::Failed, true),
        false => (Revoked::Pending, false),
    }
}
