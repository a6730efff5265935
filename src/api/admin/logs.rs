//! What happened: requests to providers, refreshes of tokens, sign-ins.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, interval_at};

use crate::access::Access;
use crate::api::error::ApiError;
use crate::api::extract::Overseer;
use crate::api::query::{MAX_LIMIT, Query};
use crate::journal::{
    Detail, Event, Filter, Heard, Journal, Kind, Listener, Outcome, Position, Status,
};

const DEFAULT_LIMIT: usize = 50;
/// What a connection carries at least so often, or proxies take it for dead. As often it is asked
/// whether who listens still may: sessions end by the clock as well.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// An event as lists show it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LogRow {
    /// By which it is found again.
    #[schema(value_type = String)]
    id: Position,
    /// What happened.
    #[serde(flatten)]
    event: Event,
}

/// Some events, the newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LogPage {
    rows: Vec<LogRow>,
    /// What `before` has to be for those that follow; null at the end. A page may have few rows, or
    /// none, and still not be the last: no page looks at more than 64 MiB.
    #[schema(value_type = Option<String>)]
    next: Option<Position>,
}

/// An event with all that is kept of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LogDetail {
    /// By which it is found again.
    #[schema(value_type = String)]
    id: Position,
    /// What happened.
    #[serde(flatten)]
    event: Event,
    /// Where the time went, and the headers.
    #[serde(flatten)]
    detail: Detail,
}

/// `GET /admin/api/logs`: what happened, the newest first.
#[utoipa::path(
    get, path = "/admin/api/logs", tag = "journal", security(("key" = [])),
    params(
        ("kind" = Option<Kind>, Query, description = "Only of this kind"),
        ("platform" = Option<String>, Query, description = "Only for this connector"),
        ("outcome" = Option<Outcome>, Query, description = "Only with this end"),
        ("status" = Option<String>, Query, description = "Only with this status: `404`, or `4xx`"),
        ("method" = Option<String>, Query, description = "Only with this method"),
        ("connection" = Option<String>, Query, description = "Only for the connection with this key"),
        ("identity" = Option<String>, Query, description = "Only for this identity"),
        ("q" = Option<String>, Query, description = "Only with this text in path, error, action, connection, identity or request id"),
        ("from" = Option<String>, Query, description = "Not before this time (RFC 3339)"),
        ("to" = Option<String>, Query, description = "Before this time (RFC 3339)"),
        ("limit" = Option<u32>, Query, description = "How many at the most: 50 unless said, 500 at the most"),
        ("before" = Option<String>, Query, description = "Those that follow on the page whose `next` this was"),
    ),
    responses((status = 200, body = LogPage), (status = 400))
)]
pub async fn list(
    overseer: Overseer,
    request: HttpRequest,
    journal: web::Data<Journal>,
) -> Result<web::Json<LogPage>, ApiError> {
    let query = Query::parse(request.query_string());
    let filter = filter(&query)?;
    let limit = query.get::<usize>("limit", "a whole number")?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let before = query.get::<Position>("before", "the `next` of another page")?;
    let environment = overseer.environment;
    let page = journal.page(environment, filter, before, limit).await;
    let page = page.map_err(unreadable)?;
    let rows = page.rows.into_iter();
    Ok(web::Json(LogPage {
        rows: rows.map(|(id, event)| LogRow { id, event }).collect(),
        next: page.next,
    }))
}

/// `GET /admin/api/logs/{id}`: one event, with the parts of its time and its headers. Secrets are
/// masked; bodies are not kept.
#[utoipa::path(
    get, path = "/admin/api/logs/{id}", tag = "journal", security(("key" = [])),
    params(("id" = String, Path, description = "The event's id")),
    responses((status = 200, body = LogDetail), (status = 404))
)]
pub async fn get(
    overseer: Overseer,
    id: web::Path<String>,
    journal: web::Data<Journal>,
) -> Result<web::Json<LogDetail>, ApiError> {
    let gone = || ApiError::not_found("there is no such event, or it is kept no longer");
    let id: Position = id.parse().map_err(|_| gone())?;
    let environment = overseer.environment;
    let entry = journal.entry(environment, id).await.map_err(unreadable)?;
    let entry = entry.ok_or_else(gone)?;
    Ok(web::Json(LogDetail {
        id,
        event: entry.event,
        detail: entry.detail,
    }))
}

/// `GET /admin/api/logs/stream`: what happens from now on, as server-sent events: one `data:` each, a
/// row as lists have it. A reader that is too slow is sent `event: missed` with how many it missed. It
/// ends when the session or the API key does.
#[utoipa::path(
    get, path = "/admin/api/logs/stream", tag = "journal", security(("key" = [])),
    params(
        ("kind" = Option<Kind>, Query, description = "As in the list, as are `platform`, `outcome`, `status`, `method`, `connection`, `identity` and `q`"),
    ),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 400))
)]
pub async fn stream(
    overseer: Overseer,
    request: HttpRequest,
    journal: web::Data<Journal>,
    access: web::Data<Access>,
) -> Result<HttpResponse, ApiError> {
    let filter = filter(&Query::parse(request.query_string()))?;
    let environment = overseer.environment;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let mut tail = Tail {
        listener: journal.listen(environment, filter),
        changes: access.changes(),
        again: interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE),
        overseer,
        access: access.into_inner(),
    };
    // Whatever has changed since the request was let in is looked at first.
    tail.changes.mark_changed();
    // Something at once: until then a browser takes the stream for not begun.
    let first = Some(Bytes::from_static(b": listening\n\n"));
    let told = stream::unfold((first, tail), |(first, mut tail)| async move {
        let piece = match first {
            Some(first) => first,
            None => tail.next().await?,
        };
        Some((Ok::<_, Infallible>(piece), (None, tail)))
    });
    Ok(response.streaming(told))
}

/// What somebody listens to, for as long as that one may.
struct Tail {
    listener: Listener,
    overseer: Overseer,
    access: Arc<Access>,
    /// When somebody may have become nobody.
    changes: watch::Receiver<u64>,
    again: Interval,
}

impl Tail {
    /// The next piece of the stream.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let heard = tokio::select! {
                // In this order: however much happens, nobody hears of it who may not.
                biased;
                changed = self.changes.changed() => {
                    changed.ok()?;
                    self.stands()?;
                    continue;
                }
                _ = self.again.tick() => {
                    self.stands()?;
                    return Some(Bytes::from_static(b": keep-alive\n\n"));
                }
                heard = self.listener.next() => heard,
            };
            return piece(&heard);
        }
    }

    fn stands(&self) -> Option<()> {
        self.overseer.still_stands(&self.access).then_some(())
    }
}

fn piece(heard: &Heard) -> Option<Bytes> {
    let text = match heard {
        Heard::End => return None,
        Heard::Missed(missed) => {
            format!("event: missed\ndata: {}\n\n", json!({ "missed": missed }))
        }
        Heard::Event(told) => {
            let row = LogRow {
                id: told.id,
                event: told.event.clone(),
            };
            // JSON has no line breaks, so that it is one line of `data:`.
            format!("data: {}\n\n", serde_json::to_string(&row).ok()?)
        }
    };
    Some(text.into())
}

fn filter(query: &Query) -> Result<Filter, ApiError> {
    let text = |name: &str| query.text(name).map(str::to_owned);
    let time = "a time such as 2026-01-31T12:00:00Z";
    let status = query.text("status").map(|text| {
        let status = Status::parse(text);
        status.ok_or_else(|| ApiError::bad_request("status: must be as in `404` or `4xx`"))
    });
    Ok(Filter {
        kind: query.get("kind", "`passthrough`, `refresh` or `authkit`")?,
        platform: text("platform"),
        outcome: query.get(
            "outcome",
            "`ok`, `client_error`, `provider_error` or `failed`",
        )?,
        status: status.transpose()?,
        method: text("method").map(|method| method.to_ascii_uppercase()),
        connection: text("connection"),
        identity: text("identity"),
        text: text("q").map(|text| text.to_lowercase()),
        from: query.get("from", time)?,
        to: query.get("to", time)?,
    })
}

fn unreadable(error: std::io::Error) -> ApiError {
    ApiError::from(crate::store::StoreError::Io(error))
}
