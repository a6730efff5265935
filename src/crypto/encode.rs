//! Digests, and bytes as text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// SHA-256 (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// HMAC-SHA-256 (RFC 2104) of `bytes` under `key`.
pub fn hmac_sha256(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut out = [0; 32];
    out.copy_from_slice(hmac::sign(&key, bytes).as_ref());
    out
}

/// HMAC-SHA-1 (RFC 2104), which one-time codes are made with (RFC 4226). As a MAC it is not broken;
/// apps that show codes know little else.
pub fn hmac_sha1(key: &[u8], bytes: &[u8]) -> [u8; 20] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let mut out = [0; 20];
    out.copy_from_slice(hmac::sign(&key, bytes).as_ref());
    out
}

/// Base32 without padding (RFC 4648 section 6).
pub fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0u32, 0u32);
    let mut push = |five: u32| {
        let digit = usize::try_from(five & 31).ok();
        text.extend(
            digit
                .and_then(|at| DIGITS.get(at))
                .map(|byte| char::from(*byte)),
        );
    };
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

/// URL-safe base64 without padding (RFC 4648 section 5).
pub fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The big-endian number that `bytes` are, in `width` digits of 0-9 A-Z a-z; what does not fit is
/// lost from the front.
pub fn base62(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits: Vec<u8> = (0..width).map(|_| divide_by_62(&mut number)).collect();
    digits.reverse();
    digits
        .into_iter()
        .filter_map(|digit| BASE62.get(usize::from(digit)))
        .map(|byte| char::from(*byte))
        .collect()
}

/// Divides the number in place, and gives the remainder.
fn divide_by_62(number: &mut [u8]) -> u8 {
    let mut remainder = 0u16;
    for byte in number {
        let value = remainder * 256 + u16::from(*byte);
        *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
        remainder = value % 62;
    }
    u8::try_from(remainder).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_counts_as_numbers_do() {
        assert_eq!(base62(&[0], 2), "00");
        assert_eq!(base62(&[61], 2), "0z");
        assert_eq!(base62(&[62], 2), "10");
        assert_eq!(base62(&[1, 0], 3), "048");
        // 62^43 > 2^256: a 256-bit number fits in 43 digits.
        assert_eq!(base62(&[0xff; 32], 44).chars().next(), Some('0'));
    }

    #[test]
    fn base32_is_that_of_rfc_4648_without_its_padding() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text, "{bytes}");
        }
    }

    #[test]
    fn digests_are_the_published_ones() {
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
