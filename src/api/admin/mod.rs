//! Our own API, for the command line and, later, the admin UI. It has no quirks.

pub mod keys;
pub mod logs;
pub mod overview;
