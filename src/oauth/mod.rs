//! OAuth 2 as a client speaks it, without storage.
//!
//! - [`authorize`]: where a person is sent to sign in (pure).
//! - [`pkce`]: the proof that who redeems a code is who asked for it (RFC 7636).
//! - [`request`]: what is sent to a token endpoint (pure).
//! - [`answer`]: what came back, and what went wrong (pure).
//! - [`assertion`]: what a service account exchanges (RFC 7523).
//! - [`client`]: sends requests and follow-ups.
//! - [`revoke`]: gives tokens back (RFC 7009).
//! - [`vector`]: a descriptor's own test.
//!
//! **Invariant:** how providers differ comes in as [`OAuth`](crate::domain::OAuth), which a
//! descriptor says; nothing here knows a provider.

pub mod answer;
pub mod assertion;
pub mod authorize;
pub mod client;
mod endpoints;
pub mod pkce;
pub mod request;
pub mod revoke;
pub mod vector;

pub use answer::{TokenError, Tokens};
pub use client::{Granted, OAuthClient};
pub use endpoints::{Endpoints, Override, Overrides};
pub use request::{ClientPair, GrantRequest};
