use super::*;
use crate::catalog::check_text;
use actix_web::http::header::{HeaderName, HeaderValue};

fn connector(auth: &str) -> Connector {
    let text = format!(
        r#"
        platform = "acme"
        name = "Acme"
        description = "Sells everything."
        category = "Commerce"
        base_url = "https://api.acme.test"
        auth = {auth}
        [[form]]
        name = "KEY"
        type = "password"
        label = "Key"
        [[form]]
        name = "NAME"
        label = "Name"
        pattern = ".*"
        required = false
        "#
    );
    check_text(&text).unwrap()
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    headers
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

const BEARER: &str = r#"{ type = "bearer", token = "{{KEY}}" }"#;
const HEADERS: &str =
    r#"{ type = "header", headers = { X-Key = "Token {{KEY}}", X-Id = "{{NAME}}" } }"#;
const NAMED: &str = r#"{ type = "header", headers = { "{{NAME}}" = "{{KEY}}" } }"#;
const QUERY: &str = r#"{ type = "query", params = { key = "{{KEY}}", "a b" = "v-{{KEY}}" } }"#;
const FIXED_USER: &str = r#"{ type = "basic", username = "api", password = "{{KEY}}" }"#;
const NO_PASSWORD: &str = r#"{ type = "basic", username = "{{KEY}}" }"#;
const OPTIONAL: &str = r#"{ type = "basic", username = "{{KEY}}", password = "{{NAME}}" }"#;
const OAUTH: &str = r#"{ type = "oauth2", header = "X-Access-Token", prefix = "" }"#;

#[test]
fn a_credential_is_looked_for_where_the_provider_wants_it() {
    use Refused::{Missing, NotGood};
    for (auth, header, value, found) in [
        (BEARER, "authorization", "Bearer k", Ok(())),
        (BEARER, "x-other", "Bearer k", Err(Missing)),
        (BEARER, "authorization", "Bearer ", Err(NotGood)),
        (BEARER, "authorization", "Token k", Err(NotGood)),
        (BEARER, "authorization", "Bearer is-ReVoked", Err(NotGood)),
        (HEADERS, "x-key", "Token k", Err(Missing)),
        (OAUTH, "x-access-token", "t", Ok(())),
        (OAUTH, "x-access-token", "expired-1", Err(NotGood)),
        (OAUTH, "authorization", "Bearer t", Err(Missing)),
        (NAMED, "x-anything", "k", Ok(())),
        (NAMED, "user-agent", "k", Err(Missing)),
        (FIXED_USER, "authorization", &basic("api:k"), Ok(())),
        (FIXED_USER, "authorization", &basic("ape:k"), Err(NotGood)),
        (FIXED_USER, "authorization", &basic("api:"), Err(NotGood)),
        (FIXED_USER, "authorization", &basic("api"), Err(NotGood)),
        (FIXED_USER, "authorization", "Basic !", Err(NotGood)),
        (NO_PASSWORD, "authorization", &basic("k:"), Ok(())),
        (NO_PASSWORD, "authorization", &basic("k:p"), Err(NotGood)),
        (OPTIONAL, "authorization", &basic("k:"), Ok(())),
        (OPTIONAL, "authorization", &basic("k:p:q"), Ok(())),
        (OPTIONAL, "authorization", &basic(":p"), Err(NotGood)),
        (r#"{ type = "none" }"#, "x-other", "", Ok(())),
    ] {
        let places = Places::of(&connector(auth));
        let sent = headers(&[(header, value)]);
        assert_eq!(
            places.check(&sent, "").map(drop),
            found,
            "{auth} {header}: {value}"
        );
    }
}

#[test]
fn every_header_must_be_there_and_only_once() {
    let places = Places::of(&connector(HEADERS));
    let both = [("x-key", "Token k"), ("x-id", "")];
    assert_eq!(places.check(&headers(&both), "").map(drop), Ok(()));
    let twice = [both[0], both[1], ("x-key", "Token other")];
    assert_eq!(places.check(&headers(&twice), ""), Err(Refused::NotGood));
}

#[test]
fn every_parameter_must_be_there_and_only_once() {
    let places = Places::of(&connector(QUERY));
    for (query, found) in [
        ("key=k&a+b=v-k", Ok(())),
        ("x=1&a%20b=v-%26&key=k", Ok(())),
        ("key=k", Err(Refused::Missing)),
        ("key=k&a+b=k", Err(Refused::NotGood)),
        ("key=&a+b=v-k", Err(Refused::NotGood)),
        ("key=k&key=k&a+b=v-k", Err(Refused::NotGood)),
        ("key=%69nvalid&a+b=v-k", Err(Refused::NotGood)),
    ] {
        assert_eq!(
            places.check(&HeaderMap::new(), query).map(drop),
            found,
            "{query}"
        );
    }
}

#[test]
fn the_place_is_shown_and_the_value_is_not() {
    for (auth, name, value, shown) in [
        (BEARER, "authorization", "Bearer k", "Bearer •••"),
        (HEADERS, "x-key", "Token k", "Token •••"),
        (NAMED, "x-anything", "k", "•••"),
        (NAMED, "accept", "*/*", "*/*"),
        (FIXED_USER, "authorization", "Basic abc", "Basic •••"),
        (OAUTH, "x-access-token", "t", "•••"),
        (OAUTH, "authorization", "Bearer other", "•••"),
        (OAUTH, "cookie", "a=b", "•••"),
        (OAUTH, "x-trace", "7", "7"),
    ] {
        let places = Places::of(&connector(auth));
        let seen = places.shown_header(name, value.as_bytes());
        assert_eq!(seen, shown, "{auth} {name}");
    }
    let places = Places::of(&connector(QUERY));
    let shown = places.shown_query("x=%2f&&k%65y=k&a+b=v-k&y");
    assert_eq!(shown, "x=%2f&&k%65y=•••&a+b=v-•••&y");
}
