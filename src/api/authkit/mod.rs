//! What the modal and the hosted link speak with. Whoever calls here has a session, not a key.

pub mod connections;
pub mod flows;
pub mod redirects;
pub mod session;
