//! How a receiver knows that a message is ours.

use crate::crypto::{hex, hmac_sha256};
use crate::domain::Secret;

/// The header that a signature stands in.
pub const SIGNATURE: &str = "x-magpie-signature";

/// `t=…,v1=…`: the time in seconds, and HMAC-SHA-256 of `{time}.{body}` in hexadecimal.
pub fn signature(secret: &Secret<String>, seconds: i64, body: &[u8]) -> String {
    let mut signed = format!("{seconds}.").into_bytes();
    signed.extend_from_slice(body);
    let mac = hmac_sha256(secret.expose().as_bytes(), &signed);
    format!("t={seconds},v1={}", hex(&mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_the_time_and_the_body() {
        let secret = Secret::new("0123456789abcdef".to_owned());
        let signed = signature(&secret, 5, b"{}");
        assert!(signed.starts_with("t=5,v1=") && signed.len() == "t=5,v1=".len() + 64);
        assert_ne!(signed, signature(&secret, 6, b"{}"));
        assert_ne!(signed, signature(&secret, 5, b"{ }"));
    }
}
