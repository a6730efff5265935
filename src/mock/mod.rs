//! The built-in upstream: stands in for every provider during development, so that nothing needs
//! the network.
//!
//! It is served under `/__mock/upstream/{platform}/…` by the same server, knows the catalogue's
//! actions, and wants the credential where the provider wants it. What can be asked of it is in
//! `docs/mock.md`.
//!
//! - [`upstream`]: one request, from its arrival to the answer.
//! - [`credential`]: the places where a provider looks for a credential.
//! - [`answer`]: what an action answers (pure).
//! - [`echo`]: what arrived, without its secrets (pure).
//! - [`faults`]: what a request asks to go wrong (pure).
//! - [`body`]: a request's body, held up to a limit.
//! - [`pattern`]: texts with holes, read backwards (pure).
//! - [`reply`]: the answers that are not an action's.
//!
//! **Architecture Invariant:** whatever the mock learns, an outsider could learn from the request
//! and the catalogue. No other part of the program asks whether it is talking to the mock.

mod answer;
mod body;
mod credential;
mod echo;
mod faults;
mod pattern;
mod reply;
mod upstream;

use actix_web::web;
use url::Url;

use crate::domain::Connector;

/// What stands before the platform in the mock's addresses.
pub const UPSTREAM: &str = "/__mock/upstream";

/// Mounts the upstream. The app must have a `web::Data<Catalogue>`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::scope(UPSTREAM).default_service(web::to(upstream::serve)));
}

/// Where the requests of `connector` go during development, `own` being this server's address:
/// `{own}/__mock/upstream/{platform}`. None for a connector whose base URL is wholly a form field:
/// its requests go where that says.
pub fn upstream_url(own: &Url, connector: &Connector) -> Option<Url> {
    let written = connector.base_url.to_string();
    let is_wholly_a_field = connector
        .base_url
        .fields()
        .any(|name| written == format!("{{{{{name}}}}}"));
    if is_wholly_a_field {
        return None;
    }
    own.join(&format!("{UPSTREAM}/{}", connector.platform)).ok()
}

/// What stands before the platform in the addresses of the mock's authorization servers.
pub const OAUTH: &str = "/__mock/oauth";
/// The OAuth app that every built-in provider knows.
pub const CLIENT_ID: &str = "magpie-dev";
/// Its secret.
pub const CLIENT_SECRET: &str = "magpie-dev-secret";

/// Where the OAuth requests of `connector` go during development.
pub fn oauth_url(own: &Url, connector: &Connector) -> Option<Url> {
    upstream_url(own, connector)?;
    own.join(&format!("{OAUTH}/{}", connector.platform)).ok()
}

#[cfg(test)]
mod tests;
