//! Files that are embedded in the program.

use std::borrow::Cow;

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::bundles;
use super::bundles::script::Source;
use super::error::ApiError;
use crate::crypto::base64_url;

#[derive(RustEmbed)]
#[folder = "assets/icons/"]
struct Icons;

#[derive(RustEmbed)]
#[folder = "assets/admin/"]
struct Admin;

#[derive(RustEmbed)]
#[folder = "assets/vendor/"]
struct Vendor;

#[derive(RustEmbed)]
#[folder = "assets/lib/"]
struct Lib;

#[derive(RustEmbed)]
#[folder = "assets/kit/"]
struct Kit;

/// The pages on which people connect, and what belongs to them alone.
#[derive(RustEmbed)]
#[folder = "assets/authkit/"]
struct AuthKit;

/// Where [`file`] is.
pub const FILES: &str = "/assets/{path:.*}";

/// An SVG is shown, never run: it could carry scripts.
pub(super) const FILE_POLICY: &str = "default-src 'none'";
/// Scripts and styles of our own files alone; nothing leaves for elsewhere; nobody embeds it.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

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
        .insert_header((header::CONTENT_SECURITY_POLICY, FILE_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes_of(file)))
}

/// `GET /admin/`: where an operator begins.
#[utoipa::path(get, path = "/admin/", tag = "operations", responses((status = 200, body = String, content_type = "text/html")))]
pub async fn admin() -> Result<HttpResponse, ApiError> {
    let page = bundles::page("admin/index.html")?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(page))
}

/// `GET /assets/{path}`: what pages are made of. Kept by browsers, and asked about each time, so
/// that a new program is seen at once.
#[utoipa::path(
    get, path = "/assets/{path}", tag = "pages",
    params(
        ("path" = String, Path, description = "The file, by its folder: `kit/base.css`"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of the copy at hand"),
    ),
    responses((status = 200, body = String), (status = 304), (status = 404))
)]
pub async fn file(path: web::Path<String>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (kind, file) = find(&path).ok_or_else(|| ApiError::not_found("there is no such file"))?;
    let tag = EntityTag::new_strong(base64_url(&file.metadata.sha256_hash()));
    let is_known = is_known(&request, &tag);
    let mut answer = match is_known {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    answer
        .insert_header(ETag(tag))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, FILE_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    Ok(match is_known {
        true => answer.finish(),
        false => answer.content_type(kind).body(bytes_of(file)),
    })
}

/// What pages are put together from.
pub(super) struct Tree;

impl Source for Tree {
    fn read(&self, path: &str) -> Option<String> {
        text(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let all = Admin::iter().map(|name| format!("admin/{name}"));
        all.filter(|path| path.starts_with(folder) && path.ends_with(".js"))
            .collect()
    }
}

/// A file as it is below `assets`, pages too.
pub(super) fn text(path: &str) -> Option<String> {
    let file = embedded(path)?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// The bytes, without copying those that are part of the program.
fn bytes_of(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    }
}

fn find(path: &str) -> Option<(&'static str, EmbeddedFile)> {
    let (_, name) = path.split_once('/')?;
    Some((kind(name)?, embedded(path)?))
}

fn embedded(path: &str) -> Option<EmbeddedFile> {
    let (folder, name) = path.split_once('/')?;
    match folder {
        "vendor" => Vendor::get(name),
        "lib" => Lib::get(name),
        "kit" => Kit::get(name),
        "authkit" => AuthKit::get(name),
        "admin" => Admin::get(name),
        _ => None,
    }
}

/// The content type of a file that is for browsers. Pages are not: each has its own address, and
/// with it its own policy.
fn kind(name: &str) -> Option<&'static str> {
    let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.');
    if name.ends_with(".test.js") || !name.split('/').all(is_plain) {
        return None;
    }
    match name.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json"),
        "svg" => Some("image/svg+xml"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

/// Whether the caller has this very file (RFC 9110 section 13.1.2).
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_for_browsers_is_handed_out() {
        for (name, is_handed_out) in [
            ("base.css", true),
            ("views/list.js", true),
            ("strings/en.json", true),
            ("LICENSE.txt", true),
            ("list.test.js", false),
            ("README.md", false),
            ("index.html", false),
            ("", false),
            ("js", false),
            (".js", false),
            ("../kit/base.css", false),
            ("views/../app.js", false),
            ("views//list.js", false),
            ("/etc/a.js", false),
        ] {
            assert_eq!(kind(name).is_some(), is_handed_out, "{name}");
        }
    }
}
