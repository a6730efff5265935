//! The same request for somebody who wants to see it first, and its answer whole.

use std::time::Duration;

use bytes::Bytes;
use hyper::http::{HeaderMap, HeaderValue};
use url::Url;

use super::{PassthroughError, Prepared};
use crate::domain::Secret;
use crate::egress::Egress;
use crate::egress::fetch::{FetchRequest, Fetched};

/// What stands in the place of a secret.
const MASK: &str = "••••";

/// A request as it may be shown: the credential's place is seen, its value is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

/// An answer that was waited for.
#[derive(Clone)]
pub struct Whole {
    /// Its head, and its body as far as it was read.
    pub fetched: Fetched,
    /// Whether that is all of it.
    pub is_complete: bool,
}

impl Prepared {
    /// The request with its secrets masked.
    pub fn shown(&self) -> Shown {
        let value = |value: &HeaderValue| match value.is_sensitive() {
            true => masked(value),
            false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        Shown {
            method: self.method.to_string(),
            url: format!("{}{}", self.live.origin, self.shown_path()),
            headers: self
                .headers
                .iter()
                .map(|(name, text)| (name.as_str().to_owned(), value(text)))
                .collect(),
        }
    }

    fn shown_path(&self) -> String {
        let Some((path, query)) = self.path_and_query.split_once('?') else {
            return self.path_and_query.clone();
        };
        let is_secret = |pair: &str| {
            let name = url::form_urlencoded::parse(pair.as_bytes()).next();
            name.is_some_and(|(name, _)| self.injected_query.iter().any(|own| *own == name))
        };
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_secret(pair) => format!("{name}={MASK}"),
                _ => pair.to_owned(),
            })
            .collect();
        format!("{path}?{}", pairs.join("&"))
    }

    /// What was injected, value by value, as it goes over the wire.
    pub fn injected(&self) -> Vec<Secret<String>> {
        self.injected
            .iter()
            .filter_map(|name| self.headers.get(name))
            .map(|value| Secret::new(String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect()
    }

    /// Sends the request with `body`, and waits for the answer: at most `cap` bytes of it, for at
    /// most `timeout`. May be called on any thread.
    pub async fn fetch(
        &self,
        egress: &Egress,
        body: Option<Bytes>,
        cap: usize,
        timeout: Duration,
    ) -> Result<Whole, PassthroughError> {
        let address = format!("{}{}", self.live.origin, self.path_and_query);
        let url = Url::parse(&address).map_err(|_| PassthroughError::Malformed("path or query"))?;
        let request = FetchRequest {
            method: self.method.clone(),
            url,
            headers: without_length(self.headers.clone()),
            body,
            reach: self.live.reach,
        };
        let (fetched, is_complete) = egress.fetch_some(request, cap, timeout).await?;
        Ok(Whole {
            fetched,
            is_complete,
        })
    }
}

/// The length is said by whoever knows the body.
fn without_length(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(hyper::header::CONTENT_LENGTH);
    headers
}

/// A secret header with only its scheme: `Bearer ••••`.
fn masked(value: &HeaderValue) -> String {
    let scheme = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .map(|(scheme, _)| scheme)
        .filter(|scheme| ["Bearer", "Basic", "Token"].contains(scheme));
    scheme.map_or_else(|| MASK.to_owned(), |scheme| format!("{scheme} {MASK}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_header_shows_its_scheme_at_the_most() {
        for (value, shown) in [
            ("Bearer abc", "Bearer ••••"),
            ("Basic YTpi", "Basic ••••"),
            ("hunter2", "••••"),
            ("my secret", "••••"),
            ("", "••••"),
        ] {
            assert_eq!(masked(&HeaderValue::from_str(value).unwrap()), shown);
        }
    }
}
