//! Assertions of service accounts (RFC 7523), looked at but not verified (pure).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::error::Wrong;
use crate::domain::{AssertionAlgorithm, Timestamp};

/// An assertion may be good for so many seconds at the most.
const LONGEST: i64 = 24 * 60 * 60;
/// So many seconds may two clocks differ.
const SKEW: i64 = 60;

/// Who an assertion speaks for, and the scopes that it claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The claim `iss`.
    pub issuer: String,
    /// The claim `scope`.
    pub scope: Option<String>,
}

/// Reads an assertion: its form, its algorithm, who and whom it is for, and when. Its signature is
/// not verified, since nobody has told the mock the key.
///
/// # Errors
/// `invalid_grant` (RFC 7523 section 3.1) with what is wrong.
pub fn read(
    assertion: &str,
    algorithm: Option<AssertionAlgorithm>,
    now: Timestamp,
) -> Result<Claims, Wrong> {
    let parts: Vec<&str> = assertion.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else {
        return Err(Wrong::grant("the assertion has not three parts"));
    };
    let (head, claims) = (object(head, "header")?, object(claims, "claims")?);
    let is_signed = URL_SAFE_NO_PAD
        .decode(signature)
        .is_ok_and(|bytes| !bytes.is_empty());
    if !is_signed {
        return Err(Wrong::grant("the assertion has no signature in base64url"));
    }
    check_algorithm(&head, algorithm)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let issuer = text("iss").filter(|text| !text.is_empty());
    let issuer = issuer.ok_or_else(|| Wrong::grant("the claim `iss` is missing"))?;
    let has_audience = match claims.get("aud") {
        Some(Value::String(audience)) => !audience.is_empty(),
        Some(Value::Array(audiences)) => !audiences.is_empty(),
        _ => false,
    };
    if !has_audience {
        return Err(Wrong::grant("the claim `aud` is missing"));
    }
    check_times(&claims, now)?;
    Ok(Claims {
        issuer: issuer.to_owned(),
        scope: text("scope").map(str::to_owned),
    })
}

fn object(part: &str, what: &str) -> Result<Value, Wrong> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok();
    let value = bytes.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    value
        .filter(Value::is_object)
        .ok_or_else(|| Wrong::grant(format!("the assertion's {what} are no JSON in base64url")))
}

fn check_algorithm(head: &Value, wanted: Option<AssertionAlgorithm>) -> Result<(), Wrong> {
    let is_taken = match (head.get("alg").and_then(Value::as_str), wanted) {
        (Some("RS256"), wanted) => wanted != Some(AssertionAlgorithm::ES256),
        (Some("ES256"), wanted) => wanted != Some(AssertionAlgorithm::RS256),
        _ => false,
    };
    match is_taken {
        true => Ok(()),
        false => Err(Wrong::grant(
            "the assertion is signed with another algorithm",
        )),
    }
}

fn check_times(claims: &Value, now: Timestamp) -> Result<(), Wrong> {
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let now = now.micros().div_euclid(1_000_000);
    let end = time("exp").ok_or_else(|| Wrong::grant("the claim `exp` is missing"))?;
    if end <= now {
        return Err(Wrong::grant("the assertion has expired"));
    }
    if end > now.saturating_add(LONGEST + SKEW) {
        return Err(Wrong::grant("the assertion is good for more than a day"));
    }
    match time("iat").is_some_and(|made| made > now.saturating_add(SKEW)) {
        true => Err(Wrong::grant("the assertion was made in the future")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::base64_url;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn signed(head: &Value, claims: &Value) -> String {
        let part = |value: &Value| base64_url(value.to_string().as_bytes());
        format!("{}.{}.c2lnbmVk", part(head), part(claims))
    }

    fn good() -> Value {
        json!({"iss": "robot@acme.example", "aud": "https://x", "exp": 1_000_600, "iat": 1_000_000, "scope": "a b"})
    }

    #[test]
    fn a_good_assertion_says_who_and_what() {
        for algorithm in ["RS256", "ES256"] {
            let claims = read(&signed(&json!({"alg": algorithm}), &good()), None, NOW).unwrap();
            assert_eq!(claims.issuer, "robot@acme.example");
            assert_eq!(claims.scope.as_deref(), Some("a b"));
        }
    }

    #[test]
    fn whatever_is_wrong_is_said() {
        let rs256 = json!({"alg": "RS256"});
        let changed = |name: &str, value: Value| {
            let mut claims = good();
            claims[name] = value;
            signed(&rs256, &claims)
        };
        for (assertion, said) in [
            ("a.b".to_owned(), "three parts"),
            ("a.b.c".to_owned(), "header"),
            (signed(&json!({"alg": "none"}), &good()), "algorithm"),
            (signed(&json!({"alg": "ES256"}), &good()), "algorithm"),
            (signed(&rs256, &good()).replace("c2lnbmVk", ""), "signature"),
            (changed("iss", json!("")), "`iss`"),
            (changed("aud", Value::Null), "`aud`"),
            (changed("exp", Value::Null), "`exp`"),
            (changed("exp", json!(1_000_000)), "expired"),
            (changed("exp", json!(1_090_000)), "more than a day"),
            (changed("iat", json!(1_000_061)), "future"),
        ] {
            let wrong = read(&assertion, Some(AssertionAlgorithm::RS256), NOW).unwrap_err();
            assert_eq!(wrong.code, "invalid_grant");
            assert!(wrong.description.contains(said), "{}", wrong.description);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[a-zA-Z0-9._=-]{0,60}", exp in any::<i64>()) {
            let _ = read(&text, None, NOW);
            let claims = json!({"iss": "x", "aud": "y", "exp": exp, "iat": exp});
            let _ = read(&signed(&json!({"alg": "RS256"}), &claims), None, NOW);
        }
    }
}
