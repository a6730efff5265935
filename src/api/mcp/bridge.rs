//! From our HTTP server to the SDK's service and back.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use hyper::http;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::server::Server;
use crate::api::error::{ApiError, Kind};
use crate::api::extract::JsonLimit;

/// The SDK's answer.
type Answer = http::Response<BoxBody<Bytes, std::convert::Infallible>>;

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// Has `server` answer the message in `body`.
///
/// Dropping the future ends what the message began: a call to a provider too.
pub async fn answer(
    request: &HttpRequest,
    body: web::Payload,
    server: Server,
) -> Result<HttpResponse, ApiError> {
    let as_json = takes_json(request.headers());
    let body = read(request, body).await?;
    // Or else it would be taken for a message of an unknown kind.
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
        let place = format!("line {}, column {}", error.line(), error.column());
        return Err(ApiError::bad_request(format!(
            "the body is not valid JSON ({place})"
        )));
    }
    // Origins are checked already, and a `Host` says nothing behind a proxy. The body's size was seen to.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(as_json)
        .with_max_request_body_bytes(usize::MAX)
        .disable_allowed_hosts();
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    let answer = service.handle(message(request, body)?).await;
    give_back(answer).await
}

/// Whether the caller takes JSON, which is most of them: the protocol has clients take both.
/// Whoever takes an event stream alone gets one.
fn takes_json(headers: &HeaderMap) -> bool {
    let mut accepted = headers
        .get_all(header::ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|kind| kind.split(';').next())
        .map(str::trim)
        .peekable();
    accepted.peek().is_none() || accepted.any(|kind| !kind.eq_ignore_ascii_case(EVENTS))
}

async fn read(request: &HttpRequest, mut body: web::Payload) -> Result<Bytes, ApiError> {
    let limit = request
        .app_data::<JsonLimit>()
        .map_or(1 << 20, |limit| limit.0);
    let mut read = BytesMut::new();
    while let Some(piece) = body.next().await {
        let piece =
            piece.map_err(|_| ApiError::bad_request("the body ended before it was complete"))?;
        if read.len() + piece.len() > limit {
            let what = format!("the body must not exceed {limit} bytes");
            return Err(ApiError::new(Kind::TooLarge, what));
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.freeze())
}

/// The message as the SDK takes it: with the protocol's own headers, and none of the caller's
/// secrets.
fn message(request: &HttpRequest, body: Bytes) -> Result<http::Request<Full<Bytes>>, ApiError> {
    let mut message = http::Request::builder()
        .method("POST")
        .uri("/mcp")
        .header("host", "localhost")
        .header("accept", format!("{JSON}, {EVENTS}"));
    for (name, value) in request.headers() {
        let name = name.as_str();
        if name.starts_with("mcp-") || name == "content-type" {
            message = message.header(name, value.as_bytes());
        }
    }
    message
        .body(Full::new(body))
        .map_err(|_| ApiError::bad_request("a header is not of a form that can be read"))
}

async fn give_back(answer: Answer) -> Result<HttpResponse, ApiError> {
    let (head, body) = answer.into_parts();
    let kind = head
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    if !head.status.is_success() && kind != Some(JSON) {
        return Err(in_our_shape(head.status.as_u16(), &whole(body).await));
    }
    let status =
        StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &head.headers {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value)
            && name != header::CONTENT_LENGTH
        {
            response.append_header((name, value));
        }
    }
    Ok(match body.size_hint().exact() {
        Some(_) => response.body(whole(body).await),
        None => response.streaming(body.into_data_stream()),
    })
}

async fn whole(body: BoxBody<Bytes, std::convert::Infallible>) -> Bytes {
    match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(never) => match never {},
    }
}

/// What the SDK refuses before it has read a message has no shape of its own.
fn in_our_shape(status: u16, said: &[u8]) -> ApiError {
    match status {
        415 => ApiError::bad_request(
            "send one JSON-RPC message of the Model Context Protocol, with `content-type: application/json`",
        ),
        400..500 => ApiError::bad_request(String::from_utf8_lossy(said)),
        _ => ApiError::new(Kind::Internal, "something went wrong here"),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn an_event_stream_is_for_those_who_take_nothing_else() {
        for (accept, json) in [
            (None, true),
            (Some("application/json, text/event-stream"), true),
            (Some("text/event-stream, application/json;q=0.9"), true),
            (Some("*/*"), true),
            (Some("text/event-stream"), false),
            (Some("Text/Event-Stream; charset=utf-8"), false),
        ] {
            let mut request = TestRequest::post();
            if let Some(accept) = accept {
                request = request.insert_header(("accept", accept));
            }
            let request = request.to_http_request();
            assert_eq!(takes_json(request.headers()), json, "{accept:?}");
        }
    }
}
