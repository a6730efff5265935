//! The sealed token that lets a person's browser act for one identity.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Settings;
use crate::crypto::{Keyring, SealContext, Sealed, random_uuid, sha256};
use crate::domain::{
    Actor, Clock, ConnectionId, Environment, Identity, IdentityType, Platform, Scope, Timestamp,
};

/// What stands before a token; the environment says whose key opens it.
const PREFIX: &str = "akt";
/// What older programs put before it.
const OLD_PREFIX: &str = "ln_tk::";
/// A longer text is none of ours.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How a session came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// For the modal.
    Session,
    /// By a link that was sent.
    Link,
}

/// What a person may do, for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Tells it from every other one.
    pub id: Uuid,
    /// How it came about.
    pub kind: Kind,
    /// Where.
    pub environment: Environment,
    /// For whom.
    pub identity: Option<Identity>,
    /// What kind of owner that is.
    pub identity_type: Option<IdentityType>,
    /// The only platforms; all if empty.
    pub platforms: Vec<Platform>,
    /// The only connection, to be connected again.
    pub connection: Option<ConnectionId>,
    /// The only origin that may embed the modal.
    pub origin: Option<String>,
    /// Labels of what is connected.
    pub tags: Vec<String>,
    /// What the page of a link is titled.
    pub title: Option<String>,
    /// Who asks, on the page of a link.
    pub company_name: Option<String>,
    /// Where the page of a link leads to in the end.
    pub return_url: Option<String>,
    /// The id of the link that it was opened by, which is used up by a connection.
    pub link: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Session {
    /// What it sees when something new is connected.
    pub fn scope(&self) -> Scope {
        Scope {
            environment: self.environment,
            platforms: self.platforms.clone(),
            identity: self.identity.clone(),
        }
    }

    /// Who acts by it.
    pub fn actor(&self) -> Actor {
        Actor::user(self.identity.as_ref())
    }

    /// What it sees of what is connected already: its identity's, or the one connection that it is
    /// for. Without an identity nobody's.
    pub fn may_see(&self, connection: &crate::domain::Connection) -> bool {
        let is_own = match self.connection {
            Some(only) => connection.id == only,
            None => self.kind == Kind::Session && self.identity.is_some(),
        };
        is_own && connection.identity_type == self.identity_type && self.scope().sees(connection)
    }

    /// Whether it may disconnect what it sees. A link, or a session for connecting again, may not.
    pub fn may_remove(&self, connection: &crate::domain::Connection) -> bool {
        self.kind == Kind::Session && self.connection.is_none() && self.may_see(connection)
    }

    /// The same for every session of one person for one purpose.
    pub(super) fn party(&self) -> [u8; 32] {
        let parts = serde_json::to_vec(&(
            self.environment,
            &self.identity,
            self.identity_type,
            &self.platforms,
            self.connection,
            &self.link,
        ));
        sha256(&parts.expect("these are texts and lists of texts"))
    }
}

/// What a new session is for.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Where.
    pub environment: Environment,
    /// For whom.
    pub identity: Option<Identity>,
    /// What kind of owner that is.
    pub identity_type: Option<IdentityType>,
    /// The only platforms; all if empty.
    pub platforms: Vec<Platform>,
    /// The only connection.
    pub connection: Option<ConnectionId>,
    /// The only origin that may embed the modal.
    pub origin: Option<String>,
    /// Labels of what is connected.
    pub tags: Vec<String>,
    /// How long it is good, if not for the usual time; never longer.
    pub life: Option<Duration>,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// None, or none of ours.
    #[error("this AuthKit session is not known; open the dialog again")]
    Unknown,
    /// It has ended.
    #[error("this AuthKit session has expired; open the dialog again")]
    Expired,
    /// The page that embeds the modal may not.
    #[error(
        "this page's origin may not use this AuthKit session; the operator can allow it (authkit.allowed_origins)"
    )]
    OtherOrigin,
    /// The link has been used.
    #[error("this link has been used already; ask for a new one")]
    LinkUsed,
}

/// Seals sessions, and opens them.
pub struct Sessions {
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    /// What the operator decides.
    pub settings: Settings,
}

impl Sessions {
    /// Sealed by `keyring`.
    pub fn new(keyring: Arc<Keyring>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        Self {
            keyring,
            clock,
            settings,
        }
    }

    /// A new session, and its token. Nothing if it says more than a token can hold.
    pub fn begin(&self, new: NewSession) -> Option<(Session, String)> {
        let session = self.session(new);
        let token = self.seal(&session);
        (token.len() <= MAX_TOKEN_BYTES).then_some((session, token))
    }

    pub(super) fn session(&self, new: NewSession) -> Session {
        Session {
            id: random_uuid(),
            kind: Kind::Session,
            environment: new.environment,
            identity: new.identity,
            identity_type: new.identity_type,
            platforms: new.platforms,
            connection: new.connection,
            origin: new.origin,
            tags: new.tags,
            title: None,
            company_name: None,
            return_url: None,
            link: None,
            expires_at: self.clock.now().plus(
                new.life
                    .unwrap_or(self.settings.session)
                    .min(self.settings.session),
            ),
        }
    }

    /// The token of `session`.
    pub(super) fn seal(&self, session: &Session) -> String {
        let claims = serde_json::to_vec(session).expect("a session has only texts for keys");
        let context = context(session.environment);
        let sealed = self.keyring.seal(&context, &claims);
        format!("{PREFIX}_{}_{}", session.environment, sealed.to_url_text())
    }

    /// The session of `token`, if it is one that has not ended.
    pub fn open(&self, token: &str) -> Result<Session, SessionError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(SessionError::Unknown);
        }
        let token = token.strip_prefix(OLD_PREFIX).unwrap_or(token);
        let session = Environment::ALL
            .into_iter()
            .find_map(|environment| {
                let sealed = token.strip_prefix(&format!("{PREFIX}_{environment}_"))?;
                let sealed = Sealed::from_url_text(sealed)?;
                let context = context(environment);
                let claims = self.keyring.open_sealed(&context, &sealed).ok()?;
                serde_json::from_slice::<Session>(claims.expose()).ok()
            })
            .ok_or(SessionError::Unknown)?;
        match session.expires_at > self.clock.now() {
            true => Ok(session),
            false => Err(SessionError::Expired),
        }
    }

    /// Whether a page of `origin` may use `session`.
    pub fn check_origin(&self, session: &Session, origin: &str) -> Result<(), SessionError> {
        let bound = session.origin.as_deref().is_none_or(|own| own == origin);
        let allowed = self.settings.allowed_origins.now();
        let listed = session.kind == Kind::Link
            || allowed.is_empty()
            || self.settings.own_origin.as_deref() == Some(origin)
            || allowed.iter().any(|own| own == origin);
        match bound && listed {
            true => Ok(()),
            false => Err(SessionError::OtherOrigin),
        }
    }

    /// The time now, and so much later.
    pub(super) fn after(&self, life: Duration) -> Timestamp {
        self.clock.now().plus(life)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn context(environment: Environment) -> SealContext<'static> {
    SealContext {
        environment,
        kind: "authkit",
        record: "session",
        field: "token",
    }
}
