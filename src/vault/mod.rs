//! Connections and what is behind them.
//!
//! - [`Vault`]: make, find, list, change and remove connections.
//! - [`authorize`]: a person's sign-in: where it leads, and what its code brings.
//! - [`connect`]: from what a person entered, or a sign-in brought, to a connection.
//! - [`ready`]: a connection whose token is good for the next request.
//! - [`material`]: what a connection is made of: what was entered, and the tokens that it brought.
//! - [`refresh`]: tokens that stay good by themselves: one redeem at a time for a connection.
//! - [`revocation`]: tokens of connections that are gone, given back to the provider.
//! - [`integrations`]: which connectors people can connect to, and with whose OAuth app.
//! - [`form`]: what a person entered, checked against the connector's form.
//! - [`sign`]: what a request carries so that the provider knows whose it is.
//! - [`live`]: a connection ready to be used, kept in memory with its secrets still sealed.
//! - [`check`]: whether the provider accepts a credential.
//! - [`survey`]: how many connections there are in which state, and what needs attention.
//! - [`keys`]: the data keys, from the store into the keyring.

mod authorize;
mod check;
mod connect;
mod connections;
mod error;
mod events;
pub mod form;
mod input;
mod integrations;
pub mod keys;
mod list;
mod live;
mod material;
mod ready;
mod records;
mod refresh;
mod revocation;
mod sealed;
mod sign;
mod survey;

pub use authorize::Authorizing;
pub use connect::{NewConnection, Owner};
pub use connections::{Change, Parts, Vault};
pub use error::VaultError;
pub use input::{checked_name, checked_tags};
pub use integrations::{App, Defaults, IntegrationChange, Integrations};
pub use list::{Field, Filter, Listed, Order};
pub use live::{Live, Overrides};
pub use material::Material;
pub use refresh::Outcome;
pub use revocation::Revoked;
pub use sign::{SignError, Signature, sign};
pub use survey::{Survey, Unready};
