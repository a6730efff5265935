//! The first administrator.

use subtle::ConstantTimeEq;

use super::links::{LIFE, Link, LinkKind, invited, named};
use super::records::SetUp;
use super::sessions::new_token;
use super::sign_in::Entered;
use super::told::{entry, own};
use super::{MemberError, Members, Visitor, password};
use crate::domain::{Email, Role, Secret};
use crate::store::{Batch, NO_ENVIRONMENT, StoreError};

/// There is one set-up at most.
const SET_UP: &str = "link";

impl Members {
    /// A new link to make the first administrator, unless there is somebody. The one before is no
    /// good any more.
    pub async fn set_up_link(&self) -> Result<Option<Link>, MemberError> {
        let _turn = self.changing.lock().await;
        if !self.is_empty()? {
            return Ok(None);
        }
        let (token, expires_at) = (new_token(), self.clock.now().plus(LIFE));
        let set_up = SetUp {
            hash: self.link_hash(token.expose()),
            expires_at,
        };
        let mut batch = Batch::default();
        self.set_up
            .put_into(&mut batch, NO_ENVIRONMENT, SET_UP, &set_up)?;
        self.engine.commit(batch).await?;
        Ok(Some(Link {
            kind: LinkKind::SetUp,
            token,
            expires_at,
        }))
    }

    /// Makes the first administrator, who owns the place, and signs in.
    pub async fn set_up(
        &self,
        token: &str,
        email: Email,
        name: &str,
        new: Secret<String>,
        visitor: &Visitor,
    ) -> Result<Entered, MemberError> {
        let now = self.clock.now();
        let is_good = |set_up: &SetUp| {
            let hash = self.link_hash(token);
            now < set_up.expires_at && bool::from(hash.as_bytes().ct_eq(set_up.hash.as_bytes()))
        };
        // Asked before the password is looked at, and again when it is used.
        let read = self.set_up.get_raw(NO_ENVIRONMENT, SET_UP)?;
        let read = read.filter(|read| is_good(&read.value));
        let read = read.ok_or(MemberError::LinkEnded)?;
        let name = named(name)?;
        password::check(&new, &email, &name)?;
        let hash = self.hasher.hash(&new).await?;
        let _turn = self.changing.lock().await;
        if !self.is_empty()? {
            return Err(MemberError::LinkEnded);
        }
        let mut owner = invited(email, Role::Admin, now);
        (owner.name, owner.is_owner, owner.password) = (name, true, Some(hash));
        owner.last_signed_in_at = Some(now);
        let mut batch = Batch::default();
        self.set_up
            .delete_read_into(&mut batch, NO_ENVIRONMENT, SET_UP, &read.raw);
        self.add_into(&mut batch, &owner)?;
        let token = self.begin_session(&mut batch, &owner, visitor, now)?;
        let told =
            entry("member.set_up", &owner, "link", visitor).with("email", owner.email.as_str());
        let committed = self.commit(batch, &own(&owner), told).await;
        committed.map_err(used_meanwhile)?;
        Ok(Entered {
            member: owner.member(),
            token,
        })
    }
}

fn used_meanwhile(error: StoreError) -> MemberError {
    match error {
        StoreError::Conflict => MemberError::LinkEnded,
        other => other.into(),
    }
}
