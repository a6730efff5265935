//! Signing in, by password and, where one is set up, a second factor.

use super::records::Stored;
use super::told::{entry, own};
use super::{MemberError, Members, Visitor};
use crate::domain::{Email, Member, Secret, Timestamp};
use crate::store::{Batch, NO_ENVIRONMENT, Versioned};

/// What somebody who signs in says.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who it is meant to be.
    pub email: Email,
    /// The proof.
    pub password: Secret<String>,
    /// The second proof.
    pub code: Option<Secret<String>>,
}

/// Somebody who came in.
#[derive(Debug)]
pub struct Entered {
    /// Who.
    pub member: Member,
    /// The new session's token: for the cookie, and nowhere else.
    pub token: Secret<String>,
}

impl Members {
    /// Signs somebody in. An unknown address takes as much work, and is answered as, a wrong password.
    pub async fn sign_in(&self, asked: SignIn, visitor: &Visitor) -> Result<Entered, MemberError> {
        let now = self.clock.now();
        let is_last = self
            .attempts
            .begin(&asked.email, &visitor.address, now)
            .map_err(MemberError::TooMany)?;
        let entered = self.try_to_enter(&asked, visitor, now).await;
        match &entered {
            Ok(_) => self.attempts.succeed(&asked.email, &visitor.address),
            // Neither a guess that failed: the one is half a sign-in, the others are ours.
            Err(MemberError::CodeRequired | MemberError::Busy | MemberError::Store(_)) => {
                self.attempts.take_back(&asked.email, &visitor.address);
            }
            Err(_) if is_last => {
                if let Some(member) = self.of_email(&asked.email)? {
                    self.tell_of_lock(&member.value, visitor);
                }
            }
            Err(_) => {}
        }
        entered
    }

    async fn try_to_enter(
        &self,
        asked: &SignIn,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<Entered, MemberError> {
        let found = self.of_email(&asked.email)?.map(|read| read.value);
        let kept = found.as_ref().and_then(|member| member.password.as_ref());
        if !self.hasher.is_right(&asked.password, kept).await? {
            return Err(MemberError::Wrong);
        }
        let checked = found.ok_or(MemberError::Wrong)?;
        let _turn = self.changing.lock().await;
        let read = self.unchanged(&checked)?;
        let mut member = read.value;
        if let Some(totp) = &member.totp {
            let code = asked.code.as_ref().ok_or(MemberError::CodeRequired)?;
            member.totp = Some(self.spend(member.id, totp, code.expose(), now)?);
        }
        member.last_signed_in_at = Some(now);
        let mut batch = Batch::default();
        let token = self.begin_session(&mut batch, &member, visitor, now)?;
        let told = entry("member.signed_in", &member, "password", visitor);
        self.replace(&read.raw, &member, batch, &own(&member), told)
            .await?;
        Ok(Entered {
            member: member.member(),
            token,
        })
    }

    /// The record by now, if its password is still the one that was checked.
    fn unchanged(&self, checked: &Stored) -> Result<Versioned<Stored>, MemberError> {
        let id = checked.id.to_string();
        let read = self.members.get_raw(NO_ENVIRONMENT, &id)?;
        read.filter(|read| read.value.generation == checked.generation)
            .ok_or(MemberError::Wrong)
    }

    /// Whether `password` is that of `member`, for what asks for it once more. Counts as an attempt.
    pub(super) async fn confirm(
        &self,
        member: &Stored,
        password: &Secret<String>,
        visitor: &Visitor,
    ) -> Result<(), MemberError> {
        let now = self.clock.now();
        let is_last = self
            .attempts
            .begin(&member.email, &visitor.address, now)
            .map_err(MemberError::TooMany)?;
        match self
            .hasher
            .is_right(password, member.password.as_ref())
            .await
        {
            Ok(false) => {
                if is_last {
                    self.tell_of_lock(member, visitor);
                }
                Err(MemberError::Invalid("the password is not right".to_owned()))
            }
            other => {
                self.attempts.take_back(&member.email, &visitor.address);
                other.map(drop)
            }
        }
    }
}
