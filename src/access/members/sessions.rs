//! Sessions: begun, found by their token, ended.
//!
//! A token is 256 random bits. What is kept is a keyed hash of it, whose first half is the
//! session's id: found by its key, compared as a whole.

use std::time::Duration;

use serde::Serialize;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::records::{Stored, StoredSession};
use super::{MemberError, Members};
use crate::crypto::{base62, base64_url, hex, random_bytes};
use crate::domain::{Actor, Environment, Member, MemberId, Secret, Timestamp};
use crate::journal::Deed;
use crate::store::{Batch, NO_ENVIRONMENT, StoreError};

/// A session that is not used for so long has ended.
pub const IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// No session lasts longer.
pub const LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// 256 bits in base 62.
pub(super) const TOKEN_DIGITS: usize = 43;
/// Under what the journal keeps when sessions were last used. They belong to no environment.
const USED_IN: Environment = Environment::Live;
/// So many sessions are looked at in one step of a sweep.
const SWEPT_AT_ONCE: usize = 500;

/// A session's id. Public: it names the session without being its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

/// From where somebody comes, as far as can be told.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The address.
    pub address: String,
    /// The browser, in a few words.
    pub browser: String,
}

/// Somebody with a session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub member: Member,
    /// By which session.
    pub session: SessionId,
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// From where.
    pub visitor: Visitor,
}

pub(super) fn new_token() -> Secret<String> {
    let bytes = Secret::new(random_bytes::<32>());
    Secret::new(base62(bytes.expose(), TOKEN_DIGITS))
}

impl Members {
    /// Begins a session of `member` in `batch`, and gives its token.
    pub(super) fn begin_session(
        &self,
        batch: &mut Batch,
        member: &Stored,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<Secret<String>, MemberError> {
        let token = new_token();
        let hash = self.hash("member session", token.expose());
        let id = id_of(&hash);
        let session = StoredSession {
            member: member.id,
            generation: member.generation,
            hash: hex(&hash),
            created_at: now,
            address: visitor.address.clone(),
            browser: visitor.browser.clone(),
        };
        let text = id.0.to_string();
        self.sessions
            .put_new_into(batch, NO_ENVIRONMENT, &text, &session)?;
        self.by_member
            .add_into(batch, NO_ENVIRONMENT, &[member.id.0.as_bytes()], &text);
        Ok(token)
    }

    /// Whose session `token` is, if it is one. Notes the use, if it `is_use`: what a page asks by
    /// itself, while nobody looks, keeps no session alive.
    pub fn of_token(&self, token: &str, is_use: bool) -> Result<Option<SignedIn>, MemberError> {
        if token.len() != TOKEN_DIGITS {
            return Ok(None);
        }
        let hash = self.hash("member session", token);
        let id = id_of(&hash);
        let Some(session) = self.sessions.get(NO_ENVIRONMENT, &id.0.to_string())? else {
            return Ok(None);
        };
        if !bool::from(hex(&hash).as_bytes().ct_eq(session.hash.as_bytes())) {
            return Ok(None);
        }
        let now = self.clock.now();
        let Some(member) = self.alive(id, &session, now)? else {
            return Ok(None);
        };
        if is_use {
            self.used.note(USED_IN, id.0, now);
        }
        Ok(Some(SignedIn {
            member: member.member(),
            session: id,
        }))
    }

    /// Whether a session has not ended. To ask is no use of it.
    pub fn is_open(&self, id: SessionId) -> Result<bool, MemberError> {
        let session = self.sessions.get(NO_ENVIRONMENT, &id.0.to_string())?;
        let Some(session) = session else {
            return Ok(false);
        };
        Ok(self.alive(id, &session, self.clock.now())?.is_some())
    }

    /// What the keys of members and of their sessions begin with, for whoever watches them.
    pub(in crate::access) fn prefixes(&self) -> [Vec<u8>; 2] {
        [
            self.members.prefix(NO_ENVIRONMENT),
            self.sessions.prefix(NO_ENVIRONMENT),
        ]
    }

    /// What a page has to send beside the cookie. Only who has the session's token can make it.
    pub fn csrf_of(&self, token: &str) -> String {
        base64_url(&self.hash("member csrf", token))
    }

    /// Whose session it is, unless it has ended.
    fn alive(
        &self,
        id: SessionId,
        session: &StoredSession,
        now: Timestamp,
    ) -> Result<Option<Stored>, MemberError> {
        if now.since(session.created_at) >= LIFE || now.since(self.last_used(id, session)?) >= IDLE
        {
            return Ok(None);
        }
        let member = self
            .members
            .get(NO_ENVIRONMENT, &session.member.to_string())?;
        Ok(member.filter(|member| member.generation == session.generation))
    }

    fn last_used(&self, id: SessionId, session: &StoredSession) -> Result<Timestamp, MemberError> {
        let used = self.used.last(USED_IN, id.0)?;
        Ok(used.unwrap_or(session.created_at).max(session.created_at))
    }

    /// The sessions of a member, the last used first.
    pub fn sessions_of(&self, member: MemberId) -> Result<Vec<SessionView>, MemberError> {
        let parts: [&[u8]; 1] = [member.0.as_bytes()];
        let ids = self
            .by_member
            .scan(NO_ENVIRONMENT, &parts, 1, 0, usize::MAX)?;
        let now = self.clock.now();
        let mut views = Vec::new();
        for text in ids {
            let (Ok(id), Some(session)) = (
                text.parse().map(SessionId),
                self.sessions.get(NO_ENVIRONMENT, &text)?,
            ) else {
                continue;
            };
            if self.alive(id, &session, now)?.is_some() {
                views.push(SessionView {
                    id,
                    created_at: session.created_at,
                    last_used_at: self.last_used(id, &session)?,
                    visitor: Visitor {
                        address: session.address,
                        browser: session.browser,
                    },
                });
            }
        }
        views.sort_by_key(|view| std::cmp::Reverse(view.last_used_at));
        Ok(views)
    }

    /// Ends a session of whoever is signed in: this one or another.
    pub async fn end_session(&self, own: &SignedIn, id: SessionId) -> Result<(), MemberError> {
        let (member, text) = (own.member.id, id.0.to_string());
        let found = self.sessions.get(NO_ENVIRONMENT, &text)?;
        let found = found.filter(|session| session.member == member);
        let Some(session) = found else {
            return Err(MemberError::NoSuch {
                what: "session",
                id: text,
            });
        };
        let what = match own.session == id {
            true => "member.signed_out",
            false => "member.session_ended",
        };
        let (by_id, name) = (member.to_string(), &own.member.name);
        let told = Deed::new(what, "member", &by_id, Some(name))
            .with("address", session.address)
            .with("browser", session.browser);
        let mut batch = Batch::default();
        self.forget_session_into(&mut batch, member, id);
        let by = Actor::member(&by_id, name);
        Ok(self.commit(batch, &by, told).await?)
    }

    fn forget_session_into(&self, batch: &mut Batch, member: MemberId, id: SessionId) {
        let text = id.0.to_string();
        self.sessions.delete_into(batch, NO_ENVIRONMENT, &text);
        self.by_member
            .remove_into(batch, NO_ENVIRONMENT, &[member.0.as_bytes()], &text);
        self.used.forget_into(batch, USED_IN, id.0);
    }

    /// Writes down when sessions were last used.
    pub async fn flush_usage(&self) -> Result<(), StoreError> {
        self.used.flush().await
    }

    /// Forgets sessions that have ended.
    pub async fn sweep(&self) -> Result<(), MemberError> {
        let (now, mut after) = (self.clock.now(), None::<String>);
        loop {
            let page = self
                .sessions
                .scan(NO_ENVIRONMENT, after.as_deref(), SWEPT_AT_ONCE)?;
            let mut batch = Batch::default();
            for (text, session) in &page {
                let Ok(id) = text.parse().map(SessionId) else {
                    continue;
                };
                if self.alive(id, session, now)?.is_none() {
                    self.forget_session_into(&mut batch, session.member, id);
                }
            }
            if !batch.writes.is_empty() {
                self.engine.commit(batch).await?;
            }
            match page.into_iter().next_back() {
                Some((last, _)) => after = Some(last),
                None => return Ok(()),
            }
        }
    }
}

/// The first half of the hash.
fn id_of(hash: &[u8; 32]) -> SessionId {
    let half = hash.first_chunk::<16>().copied().unwrap_or_default();
    SessionId(uuid::Builder::from_random_bytes(half).into_uuid())
}
