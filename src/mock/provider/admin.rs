//! What a test does to the provider from outside: `/__mock/admin/oauth/{platform}/…`.

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::Provider;
use super::fault::Fault;
use crate::catalog::Catalogue;
use crate::mock::ADMIN;
use crate::mock::reply::{said, sent, stamped};

/// So many faults may wait at one platform.
const MOST_FAULTS: usize = 1000;

/// Does what is asked, and says what came of it.
pub async fn control(
    request: HttpRequest,
    body: web::Bytes,
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
    let now = provider.now();
    let mut state = provider.state();
    let answer = match (request.method(), what) {
        (&Method::POST, "faults") => {
            let faults = state.faults.entry(platform.to_owned()).or_default();
            match fault(request.headers(), &body) {
                Err(message) => return stamped(said(StatusCode::BAD_REQUEST, &message)),
                Ok(_) if faults.len() >= MOST_FAULTS => {
                    return stamped(said(StatusCode::BAD_REQUEST, "there are too many faults"));
                }
                Ok(fault) => faults.push(fault),
            }
            json!({ "faults": faults })
        }
        (&Method::GET, "faults") => json!({ "faults": state.faults.get(platform) }),
        (&Method::DELETE, "faults") => {
            let count = state.faults.remove(platform).map_or(0, |gone| gone.len());
            json!({ "cleared": count })
        }
        (&Method::GET, "requests") => json!({ "requests": state.journal.of(platform) }),
        (&Method::DELETE, "requests") => {
            state.journal.forget(platform);
            json!({ "requests": [] })
        }
        (&Method::POST, "revoke-all") => json!({ "revoked": state.grants.revoke_all(platform) }),
        (&Method::POST, "expire-all") => {
            json!({ "expired": state.grants.expire_all(platform, now) })
        }
        _ => return stamped(said(StatusCode::NOT_FOUND, "there is no such control")),
    };
    stamped(sent(StatusCode::OK, &answer))
}

/// Reads a fault. It must say that it is JSON, which a foreign web page cannot say unasked.
fn fault(headers: &HeaderMap, body: &[u8]) -> Result<Fault, String> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let is_json =
        content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if !is_json {
        return Err("the content type must be application/json".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| format!("this is no fault: {error}"))
}
