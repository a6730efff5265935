//! What a service account exchanges for a token (RFC 7523 section 3).

use serde_json::{Map, Value};

use crate::crypto::{BadPrivateKey, base64_url, sign_jwt};
use crate::domain::{Assertion, AssertionAlgorithm, MissingField, Secret, Timestamp};

/// Why there is no assertion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotAssert {
    /// A field is not filled.
    #[error(transparent)]
    MissingField(#[from] MissingField),
    /// The key is none that this algorithm takes.
    #[error(transparent)]
    BadKey(#[from] BadPrivateKey),
}

/// The assertion, signed.
pub fn assertion<'v>(
    assertion: &Assertion,
    scopes: Option<&str>,
    now: Timestamp,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<Secret<String>, CannotAssert> {
    // An optional field that was left out is empty here.
    let value = |name: &str| value(name).or(Some(""));
    let algorithm = match assertion.algorithm {
        AssertionAlgorithm::RS256 => "RS256",
        AssertionAlgorithm::ES256 => "ES256",
    };
    let mut head = Map::from_iter([
        ("alg".to_owned(), Value::from(algorithm)),
        ("typ".to_owned(), Value::from("JWT")),
    ]);
    if let Some(key_id) = &assertion.key_id {
        let key_id = key_id.render(value)?;
        if !key_id.is_empty() {
            head.insert("kid".to_owned(), key_id.into());
        }
    }
    let issued_at = now.micros() / 1_000_000;
    let lifetime = i64::try_from(assertion.lifetime_seconds).unwrap_or(3600);
    let mut claims: Map<String, Value> = Map::new();
    for (name, template) in &assertion.claims {
        let text = template.render(value)?;
        if !text.is_empty() {
            claims.insert(name.clone(), text.into());
        }
    }
    if let Some(scopes) = scopes.filter(|scopes| assertion.scope_claim && !scopes.is_empty()) {
        claims.insert("scope".to_owned(), scopes.into());
    }
    claims.insert("iat".to_owned(), issued_at.into());
    claims.insert("exp".to_owned(), (issued_at + lifetime).into());
    let signed = format!(
        "{}.{}",
        base64_url(Value::Object(head).to_string().as_bytes()),
        base64_url(Value::Object(claims).to_string().as_bytes())
    );
    let key = Secret::new(assertion.key.render(value)?);
    let signature = sign_jwt(assertion.algorithm, &key, signed.as_bytes())?;
    Ok(Secret::new(format!("{signed}.{}", base64_url(&signature))))
}
