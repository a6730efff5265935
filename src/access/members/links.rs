//! Links that are good once: to set up the first administrator, to join, to set a new password.

use std::time::Duration;

use subtle::ConstantTimeEq;

use super::records::{Stored, StoredLink};
use super::sessions::new_token;
use super::sign_in::Entered;
use super::told::{deed, entry, own};
use super::{MemberError, Members, Visitor, password};
use crate::crypto::{hex, random_uuid};
use crate::domain::{Actor, Email, Member, MemberId, Role, Secret, Timestamp, person_name};
use crate::store::{Batch, NO_ENVIRONMENT};

/// How long a link may wait to be opened.
pub const LIFE: Duration = Duration::from_secs(72 * 60 * 60);

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// To make the first administrator.
    SetUp,
    /// To join, or to set a new password.
    Join,
}

/// A link, as it is shown once.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it leads.
    pub kind: LinkKind,
    /// What stands in it.
    pub token: Secret<String>,
    /// From when on it leads nowhere.
    pub expires_at: Timestamp,
}

impl Link {
    /// Its address on the server at `public_url`. The token stands behind the `#`: browsers send
    /// that to nobody, so that no log or proxy has it.
    pub fn address(&self, public_url: &str) -> String {
        let page = match self.kind {
            LinkKind::SetUp => "setup",
            LinkKind::Join => "join",
        };
        format!("{public_url}/admin/#/{page}?token={}", self.token.expose())
    }
}

impl Members {
    /// Invites somebody.
    pub async fn invite(
        &self,
        email: Email,
        role: Role,
        by: &Actor,
    ) -> Result<(Member, Link), MemberError> {
        let _turn = self.changing.lock().await;
        if self.of_email(&email)?.is_some() {
            return Err(MemberError::Taken(email.as_str().to_owned()));
        }
        let mut member = invited(email, role, self.clock.now());
        let (link, kept) = self.member_link(member.id, false);
        member.link = Some(kept);
        let mut batch = Batch::default();
        self.add_into(&mut batch, &member)?;
        let told = deed("member.invited", &member)
            .with("email", member.email.as_str())
            .with("role", role.as_str());
        self.commit(batch, by, told).await?;
        Ok((member.member(), link))
    }

    /// A new link for a member, to join or to set a new password. The one before is no good any more.
    pub async fn new_link(
        &self,
        id: MemberId,
        clears_totp: bool,
        by: &Actor,
    ) -> Result<Link, MemberError> {
        let _turn = self.changing.lock().await;
        let read = self.read(id)?;
        let (link, kept) = self.member_link(id, clears_totp);
        let changed = Stored {
            link: Some(kept),
            ..read.value
        };
        let to = match changed.member().is_active() {
            true => "set a new password",
            false => "join",
        };
        let told = deed("member.link_renewed", &changed)
            .with("to", to)
            .with("clearsSecondFactor", clears_totp);
        self.replace(&read.raw, &changed, Batch::default(), by, told)
            .await?;
        Ok(link)
    }

    /// [`Self::new_link`] for somebody who manages members. The owner's is the owner's own, or the
    /// command line's: whoever has it could be the owner. It leaves the second factor as it is.
    pub async fn link_by(
        &self,
        by: Option<MemberId>,
        id: MemberId,
        actor: &Actor,
    ) -> Result<Link, MemberError> {
        let is_owner = self.read(id)?.value.is_owner;
        if is_owner && by.is_some_and(|by| by != id) {
            return Err(MemberError::NotAllowed(
                "a link for the owner is made by the owner, or by `magpie admin link` on the server's \
                 own machine",
            ));
        }
        self.new_link(id, false, actor).await
    }

    /// The member with this address, for whoever makes a link by it.
    pub fn with_email(&self, email: &Email) -> Result<Member, MemberError> {
        let found = self.of_email(email)?;
        let found = found.map(|read| read.value.member());
        found.ok_or_else(|| MemberError::NoSuch {
            what: "member",
            id: email.as_str().to_owned(),
        })
    }

    /// Sets the password of whoever the link is for, ends that member's sessions, and begins one,
    /// unless a code is asked for besides: that is for the sign-in.
    pub async fn accept(
        &self,
        token: &str,
        name: Option<&str>,
        new: Secret<String>,
        visitor: &Visitor,
    ) -> Result<Option<Entered>, MemberError> {
        let id = id_in(token).ok_or(MemberError::LinkEnded)?;
        let before = self.linked(id, token)?;
        let name = match name.filter(|name| !name.trim().is_empty()) {
            Some(name) => named(name)?,
            None => before.name,
        };
        password::check(&new, &before.email, &name)?;
        let hash = self.hasher.hash(&new).await?;
        let _turn = self.changing.lock().await;
        // Somebody may have used it while the password was hashed.
        self.linked(id, token)?;
        let read = self.read(id)?;
        let now = self.clock.now();
        let mut member = read.value;
        let what = match member.member().is_active() {
            true => "member.password_reset",
            false => "member.joined",
        };
        let had_totp = member.totp.is_some();
        if member.link.as_ref().is_some_and(|link| link.clears_totp) {
            (member.totp, member.pending_totp) = (None, None);
        }
        (member.name, member.password, member.link) = (name, Some(hash), None);
        member.is_owner = member.is_owner || self.would_own(&member)?;
        member.generation += 1;
        let mut batch = Batch::default();
        let session = match member.totp {
            Some(_) => None,
            None => {
                member.last_signed_in_at = Some(now);
                Some(self.begin_session(&mut batch, &member, visitor, now)?)
            }
        };
        let mut told = entry(what, &member, "link", visitor);
        if had_totp && member.totp.is_none() {
            told = told.with("secondFactor", "off");
        }
        self.replace(&read.raw, &member, batch, &own(&member), told)
            .await?;
        self.attempts.forgive(&member.email);
        Ok(session.map(|token| Entered {
            member: member.member(),
            token,
        }))
    }

    /// Whether `member` is the first Admin where the command line has invited everybody.
    pub(super) fn would_own(&self, member: &Stored) -> Result<bool, MemberError> {
        let is_owned = || self.all().map(|all| all.iter().any(|other| other.is_owner));
        Ok(member.role == Role::Admin && !is_owned()?)
    }

    /// The member that `token` is a link of, while it is good.
    fn linked(&self, id: MemberId, token: &str) -> Result<Stored, MemberError> {
        let member = self.members.get(NO_ENVIRONMENT, &id.to_string())?;
        let (hash, now) = (self.link_hash(token), self.clock.now());
        let is_good = |member: &Stored| {
            member.link.as_ref().is_some_and(|link| {
                now < link.expires_at && bool::from(hash.as_bytes().ct_eq(link.hash.as_bytes()))
            })
        };
        member.filter(is_good).ok_or(MemberError::LinkEnded)
    }

    fn member_link(&self, id: MemberId, clears_totp: bool) -> (Link, StoredLink) {
        let token = Secret::new(format!("{}{}", id.0.simple(), new_token().expose()));
        let expires_at = self.clock.now().plus(LIFE);
        let kept = StoredLink {
            hash: self.link_hash(token.expose()),
            expires_at,
            clears_totp,
        };
        let link = Link {
            kind: LinkKind::Join,
            token,
            expires_at,
        };
        (link, kept)
    }

    pub(super) fn link_hash(&self, token: &str) -> String {
        hex(&self.hash("member link", token))
    }

    pub(super) fn add_into(&self, batch: &mut Batch, member: &Stored) -> Result<(), MemberError> {
        let id = member.id.to_string();
        self.members
            .put_new_into(batch, NO_ENVIRONMENT, &id, member)?;
        let email = member.email.as_str().as_bytes();
        self.by_email
            .claim_into(batch, NO_ENVIRONMENT, &[email], &id);
        Ok(())
    }
}

pub(super) fn invited(email: Email, role: Role, now: Timestamp) -> Stored {
    Stored {
        id: MemberId(random_uuid()),
        name: email.as_str().to_owned(),
        email,
        role,
        is_owner: false,
        password: None,
        totp: None,
        pending_totp: None,
        subject: None,
        link: None,
        generation: 0,
        created_at: now,
        last_signed_in_at: None,
    }
}

pub(super) fn named(name: &str) -> Result<String, MemberError> {
    person_name(name).ok_or_else(|| {
        MemberError::Invalid("a name has 1 to 100 characters, on one line".to_owned())
    })
}

/// The member's id, which a link's token begins with.
fn id_in(token: &str) -> Option<MemberId> {
    let id = token.get(..32)?;
    uuid::Uuid::try_parse(id).ok().map(MemberId)
}
