use actix_web::http::header::HeaderValue;
use proptest::prelude::*;
use url::form_urlencoded::byte_serialize;

use super::*;
use crate::mock::provider::tests::oauth;

fn headers(id: &str, secret: &str) -> HeaderMap {
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Basic {pair}")).unwrap();
    headers.insert(header::AUTHORIZATION, value);
    headers
}

fn found(auth: &str, headers: &HeaderMap, body: &str) -> Result<(String, Option<String>), String> {
    let oauth = oauth(&format!("client_auth = \"{auth}\""));
    let params = Params::urlencoded(body.as_bytes());
    match credentials(&oauth, headers, &params, &[]) {
        Ok(found) => Ok((found.id, found.secret)),
        Err(wrong) => Err(wrong.code.into_owned()),
    }
}

#[test]
fn a_client_says_who_it_is_where_the_provider_wants_it_and_nowhere_else() {
    let (none, basic) = (HeaderMap::new(), headers("c", "s"));
    let client = Err("invalid_client".to_owned());
    let request = Err("invalid_request".to_owned());
    let good = |secret: Option<&str>| Ok(("c".to_owned(), secret.map(str::to_owned)));
    for (auth, headers, body, expected) in [
        (
            "body",
            &none,
            "client_id=c&client_secret=s",
            good(Some("s")),
        ),
        ("body", &none, "client_id=c", client.clone()),
        ("body", &none, "client_secret=s", client.clone()),
        (
            "body",
            &basic,
            "client_id=c&client_secret=s",
            client.clone(),
        ),
        (
            "body",
            &none,
            "client_id=c&client_id=c&client_secret=s",
            request.clone(),
        ),
        ("none", &none, "client_id=c", good(None)),
        ("none", &none, "client_id=c&client_secret=s", client.clone()),
        ("none", &basic, "client_id=c", client.clone()),
        ("basic", &basic, "", good(Some("s"))),
        ("basic", &basic, "client_id=c", good(Some("s"))),
        ("basic", &basic, "client_id=d", client.clone()),
        ("basic", &basic, "client_secret=s", request),
        (
            "basic",
            &none,
            "client_id=c&client_secret=s",
            client.clone(),
        ),
        ("basic_raw", &basic, "", good(Some("s"))),
        ("basic_raw", &none, "", client),
    ] {
        assert_eq!(found(auth, headers, body), expected, "{auth} {body}");
    }
}

#[test]
fn a_header_that_is_not_basic_is_no_client() {
    for value in ["Bearer x", "Basic", "Basic !", "Basic eA==", "Basic /w=="] {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
        assert_eq!(
            basic(&headers, true).unwrap_err().code,
            "invalid_client",
            "{value}"
        );
    }
}

#[test]
fn only_some_providers_decode_the_parts() {
    let sent = headers("a%3Ab", "s+%25");
    let read = |decodes| {
        let found = basic(&sent, decodes).unwrap();
        (found.id, found.secret.unwrap())
    };
    assert_eq!(read(true), ("a:b".to_owned(), "s %".to_owned()));
    assert_eq!(read(false), ("a%3Ab".to_owned(), "s+%25".to_owned()));
}

proptest! {
    #[test]
    fn what_is_encoded_as_the_rfc_says_is_read_back(id in "\\PC{1,20}", secret in "\\PC{1,20}") {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let found = basic(&headers(&encoded(&id), &encoded(&secret)), true).unwrap();
        prop_assert_eq!((found.id, found.secret), (id, Some(secret)));
    }
}
