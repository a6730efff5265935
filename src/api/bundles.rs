//! Pages as they are sent: with a script or two and one style sheet, of however many files they are made.
//!
//! The files below `assets` work by themselves, and that is how they are written. But each costs a
//! browser some milliseconds even on the same machine, and more over a network; so a page's style
//! sheets are joined, and each script with all that it imports, when somebody first asks for a page.
//! What a script imports later is one file each time. What comes of it is named by its content:
//! browsers keep it for good, and a new program has new names.

mod module;
pub(super) mod script;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use regex::{Captures, Regex};

use super::assets::{self, FILE_POLICY};
use super::error::ApiError;
use crate::crypto::{base64_url, sha256};

/// Where [`bundle`] is.
pub const BUNDLES: &str = "/assets/bundles/{file}";

/// Every page there is, below `assets`.
const PAGES: [&str; 5] = [
    "admin/index.html",
    "authkit/index.html",
    "authkit/link.html",
    "authkit/popup.html",
    "authkit/done.html",
];

/// All that is sent in the place of files.
#[derive(Default)]
struct Composed {
    /// By their paths.
    pages: BTreeMap<&'static str, Bytes>,
    /// By their names.
    bundles: BTreeMap<String, Bundle>,
}

struct Bundle {
    kind: &'static str,
    plain: Bytes,
    /// RFC 1952.
    gzip: Bytes,
}

/// What keeps a page from being put together.
#[derive(Debug, thiserror::Error)]
enum Mistake {
    #[error("{page}: {source}")]
    Script {
        page: &'static str,
        source: module::Mistake,
    },
    #[error("{page} names {path}, which is not there")]
    Missing { page: &'static str, path: String },
    #[error("{path} names other files, which would be looked for in the wrong place")]
    Relative { path: String },
    #[error("a bundle could not be compressed")]
    Compress(#[from] std::io::Error),
}

static COMPOSED: LazyLock<Result<Composed, Mistake>> = LazyLock::new(compose_all);

/// A page of `assets` that asks for the bundles in the place of its files.
pub(super) fn page(path: &str) -> Result<Bytes, ApiError> {
    let page = composed()?.pages.get(path);
    page.cloned()
        .ok_or_else(|| ApiError::not_found("there is no such page"))
}

/// `GET /assets/bundles/{file}`: the script or the style sheet of a page. What a name stands for
/// never changes.
#[utoipa::path(
    get, path = "/assets/bundles/{file}", tag = "pages",
    params(("file" = String, Path, description = "As the page says it")),
    responses((status = 200, body = String), (status = 404))
)]
pub async fn bundle(
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let bundle = composed()?.bundles.get(name.as_str());
    let bundle = bundle.ok_or_else(|| ApiError::not_found("there is no such file"))?;
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(bundle.kind)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::CONTENT_SECURITY_POLICY, FILE_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    Ok(match takes_gzip(&request) {
        true => answer
            .insert_header(ContentEncoding::Gzip)
            .body(bundle.gzip.clone()),
        false => answer.body(bundle.plain.clone()),
    })
}

fn composed() -> Result<&'static Composed, ApiError> {
    COMPOSED.as_ref().map_err(ApiError::internal)
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let known = [Encoding::gzip(), Encoding::identity()];
    let accepted = AcceptEncoding::parse(request).ok();
    accepted.and_then(|accepted| accepted.negotiate(known.iter())) == Some(Encoding::gzip())
}

fn compose_all() -> Result<Composed, Mistake> {
    let mut composed = Composed::default();
    for page in PAGES {
        let html = compose(page, &mut composed.bundles)?;
        composed.pages.insert(page, html.into());
    }
    Ok(composed)
}

/// A line of a page that names a style sheet or a script: the way to `assets`, and the path below.
static STYLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"<link rel="stylesheet" href="((?:\.\./)?assets/)([^"]+)">\n"#));
static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"<script (type="module"[a-z= "]*) src="((?:\.\./)?assets/)([^"]+)"></script>\n"#)
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern, which every page is read with")
}

fn compose(page: &'static str, bundles: &mut BTreeMap<String, Bundle>) -> Result<String, Mistake> {
    let missing = |path: &str| Mistake::Missing {
        page,
        path: path.to_owned(),
    };
    let html = assets::text(page).ok_or_else(|| missing(page))?;
    let mut styles = String::new();
    for (_, [_, path]) in STYLE.captures_iter(&html).map(|found| found.extract()) {
        let text = assets::text(path).ok_or_else(|| missing(path))?;
        if text.contains("@import") || text.contains("url(") {
            return Err(Mistake::Relative {
                path: path.to_owned(),
            });
        }
        styles.push_str(&text);
    }
    let mut style = Some(add(bundles, "css", "text/css; charset=utf-8", styles)?);
    let entries = SCRIPT.captures_iter(&html).map(|found| found.extract());
    let entries: Vec<&str> = entries.map(|(_, [_, _, entry])| entry).collect();
    let scripts = script::compose(&entries, &assets::Tree)
        .map_err(|source| Mistake::Script { page, source })?;
    let names = scripts.put(|text| add(bundles, "js", "text/javascript; charset=utf-8", text))?;
    // The first style sheet becomes all of them, and a script all that it imports.
    let html = STYLE.replace_all(&html, |found: &Captures<'_>| {
        let (_, [way, _]) = found.extract();
        let name = style.take();
        name.map_or_else(String::new, |name| {
            format!("<link rel=\"stylesheet\" href=\"{way}bundles/{name}\">\n")
        })
    });
    let mut names = names.into_iter();
    let html = SCRIPT.replace_all(&html, |found: &Captures<'_>| {
        let (_, [how, way, _]) = found.extract();
        let name = names.next().unwrap_or_default();
        format!("<script {how} src=\"{way}bundles/{name}\"></script>\n")
    });
    Ok(html.into_owned())
}

/// Keeps a bundle, and gives its name.
fn add(
    bundles: &mut BTreeMap<String, Bundle>,
    ending: &str,
    kind: &'static str,
    text: String,
) -> Result<String, Mistake> {
    let digest = base64_url(&sha256(text.as_bytes()));
    let name = format!("{}.{ending}", digest.get(..16).unwrap_or(&digest));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(text.as_bytes())?;
    let bundle = Bundle {
        kind,
        gzip: encoder.finish()?.into(),
        plain: text.into(),
    };
    bundles.insert(name.clone(), bundle);
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_put_together_with_few_scripts_and_one_style_sheet() {
        let composed = COMPOSED.as_ref().unwrap();
        assert_eq!(composed.pages.len(), PAGES.len());
        for (path, html) in &composed.pages {
            let html = std::str::from_utf8(html).unwrap();
            let named: Vec<&str> = html
                .split("assets/bundles/")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap())
                .collect();
            let scripts = html.matches("<script").count();
            let expected = if *path == "admin/index.html" { 2 } else { 1 };
            assert_eq!(scripts, expected, "{path}");
            assert_eq!(named.len(), 1 + scripts, "{path}: {named:?}");
            for name in named {
                assert!(composed.bundles.contains_key(name), "{path}: {name}");
            }
            assert_eq!(html.matches("rel=\"stylesheet\"").count(), 1, "{path}");
        }
    }

    #[test]
    fn a_bundle_is_the_same_compressed_and_named_by_what_is_in_it() {
        for (name, bundle) in &COMPOSED.as_ref().unwrap().bundles {
            let mut plain = Vec::new();
            let mut decoder = flate2::read::GzDecoder::new(bundle.gzip.as_ref());
            std::io::Read::read_to_end(&mut decoder, &mut plain).unwrap();
            assert_eq!(plain, bundle.plain.as_ref());
            assert!(base64_url(&sha256(&plain)).starts_with(name.split('.').next().unwrap()));
        }
    }
}
