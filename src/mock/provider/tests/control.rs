//! What a test lets go wrong, and what it sees afterwards.

use super::*;

fn admin(method: &str, what: &str) -> TestRequest {
    TestRequest::with_uri(&format!("/__mock/admin/oauth/acme/{what}"))
        .method(method.parse().unwrap())
}

macro_rules! fault {
    ($app:expr, $fault:expr) => {{
        let request = admin("POST", "faults").set_json($fault);
        let answer = call($app, request.to_request()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }};
}

#[actix_web::test]
async fn each_fault_comes_as_often_as_it_was_asked_for() {
    let (app, _) = app!(("acme", "refresh = \"rotates\""));
    let mut token = signed_in!(&app, "acme", &[]).text("refresh_token");
    for (effect, status, body) in [
        ("invalid_grant", 400, "\"error\":\"invalid_grant\""),
        ("invalid_client", 401, "\"error\":\"invalid_client\""),
        (
            "temporarily_unavailable",
            503,
            "\"error\":\"temporarily_unavailable\"",
        ),
        ("rate_limited", 429, "\"error\":\"rate_limited\""),
        ("server_error", 500, "\"error\":\"server_error\""),
        ("malformed_json", 200, "{\"access_token\": \"mock_at_"),
        ("html", 200, "<!doctype html>"),
        ("empty", 200, ""),
        ("missing_access_token", 200, "\"token_type\":\"Bearer\""),
        ("wrong_types", 200, "\"access_token\":12345"),
        ("error_in_200", 200, "\"error\":\"invalid_grant\""),
    ] {
        fault!(
            &app,
            json!({ "effect": effect, "times": 2, "retryAfter": 7 })
        );
        for _ in 0..2 {
            let answer = call(&app, refresh("acme", &token, &[]).to_request()).await;
            assert_eq!(answer.status, status, "{effect}");
            assert!(answer.body.contains(body), "{effect}: {}", answer.body);
            assert_eq!(answer.header("retry-after"), "7");
            let missing = effect == "missing_access_token";
            assert!(!missing || !answer.body.contains("access_token"));
        }
        // Nothing of it was done: the token is still the latest.
        let answer = call(&app, refresh("acme", &token, &[]).to_request()).await;
        assert_eq!(answer.status, 200, "{effect}: {}", answer.body);
        token = answer.text("refresh_token");
    }
}

#[actix_web::test]
async fn an_answer_can_be_lost_after_the_deed() {
    let (app, _) = app!(("acme", "refresh = \"rotates\""));
    let token = signed_in!(&app, "acme", &[]).text("refresh_token");
    fault!(
        &app,
        json!({ "effect": "server_error", "afterwards": true })
    );
    assert_eq!(
        call(&app, refresh("acme", &token, &[]).to_request())
            .await
            .status,
        500
    );
    let answer = call(&app, refresh("acme", &token, &[]).to_request()).await;
    answer.assert_error(400, "invalid_grant", "used before");
}

#[actix_web::test]
async fn a_fault_hits_only_where_it_was_asked_for() {
    let more = "[[oauth.follow_up]]\nurl = \"https://acme.example/me\"";
    let (app, _) = app!(("acme", more), ("other", ""));
    fault!(
        &app,
        json!({ "effect": "server_error", "grant": "refresh_token" })
    );
    fault!(
        &app,
        json!({ "effect": "temporarily_unavailable", "on": "authorize" })
    );
    fault!(&app, json!({ "effect": "html", "on": "follow-up" }));
    fault!(
        &app,
        json!({ "effect": "rate_limited", "on": "revoke", "times": 99 })
    );

    signed_in!(&app, "other", &[]);
    let sent = call(&app, authorize("acme", &[]).to_request()).await;
    assert_eq!(
        sent.sent_with("error").as_deref(),
        Some("temporarily_unavailable")
    );
    assert_eq!(sent.sent_with("state").as_deref(), Some("s-1"));
    let first = signed_in!(&app, "acme", &[]);
    let request = refresh("acme", &first.text("refresh_token"), &[]);
    assert_eq!(call(&app, request.to_request()).await.status, 500);
    let bearer = format!("Bearer {}", first.text("access_token"));
    let request = TestRequest::with_uri("/__mock/oauth/acme/follow-up/0")
        .insert_header(("authorization", bearer));
    assert!(call(&app, request.to_request()).await.body.contains("html"));

    assert_eq!(
        call(&app, post("acme", "revoke", &[]).to_request())
            .await
            .status,
        429
    );
    let cleared = call(&app, admin("DELETE", "faults").to_request()).await;
    assert_eq!(cleared.json()["cleared"], 1);
    assert_eq!(
        call(&app, post("acme", "revoke", &[]).to_request())
            .await
            .status,
        401
    );
}

#[actix_web::test]
async fn what_is_no_fault_is_not_taken() {
    let (app, _) = app!(("acme", ""));
    for fault in [
        json!({}),
        json!({ "effect": "boom" }),
        json!({ "effect": "html", "when": 1 }),
        json!({ "effect": "html", "times": -1 }),
    ] {
        let answer = call(&app, admin("POST", "faults").set_json(fault).to_request()).await;
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"]["message"].is_string());
    }
    let plain = admin("POST", "faults")
        .insert_header(("content-type", "text/plain"))
        .set_payload("{\"effect\": \"html\"}");
    assert_eq!(call(&app, plain.to_request()).await.status, 400);
    assert_eq!(
        call(&app, admin("GET", "nope").to_request()).await.status,
        404
    );
}

#[actix_web::test]
async fn every_request_is_seen_and_no_secret() {
    let (app, _) = app!(("acme", "refresh = \"rotates\""));
    let first = signed_in!(&app, "acme", &[]);
    let token = first.text("refresh_token");
    fault!(&app, json!({ "effect": "server_error" }));
    for _ in 0..2 {
        call(&app, refresh("acme", &token, &[]).to_request()).await;
    }
    call(&app, exchange("acme", "guess", &[]).to_request()).await;

    let seen = call(&app, admin("GET", "requests").to_request()).await;
    for secret in [
        &token,
        &first.text("access_token"),
        VERIFIER,
        CLIENT_SECRET,
        "s-1",
        "mock_code_",
    ] {
        assert!(!seen.body.contains(secret), "{secret}");
    }
    let seen = seen.json();
    let seen = seen["requests"].as_array().unwrap();
    let told: Vec<_> = seen
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {} {}",
                text("endpoint"),
                text("grant"),
                text("outcome"),
                entry["status"],
                text("fault")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "authorize - ok 303 -",
            "token authorization_code ok 200 -",
            "token refresh_token refused 500 server_error",
            "token refresh_token ok 200 -",
            "token authorization_code invalid_grant 400 -",
        ]
    );
    assert!(seen.iter().all(|entry| entry["client"] == CLIENT_ID));
    assert_eq!(seen[0]["gave"]["code"], seen[1]["sent"]["code"]);
    assert_eq!(
        seen[1]["gave"]["refresh_token"],
        seen[2]["sent"]["refresh_token"]
    );
    assert_eq!(
        seen[2]["sent"]["refresh_token"],
        seen[3]["sent"]["refresh_token"]
    );
    assert_ne!(
        seen[3]["gave"]["refresh_token"],
        seen[3]["sent"]["refresh_token"]
    );
    assert_eq!(seen[1]["sent"]["redirect_uri"], REDIRECT);

    call(&app, admin("DELETE", "requests").to_request()).await;
    let seen = call(&app, admin("GET", "requests").to_request()).await;
    assert_eq!(seen.json(), json!({ "requests": [] }));
}

#[actix_web::test]
async fn tokens_expire_and_grants_end_on_demand() {
    let (app, _) = app!(("acme", ""));
    let first = signed_in!(&app, "acme", &[]);
    let token = first.text("refresh_token");
    let answer = call(&app, admin("POST", "expire-all").to_request()).await;
    assert_eq!(answer.json(), json!({ "expired": 1 }));
    let request = upstream("acme", &first.text("access_token"));
    assert_eq!(call(&app, request.to_request()).await.status, 401);
    let renewed = call(&app, refresh("acme", &token, &[]).to_request()).await;
    let access = renewed.text("access_token");
    assert_eq!(
        call(&app, upstream("acme", &access).to_request())
            .await
            .status,
        200
    );

    let answer = call(&app, admin("POST", "revoke-all").to_request()).await;
    assert_eq!(answer.json(), json!({ "revoked": 1 }));
    assert_eq!(
        call(&app, upstream("acme", &access).to_request())
            .await
            .status,
        401
    );
    let answer = call(&app, refresh("acme", &token, &[]).to_request()).await;
    answer.assert_error(400, "invalid_grant", "revoked");
}
