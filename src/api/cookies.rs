//! Cookies, as requests carry them.

use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;

/// The value of the cookie `name`; of several, the first.
pub fn cookie_of(request: &HttpRequest, name: &str) -> Option<String> {
    request
        .headers()
        .get_all(COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(other, _)| *other == name)
        .map(|(_, value)| value.to_owned())
}
