//! What a test does to the provider from outside: `/__mock/admin/oauth/{platform}/…`.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::Provider;
use crate::catalog::Catalogue;
use crate::mock::ADMIN;
use crate::mock::reply::{said, sent, stamped};

/// Does what is asked, and says what came of it.
pub async fn control(
    request: HttpRequest,
    provider: web::Data<Provider>,
    catalogue: web::Data<Catalogue>,
) -> HttpResponse {
    let behind = request.path().strip_prefix(ADMIN).unwrap_or_default();
    let behind = behind.trim_start_matches('/');
    let (platform, what) = behind.split_once('/').unwrap_or((behind, ""));
    if catalogue.now().connector(platform).is_none() {
        return stamped(said(
            StatusCode::NOT_FOUND,
            "the catalogue has no platform of that name",
        ));
    }
    stamped(match (request.method(), what) {
        (&Method::POST, "revoke-all") => {
            let count = provider.state().grants.revoke_all(platform);
            sent(StatusCode::OK, &json!({ "revoked": count }))
        }
        (&Method::POST, "expire-all") => {
            let now = provider.now();
            let count = provider.state().grants.expire_all(platform, now);
            sent(StatusCode::OK, &json!({ "expired": count }))
        }
        _ => said(StatusCode::NOT_FOUND, "there is no such control"),
    })
}
