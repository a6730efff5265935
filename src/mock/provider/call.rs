//! A request to the provider that has arrived.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};

use super::Provider;
use super::error::Wrong;
use super::params::Params;
use crate::domain::{Connector, Encoding, OAuth};
use crate::mock::body::Body;

/// A request that has arrived, body and all.
pub struct Call<'r> {
    /// Its head.
    pub request: &'r HttpRequest,
    /// Its body.
    pub body: Body,
    /// Who answers.
    pub provider: &'r Provider,
    /// As whom.
    pub connector: Arc<Connector>,
    /// In which dialect.
    pub oauth: Arc<OAuth>,
}

impl Call<'_> {
    /// The provider's name.
    pub fn platform(&self) -> &str {
        self.connector.platform.as_str()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The query, as it came.
    pub fn query(&self) -> &str {
        self.request.uri().query().unwrap_or_default()
    }

    /// The parameters in the body, which must be written as `encoding` says.
    pub fn params(&self, encoding: Encoding) -> Result<Params, Wrong> {
        let (written, params) = self.any_params().ok_or_else(|| {
            Wrong::request("the body is not of the form that its content type says")
        })?;
        match written == encoding {
            true => Ok(params),
            false => Err(Wrong::request(match encoding {
                Encoding::Form => "the body must be application/x-www-form-urlencoded",
                Encoding::Json => "the body must be application/json",
                Encoding::Multipart => "the body must be multipart/form-data",
            })),
        }
    }

    /// The parameters in the body, however they are written.
    pub fn any_params(&self) -> Option<(Encoding, Params)> {
        let content_type = self.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
        let (media_type, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
        let body = self.body.held.as_deref()?;
        match media_type.trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Some((Encoding::Form, Params::urlencoded(body))),
            "application/json" => Some((Encoding::Json, Params::json(body)?)),
            "multipart/form-data" => {
                let boundary = rest.trim().strip_prefix("boundary=")?.trim_matches('"');
                Some((Encoding::Multipart, Params::multipart(boundary, body)?))
            }
            _ => None,
        }
    }
}
