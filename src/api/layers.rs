//! What happens around every request: its id, its line in the log, its numbers, and the shape of
//! what went wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tokio::time::Instant;

use super::error::{ApiError, Kind};
use super::recording;
use crate::access::Window;
use crate::domain::{ApiKey, Clock, SystemClock};
use crate::telemetry::{MethodClass, Metrics, RequestLine, RequestLines};
use crate::vault::Live;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_REQUEST_ID: usize = 128;
/// What browsers are answered with below here are sessions and records: kept by none.
const PRIVATE: [&str; 2] = ["/authkit/api/", "/admin/api/"];

/// The route of paths that have none.
const NO_ROUTE: &str = "none";

/// What becomes known about a request while it is served, for its line in the log.
#[derive(Debug, Default)]
pub struct Served {
    /// The id by which the log knows it.
    pub request_id: String,
    /// The key that let it in, or the one that stands for a person.
    pub key: Option<Arc<ApiKey>>,
    /// What is left of that key's minute.
    pub window: Option<Window>,
    /// Its route, where the handler knows better than the router.
    pub route: Option<&'static str>,
    /// The connection that a passthrough was for.
    pub live: Option<Arc<Live>>,
    /// The id of the action that a passthrough named.
    pub action: Option<String>,
    /// Whether the journal is told of it by its handler.
    pub is_noted: bool,
}

/// Where each request's line in the log goes; failures of ours have one in any case.
#[derive(Clone, Debug)]
pub struct RequestLog {
    /// Whether all requests have one.
    pub all: bool,
    /// Where it goes.
    pub lines: RequestLines,
}

/// Surrounds every request.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let request_id = request_id(request.headers());
    request.extensions_mut().insert(Served {
        request_id: request_id.clone(),
        ..Served::default()
    });
    let mut response = next.call(request).await?.map_into_boxed_body();
    let error = response.response().error().map(|error| {
        recording::refused_at_the_door(response.request(), error);
        describe(error, &request_id)
    });
    let mut causes = None;
    if let Some((answer, why)) = error {
        causes = why;
        response = response.into_response(answer);
    }
    let served = response
        .request()
        .extensions_mut()
        .remove::<Served>()
        .unwrap_or_default();
    let path = response.request().path();
    let is_private = PRIVATE.iter().any(|start| path.starts_with(start));
    let headers = response.headers_mut();
    if is_private {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(window) = served.window {
        rate_limit_headers(headers, window);
    }
    record(&response, &served, started, causes);
    Ok(response)
}

/// The answer to an error in the contract's shape, and what is behind it.
fn describe(
    error: &actix_web::Error,
    request_id: &str,
) -> (actix_web::HttpResponse, Option<String>) {
    if let Some(error) = error.as_error::<ApiError>() {
        return (error.respond(request_id), error.causes());
    }
    let status = error.as_response_error().status_code();
    let kind = match status.as_u16() {
        404 => Kind::NotFound,
        405 => Kind::MethodNotAllowed,
        413 => Kind::TooLarge,
        500.. => Kind::Internal,
        _ => Kind::BadRequest,
    };
    let message = match kind {
        Kind::Internal => "something went wrong here".to_owned(),
        _ => "the request cannot be understood".to_owned(),
    };
    (
        ApiError::new(kind, message).respond(request_id),
        Some(error.to_string()),
    )
}

fn rate_limit_headers(headers: &mut HeaderMap, window: Window) {
    let limit = window.limit.unwrap_or(u32::MAX);
    for (name, value) in [
        ("x-pica-rate-limit-limit", u64::from(limit)),
        ("x-pica-rate-limit-remainings", u64::from(window.remaining)),
        ("x-pica-rate-limit-reset", window.reset),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}

fn record(
    response: &ServiceResponse<BoxBody>,
    served: &Served,
    started: Instant,
    causes: Option<String>,
) {
    let took = started.elapsed();
    let request = response.request();
    let (method, status) = (request.method().as_str(), response.status().as_u16());
    let pattern = match served.route {
        Some(_) => None,
        None => request.match_pattern(),
    };
    let route = served.route.or(pattern.as_deref()).unwrap_or(NO_ROUTE);
    if let Some(metrics) = request.app_data::<actix_web::web::Data<Metrics>>() {
        match &served.live {
            Some(live) => metrics
                .passthrough(&live.connection.platform)
                .answered(status, took),
            None => metrics
                .route(route)
                .answered(MethodClass::of(method), status, took),
        }
    }
    let Some(log) = request
        .app_data::<RequestLog>()
        .filter(|log| log.all || status >= 500)
    else {
        return;
    };
    let connection = served.live.as_ref().map(|live| &live.connection);
    let (member, key) = match &served.key {
        Some(key) if key.person.is_some() => (Some(key.id.0), None),
        key => (None, key.as_ref().map(|key| key.id.0)),
    };
    log.lines.write(&RequestLine {
        timestamp: SystemClock.now(),
        request_id: &served.request_id,
        method,
        route,
        status,
        duration_ms: (took.as_secs_f64() * 1e6).round() / 1e3,
        environment: served
            .key
            .as_ref()
            .map(|key| key.scope.environment.as_str()),
        api_key: key,
        member,
        platform: connection.map(|connection| connection.platform.as_str()),
        connection: connection.map(|connection| connection.key.as_str()),
        action: served.action.as_deref(),
        error: causes.as_deref(),
    });
}

/// The id by which the log knows `request`.
pub fn id_of(request: &actix_web::HttpRequest) -> Option<String> {
    let extensions = request.extensions();
    let served = extensions.get::<Served>()?;
    Some(served.request_id.clone())
}

/// The caller's id for the request if it is sane, otherwise one of ours.
fn request_id(headers: &HeaderMap) -> String {
    let sane = |text: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
        !text.is_empty() && text.len() <= MAX_REQUEST_ID && text.bytes().all(plain)
    };
    let sent = headers
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(sane);
    sent.map_or_else(next_id, str::to_owned)
}

/// Unique without asking the operating system each time: a random start, then counting. The
/// multiplication spreads the counter over all digits (Weyl sequence); nothing here is a secret.
fn next_id() -> String {
    static START: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let start = *START.get_or_init(|| u64::from_le_bytes(crate::crypto::random_bytes()));
    let count = COUNT
        .fetch_add(1, Ordering::Relaxed)
        .wrapping_add(start.rotate_left(32));
    format!(
        "{start:016x}{:016x}",
        count.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sane_request_id_is_kept_and_any_other_replaced() {
        for (sent, kept) in [
            ("abc-123_x.y:z", true),
            ("", false),
            ("a b", false),
            ("<script>", false),
            (&"x".repeat(128), true),
            (&"x".repeat(129), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(sent).unwrap());
            assert_eq!(request_id(&headers) == sent, kept, "{sent}");
        }
    }

    #[test]
    fn no_two_ids_are_alike() {
        let ids: std::collections::BTreeSet<String> = (0..1000).map(|_| next_id()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.len() == 32));
    }
}
