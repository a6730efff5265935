//! What a request carries so that the provider knows whose it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{ACCESS_TOKEN_FIELD, Auth, MissingField, Secret, Template};

/// Everything but the unreserved characters (RFC 3986 section 2.3).
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The credential in its places: what is added to a request.
#[derive(Debug, Default)]
pub struct Signature {
    /// Headers, marked sensitive; each replaces whatever the caller sent under its name.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The names of the query parameters that it sets.
    pub query_names: Vec<String>,
    /// Those parameters, encoded: `key=…&token=…`. Empty if there are none.
    pub query: Option<Secret<String>>,
}

/// Why a request could not be signed. Names fields and headers, never values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The connection lacks a field.
    #[error(transparent)]
    MissingField(#[from] MissingField),
    /// A value has characters that no header may have.
    #[error("the value for the header `{0}` has characters that no header may have")]
    NotAHeaderValue(String),
    /// A field that names a header does not.
    #[error("the connection names a header that does not exist")]
    NotAHeaderName,
    /// A colon would move the border between user-id and password (RFC 7617 section 2).
    #[error("a user name for HTTP Basic must have no colon")]
    ColonInUsername,
}

/// Puts the credential where `auth` wants it, each value encoded or checked for its place.
pub fn sign<'v>(
    auth: &Auth,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<Signature, SignError> {
    let render = |template: &Template| template.render(&value).map(Secret::new);
    match auth {
        Auth::None => Ok(Signature::default()),
        Auth::Bearer(token) => one_header("authorization", &prefixed("Bearer ", &render(token)?)),
        Auth::Headers(pairs) => {
            let mut headers = Vec::with_capacity(pairs.len());
            for (name, template) in pairs {
                headers.push(header(render(name)?.expose(), &render(template)?)?);
            }
            Ok(Signature {
                headers,
                ..Signature::default()
            })
        }
        Auth::Query(pairs) => query(pairs, render),
        Auth::Basic { username, password } => {
            let (username, password) = (render(username)?, render(password)?);
            if username.expose().contains(':') {
                return Err(SignError::ColonInUsername);
            }
            let pair = Secret::new(format!("{}:{}", username.expose(), password.expose()));
            let encoded = Secret::new(STANDARD.encode(pair.expose()));
            one_header("authorization", &prefixed("Basic ", &encoded))
        }
        Auth::OAuth2 { header, prefix } => {
            let token = value(ACCESS_TOKEN_FIELD)
                .ok_or_else(|| MissingField(ACCESS_TOKEN_FIELD.to_owned()))?;
            one_header(header, &Secret::new(format!("{prefix}{token}")))
        }
    }
}

fn prefixed(prefix: &str, value: &Secret<String>) -> Secret<String> {
    Secret::new(format!("{prefix}{}", value.expose()))
}

fn one_header(name: &str, value: &Secret<String>) -> Result<Signature, SignError> {
    Ok(Signature {
        headers: vec![header(name, value)?],
        ..Signature::default()
    })
}

fn header(name: &str, value: &Secret<String>) -> Result<(HeaderName, HeaderValue), SignError> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| SignError::NotAHeaderName)?;
    let mut value = HeaderValue::from_str(value.expose())
        .map_err(|_| SignError::NotAHeaderValue(name.to_string()))?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn query(
    pairs: &[(String, Template)],
    render: impl Fn(&Template) -> Result<Secret<String>, MissingField>,
) -> Result<Signature, SignError> {
    let mut text = Secret::new(String::new());
    for (name, template) in pairs {
        let value = render(template)?;
        let separator = if text.expose().is_empty() { "" } else { "&" };
        text = Secret::new(format!(
            "{}{separator}{}={}",
            text.expose(),
            utf8_percent_encode(name, QUERY_VALUE),
            utf8_percent_encode(value.expose(), QUERY_VALUE),
        ));
    }
    let query_names = pairs.iter().map(|(name, _)| name.clone()).collect();
    Ok(Signature {
        query: Some(text),
        query_names,
        ..Signature::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    fn shown(auth: &Auth, value: &str) -> Result<String, SignError> {
        let signature = sign(auth, |_| Some(value))?;
        let headers = signature
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        let query = signature
            .query
            .iter()
            .map(|query| format!("?{}", query.expose()));
        Ok(headers.chain(query).collect::<Vec<_>>().join("\n"))
    }

    fn basic(username: &str, password: &str) -> Auth {
        Auth::Basic {
            username: template(username),
            password: template(password),
        }
    }

    fn headers(pairs: &[(&str, &str)]) -> Auth {
        Auth::Headers(
            pairs
                .iter()
                .map(|(name, value)| (template(name), template(value)))
                .collect(),
        )
    }

    #[test]
    fn every_way_to_authenticate_puts_the_value_in_its_place() {
        let oauth = Auth::OAuth2 {
            header: "x-access-token".to_owned(),
            prefix: String::new(),
        };
        for (auth, written) in [
            (Auth::None, ""),
            (
                Auth::Bearer(template("{{KEY}}")),
                "authorization: Bearer s3cret",
            ),
            (
                headers(&[("x-key", "Token {{KEY}}")]),
                "x-key: Token s3cret",
            ),
            (
                headers(&[("a", "{{KEY}}"), ("b", "{{KEY}}")]),
                "a: s3cret\nb: s3cret",
            ),
            (headers(&[("x-{{NAME}}", "{{KEY}}")]), "x-s3cret: s3cret"),
            (
                Auth::Query(vec![("key".to_owned(), template("{{KEY}}"))]),
                "?key=s3cret",
            ),
            (basic("{{KEY}}", ""), "authorization: Basic czNjcmV0Og=="),
            (
                basic("api", "{{KEY}}"),
                "authorization: Basic YXBpOnMzY3JldA==",
            ),
            (oauth, "x-access-token: s3cret"),
        ] {
            assert_eq!(shown(&auth, "s3cret").unwrap(), written, "{auth:?}");
        }
    }

    #[test]
    fn no_value_breaks_out_of_its_place() {
        let bearer = Auth::Bearer(template("{{KEY}}"));
        let broken = "x\r\nx-admin: 1";
        assert_eq!(
            shown(&bearer, broken),
            Err(SignError::NotAHeaderValue("authorization".to_owned()))
        );
        assert_eq!(
            shown(&basic("{{KEY}}", "p"), "a:b"),
            Err(SignError::ColonInUsername)
        );
        let query = Auth::Query(vec![("key".to_owned(), template("{{KEY}}"))]);
        assert_eq!(
            shown(&query, "a&b=c#d e").unwrap(),
            "?key=a%26b%3Dc%23d%20e"
        );
        assert_eq!(
            shown(&headers(&[("{{NAME}}", "x")]), "a b"),
            Err(SignError::NotAHeaderName)
        );
    }

    #[test]
    fn a_missing_field_is_named() {
        let error = sign(&Auth::Bearer(template("{{KEY}}")), |_| None).unwrap_err();
        assert_eq!(error.to_string(), "the field `KEY` is missing");
    }

    #[test]
    fn a_signature_does_not_print_its_secret() {
        for auth in [
            Auth::Bearer(template("{{KEY}}")),
            Auth::Query(vec![("key".to_owned(), template("{{KEY}}"))]),
        ] {
            let signature = sign(&auth, |_| Some("hunter2")).unwrap();
            assert!(!format!("{signature:?}").contains("hunter2"));
        }
    }

    proptest! {
        #[test]
        fn a_query_value_reads_back_as_it_was(value in "\\PC{0,40}") {
            let auth = Auth::Query(vec![("key".to_owned(), template("{{KEY}}"))]);
            let signature = sign(&auth, |_| Some(&value)).unwrap();
            let query = signature.query.unwrap();
            let pairs: Vec<_> = url::form_urlencoded::parse(query.expose().as_bytes()).into_owned().collect();
            prop_assert_eq!(pairs, vec![("key".to_owned(), value)]);
        }
    }
}
