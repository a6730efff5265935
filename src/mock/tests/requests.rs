//! Single requests, good and bad.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn a_missing_credential_is_challenged() {
    let app = app!();
    let request = unsigned("notion", "GET", "/v1/users/me");
    let answer = call(&app, request.to_request()).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"notion\"");

    let request = signed(&connector("notion"), "GET", "/v1/users/me", "invalid");
    let answer = call(&app, request.to_request()).await;
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer realm=\"notion\", error=\"invalid_token\""
    );
}

#[actix_web::test]
async fn a_header_that_every_request_has_is_missed() {
    let app = app!();
    let request = unsigned("notion", "GET", "/v1/users/me")
        .insert_header(("authorization", "Bearer secret_1"));
    let answer = call(&app, request.to_request()).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("notion-version"), "{}", answer.body);
}

#[actix_web::test]
async fn what_was_sent_and_asked_for_is_in_the_answer() {
    let (app, connector) = (app!(), connector("notion"));
    let request =
        signed(&connector, "PATCH", "/v1/pages/page%207", GOOD).set_json(json!({"archived": true}));
    let page = call(&app, request.to_request()).await.json();
    assert_eq!(page["id"], "page 7");
    assert_eq!(page["archived"], true);
    assert_eq!(page["object"], "page");
}

#[actix_web::test]
async fn what_the_catalogue_does_not_know_is_said_in_words() {
    let (app, notion) = (app!(), connector("notion"));
    for (method, path, status, said) in [
        (
            "GET",
            "/v1/nope",
            404,
            "the catalogue of notion has no action GET /v1/nope",
        ),
        ("GET", "", 404, "no action GET /;"),
        ("PUT", "/v1/pages/7", 405, "no action PUT /v1/pages/7"),
    ] {
        let answer = call(&app, signed(&notion, method, path, GOOD).to_request()).await;
        assert_eq!(answer.status, status, "{path}");
        let body = answer.json();
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
        if status == 405 {
            assert_eq!(answer.header("allow"), "GET, HEAD, PATCH");
        }
    }
    for uri in ["/__mock/upstream/nope/x", "/__mock/upstream/", UPSTREAM] {
        let answer = call(&app, TestRequest::with_uri(uri).to_request()).await;
        assert_eq!(answer.status, 404, "{uri}");
        assert!(answer.body.contains("no platform"), "{}", answer.body);
    }
}

#[actix_web::test]
async fn head_is_get_and_has_a_credential_too() {
    let (app, notion) = (app!(), connector("notion"));
    let request = signed(&notion, "HEAD", "/v1/users/me", GOOD);
    assert_eq!(call(&app, request.to_request()).await.status, 200);
    let request = unsigned("notion", "HEAD", "/v1/users/me");
    assert_eq!(call(&app, request.to_request()).await.status, 401);
}

#[actix_web::test]
async fn a_body_must_be_what_it_says() {
    let (app, notion) = (app!(), connector("notion"));
    for (content_type, body, status) in [
        ("application/json", "{", 400),
        ("application/json; charset=utf-8", "nope", 400),
        ("application/vnd.acme+json", "{", 400),
        ("application/json", "", 200),
        ("application/x-www-form-urlencoded", "{", 200),
        ("multipart/form-data; boundary=x", "--x", 200),
    ] {
        let request = signed(&notion, "POST", "/v1/search", GOOD)
            .insert_header(("content-type", content_type))
            .set_payload(body);
        let answer = call(&app, request.to_request()).await;
        assert_eq!(answer.status, status, "{content_type} {body}");
        assert!(answer.json().is_object());
    }
}
