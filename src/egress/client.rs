//! The hot path: HTTP/1 over a worker's own connections.

use std::rc::Rc;
use std::sync::Arc;

use hyper::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::uri::{PathAndQuery, Uri};
use hyper::{Method, Request, Response, StatusCode, Version};
use tokio::time::Instant;

use super::body::{Download, Sending, Upload};
use super::connect::connect;
use super::lease::Lease;
use super::limits::Limits;
use super::origin::{Origin, Reach};
use super::pool::Pool;
use super::redirect::{Decision, Redirects, strip_credentials};
use super::{Egress, EgressError};

/// One worker's way out. Clones share their connections; it stays on the thread that made it,
/// which must run a [`tokio::task::LocalSet`].
#[derive(Clone)]
pub struct Client {
    egress: Arc<Egress>,
    pool: Rc<Pool>,
}

impl Client {
    /// A client without connections yet.
    pub fn new(egress: Arc<Egress>) -> Self {
        let pool = Pool::new(egress.limits());
        Self { egress, pool }
    }

    /// What all workers share.
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// Sends `request` to `origin` and gives the answer as soon as its head is there.
    ///
    /// The request's URI is its path and query, sent byte for byte. `Host`, the length and the
    /// framing of the body are set here; headers about this hop alone are left out.
    ///
    /// The body may still be on its way out when the answer comes. It goes on, side by side with
    /// the answer, unless that is an error: then no more of it is asked for.
    ///
    /// A request is sent again only if the upstream closed a kept connection under it, and either
    /// nothing of it was written or it is idempotent (RFC 9110 §9.2.2) and has no body.
    ///
    /// Dropping the future, or the answer's body before its end, closes the connection.
    pub async fn send(
        &self,
        request: Request<Upload>,
        origin: &Origin,
        reach: Reach,
        limits: &Limits,
    ) -> Result<Response<Download>, EgressError> {
        let started = Instant::now();
        let key = (origin.clone(), reach);
        let mut request = complete(request, origin);
        if let Some(lease) = self.pool.take(&key) {
            let copy = copy_if_repeatable(&request);
            match exchange(lease, request, limits, (started, started)).await {
                Ok(answer) => return Ok(answer),
                Err(Failed { error, unsent }) => {
                    let is_stale = matches!(error, EgressError::ClosedEarly { .. });
                    match unsent.or(copy).filter(|_| is_stale) {
                        Some(again) => request = again,
                        None => return Err(error),
                    }
                }
            }
        }
        let budget = limits.connect.min(limits.total);
        let lease = connect(&self.egress, key, &self.pool, budget).await?;
        exchange(lease, request, limits, (started, Instant::now()))
            .await
            .map_err(|failed| failed.error)
    }

    /// Sends `request`, which has no body, and follows redirects as `redirects` says.
    ///
    /// `url` is where it goes first; the request's own URI does not count. Each hop's addresses
    /// are checked like the first's. Credentials stay behind when the origin changes, those in
    /// `redirects.secret_headers` among them. A redirect that is not followed is the answer.
    pub async fn send_following(
        &self,
        mut request: Request<()>,
        url: &url::Url,
        reach: Reach,
        limits: &Limits,
        redirects: &Redirects,
    ) -> Result<Response<Download>, EgressError> {
        let mut url = url.clone();
        let mut hops = 0;
        loop {
            let origin = Origin::of(&url)?;
            *request.uri_mut() = path_and_query(&url)?;
            let sent = request.clone().map(|()| Upload::empty());
            let answer = self.send(sent, &origin, reach, limits).await?;
            let hop = match redirects.decide(request.method(), &answer, &url, hops) {
                Decision::Follow(hop) => hop,
                Decision::Keep(_) => return Ok(answer),
            };
            if !hop.same_origin {
                strip_credentials(request.headers_mut(), &redirects.secret_headers);
            }
            *request.method_mut() = hop.method;
            url = hop.url;
            hops += 1;
        }
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.pool.len()
    }
}

/// An exchange that came to nothing.
struct Failed {
    error: EgressError,
    /// The request, if not a byte of it was written.
    unsent: Option<Request<Upload>>,
}

/// One request and its answer on one connection, in an exchange that has `started` and reaches
/// the connection `now`.
async fn exchange(
    mut lease: Lease,
    request: Request<Upload>,
    limits: &Limits,
    (started, now): (Instant, Instant),
) -> Result<Response<Download>, Failed> {
    let wire = Rc::clone(lease.wire());
    wire.begin(started, now, limits);
    let request = request.map(|upload| Sending::new(upload, Rc::clone(&wire)));
    let Some(sender) = lease.sender() else {
        let error = wire.closed_early();
        let unsent = Some(request.map(Sending::into_upload));
        return Err(Failed { error, unsent });
    };
    match sender.try_send_request(request).await {
        Ok(answer) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => Err(Failed {
            error: wire.bad_answer(),
            unsent: None,
        }),
        Ok(answer) => {
            if answer.status().is_client_error() || answer.status().is_server_error() {
                wire.halt_upload();
            }
            let timings = wire.timings(started, now);
            Ok(answer.map(|incoming| Download::new(incoming, lease, limits.idle, timings)))
        }
        Err(mut failure) => {
            let unsent = failure.take_message();
            Err(Failed {
                error: wire.explain(&failure.into_error()),
                unsent: unsent.map(|request| request.map(Sending::into_upload)),
            })
        }
    }
}

/// Sets what belongs to this hop, and removes what the caller may have said about it: two
/// opinions on where a body ends are how requests are smuggled.
fn complete(mut request: Request<Upload>, origin: &Origin) -> Request<Upload> {
    *request.version_mut() = Version::HTTP_11;
    if request.uri().authority().is_some() {
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map(Uri::from).unwrap_or_default();
    }
    let length = request.body().length();
    let says_zero = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    let headers = request.headers_mut();
    for name in [
        CONNECTION,
        CONTENT_LENGTH,
        EXPECT,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ] {
        headers.remove(name);
    }
    headers.insert(HOST, origin.host_header());
    match length {
        Some(0) if says_zero => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Some(_) => {}
        // Said outright, because for a GET it would be taken to mean that there is no body.
        None => {
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
    }
    request
}

fn copy_if_repeatable(request: &Request<Upload>) -> Option<Request<Upload>> {
    if !request.method().is_idempotent() || !request.body().is_empty() {
        return None;
    }
    let mut copy = Request::new(Upload::empty());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}

fn path_and_query(url: &url::Url) -> Result<Uri, EgressError> {
    let text = url.query().map_or_else(
        || url.path().to_owned(),
        |query| format!("{}?{query}", url.path()),
    );
    PathAndQuery::try_from(text)
        .map(Uri::from)
        .map_err(|_| EgressError::NotHttp)
}
