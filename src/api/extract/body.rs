//! JSON bodies.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use crate::api::error::{ApiError, Kind};

/// How long a JSON body may be.
#[derive(Clone, Copy, Debug)]
pub struct JsonLimit(pub usize);

/// A JSON body. The error never repeats what was sent: it may be a secret.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let limit = request
            .app_data::<JsonLimit>()
            .map_or(1 << 20, |limit| limit.0);
        let mut payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(ApiError::bad_request(
                    "send the body as JSON, with `content-type: application/json`",
                ));
            }
            let mut body = zeroize::Zeroizing::new(Vec::new());
            while let Some(piece) = payload.next().await {
                let piece = piece
                    .map_err(|_| ApiError::bad_request("the body ended before it was complete"))?;
                if body.len() + piece.len() > limit {
                    let what = format!("the body must not exceed {limit} bytes");
                    return Err(ApiError::new(Kind::TooLarge, what));
                }
                body.extend_from_slice(&piece);
            }
            // Or else its items would be taken for the fields, by their order.
            if body.trim_ascii_start().starts_with(b"[") {
                return Err(ApiError::bad_request(
                    "the body does not fit: send an object, not an array",
                ));
            }
            serde_json::from_slice(&body)
                .map(Json)
                .map_err(|error| ApiError::bad_request(in_our_words(&error)))
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let Some(kind) = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What is wrong with a body, without a word of it.
fn in_our_words(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Data => {
            let text = error.to_string();
            let safe = ["missing field", "unknown field", "duplicate field"];
            let what = match safe.iter().any(|start| text.starts_with(start)) {
                true => text.split(" at line").next().unwrap_or_default().to_owned(),
                false => "a field is not of the type that it should be".to_owned(),
            };
            format!("the body does not fit: {what} ({place})")
        }
        _ => format!("the body is not valid JSON ({place})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        #[allow(dead_code)]
        name: String,
    }

    #[test]
    fn what_was_sent_is_never_repeated() {
        for (body, says) in [
            ("{\"name\": 1}", "not of the type"),
            ("\"hunter2\"", "not of the type"),
            ("{}", "missing field `name`"),
            ("{\"name\": \"x\"", "not valid JSON"),
            ("hunter2", "not valid JSON"),
        ] {
            let message = in_our_words(&serde_json::from_str::<Form>(body).unwrap_err());
            assert!(message.contains(says), "{body}: {message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
