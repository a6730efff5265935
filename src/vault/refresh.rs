//! Tokens that stay good by themselves.
//!
//! **Invariants**, for any interleaving of callers, crashes and answers:
//! - at most one redeem is under way for a connection, however many wait for it;
//! - the redeem is a task of the server's: a caller who leaves cancels nothing;
//! - the new refresh token is on disk before anyone can see the new access token;
//! - an answer for an older generation, or for a connection that is gone, changes nothing;
//! - a refusal for good is written once and ends all tries; any other failure changes no credential,
//!   and nothing is tried again before the wait that it leads to is over;
//! - what an answer brought is held until it is written, and as long as it is held there is no
//!   other try: the refresh token that it replaces is never sent again.

mod schedule;
mod single;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::connections::Vault;
use super::events::deed;
use super::integrations::App;
use super::material::{Material, acts_alone, own_client};
use super::records::Credentials;
use crate::domain::{
    Actor, Connection, ConnectionId, Connector, Environment, Health, OAuth, REFRESH_TOKEN_FIELD,
    Scope, Timestamp, TokenState,
};
use crate::journal::{self, Detail, Entry, Event, Kind};
use crate::oauth::client::Asking;
use crate::oauth::{ClientPair, GrantRequest, TokenError, Tokens};
use crate::store::table::Versioned;
use crate::store::{Batch, StoreError};

pub(super) use schedule::due;
use schedule::{chance, retry_after};
pub(super) use single::Refreshing;

/// What the disk does not take is tried to be written once in so long.
const HOLD_STEP: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 1000 });

/// Which connection.
pub(super) type Key = (Environment, ConnectionId);

/// What became of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a newer token than the one that was seen, and it is on disk.
    Fresh,
    /// The provider has refused for good, or nothing can bring a new token.
    Failed {
        /// Why, for the owner.
        reason: String,
    },
    /// Not now.
    Later {
        /// Why.
        reason: String,
        /// When it is tried again.
        at: Timestamp,
    },
    /// The connection is no more, or has no token to refresh.
    Gone,
}

/// A connection as it stood when its refresh began.
struct Before {
    record: Versioned<Connection>,
    credentials: Credentials,
    token: TokenState,
    /// Who asked for it, if it was not the program itself.
    by: Option<Actor>,
}

impl Vault {
    /// Gets a newer token than the one with the version `seen`, or waits for whoever is getting it.
    pub async fn refresh(self: &Arc<Self>, key: (Environment, ConnectionId), seen: u64) -> Outcome {
        self.refresh_for(key, seen, None).await
    }

    /// The same because `by` wants it, which is written down with the new token; unless one was
    /// under way, which is nobody's.
    pub(super) async fn refresh_for(
        self: &Arc<Self>,
        key: Key,
        seen: u64,
        by: Option<Actor>,
    ) -> Outcome {
        let vault = Arc::clone(self);
        let task = async move { vault.refresh_once(key, seen, by).await };
        let later = Outcome::Later {
            reason: "the refresh takes too long".to_owned(),
            at: self.clock.now().plus(Duration::from_secs(5)),
        };
        self.refreshing.join(key, task).await.unwrap_or(later)
    }

    /// Begins a refresh, and does not wait for it.
    pub(super) fn refresh_soon(self: &Arc<Self>, key: Key, seen: u64) {
        let vault = Arc::clone(self);
        let task = async move { vault.refresh_once(key, seen, None).await };
        drop(self.refreshing.start(key, task));
    }

    /// Takes no new refreshes from now on.
    pub fn stop_refreshing(&self) {
        self.refreshing.close();
    }

    /// Takes no new refreshes, and waits for those under way to be on disk.
    pub async fn finish_refreshes(&self) {
        self.refreshing.finish().await;
    }

    async fn refresh_once(self: &Arc<Self>, key: Key, seen: u64, by: Option<Actor>) -> Outcome {
        let before = match self.before(key, seen) {
            Ok(Ok(before)) => Before { by, ..before },
            Ok(Err(outcome)) => return outcome,
            Err(error) => return self.not_now(&error.to_string()),
        };
        if !before.token.refreshable {
            return self.notice_end(key, before).await;
        }
        let connection = &before.record.value;
        let Some((connector, oauth)) = self.spoken(connection) else {
            let what = "the catalogue has no such connector any more".to_owned();
            return self
                .keep_failure(key, &before, TokenError::Refused(what))
                .await;
        };
        // Written first: it proves that the disk takes what the provider is about to give, and
        // tells, after a crash, that an answer may have been lost.
        if let Err(error) = self.note_attempt(key, connection).await {
            tracing::error!(connection = %connection.key, error = %error, "no refresh is tried: its outcome could not be kept");
            return self.not_now("the server's disk takes no writes");
        }
        let began = Instant::now();
        let outcome = match self.redeem(&before, &connector, &oauth).await {
            Ok(tokens) => {
                self.keep_tokens(key, &before, (&connector, &oauth), tokens)
                    .await
            }
            Err(error) => self.keep_failure(key, &before, error).await,
        };
        self.note_refresh(before.record.value, &outcome, began.elapsed());
        outcome
    }

    /// Has the journal told what became of a refresh.
    fn note_refresh(&self, connection: Connection, outcome: &Outcome, took: Duration) {
        let reason = match outcome {
            Outcome::Fresh => None,
            Outcome::Failed { reason } | Outcome::Later { reason, .. } => Some(reason.clone()),
            Outcome::Gone => return,
        };
        let at = self.clock.now();
        self.recorder.record(move || {
            let mut event = Event::new(Kind::Refresh, connection.environment, at, took);
            event.about(&connection);
            if let Some(reason) = reason {
                event.gone_wrong(journal::Outcome::Failed, &reason);
            }
            Entry {
                event,
                detail: Detail::default(),
            }
        });
    }

    /// The connection, if there is something to be done about its token now.
    fn before(&self, key: Key, seen: u64) -> Result<Result<Before, Outcome>, StoreError> {
        let (environment, id) = key;
        let Some(record) = self.records.read(environment, id)? else {
            return Ok(Err(Outcome::Gone));
        };
        let connection = &record.value;
        if connection.health == Health::Failed {
            let reason = connection.health_reason.clone().unwrap_or_default();
            return Ok(Err(Outcome::Failed { reason }));
        }
        let Some(token) = connection.token.clone() else {
            return Ok(Err(Outcome::Gone));
        };
        if token.version > seen {
            return Ok(Err(Outcome::Fresh));
        }
        // Whoever asks may have looked before the last failure was written.
        if let Some(at) = token.due_at.filter(|at| *at > self.clock.now())
            && token.failures > 0
        {
            let reason = connection.health_reason.clone().unwrap_or_default();
            return Ok(Err(Outcome::Later { reason, at }));
        }
        let scope = environment.as_str();
        let credentials = self.records.credentials.get(scope, &id.to_string())?;
        // Two reads: between them its owner may have connected again. The refresh token of that
        // sign-in must not be spent on an answer that would then be dropped.
        let credentials = credentials.filter(|found| found.generation == connection.generation);
        let Some(credentials) = credentials else {
            return Ok(Err(Outcome::Gone));
        };
        Ok(Ok(Before {
            record,
            credentials,
            token,
            by: None,
        }))
    }

    fn spoken(&self, connection: &Connection) -> Option<(Arc<Connector>, Arc<OAuth>)> {
        let scope = Scope::all(connection.environment);
        let connector = self.connector(&scope, connection.platform.as_str()).ok()?;
        let oauth = connector.oauth.clone()?;
        Some((connector, oauth))
    }

    fn not_now(&self, reason: &str) -> Outcome {
        Outcome::Later {
            reason: reason.to_owned(),
            at: self.clock.now().plus(Duration::from_secs(30)),
        }
    }

    /// A token that nothing renews: failed once it has ended.
    async fn notice_end(&self, key: Key, before: Before) -> Outcome {
        let connection = &before.record.value;
        let ended = connection
            .expires_at
            .is_some_and(|end| end <= self.clock.now());
        if !ended {
            return Outcome::Gone;
        }
        let reason = "its token has expired, and the provider gives none to renew it with";
        self.fail(key, &before, reason.to_owned()).await
    }

    async fn note_attempt(&self, key: Key, connection: &Connection) -> Result<(), StoreError> {
        let (scope, id) = (key.0.as_str(), key.1.to_string());
        let attempts = self.refreshing.attempts(&self.engine);
        if let Some(since) = attempts.get(scope, &id)? {
            tracing::warn!(connection = %connection.key, %since, "a refresh was cut off before its end was written; if the provider had answered, that answer is lost, and the same refresh token is sent once more");
        }
        let mut batch = Batch::default();
        attempts.put_into(&mut batch, scope, &id, &self.clock.now())?;
        self.engine.commit(batch).await.map(drop)
    }

    async fn redeem(
        &self,
        before: &Before,
        connector: &Connector,
        oauth: &OAuth,
    ) -> Result<Tokens, TokenError> {
        let connection = &before.record.value;
        let refused = |error: super::VaultError| TokenError::Refused(error.to_string());
        let material = self.opened(connection, &before.credentials);
        let material = material.map_err(refused)?;
        let app = match oauth.needs_app() {
            true => Some(
                self.integrations
                    .app(connection.environment, connector, oauth)
                    .map_err(refused)?,
            ),
            false => None,
        };
        let mut values = material.settings.clone();
        let client: Option<ClientPair> = match app {
            Some(App {
                client,
                values: own,
                ..
            }) => {
                // A refresh token belongs to the client and the server that gave it. Another one
                // refuses it, for good, and has no business seeing it.
                if own
                    .iter()
                    .any(|(name, value)| values.get(name).is_some_and(|before| before != value))
                {
                    return Err(TokenError::Refused(
                        "the OAuth app was changed since; its owner must connect again, or the app be set back"
                            .to_owned(),
                    ));
                }
                values.extend(own);
                Some(client)
            }
            None => own_client(&material),
        };
        let endpoints = self.endpoints(connector, oauth, &values)?;
        let asking = Asking {
            connector,
            oauth,
            endpoints: &endpoints,
            client: client.as_ref(),
            values: &values,
        };
        if acts_alone(oauth) {
            let scopes = oauth.scopes_asked(None);
            return self
                .oauth
                .act_alone(asking, &scopes, &material.secrets)
                .await;
        }
        let Some(token) = material.secrets.get(REFRESH_TOKEN_FIELD) else {
            return Err(TokenError::GrantRefused(
                "there is no refresh token".to_owned(),
            ));
        };
        let grant = GrantRequest::Refresh {
            token,
            redirect_uri: &self.redirect_uri,
            scopes: &before.token.scopes,
        };
        self.oauth.redeem(asking, &grant).await
    }

    /// A connection's parts, secrets opened.
    pub(super) fn opened(
        &self,
        connection: &Connection,
        credentials: &Credentials,
    ) -> Result<Material, super::VaultError> {
        let opened = super::live::open(&self.keyring, connection, credentials)?;
        Ok(Material {
            settings: connection.settings.clone(),
            secrets: opened
                .into_iter()
                .map(|(field, secret)| (field.to_owned(), secret))
                .collect(),
            token: connection.token.clone(),
            expires_at: connection.expires_at,
            account: connection.account.clone(),
        })
    }

    /// Writes new tokens down. Until that is done nobody hears of them.
    async fn keep_tokens(
        self: &Arc<Self>,
        key: Key,
        before: &Before,
        (connector, oauth): (&Connector, &OAuth),
        tokens: Tokens,
    ) -> Outcome {
        let connection = &before.record.value;
        let mut material = match self.opened(connection, &before.credentials) {
            Ok(material) => material,
            Err(error) => return self.not_now(&error.to_string()),
        };
        for (field, value) in &tokens.kept {
            let is_good = connector.field(field).is_some_and(|field| {
                !field.is_secret() && super::form::check_field(field, value).is_ok()
            });
            if is_good {
                material.settings.insert(field.clone(), value.clone());
            }
        }
        let now = self.clock.now();
        material.take(oauth, tokens, Some(&before.token), now);
        let credentials = self.seal(connection, &material.secrets);
        let change = |connection: &mut Connection| {
            connection.settings.clone_from(&material.settings);
            connection.token.clone_from(&material.token);
            connection.expires_at = material.expires_at;
            connection.last_refreshed_at = Some(now);
            connection.health = Health::Operational;
            connection.health_reason = None;
        };
        let outcome = self
            .write(key, before, Some(&credentials), change, Outcome::Fresh)
            .await;
        match &outcome {
            Outcome::Fresh => self.refreshing.count("refreshed"),
            Outcome::Gone => self.give_back(connection, credentials).await,
            _ => {}
        }
        if oauth.needs_app() {
            self.integrations
                .note_problem(connection.environment, &connection.platform, None)
                .await;
        }
        outcome
    }

    async fn keep_failure(&self, key: Key, before: &Before, error: TokenError) -> Outcome {
        if let TokenError::GrantRefused(reason) = &error {
            return self.fail(key, before, reason.clone()).await;
        }
        let connection = &before.record.value;
        let is_own = self
            .spoken(&before.record.value)
            .is_some_and(|(_, oauth)| acts_alone(&oauth));
        if let (TokenError::ClientRefused(reason), true) = (&error, is_own) {
            // What its owner entered is no longer good; no operator can mend that.
            return self.fail(key, before, reason.clone()).await;
        }
        if let TokenError::ClientRefused(reason) = &error {
            self.integrations
                .note_problem(connection.environment, &connection.platform, Some(reason))
                .await;
        }
        let now = self.clock.now();
        let failures = before.token.failures.saturating_add(1);
        let asked = match &error {
            TokenError::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        };
        let at = now.plus(retry_after(failures, asked, chance()));
        let reason = error.to_string();
        let change = |connection: &mut Connection| {
            connection.health = Health::Degraded;
            connection.health_reason = Some(reason.clone());
            if let Some(token) = &mut connection.token {
                token.failures = failures;
                token.due_at = Some(at);
            }
        };
        tracing::warn!(connection = %connection.key, error = %reason, failures, "a token was not refreshed; it is tried again");
        self.refreshing.count("later");
        let later = Outcome::Later {
            reason: reason.clone(),
            at,
        };
        self.write(key, before, None, change, later).await
    }

    /// The end: written once, and no more tries.
    async fn fail(&self, key: Key, before: &Before, reason: String) -> Outcome {
        let change = |connection: &mut Connection| {
            connection.health = Health::Failed;
            connection.health_reason = Some(reason.clone());
        };
        let failed = Outcome::Failed {
            reason: reason.clone(),
        };
        let outcome = self.write(key, before, None, change, failed.clone()).await;
        if outcome == failed {
            self.refreshing.count("failed");
            tracing::error!(event = "connection.failed", connection = %before.record.value.key, error = %reason, "a connection has failed; its owner must connect again");
        }
        outcome
    }

    /// Commits what came of a refresh, if the connection still is the one that it was for.
    ///
    /// Whatever else was changed about it meanwhile (a tag, a name) is kept, however often it
    /// changes. A disk without room is waited for: what the provider has given exists nowhere else,
    /// and what it has refused is not to be asked for again.
    async fn write(
        &self,
        key: Key,
        before: &Before,
        credentials: Option<&Credentials>,
        change: impl Fn(&mut Connection),
        then: Outcome,
    ) -> Outcome {
        let name = &before.record.value.key;
        loop {
            match self.try_write(key, before, credentials, &change).await {
                Ok(true) => return then,
                Ok(false) => {
                    tracing::info!(connection = %name, "a late answer was dropped: the connection is gone or was connected again");
                    return Outcome::Gone;
                }
                // Somebody else's change came through, so this ends.
                Err(StoreError::Conflict) => {}
                Err(error @ (StoreError::Full | StoreError::Io(_)))
                    if credentials.is_some() || !self.refreshing.is_closing() =>
                {
                    tracing::error!(connection = %name, error = %error, "what came of a refresh waits to be written; make room on the disk");
                    tokio::time::sleep(HOLD_STEP).await;
                }
                Err(error) => {
                    tracing::error!(connection = %name, error = %error, "what came of a refresh could not be written");
                    return self.not_now("what came of the refresh could not be written");
                }
            }
        }
    }

    async fn try_write(
        &self,
        (environment, id): Key,
        before: &Before,
        credentials: Option<&Credentials>,
        change: &impl Fn(&mut Connection),
    ) -> Result<bool, StoreError> {
        let (scope, name) = (environment.as_str(), id.to_string());
        let mut batch = Batch::default();
        let attempts = self.refreshing.attempts(&self.engine);
        attempts.delete_into(&mut batch, scope, &name);
        let now = self.records.read(environment, id)?.filter(|now| {
            let version = now.value.token.as_ref().map(|token| token.version);
            now.value.generation == before.record.value.generation
                && version == Some(before.token.version)
        });
        let Some(now) = now else {
            self.engine.commit(batch).await?;
            return Ok(false);
        };
        let mut new = now.value.clone();
        change(&mut new);
        new.updated_at = self.clock.now();
        self.records.replace_into(&mut batch, &now, &new)?;
        self.tell_health_into(&mut batch, &now.value, &new)?;
        if let Some(credentials) = credentials {
            // The record's own bytes are the expectation: credentials change only together with it.
            self.records
                .credentials
                .put_into(&mut batch, scope, &name, credentials)?;
        }
        match (&before.by, credentials) {
            (Some(by), Some(_)) => {
                let deed = deed("connection.refreshed", &new);
                self.commit(batch, &new, by, deed).await?;
            }
            _ => self.engine.commit(batch).await.map(drop)?,
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
