//! Requests that ask the provider to take them for requests with another method.
//!
//! Some frameworks look at a header or a parameter before they look at the method: a POST can be a
//! DELETE there. What a key may send counts for that method as well.

/// Headers that name another method, in lower case.
const HEADERS: [&str; 3] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// Query parameters that do, in lower case; `_HttpMethod` is Salesforce's.
const PARAMETERS: [&str; 6] = [
    "_method",
    "_httpmethod",
    "$httpmethod",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// Whether the header `name`, in lower case, names another method.
pub fn is_header(name: &str) -> bool {
    HEADERS.contains(&name)
}

/// Whether the query parameter `name` does.
pub fn is_query(name: &str) -> bool {
    PARAMETERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The methods that a request asks to be taken for, in capital letters.
pub(super) fn methods<'a>(
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    query: Option<&str>,
) -> Vec<String> {
    let named = headers
        .filter(|(name, _)| is_header(name))
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    let mut methods: Vec<String> = named.collect();
    // Nearly no query has one, and decoding takes time.
    if let Some(query) = query.filter(|query| query.contains(['_', '$', '-', '%'])) {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let named = pairs.filter(|(name, _)| is_query(name));
        methods.extend(named.map(|(_, value)| value.into_owned()));
    }
    for method in &mut methods {
        *method = method.trim().to_ascii_uppercase();
    }
    methods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_method_is_found_wherever_it_is_asked_for() {
        let none: [(&str, &[u8]); 0] = [];
        for (header, query, found) in [
            (
                Some(("x-http-method-override", "delete")),
                None,
                vec!["DELETE"],
            ),
            (Some(("x-http-method", " MERGE ")), None, vec!["MERGE"]),
            (Some(("x-http-other", "DELETE")), None, vec![]),
            (None, Some("_HttpMethod=PATCH"), vec!["PATCH"]),
            (None, Some("a=1&%5Fmethod=delete"), vec!["DELETE"]),
            (None, Some("method=delete&a_b=1"), vec![]),
            (
                Some(("x-method-override", "PUT")),
                Some("_method=DELETE"),
                vec!["PUT", "DELETE"],
            ),
        ] {
            let headers = header.map(|(name, value)| (name, value.as_bytes()));
            let all = headers.into_iter().chain(none);
            assert_eq!(methods(all, query), found, "{header:?} {query:?}");
        }
    }
}
