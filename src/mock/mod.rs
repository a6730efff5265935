//! The built-in providers: stand in for every real one during development, so that nothing needs
//! the network.
//!
//! The upstream is served under `/__mock/upstream/{platform}/…` by the same server, knows the
//! catalogue's actions, and wants the credential where the provider wants it. The OAuth 2 provider
//! under `/__mock/oauth/{platform}/…` is where people sign in. What can be asked of them is in
//! `docs/mock.md`.
//!
//! - [`upstream`]: one request, from its arrival to the answer.
//! - [`credential`]: the places where a provider looks for a credential.
//! - [`answer`]: what an action answers (pure).
//! - [`echo`]: what arrived, without its secrets (pure).
//! - [`faults`]: what a request asks to go wrong (pure).
//! - [`body`]: a request's body, held up to a limit.
//! - [`pattern`]: texts with holes, read backwards (pure).
//! - [`provider`]: signing in, and tokens.
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
mod provider;
mod reply;
mod upstream;

use std::collections::BTreeMap;

use actix_web::web;
use url::Url;

use crate::domain::{Connector, FieldKind, Template};

pub use provider::{CLIENT_ID, CLIENT_SECRET, Provider};

/// What stands before the platform in the upstream's addresses.
pub const UPSTREAM: &str = "/__mock/upstream";
/// What stands before the platform in the OAuth 2 provider's addresses.
pub const OAUTH: &str = "/__mock/oauth";
/// What stands before the platform in the addresses by which a test controls the provider.
const ADMIN: &str = "/__mock/admin/oauth";

/// Mounts upstream and provider. The app must have a `web::Data<Catalogue>` and a
/// `web::Data<Provider>`, the same in every worker.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let well_known = "/.well-known/oauth-authorization-server/__mock/oauth/{platform}";
    cfg.service(web::scope(UPSTREAM).default_service(web::to(upstream::serve)))
        .service(web::scope(OAUTH).default_service(web::to(provider::serve)))
        .service(web::scope(ADMIN).default_service(web::to(provider::control)))
        .service(web::resource(well_known).to(provider::well_known));
}

/// Where the requests of `connector` go during development, `own` being this server's address:
/// `{own}/__mock/upstream/{platform}`. None for a connector whose base URL is wholly a field that
/// takes any URL: its requests go where that says.
pub fn upstream_url(own: &Url, connector: &Connector) -> Option<Url> {
    if is_wholly_a_url_field(connector, &connector.base_url) {
        return None;
    }
    own.join(&format!("{UPSTREAM}/{}", connector.platform)).ok()
}

/// Where people sign in to `connector` during development, `own` being this server's address:
/// `{own}/__mock/oauth/{platform}`, which is also the issuer if `own` is the public address. Its
/// endpoints are `authorize`, `token`, `revoke` and `follow-up/{n}` below that. None for a
/// connector that does not speak OAuth 2, or whose token URL is wholly a field that takes any URL.
pub fn oauth_url(own: &Url, connector: &Connector) -> Option<Url> {
    let oauth = connector.oauth.as_ref()?;
    if is_wholly_a_url_field(connector, &oauth.token_url) {
        return None;
    }
    // The public address may have a path.
    let own = own.as_str().trim_end_matches('/');
    Url::parse(&format!("{own}{OAUTH}/{}", connector.platform)).ok()
}

/// What the fields for operators hold during development, since no provider asks: their sample values.
/// None of a connector whose requests go where such a field says.
pub fn settings(connector: &Connector) -> BTreeMap<String, String> {
    let fields = connector.oauth.iter().flat_map(|oauth| &oauth.app_form);
    let wanted = fields.filter(|field| field.required && field.default.is_none());
    match is_wholly_a_url_field(connector, &connector.base_url) {
        true => BTreeMap::new(),
        false => wanted
            .map(|field| (field.name.clone(), field.sample().to_owned()))
            .collect(),
    }
}

fn is_wholly_a_url_field(connector: &Connector, template: &Template) -> bool {
    let written = template.to_string();
    let of_app = connector.oauth.iter().flat_map(|oauth| &oauth.app_form);
    connector.form.iter().chain(of_app).any(|field| {
        field.kind == FieldKind::Url
            && field.pattern.is_none()
            && written == format!("{{{{{}}}}}", field.name)
    })
}

#[cfg(test)]
mod tests;
