//! What goes into the book of grants, and what comes out.

use std::time::Duration;

use crate::domain::Timestamp;

/// Who allowed what to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// At which provider.
    pub platform: String,
    /// The client.
    pub client: String,
    /// Who allowed it; nobody, where the client acts for itself.
    pub account: Option<String>,
    /// What.
    pub scopes: Vec<String>,
    /// How long an access token is good; for ever, if nothing is said.
    pub life: Option<Duration>,
}

/// A consent that has not become tokens yet.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// What was allowed.
    pub consent: Consent,
    /// Where the code was sent to.
    pub redirect_uri: String,
    /// The S256 challenge (RFC 7636 section 4.2).
    pub challenge: Option<String>,
}

/// Who redeems a code, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Redeemer<'r> {
    /// At which provider.
    pub platform: &'r str,
    /// The client, which has proved who it is.
    pub client: &'r str,
    /// Where it says that the code was sent to; not compared, where the provider does not ask.
    pub redirect_uri: Option<&'r str>,
    /// The verifier of the challenge.
    pub verifier: Option<&'r str>,
    /// Whether a refresh token is given.
    pub refreshable: bool,
}

/// Tokens that were just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// What they stand for.
    pub consent: Consent,
    /// The access token.
    pub access_token: String,
    /// The refresh token, if there is a new one.
    pub refresh_token: Option<String>,
}

/// A token that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it stands for.
    pub consent: Consent,
    /// Until when it is good.
    pub until: Option<Timestamp>,
    /// Whether it is a refresh token.
    pub is_refresh: bool,
}

/// Why a code or a refresh token gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGranted {
    /// It was never given, or has been forgotten.
    #[error("it is not known here")]
    Unknown,
    /// It was given to another client.
    #[error("it was given to another client")]
    AnotherClient,
    /// It is too old.
    #[error("it has expired: a code is good for 60 seconds")]
    Expired,
    /// It was used before, so that what it gave is revoked.
    #[error("it was used before; everything that came of it is revoked")]
    UsedBefore,
    /// The grant has ended.
    #[error("the grant was revoked")]
    Revoked,
    /// `redirect_uri` is not the one of the authorization request.
    #[error("redirect_uri is not the one that the code was sent to")]
    AnotherRedirect,
    /// There was a challenge, and no verifier comes.
    #[error("code_verifier is missing, although there was a code_challenge")]
    NoVerifier,
    /// There was no challenge, and a verifier comes.
    #[error("there is a code_verifier, although there was no code_challenge")]
    NoChallenge,
    /// They do not go together.
    #[error("code_verifier is not the one of the code_challenge")]
    WrongVerifier,
    /// More is asked for than was allowed.
    #[error("a scope was not among those that were allowed")]
    MoreThanAllowed,
}
