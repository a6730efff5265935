//! The people who sign in to the admin pages: members, their passwords, their sessions.
//!
//! A member is one record, and what must change together stands in it: password, second factor,
//! role, the one link that is out, and the generation that its sessions carry. Raising the
//! generation ends all of them, in the commit that makes the change.
//!
//! Changes are made one at a time ([`Members::changing`]): whether somebody is the last admin
//! cannot be asked of one record alone. Failed attempts are remembered in memory
//! ([`attempts`]); a restart forgets them. What happens to a member is in the audit log ([`told`]).

mod attempts;
mod change;
mod elsewhere;
mod links;
mod password;
mod records;
mod sessions;
mod set_up;
mod sign_in;
mod told;
mod totp;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use uuid::Uuid;

use crate::crypto::Keyring;
use crate::domain::{Clock, Email, Member, MemberId, MemberState, Role, Timestamp};
use crate::journal::{Audit, Usage};
use crate::store::{
    Index, NO_ENVIRONMENT, SharedEngine, StoreError, Table, UniqueIndex, Versioned,
};

pub use change::NewTotp;
pub use links::{Link, LinkKind};
pub use sessions::{LIFE as SESSION_LIFE, SessionId, SessionView, SignedIn, Visitor};
pub use sign_in::{Entered, SignIn};

use attempts::Attempts;
use password::Hasher;
use records::{SetUp, Stored, StoredSession};

const TABLE: &str = "member";
const SESSIONS: &str = "member-session";

/// Why somebody does not come in, or a change is not made.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// Unknown person or wrong password. Which of them is nobody's business.
    #[error("the email address or the password is not right")]
    Wrong,
    /// The password is right, and a code is asked for besides.
    #[error("enter the code that your authenticator app shows, or one of your recovery codes")]
    CodeRequired,
    /// The password is right, and the code is not.
    #[error("the code is not right, or was used already; enter the one that the app shows now")]
    CodeWrong,
    /// Too many failed attempts.
    #[error("too many failed attempts; try again in {0} seconds")]
    TooMany(u64),
    /// So many sign in at once that one more would have to wait for long.
    #[error("many people are signing in just now; try again in a moment")]
    Busy,
    /// The link was used or replaced, or has expired, or never was one.
    #[error(
        "this link is not valid any more: it was used or replaced, or has expired; ask for a new one"
    )]
    LinkEnded,
    /// There is no such member, or session.
    #[error("there is no {what} with the id `{id}`")]
    NoSuch {
        /// What was looked for.
        what: &'static str,
        /// By which id.
        id: String,
    },
    /// Somebody has this address.
    #[error("there is a member with the email address `{0}` already")]
    Taken(String),
    /// Nobody would be left who can manage the members.
    #[error("this is the last Admin; make somebody else one first")]
    LastAdmin,
    /// Known, and not allowed.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The members.
pub struct Members {
    engine: SharedEngine,
    members: Table<Stored>,
    by_email: UniqueIndex,
    set_up: Table<SetUp>,
    sessions: Table<StoredSession>,
    by_member: Index,
    /// When each session was last used, to the minute on disk.
    used: Usage,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    audit: Arc<Audit>,
    attempts: Attempts,
    hasher: Hasher,
    /// Held from the reading of what a change depends on to its commit.
    changing: tokio::sync::Mutex<()>,
    is_dev: AtomicBool,
}

impl Members {
    /// The members in `engine`.
    pub fn new(
        engine: &SharedEngine,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        audit: Arc<Audit>,
    ) -> Self {
        let own = || SharedEngine::clone(engine);
        Self {
            members: Table::new(own(), TABLE),
            by_email: UniqueIndex::new(own(), TABLE, "email"),
            set_up: Table::new(own(), "member-set-up"),
            sessions: Table::new(own(), SESSIONS),
            by_member: Index::new(own(), SESSIONS, "member"),
            used: Usage::new(engine, "member-session-use"),
            hasher: Hasher::new(Arc::clone(&keyring)),
            engine: own(),
            keyring,
            clock,
            audit,
            attempts: Attempts::default(),
            changing: tokio::sync::Mutex::default(),
            is_dev: AtomicBool::new(false),
        }
    }

    /// From now on the built-in administrator of a development server is somebody.
    pub fn let_dev_in(&self) {
        self.is_dev.store(true, Ordering::Relaxed);
    }

    /// Whether this is a development server, whose built-in administrator needs no sign-in.
    pub fn is_dev(&self) -> bool {
        self.is_dev.load(Ordering::Relaxed)
    }

    /// The built-in administrator of a development server. Stored nowhere.
    pub fn dev(&self) -> Member {
        Member {
            id: MemberId(Uuid::nil()),
            email: "dev@localhost".parse().expect("this is an address"),
            name: "dev".to_owned(),
            role: Role::Admin,
            is_owner: true,
            has_password: false,
            has_totp: false,
            created_at: Timestamp::from_micros(0),
            last_signed_in_at: None,
        }
    }

    /// Whether there is nobody yet.
    pub fn is_empty(&self) -> Result<bool, MemberError> {
        Ok(self.members.scan(NO_ENVIRONMENT, None, 1)?.is_empty())
    }

    /// All members, in the order in which they were invited.
    pub fn list(&self) -> Result<Vec<(Member, MemberState)>, MemberError> {
        let mut all = self.all()?;
        all.sort_by_key(|stored| stored.created_at);
        Ok(all
            .into_iter()
            .map(|stored| {
                let member = stored.member();
                let state = self.state(&member);
                (member, state)
            })
            .collect())
    }

    /// The member `id`, if there is one. The built-in administrator is one on its own server.
    pub fn find(&self, id: MemberId) -> Result<Option<Member>, MemberError> {
        if self.is_dev() && id.0.is_nil() {
            return Ok(Some(self.dev()));
        }
        let stored = self.members.get(NO_ENVIRONMENT, &id.to_string())?;
        Ok(stored.map(|stored| stored.member()))
    }

    /// Whether the member can come in just now.
    pub fn state(&self, member: &Member) -> MemberState {
        if !member.is_active() {
            return MemberState::Invited;
        }
        match self.attempts.is_locked(&member.email, self.clock.now()) {
            true => MemberState::Locked,
            false => MemberState::Active,
        }
    }

    fn all(&self) -> Result<Vec<Stored>, MemberError> {
        let rows = self.members.scan(NO_ENVIRONMENT, None, usize::MAX)?;
        Ok(rows.into_iter().map(|(_, stored)| stored).collect())
    }

    fn read(&self, id: MemberId) -> Result<Versioned<Stored>, MemberError> {
        self.members
            .get_raw(NO_ENVIRONMENT, &id.to_string())?
            .ok_or_else(|| MemberError::NoSuch {
                what: "member",
                id: id.to_string(),
            })
    }

    fn of_email(&self, email: &Email) -> Result<Option<Versioned<Stored>>, MemberError> {
        let id = self
            .by_email
            .find(NO_ENVIRONMENT, &[email.as_str().as_bytes()])?;
        match id {
            Some(id) => Ok(self.members.get_raw(NO_ENVIRONMENT, &id)?),
            None => Ok(None),
        }
    }

    /// A keyed hash that is of no use for anything but `what`.
    fn hash(&self, what: &str, text: &str) -> [u8; 32] {
        self.keyring.hash(format!("{what}\0{text}").as_bytes())
    }
}

#[cfg(test)]
mod tests;
