//! Who asks for tokens: clients, and how they prove who they are.

use actix_web::http::header::{self, HeaderMap};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::error::Wrong;
use super::names::Names;
use super::params::Params;
use crate::domain::{ClientAuth, OAuth, StandardParam};

/// The client that is always there.
pub const CLIENT_ID: &str = "magpie-dev";
/// Its secret, which is none: it opens nothing but this mock.
pub const CLIENT_SECRET: &str = "magpie-dev-secret";

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its secret; a public client has none.
    pub secret: Option<String>,
    /// Where codes may be sent to, compared byte for byte.
    pub redirect_uris: Vec<String>,
    /// How many seconds its access tokens are good: 0 is for ever.
    pub expires_in: Option<u64>,
}

impl Client {
    /// The client that is always there. Codes go to this server, at `public_url`.
    pub fn built_in(public_url: &str) -> Self {
        let paths = ["/connections/oauth/callback", "/oauth/callback"];
        Self {
            secret: Some(CLIENT_SECRET.to_owned()),
            redirect_uris: paths.map(|path| format!("{public_url}{path}")).to_vec(),
            expires_in: None,
        }
    }
}

/// An id and a secret, as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The client's id.
    pub id: String,
    /// Its secret, where the provider wants one.
    pub secret: Option<String>,
}

/// Finds the client's credentials where this provider wants them, and nowhere else. `omits` are
/// the parameters that this provider does not want to see.
///
/// # Errors
/// If they are not there, or somewhere else too (RFC 6749 section 2.3).
pub fn credentials(
    oauth: &OAuth,
    headers: &HeaderMap,
    params: &Params,
    omits: &[StandardParam],
) -> Result<Credentials, Wrong> {
    let names = Names::of(oauth);
    let (id, secret) = (names.of_param("client_id"), names.of_param("client_secret"));
    let (in_body, secret_in_body) = (params.text(id)?, params.text(secret)?);
    if let ClientAuth::Basic | ClientAuth::BasicRaw = oauth.client_auth {
        let decodes = oauth.client_auth == ClientAuth::Basic;
        let found = basic(headers, decodes)?;
        if secret_in_body.is_some() {
            return Err(two_ways());
        }
        return match in_body.is_none_or(|id| id == found.id) {
            true => Ok(found),
            false => Err(Wrong::client("the header and the body name two clients")),
        };
    }
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(Wrong::client(
            "the client belongs into the body, not into an Authorization header",
        ));
    }
    let missing = |name: &str| Wrong::client(format!("`{name}` is missing from the body"));
    let found = in_body.ok_or_else(|| missing(id))?.to_owned();
    match (oauth.client_auth, secret_in_body) {
        (ClientAuth::None, Some(_)) => Err(Wrong::client(
            "public clients have no secret, so none is to be sent",
        )),
        (ClientAuth::Body, None) if !omits.contains(&StandardParam::ClientSecret) => {
            Err(missing(secret))
        }
        (_, sent) => Ok(Credentials {
            id: found,
            secret: sent.map(str::to_owned),
        }),
    }
}

/// What stands in a Basic header: form-encoded parts (RFC 6749 section 2.3.1), or for providers
/// that do not decode them the parts as they are.
///
/// # Errors
/// If there is none, or it is not of the form.
pub fn basic(headers: &HeaderMap, decodes: bool) -> Result<Credentials, Wrong> {
    let wanted = || Wrong::client("the client belongs into a Basic Authorization header");
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = values.next().and_then(|value| value.to_str().ok());
    if values.next().is_some() {
        return Err(two_ways());
    }
    let (scheme, pair) = value
        .and_then(|value| value.split_once(' '))
        .ok_or_else(wanted)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wanted());
    }
    let pair = STANDARD.decode(pair).ok().map(String::from_utf8);
    let Some(Ok(pair)) = pair else {
        return Err(Wrong::client("the Basic header is no base64 of UTF-8"));
    };
    let (id, secret) = pair
        .split_once(':')
        .ok_or_else(|| Wrong::client("there is no colon between id and secret"))?;
    let read = |text: &str| match decodes {
        false => Ok(text.to_owned()),
        true => form_decoded(text)
            .ok_or_else(|| Wrong::client("id and secret are not form-encoded before base64")),
    };
    Ok(Credentials {
        id: read(id)?,
        secret: Some(read(secret)?),
    })
}

fn two_ways() -> Wrong {
    Wrong::request("the client says in more than one way who it is")
}

fn form_decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests;
