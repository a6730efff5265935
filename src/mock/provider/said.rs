//! How tokens and errors are answered.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

use super::answer;
use super::error::Wrong;
use super::journal::Remark;
use crate::domain::{ClientAuth, OAuth};
use crate::mock::reply::sent;

/// An error in the provider's own way: with some, inside a 200.
pub fn refused(oauth: &OAuth, wrong: &Wrong) -> HttpResponse {
    let status = match oauth.answer.ok {
        Some(_) => StatusCode::OK,
        None => wrong.status(),
    };
    let mut response = no_store(sent(status, &answer::error(oauth, wrong)));
    Remark::on(&mut response, |remark| {
        remark.error = Some(wrong.code.to_string());
    });
    let is_basic = matches!(oauth.client_auth, ClientAuth::Basic | ClientAuth::BasicRaw);
    if status == StatusCode::UNAUTHORIZED && is_basic {
        let challenge = HeaderValue::from_static("Basic realm=\"mock\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The answer, marked so that nobody keeps it (RFC 6749 section 5.1).
pub fn no_store(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
