//! What an authorization request asks for (RFC 6749 section 4.1.1), checked (pure).

use super::client::Client;
use super::error::Wrong;
use super::names::Names;
use super::params::Params;
use super::redirect::Redirect;
use crate::domain::OAuth;

/// An S256 challenge is a SHA-256 in base64url: always so many characters (RFC 7636 section 4.2).
const CHALLENGE: usize = 43;
/// The longest error code that can be asked for.
const LONGEST_CODE: usize = 64;

/// A request that can be put before a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The client.
    pub client: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Given back as it came, whatever it is.
    pub state: Option<Vec<u8>>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The S256 challenge.
    pub challenge: Option<String>,
    /// How many seconds access tokens are to be good: 0 is for ever (`mock_expires_in`).
    pub expires_in: Option<u64>,
    /// Who is to be signed in (`mock_account`).
    pub account: Option<String>,
    /// What to answer without asking anybody (`mock_auto`).
    pub auto: Option<Decision>,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is allowed.
    Approve,
    /// It is not, with this error.
    Refuse(String),
}

/// Why a request cannot be put before anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// Nobody knows where the browser could be sent safely (RFC 6749 section 4.1.2.1).
    Page(String),
    /// The client is told.
    Redirect(Redirect, Wrong),
}

/// Reads a request. `find` knows the clients.
///
/// # Errors
/// If anything about it is not as it must be.
pub fn read(
    oauth: &OAuth,
    params: &Params,
    find: impl FnOnce(&str) -> Option<Client>,
) -> Result<Asked, Unasked> {
    let names = Names::of(oauth);
    let page = |wrong: Wrong| Unasked::Page(wrong.description);
    let client = params.needed(names.of_param("client_id")).map_err(page)?;
    let found = find(client).ok_or_else(|| {
        let message = "There is no such client. The built-in one is `magpie-dev`; others register.";
        Unasked::Page(message.to_owned())
    })?;
    let redirect_uri = params
        .needed(names.of_param("redirect_uri"))
        .map_err(page)?;
    if !found.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        return Err(Unasked::Page(another_redirect(redirect_uri, &found)));
    }
    let state = params.bytes(names.of_param("state"));
    let redirect =
        Redirect::to(redirect_uri).with_some("state", state.as_ref().ok().copied().flatten());
    let asked = state.and_then(|state| {
        let asked = Asked {
            client: client.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            state: state.map(<[u8]>::to_vec),
            scopes: scopes(names, params)?,
            challenge: challenge(oauth, names, params)?,
            expires_in: expires_in(params)?.or(found.expires_in),
            account: account(params)?,
            auto: decision(params)?,
        };
        match params.needed(names.of_param("response_type"))? {
            "code" => Ok(asked),
            _ => Err(Wrong::new(
                "unsupported_response_type",
                "response_type must be `code`",
            )),
        }
    });
    asked.map_err(|wrong| Unasked::Redirect(redirect, wrong))
}

fn another_redirect(given: &str, client: &Client) -> String {
    let known = client.redirect_uris.join("` or `");
    format!("The redirect URI `{given}` is not registered: it must be exactly `{known}`.")
}

fn scopes(names: Names<'_>, params: &Params) -> Result<Vec<String>, Wrong> {
    let text = params.text(names.of_param("scope"))?;
    names
        .scopes(text)
        .map_err(|scope| Wrong::new("invalid_scope", format!("`{scope}` can be no scope")))
}

/// The challenge, needed unless the provider knows nothing of it. Only S256: `plain` protects from
/// nobody who sees the request (RFC 9700 section 2.1.1).
fn challenge(oauth: &OAuth, names: Names<'_>, params: &Params) -> Result<Option<String>, Wrong> {
    let name = names.of_param("code_challenge");
    let method = params.text(names.of_param("code_challenge_method"))?;
    let Some(challenge) = params.text(name)? else {
        return match oauth.pkce {
            true => Err(Wrong::request(format!("`{name}` is missing"))),
            false => Ok(None),
        };
    };
    if method != Some("S256") {
        return Err(Wrong::request("code_challenge_method must be `S256`"));
    }
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match challenge.len() == CHALLENGE && challenge.bytes().all(is_base64url) {
        true => Ok(Some(challenge.to_owned())),
        false => Err(Wrong::request(format!(
            "`{name}` is no SHA-256 in base64url without padding: 43 characters"
        ))),
    }
}

fn expires_in(params: &Params) -> Result<Option<u64>, Wrong> {
    let number = params.text("mock_expires_in")?.map(str::parse).transpose();
    number.map_err(|_| Wrong::request("mock_expires_in must be a number of seconds"))
}

fn account(params: &Params) -> Result<Option<String>, Wrong> {
    let is_address = |text: &&str| {
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        text.len() <= 254 && text.contains('@') && text.bytes().all(plain)
    };
    match params.text("mock_account")? {
        None => Ok(None),
        Some(text) => match Some(text).filter(is_address) {
            Some(address) => Ok(Some(address.to_owned())),
            None => Err(Wrong::request("mock_account must be an e-mail address")),
        },
    }
}

fn decision(params: &Params) -> Result<Option<Decision>, Wrong> {
    let is_code = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        text.len() <= LONGEST_CODE && text.bytes().all(plain)
    };
    match params.text("mock_auto")? {
        None => Ok(None),
        Some("approve") => Ok(Some(Decision::Approve)),
        Some("deny") => Ok(Some(Decision::Refuse("access_denied".to_owned()))),
        Some(code) if is_code(code) => Ok(Some(Decision::Refuse(code.to_owned()))),
        Some(_) => Err(Wrong::request(
            "mock_auto must be `approve`, `deny` or an error code",
        )),
    }
}

#[cfg(test)]
mod tests;
