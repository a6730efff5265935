//! Second factors: time-based one-time codes (RFC 6238), and recovery codes for when the phone is lost.
//!
//! SHA-1, six digits, thirty seconds: what every app that shows codes knows. A clock may be one
//! step off either way, and a code is taken once.

use std::time::Duration;

use subtle::ConstantTimeEq;

use super::records::StoredTotp;
use super::{MemberError, Members};
use crate::crypto::{SealContext, Sealed, base32, hex, hmac_sha1, random_bytes};
use crate::domain::{Email, Environment, MemberId, Secret, Timestamp};

/// As long as a SHA-1 digest (RFC 4226 section 4, R6).
pub const SECRET_BYTES: usize = 20;
const STEP: Duration = Duration::from_secs(30);
const DIGITS: u32 = 6;
/// How many steps a clock may be off.
const DRIFT: u64 = 1;
const RECOVERY_CODES: usize = 10;

/// The code of a step (RFC 4226 section 5.3).
fn code_at(secret: &[u8], step: u64, digits: u32) -> u32 {
    let digest = hmac_sha1(secret, &step.to_be_bytes());
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0xf);
    let four = digest
        .get(offset..)
        .and_then(<[u8]>::first_chunk::<4>)
        .copied()
        .unwrap_or_default();
    (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(digits)
}

fn step_of(now: Timestamp) -> u64 {
    u64::try_from(now.micros() / 1_000_000).unwrap_or(0) / STEP.as_secs()
}

/// The step that `code` is of, if it is right at `now` and of a later step than `after`.
pub fn accepted(secret: &[u8], code: &str, after: Option<u64>, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|each| !each.is_whitespace()).collect();
    let now = step_of(now);
    let steps = now.saturating_sub(DRIFT)..=now.saturating_add(DRIFT);
    let is_right = |step: &u64| {
        let right = format!("{:06}", code_at(secret, *step, DIGITS));
        bool::from(right.as_bytes().ct_eq(code.as_bytes()))
    };
    steps
        .filter(|step| after.is_none_or(|after| *step > after))
        .find(is_right)
}

/// What an app takes, as a QR code or by a tap.
pub fn uri(email: &Email, secret: &Secret<Vec<u8>>) -> String {
    let label =
        percent_encoding::utf8_percent_encode(email.as_str(), percent_encoding::NON_ALPHANUMERIC);
    format!(
        "otpauth://totp/Magpie:{label}?secret={}&issuer=Magpie&algorithm=SHA1&digits=6&period=30",
        base32(secret.expose())
    )
}

/// A recovery code as its hash has it: without what people put between its halves.
fn plain(code: &str) -> String {
    let plain = code.chars().filter(char::is_ascii_alphanumeric);
    plain.collect::<String>().to_ascii_lowercase()
}

impl Members {
    /// New recovery codes, and what is kept of them. 50 bits each: enough where attempts are few.
    pub(super) fn recovery_codes(&self) -> (Vec<String>, Vec<String>) {
        (0..RECOVERY_CODES)
            .map(|_| {
                let letters = base32(&random_bytes::<10>()).to_lowercase();
                let (one, rest) = letters.split_at_checked(5).unwrap_or_default();
                let two = rest.get(..5).unwrap_or_default();
                let code = format!("{one}-{two}");
                let kept = self.recovery_hash(&code);
                (code, kept)
            })
            .unzip()
    }

    fn recovery_hash(&self, code: &str) -> String {
        hex(&self.hash("member recovery code", &plain(code)))
    }

    /// `totp` once `code` is spent: a code of the app, or one of the recovery codes.
    pub(super) fn spend(
        &self,
        member: MemberId,
        totp: &StoredTotp,
        code: &str,
        now: Timestamp,
    ) -> Result<StoredTotp, MemberError> {
        let secret = self.open_totp(member, &totp.secret)?;
        if let Some(step) = accepted(secret.expose(), code, Some(totp.last_step), now) {
            return Ok(StoredTotp {
                last_step: step,
                ..totp.clone()
            });
        }
        let hash = self.recovery_hash(code);
        let is_it = |kept: &String| bool::from(kept.as_bytes().ct_eq(hash.as_bytes()));
        let mut left = totp.clone();
        left.recovery.retain(|kept| !is_it(kept));
        match left.recovery.len() < totp.recovery.len() {
            true => Ok(left),
            false => Err(MemberError::CodeWrong),
        }
    }

    pub(super) fn seal_totp(&self, member: MemberId, secret: &[u8]) -> Sealed {
        self.keyring.seal(&context(&member.to_string()), secret)
    }

    pub(super) fn open_totp(
        &self,
        member: MemberId,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, MemberError> {
        let opened = self
            .keyring
            .open_sealed(&context(&member.to_string()), sealed);
        opened.map_err(|error| {
            tracing::error!(%member, %error, "a member's second factor cannot be opened");
            MemberError::NotAllowed(
                "the second factor cannot be read any more; have a link made with `magpie admin link`",
            )
        })
    }
}

/// Members belong to no environment; the key of the stricter one seals for them.
fn context(member: &str) -> SealContext<'_> {
    SealContext {
        environment: Environment::Live,
        kind: "member",
        record: member,
        field: "totp",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// RFC 6238 appendix B, SHA-1; and its last six digits.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(code_at(SECRET, step_of(at(seconds)), 8), code, "{seconds}");
            let six = format!("{:06}", code % 1_000_000);
            assert!(accepted(SECRET, &six, None, at(seconds)).is_some());
        }
    }

    /// RFC 4226 appendix D.
    #[test]
    fn codes_of_steps_are_those_of_rfc_4226() {
        let codes = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        for (step, code) in (0..).zip(codes) {
            assert_eq!(code_at(SECRET, step, 6), code, "{step}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused_without_a_panic() {
        for code in ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345"] {
            assert_eq!(accepted(SECRET, code, None, at(59)), None, "{code}");
        }
        assert!(accepted(SECRET, " 287 082 ", None, at(59)).is_some());
    }

    #[test]
    fn an_app_is_told_everything_it_needs() {
        let email: Email = "ada+1@example.com".parse().unwrap();
        assert_eq!(
            uri(&email, &Secret::new(SECRET.to_vec())),
            "otpauth://totp/Magpie:ada%2B1%40example%2Ecom?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Magpie&algorithm=SHA1&digits=6&period=30"
        );
    }

    proptest! {
        #[test]
        fn a_code_is_good_for_its_step_and_one_beside_it_and_once(
            secret: [u8; 20],
            seconds in 100i64..4_000_000_000,
            off in -120i64..120,
        ) {
            let step = step_of(at(seconds));
            let code = format!("{:06}", code_at(&secret, step, 6));
            let later = at(seconds + off);
            let is_near = step_of(later).abs_diff(step) <= 1;
            if is_near {
                let taken = accepted(&secret, &code, None, later);
                prop_assert!(taken.is_some());
                prop_assert_eq!(accepted(&secret, &code, taken.max(Some(step)), later), None);
            }
        }
    }
}
