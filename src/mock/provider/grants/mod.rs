//! Codes, tokens and the grants behind them: what was given, and what of it is still good (pure).
//!
//! A grant is one person's consent for one client. Its tokens live and die with it.

mod terms;

use std::time::Duration;

pub use terms::{Consent, Issued, Known, NewCode, NotGranted, Redeemer};

use super::bounded::Bounded;
use crate::crypto::{base62, base64_url, random_bytes, sha256};
use crate::domain::Timestamp;

/// What an access token of the mock begins with.
pub const ACCESS_PREFIX: &str = "mock_at_";
/// What a refresh token of the mock begins with.
pub const REFRESH_PREFIX: &str = "mock_rt_";
/// What a code of the mock begins with.
pub const CODE_PREFIX: &str = "mock_code_";

/// A code is good so long (RFC 6749 section 4.1.2 says ten minutes at the most).
pub const CODE_LIFE: Duration = Duration::from_secs(60);
/// So many of each kind are remembered.
const MOST: usize = 100_000;

/// Secrets are looked up by their SHA-256.
type Digest = [u8; 32];

/// Everything that was given.
#[derive(Debug)]
pub struct Grants {
    codes: Bounded<Digest, Code>,
    grants: Bounded<u64, Grant>,
    access: Bounded<Digest, Access>,
    refresh: Bounded<Digest, Refresh>,
    next: u64,
}

#[derive(Debug)]
struct Code {
    new: NewCode,
    until: Timestamp,
    state: CodeState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CodeState {
    Fresh,
    /// Used, and what it gave.
    Used(Option<u64>),
}

#[derive(Debug)]
struct Grant {
    consent: Consent,
    is_revoked: bool,
}

#[derive(Debug)]
struct Access {
    grant: u64,
    until: Option<Timestamp>,
    is_revoked: bool,
}

#[derive(Debug)]
struct Refresh {
    grant: u64,
    is_used: bool,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            codes: Bounded::new(MOST),
            grants: Bounded::new(MOST),
            access: Bounded::new(MOST),
            refresh: Bounded::new(MOST),
            next: 0,
        }
    }
}

impl Grants {
    /// A code for a consent.
    pub fn code(&mut self, new: NewCode, now: Timestamp) -> String {
        let code = secret(CODE_PREFIX);
        let until = now.plus(CODE_LIFE);
        let state = CodeState::Fresh;
        self.codes.put(digest(&code), Code { new, until, state });
        code
    }

    /// Turns a code into tokens, once. Whatever its own client tries, the code is then used up; a
    /// second time ends what it gave (RFC 6749 section 4.1.2).
    ///
    /// # Errors
    /// If it is not good, or not for this client with these parameters.
    pub fn redeem(
        &mut self,
        code: &str,
        by: Redeemer<'_>,
        now: Timestamp,
    ) -> Result<Issued, NotGranted> {
        let found = self.codes.get_mut(&digest(code));
        let found = found
            .filter(|code| code.new.consent.platform == by.platform)
            .ok_or(NotGranted::Unknown)?;
        if found.new.consent.client != by.client {
            return Err(NotGranted::AnotherClient);
        }
        if let CodeState::Used(gave) = found.state {
            if let Some(grant) = gave {
                self.end(grant);
            }
            return Err(NotGranted::UsedBefore);
        }
        found.state = CodeState::Used(None);
        if now >= found.until {
            return Err(NotGranted::Expired);
        }
        fits(&found.new, by)?;
        let consent = found.new.consent.clone();
        let (grant, issued) = self.begin(consent, by.refreshable, now);
        if let Some(found) = self.codes.get_mut(&digest(code)) {
            found.state = CodeState::Used(Some(grant));
        }
        Ok(issued)
    }

    /// Tokens for a client that acts for itself.
    pub fn directly(&mut self, consent: Consent, now: Timestamp) -> Issued {
        self.begin(consent, false, now).1
    }

    /// New tokens for a refresh token. With `rotates`, the token is then used up, and its second
    /// use ends the grant (RFC 9700 section 4.14.2).
    ///
    /// # Errors
    /// If it is not good, not this client's, or `scopes` are more than were allowed.
    pub fn refresh(
        &mut self,
        token: &str,
        (platform, client): (&str, &str),
        scopes: &[String],
        rotates: bool,
        now: Timestamp,
    ) -> Result<Issued, NotGranted> {
        let found = self.refresh.get(&digest(token));
        let found = found.ok_or(NotGranted::Unknown)?;
        let (id, is_used) = (found.grant, found.is_used);
        let grant = self.grants.get(&id).ok_or(NotGranted::Unknown)?;
        if grant.consent.platform != platform {
            return Err(NotGranted::Unknown);
        }
        if grant.consent.client != client {
            return Err(NotGranted::AnotherClient);
        }
        if grant.is_revoked {
            return Err(NotGranted::Revoked);
        }
        if is_used {
            self.end(id);
            return Err(NotGranted::UsedBefore);
        }
        if !scopes.iter().all(|it| grant.consent.scopes.contains(it)) {
            return Err(NotGranted::MoreThanAllowed);
        }
        let mut consent = grant.consent.clone();
        if !scopes.is_empty() {
            consent.scopes = scopes.to_vec();
        }
        if rotates && let Some(found) = self.refresh.get_mut(&digest(token)) {
            found.is_used = true;
        }
        Ok(self.issue(id, consent, rotates, now))
    }

    /// The token, if it is one of `platform` and good.
    pub fn known(&self, platform: &str, token: &str, now: Timestamp) -> Option<Known> {
        let key = digest(token);
        let (grant, until, is_refresh) = match self.access.get(&key) {
            Some(access) if !access.is_revoked => (access.grant, access.until, false),
            Some(_) => return None,
            None => {
                let refresh = self.refresh.get(&key).filter(|token| !token.is_used)?;
                (refresh.grant, None, true)
            }
        };
        let grant = self.grants.get(&grant)?;
        let is_good = grant.consent.platform == platform
            && !grant.is_revoked
            && until.is_none_or(|until| now < until);
        is_good.then(|| Known {
            consent: grant.consent.clone(),
            until,
            is_refresh,
        })
    }

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

    fn begin(&mut self, consent: Consent, refreshable: bool, now: Timestamp) -> (u64, Issued) {
        self.next += 1;
        let grant = Grant {
            consent: consent.clone(),
            is_revoked: false,
        };
        self.grants.put(self.next, grant);
        (self.next, self.issue(self.next, consent, refreshable, now))
    }

    fn issue(&mut self, grant: u64, consent: Consent, refresh: bool, now: Timestamp) -> Issued {
        let access_token = secret(ACCESS_PREFIX);
        let access = Access {
            grant,
            until: consent.life.map(|life| now.plus(life)),
            is_revoked: false,
        };
        self.access.put(digest(&access_token), access);
        let refresh_token = refresh.then(|| secret(REFRESH_PREFIX));
        if let Some(token) = &refresh_token {
            let is_used = false;
            self.refresh.put(digest(token), Refresh { grant, is_used });
        }
        Issued {
            consent,
            access_token,
            refresh_token,
        }
    }

    fn end(&mut self, grant: u64) {
        if let Some(grant) = self.grants.get_mut(&grant) {
            grant.is_revoked = true;
        }
    }
}

/// Whether a code is redeemed with what it was asked for with.
fn fits(code: &NewCode, by: Redeemer<'_>) -> Result<(), NotGranted> {
    if by.redirect_uri.is_some_and(|uri| uri != code.redirect_uri) {
        return Err(NotGranted::AnotherRedirect);
    }
    match (&code.challenge, by.verifier) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(NotGranted::NoVerifier),
        (None, Some(_)) => Err(NotGranted::NoChallenge),
        (Some(challenge), Some(verifier)) => {
            match base64_url(&sha256(verifier.as_bytes())) == *challenge {
                true => Ok(()),
                false => Err(NotGranted::WrongVerifier),
            }
        }
    }
}

fn digest(secret: &str) -> Digest {
    sha256(secret.as_bytes())
}

/// Something that nobody can guess, and that says where it comes from.
pub fn secret(prefix: &str) -> String {
    format!("{prefix}{}", base62(&random_bytes::<32>(), 43))
}

#[cfg(test)]
mod tests;
