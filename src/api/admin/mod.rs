//! Our own API, for the admin pages and the command line. It has no quirks.

mod browser;
pub mod keys;
pub mod logs;
pub mod me;
pub mod members;
pub mod oidc;
pub mod overview;
pub mod session;
pub mod setup;
