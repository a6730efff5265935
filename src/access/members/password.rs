//! Passwords: which are taken, and how they are kept and compared.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::MemberError;
use crate::crypto::{Keyring, PasswordCost, argon2id, hex, random_bytes};
use crate::domain::{Email, Secret};

const MIN_CHARS: usize = 12;
/// The longest password that is looked at, in bytes.
pub const MAX_BYTES: usize = 1024;
/// So many are hashed at once: each takes a core and 19 MiB.
const AT_ONCE: usize = 2;
/// So many may wait for their turn; others are told to come back.
const IN_LINE: usize = 64;

/// Those of the most common passwords that are long enough to be asked about. Compared without
/// case, and without what is no letter or digit.
const COMMON: [&str; 26] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "0123456789012",
    "012345678901",
    "123123123123",
    "123456123456",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdfghjkl",
    "qwertyqwerty",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "iloveyouiloveyou",
    "letmeinletmein",
    "changemechangeme",
    "adminadminadmin",
    "administrator",
    "correcthorsebatterystaple",
    "magpiemagpie",
];

/// A password as it is kept: Argon2id, and over it the keyring's HMAC, so that a copy of the store
/// alone is not even something to guess at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordHash {
    cost: PasswordCost,
    /// In hex.
    salt: String,
    /// In hex.
    hash: String,
}

/// Whether `password` is one to be taken from somebody with this address and name.
///
/// # Errors
/// A sentence saying why not.
pub fn check(password: &Secret<String>, email: &Email, name: &str) -> Result<(), MemberError> {
    let text = password.expose();
    let refuse = |why: &str| Err(MemberError::Invalid(why.to_owned()));
    if text.len() > MAX_BYTES {
        return refuse("the password must not exceed 1024 bytes");
    }
    if text.chars().count() < MIN_CHARS {
        return refuse(
            "the password must have at least 12 characters; a few words make a good one",
        );
    }
    let plain = plain(text);
    let own = [
        plain_of(email.as_str()),
        plain_of(email.local_part()),
        plain_of(name),
    ];
    if own.iter().any(|own| !own.is_empty() && *own == *plain) {
        return refuse("the password must not be your email address or your name");
    }
    let mut letters: Vec<char> = plain.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if COMMON.contains(&plain.as_str()) || letters.len() < 4 {
        return refuse(
            "this password is one of the first that anybody would try; take another one",
        );
    }
    Ok(())
}

fn plain(text: &str) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(plain_of(text))
}

fn plain_of(text: &str) -> String {
    let all = text.chars().flat_map(char::to_lowercase);
    all.filter(|each| each.is_alphanumeric()).collect()
}

/// Hashes passwords, a few at a time, off the threads that serve requests.
pub struct Hasher {
    keyring: Arc<Keyring>,
    line: Semaphore,
    turns: Semaphore,
    /// What is compared with where there is nothing to compare with: the same work.
    nobodys: PasswordHash,
}

impl Hasher {
    /// With the keyring's hashing key.
    pub fn new(keyring: Arc<Keyring>) -> Self {
        Self {
            keyring,
            line: Semaphore::new(IN_LINE),
            turns: Semaphore::new(AT_ONCE),
            nobodys: PasswordHash {
                cost: PasswordCost::CURRENT,
                salt: hex(&random_bytes::<16>()),
                hash: hex(&random_bytes::<32>()),
            },
        }
    }

    /// Hashes `password` to be kept.
    pub async fn hash(&self, password: &Secret<String>) -> Result<PasswordHash, MemberError> {
        let salt = hex(&random_bytes::<16>());
        let hash = self.run(password, &salt, PasswordCost::CURRENT).await?;
        Ok(PasswordHash {
            cost: PasswordCost::CURRENT,
            salt,
            hash,
        })
    }

    /// Whether `password` is the one that was kept. It takes as long if none was.
    pub async fn is_right(
        &self,
        password: &Secret<String>,
        kept: Option<&PasswordHash>,
    ) -> Result<bool, MemberError> {
        if password.expose().len() > MAX_BYTES {
            return Ok(false);
        }
        let against = kept.unwrap_or(&self.nobodys);
        let hash = self.run(password, &against.salt, against.cost).await?;
        let is_same = bool::from(hash.as_bytes().ct_eq(against.hash.as_bytes()));
        Ok(is_same && kept.is_some())
    }

    async fn run(
        &self,
        password: &Secret<String>,
        salt: &str,
        cost: PasswordCost,
    ) -> Result<String, MemberError> {
        let _place = self.line.try_acquire().map_err(|_| MemberError::Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_| MemberError::Busy)?;
        let (password, salt) = (password.clone(), salt.to_owned());
        let work = move || argon2id(password.expose().as_bytes(), salt.as_bytes(), cost);
        let hash = tokio::task::spawn_blocking(work).await.ok().flatten();
        let hash = Secret::new(hash.ok_or(MemberError::Busy)?);
        let labelled = [b"member password\0", hash.expose().as_slice()].concat();
        Ok(hex(&self.keyring.hash(&zeroize::Zeroizing::new(labelled))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_nobodys_first_guess() {
        let email: Email = "ada.lovelace@example.com".parse().unwrap();
        for (text, is_taken) in [
            ("correct horse battery staple!", false),
            ("purple otters juggle", true),
            ("ünïcödé wörds", true),
            ("eleven-char", false),
            ("Ada.Lovelace@Example.com", false),
            ("ada-lovelace", false),
            ("Augusta Ada King", false),
            ("Password-1234", false),
            ("aaaaaaaaaaaaaaa", false),
            ("abababababababab", false),
            (&"xyz!".repeat(256), false),
            (&"wxyz".repeat(256), true),
            (&"wxyz".repeat(257), false),
        ] {
            let secret = Secret::new(text.to_owned());
            let checked = check(&secret, &email, "Augusta Ada King");
            assert_eq!(checked.is_ok(), is_taken, "{text}");
            if let Err(error) = checked {
                assert!(!error.to_string().contains(text), "{error}");
            }
        }
    }
}
