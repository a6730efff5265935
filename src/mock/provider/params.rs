//! A request's parameters, however they were written (pure).

use percent_encoding::percent_decode;
use serde_json::Value;

use super::error::Wrong;

/// Parameters, in order; a value is the bytes that it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, Vec<u8>)>);

impl Params {
    /// Reads a query or a form (`application/x-www-form-urlencoded`).
    pub fn urlencoded(text: &[u8]) -> Self {
        let pairs = text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty());
        let read = |pair: &[u8]| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(halves.next().unwrap_or_default());
            let value = decoded(halves.next().unwrap_or_default());
            (String::from_utf8_lossy(&name).into_owned(), value)
        };
        Self(pairs.map(read).collect())
    }

    /// Reads a JSON object whose fields are texts, numbers or truth values.
    pub fn json(text: &[u8]) -> Option<Self> {
        let Ok(Value::Object(fields)) = serde_json::from_slice(text) else {
            return None;
        };
        let read = |(name, value)| match value {
            Value::String(text) => Some((name, text.into_bytes())),
            Value::Number(number) => Some((name, number.to_string().into_bytes())),
            Value::Bool(truth) => Some((name, truth.to_string().into_bytes())),
            _ => None,
        };
        fields
            .into_iter()
            .map(read)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Reads a `multipart/form-data` body (RFC 7578) without files.
    pub fn multipart(boundary: &str, body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let delimiter = format!("\r\n--{boundary}");
        // The first delimiter has no line before it.
        let text = format!("\r\n{text}");
        let mut parts = text.split(delimiter.as_str()).skip(1);
        let mut pairs = Vec::new();
        loop {
            let part = parts.next()?;
            if part.starts_with("--") {
                return Some(Self(pairs));
            }
            let (head, value) = part.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
            pairs.push((part_name(head)?, value.as_bytes().to_vec()));
        }
    }

    /// The value of `name`, as it came. One that is empty counts as not sent (RFC 6749
    /// section 3.1).
    ///
    /// # Errors
    /// If there are several.
    pub fn bytes(&self, name: &str) -> Result<Option<&[u8]>, Wrong> {
        let mut values = self.0.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_slice());
        match values.next() {
            None => Ok(value.filter(|value| !value.is_empty())),
            Some(_) => Err(Wrong::request(format!("`{name}` is there twice"))),
        }
    }

    /// The value of `name` as text.
    ///
    /// # Errors
    /// If there are several, or it is no UTF-8.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Wrong> {
        let text = self.bytes(name)?.map(std::str::from_utf8).transpose();
        text.map_err(|_| Wrong::request(format!("`{name}` is no UTF-8")))
    }

    /// The value of `name`, which must be there.
    ///
    /// # Errors
    /// If it is not, or there are several, or it is no UTF-8.
    pub fn needed(&self, name: &str) -> Result<&str, Wrong> {
        self.text(name)?
            .ok_or_else(|| Wrong::request(format!("`{name}` is missing")))
    }

    /// Whether `name` is there, even if empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced).collect()
}

/// The name in a part's `Content-Disposition`.
fn part_name(head: &str) -> Option<String> {
    let line = head.lines().find(|line| {
        line.to_ascii_lowercase()
            .starts_with("content-disposition:")
    })?;
    let (_, behind) = line.split_once("name=\"")?;
    behind.split_once('"').map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(params: &Params) -> Vec<(&str, &[u8])> {
        params.iter().collect()
    }

    #[test]
    fn each_way_of_writing_means_the_same() {
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 2\r\n--x\r\n\
            content-disposition: form-data; name=\"b\"\r\nContent-Type: text/plain\r\n\r\n\r\n--x--\r\n";
        let expected: Vec<(&str, &[u8])> = vec![("a", b"1 2"), ("b", b"")];
        for params in [
            Params::urlencoded(b"a=1+2&b"),
            Params::urlencoded(b"a=1%202&&b="),
            Params::json(br#"{"a": "1 2", "b": ""}"#).unwrap(),
            Params::multipart("x", multipart.as_bytes()).unwrap(),
        ] {
            assert_eq!(pairs(&params), expected);
        }
    }

    #[test]
    fn what_is_no_object_of_plain_values_and_no_closed_form_is_refused() {
        for text in ["[]", "{", r#"{"a": {}}"#, r#"{"a": null}"#, "\"a\""] {
            assert_eq!(Params::json(text.as_bytes()), None, "{text}");
        }
        for text in ["", "--x", "--x\r\n\r\n1\r\n--x--", "--y--"] {
            assert_eq!(Params::multipart("x", text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_parameter_is_there_once_or_not_at_all() {
        let params = Params::urlencoded(b"a=1&a=1&b=&c=%ff&d=x");
        assert!(params.text("a").is_err());
        assert_eq!(params.text("b").unwrap(), None);
        assert!(params.has("b") && !params.has("e"));
        assert!(params.text("c").is_err());
        assert_eq!(params.bytes("c").unwrap(), Some(&b"\xff"[..]));
        assert_eq!(params.needed("d").unwrap(), "x");
        assert!(params.needed("e").is_err());
    }

    proptest! {
        #[test]
        fn no_body_makes_a_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            Params::urlencoded(&body);
            Params::json(&body);
            Params::multipart("x", &body);
        }

        #[test]
        fn every_value_comes_out_of_a_query_as_it_went_in(value in proptest::collection::vec(any::<u8>(), 1..40)) {
            let written: String = url::form_urlencoded::byte_serialize(&value).collect();
            let params = Params::urlencoded(format!("state={written}").as_bytes());
            prop_assert_eq!(params.bytes("state").unwrap(), Some(value.as_slice()));
        }
    }
}
