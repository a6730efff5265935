//! Clients that act for themselves.

use super::*;

const OWN: &str =
    "grant = \"client_credentials\"\ngrant_type = \"account_credentials\"\nclient_auth = \"basic\"";
const ROBOT: &str = "grant = \"jwt_bearer\"\n[oauth.assertion]\nalgorithm = \"RS256\"\nkey = \"{{CLIENT_SECRET}}\"\nclaims = { iss = \"{{CLIENT_ID}}\" }";

fn with_basic(platform: &str, id: &str, secret: &str, grant: &str) -> TestRequest {
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    post(
        platform,
        "token",
        &[("grant_type", grant), ("scope", "a b")],
    )
    .insert_header(("authorization", format!("Basic {pair}")))
}

#[actix_web::test]
async fn a_client_gets_tokens_for_itself_with_the_providers_own_word() {
    let (app, _) = app!(("acme", OWN));
    let request = with_basic("acme", "theirs", "s3cret", "account_credentials");
    let answer = call(&app, request.to_request()).await;
    assert_eq!(answer.json().get("refresh_token"), None);
    assert_eq!(answer.text("scope"), "a b");
    let token = answer.text("access_token");
    assert_eq!(
        call(&app, upstream("acme", &token).to_request())
            .await
            .status,
        200
    );

    let request = with_basic("acme", "theirs", "s3cret", "client_credentials");
    call(&app, request.to_request())
        .await
        .assert_error(400, "unsupported_grant_type", "client");
    let request = with_basic("acme", "theirs", "revoked", "account_credentials");
    let answer = call(&app, request.to_request()).await;
    answer.assert_error(401, "invalid_client", "no access");
    assert!(answer.header("www-authenticate").starts_with("Basic "));
    let page = call(&app, authorize("acme", &[]).to_request()).await;
    assert_eq!(page.status, 400);
}

#[actix_web::test]
async fn an_assertion_becomes_a_token() {
    let (app, clock) = app!(("acme", ROBOT));
    let now = clock.now().micros() / 1_000_000;
    let part = |value: Value| base64_url(value.to_string().as_bytes());
    let assertion = |iss: &str| {
        let claims = json!({"iss": iss, "aud": "https://x", "exp": now + 60, "scope": "a"});
        format!("{}.{}.c2ln", part(json!({"alg": "RS256"})), part(claims))
    };
    let asked = |assertion: &str| {
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        post(
            "acme",
            "token",
            &[("grant_type", grant), ("assertion", assertion)],
        )
        .to_request()
    };
    let good = assertion("robot@acme.example");
    let answer = call(&app, asked(&good)).await;
    assert_eq!(answer.text("scope"), "a");
    let bad = call(&app, asked(&assertion("revoked@acme.example"))).await;
    bad.assert_error(400, "invalid_grant", "no access");
    call(&app, asked(""))
        .await
        .assert_error(400, "invalid_request", "assertion");
    clock.on(Duration::from_secs(60));
    call(&app, asked(&good))
        .await
        .assert_error(400, "invalid_grant", "expired");
}
