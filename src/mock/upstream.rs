//! One request to a provider that is not there, from its arrival to the answer.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::answer;
use super::body::Body;
use super::credential::{Places, Refused};
use super::echo::echo;
use super::faults::Faults;
use super::provider::Provider;
use super::reply::{fault, refusal, said, sent, stamped};
use crate::catalog::Catalogue;
use crate::domain::{Action, Connector};

/// So much of a path is repeated in an error.
const LONGEST_SHOWN: usize = 200;

/// A request that has arrived, body and all.
#[derive(Debug)]
pub struct Arrived<'r> {
    /// Which provider it is meant for.
    pub platform: &'r str,
    /// Its method.
    pub method: &'r str,
    /// Its path behind the platform, percent-encoded as it came.
    pub path: &'r str,
    /// Its query, as it came.
    pub query: Option<&'r str>,
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// Its body.
    pub body: Body,
}

/// `/__mock/upstream/{platform}/{path…}`: answers as the provider would.
pub async fn serve(
    request: HttpRequest,
    payload: web::Payload,
    catalogue: web::Data<Catalogue>,
    provider: web::Data<Provider>,
) -> HttpResponse {
    let response = match Body::read(payload).await {
        Ok(body) => answered(&arrived(&request, body), &catalogue, &provider).await,
        Err(_) => said(StatusCode::BAD_REQUEST, "the body did not arrive whole"),
    };
    stamped(response)
}

fn arrived(request: &HttpRequest, body: Body) -> Arrived<'_> {
    let behind = request.path().strip_prefix(super::UPSTREAM);
    let behind = behind.and_then(|rest| rest.strip_prefix('/'));
    let behind = behind.unwrap_or_default();
    let split = behind.find('/').and_then(|at| behind.split_at_checked(at));
    let (platform, path) = split.unwrap_or((behind, "/"));
    Arrived {
        platform,
        method: request.method().as_str(),
        path,
        query: request.uri().query(),
        headers: request.headers(),
        body,
    }
}

/// The provider's answer, or what was asked to come instead.
async fn answered(
    arrived: &Arrived<'_>,
    catalogue: &Catalogue,
    provider: &Provider,
) -> HttpResponse {
    let connector = catalogue.now().connector(arrived.platform).map(Arc::clone);
    let Some(connector) = connector else {
        let message = format!(
            "the catalogue has no platform `{}`",
            short(arrived.platform)
        );
        return said(StatusCode::NOT_FOUND, &message);
    };
    let faults = match Faults::asked_for(arrived.headers) {
        Ok(faults) => faults,
        Err(message) => return said(StatusCode::BAD_REQUEST, message),
    };
    if !faults.delay.is_zero() {
        tokio::time::sleep(faults.delay).await;
    }
    let mut response = match faults.status {
        Some(status) => fault(status, &connector),
        None => respond(arrived, &connector, provider),
    };
    if let Some(value) = faults.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// What the provider answers to a request that nothing has gone wrong with on the way.
fn respond(arrived: &Arrived<'_>, connector: &Connector, provider: &Provider) -> HttpResponse {
    let places = Places::of(connector);
    let admitted = |token: &String| provider.admits(arrived.platform, token);
    match places.check(arrived.headers, arrived.query.unwrap_or_default()) {
        Err(refused) => return refusal(connector, refused),
        Ok(values) if !values.iter().all(admitted) => {
            return refusal(connector, Refused::NotGood);
        }
        Ok(_) => {}
    }
    for (name, _) in &connector.headers {
        if !arrived.headers.contains_key(name.as_str()) {
            let message = format!("{} wants the header `{name}`", connector.name);
            return said(StatusCode::BAD_REQUEST, &message);
        }
    }
    let action = action_for(connector, arrived.method, arrived.path);
    if arrived.headers.get("x-mock-echo").is_some_and(is_true) {
        let action = action.as_ref().map(|action| action.key.as_str());
        return sent(StatusCode::OK, &echo(arrived, &places, action));
    }
    if action.is_none() && !is_open(connector, arrived) {
        return not_in_the_catalogue(connector, arrived);
    }
    let body = match json_body(arrived) {
        Ok(body) => body,
        Err(error) => {
            let message = format!("the body is not JSON: {error}");
            return said(StatusCode::BAD_REQUEST, &message);
        }
    };
    let answer = match action {
        Some(action) => answer::to_action(&action, arrived.path, body.as_ref()),
        None => answer::to_any(arrived.method, body.as_ref()),
    };
    match answer {
        Some(answer) => sent(StatusCode::OK, &answer),
        None => HttpResponse::NoContent().finish(),
    }
}

/// HEAD is GET without its content (RFC 9110 section 9.3.2).
fn action_for(connector: &Connector, method: &str, path: &str) -> Option<Arc<Action>> {
    let action = connector.action_for(method, path);
    match method {
        "HEAD" => action.or_else(|| connector.action_for("GET", path)),
        _ => action,
    }
}

/// Whether the request is fine although no action describes it: it is the one that checks the
/// credential, or nothing is known of the platform's actions.
fn is_open(connector: &Connector, arrived: &Arrived<'_>) -> bool {
    let is_test = connector.test.as_ref().is_some_and(|test| {
        let path = test.path.split('?').next();
        test.method.as_str() == arrived.method && path == Some(arrived.path)
    });
    is_test || connector.actions.is_empty()
}

/// 405 if the path is known with other methods, 404 if not.
fn not_in_the_catalogue(connector: &Connector, arrived: &Arrived<'_>) -> HttpResponse {
    let known = connector.actions.at(arrived.path);
    let mut allowed: Vec<&str> = known.iter().map(|action| action.method.as_str()).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.sort_unstable();
    allowed.dedup();
    let (platform, method) = (&connector.platform, short(arrived.method));
    let message = format!(
        "the catalogue of {platform} has no action {method} {}; GET /v1/available-actions/{platform} lists those that it has",
        short(arrived.path),
    );
    if allowed.is_empty() {
        return said(StatusCode::NOT_FOUND, &message);
    }
    let mut response = said(StatusCode::METHOD_NOT_ALLOWED, &message);
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// What was sent, if it says that it is JSON and there is any. What is too long to be held is not
/// read.
fn json_body(arrived: &Arrived<'_>) -> Result<Option<Value>, serde_json::Error> {
    let content_type = arrived.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next());
    let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
    if media_type != "application/json" && !media_type.ends_with("+json") {
        return Ok(None);
    }
    arrived
        .body
        .content()
        .map(serde_json::from_slice)
        .transpose()
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_SHOWN).collect()
}

fn is_true(value: &HeaderValue) -> bool {
    value.as_bytes().eq_ignore_ascii_case(b"true")
}
