//! What a test lets go wrong at the provider.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer;
use super::authorize;
use super::call::Call;
use super::error::Wrong;
use super::journal::Remark;
use super::said::{no_store, refused};
use super::serve::Endpoint;
use crate::mock::credential::Refused;
use crate::mock::reply::{refusal, sent};

/// An answer is slow by so much unless something else is said.
const SLOW: Duration = Duration::from_secs(2);
/// Nobody waits longer for an answer that never comes.
const FOR_EVER: Duration = Duration::from_secs(10 * 60);
/// A huge answer is so long, in pieces of 64 KiB: 32 MiB.
const HUGE_PIECES: usize = 512;

/// Something that goes wrong, so many times.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// What comes instead of the answer.
    pub effect: Effect,
    /// How often.
    #[serde(default = "once")]
    pub times: u32,
    /// The answer comes only after so many milliseconds.
    #[serde(default)]
    pub delay_ms: Option<u32>,
    /// The answer says to wait so many seconds.
    #[serde(default)]
    pub retry_after: Option<u32>,
    /// Where.
    #[serde(default)]
    pub on: Place,
    /// With which grant type only.
    #[serde(default)]
    pub grant: Option<String>,
    /// The error's code in `error_in_200`; `invalid_grant` unless said.
    #[serde(default)]
    pub error: Option<String>,
    /// Whether the provider first does what it was asked: only the answer is lost.
    #[serde(default)]
    pub afterwards: bool,
}

/// What comes instead of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// 400 `invalid_grant`.
    InvalidGrant,
    /// 401 `invalid_client`.
    InvalidClient,
    /// 503 `temporarily_unavailable`.
    TemporarilyUnavailable,
    /// 429.
    RateLimited,
    /// 500.
    ServerError,
    /// 200, and JSON that ends too early.
    MalformedJson,
    /// 200, and a page for people.
    Html,
    /// 200, and nothing.
    Empty,
    /// 200, and 32 MiB of good JSON.
    Huge,
    /// 200, and all but the access token.
    MissingAccessToken,
    /// 200, and numbers where texts belong.
    WrongTypes,
    /// 200, and an error.
    #[serde(rename = "error_in_200")]
    ErrorIn200,
    /// The right answer, late.
    Slow,
    /// No answer.
    Hang,
    /// The end of the network connection.
    Reset,
}

/// Where something goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The token endpoint.
    #[default]
    Token,
    /// The authorization endpoint.
    Authorize,
    /// The revocation endpoint.
    Revoke,
    /// The requests after a sign-in.
    FollowUp,
}

impl Place {
    /// The one that an endpoint is, if anything can go wrong there.
    pub fn of(endpoint: Endpoint) -> Option<Self> {
        match endpoint {
            Endpoint::Token => Some(Self::Token),
            Endpoint::Authorize => Some(Self::Authorize),
            Endpoint::Revoke => Some(Self::Revoke),
            Endpoint::FollowUp(_) => Some(Self::FollowUp),
            _ => None,
        }
    }
}

impl Fault {
    /// Whether a request at `place` with this grant type suffers it.
    pub fn hits(&self, place: Place, grant: Option<&str>) -> bool {
        let is_of_grant = self.grant.as_deref().is_none_or(|only| Some(only) == grant);
        self.on == place && is_of_grant
    }
}

/// The answer with the fault; `answer` is what would come without it.
pub async fn suffered(
    call: &Call<'_>,
    fault: &Fault,
    answer: impl Fn() -> HttpResponse,
) -> HttpResponse {
    let usual = match fault.effect {
        Effect::Slow => SLOW,
        _ => Duration::ZERO,
    };
    let delay = fault.delay_ms.map(u64::from).map(Duration::from_millis);
    if fault.afterwards {
        drop(answer());
    }
    tokio::time::sleep(delay.unwrap_or(usual)).await;
    let mut response = match fault.effect {
        Effect::Slow => answer(),
        Effect::Hang => {
            tokio::time::sleep(FOR_EVER).await;
            reset()
        }
        effect => instead(call, fault, effect),
    };
    if let Some(seconds) = fault.retry_after {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let name = serde_json::to_value(fault.effect).unwrap_or_default();
    let name = name.as_str().unwrap_or_default().to_owned();
    Remark::on(&mut response, |remark| remark.fault = Some(name));
    response
}

fn instead(call: &Call<'_>, fault: &Fault, effect: Effect) -> HttpResponse {
    let oauth = call.oauth.as_ref();
    let json = |value: &Value| no_store(sent(StatusCode::OK, value));
    match effect {
        Effect::InvalidGrant => error(call, fault.on, "invalid_grant"),
        Effect::InvalidClient => error(call, fault.on, "invalid_client"),
        Effect::TemporarilyUnavailable => error(call, fault.on, "temporarily_unavailable"),
        Effect::ServerError => error(call, fault.on, "server_error"),
        Effect::RateLimited => error(call, fault.on, "rate_limited"),
        Effect::MalformedJson => HttpResponse::Ok()
            .content_type("application/json")
            .body("{\"access_token\": \"mock_at_"),
        Effect::Html => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body("<!doctype html><title>Oops</title><h1>We will be back soon</h1>"),
        Effect::Empty => HttpResponse::Ok().content_type("application/json").finish(),
        Effect::Huge => huge(),
        Effect::MissingAccessToken => json(&answer::without_access_token(oauth)),
        Effect::WrongTypes => json(&answer::of_wrong_types(oauth)),
        Effect::ErrorIn200 => {
            let code = fault.error.clone();
            let code = code.unwrap_or_else(|| "invalid_grant".to_owned());
            json(&answer::error(oauth, &injected(code)))
        }
        Effect::Reset | Effect::Slow | Effect::Hang => reset(),
    }
}

/// An error, as each endpoint says it.
fn error(call: &Call<'_>, on: Place, code: &'static str) -> HttpResponse {
    let wrong = injected(code);
    let status = match code {
        "rate_limited" => StatusCode::TOO_MANY_REQUESTS,
        _ => wrong.status(),
    };
    let is_trouble = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    match on {
        Place::Authorize if status != StatusCode::TOO_MANY_REQUESTS => authorize::fail(call, code),
        Place::FollowUp if !is_trouble => refusal(&call.connector, Refused::NotGood),
        _ if is_trouble => no_store(sent(status, &answer::error(&call.oauth, &wrong))),
        _ => refused(&call.oauth, &wrong),
    }
}

fn injected(code: impl Into<std::borrow::Cow<'static, str>>) -> Wrong {
    Wrong::new(code, "a test asked for this error")
}

fn huge() -> HttpResponse {
    let (head, tail) = (
        "{\"padding\": \"",
        "\", \"access_token\": \"mock_at_huge\"}",
    );
    let piece = Bytes::from(vec![b'x'; 64 * 1024]);
    let pieces = std::iter::once(Bytes::from_static(head.as_bytes()))
        .chain(std::iter::repeat_n(piece, HUGE_PIECES))
        .chain(std::iter::once(Bytes::from_static(tail.as_bytes())));
    HttpResponse::Ok()
        .content_type("application/json")
        .streaming(stream::iter(pieces.map(Ok::<_, Error>)))
}

/// A body that fails before its first byte takes the connection along, head and all.
fn reset() -> HttpResponse {
    let failure = Err::<Bytes, _>(actix_web::error::ErrorInternalServerError("reset"));
    HttpResponse::Ok().streaming(stream::iter([failure]))
}

fn once() -> u32 {
    1
}
