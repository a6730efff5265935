//! A session as an address that can be sent: by mail, by a chat, by an agent.
//!
//! A link can be opened again and again until something was connected by it, so that neither a
//! mail scanner nor a reload uses it up; the connection and the end of the link are one commit.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::session::{Kind, NewSession, Session, SessionError, Sessions};
use crate::domain::{Environment, Timestamp};
use crate::store::{Batch, SharedEngine, StoreError, Table};

/// A link that was used; kept until it would have ended anyway.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Used {
    until: Timestamp,
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
#[derive(Clone, Debug)]
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
    used: Table<Used>,
    engine: SharedEngine,
}

impl Links {
    /// Links that `sessions` seals and `engine` remembers.
    pub fn new(engine: &SharedEngine, sessions: Arc<Sessions>) -> Self {
        Self {
            sessions,
            used: Table::new(SharedEngine::clone(engine), "authkit-link-used"),
            engine: SharedEngine::clone(engine),
        }
    }

    /// A new link.
    pub fn make(&self, new: NewLink) -> Link {
        let (mut session, _) = self.sessions.begin(new.session);
        session.kind = Kind::Link;
        session.link = Some(session.id);
        session.expires_at = self
            .sessions
            .after(new.life.unwrap_or(self.sessions.settings.link));
        session.title = new.title;
        session.company_name = new.company_name;
        session.return_url = new.return_url;
        Link {
            id: session.id,
            token: self.sessions.seal(&session, "link"),
            expires_at: session.expires_at,
        }
    }

    /// Opens a link: a session of the usual length, which ends with the link at the latest.
    pub fn open(&self, token: &str) -> Result<Result<String, SessionError>, StoreError> {
        let mut session = match self.sessions.open_as(token, "link") {
            Ok(session) => session,
            Err(error) => return Ok(Err(error)),
        };
        if self.is_used(&session)? {
            return Ok(Err(SessionError::LinkUsed));
        }
        let usual = self.sessions.after(self.sessions.settings.session);
        session.expires_at = session.expires_at.min(usual);
        Ok(Ok(self.sessions.seal(&session, "session")))
    }

    /// Whether the link that `session` was opened by has been used.
    pub fn is_used(&self, session: &Session) -> Result<bool, StoreError> {
        let Some(link) = session.link else {
            return Ok(false);
        };
        let scope = session.environment.as_str();
        Ok(self.used.get(scope, &link.to_string())?.is_some())
    }

    /// What must happen together with the connection that uses the link up; nothing for a session
    /// that came about otherwise.
    pub fn use_up(&self, session: &Session) -> Result<Batch, StoreError> {
        let mut batch = Batch::default();
        if let Some(link) = session.link {
            // For as long as any link may live: how long this one does is not in the session.
            let until = self.sessions.after(Duration::from_secs(31 * 24 * 60 * 60));
            let scope = session.environment.as_str();
            self.used
                .put_new_into(&mut batch, scope, &link.to_string(), &Used { until })?;
        }
        Ok(batch)
    }

    /// Forgets links that would have ended by now.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        let now = self.sessions.now();
        let mut batch = Batch::default();
        for environment in Environment::ALL {
            let scope = environment.as_str();
            for (id, _) in self
                .used
                .scan(scope, None, 10_000)?
                .into_iter()
                .filter(|(_, used)| used.until < now)
            {
                self.used.delete_into(&mut batch, scope, &id);
            }
        }
        if !batch.writes.is_empty() {
            self.engine.commit(batch).await?;
        }
        Ok(())
    }
}
