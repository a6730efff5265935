//! The popup's way: to the provider, back from it, and to a clean page.

use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::api::PublicUrl;
use crate::api::cookies::cookie_of;
use crate::authkit::flows::LIFE;
use crate::authkit::{Callback, FlowId, Landing, SignIns};

/// `GET /connect/start/{ticket}`: sends the browser to the provider. Once, and only from our own
/// pages: an address that somebody sends leads nobody into a sign-in for somebody else.
#[utoipa::path(
    get, path = "/connect/start/{ticket}", tag = "authkit modal",
    params(("ticket" = String, Path, description = "From the sign-in's `url`")),
    responses((status = 303))
)]
pub async fn start(
    request: HttpRequest,
    ticket: web::Path<String>,
    sign_ins: web::Data<SignIns>,
    public_url: web::Data<PublicUrl>,
) -> HttpResponse {
    let site = request.headers().get("sec-fetch-site");
    // Browsers do not say it of plain http, but for localhost; of https all of them do since 2023.
    let is_silent = site.is_none() && !public_url.0.starts_with("https://");
    if !is_silent && site.is_none_or(|site| site != "same-origin") {
        return land(&public_url, Landing::Unknown, None);
    }
    match sign_ins.depart(&ticket) {
        Ok(departure) => {
            let cookie = cookie(
                &public_url,
                departure.id,
                departure.cookie.expose(),
                LIFE.as_secs(),
            );
            let mut response = see_other(departure.url.as_str());
            response.insert_header((SET_COOKIE, cookie));
            response.finish()
        }
        Err(landing) => land(&public_url, landing, None),
    }
}

/// `GET /connections/oauth/callback`, and `/oauth/callback`: the browser comes back from the
/// provider.
#[utoipa::path(
    get, path = "/connections/oauth/callback", tag = "authkit modal",
    params(
        ("state" = Option<String>, Query, description = "As it was sent"),
        ("code" = Option<String>, Query, description = "What is exchanged for tokens"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
    ),
    responses((status = 303))
)]
pub async fn callback(
    request: HttpRequest,
    sign_ins: web::Data<SignIns>,
    public_url: web::Data<PublicUrl>,
) -> HttpResponse {
    let parameters = url::form_urlencoded::parse(request.query_string().as_bytes());
    let callback = Callback {
        parameters: parameters.into_owned().collect(),
    };
    let id = callback
        .one("state")
        .and_then(|state| sign_ins.of_state(state));
    let held = id.and_then(|id| cookie_of(&request, &cookie_name(&public_url, id)));
    let landing = sign_ins
        .into_inner()
        .arrive(callback, held.as_deref())
        .await;
    let spent = match landing {
        Landing::WrongBrowser => None,
        _ => id.map(|id| cookie(&public_url, id, "", 0)),
    };
    land(&public_url, landing, spent)
}

/// The popup's last page. Its address says how it went and nothing else.
fn land(public_url: &PublicUrl, landing: Landing, cookie: Option<String>) -> HttpResponse {
    let address = format!("{}/connect/done#{}", public_url.0, landing.word());
    let mut response = see_other(&address);
    if let Some(cookie) = cookie {
        response.insert_header((SET_COOKIE, cookie));
    }
    response.finish()
}

fn see_other(address: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response
        .insert_header((LOCATION, address))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    response
}

/// One for each sign-in, so that two at once do not disturb each other. `__Host-` keeps it from
/// subdomains, where the address allows it (RFC 6265bis section 4.1.3).
fn cookie_name(public_url: &PublicUrl, id: FlowId) -> String {
    let prefix = match public_url.0.starts_with("https://") {
        true => "__Host-",
        false => "",
    };
    format!("{prefix}magpie-{}", id.0.simple())
}

/// `Lax`, because the provider's redirect is a navigation from another site.
fn cookie(public_url: &PublicUrl, id: FlowId, value: &str, seconds: u64) -> String {
    let secure = match public_url.0.starts_with("https://") {
        true => "; Secure",
        false => "",
    };
    let name = cookie_name(public_url, id);
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}
