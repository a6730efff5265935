//! Connections and what is behind them.
//!
//! - [`Vault`]: make, find, list, change and remove connections.
//! - [`form`]: what a person entered, checked against the connector's form.
//! - [`sign`]: what a request carries so that the provider knows whose it is.
//! - [`live`]: a connection ready to be used, kept in memory with its secrets still sealed.
//! - [`check`]: whether the provider accepts a credential.
//! - [`keys`]: the data keys, from the store into the keyring.

mod check;
mod connections;
mod error;
pub mod form;
mod input;
pub mod keys;
mod list;
mod live;
mod records;
mod sign;

pub use connections::{Change, NewConnection, Vault};
pub use error::VaultError;
pub use list::{Filter, Listed};
pub use live::{Live, Overrides};
pub use sign::{SignError, Signature, sign};
