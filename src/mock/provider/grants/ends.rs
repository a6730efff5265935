//! The end of tokens and grants.

use super::{Access, Grant, Grants, NotGranted, digest};
use crate::domain::Timestamp;

impl Grants {
    /// Ends a token. A refresh token takes its whole grant along (RFC 7009 section 2.1), an access
    /// token only with `whole`. A token that is not known has ended already.
    ///
    /// # Errors
    /// If it was given to another client than `client`.
    pub fn revoke(
        &mut self,
        platform: &str,
        client: Option<&str>,
        token: &str,
        whole: bool,
    ) -> Result<(), NotGranted> {
        let key = digest(token);
        let of_access = self.access.get(&key).map(|token| token.grant);
        let of_refresh = self.refresh.get(&key).map(|token| token.grant);
        let Some(id) = of_access.or(of_refresh) else {
            return Ok(());
        };
        let Some(grant) = self.grants.get(&id) else {
            return Ok(());
        };
        if grant.consent.platform != platform {
            return Ok(());
        }
        if client.is_some_and(|client| client != grant.consent.client) {
            return Err(NotGranted::AnotherClient);
        }
        match self.access.get_mut(&key) {
            Some(access) if !whole => access.is_revoked = true,
            _ => self.end(id),
        }
        Ok(())
    }

    /// Ends every grant of `platform`, as a person does in the provider's settings. Gives how many.
    pub fn revoke_all(&mut self, platform: &str) -> usize {
        let of_platform = |grant: &&mut Grant| grant.consent.platform == platform;
        let live = self.grants.values_mut().filter(of_platform);
        live.filter(|grant| !grant.is_revoked)
            .map(|grant| grant.is_revoked = true)
            .count()
    }

    /// Lets every access token of `platform` expire; grants and refresh tokens stay. Gives how many.
    pub fn expire_all(&mut self, platform: &str, now: Timestamp) -> usize {
        let grants = &self.grants;
        let of_platform = |access: &&mut Access| {
            grants
                .get(&access.grant)
                .is_some_and(|grant| grant.consent.platform == platform)
        };
        let live = self.access.values_mut().filter(of_platform);
        live.filter(|access| access.until.is_none_or(|until| now < until))
            .map(|access| access.until = Some(now))
            .count()
    }
}
