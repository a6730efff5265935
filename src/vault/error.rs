//! Why the vault did not do what it was asked.

use super::sign::SignError;
use crate::crypto::SealError;
use crate::egress::EgressError;
use crate::oauth::TokenError;
use crate::store::StoreError;

/// Why the vault did not do what it was asked. By what the caller can do next.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Not there, or not for this caller.
    #[error("there is no such connection in this environment")]
    NoSuchConnection,
    /// Not in the catalogue, or not for this caller.
    #[error("there is no connector `{0}`; GET /v1/available-connectors lists them")]
    NoSuchConnector(String),
    /// What was sent makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The caller is bound to another identity.
    #[error("this API key is bound to one identity and cannot act for another")]
    OtherIdentity,
    /// The provider does not accept the credential.
    #[error(
        "{connector} does not accept these credentials (it answered {status}); nothing was stored"
    )]
    CredentialsRefused {
        /// The connector's name.
        connector: String,
        /// What it answered.
        status: u16,
    },
    /// The provider could not be asked.
    #[error(transparent)]
    CannotCheck(EgressError),
    /// The provider has refused the connection's token for good.
    #[error("this connection has failed ({reason}); its owner must connect again")]
    MustReconnect {
        /// Why.
        reason: String,
    },
    /// The connection was switched off.
    #[error("this connection is not active; switch it on with PATCH {{\"active\": true}} first")]
    Inactive,
    /// Somebody else changed it since the caller looked.
    #[error(
        "this connection has changed since the `updatedAt` that was sent; look at it again, and decide again"
    )]
    ChangedMeanwhile,
    /// The vault has nothing to get a new token with.
    #[error(
        "this connection has no token that can be refreshed; if it does not work any more, its owner must connect again"
    )]
    NotRefreshable,
    /// The token cannot be refreshed just now.
    #[error("the token of this connection has expired and cannot be refreshed just now: {reason}")]
    TryLater {
        /// Why.
        reason: String,
        /// When it may work, in seconds.
        seconds: u64,
    },
    /// A refresh that was asked for did not get through.
    #[error("the token of this connection could not be refreshed just now: {reason}")]
    NotNow {
        /// Why.
        reason: String,
        /// When it is tried again, in seconds.
        seconds: u64,
    },
    /// The environment has no OAuth app for the connector, or an unfinished one.
    #[error(
        "{connector} has no complete OAuth app in this environment (missing: {missing}); PATCH /v1/integrations/{{platform}} sets it"
    )]
    NoApp {
        /// The connector's name.
        connector: String,
        /// What is missing.
        missing: String,
    },
    /// The provider gave no token.
    #[error("{connector} gave no token: {error}; nothing was stored")]
    NoToken {
        /// The connector's name.
        connector: String,
        /// Why.
        error: TokenError,
    },
    /// Somebody was faster: the link has been used.
    #[error("this link has been used already; ask for a new one")]
    LinkUsed,
    /// The credential does not fit the place where it has to go.
    #[error("a request for this connection cannot be signed: {0}")]
    CannotSign(#[from] SignError),
    /// The secrets do not open.
    #[error("the secrets of this connection cannot be opened: {0}")]
    CannotOpen(SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
