//! Who is signed in; signing in and out.

use actix_web::http::header::{SET_COOKIE, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::browser::browser;
use super::oidc::{OidcDoor, OidcView};
use crate::access::Access;
use crate::access::members::{Entered, SignIn, Visitor};
use crate::api::PublicUrl;
use crate::api::error::ApiError;
use crate::api::extract::session::{COOKIE, from_our_own_page, members, seen};
use crate::api::extract::{Account, Json, Who};
use crate::domain::{Email, Member, Role, Secret};

/// The longest that a browser keeps the cookie. The session may end earlier.
const COOKIE_SECONDS: u64 = crate::access::members::SESSION_LIFE.as_secs();

/// Who is signed in, as the pages begin with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    signed_in: bool,
    /// `serve`, or `dev`, where nobody has to sign in on the machine itself.
    mode: &'static str,
    /// Whether there is nobody yet: the set-up link makes the first administrator.
    needs_set_up: bool,
    /// The organisation's own provider, at which one can sign in too.
    oidc: Option<OidcView>,
    member: Option<OwnView>,
    /// To be sent with everything else, in the header `x-magpie-csrf`.
    csrf: Option<String>,
    version: &'static str,
    public_url: String,
}

/// Somebody as that one is told of itself.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnView {
    id: String,
    email: String,
    name: String,
    role: Role,
    is_owner: bool,
    /// Whether a code is asked for besides the password.
    totp: bool,
}

impl From<&Member> for OwnView {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.to_string(),
            email: member.email.as_str().to_owned(),
            name: member.name.clone(),
            role: member.role,
            is_owner: member.is_owner,
            totp: member.has_totp,
        }
    }
}

/// What is said to sign in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    email: String,
    #[schema(value_type = String)]
    password: Secret<String>,
    /// Of the authenticator app, or a recovery code; where one is asked for.
    #[schema(value_type = Option<String>)]
    code: Option<Secret<String>>,
}

/// `GET /admin/api/session`: who is signed in, if anybody. Always 200, and needs no header: a page
/// begins here.
#[utoipa::path(get, path = "/admin/api/session", tag = "admin session", responses((status = 200, body = SessionView)))]
pub async fn get(
    request: HttpRequest,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<SessionView>, ApiError> {
    let seen = seen(&request)?;
    let (member, csrf) = match &seen {
        Some((Who::Person(signed_in), csrf)) => (Some(&signed_in.member), Some(csrf)),
        Some((Who::Dev(member), csrf)) => (Some(member), Some(csrf)),
        Some((Who::CommandLine, _)) | None => (None, None),
    };
    let view = view(&request, &public_url, member, csrf.cloned())?;
    Ok(web::Json(view))
}

/// `POST /admin/api/session`: signs in. The answer is that of GET, and sets the cookie.
#[utoipa::path(
    post, path = "/admin/api/session", tag = "admin session", request_body = SignInForm,
    responses(
        (status = 200, body = SessionView),
        (status = 401, description = "Unknown person or wrong password; `code_required` in `key`: a code is wanted besides"),
        (status = 429, description = "Too many failed attempts; `retry-after` says for how long"),
    )
)]
pub async fn sign_in(
    request: HttpRequest,
    Json(form): Json<SignInForm>,
    access: web::Data<Access>,
    public_url: web::Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    from_our_own_page(&request)?;
    let asked = SignIn {
        email: email(&form.email)?,
        password: form.password,
        code: form.code.filter(|code| !code.expose().trim().is_empty()),
    };
    let entered = access.members().sign_in(asked, &visitor(&request)).await?;
    signed_in(&request, &public_url, &entered)
}

/// `DELETE /admin/api/session`: signs out.
#[utoipa::path(delete, path = "/admin/api/session", tag = "admin session", security(("admin" = [])), responses((status = 204)))]
pub async fn sign_out(
    Account(own): Account,
    access: web::Data<Access>,
) -> Result<HttpResponse, ApiError> {
    let members = access.members();
    members.end_session(&own, own.session).await?;
    Ok(without_cookie())
}

/// The answer to somebody who has just come in.
pub(super) fn signed_in(
    request: &HttpRequest,
    public_url: &PublicUrl,
    entered: &Entered,
) -> Result<HttpResponse, ApiError> {
    let token = entered.token.expose();
    let csrf = members(request).csrf_of(token);
    let view = view(request, public_url, Some(&entered.member), Some(csrf))?;
    Ok(HttpResponse::Ok()
        .insert_header((SET_COOKIE, session_cookie(token)))
        .json(view))
}

/// The answer to somebody whose session has just ended.
pub(super) fn without_cookie() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((SET_COOKIE, cookie("", 0)))
        .finish()
}

/// The answer to somebody who is not signed in.
pub(super) fn signed_out(
    request: &HttpRequest,
    public_url: &PublicUrl,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(view(request, public_url, None, None)?))
}

fn view(
    request: &HttpRequest,
    public_url: &PublicUrl,
    member: Option<&Member>,
    csrf: Option<String>,
) -> Result<SessionView, ApiError> {
    let members = members(request);
    let is_dev = members.is_dev();
    Ok(SessionView {
        signed_in: member.is_some(),
        mode: if is_dev { "dev" } else { "serve" },
        needs_set_up: !is_dev && members.is_empty()?,
        oidc: request
            .app_data::<web::Data<OidcDoor>>()
            .and_then(|door| door.view()),
        member: member.map(OwnView::from),
        csrf,
        version: env!("CARGO_PKG_VERSION"),
        public_url: public_url.0.clone(),
    })
}

/// The cookie with a session's token.
pub(super) fn session_cookie(token: &str) -> String {
    cookie(token, COOKIE_SECONDS)
}

fn cookie(value: &str, seconds: u64) -> String {
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict")
}

/// `text` as an address.
pub(super) fn email(text: &str) -> Result<Email, ApiError> {
    text.parse().map_err(ApiError::bad_request)
}

/// From where somebody comes. A proxy on this machine or in a private network says it in the last
/// part of `x-forwarded-for`; from elsewhere anybody could say anything.
pub(super) fn visitor(request: &HttpRequest) -> Visitor {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let is_near = peer.is_some_and(|peer| match peer {
        std::net::IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        std::net::IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    });
    let headers = request.headers();
    let forwarded = headers.get_all("x-forwarded-for").last();
    let forwarded = forwarded
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.rsplit(',').next())
        .and_then(|last| last.trim().parse::<std::net::IpAddr>().ok())
        .filter(|_| is_near);
    let agent = headers.get(USER_AGENT);
    Visitor {
        address: forwarded
            .or(peer)
            .map_or_else(|| "this machine".to_owned(), |address| address.to_string()),
        browser: browser(
            agent
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default(),
        ),
    }
}
