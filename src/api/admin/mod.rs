//! Our own API, for the command line and, later, the admin UI. It has no quirks.

pub mod audit;
pub mod connections;
pub mod keys;
pub mod settings;
pub mod webhooks;
