//! ID tokens (OpenID Connect Core 1.0 section 3.1.3.7): read, held against what was asked for, and
//! only then believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::OidcError;
use crate::crypto::PublicKey;
use crate::domain::Timestamp;

/// How far apart two clocks may be, in seconds.
const LEEWAY: i64 = 60;

/// Somebody, as the provider knows that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What stays the same when everything else changes.
    pub subject: String,
    /// The address, if the provider says that it is that person's.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// What must hold of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

/// Whose `token` is, if one of `keys` has signed it and everything holds. `None` for the keys: the
/// one that it names is not among them.
pub fn person(
    token: &str,
    keys: &[PublicKey],
    expected: Expected<'_>,
) -> Result<Option<Person>, OidcError> {
    let broken = |what: &str| OidcError::Broken(what.to_owned());
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return Err(broken("the ID token is none"));
    };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let head: Option<Header> = decode(header).and_then(|json| serde_json::from_slice(&json).ok());
    let (Some(head), Some(signature)) = (head, decode(signature)) else {
        return Err(broken("the ID token is none"));
    };
    let named: Vec<&PublicKey> = keys
        .iter()
        .filter(|key| head.kid.is_none() || key.id.is_none() || key.id == head.kid)
        .collect();
    if named.is_empty() {
        return Ok(None);
    }
    let message = format!("{header}.{payload}");
    if !named
        .iter()
        .any(|key| key.verifies(&head.alg, message.as_bytes(), &signature))
    {
        return Err(broken("the ID token's signature is not right"));
    }
    let claims = decode(payload).and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let claims = claims.ok_or_else(|| broken("the ID token is none"))?;
    check(&claims, expected).map_err(broken)?;
    Ok(Some(
        described(&claims).ok_or_else(|| broken("the ID token is of nobody"))?,
    ))
}

fn check(claims: &Value, expected: Expected<'_>) -> Result<(), &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err("the ID token is another provider's");
    }
    let (is_for_us, is_for_others) = match claims.get("aud") {
        Some(Value::String(one)) => (one == expected.client_id, false),
        Some(Value::Array(all)) => (
            all.iter().any(|one| one == expected.client_id),
            all.len() > 1,
        ),
        _ => (false, false),
    };
    let party = text("azp");
    if !is_for_us
        || (is_for_others && party.is_none())
        || party.is_some_and(|party| party != expected.client_id)
    {
        return Err("the ID token is for another program");
    }
    let now = expected.now.micros() / 1_000_000;
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64);
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
    let (latest, earliest) = ((now - LEEWAY) as f64, (now + LEEWAY) as f64);
    if seconds("exp").is_none_or(|exp| exp <= latest) {
        return Err("the ID token has expired");
    }
    if seconds("iat").is_none_or(|iat| iat > earliest)
        || seconds("nbf").is_some_and(|nbf| nbf > earliest)
    {
        return Err("the ID token is of the future: is the clock right?");
    }
    if text("nonce") != Some(expected.nonce) {
        return Err("the ID token is of another sign-in");
    }
    Ok(())
}

/// Who `claims` are about.
pub fn described(claims: &Value) -> Option<Person> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // Some providers write the boolean as a text.
    let is_verified = match claims.get("email_verified") {
        Some(Value::Bool(is_verified)) => *is_verified,
        Some(Value::String(word)) => word == "true",
        _ => false,
    };
    Some(Person {
        subject: text("sub").filter(|sub| !sub.is_empty())?.to_owned(),
        email: text("email").filter(|_| is_verified).map(str::to_owned),
        name: text("name").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://id.example.com",
        client_id: "magpie",
        nonce: "n",
        now: NOW,
    };

    fn claims() -> Value {
        json!({
            "iss": "https://id.example.com", "aud": "magpie", "sub": "1", "nonce": "n",
            "iat": 1_700_000_000, "exp": 1_700_000_060,
        })
    }

    #[test]
    fn each_claim_has_to_be_what_was_asked_for() {
        assert_eq!(check(&claims(), EXPECTED), Ok(()));
        for (name, value, is_good) in [
            ("iss", json!("https://id.example.com/"), false),
            ("iss", json!(null), false),
            ("aud", json!("other"), false),
            ("aud", json!(["magpie"]), true),
            ("aud", json!(["magpie", "other"]), false),
            ("aud", json!(["other"]), false),
            ("aud", json!(null), false),
            ("azp", json!("magpie"), true),
            ("azp", json!("other"), false),
            ("exp", json!(1_699_999_941), true),
            ("exp", json!(1_699_999_940), false),
            ("exp", json!("1800000000"), false),
            ("exp", json!(null), false),
            ("iat", json!(1_700_000_060), true),
            ("iat", json!(1_700_000_061), false),
            ("nbf", json!(1_700_000_061), false),
            ("nonce", json!("m"), false),
            ("nonce", json!(null), false),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            assert_eq!(check(&claims, EXPECTED).is_ok(), is_good, "{name}: {value}");
        }
    }

    #[test]
    fn an_address_counts_only_if_the_provider_says_that_it_is_that_persons() {
        for (verified, counts) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let claims = json!({ "sub": "1", "email": "a@b.c", "email_verified": verified });
            assert_eq!(
                described(&claims).unwrap().email.is_some(),
                counts,
                "{claims}"
            );
        }
        assert_eq!(described(&json!({ "sub": "" })), None);
    }

    #[test]
    fn a_token_without_a_signature_is_refused() {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        let keys = [PublicKey::of_jwk(&jwk).unwrap()];
        for alg in ["none", "None", "HS256", "ES256"] {
            let token = format!("{}.{}.", part(&json!({ "alg": alg })), part(&claims()));
            assert!(person(&token, &keys, EXPECTED).is_err(), "{alg}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[a-zA-Z0-9._-]{0,80}|\\PC{0,40}") {
            let _ = person(&text, &[], EXPECTED);
        }
    }
}
