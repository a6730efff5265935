//! A session as an address that can be sent: by mail, by a chat, by an agent.
//!
//! A link can be opened again and again until something was connected by it, so that neither a
//! mail scanner nor a reload uses it up; the connection and the end of the link are one commit.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::session::{Kind, NewSession, Session, SessionError, Sessions};
use crate::crypto::{base62, hex, random_bytes, sha256};
use crate::domain::{Environment, Timestamp};
use crate::store::{Batch, SharedEngine, StoreError, Table, Versioned};
use crate::vault::VaultError;

/// A longer text is no link of ours.
const MAX_TOKEN_BYTES: usize = 100;
/// So many links are looked at in one sweep.
const SWEPT_AT_ONCE: usize = 500;

/// A link as it is kept, until it ends. Its own token is not: only a hash of it leads here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    session: Session,
    /// When something was connected by it.
    used_at: Option<Timestamp>,
}

/// What a new link is for.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// For whom, and what.
    pub session: NewSession,
    /// How long it is good; the operator's usual time if none.
    pub life: Option<Duration>,
    /// What its page is titled.
    pub title: Option<String>,
    /// Who asks.
    pub company_name: Option<String>,
    /// Where its page leads to in the end.
    pub return_url: Option<String>,
}

/// A link.
#[derive(Clone)]
pub struct Link {
    /// What tells it from others.
    pub id: Uuid,
    /// What stands in its address.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Makes links, opens them, and knows which were used.
pub struct Links {
    sessions: Arc<Sessions>,
    table: Table<Stored>,
    engine: SharedEngine,
    /// Behind which link the next sweep begins.
    swept: Mutex<BTreeMap<Environment, String>>,
}

impl Links {
    /// Links that `engine` remembers, and that open as sessions of `sessions`.
    pub fn new(engine: &SharedEngine, sessions: Arc<Sessions>) -> Self {
        Self {
            sessions,
            table: Table::new(SharedEngine::clone(engine), "authkit-link"),
            engine: SharedEngine::clone(engine),
            swept: Mutex::default(),
        }
    }

    /// A new link.
    pub async fn make(&self, new: NewLink) -> Result<Link, StoreError> {
        let environment = new.session.environment;
        let mut session = self.sessions.session(new.session);
        let token = format!("{environment}_{}", base62(&random_bytes::<24>(), 33));
        let link = id(&token);
        session.kind = Kind::Link;
        session.link = Some(link.clone());
        session.expires_at = self
            .sessions
            .after(new.life.unwrap_or(self.sessions.settings.link));
        session.title = new.title;
        session.company_name = new.company_name;
        session.return_url = new.return_url;
        let made = Link {
            id: session.id,
            token,
            expires_at: session.expires_at,
        };
        let stored = Stored {
            session,
            used_at: None,
        };
        let mut batch = Batch::default();
        self.table
            .put_new_into(&mut batch, environment.as_str(), &link, &stored)?;
        self.engine.commit(batch).await?;
        Ok(made)
    }

    /// Opens a link: the token of a session of the usual length, which ends with the link at the
    /// latest.
    pub fn open(&self, token: &str) -> Result<Result<String, SessionError>, StoreError> {
        let environment = token
            .split_once('_')
            .and_then(|(environment, _)| environment.parse::<Environment>().ok());
        let Some(environment) = environment.filter(|_| token.len() <= MAX_TOKEN_BYTES) else {
            return Ok(Err(SessionError::Unknown));
        };
        let Some(stored) = self.table.get(environment.as_str(), &id(token))? else {
            return Ok(Err(SessionError::Unknown));
        };
        let mut session = stored.session;
        if stored.used_at.is_some() {
            return Ok(Err(SessionError::LinkUsed));
        }
        if session.expires_at <= self.sessions.now() {
            return Ok(Err(SessionError::Expired));
        }
        let usual = self.sessions.after(self.sessions.settings.session);
        session.expires_at = session.expires_at.min(usual);
        Ok(Ok(self.sessions.seal(&session)))
    }

    /// Whether the link that `session` was opened by has been used.
    pub fn is_used(&self, session: &Session) -> Result<bool, StoreError> {
        let Some(link) = &session.link else {
            return Ok(false);
        };
        let stored = self.table.get(session.environment.as_str(), link)?;
        Ok(stored.is_none_or(|stored| stored.used_at.is_some()))
    }

    /// What must happen together with the connection that uses the link up; nothing for a session
    /// that came about otherwise. A conflict if the link is used up by another one meanwhile.
    ///
    /// # Errors
    /// `LinkUsed` if it has been.
    pub fn use_up(&self, session: &Session) -> Result<Batch, VaultError> {
        let mut batch = Batch::default();
        let Some(link) = &session.link else {
            return Ok(batch);
        };
        let scope = session.environment.as_str();
        let unused = |read: &Versioned<Stored>| read.value.used_at.is_none();
        let Some(read) = self.table.get_raw(scope, link)?.filter(unused) else {
            return Err(VaultError::LinkUsed);
        };
        let used = Stored {
            used_at: Some(self.sessions.now()),
            ..read.value
        };
        self.table
            .replace_into(&mut batch, scope, link, &read.raw, &used)?;
        Ok(batch)
    }

    /// Forgets some links that have ended; the next time, others.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        let now = self.sessions.now();
        let mut batch = Batch::default();
        for environment in Environment::ALL {
            let scope = environment.as_str();
            let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
            let after = swept.remove(&environment);
            let some = self.table.scan(scope, after.as_deref(), SWEPT_AT_ONCE)?;
            if let Some((last, _)) = some.last().filter(|_| some.len() == SWEPT_AT_ONCE) {
                swept.insert(environment, last.clone());
            }
            let has_ended = |stored: &Stored| stored.session.expires_at < now;
            for (id, _) in some.iter().filter(|(_, stored)| has_ended(stored)) {
                self.table.delete_into(&mut batch, scope, id);
            }
        }
        if !batch.writes.is_empty() {
            self.engine.commit(batch).await?;
        }
        Ok(())
    }
}

/// What the link with this token is kept under.
fn id(token: &str) -> String {
    hex(&sha256(token.as_bytes()))
}
