//! Secrets taken out of an answer: some providers echo what they were sent.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::crypto::hex;
use crate::domain::Secret;

/// What stands in the place of a secret.
const SCRUBBED: &str = "[secret]";
/// A shorter secret is everywhere, and hides nothing.
const MIN_BYTES: usize = 4;
/// Only a secret of so many bytes is looked for inside other encoded texts, and by its digits.
const MIN_LONG: usize = 12;

/// Knows secrets in every form in which they may come back.
pub struct Scrubber(Vec<Secret<String>>);

impl Scrubber {
    /// Knows `secrets`: as they are, encoded for URLs, forms and JSON, and as base64; long ones also
    /// in hexadecimal, and within a longer text in base64. What stands behind a scheme (`Bearer …`,
    /// `Basic …`) counts by itself as well.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret<String>>) -> Self {
        let mut forms: Vec<Secret<String>> = Vec::new();
        for secret in secrets {
            let whole = secret.expose();
            let behind = whole.split_once(' ').map(|(_, behind)| behind);
            for text in std::iter::once(whole.as_str()).chain(behind) {
                forms.extend(in_all_forms(text).into_iter().map(Secret::new));
            }
        }
        forms.retain(|form| form.expose().len() >= MIN_BYTES);
        // The longest first: a shorter one may be a part of it.
        forms.sort_by(|one, other| {
            let key = |form: &Secret<String>| std::cmp::Reverse(form.expose().len());
            key(one)
                .cmp(&key(other))
                .then_with(|| one.expose().cmp(other.expose()))
        });
        forms.dedup_by(|one, other| one.expose() == other.expose());
        Self(forms)
    }

    /// `text` without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            if text.contains(secret.expose().as_str()) {
                text = text.replace(secret.expose().as_str(), SCRUBBED);
            }
        }
        text
    }

    /// `value` without secrets, in names and in values.
    pub fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| (self.text(&name), self.value(value)))
                .collect(),
            Value::Number(number) => match self.knows(number.to_string().as_bytes()) {
                true => Value::String(SCRUBBED.to_owned()),
                false => Value::Number(number),
            },
            other => other,
        }
    }

    /// Whether there is a secret in `bytes`.
    pub fn knows(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|secret| {
            let secret = secret.expose().as_bytes();
            bytes.windows(secret.len()).any(|window| window == secret)
        })
    }
}

fn in_all_forms(text: &str) -> Vec<String> {
    let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let unreserved = utf8_percent_encode(text, super::super::arguments::UNRESERVED).to_string();
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let json = serde_json::to_string(text).unwrap_or_default();
    let mut forms = vec![
        text.to_owned(),
        json.trim_matches('"').to_owned(),
        lower_escapes(&percent),
        lower_escapes(&unreserved),
        lower_escapes(&form),
        percent,
        unreserved,
        form,
    ];
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
        forms.push(engine.encode(text));
    }
    forms.push(json_of_some(&json));
    if text.len() >= MIN_LONG {
        forms.extend(cores(text, &STANDARD_NO_PAD));
        forms.extend(cores(text, &URL_SAFE_NO_PAD));
        let digits = hex(text.as_bytes());
        forms.push(digits.to_ascii_uppercase());
        forms.push(digits);
    }
    forms
}

/// As encoders write it that escape slashes too.
fn json_of_some(json: &str) -> String {
    json.trim_matches('"').replace('/', "\\/")
}

/// What base64 has of `text` wherever it stands in a longer one: for each of the three ways in
/// which it may begin, the characters that depend on nothing but `text`.
fn cores(text: &str, engine: &impl base64::Engine) -> Vec<String> {
    // What stands before it, and how many characters are of that.
    let begins: [(&[u8], usize); 3] = [(&[], 0), (&[0], 2), (&[0, 0], 3)];
    begins
        .into_iter()
        .map(|(before, strange)| {
            let bytes = [before, text.as_bytes()].concat();
            let own = bytes.len() * 8 / 6 - strange;
            let encoded = engine.encode(&bytes);
            encoded.chars().skip(strange).take(own).collect()
        })
        .collect()
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut escaped = 0;
    for c in text.chars() {
        lower.push(match escaped > 0 {
            true => c.to_ascii_lowercase(),
            false => c,
        });
        escaped = match c {
            '%' => 2,
            _ => usize::saturating_sub(escaped, 1),
        };
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn scrubber(secrets: &[&str]) -> Scrubber {
        let secrets: Vec<Secret<String>> = secrets
            .iter()
            .map(|secret| Secret::new((*secret).to_owned()))
            .collect();
        Scrubber::new(&secrets)
    }

    #[test]
    fn a_secret_goes_in_every_form_it_may_come_back_in() {
        let scrubber = scrubber(&["Basic YW5uOnA6c3M=", "s3/cr+t &x", "Bearer tok-1"]);
        for echoed in [
            "Basic YW5uOnA6c3M=",
            "YW5uOnA6c3M=",
            "s3/cr+t &x",
            "s3%2Fcr%2Bt%20%26x",
            "s3%2fcr%2bt%20%26x",
            "s3%2Fcr%2Bt+%26x",
            "czMvY3IrdCAmeA==",
            "czMvY3IrdCAmeA",
            "Bearer tok-1",
            "tok-1",
        ] {
            assert_eq!(
                scrubber.text(&format!("<{echoed}>")),
                "<[secret]>",
                "{echoed}"
            );
        }
        assert_eq!(scrubber.text("nothing to see"), "nothing to see");
    }

    #[test]
    fn a_long_secret_goes_wherever_it_stands_in_an_encoded_text() {
        let secret = "sk/live+0123456789";
        let scrubber = scrubber(&[secret]);
        for before in ["", "a", "ab", "abc", "user:"] {
            for engine in [&STANDARD, &URL_SAFE] {
                let echoed = engine.encode(format!("{before}{secret}:x"));
                let said = scrubber.text(&echoed);
                assert!(
                    said.contains(SCRUBBED) && said.len() < 24,
                    "{echoed}: {said}"
                );
            }
        }
        let echoed = format!("<{}> <{}>", hex(secret.as_bytes()), r"sk\/live+0123456789");
        assert_eq!(scrubber.text(&echoed), "<[secret]> <[secret]>");
    }

    #[test]
    fn names_values_and_numbers_are_looked_at() {
        let scrubber = scrubber(&["123456", "ab\"cd"]);
        let value = json!({ "123456": [123456, "x123456y", true], "q": "ab\"cd" });
        assert_eq!(
            scrubber.value(value),
            json!({ "[secret]": ["[secret]", "x[secret]y", true], "q": "[secret]" })
        );
        assert_eq!(scrubber.text(r#"{"q":"ab\"cd"}"#), r#"{"q":"[secret]"}"#);
    }

    #[test]
    fn what_is_too_short_to_tell_stays() {
        assert_eq!(scrubber(&["", "x", "abc"]).text("x abc"), "x abc");
    }

    proptest! {
        #[test]
        fn no_secret_survives(secret in "[a-zA-Z0-9+/= &%\"]{6,24}", before in "[<>]{0,4}", after in "[<>]{0,4}") {
            let scrubber = scrubber(&[&secret]);
            for form in in_all_forms(&secret) {
                let said = scrubber.text(&format!("{before}{form}{after}"));
                prop_assert!(!said.contains(&secret), "{}", said);
            }
        }
    }
}
