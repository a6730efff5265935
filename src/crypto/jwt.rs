//! Signatures of JWTs, by keys that service accounts come with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};

use crate::domain::{AssertionAlgorithm, Secret};

/// The private key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the private key cannot be used; paste it whole, from -----BEGIN to the end of -----END")]
pub struct BadPrivateKey;

/// Signs `message` with a key in PEM: PKCS #8, or PKCS #1 for RSA. A key whose line breaks were
/// written as `\n`, as they stand in JSON files, is taken too.
pub fn sign_jwt(
    algorithm: AssertionAlgorithm,
    pem: &Secret<String>,
    message: &[u8],
) -> Result<Vec<u8>, BadPrivateKey> {
    let text = zeroize::Zeroizing::new(pem.expose().replace("\\n", "\n"));
    let (label, der) = decode(&text).ok_or(BadPrivateKey)?;
    let random = SystemRandom::new();
    match algorithm {
        AssertionAlgorithm::RS256 => {
            let key = match label {
                "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
                _ => RsaKeyPair::from_pkcs8(&der),
            };
            let key = key.map_err(|_| BadPrivateKey)?;
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                .map_err(|_| BadPrivateKey)?;
            Ok(signature)
        }
        AssertionAlgorithm::ES256 => {
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random)
                .map_err(|_| BadPrivateKey)?;
            let signature = key.sign(&random, message).map_err(|_| BadPrivateKey)?;
            Ok(signature.as_ref().to_vec())
        }
    }
}

/// The label and content of the first block.
fn decode(pem: &str) -> Option<(&str, zeroize::Zeroizing<Vec<u8>>)> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let digits: zeroize::Zeroizing<String> =
        zeroize::Zeroizing::new(body.chars().filter(|each| !each.is_whitespace()).collect());
    let der = STANDARD.decode(digits.as_bytes()).ok()?;
    Some((label, zeroize::Zeroizing::new(der)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, KeyPair, UnparsedPublicKey};

    fn pem(der: &[u8]) -> Secret<String> {
        Secret::new(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        ))
    }

    #[test]
    fn a_signature_is_good_also_when_the_key_came_out_of_a_json_file() {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random)
            .unwrap();
        let written = pem(der.as_ref());
        let escaped = Secret::new(written.expose().replace('\n', "\\n"));
        for pem in [written, escaped] {
            let signature = sign_jwt(AssertionAlgorithm::ES256, &pem, b"message").unwrap();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref())
                .verify(b"message", &signature)
                .unwrap();
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "hunter2",
            "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----",
        ] {
            for algorithm in [AssertionAlgorithm::RS256, AssertionAlgorithm::ES256] {
                let pem = Secret::new(text.to_owned());
                assert_eq!(
                    sign_jwt(algorithm, &pem, b"m"),
                    Err(BadPrivateKey),
                    "{text}"
                );
            }
        }
    }
}
