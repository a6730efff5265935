//! The address of the provider's request: the caller's bytes, behind the connection's base URL.

use super::PassthroughError;
use crate::domain::Secret;

/// The path and query to send: `base_path`, then the caller's path and query byte for byte, then
/// what the credential adds to the query.
///
/// # Errors
/// If the path could lead out of `base_path`, or the query names a parameter that is the
/// credential's.
pub fn path_and_query(
    base_path: &str,
    path: &str,
    query: Option<&str>,
    added: Option<(&Secret<String>, &[String])>,
) -> Result<String, PassthroughError> {
    if has_dot_segment(path) {
        return Err(PassthroughError::DotSegment);
    }
    let mut text =
        String::with_capacity(base_path.len() + path.len() + query.map_or(0, str::len) + 1);
    text.push_str(base_path);
    text.push_str(path);
    if text.is_empty() {
        text.push('/');
    }
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    if let Some((added, names)) = added {
        if let Some(name) = query.and_then(|query| named_in(query, names)) {
            return Err(PassthroughError::QueryIsTheCredentials(name.to_owned()));
        }
        text.push(if query.is_some() { '&' } else { '?' });
        text.push_str(added.expose());
    }
    Ok(text)
}

/// Whether a segment is `.` or `..` to any server along the way: also encoded, and also between
/// encoded slashes or backslashes.
fn has_dot_segment(path: &str) -> bool {
    // Nearly every path has neither: one look decides.
    if !path.contains("..") && !path.contains("/.") && !path.contains('%') && !path.contains('\\') {
        return false;
    }
    let decoded = percent_encoding::percent_decode_str(path).collect::<Vec<u8>>();
    decoded
        .split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|segment| matches!(segment, b"." | b".."))
}

fn named_in<'n>(query: &str, names: &'n [String]) -> Option<&'n str> {
    let given: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, _)| name)
        .collect();
    names
        .iter()
        .map(String::as_str)
        .find(|name| given.iter().any(|other| other == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(path: &str, query: Option<&str>) -> Result<String, PassthroughError> {
        path_and_query("/v1", path, query, None)
    }

    #[test]
    fn path_and_query_go_on_byte_for_byte() {
        for (path, query, sent) in [
            ("/users/me", None, "/v1/users/me"),
            ("/a//b/", Some(""), "/v1/a//b/?"),
            (
                "/a%2Fb%20c",
                Some("q=%7B%22a%22%3A1%7D&b=&b=2&c"),
                "/v1/a%2Fb%20c?q=%7B%22a%22%3A1%7D&b=&b=2&c",
            ),
            ("/{{x}}", Some("y={{z}}"), "/v1/{{x}}?y={{z}}"),
            ("/files/a..b/.hidden/c.", None, "/v1/files/a..b/.hidden/c."),
            ("", None, "/v1"),
        ] {
            assert_eq!(joined(path, query).unwrap(), sent);
        }
        assert_eq!(path_and_query("", "", None, None).unwrap(), "/");
    }

    #[test]
    fn no_path_leads_out_of_the_base() {
        for path in [
            "/../x",
            "/..",
            "/a/..",
            "/./x",
            "/%2e%2e/x",
            "/%2E./x",
            "/a%2f..%2fb",
            "/a%5C..%5Cb",
            "/a\\..\\b",
            "/.",
        ] {
            assert!(
                matches!(joined(path, None), Err(PassthroughError::DotSegment)),
                "{path}"
            );
        }
    }

    #[test]
    fn the_credentials_parameter_is_added_and_cannot_be_set() {
        let (secret, names) = (Secret::new("key=s%26".to_owned()), ["key".to_owned()]);
        let sent = |query| path_and_query("", "/x", query, Some((&secret, &names)));
        assert_eq!(sent(None).unwrap(), "/x?key=s%26");
        assert_eq!(sent(Some("a=1")).unwrap(), "/x?a=1&key=s%26");
        for query in ["key=mine", "a=1&key", "k%65y=mine"] {
            assert!(
                matches!(
                    sent(Some(query)),
                    Err(PassthroughError::QueryIsTheCredentials(_))
                ),
                "{query}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_is_let_through_stays_below_the_base(path in "(/|[a-z.%\\\\]|%2[eEfF]|%5[cC]){0,12}") {
            let path = format!("/{path}");
            if let Ok(sent) = joined(&path, None) {
                let url = url::Url::parse(&format!("https://host{sent}")).unwrap();
                prop_assert!(url.path().starts_with("/v1/"), "{} became {}", path, url.path());
            }
        }
    }
}
