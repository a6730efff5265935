//! Signatures of others' JWTs, checked with the keys that they publish.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

/// A public key for signatures, as a JWK (RFC 7517) gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// By which a token names it.
    pub id: Option<String>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
    /// A point of P-256, uncompressed.
    P256(Vec<u8>),
}

impl PublicKey {
    /// The key that `jwk` is, if it is one for signatures that is known here.
    pub fn of_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if text("use").is_some_and(|of| of != "sig") {
            return None;
        }
        let kind = match (text("kty")?, text("crv")) {
            ("RSA", _) => Kind::Rsa(bytes("n")?, bytes("e")?),
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if (x.len(), y.len()) != (32, 32) {
                    return None;
                }
                Kind::P256([&[4], x.as_slice(), y.as_slice()].concat())
            }
            _ => return None,
        };
        let id = text("kid").map(str::to_owned);
        Some(Self { id, kind })
    }

    /// Whether `signature` is that of `message` by the algorithm that a token names (RFC 7518
    /// section 3.1). The key decides which algorithm it is good for; `none` is good for no key.
    pub fn verifies(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        match (&self.kind, algorithm) {
            (Kind::Rsa(n, e), "RS256") => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Kind::P256(point), "ES256") => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7515 appendix A.3.
    #[test]
    fn the_signature_of_rfc_7515_is_good_with_its_key_and_algorithm_alone() {
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        let message = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD
            .decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
            .unwrap();
        let key = PublicKey::of_jwk(&jwk).unwrap();
        assert!(key.verifies("ES256", message.as_bytes(), &signature));
        for algorithm in ["none", "RS256", "HS256", ""] {
            assert!(!key.verifies(algorithm, message.as_bytes(), &signature));
        }
        assert!(!key.verifies("ES256", &message.as_bytes()[1..], &signature));
        assert!(!key.verifies("ES256", message.as_bytes(), &[]));
    }

    #[test]
    fn what_is_no_key_for_signatures_is_none() {
        for jwk in [
            json!({}),
            json!({ "kty": "oct", "k": "AAAA" }),
            json!({ "kty": "RSA", "n": "!", "e": "AQAB" }),
            json!({ "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB" }),
            json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
            json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }),
            json!(7),
        ] {
            assert_eq!(PublicKey::of_jwk(&jwk), None, "{jwk}");
        }
    }
}
