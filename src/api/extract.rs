//! What a handler may ask for: its authority, its body, its query. It is all in the signature.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::error::{ApiError, Kind};
use super::layers::Served;
use crate::access::{Access, AccessError, Admitted};
use crate::domain::{ApiKey, Permission, Scope};

/// The holder of an API key. A handler that takes one cannot be reached without a valid
/// `x-pica-secret` that allows the request's method; one that takes none is public, and looks it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// With which key.
    pub key: std::sync::Arc<ApiKey>,
}

impl Caller {
    /// What the caller sees.
    pub fn scope(&self) -> &Scope {
        &self.key.scope
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request).map_err(ApiError::from))
    }
}

fn admit(request: &HttpRequest) -> Result<Caller, AccessError> {
    let admitted = let_in(request)?;
    admitted.may(request.method().as_str())?;
    Ok(Caller { key: admitted.key })
}

fn let_in(request: &HttpRequest) -> Result<Admitted, AccessError> {
    let mut sent = request.headers().get_all("x-pica-secret");
    let (Some(text), None) = (sent.next(), sent.next()) else {
        return Err(AccessError::NoKey);
    };
    admit_key(request, text.to_str().map_err(|_| AccessError::UnknownKey)?)
}

/// Admits the holder of the key `text`, and notes it for the log and the answer's headers. What the
/// key may do is for the caller to ask.
pub(super) fn admit_key(request: &HttpRequest, text: &str) -> Result<Admitted, AccessError> {
    let access = request
        .app_data::<web::Data<Access>>()
        .expect("every app is built with its access");
    let admitted = access.admit(text);
    let mut extensions = request.extensions_mut();
    let served = extensions
        .get_mut::<Served>()
        .expect("every request passes the layers first");
    served.window = match &admitted {
        Ok(admitted) => Some(admitted.window),
        Err(AccessError::TooMany(window)) => Some(*window),
        Err(_) => None,
    };
    let admitted = admitted?;
    served.key = Some(std::sync::Arc::clone(&admitted.key));
    Ok(admitted)
}

/// The holder of an API key, whatever its permission. For routes whose method says nothing about
/// what is done: the handler asks for what it takes.
#[derive(Clone, Debug)]
pub struct Holder {
    /// With which key.
    pub key: std::sync::Arc<ApiKey>,
}

impl FromRequest for Holder {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitted = let_in(request).map_err(ApiError::from);
        ready(admitted.map(|admitted| Self { key: admitted.key }))
    }
}

/// The holder of an API key that decides for everybody: with permission admin, and bound to no
/// identity, platforms, actions or methods. Whatever the method, no lesser key will do.
#[derive(Clone, Debug)]
pub struct Administrator(pub Caller);

impl FromRequest for Administrator {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request).map_err(ApiError::from).and_then(administers))
    }
}

fn administers(caller: Caller) -> Result<Administrator, ApiError> {
    let scope = caller.scope();
    let is_bound =
        scope.identity.is_some() || !scope.platforms.is_empty() || !caller.key.guards.are_open();
    if is_bound || caller.key.permission != Permission::Admin {
        return Err(ApiError::new(
            Kind::Forbidden,
            "this decides for everybody: use an API key with permission `admin` that is bound to no \
             identity, platforms, actions or methods",
        ));
    }
    Ok(Administrator(caller))
}

/// Somebody on this machine who may read the data folder: the command line, by the control socket.
#[derive(Clone, Copy, Debug)]
pub struct Operator;

/// Marks connections that came in by the control socket.
#[derive(Clone, Copy, Debug)]
pub struct ViaControlSocket;

impl FromRequest for Operator {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_operator = request.conn_data::<ViaControlSocket>().is_some();
        ready(is_operator.then_some(Self).ok_or_else(|| {
            ApiError::new(
                Kind::Unauthorized,
                "only the command line on the server's own machine may do this",
            )
        }))
    }
}

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
