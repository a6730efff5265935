//! What a provider says when it does not do what it was asked.

use std::borrow::Cow;

use actix_web::http::StatusCode;

use super::grants::NotGranted;

/// An error of OAuth 2 (RFC 6749 sections 4.1.2.1 and 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its code: `invalid_grant`.
    pub code: Cow<'static, str>,
    /// What is wrong, for a developer.
    pub description: String,
}

impl Wrong {
    /// An error with this code.
    pub fn new(code: impl Into<Cow<'static, str>>, description: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            description: description.into(),
        }
    }

    /// `invalid_request`.
    pub fn request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    /// `invalid_client`.
    pub fn client(description: impl Into<String>) -> Self {
        Self::new("invalid_client", description)
    }

    /// `invalid_grant`.
    pub fn grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// The status that the token endpoint answers it with.
    pub fn status(&self) -> StatusCode {
        match self.code.as_ref() {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<NotGranted> for Wrong {
    fn from(error: NotGranted) -> Self {
        match error {
            NotGranted::MoreThanAllowed => Self::new("invalid_scope", error.to_string()),
            _ => Self::grant(error.to_string()),
        }
    }
}
