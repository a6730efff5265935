//! One request to the provider, from its arrival to the endpoint it is for.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::Wrong;
use super::params::Params;
use super::{Provider, authorize, follow_up, revoke, token};
use crate::catalog::Catalogue;
use crate::domain::{Connector, Encoding, OAuth};
use crate::mock::OAUTH;
use crate::mock::body::Body;
use crate::mock::reply::{said, stamped};

/// Where the metadata of an issuer with a path stands (RFC 8414 section 3.1).
const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// A request that has arrived, body and all.
pub struct Call<'r> {
    /// Its head.
    pub request: &'r HttpRequest,
    /// Its body.
    pub body: Body,
    /// Who answers.
    pub provider: &'r Provider,
    /// As whom.
    pub connector: Arc<Connector>,
    /// In which dialect.
    pub oauth: Arc<OAuth>,
}

/// What can be asked of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The consent page.
    Authorize,
    /// Tokens.
    Token,
    /// The end of tokens.
    Revoke,
    /// What follows a sign-in, by number.
    FollowUp(usize),
}

impl Endpoint {
    fn at(path: &str) -> Option<Self> {
        match path {
            "authorize" => Some(Self::Authorize),
            "token" => Some(Self::Token),
            "revoke" => Some(Self::Revoke),
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
            Self::Token => &[Method::POST],
            // GitHub's way to revoke, for one, is a DELETE.
            Self::Revoke => &[Method::POST, Method::DELETE],
            // The catalogue knows which.
            Self::FollowUp(_) => &[],
        }
    }
}

impl Call<'_> {
    /// The provider's name.
    pub fn platform(&self) -> &str {
        self.connector.platform.as_str()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The query, as it came.
    pub fn query(&self) -> &str {
        self.request.uri().query().unwrap_or_default()
    }

    /// The parameters in the body, which must be written as `encoding` says.
    pub fn params(&self, encoding: Encoding) -> Result<Params, Wrong> {
        let (written, params) = self.any_params().ok_or_else(|| {
            Wrong::request("the body is not of the form that its content type says")
        })?;
        match written == encoding {
            true => Ok(params),
            false => Err(Wrong::request(match encoding {
                Encoding::Form => "the body must be application/x-www-form-urlencoded",
                Encoding::Json => "the body must be application/json",
                Encoding::Multipart => "the body must be multipart/form-data",
            })),
        }
    }

    /// The parameters in the body, however they are written.
    pub fn any_params(&self) -> Option<(Encoding, Params)> {
        let content_type = self.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
        let (media_type, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
        let body = self.body.held.as_deref()?;
        match media_type.trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Some((Encoding::Form, Params::urlencoded(body))),
            "application/json" => Some((Encoding::Json, Params::json(body)?)),
            "multipart/form-data" => {
                let boundary = rest.trim().strip_prefix("boundary=")?.trim_matches('"');
                Some((Encoding::Multipart, Params::multipart(boundary, body)?))
            }
            _ => None,
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
    let Some(endpoint) = Endpoint::at(endpoint) else {
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
    answered(&call, endpoint)
}

fn answered(call: &Call<'_>, endpoint: Endpoint) -> HttpResponse {
    match endpoint {
        Endpoint::Authorize if call.request.method() == Method::GET => authorize::ask(call),
        Endpoint::Authorize => authorize::answer(call),
        Endpoint::Token => token::token(call),
        Endpoint::Revoke => revoke::revoke(call),
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
