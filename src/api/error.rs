//! What a caller is told when something is wrong: one shape, one table of codes.
//!
//! Inner layers know no HTTP; their errors become an [`ApiError`] here, by what the caller can do
//! next. The cause is logged once, where the answer leaves (`layers`), and never shown.

use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::access::{AccessError, MemberError};
use crate::agents::AgentError;
use crate::journal::WebhookError;
use crate::oauth::TokenError;
use crate::passthrough::PassthroughError;
use crate::store::StoreError;
use crate::tuning::TuningError;
use crate::vault::VaultError;

/// What went wrong, as the contract's table has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400: the request says something that makes no sense.
    BadRequest,
    /// 409: somebody else was faster.
    Conflict,
    /// 403: known, and not allowed.
    Forbidden,
    /// 500: our fault.
    Internal,
    /// 405: the path exists, the method does not.
    MethodNotAllowed,
    /// 404: not there, or not for this caller.
    NotFound,
    /// 424: the connection must be mended first.
    FailedDependency,
    /// 503: try again.
    Unavailable,
    /// 429: slow down.
    TooManyRequests,
    /// 401: no valid key.
    Unauthorized,
    /// 422: well-formed, and still impossible.
    Unprocessable,
    /// 502: the provider could not be reached, or made no sense.
    BadGateway,
    /// 504: the provider was too slow.
    GatewayTimeout,
    /// 413: too long.
    TooLarge,
    /// 507: the disk is full.
    InsufficientStorage,
}

impl Kind {
    /// Type, code, status, and the last part of the key.
    const fn row(self) -> (&'static str, u16, u16, &'static str) {
        match self {
            Self::BadRequest => ("BadRequest", 2000, 400, "bad_request"),
            Self::Conflict => ("Conflict", 2001, 409, "conflict"),
            Self::Forbidden => ("Forbidden", 2002, 403, "forbidden"),
            Self::Internal => ("InternalServerError", 2003, 500, "internal_server_error"),
            Self::MethodNotAllowed => ("MethodNotAllowed", 2004, 405, "method_not_allowed"),
            Self::NotFound => ("NotFound", 2005, 404, "not_found"),
            Self::FailedDependency => ("FailedDependency", 2007, 424, "failed_dependency"),
            Self::Unavailable => ("ServiceUnavailable", 2008, 503, "service_unavailable"),
            Self::TooManyRequests => ("TooManyRequests", 2009, 429, "too_many_requests"),
            Self::Unauthorized => ("Unauthorized", 2010, 401, "unauthorized"),
            Self::Unprocessable => ("UnprocessableEntity", 2011, 422, "unprocessable_entity"),
            Self::BadGateway => ("BadGateway", 2012, 502, "bad_gateway"),
            Self::GatewayTimeout => ("GatewayTimeout", 2013, 504, "gateway_timeout"),
            Self::TooLarge => ("PayloadTooLarge", 2014, 413, "payload_too_large"),
            Self::InsufficientStorage => ("InsufficientStorage", 2015, 507, "insufficient_storage"),
        }
    }
}

/// An error on its way to a caller.
#[derive(Debug)]
pub struct ApiError {
    kind: Kind,
    message: String,
    key: Option<&'static str>,
    retry_after: Option<u64>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// `message` says what was wrong and what to do next. It names no secret, path or query.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            key: None,
            retry_after: None,
            cause: None,
        }
    }

    /// A 400.
    pub fn bad_request(message: impl fmt::Display) -> Self {
        Self::new(Kind::BadRequest, message.to_string())
    }

    /// A 404.
    pub fn not_found(message: impl fmt::Display) -> Self {
        Self::new(Kind::NotFound, message.to_string())
    }

    /// Something that is our fault: `cause` goes to the log, and the caller learns nothing of it.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(Kind::Internal, SOMETHING_WENT_WRONG).because(cause)
    }

    /// Keeps what is behind it for the log.
    pub fn because(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// Says more exactly than its kind what it is, for programs: the last part of the answer's `key`.
    pub fn keyed(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// Has the caller told to try again after so many seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.row().2).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What is behind it, with its own causes, in one line for the log.
    pub fn causes(&self) -> Option<String> {
        let first = self.cause.as_deref()?;
        let mut text = first.to_string();
        let mut next = first.source();
        while let Some(cause) = next {
            text = format!("{text}: {cause}");
            next = cause.source();
        }
        Some(text)
    }

    /// The answer, carrying the id by which the log knows the request.
    pub fn respond(&self, request_id: &str) -> HttpResponse {
        let (name, code, status, usual) = self.kind.row();
        let key = self.key.unwrap_or(usual);
        let mut response = HttpResponse::build(self.status()).json(json!({
            "type": name,
            "code": code,
            "status": status,
            "key": format!("err::application::{key}"),
            "message": self.message,
            "meta": null,
            "requestId": request_id,
        }));
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.respond("")
    }
}

/// Does `work` where it keeps no other request waiting.
pub async fn blocking<T: Send + 'static, E: Into<ApiError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, ApiError> {
    let done = actix_web::web::block(work).await;
    let stopping = || ApiError::new(Kind::Unavailable, "the server is stopping; try again later");
    done.map_err(|_| stopping())?.map_err(Into::into)
}

/// What is said of a path that has no route.
pub const NOTHING_HERE: &str =
    "there is nothing at this path; GET /openapi.json lists what there is";

const SOMETHING_WENT_WRONG: &str =
    "something went wrong here; the log of the server says more under this request's id";

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let own = match &error {
            StoreError::Conflict => Self::new(Kind::Conflict, error.to_string()),
            StoreError::Full => Self::new(
                Kind::InsufficientStorage,
                "the server's disk is full; nothing was changed. Make room and try again",
            ),
            StoreError::ReadOnly => Self::new(Kind::Unavailable, error.to_string()),
            StoreError::Corrupt { .. } | StoreError::Io(_) => {
                Self::new(Kind::Internal, SOMETHING_WENT_WRONG)
            }
        };
        own.because(error)
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NoKey | AccessError::UnknownKey => {
                Self::new(Kind::Unauthorized, error.to_string())
            }
            AccessError::NotAllowed { .. } => Self::new(Kind::Forbidden, error.to_string()),
            AccessError::TooMany(window) => {
                Self::new(Kind::TooManyRequests, error.to_string()).retry_after(window.reset)
            }
            AccessError::NoSuchKey(_) => Self::not_found(error),
            AccessError::Invalid(message) => Self::bad_request(message),
            AccessError::Store(error) => error.into(),
        }
    }
}

impl From<MemberError> for ApiError {
    fn from(error: MemberError) -> Self {
        let message = error.to_string();
        match error {
            MemberError::Wrong => Self::new(Kind::Unauthorized, message).keyed("wrong_password"),
            MemberError::CodeRequired => {
                Self::new(Kind::Unauthorized, message).keyed("code_required")
            }
            MemberError::CodeWrong => Self::new(Kind::Unauthorized, message).keyed("code_wrong"),
            MemberError::TooMany(seconds) => {
                Self::new(Kind::TooManyRequests, message).retry_after(seconds)
            }
            MemberError::Busy => Self::new(Kind::TooManyRequests, message).retry_after(1),
            MemberError::LinkEnded => Self::not_found(message).keyed("link_ended"),
            MemberError::NoSuch { .. } => Self::not_found(message),
            MemberError::Taken(_) => Self::new(Kind::Conflict, message),
            MemberError::LastAdmin => Self::new(Kind::Conflict, message).keyed("last_admin"),
            MemberError::NotAllowed(_) => Self::new(Kind::Forbidden, message),
            MemberError::Invalid(_) => Self::bad_request(message),
            MemberError::Store(error) => error.into(),
        }
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NoSuchConnection => Self::not_found(error),
            VaultError::NoSuchConnector(_) => Self::not_found(error),
            VaultError::OtherIdentity => Self::new(Kind::Forbidden, error.to_string()),
            VaultError::Invalid(_) | VaultError::CredentialsRefused { .. } => {
                Self::bad_request(error)
            }
            VaultError::MustReconnect { .. } | VaultError::Inactive => {
                Self::new(Kind::FailedDependency, error.to_string())
            }
            VaultError::ChangedMeanwhile | VaultError::NotRefreshable => {
                Self::new(Kind::Conflict, error.to_string())
            }
            VaultError::CannotSign(_) | VaultError::CannotOpen(_) => {
                let message = error.to_string();
                Self::new(Kind::FailedDependency, message).because(error)
            }
            VaultError::TryLater { seconds, .. } | VaultError::NotNow { seconds, .. } => {
                Self::new(Kind::Unavailable, error.to_string()).retry_after(seconds)
            }
            VaultError::NoApp { .. } => Self::new(Kind::FailedDependency, error.to_string()),
            VaultError::NoToken {
                error: TokenError::Unavailable { .. },
                ..
            } => Self::new(Kind::BadGateway, error.to_string()),
            VaultError::NoToken { .. } => Self::bad_request(error),
            VaultError::LinkUsed => Self::new(Kind::Unauthorized, error.to_string()),
            VaultError::CannotCheck(error) => error.into(),
            VaultError::Store(error) => error.into(),
        }
    }
}

impl From<crate::egress::EgressError> for ApiError {
    fn from(error: crate::egress::EgressError) -> Self {
        use crate::egress::EgressError as E;
        let kind = match &error {
            E::Forbidden { .. } => Kind::Forbidden,
            E::TimedOut { .. } => Kind::GatewayTimeout,
            E::Body => Kind::BadRequest,
            _ => Kind::BadGateway,
        };
        let message = error.to_string();
        Self::new(kind, message).because(error)
    }
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::NoSuchWebhook => Self::not_found(error),
            WebhookError::Invalid(message) => Self::bad_request(message),
            WebhookError::Store(error) => error.into(),
        }
    }
}

impl From<TuningError> for ApiError {
    fn from(error: TuningError) -> Self {
        match error {
            TuningError::Fixed(message) => Self::new(Kind::Conflict, message).keyed("fixed"),
            TuningError::Invalid(message) => Self::bad_request(message),
            TuningError::Store(error) => error.into(),
        }
    }
}

impl From<AgentError> for ApiError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Invalid(_) => Self::bad_request(error),
            AgentError::NotFound(message) => Self::not_found(message),
            AgentError::NotAllowed(message) => Self::new(Kind::Forbidden, message),
            AgentError::Conflict(message) => Self::new(Kind::Conflict, message),
            AgentError::Vault(error) => error.into(),
            AgentError::Passthrough(error) => error.into(),
            AgentError::Egress(error) => error.into(),
            AgentError::Store(error) => error.into(),
        }
    }
}

impl From<PassthroughError> for ApiError {
    fn from(error: PassthroughError) -> Self {
        match error {
            PassthroughError::Vault(error) => error.into(),
            PassthroughError::Egress(error) => error.into(),
            PassthroughError::NoSuchAction(_) => Self::not_found(error),
            PassthroughError::NotAllowed(message) => Self::new(Kind::Forbidden, message),
            PassthroughError::Mismatch { .. } => Self::new(Kind::Unprocessable, error.to_string()),
            _ => Self::bad_request(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_code() {
        let kinds = [
            Kind::BadRequest,
            Kind::Conflict,
            Kind::Forbidden,
            Kind::Internal,
            Kind::MethodNotAllowed,
            Kind::NotFound,
            Kind::FailedDependency,
            Kind::Unavailable,
            Kind::TooManyRequests,
            Kind::Unauthorized,
            Kind::Unprocessable,
            Kind::BadGateway,
            Kind::GatewayTimeout,
            Kind::TooLarge,
            Kind::InsufficientStorage,
        ];
        let codes: std::collections::BTreeSet<u16> =
            kinds.iter().map(|kind| kind.row().1).collect();
        assert_eq!(codes.len(), kinds.len());
        for kind in kinds {
            assert!(StatusCode::from_u16(kind.row().2).is_ok());
        }
    }

    #[test]
    fn the_cause_is_for_the_log_alone() {
        let error = ApiError::from(StoreError::Io(std::io::Error::other("/data/log is gone")));
        assert!(!error.to_string().contains("/data"));
        assert!(error.causes().unwrap().contains("/data/log is gone"));
    }
}
