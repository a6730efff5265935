//! `ANY /v1/passthrough/{path}`: the caller's request, signed; the provider's answer, as it is.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt};
use hyper::http::Response;
use tokio::time::Instant;

use crate::api::error::{ApiError, NOTHING_HERE};
use crate::api::extract::Caller;
use crate::api::layers::Served;
use crate::api::recording::Draft;
use crate::egress::EgressError;
use crate::egress::body::{Download, Upload};
use crate::egress::client::Client;
use crate::egress::limits::Limits;
use crate::passthrough::{Call, Passthrough, PassthroughError, Prepared, returned};
use crate::telemetry::{Metrics, UpstreamFailure};
use crate::vault::Live;

/// What stands before the provider's path.
pub const PREFIX: &str = "/v1/passthrough";
const ROUTE: &str = "/v1/passthrough/{path}";

/// Passes a request on.
pub async fn pass(
    caller: Caller,
    request: HttpRequest,
    body: web::Payload,
    passthrough: web::Data<Passthrough>,
    client: web::Data<Client>,
    limits: web::Data<Limits>,
    metrics: web::Data<Metrics>,
) -> Result<HttpResponse, ApiError> {
    note(&request, |served| served.route = Some(ROUTE));
    let mut draft = Draft::begin(&request, &caller.key);
    let way = Way {
        client: &client,
        limits: &limits,
        metrics: &metrics,
    };
    let passed = pass_on(&caller, &request, body, &passthrough, &way, &mut draft).await;
    match passed {
        Ok(answer) => Ok(give_back(answer, metrics, draft)),
        Err(error) => {
            draft.refused(&error, &request);
            Err(error)
        }
    }
}

/// The way out, and who counts what comes of it.
struct Way<'a> {
    client: &'a Client,
    limits: &'a Limits,
    metrics: &'a Metrics,
}

async fn pass_on(
    caller: &Caller,
    request: &HttpRequest,
    body: web::Payload,
    passthrough: &Passthrough,
    way: &Way<'_>,
    draft: &mut Draft,
) -> Result<Response<Download>, ApiError> {
    let uri = request.uri();
    // The router decodes before it compares (`/v1/%70assthrough`); what to cut off such a path
    // would be a guess.
    let path = uri.path().strip_prefix(PREFIX);
    let path = path.ok_or_else(|| ApiError::not_found(NOTHING_HERE))?;
    let is_person = caller.key.person.is_some();
    let call = Call {
        scope: caller.scope(),
        permission: caller.key.permission,
        guards: &caller.key.guards,
        connection_key: text(request.headers(), "x-pica-connection-key"),
        action_id: text(request.headers(), "x-pica-action-id"),
        method: request.method().as_str(),
        path,
        query: uri.query(),
        headers: || {
            request
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .filter(|(name, _)| !is_person || !is_of_the_page(name))
        },
        follow: text(request.headers(), "x-pica-follow-redirects") == Some("true"),
    };
    let began = Instant::now();
    let prepared = passthrough.prepare(&call).await?;
    draft.prepared(&prepared, began);
    note(request, |served| {
        served.live = Some(Arc::clone(&prepared.live));
        served.action = prepared.action.as_ref().map(|action| action.id.to_string());
    });
    let (body, kept) = upload(request, body, &prepared.live, draft).await?;
    let live = Arc::clone(&prepared.live);
    let mut answer = way.send(prepared, body, draft).await?;
    // The token may have ended early: revoked, or by another clock. Once more, with a new one.
    if answer.status() == StatusCode::UNAUTHORIZED.as_u16()
        && let Some(kept) = kept
        && let (began, Some(again)) = (
            Instant::now(),
            passthrough.prepare_again(&call, &live).await,
        )
    {
        drop(answer);
        let again = again?;
        draft.prepared(&again, began);
        let body = match kept.is_empty() {
            true => Upload::empty(),
            false => Upload::whole(kept),
        };
        answer = way.send(again, body, draft).await?;
    }
    Ok(answer)
}

impl Way<'_> {
    async fn send(
        &self,
        prepared: Prepared,
        body: Upload,
        draft: &mut Draft,
    ) -> Result<Response<Download>, PassthroughError> {
        let sent = Instant::now();
        let answer = prepared.send(self.client, body, self.limits).await;
        match &answer {
            Ok(answer) => draft.answered(answer.body().timings(), sent),
            Err(error) => {
                draft.unanswered(error, sent);
                if let PassthroughError::Egress(error) = error {
                    count(self.metrics, error);
                }
            }
        }
        answer
    }
}

/// Whether a browser says it of the page that a person is on: that is ours, and no provider's concern.
/// Some refuse whatever has an origin.
fn is_of_the_page(name: &str) -> bool {
    name == "origin" || name == "referer" || name.starts_with("sec-")
}

fn note(request: &HttpRequest, what: impl FnOnce(&mut Served)) {
    if let Some(served) = request.extensions_mut().get_mut::<Served>() {
        what(served);
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// A longer body is not kept for a second try.
const MAX_KEPT: u64 = 64 * 1024;

/// The caller's body as it comes, with its length where the caller said it. A short one for a
/// connection whose token can be renewed is also kept, so that the request can be repeated.
async fn upload(
    request: &HttpRequest,
    mut body: web::Payload,
    live: &Live,
    draft: &mut Draft,
) -> Result<(Upload, Option<Bytes>), ApiError> {
    let headers = request.headers();
    let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
    let length: Option<u64> = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    draft.body(length.unwrap_or(0));
    let token = live.connection.token.as_ref();
    let is_renewable = token.is_some_and(|token| token.refreshable);
    match (is_chunked, length) {
        (false, None | Some(0)) => Ok((Upload::empty(), is_renewable.then(Bytes::new))),
        (true, _) => {
            let counter = draft.counter();
            let counted = body.inspect_ok(move |piece| {
                counter.set(counter.get() + piece.len() as u64);
            });
            Ok((Upload::stream(counted, None), None))
        }
        (false, Some(length)) if is_renewable && length <= MAX_KEPT => {
            let mut kept = BytesMut::new();
            while let Some(piece) = body.next().await {
                let piece = piece
                    .map_err(|_| ApiError::bad_request("the body ended before it was complete"))?;
                kept.extend_from_slice(&piece);
            }
            let kept = kept.freeze();
            Ok((Upload::whole(kept.clone()), Some(kept)))
        }
        (false, length) => Ok((Upload::stream(body, length), None)),
    }
}

fn give_back(
    answer: Response<Download>,
    metrics: web::Data<Metrics>,
    mut draft: Draft,
) -> HttpResponse {
    let (head, body) = answer.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::new(status);
    // What the length is of: for HEAD and 304 the header tells what a GET would have got.
    let announced = head
        .headers
        .get("content-length")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let headers = response.headers_mut();
    returned(&head.headers, |name, value| {
        // The server writes the length itself, from the body's size; but for 304, which has none.
        if name == "content-length" && status != StatusCode::NOT_MODIFIED {
            return;
        }
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            headers.append(name, value);
        }
    });
    let size = match (body.content_length(), announced) {
        // Nothing was said about a length (HEAD, 204), so nothing is.
        (Some(0), None) => BodySize::None,
        (Some(0), Some(_)) if status == StatusCode::NOT_MODIFIED => BodySize::None,
        (Some(0), Some(length)) => BodySize::Sized(length),
        (Some(length), _) => BodySize::Sized(length),
        (None, _) => BodySize::Stream,
    };
    let is_empty = body.content_length() == Some(0);
    draft.given(status.as_u16(), head.headers, is_empty);
    response.map_body(|_, _| {
        actix_web::body::BoxBody::new(Passing {
            body,
            size,
            metrics,
            draft,
        })
    })
}

/// The provider's body on its way to the caller, piece by piece as the caller takes it.
struct Passing {
    body: Download,
    size: BodySize,
    metrics: web::Data<Metrics>,
    draft: Draft,
}

impl MessageBody for Passing {
    type Error = EgressError;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, EgressError>>> {
        let polled = Pin::new(&mut self.body).poll_next(cx);
        match &polled {
            Poll::Ready(Some(Ok(piece))) => {
                self.draft.piece(piece.len());
                if self.size == BodySize::Sized(self.draft.taken()) {
                    self.draft.complete();
                }
            }
            Poll::Ready(Some(Err(error))) => {
                count(&self.metrics, error);
                self.draft.cut_off(error);
                tracing::warn!(error = %error, "a provider's answer ended early");
            }
            Poll::Ready(None) => self.draft.complete(),
            Poll::Pending => {}
        }
        polled
    }
}

fn count(metrics: &Metrics, error: &EgressError) {
    metrics.upstream_failed(match error {
        EgressError::Unresolvable { .. } => UpstreamFailure::Dns,
        EgressError::Forbidden { .. } => UpstreamFailure::Forbidden,
        EgressError::Unreachable { .. } => UpstreamFailure::Connect,
        EgressError::Tls { .. } => UpstreamFailure::Tls,
        EgressError::TimedOut { .. } => UpstreamFailure::Timeout,
        EgressError::ClosedEarly { .. } => UpstreamFailure::ClosedEarly,
        _ => UpstreamFailure::Protocol,
    });
}
