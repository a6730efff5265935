//! What must not be seen of a request, masked.
//!
//! Two ways at once: by what the vault put into the request, and by names that mean a secret
//! whoever sent it. The second is a guess, and guesses too much rather than too little.

use hyper::http::HeaderMap;
use percent_encoding::percent_decode_str;

use super::event::{Header, cut};

/// What stands in the place of a secret.
pub const MASK: &str = "•••";

/// So many bytes of headers are kept.
const MAX_HEADERS: usize = 16 << 10;
/// So many bytes of one header's value are kept.
const MAX_VALUE: usize = 2 << 10;
/// A shorter secret is not looked for in other places: it would be found everywhere.
const MIN_SECRET: usize = 6;

/// Names that contain one of these belong to secrets.
const TELLING: [&str; 10] = [
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "signature",
    "credential",
    "session",
    "authorization",
    "cookie",
];

/// And these do, by themselves.
const NAMES: [&str; 14] = [
    "key",
    "auth",
    "code",
    "sig",
    "pwd",
    "pass",
    "jwt",
    "assertion",
    "hapikey",
    "xauthkey",
    "accesskey",
    "secretkey",
    "privatekey",
    "subscriptionkey",
];

/// Names that sound like secrets and are known to be none: where a list goes on, and what is left.
const HARMLESS: [&str; 7] = [
    "pagetoken",
    "nextpagetoken",
    "synctoken",
    "nexttoken",
    "continuationtoken",
    "maxtokens",
    "idempotencykey",
];

/// The headers that nearly every request and answer has: none is a secret, and none need be looked
/// at for long.
const USUAL: [&str; 24] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "alt-svc",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "server",
    "strict-transport-security",
    "traceparent",
    "transfer-encoding",
    "user-agent",
    "vary",
    "via",
    "x-content-type-options",
    "x-request-id",
];

/// Whether what stands under `name` is a secret, as far as the name tells.
pub fn is_secret_name(name: &str) -> bool {
    if USUAL.contains(&name) {
        return false;
    }
    let mut plain = String::with_capacity(name.len());
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    plain.extend(letters.map(|letter| letter.to_ascii_lowercase()));
    let is_harmless = plain.contains("ratelimit") || HARMLESS.contains(&plain.as_str());
    !is_harmless
        && (NAMES.contains(&plain.as_str())
            || plain.ends_with("key")
            || TELLING.iter().any(|telling| plain.contains(telling)))
}

/// `path` with the values of its query's secret parameters masked: those named in `also`, and those
/// whose names tell.
pub fn path(path: &str, also: &[String]) -> String {
    let Some((before, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let is_secret = |name: &str| {
        let name = name.replace('+', " ");
        let name = percent_decode_str(&name).decode_utf8_lossy();
        is_secret_name(&name) || also.iter().any(|own| *own == name)
    };
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret(name) => {
                format!("{name}={MASK}")
            }
            _ => pair.to_owned(),
        })
        .collect();
    format!("{before}?{}", pairs.join("&"))
}

/// The values in `headers` that the vault has put there, without their schemes.
pub fn injected(headers: &HeaderMap) -> Vec<String> {
    headers
        .values()
        .filter(|value| value.is_sensitive())
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let bare = text.rsplit(' ').next().unwrap_or_default();
            bare.to_owned()
        })
        .filter(|secret| secret.len() >= MIN_SECRET)
        .collect()
}

/// `headers` as they may be shown; values that contain one of `secrets` are masked as well.
pub fn headers(headers: &HeaderMap, secrets: &[String]) -> Vec<Header> {
    let mut room = MAX_HEADERS;
    let mut shown = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        let is_secret = value.is_sensitive()
            || is_secret_name(name.as_str())
            || secrets
                .iter()
                .any(|secret| text.len() >= secret.len() && text.contains(secret.as_str()));
        let value = match is_secret {
            true => MASK.to_owned(),
            // It may be an address.
            false if text.contains('?') => path(&cut(&text, MAX_VALUE), &[]),
            false => cut(&text, MAX_VALUE),
        };
        let length = name.as_str().len() + value.len();
        if length > room {
            break;
        }
        room -= length;
        shown.push((name.as_str().to_owned(), value));
    }
    shown
}

#[cfg(test)]
mod tests {
    use hyper::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn names_tell_what_is_secret() {
        for (name, is_secret) in [
            ("authorization", true),
            ("Cookie", true),
            ("set-cookie", true),
            ("x-api-key", true),
            ("X-Auth-Token", true),
            ("api_key", true),
            ("key", true),
            ("X-Amz-Signature", true),
            ("client_secret", true),
            ("code", true),
            ("accept", false),
            ("content-type", false),
            ("pageToken", false),
            ("x-ratelimit-remaining-tokens", false),
            ("max_tokens", false),
            ("q", false),
            ("idempotency-key", false),
            ("status_code", false),
        ] {
            assert_eq!(is_secret_name(name), is_secret, "{name}");
        }
    }

    #[test]
    fn secret_parameters_lose_their_values_and_nothing_else_changes() {
        let own = ["appid".to_owned()];
        for (given, shown) in [
            ("/a/b", "/a/b"),
            ("/a?q=x&b=&c", "/a?q=x&b=&c"),
            ("/a?api_key=s%26&q=1", "/a?api_key=•••&q=1"),
            ("/a?k%65y=s", "/a?k%65y=•••"),
            ("/a?appid=s&appid=t", "/a?appid=•••&appid=•••"),
            ("/a?token=", "/a?token="),
            ("/a?x=1?token=s", "/a?x=1?token=s"),
        ] {
            assert_eq!(path(given, &own), shown);
        }
    }

    #[test]
    fn headers_lose_what_was_injected_wherever_it_stands() {
        let mut sent = HeaderMap::new();
        let mut bearer = HeaderValue::from_static("Bearer hunter22");
        bearer.set_sensitive(true);
        sent.insert(HeaderName::from_static("x-own"), bearer);
        sent.insert("accept", HeaderValue::from_static("*/*"));
        let secrets = injected(&sent);
        assert_eq!(secrets, ["hunter22"]);
        let mut answer = HeaderMap::new();
        answer.insert("x-echo", HeaderValue::from_static("got hunter22!"));
        answer.insert(
            "location",
            HeaderValue::from_static("https://a/?token=x&b=1"),
        );
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            headers(&sent, &secrets),
            [pair("x-own", MASK), pair("accept", "*/*")]
        );
        assert_eq!(
            headers(&answer, &secrets),
            [
                pair("x-echo", MASK),
                pair("location", "https://a/?token=•••&b=1")
            ]
        );
    }

    #[test]
    fn very_long_heads_are_cut() {
        let mut long = HeaderMap::new();
        for n in 0..50 {
            let name: HeaderName = format!("x-{n}").parse().unwrap();
            long.insert(name, HeaderValue::from_str(&"v".repeat(4000)).unwrap());
        }
        let shown = headers(&long, &[]);
        let bytes: usize = shown
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        assert!(bytes <= MAX_HEADERS && shown.len() < 10);
        assert!(shown.iter().all(|(_, value)| value.len() <= MAX_VALUE));
    }
}
