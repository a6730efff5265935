//! The pages on which people connect. They are static: what they show they ask the AuthKit API for.
//!
//! **Invariant:** none has a `Cross-Origin-Opener-Policy`: the modal leads the popup that it opened
//! on to the provider, and could not if the two were parted.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::bundles;
use super::error::ApiError;
use crate::config::Origins;

/// What all of them may do. `connect-src` and `frame-ancestors` are each page's own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' https: data:; font-src 'self'; base-uri 'none'; form-action 'none'";

/// `GET /authkit`: the modal, which other pages embed.
#[utoipa::path(get, path = "/authkit", tag = "pages", responses((status = 200, body = String, content_type = "text/html")))]
pub async fn modal(allowed: web::Data<Origins>) -> Result<HttpResponse, ApiError> {
    let (connect, embed) = match allowed.now().join(" ") {
        // The token endpoint is the embedding page's, wherever that is.
        any if any.is_empty() => ("*".to_owned(), "*".to_owned()),
        // The admin pages embed it too.
        origins => {
            let with_own = format!("'self' {origins}");
            (with_own.clone(), with_own)
        }
    };
    page("authkit/index.html", &connect, &embed)
}

/// `GET /authkit/`: leads to the page without the slash, to which its files are relative. Says
/// nothing of referrers: the modal may have to learn from its own who embeds it.
#[utoipa::path(get, path = "/authkit/", tag = "pages", responses((status = 308)))]
pub async fn modal_with_slash(request: HttpRequest) -> HttpResponse {
    let address = match request.query_string() {
        "" => "../authkit".to_owned(),
        query => format!("../authkit?{query}"),
    };
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// `GET /connect/{token}`: the page behind a link that was sent to somebody.
#[utoipa::path(
    get, path = "/connect/{token}", tag = "pages",
    params(("token" = String, Path, description = "The link's token; the page itself looks at it")),
    responses((status = 200, body = String, content_type = "text/html"))
)]
pub async fn link() -> Result<HttpResponse, ApiError> {
    own_page("authkit/link.html")
}

/// `GET /connect/popup`: what a popup shows before it goes on to the provider.
#[utoipa::path(get, path = "/connect/popup", tag = "pages", responses((status = 200, body = String, content_type = "text/html")))]
pub async fn popup() -> Result<HttpResponse, ApiError> {
    own_page("authkit/popup.html")
}

/// `GET /connect/done`: where a popup ends.
#[utoipa::path(get, path = "/connect/done", tag = "pages", responses((status = 200, body = String, content_type = "text/html")))]
pub async fn done() -> Result<HttpResponse, ApiError> {
    own_page("authkit/done.html")
}

/// A page that nobody embeds and that talks to nobody but us.
fn own_page(name: &str) -> Result<HttpResponse, ApiError> {
    page(name, "'self'", "'none'")
}

fn page(name: &str, connect: &str, embed: &str) -> Result<HttpResponse, ApiError> {
    let page = bundles::page(name)?;
    let policy = format!("{POLICY}; connect-src {connect}; frame-ancestors {embed}");
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(page))
}
