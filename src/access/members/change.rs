//! What members change about themselves, and admins about members.

use super::links::named;
use super::records::{Stored, StoredTotp};
use super::told::{deed, own};
use super::totp::{SECRET_BYTES, accepted, uri};
use super::{MemberError, Members, Visitor, password};
use crate::crypto::{base32, random_bytes};
use crate::domain::{Actor, Member, MemberId, Role, Secret};
use crate::journal::Deed;
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
            let before = std::mem::replace(&mut member.name, name);
            let after = member.name.as_str();
            let told = deed("member.renamed", member).with("before", before);
            Ok(Some(told.with("after", after)))
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
            Ok(Some(deed("member.password_changed", member)))
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
                // Nothing has happened yet.
                Ok(None)
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
            Ok(Some(deed("member.second_factor_on", member)))
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
            let was_on = member.totp.is_some();
            (member.totp, member.pending_totp) = (None, None);
            Ok(was_on.then(|| deed("member.second_factor_off", member)))
        })
        .await
        .map(drop)
    }

    /// Gives a member another role. All of that member's sessions end.
    ///
    /// `by` is who asks; nobody for the command line, which may do everything. `actor` is the same
    /// for the audit log.
    pub async fn change_role(
        &self,
        by: Option<MemberId>,
        id: MemberId,
        role: Role,
        actor: &Actor,
    ) -> Result<Member, MemberError> {
        let _turn = self.changing.lock().await;
        let read = self.read(id)?;
        if read.value.role == role {
            return Ok(read.value.member());
        }
        let mut batch = Batch::default();
        let mut changed = read.value.clone();
        let mut told = deed("member.role_changed", &changed)
            .with("before", read.value.role.as_str())
            .with("after", role.as_str());
        if read.value.role == Role::Admin {
            let heir = self.let_admin_go_into(&mut batch, by, &read.value)?;
            told = with_heir(told, heir);
            changed.is_owner = false;
        }
        changed.role = role;
        changed.generation += 1;
        self.replace(&read.raw, &changed, batch, actor, told)
            .await?;
        Ok(changed.member())
    }

    /// Removes a member. All of that member's sessions end; keys that the member made stay.
    pub async fn remove(
        &self,
        by: Option<MemberId>,
        id: MemberId,
        actor: &Actor,
    ) -> Result<Member, MemberError> {
        let _turn = self.changing.lock().await;
        let read = self.read(id)?;
        let mut batch = Batch::default();
        let mut told = deed("member.removed", &read.value)
            .with("email", read.value.email.as_str())
            .with("role", read.value.role.as_str());
        if read.value.role == Role::Admin {
            let heir = self.let_admin_go_into(&mut batch, by, &read.value)?;
            told = with_heir(told, heir);
        }
        let (text, email) = (id.to_string(), read.value.email.as_str().as_bytes());
        self.by_email
            .release_into(&mut batch, NO_ENVIRONMENT, &[email], &text);
        self.members
            .delete_read_into(&mut batch, NO_ENVIRONMENT, &text, &read.raw);
        self.commit(batch, actor, told).await?;
        Ok(read.value.member())
    }

    /// Whether an admin may go; if it is the owner, the longest-serving other admin becomes it, and
    /// is given.
    fn let_admin_go_into(
        &self,
        batch: &mut Batch,
        by: Option<MemberId>,
        leaving: &Stored,
    ) -> Result<Option<MemberId>, MemberError> {
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
            None if !leaving.member().is_active() => return Ok(None),
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
            return Ok(Some(heir.id));
        }
        Ok(None)
    }

    /// Changes a member, by that one's own hand; `how` gives what the audit log is told, if anything.
    async fn change(
        &self,
        id: MemberId,
        how: impl FnOnce(&mut Stored) -> Result<Option<Deed>, MemberError>,
    ) -> Result<Member, MemberError> {
        let _turn = self.changing.lock().await;
        let read = self.read(id)?;
        let mut member = read.value;
        let told = how(&mut member)?;
        let batch = Batch::default();
        match told {
            Some(told) => {
                let by = own(&member);
                self.replace(&read.raw, &member, batch, &by, told).await?;
            }
            None => {
                let batch = self.replaced(&read.raw, &member, batch)?;
                self.engine.commit(batch).await?;
            }
        }
        Ok(member.member())
    }

    /// Replaces the record that was read as `raw`, together with what `batch` holds already, and tells
    /// that `by` did `deed`.
    pub(super) async fn replace(
        &self,
        raw: &[u8],
        member: &Stored,
        batch: Batch,
        by: &Actor,
        deed: Deed,
    ) -> Result<(), MemberError> {
        let batch = self.replaced(raw, member, batch)?;
        Ok(self.commit(batch, by, deed).await?)
    }

    fn replaced(
        &self,
        raw: &[u8],
        member: &Stored,
        mut batch: Batch,
    ) -> Result<Batch, MemberError> {
        let id = member.id.to_string();
        self.members
            .replace_into(&mut batch, NO_ENVIRONMENT, &id, raw, member)?;
        Ok(batch)
    }
}

/// Who owns the place from now on, if that is somebody else.
fn with_heir(told: Deed, heir: Option<MemberId>) -> Deed {
    match heir {
        Some(heir) => told.with("newOwner", heir.to_string()),
        None => told,
    }
}
