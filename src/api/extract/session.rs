//! Sessions of people, as a request carries them: a cookie, and two headers that no other page can
//! send.
//!
//! A cookie comes by itself with whatever a browser sends; `x-magpie-csrf` and
//! `x-magpie-environment` do not. Both are asked for on reads too, so that nothing at all can be
//! had by the cookie alone.
//!
//! The built-in administrator of a development server is whoever asks from this very machine, by a
//! name of this very machine (a page that had its own name lead here, by DNS rebinding, comes with
//! that name in `Host`), and with a header that a page of another origin cannot send unasked.

use actix_web::http::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use actix_web::{HttpRequest, web};
use subtle::ConstantTimeEq;
use url::Url;

use super::people::{Asker, Who};
use crate::access::members::Members;
use crate::access::{Access, SignedIn};
use crate::api::PublicUrl;
use crate::api::cookies::cookie_of;
use crate::api::error::{ApiError, Kind};
use crate::domain::{Environment, Right, Role};

/// The cookie. `__Host-` has browsers take it only for this very host, over TLS or on localhost.
pub const COOKIE: &str = "__Host-magpie";
/// The header that says which environment is spoken of.
pub const ENVIRONMENT: &str = "x-magpie-environment";
/// The header with what only our own pages can know.
const CSRF: &str = "x-magpie-csrf";
/// The header of what a page asks by itself, while nobody looks: `true` makes it no use of a session.
const BACKGROUND: &str = "x-magpie-background";
/// The built-in administrator's; nothing rests on it.
pub const DEV_CSRF: &str = "dev";
/// What proxies add. Whoever comes through one does not come from this machine.
const PROXIED: [&str; 5] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-real-ip",
];

/// Who asks, if it is a person. A request with an API key is none, whatever else it brings.
///
/// # Errors
/// 401 for a session that has ended; 403 for one without its csrf token; 400 for one that does not
/// say which environment.
pub fn asker(request: &HttpRequest) -> Result<Option<Asker>, ApiError> {
    let headers = request.headers();
    if headers.contains_key("x-pica-secret") {
        return Ok(None);
    }
    let said = headers.get(ENVIRONMENT);
    let cookie = cookie_of(request, COOKIE);
    if cookie.is_none() && said.is_none() {
        return Ok(None);
    }
    let members = members(request);
    if let Some(token) = &cookie {
        match members.of_token(token, is_use(headers))? {
            Some(signed_in) => return by_session(members, token, signed_in, headers).map(Some),
            None if !members.is_dev() => return Err(ended()),
            None => {}
        }
    }
    match said {
        Some(said) if is_dev(request, members) => Ok(Some(Asker {
            who: Who::Dev(members.dev()),
            environment: Some(environment(said)?),
        })),
        _ if cookie.is_some() => Err(ended()),
        _ => Ok(None),
    }
}

fn by_session(
    members: &Members,
    token: &str,
    signed_in: SignedIn,
    headers: &HeaderMap,
) -> Result<Asker, ApiError> {
    let sent = headers.get(CSRF).map(HeaderValue::as_bytes);
    let right = members.csrf_of(token);
    if !sent.is_some_and(|sent| bool::from(sent.ct_eq(right.as_bytes()))) {
        return Err(ApiError::new(
            Kind::Forbidden,
            "send the `csrf` of GET /admin/api/session in the header `x-magpie-csrf`",
        ));
    }
    let said = headers.get(ENVIRONMENT).ok_or_else(say_the_environment)?;
    Ok(Asker {
        environment: Some(environment(said)?),
        who: Who::Person(signed_in),
    })
}

/// Who looks at a page, and that one's csrf token, without the headers that everything else needs:
/// for the one answer that only says who is signed in.
pub fn seen(request: &HttpRequest) -> Result<Option<(Who, String)>, ApiError> {
    let members = members(request);
    if let Some(token) = cookie_of(request, COOKIE)
        && let Some(signed_in) = members.of_token(&token, is_use(request.headers()))?
    {
        return Ok(Some((Who::Person(signed_in), members.csrf_of(&token))));
    }
    let dev = || (Who::Dev(members.dev()), DEV_CSRF.to_owned());
    Ok(is_dev(request, members).then(dev))
}

/// Whether somebody asks, and not a page by itself.
fn is_use(headers: &HeaderMap) -> bool {
    headers
        .get(BACKGROUND)
        .is_none_or(|said| said.as_bytes() != b"true")
}

/// The members. Every app is built with them.
pub fn members(request: &HttpRequest) -> &Members {
    request
        .app_data::<web::Data<Access>>()
        .expect("every app is built with its access")
        .members()
}

/// What `said` says.
pub fn environment(said: &HeaderValue) -> Result<Environment, ApiError> {
    let said = said.to_str().ok().and_then(|text| text.parse().ok());
    said.ok_or_else(say_the_environment)
}

/// What is answered to whoever does not say it.
pub fn say_the_environment() -> ApiError {
    ApiError::bad_request("say `test` or `live` in the header `x-magpie-environment`")
}

/// What is answered to nobody.
pub fn nobody() -> ApiError {
    ApiError::new(Kind::Unauthorized, "sign in; API keys do not open this")
}

fn ended() -> ApiError {
    ApiError::new(Kind::Unauthorized, "the session has ended; sign in again")
}

/// What is answered to somebody whose role is too low.
pub fn not_for(role: Role, right: Right) -> ApiError {
    let whom = match Role::Manager.may(right) {
        true => "a Manager or an Admin",
        false => "an Admin",
    };
    let title = role.title();
    let what = match right {
        Right::See => "see this",
        Right::MakeKeys => "make API keys",
        Right::Change => "change anything",
        Right::RevokeKeys => "revoke API keys",
        Right::DeleteConnections => "delete connections",
        Right::ManageMembers => "manage members",
        Right::ChangeServer => "change what holds for everybody",
    };
    let message = format!("as a {title} you may not {what}; ask {whom}");
    ApiError::new(Kind::Forbidden, message)
}

/// Refuses what a page of another origin sends: for the few requests that come before there is a
/// session, and so without its csrf token.
pub fn from_our_own_page(request: &HttpRequest) -> Result<(), ApiError> {
    let headers = request.headers();
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let is_own = match (site, headers.get(ORIGIN)) {
        (Some(site), _) => matches!(site, b"same-origin" | b"none"),
        (None, None) => true,
        (None, Some(origin)) => is_own_origin(request, origin),
    };
    match is_own {
        true => Ok(()),
        false => Err(ApiError::new(
            Kind::Forbidden,
            "this can be sent from the admin pages only, not from a page of another origin",
        )),
    }
}

fn is_own_origin(request: &HttpRequest, origin: &HeaderValue) -> bool {
    let Some(origin) = origin.to_str().ok().and_then(|text| Url::parse(text).ok()) else {
        return false;
    };
    let public = request.app_data::<web::Data<PublicUrl>>();
    let public = public.and_then(|url| Url::parse(&url.0).ok());
    let is_public = public.is_some_and(|public| public.origin() == origin.origin());
    is_public || authority(&origin).is_some_and(|own| host(request.headers()) == Some(own.as_str()))
}

/// Whether this is the built-in administrator of a development server.
fn is_dev(request: &HttpRequest, members: &Members) -> bool {
    let headers = request.headers();
    let peer = request.peer_addr();
    members.is_dev()
        && peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && host(headers).is_some_and(is_loopback_name)
        && request.uri().host().is_none_or(is_loopback_name)
        && !PROXIED.iter().any(|name| headers.contains_key(*name))
        && headers
            .get(ORIGIN)
            .is_none_or(|origin| is_own_origin(request, origin))
}

/// The one `Host`. Two are none.
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(HOST);
    match (sent.next(), sent.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Whether `host`, with or without a port, is a name that only this machine has.
fn is_loopback_name(host: &str) -> bool {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && !name.ends_with(':') => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]", "::1"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for (host, is_own) in [
            ("localhost", true),
            ("LocalHost:3005", true),
            ("127.0.0.1:3005", true),
            ("[::1]:3005", true),
            ("[::1]", true),
            ("evil.example", false),
            ("evil.example:3005", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.nip.io", false),
            ("evil.localhost", false),
            ("localhost:3005@evil.example", false),
            ("0.0.0.0:3005", false),
            ("127.1", false),
            ("localhost:", false),
            ("", false),
        ] {
            assert_eq!(is_loopback_name(host), is_own, "{host}");
        }
    }

    #[test]
    fn whoever_may_not_is_told_whom_to_ask() {
        let said = not_for(Role::Manager, Right::DeleteConnections).to_string();
        assert_eq!(
            said,
            "as a Manager you may not delete connections; ask an Admin"
        );
        let said = not_for(Role::Member, Right::Change).to_string();
        assert_eq!(
            said,
            "as a Member you may not change anything; ask a Manager or an Admin"
        );
    }
}
