//! What a request asks to go wrong.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue};

/// The longest delay that can be asked for.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// What a request asks to go wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Answer with this status and nothing else (`x-mock-status`).
    pub status: Option<StatusCode>,
    /// Answer only after so long (`x-mock-delay-ms`).
    pub delay: Duration,
    /// Say that the caller should wait (`x-mock-retry-after`).
    pub retry_after: Option<HeaderValue>,
}

impl Faults {
    /// Reads the `x-mock-…` headers.
    ///
    /// # Errors
    /// A sentence, if one has a value that means nothing.
    pub fn asked_for(headers: &HeaderMap) -> Result<Self, &'static str> {
        let number = |name: &str| {
            let text = headers.get(name)?.to_str().unwrap_or_default();
            Some(text.parse::<u64>().ok())
        };
        let status = match number("x-mock-status") {
            None => None,
            Some(given) => Some(
                given
                    .filter(|status| (200..=599).contains(status))
                    .and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok())
                    .ok_or("x-mock-status must be a status from 200 to 599")?,
            ),
        };
        let delay = match number("x-mock-delay-ms") {
            None => Duration::ZERO,
            Some(given) => given
                .map(Duration::from_millis)
                .filter(|delay| *delay <= LONGEST_DELAY)
                .ok_or("x-mock-delay-ms must be a number of milliseconds, at most 60000")?,
        };
        Ok(Self {
            status,
            delay,
            retry_after: headers.get("x-mock-retry-after").cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderName;

    fn asked(name: &'static str, value: &'static str) -> Result<Faults, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        Faults::asked_for(&headers)
    }

    #[test]
    fn a_request_that_asks_for_nothing_gets_nothing() {
        assert_eq!(asked("accept", "*/*"), Ok(Faults::default()));
    }

    #[test]
    fn what_is_asked_for_is_read() {
        assert_eq!(
            asked("x-mock-status", "503").unwrap().status,
            Some(StatusCode::SERVICE_UNAVAILABLE)
        );
        assert_eq!(
            asked("x-mock-delay-ms", "60000").unwrap().delay,
            LONGEST_DELAY
        );
        assert_eq!(
            asked("x-mock-retry-after", "7").unwrap().retry_after,
            Some(HeaderValue::from_static("7"))
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for (name, value) in [
            ("x-mock-status", "600"),
            ("x-mock-status", "100"),
            ("x-mock-status", "99999999999999999999"),
            ("x-mock-status", "soon"),
            ("x-mock-delay-ms", "60001"),
            ("x-mock-delay-ms", "-1"),
        ] {
            assert!(asked(name, value).is_err(), "{name}: {value}");
        }
    }
}
