//! What an AI agent may do, and how: the same for every door that agents come by.
//!
//! - [`Agents`]: find connections, actions and what is known of them; call an action; make a link.
//! - [`Principal`]: who asks, and within which limits: the narrower of key and toolset.
//! - [`toolsets`]: named sets of what an agent may do.
//! - [`arguments`]: from an agent's arguments to a request, checked (pure).
//! - [`answer`]: from a provider's answer to what an agent is told (pure).
//! - [`execute`]: one call: allowed, checked, shown or sent.
//! - [`approvals`]: calls that wait for a person's yes, and are sent once.
//! - [`webhook`]: whoever is told of such calls, and may decide.
//!
//! **Why above passthrough:** an agent's call is a passthrough like any other, so that there is one
//! place where requests are signed (`docs/decisions/agents.md`).
//!
//! **Invariant:** nothing here widens what a key may do, and no secret is in anything that is said.

pub mod answer;
pub mod approvals;
pub mod arguments;
mod call;
mod error;
mod execute;
mod find;
mod principal;
mod record;
pub mod toolsets;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

pub use approvals::{ApprovalView, Verdict};
pub use call::{ActionCall, Outcome};
pub use error::AgentError;
pub use find::{ConnectionFilter, Link};
pub use principal::Principal;
pub use toolsets::{ToolsetChange, Toolsets};
pub use webhook::Webhook;

use crate::access::Access;
use crate::authkit::SignIns;
use crate::catalog::Catalogue;
use crate::crypto::Keyring;
use crate::domain::{ApiKey, Clock, Validation};
use crate::egress::Egress;
use crate::journal::{Audit, Webhooks};
use crate::passthrough::Passthrough;
use crate::store::SharedEngine;
use crate::vault::Vault;
use approvals::Approvals;

/// What the operator decides about agents.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What happens to arguments that do not fit what is known of an action.
    pub validate: Validation,
    /// The longest answer that an agent is given, in bytes.
    pub answer_bytes: usize,
    /// How long a provider may take over a call.
    pub timeout: Duration,
    /// How long a call waits for a person's yes.
    pub approval: Duration,
    /// Who is told of calls that wait.
    pub webhook: Option<Webhook>,
    /// What every URL that is handed out begins with, without a slash at its end.
    pub public_url: String,
}

/// What agents are made of.
pub struct Parts {
    /// The store.
    pub engine: SharedEngine,
    /// What calls that wait are sealed with.
    pub keyring: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The connections.
    pub vault: Arc<Vault>,
    /// The actions.
    pub catalogue: Arc<Catalogue>,
    /// What signs requests.
    pub passthrough: Arc<Passthrough>,
    /// The way out.
    pub egress: Arc<Egress>,
    /// What makes links.
    pub sign_ins: Arc<SignIns>,
    /// The API keys.
    pub access: Arc<Access>,
    /// Where changes are written down.
    pub audit: Arc<Audit>,
    /// Who is told of calls that wait, besides the webhook that may decide.
    pub webhooks: Arc<Webhooks>,
    /// What the operator decides.
    pub settings: Settings,
}

/// What agents may do. Its futures may run on any thread; clones are the same one.
#[derive(Clone)]
pub struct Agents {
    parts: Arc<Parts>,
    /// The toolsets.
    pub toolsets: Arc<Toolsets>,
    approvals: Arc<Approvals>,
}

impl Agents {
    /// From its parts.
    pub fn new(parts: Parts) -> Self {
        let toolsets = Toolsets::new(
            &parts.engine,
            Arc::clone(&parts.catalogue),
            Arc::clone(&parts.clock),
            Arc::clone(&parts.audit),
        );
        let approvals = Approvals::new(
            &parts.engine,
            Arc::clone(&parts.keyring),
            Arc::clone(&parts.clock),
            Arc::clone(&parts.audit),
            Arc::clone(&parts.webhooks),
        );
        Self {
            parts: Arc::new(parts),
            toolsets: Arc::new(toolsets),
            approvals: Arc::new(approvals),
        }
    }

    /// The holder of `key`, through the toolset called `toolset` if one is named.
    ///
    /// # Errors
    /// If there is no such toolset for this key.
    pub fn principal(
        &self,
        key: Arc<ApiKey>,
        toolset: Option<&str>,
    ) -> Result<Principal, AgentError> {
        let toolset = toolset
            .map(|name| self.toolsets.get(&key.scope, name))
            .transpose()?;
        Ok(Principal {
            toolset,
            ..Principal::new(key)
        })
    }
}
