//! Which headers go on, in both directions.

use hyper::http::{HeaderMap, HeaderName, HeaderValue};

/// Headers that belong to one hop (RFC 9110 section 7.6.1), or to us.
const NOT_FORWARDED: [&str; 13] = [
    "host",
    "cookie",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "http2-settings",
];

/// Headers of a provider's answer that do not come back.
const NOT_RETURNED: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "set-cookie",
];

/// What is put before each of the provider's headers, for clients that look there.
const RETURNED_PREFIX: &str = "x-pica-passthrough-";

/// The caller sent something that cannot be forwarded as it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeaders {
    /// Which of the two would count differs from server to server.
    #[error("there are two `authorization` headers; send at most one")]
    TwoAuthorizations,
    /// Its name or value is not of a form that HTTP allows.
    #[error("a header's name or value is not of a form that can be sent on")]
    Malformed,
}

/// Whether a caller's header goes on to the provider. Ours never do: the one that names the caller
/// is its password, and a browser's cookie and the token beside it are a person's session.
pub fn is_forwarded(name: &str) -> bool {
    !name.starts_with("x-pica-") && !name.starts_with("x-magpie-") && !NOT_FORWARDED.contains(&name)
}

/// Whether a provider's header comes back to the caller.
pub fn is_returned(name: &str) -> bool {
    !name.starts_with("access-control-") && !NOT_RETURNED.contains(&name)
}

/// The headers of the provider's request: the caller's that go on, then `fixed` where the caller
/// sent none of that name, then `injected` in any case.
///
/// `caller` gives them anew at each call, names in lower case. What the `connection` header
/// nominates stays behind as well.
pub fn outgoing<'a, I: Iterator<Item = (&'a str, &'a [u8])>>(
    caller: impl Fn() -> I,
    fixed: &[(HeaderName, HeaderValue)],
    injected: &[(HeaderName, HeaderValue)],
) -> Result<HeaderMap, BadHeaders> {
    let nominated: Vec<String> = caller()
        .filter(|(name, _)| *name == "connection")
        .flat_map(tokens)
        .collect();
    let mut headers = HeaderMap::with_capacity(16);
    for (name, value) in caller() {
        let is_injected = injected.iter().any(|(other, _)| other.as_str() == name);
        if !is_forwarded(name) || is_injected || nominated.iter().any(|other| other == name) {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| BadHeaders::Malformed)?;
        let value = HeaderValue::from_bytes(value).map_err(|_| BadHeaders::Malformed)?;
        if name == hyper::header::AUTHORIZATION && headers.contains_key(&name) {
            return Err(BadHeaders::TwoAuthorizations);
        }
        headers.append(name, value);
    }
    for (name, value) in fixed {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    for (name, value) in injected {
        headers.insert(name, value.clone());
    }
    Ok(headers)
}

/// The provider's headers as the caller gets them: each as it is, and once more with a prefix.
pub fn returned(answer: &HeaderMap, mut append: impl FnMut(&str, &HeaderValue)) {
    let nominated: Vec<String> = answer
        .get_all(hyper::header::CONNECTION)
        .iter()
        .flat_map(|value| tokens(("connection", value.as_bytes())))
        .collect();
    let mut prefixed = String::from(RETURNED_PREFIX);
    for (name, value) in answer {
        if !is_returned(name.as_str()) || nominated.iter().any(|other| other == name.as_str()) {
            continue;
        }
        append(name.as_str(), value);
        prefixed.truncate(RETURNED_PREFIX.len());
        prefixed.push_str(name.as_str());
        append(&prefixed, value);
    }
}

fn tokens<'a>((_, value): (&'a str, &'a [u8])) -> impl Iterator<Item = String> + 'a {
    value
        .split(|byte| *byte == b',')
        .map(|token| String::from_utf8_lossy(token.trim_ascii()).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    }

    fn sent(
        caller: &[(&str, &str)],
        injected: &[(HeaderName, HeaderValue)],
    ) -> Result<Vec<String>, BadHeaders> {
        let fixed = [pair("x-version", "2022")];
        let caller = || caller.iter().map(|(name, value)| (*name, value.as_bytes()));
        let headers = outgoing(caller, &fixed, injected)?;
        Ok(headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect())
    }

    #[test]
    fn only_the_callers_own_end_to_end_headers_go_on() {
        for (name, goes_on) in [
            ("accept", true),
            ("x-github-api-version", true),
            ("content-length", true),
            ("authorization", true),
            ("x-pica-secret", false),
            ("x-pica-connection-key", false),
            ("x-magpie-csrf", false),
            ("x-magpie-environment", false),
            ("cookie", false),
            ("host", false),
            ("transfer-encoding", false),
            ("expect", false),
        ] {
            assert_eq!(is_forwarded(name), goes_on, "{name}");
        }
    }

    #[test]
    fn the_injected_header_wins_over_any_number_of_the_callers() {
        let injected = [pair("authorization", "Bearer real")];
        let caller = [
            ("authorization", "Bearer a"),
            ("authorization", "Bearer b"),
            ("accept", "*/*"),
        ];
        let sent = sent(&caller, &injected).unwrap();
        assert_eq!(
            sent,
            [
                "accept: */*",
                "x-version: 2022",
                "authorization: Bearer real"
            ]
        );
    }

    #[test]
    fn two_authorizations_of_the_callers_own_are_refused() {
        let twice = [("authorization", "a"), ("authorization", "b")];
        assert_eq!(sent(&twice, &[]), Err(BadHeaders::TwoAuthorizations));
        assert!(
            sent(&twice[..1], &[])
                .unwrap()
                .contains(&"authorization: a".to_owned())
        );
    }

    #[test]
    fn a_fixed_header_gives_way_to_the_callers() {
        assert_eq!(
            sent(&[("x-version", "2030")], &[]).unwrap(),
            ["x-version: 2030"]
        );
    }

    #[test]
    fn repeated_headers_and_nominated_ones() {
        let caller = [
            ("x-a", "1"),
            ("x-a", "2"),
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
        ];
        assert_eq!(
            sent(&caller, &[]).unwrap(),
            ["x-a: 1", "x-a: 2", "x-version: 2022"]
        );
    }

    #[test]
    fn an_answers_headers_come_back_twice_and_without_cookies() {
        let mut answer = HeaderMap::new();
        for (name, value) in [
            pair("etag", "1"),
            pair("set-cookie", "a=b"),
            pair("access-control-allow-origin", "*"),
            pair("connection", "close, x-hop"),
            pair("x-hop", "1"),
            pair("link", "<a>"),
            pair("link", "<b>"),
        ] {
            answer.append(name, value);
        }
        let mut seen = Vec::new();
        returned(&answer, |name, value| {
            seen.push(format!("{name}={}", value.to_str().unwrap()))
        });
        seen.sort();
        assert_eq!(
            seen,
            [
                "etag=1",
                "link=<a>",
                "link=<b>",
                "x-pica-passthrough-etag=1",
                "x-pica-passthrough-link=<a>",
                "x-pica-passthrough-link=<b>",
            ]
        );
    }
}
