//! Why an agent's wish was not done, in words that tell it what to change.

use crate::egress::EgressError;
use crate::passthrough::PassthroughError;
use crate::store::StoreError;
use crate::vault::VaultError;

/// Why an agent's wish was not done. By what the agent can do next.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Call again with other arguments: one sentence for each thing that is wrong.
    #[error("{}", .0.join("\n"))]
    Invalid(Vec<String>),
    /// Look for another one: it is not there, or not for this agent.
    #[error("{0}")]
    NotFound(String),
    /// Do something else: this key or toolset may not.
    #[error("{0}")]
    NotAllowed(String),
    /// Look again: it is in another state by now.
    #[error("{0}")]
    Conflict(String),
    /// The connection cannot be used as it is.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The request could not be made, or not be sent.
    #[error(transparent)]
    Passthrough(#[from] PassthroughError),
    /// The provider, or whoever decides, could not be reached.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AgentError {
    /// One thing that is wrong with the arguments.
    pub fn invalid(what: impl Into<String>) -> Self {
        Self::Invalid(vec![what.into()])
    }

    /// Something that is not there.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound(what.into())
    }

    /// What may be written down for others to read: of our own store's failures nothing.
    pub fn told(&self) -> String {
        match self {
            Self::Store(_)
            | Self::Vault(VaultError::Store(_))
            | Self::Passthrough(PassthroughError::Vault(VaultError::Store(_))) => {
                "something went wrong on this server; its log says what".to_owned()
            }
            other => other.to_string(),
        }
    }

    /// Something that may not be done.
    pub fn not_allowed(what: impl Into<String>) -> Self {
        Self::NotAllowed(what.into())
    }
}
