//! The end of tokens, however it comes.

use base64::Engine as _;

use super::*;

fn basic() -> (&'static str, String) {
    let pair = format!("{CLIENT_ID}:{CLIENT_SECRET}");
    let pair = base64::engine::general_purpose::STANDARD.encode(pair);
    ("authorization", format!("Basic {pair}"))
}

fn with_json(body: &Value) -> TestRequest {
    TestRequest::post()
        .uri("/__mock/oauth/acme/revoke")
        .insert_header(("content-type", "application/json"))
        .set_payload(body.to_string())
}

#[actix_web::test]
async fn a_token_is_revoked_in_each_providers_style() {
    for style in ["rfc7009", "json", "bearer", "basic_json"] {
        let lines = format!(
            "[oauth.revoke]\nurl = \"https://acme.example/revoke\"\ntoken = \"access_token\"\nstyle = \"{style}\""
        );
        let (app, _) = app!(("acme", lines.as_str()));
        let answer = signed_in!(&app, "acme", &[]);
        let (access, renewing) = (answer.text("access_token"), answer.text("refresh_token"));
        let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let request = match style {
            "rfc7009" => {
                let form = [("token", access.as_str()), client[0], client[1]];
                post("acme", "revoke", &form)
            }
            "json" => with_json(&json!({
                "token": access, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            })),
            "bearer" => TestRequest::post()
                .uri("/__mock/oauth/acme/revoke")
                .insert_header(("authorization", format!("Bearer {access}"))),
            _ => with_json(&json!({ "access_token": access }))
                .method("DELETE".parse().unwrap())
                .insert_header(basic()),
        };
        let answer = call(&app, request.to_request()).await;
        assert_eq!(answer.status, 200, "{style}: {}", answer.body);
        assert_eq!(
            call(&app, upstream("acme", &access).to_request())
                .await
                .status,
            401
        );
        let answer = call(&app, refresh("acme", &renewing, &[]).to_request()).await;
        answer.assert_error(400, "invalid_grant", "revoked");

        let answer = call(&app, post("acme", "revoke", &[]).to_request()).await;
        assert!(answer.status >= 400, "{style}");
    }
}

#[actix_web::test]
async fn a_token_that_nobody_knows_has_ended_already_and_one_of_another_client_has_not() {
    let (app, _) = app!(("acme", ""));
    let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    let form = [("token", "nobody's"), client[0], client[1]];
    assert_eq!(
        call(&app, post("acme", "revoke", &form).to_request())
            .await
            .status,
        200
    );
    let wrong = [("token", "nobody's"), client[0], ("client_secret", "guess")];
    let answer = call(&app, post("acme", "revoke", &wrong).to_request()).await;
    answer.assert_error(401, "invalid_client", "secret");

    let body = json!({ "redirect_uris": ["https://app.example/cb"] });
    let request = TestRequest::post()
        .uri("/__mock/oauth/acme/register")
        .set_json(body);
    let other = call(&app, request.to_request()).await;
    let token = signed_in!(&app, "acme", &[]).text("access_token");
    let (id, secret) = (other.text("client_id"), other.text("client_secret"));
    let form = [
        ("token", token.as_str()),
        ("client_id", &id),
        ("client_secret", &secret),
    ];
    let answer = call(&app, post("acme", "revoke", &form).to_request()).await;
    answer.assert_error(400, "invalid_grant", "another client");
    assert_eq!(
        call(&app, upstream("acme", &token).to_request())
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn a_token_is_good_for_as_long_as_was_asked() {
    let (app, clock) = app!(("acme", ""));
    let brief = signed_in!(&app, "acme", &[("mock_expires_in", "5")]);
    assert_eq!(brief.json()["expires_in"], 5);
    let endless = signed_in!(&app, "acme", &[("mock_expires_in", "0")]);
    assert_eq!(endless.json().get("expires_in"), None);
    clock.on(Duration::from_secs(1_000_000));
    for (token, status) in [(brief, 401), (endless, 200)] {
        let request = upstream("acme", &token.text("access_token"));
        assert_eq!(call(&app, request.to_request()).await.status, status);
    }
}

#[actix_web::test]
async fn what_a_token_is_worth_is_told_to_clients() {
    let (app, clock) = app!(("acme", ""));
    let answer = signed_in!(&app, "acme", &[]);
    let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    let ask = |token: &str| {
        post(
            "acme",
            "introspect",
            &[("token", token), client[0], client[1]],
        )
        .to_request()
    };
    let said = call(&app, ask(&answer.text("access_token"))).await.json();
    assert_eq!(said["active"], true);
    assert_eq!(said["username"], "ada@example.com");
    assert_eq!(said["scope"], "read write");
    assert_eq!(said["exp"], clock.now().micros() / 1_000_000 + 3600);
    let said = call(&app, ask(&answer.text("refresh_token"))).await.json();
    assert_eq!((&said["active"], said.get("exp")), (&json!(true), None));
    clock.on(Duration::from_secs(3600));
    let said = call(&app, ask(&answer.text("access_token"))).await.json();
    assert_eq!(said, json!({ "active": false }));
    let request = post("acme", "introspect", &[("token", "x")]);
    assert_eq!(call(&app, request.to_request()).await.status, 401);
}
