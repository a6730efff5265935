//! One request to the provider, from its arrival to the endpoint it is for.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};

use super::call::Call;
use super::fault::{Place, suffered};
use super::journal::{Entry, named_client, shown};
use super::names::Names;
use super::params::Params;
use super::{Provider, authorize, follow_up, metadata, register, revoke, token};
use crate::catalog::Catalogue;
use crate::mock::OAUTH;
use crate::mock::body::Body;
use crate::mock::reply::{said, stamped};

/// Where the metadata of an issuer with a path stands (RFC 8414 section 3.1).
const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// What can be asked of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The consent page.
    Authorize,
    /// Tokens.
    Token,
    /// The end of tokens.
    Revoke,
    /// What a token is worth.
    Introspect,
    /// Whose a token is.
    UserInfo,
    /// What the provider says about itself.
    Metadata,
    /// The same, with what OpenID Connect wants.
    OpenId,
    /// Its keys.
    Keys,
    /// New clients.
    Register,
    /// What follows a sign-in, by number.
    FollowUp(usize),
}

impl Endpoint {
    fn at(path: &str) -> Option<Self> {
        match path {
            "authorize" => Some(Self::Authorize),
            "token" => Some(Self::Token),
            "revoke" => Some(Self::Revoke),
            "introspect" => Some(Self::Introspect),
            "userinfo" => Some(Self::UserInfo),
            ".well-known/oauth-authorization-server" => Some(Self::Metadata),
            ".well-known/openid-configuration" => Some(Self::OpenId),
            "jwks" => Some(Self::Keys),
            "register" => Some(Self::Register),
            _ => {
                let number = path.strip_prefix("follow-up/")?.parse().ok()?;
                Some(Self::FollowUp(number))
            }
        }
    }

    /// The methods that it takes; any, if none are named.
    fn methods(self) -> &'static [Method] {
        match self {
            Self::Authorize => &[Method::GET, Method::POST],
            Self::Token | Self::Introspect | Self::Register => &[Method::POST],
            Self::UserInfo => &[Method::GET, Method::POST],
            Self::Metadata | Self::OpenId | Self::Keys => &[Method::GET],
            // GitHub's way to revoke, for one, is a DELETE.
            Self::Revoke => &[Method::POST, Method::DELETE],
            // The catalogue knows which.
            Self::FollowUp(_) => &[],
        }
    }
}

/// `/__mock/oauth/{platform}/{endpoint}`: answers as the provider would.
pub async fn serve(
    request: HttpRequest,
    payload: web::Payload,
    provider: web::Data<Provider>,
    catalogue: web::Data<Catalogue>,
) -> HttpResponse {
    let behind = request.path().strip_prefix(OAUTH).unwrap_or_default();
    let behind = behind.trim_start_matches('/').to_owned();
    let (platform, endpoint) = behind.split_once('/').unwrap_or((&behind, ""));
    let response = respond(&request, payload, &provider, &catalogue, platform, endpoint);
    stamped(response.await)
}

/// `/.well-known/oauth-authorization-server/__mock/oauth/{platform}`: the issuer's metadata.
pub async fn well_known(
    request: HttpRequest,
    payload: web::Payload,
    provider: web::Data<Provider>,
    catalogue: web::Data<Catalogue>,
    platform: web::Path<String>,
) -> HttpResponse {
    let endpoint = WELL_KNOWN.trim_start_matches('/');
    let response = respond(
        &request, payload, &provider, &catalogue, &platform, endpoint,
    );
    stamped(response.await)
}

async fn respond(
    request: &HttpRequest,
    payload: web::Payload,
    provider: &Provider,
    catalogue: &Catalogue,
    platform: &str,
    endpoint: &str,
) -> HttpResponse {
    let Ok(body) = Body::read(payload).await else {
        return said(StatusCode::BAD_REQUEST, "the body did not arrive whole");
    };
    let connector = catalogue.now().connector(platform).map(Arc::clone);
    let spoken = connector.and_then(|connector| {
        let oauth = connector.oauth.clone()?;
        Some((connector, oauth))
    });
    let Some((connector, oauth)) = spoken else {
        let message = "the catalogue has no platform of that name which speaks OAuth 2";
        return said(StatusCode::NOT_FOUND, message);
    };
    let name = endpoint;
    let Some(endpoint) = Endpoint::at(name) else {
        return said(StatusCode::NOT_FOUND, "the provider has no such endpoint");
    };
    let methods = endpoint.methods();
    if !methods.is_empty() && !methods.contains(request.method()) {
        return not_allowed(methods);
    }
    let call = Call {
        request,
        body,
        provider,
        connector,
        oauth,
    };
    let entry = entry(&call, name);
    let grant = entry.grant.clone();
    let number = provider.state().journal.begin(entry);
    let fault = Place::of(endpoint)
        .and_then(|place| provider.take_fault(call.platform(), place, grant.as_deref()));
    let response = match fault {
        Some(fault) => suffered(&call, &fault, || answered(&call, endpoint)).await,
        None => answered(&call, endpoint),
    };
    provider.state().journal.finish(number, &response);
    response
}

/// The request, for the journal.
fn entry(call: &Call<'_>, endpoint: &str) -> Entry {
    let params = match call.any_params() {
        Some((_, params)) => params,
        None => Params::urlencoded(call.query().as_bytes()),
    };
    let grant = Names::of(&call.oauth).of_param("grant_type");
    Entry {
        platform: call.platform().to_owned(),
        time: call.provider.now(),
        endpoint: endpoint.to_owned(),
        method: call.request.method().to_string(),
        grant: params.text(grant).ok().flatten().map(str::to_owned),
        client: named_client(&call.oauth, &params, call.headers()),
        sent: shown(&call.oauth, &params, call.headers()),
        status: None,
        outcome: "pending".to_owned(),
        fault: None,
        gave: BTreeMap::new(),
    }
}

fn answered(call: &Call<'_>, endpoint: Endpoint) -> HttpResponse {
    match endpoint {
        Endpoint::Authorize if call.request.method() == Method::GET => authorize::ask(call),
        Endpoint::Authorize => authorize::answer(call),
        Endpoint::Token => token::token(call),
        Endpoint::Revoke => revoke::revoke(call),
        Endpoint::Introspect => metadata::introspect(call),
        Endpoint::UserInfo => metadata::user_info(call),
        Endpoint::Metadata => metadata::metadata(call, false),
        Endpoint::OpenId => metadata::metadata(call, true),
        Endpoint::Keys => metadata::keys(),
        Endpoint::Register => register::register(call),
        Endpoint::FollowUp(number) => follow_up::follow_up(call, number),
    }
}

fn not_allowed(methods: &[Method]) -> HttpResponse {
    let allowed: Vec<&str> = methods.iter().map(Method::as_str).collect();
    let mut response = said(
        StatusCode::METHOD_NOT_ALLOWED,
        "the endpoint does not take this method",
    );
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
