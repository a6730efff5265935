//! Files that are embedded in the program.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use rust_embed::RustEmbed;

use super::error::ApiError;

#[derive(RustEmbed)]
#[folder = "assets/icons/"]
struct Icons;

#[derive(RustEmbed)]
#[folder = "assets/admin/"]
struct Admin;

/// An SVG is shown, never run: it could carry scripts.
const ICON_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
const PAGE_POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// `GET /icons/{platform}.svg`: a connector's logo.
#[utoipa::path(
    get, path = "/icons/{platform}.svg", tag = "catalogue",
    params(("platform" = String, Path, description = "The connector's platform")),
    responses((status = 200, body = String, content_type = "image/svg+xml"), (status = 404))
)]
pub async fn icon(platform: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let file = Icons::get(&format!("{platform}.svg"))
        .ok_or_else(|| ApiError::not_found("there is no such logo"))?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .insert_header((header::CONTENT_SECURITY_POLICY, ICON_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(file.data.into_owned()))
}

/// `GET /admin/`: where an operator begins.
#[utoipa::path(get, path = "/admin/", tag = "operations", responses((status = 200, body = String, content_type = "text/html")))]
pub async fn admin() -> Result<HttpResponse, ApiError> {
    let file =
        Admin::get("index.html").ok_or_else(|| ApiError::not_found("there is no such page"))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(file.data.into_owned()))
}
