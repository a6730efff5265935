//! The answers that are not an action's.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::credential::Refused;
use crate::crypto::random_uuid;
use crate::domain::{Auth, Connector};

/// Tells the mock's answers from a provider's.
const MOCK: HeaderName = HeaderName::from_static("x-mock");
/// The provider's own name for a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The provider's words for a credential that it does not take.
pub fn refusal(connector: &Connector, refused: Refused) -> HttpResponse {
    let status = refusal_status(connector);
    let mut builder = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED
        && let Some(scheme) = scheme(connector)
    {
        let error = match (scheme, refused) {
            ("Bearer", Refused::NotGood) => ", error=\"invalid_token\"",
            _ => "",
        };
        let challenge = format!("{scheme} realm=\"{}\"{error}", connector.platform);
        builder.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    builder.content_type("application/json");
    match &connector.mock.unauthorized {
        Some(body) => builder.body(body.clone()),
        None => builder.body(error_body("the credential is missing or not valid").to_string()),
    }
}

/// The answer that a request asked for with `x-mock-status`.
pub fn fault(status: StatusCode, connector: &Connector) -> HttpResponse {
    if status.is_client_error() && status == refusal_status(connector) {
        return refusal(connector, Refused::NotGood);
    }
    if matches!(status.as_u16(), 204 | 205 | 304) {
        return HttpResponse::build(status).finish();
    }
    said(status, "the request asked for this status")
}

/// An error in our words.
pub fn said(status: StatusCode, message: &str) -> HttpResponse {
    sent(status, &error_body(message))
}

/// A JSON answer.
pub fn sent(status: StatusCode, body: &Value) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("application/json")
        .body(body.to_string())
}

/// The answer with what every answer of the mock has.
pub fn stamped(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(MOCK, HeaderValue::from_static("magpie"));
    if let Ok(id) = HeaderValue::from_str(&format!("mock-{}", random_uuid())) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

fn refusal_status(connector: &Connector) -> StatusCode {
    let status = connector.mock.unauthorized_status;
    status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::UNAUTHORIZED)
}

/// The scheme of `WWW-Authenticate` (RFC 9110 section 11.6.1), where the credential has one.
fn scheme(connector: &Connector) -> Option<&'static str> {
    match &connector.auth {
        Auth::Bearer(_) => Some("Bearer"),
        Auth::Basic { .. } => Some("Basic"),
        Auth::OAuth2 { header, prefix } if header == "authorization" && prefix == "Bearer " => {
            Some("Bearer")
        }
        _ => None,
    }
}

fn error_body(message: &str) -> Value {
    json!({ "error": { "message": message } })
}
