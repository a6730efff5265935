//! Who asks: the holder of an API key, in either header that clients of the protocol can set.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, ORIGIN};
use actix_web::{FromRequest, HttpRequest, web};
use url::Url;

use crate::access::AccessError;
use crate::api::PublicUrl;
use crate::api::error::{ApiError, Kind};
use crate::api::extract::admit_key;
use crate::config::Origins;
use crate::domain::ApiKey;

/// Whoever holds an API key, sent as `x-pica-secret` or as `Authorization: Bearer`. What it may do
/// is asked of each tool, since every message is a POST.
#[derive(Clone, Debug)]
pub struct Agent {
    /// With which key.
    pub key: Arc<ApiKey>,
}

impl FromRequest for Agent {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request))
    }
}

fn admit(request: &HttpRequest) -> Result<Agent, ApiError> {
    check_origin(request)?;
    let admitted = admit_key(request, key_of(request.headers())?)?;
    Ok(Agent { key: admitted.key })
}

/// The one key that was sent. Two, even alike, are none: each might be meant.
fn key_of(headers: &HeaderMap) -> Result<&str, ApiError> {
    let own = headers
        .get_all("x-pica-secret")
        .map(|value| value.to_str().map_err(|_| AccessError::UnknownKey));
    let bearer = headers.get_all(AUTHORIZATION).map(|value| {
        match value.to_str().unwrap_or("").split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(key.trim()),
            _ => Err(AccessError::UnknownKey),
        }
    });
    let mut sent = own.chain(bearer);
    match (sent.next(), sent.next()) {
        (Some(key), None) => Ok(key?),
        (None, _) => Err(ApiError::new(
            Kind::Unauthorized,
            "send your API key as `Authorization: Bearer sk_…` or in the `x-pica-secret` header",
        )),
        (Some(_), Some(_)) => Err(ApiError::new(
            Kind::Unauthorized,
            "send one API key: `Authorization` or `x-pica-secret`, not both",
        )),
    }
}

/// Refuses pages of other origins than our own and those that the operator allows.
///
/// Browsers send an origin with every POST. A page that reaches us under its own name (DNS
/// rebinding) has that name in its origin, so that this check alone keeps it out; whatever `Host` a
/// proxy in between sets is no concern of it.
fn check_origin(request: &HttpRequest) -> Result<(), ApiError> {
    let Some(origin) = request.headers().get(ORIGIN) else {
        return Ok(());
    };
    let own = request
        .app_data::<web::Data<PublicUrl>>()
        .and_then(|url| Url::parse(&url.0).ok())
        .map(|url| url.origin().ascii_serialization());
    let allowed = request
        .app_data::<web::Data<Origins>>()
        .map(|allowed| allowed.now());
    let is_allowed = origin.to_str().is_ok_and(|origin| {
        own.as_deref() == Some(origin)
            || allowed
                .iter()
                .flat_map(|allowed| allowed.iter())
                .any(|allowed| allowed == origin)
    });
    match is_allowed {
        true => Ok(()),
        false => Err(ApiError::new(
            Kind::Forbidden,
            "pages of this origin may not use the server; its operator can allow it with \
             `authkit.allowed_origins`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn one_key_is_a_key_whichever_header_has_it() {
        for (headers, key) in [
            (&[("x-pica-secret", "sk_test_1")][..], Some("sk_test_1")),
            (&[("authorization", "Bearer sk_test_1")], Some("sk_test_1")),
            (&[("authorization", "bearer  sk_test_1")], Some("sk_test_1")),
            (&[("authorization", "Basic c2s6")], None),
            (&[("authorization", "sk_test_1")], None),
            (&[], None),
            (
                &[("x-pica-secret", "a"), ("authorization", "Bearer a")],
                None,
            ),
            (&[("x-pica-secret", "a"), ("x-pica-secret", "a")], None),
        ] {
            let request = headers
                .iter()
                .fold(TestRequest::post(), |request, header| {
                    request.append_header(*header)
                })
                .to_http_request();
            assert_eq!(key_of(request.headers()).ok(), key, "{headers:?}");
        }
    }

    #[test]
    fn only_our_own_pages_and_those_allowed_come_in() {
        let allowed = Origins::new(vec!["https://app.example.com".to_owned()]);
        for (origin, comes_in) in [
            (None, true),
            (Some("https://magpie.example.com"), true),
            (Some("https://app.example.com"), true),
            (Some("http://magpie.example.com"), false),
            (Some("https://magpie.example.com:444"), false),
            (Some("https://evil.example"), false),
            (Some("null"), false),
            (Some(""), false),
        ] {
            let mut request = TestRequest::post()
                .app_data(web::Data::new(PublicUrl(
                    "https://magpie.example.com/x".to_owned(),
                )))
                .app_data(web::Data::new(allowed.clone()));
            if let Some(origin) = origin {
                request = request.insert_header(("origin", origin));
            }
            let request = request.to_http_request();
            assert_eq!(check_origin(&request).is_ok(), comes_in, "{origin:?}");
        }
    }
}
