//! Our own API, for the admin pages and the command line. It has no quirks.

pub mod audit;
mod browser;
pub mod connections;
pub mod keys;
pub mod logs;
pub mod me;
pub mod members;
pub mod oidc;
pub mod overview;
pub mod session;
pub mod settings;
pub mod setup;
pub mod webhooks;
