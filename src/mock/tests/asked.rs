//! What is asked of the mock itself: echoes and faults.

use serde_json::{Value, json};

use super::*;
use crate::mock::body::MOST_HELD;

#[actix_web::test]
async fn an_echo_shows_where_the_credential_is_and_not_what() {
    let app = app!();
    for connector in connectors() {
        let request = signed(
            &connector,
            "POST",
            "/a%2Fb/c/none/has/this/way?x=%31&x=2",
            GOOD,
        )
        .insert_header(("x-mock-echo", "true"))
        .append_header(("x-more", "1"))
        .append_header(("x-more", "2"))
        .set_payload("hello");
        let answer = call(&app, request.to_request()).await;

        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(!answer.body.contains(GOOD), "{}", answer.body);
        let seen = answer.json();
        assert_eq!(seen["platform"], connector.platform.as_str());
        assert_eq!(seen["method"], "POST");
        assert_eq!(seen["path"], "/a%2Fb/c/none/has/this/way");
        assert!(seen["query"].as_str().unwrap().starts_with("x=%31&x=2"));
        assert_eq!(seen["body"], json!({"text": "hello", "length": 5}));
        assert_eq!(seen["action"], Value::Null);
        if connector.platform.as_str() == "notion" {
            assert_eq!(seen["headers"]["authorization"], json!(["Bearer •••"]));
            assert_eq!(seen["headers"]["notion-version"], json!(["2022-06-28"]));
            assert_eq!(seen["headers"]["x-more"], json!(["1", "2"]));
        }
    }
}

#[actix_web::test]
async fn an_echo_needs_the_credential_and_names_the_action() {
    let (app, notion) = (app!(), connector("notion"));
    let request = unsigned("notion", "GET", "/v1/users/me").insert_header(("x-mock-echo", "true"));
    assert_eq!(call(&app, request.to_request()).await.status, 401);
    let request = signed(&notion, "GET", "/v1/users/me", GOOD)
        .insert_header(("x-mock-echo", "true"))
        .set_payload(vec![0xff, 0]);
    let seen = call(&app, request.to_request()).await.json();
    assert_eq!(seen["action"], "getSelf");
    assert_eq!(seen["query"], Value::Null);
    assert_eq!(seen["body"], json!({"base64": "/wA=", "length": 2}));
}

#[actix_web::test]
async fn a_long_body_is_counted_and_not_held() {
    let (app, notion) = (app!(), connector("notion"));
    for (length, is_held) in [(MOST_HELD, true), (MOST_HELD + 1, false)] {
        let request = signed(&notion, "POST", "/v1/search", GOOD)
            .insert_header(("x-mock-echo", "true"))
            .set_payload("a".repeat(length));
        let seen = call(&app, request.to_request()).await.json();
        assert_eq!(seen["body"]["length"], length);
        assert_eq!(seen["body"]["text"].is_string(), is_held);
    }
}

#[actix_web::test]
async fn a_fault_comes_when_it_is_asked_for() {
    let (app, notion) = (app!(), connector("notion"));
    for (status, asked, body_has) in [
        (503, "503", "asked for"),
        (401, "401", "API token is invalid"),
        (204, "204", ""),
        (400, "soon", "x-mock-status"),
    ] {
        let request = signed(&notion, "GET", "/v1/users/me", GOOD)
            .insert_header(("x-mock-status", asked))
            .insert_header(("x-mock-retry-after", "7"))
            .insert_header(("x-mock-delay-ms", "1"));
        let answer = call(&app, request.to_request()).await;
        assert_eq!(answer.status, status);
        assert!(answer.body.contains(body_has), "{}", answer.body);
        let retry_after = if asked == "soon" { "" } else { "7" };
        assert_eq!(answer.header("retry-after"), retry_after);
    }
}
