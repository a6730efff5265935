//! Clients of their own, and what the provider says about itself.

use super::*;

fn register(body: &Value) -> TestRequest {
    TestRequest::post()
        .uri("/__mock/oauth/acme/register")
        .set_json(body)
}

#[actix_web::test]
async fn a_registered_client_signs_in_at_its_own_redirect_alone() {
    let (app, _) = app!(("acme", ""));
    let redirect = "https://app.example/cb?tenant=1";
    let body = json!({ "redirect_uris": [redirect], "client_name": "Mine", "mock_expires_in": 7 });
    let client = call(&app, register(&body).to_request()).await;
    assert_eq!(client.status, 201);
    let (id, secret) = (client.text("client_id"), client.text("client_secret"));

    let own = [("client_id", id.as_str()), ("redirect_uri", redirect)];
    let sent = call(&app, authorize("acme", &own).to_request()).await;
    assert!(
        sent.header("location")
            .starts_with("https://app.example/cb?tenant=1&code=")
    );
    let code = sent.sent_with("code").unwrap();
    let taken = call(
        &app,
        exchange("acme", &code, &[("redirect_uri", redirect)]).to_request(),
    )
    .await;
    taken.assert_error(400, "invalid_grant", "another client");
    let own = [own[0], own[1], ("client_secret", &secret)];
    let answer = call(&app, exchange("acme", &code, &own).to_request()).await;
    assert_eq!(answer.json()["expires_in"], 7);

    let page = call(&app, authorize("acme", &[("client_id", &id)]).to_request()).await;
    assert_eq!(page.status, 400);
}

#[actix_web::test]
async fn a_client_that_cannot_be_is_not_registered() {
    let (app, _) = app!(("acme", ""));
    for (body, error) in [
        (json!({}), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
        (
            json!({ "redirect_uris": ["javascript:alert(1)"] }),
            "invalid_redirect_uri",
        ),
        (json!({ "redirect_uris": "x" }), "invalid_client_metadata"),
        (
            json!({ "redirect_uris": ["https://a.example"], "token_endpoint_auth_method": "none" }),
            "invalid_client_metadata",
        ),
    ] {
        let answer = call(&app, register(&body).to_request()).await;
        answer.assert_error(400, error, "");
    }
}

#[actix_web::test]
async fn metadata_stands_at_both_places_and_leads_here() {
    let (app, _) = app!(("acme", "client_auth = \"basic\""));
    let get = async |path: &str| {
        let answer = call(&app, TestRequest::with_uri(path).to_request()).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    };
    let below = get("/__mock/oauth/acme/.well-known/oauth-authorization-server").await;
    let above = get("/.well-known/oauth-authorization-server/__mock/oauth/acme").await;
    assert_eq!(below, above);
    let issuer = "http://127.0.0.1:3005/__mock/oauth/acme";
    assert_eq!(below["issuer"], issuer);
    assert_eq!(
        below["authorization_endpoint"],
        format!("{issuer}/authorize")
    );
    assert_eq!(
        below["token_endpoint_auth_methods_supported"],
        json!(["client_secret_basic"])
    );
    assert_eq!(
        below["grant_types_supported"],
        json!(["authorization_code", "refresh_token"])
    );
    let openid = get("/__mock/oauth/acme/.well-known/openid-configuration").await;
    assert_eq!(openid["subject_types_supported"], json!(["public"]));
    assert_eq!(get("/__mock/oauth/acme/jwks").await, json!({ "keys": [] }));
}

#[actix_web::test]
async fn whose_a_token_is_is_told_to_its_bearer() {
    let (app, _) = app!(("acme", ""));
    let token = signed_in!(&app, "acme", &[("mock_account", "eve@example.com")]);
    let ask = |token: &str| {
        TestRequest::with_uri("/__mock/oauth/acme/userinfo")
            .insert_header(("authorization", format!("Bearer {token}")))
            .to_request()
    };
    let me = call(&app, ask(&token.text("access_token"))).await.json();
    assert_eq!(
        (&me["email"], &me["name"]),
        (&json!("eve@example.com"), &json!("eve"))
    );
    for bad in [token.text("refresh_token"), "mock_at_x".to_owned()] {
        let answer = call(&app, ask(&bad)).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").contains("invalid_token"));
    }
}
