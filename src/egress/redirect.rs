//! Whether a redirect is followed, and what may go along.

use hyper::header::{AUTHORIZATION, COOKIE, HeaderName, LOCATION, PROXY_AUTHORIZATION};
use hyper::{HeaderMap, Method, Response, StatusCode};
use url::Url;

/// How redirects are followed, where that is asked for.
#[derive(Clone, Debug)]
pub struct Redirects {
    /// How many are followed, one after the other.
    pub most: usize,
    /// Headers that must not reach another origin, beside the usual ones: an API key's, say.
    pub secret_headers: Vec<HeaderName>,
}

impl Default for Redirects {
    fn default() -> Self {
        Self {
            most: 5,
            secret_headers: Vec::new(),
        }
    }
}

/// What to do with an answer that may be a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send another request.
    Follow(Hop),
    /// It is the answer.
    Keep(Why),
}

/// Why an answer is not followed further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is no redirect.
    NotARedirect,
    /// Following it would mean to repeat a request that has effects.
    NotRepeatable,
    /// It says nothing usable about where to go.
    NoLocation,
    /// It leads away from the web, or from https to http.
    Downgrade,
    /// Enough have been followed.
    TooMany,
}

/// The next request of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Where to, without user name and fragment.
    pub url: Url,
    /// How.
    pub method: Method,
    /// Whether scheme, host and port are those of the request before; only then may credentials
    /// go along.
    pub same_origin: bool,
}

impl Redirects {
    /// [`next_hop`] for an answer to a request without a body.
    pub fn decide<B>(
        &self,
        method: &Method,
        answer: &Response<B>,
        current: &Url,
        hops: usize,
    ) -> Decision {
        let location = answer.headers().get(LOCATION);
        let location = location.map(|value| value.as_bytes());
        next_hop(method, answer.status(), location, current, self.most > hops)
    }
}

/// What follows on an answer to a request without a body.
///
/// 301 and 302 are followed for GET and HEAD; 303 turns everything else into GET; 307 and 308
/// repeat the request as it was (RFC 9110 §15.4). `may_follow` is false once enough were.
pub fn next_hop(
    method: &Method,
    status: StatusCode,
    location: Option<&[u8]>,
    current: &Url,
    may_follow: bool,
) -> Decision {
    let is_safe = matches!(*method, Method::GET | Method::HEAD);
    let method = match status.as_u16() {
        301 | 302 if is_safe => method.clone(),
        303 if *method == Method::HEAD => Method::HEAD,
        303 => Method::GET,
        307 | 308 => method.clone(),
        301 | 302 => return Decision::Keep(Why::NotRepeatable),
        _ => return Decision::Keep(Why::NotARedirect),
    };
    let Some(url) = location.and_then(|location| resolve(current, location)) else {
        return Decision::Keep(Why::NoLocation);
    };
    if !matches!(
        (current.scheme(), url.scheme()),
        (_, "https") | ("http", "http")
    ) {
        return Decision::Keep(Why::Downgrade);
    }
    if !may_follow {
        return Decision::Keep(Why::TooMany);
    }
    let same_origin = url.origin() == current.origin();
    Decision::Follow(Hop {
        url,
        method,
        same_origin,
    })
}

/// Removes what says who the caller is, and the `secret` headers.
pub fn strip_credentials(headers: &mut HeaderMap, secret: &[HeaderName]) {
    for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION]
        .iter()
        .chain(secret)
    {
        headers.remove(name);
    }
}

fn resolve(current: &Url, location: &[u8]) -> Option<Url> {
    let mut url = current.join(std::str::from_utf8(location).ok()?).ok()?;
    url.set_fragment(None);
    if url.has_host() {
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decide(method: Method, status: u16, location: &str, current: &str) -> Decision {
        let status = StatusCode::from_u16(status).unwrap();
        let current = current.parse().unwrap();
        next_hop(&method, status, Some(location.as_bytes()), &current, true)
    }

    fn follow(method: Method, url: &str, same_origin: bool) -> Decision {
        Decision::Follow(Hop {
            url: url.parse().unwrap(),
            method,
            same_origin,
        })
    }

    #[test]
    fn the_status_and_the_method_decide_how_it_goes_on() {
        let then = |method, status| decide(method, status, "/b", "https://a.test/a");
        let there = |method| follow(method, "https://a.test/b", true);
        for (method, status, decision) in [
            (Method::GET, 301, there(Method::GET)),
            (Method::HEAD, 302, there(Method::HEAD)),
            (Method::GET, 303, there(Method::GET)),
            (Method::HEAD, 303, there(Method::HEAD)),
            (Method::POST, 303, there(Method::GET)),
            (Method::DELETE, 307, there(Method::DELETE)),
            (Method::POST, 308, there(Method::POST)),
            (Method::POST, 301, Decision::Keep(Why::NotRepeatable)),
            (Method::PUT, 302, Decision::Keep(Why::NotRepeatable)),
            (Method::GET, 200, Decision::Keep(Why::NotARedirect)),
            (Method::GET, 300, Decision::Keep(Why::NotARedirect)),
            (Method::GET, 304, Decision::Keep(Why::NotARedirect)),
            (Method::GET, 305, Decision::Keep(Why::NotARedirect)),
        ] {
            assert_eq!(then(method.clone(), status), decision, "{method} {status}");
        }
    }

    #[test]
    fn the_location_decides_where_it_goes_and_what_goes_along() {
        for (location, decision) in [
            ("?x=1", follow(Method::GET, "https://a.test/p/q?x=1", true)),
            ("r#f", follow(Method::GET, "https://a.test/p/r", true)),
            (
                "https://A.test:443/",
                follow(Method::GET, "https://a.test/", true),
            ),
            (
                "https://u:p@a.test/",
                follow(Method::GET, "https://a.test/", true),
            ),
            ("//b.test/", follow(Method::GET, "https://b.test/", false)),
            (
                "https://a.test:8443/",
                follow(Method::GET, "https://a.test:8443/", false),
            ),
            (
                "https://a.test.b.test/",
                follow(Method::GET, "https://a.test.b.test/", false),
            ),
            ("http://a.test/", Decision::Keep(Why::Downgrade)),
            ("file:///etc/passwd", Decision::Keep(Why::Downgrade)),
            ("javascript:1", Decision::Keep(Why::Downgrade)),
            ("https://", Decision::Keep(Why::NoLocation)),
            ("https://[::", Decision::Keep(Why::NoLocation)),
        ] {
            let made = decide(Method::GET, 302, location, "https://a.test/p/q?key=secret");
            assert_eq!(made, decision, "{location}");
        }
        let up = decide(Method::GET, 302, "https://a.test/", "http://a.test/");
        assert_eq!(up, follow(Method::GET, "https://a.test/", false));
    }

    #[test]
    fn a_chain_ends() {
        let url = "https://a.test/".parse().unwrap();
        let status = StatusCode::FOUND;
        let last = next_hop(&Method::GET, status, Some(b"/b"), &url, false);
        assert_eq!(last, Decision::Keep(Why::TooMany));
        let lost = next_hop(&Method::GET, status, None, &url, true);
        assert_eq!(lost, Decision::Keep(Why::NoLocation));
    }

    #[test]
    fn credentials_are_stripped_and_the_rest_stays() {
        let mut headers = HeaderMap::new();
        for name in [
            "authorization",
            "cookie",
            "proxy-authorization",
            "x-api-key",
            "accept",
        ] {
            headers.insert(HeaderName::from_static(name), "x".parse().unwrap());
        }
        strip_credentials(&mut headers, &[HeaderName::from_static("x-api-key")]);
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["accept"]);
    }

    proptest! {
        #[test]
        fn no_location_leads_off_the_web_or_takes_a_name_along(location: Vec<u8>, secure: bool) {
            let current: Url = if secure { "https://a.test/" } else { "http://a.test/" }.parse().unwrap();
            let made = next_hop(&Method::GET, StatusCode::FOUND, Some(&location), &current, true);
            if let Decision::Follow(hop) = made {
                prop_assert!(hop.url.scheme() == "https" || !secure && hop.url.scheme() == "http");
                prop_assert!(hop.url.username().is_empty() && hop.url.password().is_none());
                prop_assert_eq!(hop.same_origin, hop.url.origin() == current.origin());
            }
        }
    }
}
