//! Everything that the token endpoint does not do.

use super::*;

macro_rules! code {
    ($app:expr, $platform:expr) => {{
        let sent = call($app, authorize($platform, &[]).to_request()).await;
        sent.sent_with("code").unwrap()
    }};
}

#[actix_web::test]
async fn an_exchange_is_refused_for_whatever_is_wrong_with_it() {
    let (app, _) = app!(("acme", ""));
    for (other, status, error, said) in [
        (("grant_type", ""), 400, "invalid_request", "grant_type"),
        (
            ("grant_type", "password"),
            400,
            "unsupported_grant_type",
            "password",
        ),
        (("code", ""), 400, "invalid_request", "code"),
        (("code", "mock_code_x"), 400, "invalid_grant", "not known"),
        (("client_id", ""), 401, "invalid_client", "client_id"),
        (
            ("client_id", "other"),
            401,
            "invalid_client",
            "no such client",
        ),
        (
            ("client_secret", ""),
            401,
            "invalid_client",
            "client_secret",
        ),
        (("client_secret", "guess"), 401, "invalid_client", "secret"),
        (("redirect_uri", ""), 400, "invalid_request", "redirect_uri"),
        (
            ("redirect_uri", "http://127.0.0.1:3005/oauth/callback"),
            400,
            "invalid_grant",
            "redirect_uri",
        ),
        (("code_verifier", ""), 400, "invalid_grant", "code_verifier"),
        (("code_verifier", "short"), 400, "invalid_request", "43"),
        (
            (
                "code_verifier",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK",
            ),
            400,
            "invalid_grant",
            "code_verifier",
        ),
    ] {
        let code = code!(&app, "acme");
        let answer = call(&app, exchange("acme", &code, &[other]).to_request()).await;
        answer.assert_error(status, error, said);
    }
}

#[actix_web::test]
async fn a_code_works_once_and_for_a_minute() {
    let (app, clock) = app!(("acme", ""));
    let code = code!(&app, "acme");
    let first = call(&app, exchange("acme", &code, &[]).to_request()).await;
    let token = first.text("access_token");
    let again = call(&app, exchange("acme", &code, &[]).to_request()).await;
    again.assert_error(400, "invalid_grant", "used before");
    assert_eq!(
        call(&app, upstream("acme", &token).to_request())
            .await
            .status,
        401
    );

    let code = code!(&app, "acme");
    clock.on(Duration::from_secs(60));
    let late = call(&app, exchange("acme", &code, &[]).to_request()).await;
    late.assert_error(400, "invalid_grant", "expired");
}

#[actix_web::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let (app, _) = app!(("acme", "pkce = false"));
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let sent = call(&app, authorize("acme", &without).to_request()).await;
    let code = sent.sent_with("code").unwrap();
    let answer = call(&app, exchange("acme", &code, &[]).to_request()).await;
    answer.assert_error(400, "invalid_grant", "no code_challenge");
}

#[actix_web::test]
async fn a_body_is_written_as_the_provider_wants_it() {
    let (app, _) = app!(
        ("form", ""),
        ("json", "encoding = \"json\""),
        ("multipart", "encoding = \"multipart\""),
    );
    for (wanted, sent) in [
        ("form", "json"),
        ("json", "form"),
        ("json", "json"),
        ("multipart", "multipart"),
    ] {
        let code = code!(&app, wanted);
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("code_verifier", VERIFIER),
        ];
        let (content_type, body) = match sent {
            "json" => (
                "application/json",
                json!(
                    pairs
                        .iter()
                        .copied()
                        .collect::<std::collections::BTreeMap<_, _>>()
                )
                .to_string(),
            ),
            "multipart" => {
                let part = |(name, value): &(&str, &str)| {
                    format!(
                        "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    )
                };
                let parts: String = pairs.iter().map(part).collect();
                (
                    "multipart/form-data; boundary=b",
                    format!("{parts}--b--\r\n"),
                )
            }
            _ => ("application/x-www-form-urlencoded", encoded(&pairs)),
        };
        let request = TestRequest::post()
            .uri(&format!("/__mock/oauth/{wanted}/token"))
            .insert_header(("content-type", content_type))
            .set_payload(body);
        let answer = call(&app, request.to_request()).await;
        match wanted == sent {
            true => assert_eq!(answer.status, 200, "{wanted}: {}", answer.body),
            false => answer.assert_error(400, "invalid_request", "the body must be"),
        }
    }
}

#[actix_web::test]
async fn a_provider_gets_what_it_wants_besides_the_standard() {
    let more = "token_params = { audience = \"api\" }\ntoken_headers = { X-Version = \"2\" }\nomit = [\"redirect_uri\"]";
    let (app, _) = app!(("acme", more));
    let complete = [("audience", "api"), ("redirect_uri", "")];
    for (params, header, said) in [
        (&[("redirect_uri", "")][..], "2", "audience"),
        (&[("audience", "api")][..], "2", "no `redirect_uri`"),
        (&complete[..], "1", "x-version"),
        (&complete[..], "2", ""),
    ] {
        let code = code!(&app, "acme");
        let request = exchange("acme", &code, params).insert_header(("x-version", header));
        let answer = call(&app, request.to_request()).await;
        match said {
            "" => assert_eq!(answer.status, 200, "{}", answer.body),
            said => {
                let description = answer.text("error_description").to_lowercase();
                assert!(description.contains(said), "{description}");
            }
        }
    }
}

#[actix_web::test]
async fn a_provider_without_refresh_tokens_gives_and_takes_none() {
    let (app, _) = app!(("none", "refresh = \"none\""), ("reusable", ""));
    let first = signed_in!(&app, "none", &[]);
    assert_eq!(first.json().get("refresh_token"), None);
    let answer = call(&app, refresh("none", "x", &[]).to_request()).await;
    answer.assert_error(400, "unsupported_grant_type", "refresh_token");

    let token = signed_in!(&app, "reusable", &[]).text("refresh_token");
    for _ in 0..3 {
        let answer = call(&app, refresh("reusable", &token, &[]).to_request()).await;
        assert_eq!(answer.json().get("refresh_token"), None, "{}", answer.body);
        assert!(answer.text("access_token").starts_with("mock_at_"));
    }
}

#[actix_web::test]
async fn a_provider_says_errors_in_its_own_way() {
    let own = "invalid_grant = [\"token_revoked\"]\n[oauth.answer]\nok = \"ok\"\nerror = \"problem.code\"";
    let (app, _) = app!(("acme", own));
    let answer = call(&app, exchange("acme", "x", &[]).to_request()).await;
    let body = answer.json();
    assert_eq!((answer.status, &body["ok"]), (200, &json!(false)));
    assert_eq!(body["problem"]["code"], "invalid_grant");
    let answer = call(&app, refresh("acme", "x", &[]).to_request()).await;
    assert_eq!(answer.json()["problem"]["code"], "token_revoked");
}

#[actix_web::test]
async fn what_is_not_there_is_said() {
    let (app, _) = app!(("acme", ""));
    for (method, path, status) in [
        ("GET", "acme/token", 405),
        ("DELETE", "acme/authorize", 405),
        ("GET", "acme/nope", 404),
        ("GET", "acme", 404),
        ("GET", "nope/authorize", 404),
        ("GET", "stripe/authorize", 404),
        ("GET", "acme/follow-up/x", 404),
    ] {
        let request =
            TestRequest::with_uri(&format!("/__mock/oauth/{path}")).method(method.parse().unwrap());
        let answer = call(&app, request.to_request()).await;
        assert_eq!(answer.status, status, "{method} {path}");
    }
}
