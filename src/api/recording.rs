//! What the journal is told of a passthrough.
//!
//! A [`Draft`] is begun with the request, learns what becomes of it on the way, and goes to the
//! journal when it is dropped: whoever ends the request, and however, it is written down once.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::{HttpMessage, HttpRequest, web};
use hyper::http::HeaderMap;
use tokio::time::Instant;

use super::error::ApiError;
use super::layers::Served;
use super::v1::passthrough::PREFIX;
use crate::domain::{Action, ApiKey, Clock, Connection, ConnectionKey, SystemClock};
use crate::egress::{EgressError, Phase, Timings};
use crate::journal::{Detail, Entry, Event, Kind, Outcome, PhaseName, Recorder, mask};
use crate::passthrough::{PassthroughError, Prepared};
use crate::vault::{Live, Vault};

const LEFT_EARLY: &str = "the caller left before there was an answer";
const LEFT_MIDWAY: &str = "the caller left before the answer was complete";

/// What is known of a passthrough so far.
pub struct Draft {
    recorder: Recorder,
    /// None if nothing is written down.
    noted: Option<Box<Noted>>,
    /// How long a body that comes in chunks has been so far.
    counted: Option<Rc<Cell<u64>>>,
}

/// Everything that goes to the journal's thread.
struct Noted {
    began: Instant,
    key: Arc<ApiKey>,
    request_id: String,
    method: Method,
    uri: Uri,
    /// The connection's key as the caller named it, and what was found by it where no more was.
    named: Option<HeaderValue>,
    found: Option<Box<Connection>>,
    live: Option<Arc<Live>>,
    action: Option<Arc<Action>>,
    injected_query: Vec<String>,
    sent: HeaderMap,
    answered: HeaderMap,
    token: Duration,
    timings: Timings,
    /// When the answer began, and when it was complete.
    head: Option<Instant>,
    end: Option<Instant>,
    status: Option<u16>,
    outcome: Outcome,
    error: Option<String>,
    request_bytes: u64,
    response_bytes: u64,
}

impl Draft {
    /// For a request that was let in with `key`.
    pub fn begin(request: &HttpRequest, key: &Arc<ApiKey>) -> Self {
        let recorder = request.app_data::<web::Data<Recorder>>();
        let recorder = recorder.map_or_else(Recorder::off, |recorder| (***recorder).clone());
        let mut request_id = String::new();
        if let Some(served) = request.extensions_mut().get_mut::<Served>() {
            served.is_noted = true;
            request_id.clone_from(&served.request_id);
        }
        let noted = recorder.is_on().then(|| {
            let named = request.headers().get("x-pica-connection-key").cloned();
            Box::new(Noted {
                began: Instant::now(),
                key: Arc::clone(key),
                request_id,
                method: request.method().clone(),
                uri: request.uri().clone(),
                named,
                found: None,
                live: None,
                action: None,
                injected_query: Vec::new(),
                sent: HeaderMap::new(),
                answered: HeaderMap::new(),
                token: Duration::ZERO,
                timings: Timings::default(),
                head: None,
                end: None,
                status: None,
                outcome: Outcome::Failed,
                error: Some(LEFT_EARLY.to_owned()),
                request_bytes: 0,
                response_bytes: 0,
            })
        });
        Self {
            recorder,
            noted,
            counted: None,
        }
    }

    fn note(&mut self, what: impl FnOnce(&mut Noted)) {
        if let Some(noted) = &mut self.noted {
            what(noted);
        }
    }

    /// The request was signed, which began at `began`.
    pub fn prepared(&mut self, prepared: &Prepared, began: Instant) {
        self.note(|noted| {
            noted.token += began.elapsed();
            noted.live = Some(Arc::clone(&prepared.live));
            noted.action.clone_from(&prepared.action);
            noted.injected_query = prepared.injected_query().to_vec();
            noted.sent.clone_from(prepared.headers());
        });
    }

    /// The body has this length.
    pub fn body(&mut self, length: u64) {
        self.note(|noted| noted.request_bytes = length);
    }

    /// Counts a body whose length is not known.
    pub fn counter(&mut self) -> Rc<Cell<u64>> {
        Rc::clone(self.counted.get_or_insert_default())
    }

    /// The provider did not answer a request that was sent at `sent`.
    pub fn unanswered(&mut self, error: &PassthroughError, sent: Instant) {
        let took = sent.elapsed();
        self.note(|noted| match error {
            PassthroughError::Egress(
                EgressError::Forbidden { .. }
                | EgressError::Unresolvable { .. }
                | EgressError::Unreachable { .. }
                | EgressError::Tls { .. }
                | EgressError::TimedOut {
                    phase: Phase::Connect,
                    ..
                },
            ) => noted.timings.connect += took,
            PassthroughError::Egress(EgressError::Body) => noted.timings.send += took,
            _ => noted.timings.wait += took,
        });
    }

    /// The provider's answer to a request that was sent at `sent` has begun.
    pub fn answered(&mut self, timings: Timings, sent: Instant) {
        let took = sent.elapsed();
        self.note(|noted| {
            let own = &mut noted.timings;
            own.connect += timings.connect;
            own.send += timings.send;
            // Redirects that were followed, and tries that came to nothing, were waited for.
            own.wait += took.saturating_sub(timings.connect + timings.send);
        });
    }

    /// The caller is given this answer.
    pub fn given(&mut self, status: u16, headers: HeaderMap, is_empty: bool) {
        self.note(|noted| {
            let now = Instant::now();
            noted.status = Some(status);
            noted.outcome = Outcome::of_status(status);
            noted.error = None;
            noted.answered = headers;
            noted.head = Some(now);
            noted.end = is_empty.then_some(now);
        });
    }

    /// So much more of the answer was taken.
    pub fn piece(&mut self, length: usize) {
        self.note(|noted| noted.response_bytes += length as u64);
    }

    /// How much of the answer was taken.
    pub fn taken(&self) -> u64 {
        self.noted.as_ref().map_or(0, |noted| noted.response_bytes)
    }

    /// The answer is complete.
    pub fn complete(&mut self) {
        self.note(|noted| {
            noted.end.get_or_insert_with(Instant::now);
        });
    }

    /// The answer ended too early.
    pub fn cut_off(&mut self, error: &EgressError) {
        self.note(|noted| {
            noted.end = Some(Instant::now());
            noted.outcome = Outcome::Failed;
            noted.error = Some(error.to_string());
        });
    }

    /// The caller is told what is wrong instead.
    pub fn refused(&mut self, error: &ApiError, request: &HttpRequest) {
        let vault = request.app_data::<web::Data<Vault>>();
        let (status, message) = (error.status(), error.to_string());
        self.note(|noted| {
            noted.refuse(status, message);
            if noted.live.is_none() {
                noted.found = noted.find(vault).map(Box::new);
            }
        });
    }
}

/// Writes down a passthrough that its key may not ask for: no handler has seen it.
pub fn refused_at_the_door(request: &HttpRequest, error: &actix_web::Error) {
    let Some(error) = error.as_error::<ApiError>() else {
        return;
    };
    let key = {
        let extensions = request.extensions();
        let served = extensions.get::<Served>().filter(|served| !served.is_noted);
        served.and_then(|served| served.key.clone())
    };
    if let Some(key) = key.filter(|_| request.uri().path().starts_with(PREFIX)) {
        Draft::begin(request, &key).refused(error, request);
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let Some(mut noted) = self.noted.take() else {
            return;
        };
        if let Some(counted) = &self.counted {
            noted.request_bytes = counted.get();
        }
        let at = SystemClock.now();
        let now = Instant::now();
        let took = noted.end.unwrap_or(now) - noted.began;
        self.recorder.record(move || {
            let event = Event::new(Kind::Passthrough, noted.key.scope.environment, at, took);
            noted.entry(event, now)
        });
    }
}

impl Noted {
    fn refuse(&mut self, status: StatusCode, message: String) {
        self.status = Some(status.as_u16());
        // Those that the caller can mend. A connection that must be mended is nobody's mistake.
        let is_own = status.is_client_error() && status != StatusCode::FAILED_DEPENDENCY;
        self.outcome = match is_own {
            true => Outcome::ClientError,
            false => Outcome::Failed,
        };
        self.error = Some(message);
        self.end = Some(Instant::now());
    }

    /// The connection that was named, if the caller sees it: it could not be used.
    fn find(&self, vault: Option<&web::Data<Vault>>) -> Option<Connection> {
        let named = self.named.as_ref()?.to_str().ok()?;
        vault?.find(&self.key.scope, named).ok()
    }

    /// What is written down. On the journal's thread.
    fn entry(self, mut event: Event, now: Instant) -> Entry {
        event.asked_with(&self.key);
        match (&self.live, &self.found) {
            (Some(live), _) => event.about(&live.connection),
            (None, Some(found)) => event.about(found),
            (None, None) => {
                // Names what is not there, or not usable; a text that is no key may be anything.
                let named = self.named.as_ref().and_then(|named| named.to_str().ok());
                let named = named.filter(|named| named.parse::<ConnectionKey>().is_ok());
                event.connection_key = named.map(str::to_owned);
            }
        }
        if let Some(action) = &self.action {
            event.of_action(action);
        }
        event.method = Some(self.method.to_string());
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.strip_prefix(PREFIX).unwrap_or(path);
        event.at_path(&mask::path(path, &self.injected_query));
        event.request_id = Some(self.request_id).filter(|id| !id.is_empty());
        event.request_bytes = self.request_bytes;
        event.response_bytes = self.response_bytes;
        event.status = self.status;
        event.outcome = self.outcome;
        let left = self.head.is_some() && self.end.is_none();
        match self.error {
            Some(error) => event.gone_wrong(self.outcome, &error),
            None if left => event.gone_wrong(Outcome::Failed, LEFT_MIDWAY),
            None => {}
        }
        let secrets = mask::injected(&self.sent);
        let mut detail = Detail {
            request_headers: mask::headers(&self.sent, &secrets),
            response_headers: mask::headers(&self.answered, &secrets),
            ..Detail::default()
        };
        let received = self.head.map(|head| self.end.unwrap_or(now) - head);
        for (name, time) in [
            (PhaseName::Token, self.token),
            (PhaseName::Connect, self.timings.connect),
            (PhaseName::Send, self.timings.send),
            (PhaseName::Wait, self.timings.wait),
            (PhaseName::Receive, received.unwrap_or_default()),
        ] {
            detail.took(name, time);
        }
        Entry { event, detail }
    }
}
