//! Coming in from the organisation's own provider.

use super::links::invited;
use super::sign_in::Entered;
use super::told::{entry, own};
use super::{MemberError, Members, Visitor};
use crate::access::oidc::Person;
use crate::config::OidcSettings;
use crate::domain::{Email, person_name};
use crate::store::Batch;

impl Members {
    /// Signs in whom the provider knows, if that is a member, or may become one. No code is asked
    /// for: how sure it is of somebody is the provider's concern.
    pub async fn enter_from_elsewhere(
        &self,
        person: &Person,
        terms: &OidcSettings,
        visitor: &Visitor,
    ) -> Result<Entered, MemberError> {
        let email = person.email.as_deref().and_then(|text| text.parse().ok());
        let email: Email = email.ok_or(MemberError::NotAllowed(
            "the provider does not say that an email address is this person's",
        ))?;
        let domains = &terms.allowed_domains;
        if !domains.is_empty() && !domains.iter().any(|domain| domain == email.domain()) {
            return Err(MemberError::NotAllowed(
                "addresses of this domain do not come in this way",
            ));
        }
        let now = self.clock.now();
        let _turn = self.changing.lock().await;
        if self.is_empty()? {
            return Err(MemberError::NotAllowed(
                "the first administrator is made with the set-up link",
            ));
        }
        let read = self.of_email(&email)?;
        let mut member = match (&read, terms.default_role) {
            (Some(read), _) => read.value.clone(),
            (None, Some(role)) => invited(email, role, now),
            (None, None) => {
                return Err(MemberError::NotAllowed(
                    "nobody with this address is a member; an Admin can invite them",
                ));
            }
        };
        // An address may be given to somebody else; the subject is not (Core section 5.7).
        if member
            .subject
            .as_ref()
            .is_some_and(|known| *known != person.subject)
        {
            return Err(MemberError::NotAllowed(
                "this address was somebody else's at the provider before; remove that member first",
            ));
        }
        let what = match member.member().is_active() {
            true => "member.signed_in",
            false => "member.joined",
        };
        let is_first = member.subject.is_none();
        if !member.member().is_active() {
            let name = person.name.as_deref().and_then(person_name);
            member.name = name.unwrap_or(member.name);
        }
        member.subject = Some(person.subject.clone());
        (member.link, member.last_signed_in_at) = (None, Some(now));
        member.is_owner = member.is_owner || self.would_own(&member)?;
        let mut batch = Batch::default();
        let token = self.begin_session(&mut batch, &member, visitor, now)?;
        let mut told = entry(what, &member, "provider", visitor);
        if is_first {
            told = told
                .with("isFirst", true)
                .with("email", member.email.as_str())
                .with("role", member.role.as_str());
        }
        let by = own(&member);
        match read {
            Some(read) => self.replace(&read.raw, &member, batch, &by, told).await?,
            None => {
                self.add_into(&mut batch, &member)?;
                self.commit(batch, &by, told).await?;
            }
        }
        Ok(Entered {
            member: member.member(),
            token,
        })
    }
}
