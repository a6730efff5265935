//! Where a browser is sent with a code, or with an error (pure).

use url::form_urlencoded::byte_serialize;

/// A redirect URI, growing parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect(String);

impl Redirect {
    /// Begins with the URI, byte for byte.
    pub fn to(uri: &str) -> Self {
        Self(uri.to_owned())
    }

    /// The same with one parameter more.
    pub fn with(mut self, name: &str, value: &[u8]) -> Self {
        self.0.push(match self.0.contains('?') {
            true => '&',
            false => '?',
        });
        self.0.extend(byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0.extend(byte_serialize(value));
        self
    }

    /// The same with one parameter more, if there is a value.
    pub fn with_some(self, name: &str, value: Option<&[u8]>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The whole address.
    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_follow_what_the_uri_has_already() {
        let sent = |uri| {
            let redirect = Redirect::to(uri).with("a", b"1 &\xff");
            redirect.with_some("b", None).into_string()
        };
        assert_eq!(
            sent("https://x.example/cb"),
            "https://x.example/cb?a=1+%26%FF"
        );
        assert_eq!(sent("app:/cb?x=%20"), "app:/cb?x=%20&a=1+%26%FF");
    }
}
