//! Email addresses, as people are known by them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest address that mail takes (RFC 5321 section 4.5.3.1.3, without its brackets).
const MAX_EMAIL_BYTES: usize = 254;

/// An email address in lower case: two spellings of one are the same person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// The text is no email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write the email address as in ada@example.com")]
pub struct InvalidEmail;

impl Email {
    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.split('@').next_back().unwrap_or_default()
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim().to_lowercase();
        let is_plain = |each: char| {
            !each.is_whitespace() && !each.is_control() && !"<>\"(),:;\\[]".contains(each)
        };
        match text.split_once('@') {
            Some((local, domain))
                if !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && text.len() <= MAX_EMAIL_BYTES
                    && text.chars().all(is_plain) =>
            {
                Ok(Self(text))
            }
            _ => Err(InvalidEmail),
        }
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_read_in_lower_case_or_not_at_all() {
        for (text, read) in [
            (" Ada@Example.COM ", Some("ada@example.com")),
            ("a+b@c", Some("a+b@c")),
            ("ünï@bücher.example", Some("ünï@bücher.example")),
            ("ada", None),
            ("@example.com", None),
            ("ada@", None),
            ("ada@a@b", None),
            ("a b@example.com", None),
            ("<ada@example.com>", None),
            ("ada@exam\nple.com", None),
            (&format!("{}@example.com", "x".repeat(250)), None),
        ] {
            let email = text.parse::<Email>().ok();
            assert_eq!(email.as_ref().map(Email::as_str), read, "{text}");
        }
    }
}
