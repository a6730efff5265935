//! What members change about themselves, and admins about members.

use super::links::named;
use super::records::{Stored, StoredTotp};
use super::totp::{SECRET_BYTES, accepted, uri};
use super::{MemberError, Members, Visitor, password};
use crate::crypto::{base32, random_bytes};
use crate::domain::{Member, MemberId, Role, Secret};
use crate::store::{Batch, NO_ENVIRONMENT};

/// A second factor that was begun: for the app, shown once.
#[derive(Debug)]
pub struct NewTotp {
    /// To be typed.
    pub secret: Secret<String>,
    /// To be scanned.
    pub uri: Secret<String>,
}

impl Members {
    /// Gives a member another name.
    pub async fn rename(&self, id: MemberId, name: &str) -> Result<Member, MemberError> {
        let name = named(name)?;
        self.change(id, |member| {
            member.name = name;
            Ok(())
        })
        .await
    }

    /// Sets another password. All of the member's sessions end, this one too.
    pub async fn change_password(
        &self,
        id: MemberId,
        current: &Secret<String>,
        new: &Secret<String>,
        visitor: &Visitor,
    ) -> Result<(), MemberError> {
        let before = self.read(id)?.value;
        self.confirm(&before, current, visitor).await?;
        password::check(new, &before.email, &before.name)?;
        let hash = self.hasher.hash(new).await?;
        self.change(id, |member| {
            if member.generation != before.generation {
                return Err(MemberError::Wrong);
            }
            (member.password, member.link) = (Some(hash), None);
            member.generation += 1;
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Begins a second factor. Nothing is asked for until a code of it has confirmed it.
    pub async fn begin_totp(&self, id: MemberId) -> Result<NewTotp, MemberError> {
        let secret = Secret::new(random_bytes::<SECRET_BYTES>().to_vec());
        let sealed = self.seal_totp(id, secret.expose());
        let member = self
            .change(id, |member| {
                if member.totp.is_some() {
                    return Err(MemberError::NotAllowed(
                        "codes are asked for already; switch that off first",
                    ));
                }
                member.pending_totp = Some(sealed);
                Ok(())
            })
            .await?;
        Ok(NewTotp {
            uri: Secret::new(uri(&member.email, &secret)),
            secret: Secret::new(base32(secret.expose())),
        })
    }

    /// Has codes asked for from now on, once one is right, and gives the recovery codes.
    pub async fn confirm_totp(&self, id: MemberId, code: &str) -> Result<Vec<String>, MemberError> {
        let (shown, kept) = self.recovery_codes();
        let now = self.clock.now();
        self.change(id, |member| {
            let sealed = member.pending_totp.take().ok_or(MemberError::NotAllowed(
                "begin with POST /admin/api/me/totp",
            ))?;
            let secret = self.open_totp(id, &sealed)?;
            let last_step = accepted(secret.expose(), code, None, now).ok_or_else(|| {
                MemberError::Invalid(
                    "the code is not right; enter the one that the app shows now".into(),
                )
            })?;
            member.totp = Some(StoredTotp {
                secret: sealed,
                last_step,
                recovery: kept,
            });
            Ok(())
        })
        .await?;
        Ok(shown)
    }

    /// Has no code asked for any more.
    pub async fn remove_totp(
        &self,
        id: MemberId,
        current: &Secret<String>,
        visitor: &Visitor,
    ) -> Result<(), MemberError> {
        let before = self.read(id)?.value;
        self.confirm(&before, current, visitor).await?;
        self.change(id, |member| {
            (member.totp, member.pending_totp) = (None, None);
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Gives a member another role. All of that member's sessions end.
    ///
    /// `by` is who asks; nobody for the command line, which may do everything.
    pub async fn change_role(
        &self,
        by: Option<MemberId>,
        id: MemberId,
        role: Role,
    ) -> Result<Member, MemberError> {
        let _turn = self.changing.lock().await;
        let read = self.read(id)?;
        if read.value.role == role {
            return Ok(read.value.member());
        }
        let mut batch = Batch::default();
        let mut changed = read.value.clone();
        if read.value.role == Role::Admin {
            self.let_admin_go_into(&mut batch, by, &read.value)?;
            changed.is_owner = false;
        }
        changed.role = role;
        changed.generation += 1;
        self.replace(&read.raw, &changed, batch).await?;
        Ok(changed.member())
    }

    /// Removes a member. All of that member's sessions end; keys that the member made stay.
    pub async fn remove(&self, by: Option<MemberId>, id: MemberId) -> Result<Member, MemberError> {
        let _turn = self.changing.lock().await;
        let read = self.read(id)?;
        let mut batch = Batch::default();
        if read.value.role == Role::Admin {
            self.let_admin_go_into(&mut batch, by, &read.value)?;
        }
        let (text, email) = (id.to_string(), read.value.email.as_str().as_bytes());
        self.by_email
            .release_into(&mut batch, NO_ENVIRONMENT, &[email], &text);
        self.members
            .delete_read_into(&mut batch, NO_ENVIRONMENT, &text, &read.raw);
        self.engine.commit(batch).await?;
        Ok(read.value.member())
    }

    /// Whether an admin may go; if it is the owner, the longest-serving other admin becomes it.
    fn let_admin_go_into(
        &self,
        batch: &mut Batch,
        by: Option<MemberId>,
        leaving: &Stored,
    ) -> Result<(), MemberError> {
        if leaving.is_owner && by.is_some_and(|by| by != leaving.id) {
            return Err(MemberError::NotAllowed(
                "only the owner can give this up, or the command line on the server's own machine",
            ));
        }
        let others = self.all()?.into_iter().filter(|other| {
            other.id != leaving.id && other.role == Role::Admin && other.member().is_active()
        });
        let oldest = others.min_by_key(|other| other.created_at);
        let oldest = match oldest {
            Some(oldest) => oldest,
            // Somebody who never came in can go: nothing is lost.
            None if !leaving.member().is_active() => return Ok(()),
            None => return Err(MemberError::LastAdmin),
        };
        if leaving.is_owner {
            let read = self.read(oldest.id)?;
            let heir = Stored {
                is_owner: true,
                ..read.value
            };
            self.members.replace_into(
                batch,
                NO_ENVIRONMENT,
                &heir.id.to_string(),
                &read.raw,
                &heir,
            )?;
        }
        Ok(())
    }

    async fn change(
        &self,
        id: MemberId,
        how: impl FnOnce(&mut Stored) -> Result<(), MemberError>,
    ) -> Result<Member, MemberError> {
        let _turn = self.changing.lock().await;
        let read = self.read(id)?;
        let mut member = read.value;
        how(&mut member)?;
        self.replace(&read.raw, &member, Batch::default()).await?;
        Ok(member.member())
    }

    /// Replaces the record that was read as `raw`, together with what `batch` holds already.
    pub(super) async fn replace(
        &self,
        raw: &[u8],
        member: &Stored,
        mut batch: Batch,
    ) -> Result<(), MemberError> {
        let id = member.id.to_string();
        self.members
            .replace_into(&mut batch, NO_ENVIRONMENT, &id, raw, member)?;
        self.engine.commit(batch).await?;
        Ok(())
    }
}
