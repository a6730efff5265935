//! What comes after a sign-in.

use serde_json::json;

use super::*;

const DIALECT: &str = r#"
[[oauth.follow_up]]
url = "https://acme.example/me"
account = "0.email"
keep = { TEAM_ID = "0.team" }
[[oauth.follow_up]]
url = "https://acme.example/graph"
method = "POST"
body = '{"query": "{ me }"}'
prefix = "OAuth "
headers = { X-Version = "2" }
account = "data.email"
[oauth.vector]
answer = '{"access_token": "a", "refresh_token": "r", "expires_in": 5}'
follow_ups = ['[{"email": "x@example.com", "team": "t1"}]', '{"data": {"email": "y"}}']
[oauth.vector.becomes]
access_token = "a"
"#;

fn asked(number: u8, authorization: &str) -> TestRequest {
    TestRequest::with_uri(&format!("/__mock/oauth/acme/follow-up/{number}"))
        .insert_header(("authorization", authorization))
}

#[actix_web::test]
async fn a_follow_up_names_the_account_to_the_bearer_of_a_token_given_here() {
    let (app, clock) = app!(("acme", DIALECT));
    let token = signed_in!(&app, "acme", &[("mock_account", "grace@example.com")]);
    let token = token.text("access_token");
    let bearer = format!("Bearer {token}");
    let answer = call(&app, asked(0, &bearer).to_request()).await;
    assert_eq!(
        answer.json(),
        json!([{"email": "grace@example.com", "team": "t1"}])
    );

    for refused in ["Bearer by-hand", &format!("OAuth {token}"), "x"] {
        let answer = call(&app, asked(0, refused).to_request()).await;
        assert_eq!(answer.status, 401, "{refused}");
    }
    assert_eq!(call(&app, asked(7, &bearer).to_request()).await.status, 404);
    clock.on(Duration::from_secs(3600));
    assert_eq!(call(&app, asked(0, &bearer).to_request()).await.status, 401);
}

#[actix_web::test]
async fn a_follow_up_must_be_made_as_the_provider_wants_it() {
    let (app, _) = app!(("acme", DIALECT));
    let token = signed_in!(&app, "acme", &[]).text("access_token");
    let request = || asked(1, &format!("OAuth {token}"));
    let answer = call(&app, request().to_request()).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    let request = || request().method("POST".parse().unwrap());
    assert_eq!(
        call(&app, request().set_payload("{}").to_request())
            .await
            .status,
        400
    );
    let request = || request().insert_header(("x-version", "2"));
    assert_eq!(call(&app, request().to_request()).await.status, 400);
    let answer = call(&app, request().set_payload("{}").to_request()).await;
    assert_eq!(answer.json()["data"]["email"], "ada@example.com");
}
