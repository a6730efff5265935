//! Signing in at the organisation's own provider: there and back.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Serialize;

use super::session::{session_cookie, visitor};
use crate::access::oidc::LIFE;
use crate::access::{Access, MemberError, Oidc, OidcError};
use crate::api::PublicUrl;
use crate::api::cookies::cookie_of;
use crate::api::error::{ApiError, Kind};
use crate::api::query::Query;

/// Where the provider leads back to, behind the public URL.
pub const CALLBACK: &str = "/admin/api/session/oidc/callback";
const COOKIE: &str = "__Host-magpie-oidc";

/// The organisation's provider, if there is one.
#[derive(Clone)]
pub struct OidcDoor(pub Option<Arc<Oidc>>);

/// The provider, as the sign-in page shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OidcView {
    name: String,
}

impl OidcDoor {
    /// As the sign-in page shows it.
    pub fn view(&self) -> Option<OidcView> {
        let oidc = self.0.as_ref()?;
        let name = oidc.settings().name.clone();
        Some(OidcView { name })
    }

    fn open(&self) -> Result<&Oidc, ApiError> {
        self.0.as_deref().ok_or_else(|| {
            ApiError::not_found(
                "there is no provider to sign in at; see `[admin.oidc]` in config.toml",
            )
        })
    }
}

/// `GET /admin/api/session/oidc/start`: leads to the provider.
#[utoipa::path(get, path = "/admin/api/session/oidc/start", tag = "admin session", responses((status = 302), (status = 404)))]
pub async fn start(door: web::Data<OidcDoor>) -> Result<HttpResponse, ApiError> {
    let departure = door.open()?.depart().await.map_err(|error| {
        let message = "the provider to sign in at cannot be reached, or is set up wrongly";
        ApiError::new(Kind::BadGateway, message).because(error)
    })?;
    Ok(leading_to(departure.url.as_str())
        .insert_header((SET_COOKIE, cookie(&departure.cookie, LIFE.as_secs())))
        .finish())
}

/// `GET /admin/api/session/oidc/callback`: the browser comes back from the provider. It goes on to the
/// pages, whose address says if it did not work: `#/?signIn=` and `refused`, `no_member`, `lost` or
/// `failed`.
#[utoipa::path(
    get, path = "/admin/api/session/oidc/callback", tag = "admin session",
    params(
        ("state" = Option<String>, Query, description = "As it was sent"),
        ("code" = Option<String>, Query, description = "What is exchanged for an ID token"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
        ("iss" = Option<String>, Query, description = "Whose answer it is"),
    ),
    responses((status = 302), (status = 404))
)]
pub async fn callback(
    request: HttpRequest,
    door: web::Data<OidcDoor>,
    access: web::Data<Access>,
    public_url: web::Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    let oidc = door.open()?;
    let query = Query::parse(request.query_string());
    let held = cookie_of(&request, COOKIE);
    let parameter = |name: &str| query.text(name).map(str::to_owned);
    let pages = format!("{}/admin/", public_url.0);
    let person = match oidc.arrive(parameter, held.as_deref()).await {
        Ok(person) => person,
        Err(error) => {
            tracing::warn!(%error, "a sign-in at the provider did not work");
            let word = match error {
                OidcError::Lost => "lost",
                OidcError::Refused(_) => "refused",
                OidcError::Broken(_) => "failed",
            };
            return Ok(back(&format!("{pages}#/?signIn={word}"), None));
        }
    };
    let (members, visitor) = (access.members(), visitor(&request));
    match members
        .enter_from_elsewhere(&person, oidc.settings(), &visitor)
        .await
    {
        Ok(entered) => Ok(back(&pages, Some(entered.token.expose()))),
        Err(error @ MemberError::NotAllowed(_)) => {
            tracing::warn!(%error, "somebody whom the provider knows was not let in");
            Ok(back(&format!("{pages}#/?signIn=no_member"), None))
        }
        Err(error) => Err(error.into()),
    }
}

fn back(address: &str, session: Option<&str>) -> HttpResponse {
    let mut response = leading_to(address);
    response.append_header((SET_COOKIE, cookie("", 0)));
    if let Some(token) = session {
        response.append_header((SET_COOKIE, session_cookie(token)));
    }
    response.finish()
}

fn leading_to(address: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Found();
    response
        .insert_header((LOCATION, address))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    response
}

/// `Lax`, because the provider's redirect is a navigation from another site.
fn cookie(value: &str, seconds: u64) -> String {
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")
}
