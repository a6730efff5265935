//! Parameters under the provider's own names (pure).

use crate::domain::OAuth;

/// What a provider calls the standard parameters.
#[derive(Clone, Copy, Debug)]
pub struct Names<'o>(&'o OAuth);

impl<'o> Names<'o> {
    /// The names of one provider.
    pub fn of(oauth: &'o OAuth) -> Self {
        Self(oauth)
    }

    /// What it calls the parameter `standard`.
    pub fn of_param(self, standard: &'static str) -> &'o str {
        self.0.rename.get(standard).map_or(standard, String::as_str)
    }

    /// The scopes that `text` names.
    ///
    /// # Errors
    /// The one that has characters which no scope has (RFC 6749 section 3.3).
    pub fn scopes(self, text: Option<&str>) -> Result<Vec<String>, String> {
        let text = text.unwrap_or_default();
        let separator = match self.0.scope_separator.as_str() {
            "" => " ",
            separator => separator,
        };
        let scopes = text.split(separator).filter(|scope| !scope.is_empty());
        let is_plain = |scope: &str| {
            let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
            scope.bytes().all(plain)
        };
        scopes
            .map(|scope| match is_plain(scope) {
                true => Ok(scope.to_owned()),
                false => Err(scope.to_owned()),
            })
            .collect()
    }
}
