//! The end user's side: a person connects an account, and the application gets a connection.
//!
//! - [`session`]: the sealed token that lets a person's browser act for one identity, for minutes.
//! - [`flows`]: sign-ins under way: who began them, in which browser, and what became of them.
//! - [`callback`]: what a provider sends somebody back with, and where that leads (pure).
//! - [`sign_in`]: from "Connect" to the stored connection.
//! - [`links`]: a session as an address that can be sent.

pub mod callback;
pub mod flows;
pub mod links;
pub mod session;
pub mod sign_in;

use std::time::Duration;

use crate::config::Origins;

pub use callback::{Callback, Landing};
pub use flows::{FlowId, FlowState};
pub use links::{Link, NewLink};
pub use session::{Kind, NewSession, Session, SessionError, Sessions};
pub use sign_in::{Asked, SignIns};

/// What the operator decides about AuthKit.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a session is good.
    pub session: Duration,
    /// How long a link is good, unless asked otherwise.
    pub link: Duration,
    /// The origins that may embed the modal; any if empty.
    pub allowed_origins: Origins,
    /// Our own, which may always: the admin pages embed it too.
    pub own_origin: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session: Duration::from_secs(15 * 60),
            link: Duration::from_secs(24 * 60 * 60),
            allowed_origins: Origins::default(),
            own_origin: None,
        }
    }
}
