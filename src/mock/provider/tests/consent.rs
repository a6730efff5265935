//! The consent page, and what a browser is sent away with.

use url::form_urlencoded::byte_serialize;

use super::*;

const SCOPES: &str = "issuer = \"https://acme.example\"\nscopes = [{ name = \"read\", description = \"Read everything\" }]";

fn ticket(page: &Answer) -> String {
    let (_, behind) = page.body.split_once("name=\"ticket\" value=\"").unwrap();
    behind.split_once('"').unwrap().0.to_owned()
}

#[actix_web::test]
async fn a_person_is_asked_and_the_answer_is_sent_on() {
    let (app, _) = app!(("acme", SCOPES));
    let state = [("mock_auto", ""), ("state", "ä &=+%00/")];
    let page = call(&app, authorize("acme", &state).to_request()).await;
    assert_eq!(page.status, 200);
    for shown in [
        "Acme &lt;acme&gt;",
        "Read everything",
        "<code>write</code>",
        "Built-in mock",
        "alan@example.com",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "form-action 'self' http://127.0.0.1:3005;",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");

    let ticket = ticket(&page);
    let approve = [
        ("ticket", ticket.as_str()),
        ("account", "alan@example.com"),
        ("decision", "approve"),
    ];
    let sent = call(&app, post("acme", "authorize", &approve).to_request()).await;
    assert_eq!(sent.sent_with("state").as_deref(), Some("ä &=+%00/"));
    assert_eq!(
        sent.sent_with("iss").as_deref(),
        Some("http://127.0.0.1:3005/__mock/oauth/acme")
    );
    let code = sent.sent_with("code").unwrap();
    let token = call(&app, exchange("acme", &code, &[]).to_request())
        .await
        .text("access_token");
    let me = TestRequest::with_uri("/__mock/oauth/acme/userinfo")
        .insert_header(("authorization", format!("Bearer {token}")));
    assert_eq!(
        call(&app, me.to_request()).await.text("email"),
        "alan@example.com"
    );

    let deny = [("ticket", ticket.as_str()), ("decision", "deny")];
    let sent = call(&app, post("acme", "authorize", &deny).to_request()).await;
    assert_eq!(sent.sent_with("error").as_deref(), Some("access_denied"));
    assert_eq!(sent.sent_with("state").as_deref(), Some("ä &=+%00/"));
    assert_eq!(sent.sent_with("code"), None);
}

#[actix_web::test]
async fn a_page_that_is_not_ours_or_too_old_is_not_answered() {
    let (app, clock) = app!(("acme", ""), ("other", ""));
    let page = call(&app, authorize("acme", &[("mock_auto", "")]).to_request()).await;
    let ticket = ticket(&page);
    let approve = |account| {
        [
            ("ticket", ticket.as_str()),
            ("account", account),
            ("decision", "approve"),
        ]
    };
    let good = approve("ada@example.com");
    for (platform, form) in [
        ("other", good),
        ("acme", approve("eve@example.com")),
        ("acme", [("ticket", "mock_ask_x"), good[1], good[2]]),
        ("acme", [good[0], good[0], good[2]]),
    ] {
        let answer = call(&app, post(platform, "authorize", &form).to_request()).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("cannot begin"), "{}", answer.body);
        assert_eq!(answer.header("location"), "");
    }
    clock.on(Duration::from_secs(600));
    let answer = call(&app, post("acme", "authorize", &good).to_request()).await;
    assert!(answer.body.contains("too long"), "{}", answer.body);
}

#[actix_web::test]
async fn a_test_answers_in_the_persons_stead() {
    let more = "[oauth.vector]\nanswer = '{\"access_token\": \"x\"}'\ncallback = { realmId = \"9 7\" }\n[oauth.vector.becomes]\naccess_token = \"x\"";
    let (app, _) = app!(("acme", more));
    let sent = call(&app, authorize("acme", &[]).to_request()).await;
    assert!(sent.sent_with("code").unwrap().starts_with("mock_code_"));
    assert_eq!(sent.sent_with("realmId").as_deref(), Some("9 7"));
    assert_eq!(sent.sent_with("iss"), None);
    for (auto, error) in [("deny", "access_denied"), ("server_error", "server_error")] {
        let sent = call(&app, authorize("acme", &[("mock_auto", auto)]).to_request()).await;
        assert_eq!(sent.sent_with("error").as_deref(), Some(error));
        assert!(sent.sent_with("error_description").is_some());
        assert_eq!(sent.sent_with("realmId"), None);
    }
}

#[actix_web::test]
async fn a_state_of_any_bytes_comes_back_as_it_was() {
    let (app, _) = app!(("acme", ""));
    let state: String = byte_serialize(b"\xff\xfe\0 +&=#").collect();
    let query = encoded(&[
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
    ]);
    let challenge = challenge();
    let uri = format!(
        "/__mock/oauth/acme/authorize?{query}&state={state}&mock_auto=approve&code_challenge={challenge}&code_challenge_method=S256"
    );
    let sent = call(&app, TestRequest::with_uri(&uri).to_request()).await;
    let to = sent.header("location");
    assert!(to.ends_with(&format!("&state={state}")), "{to}");
}

#[actix_web::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let (app, _) = app!(("acme", ""));
    for other in [
        ("redirect_uri", "https://evil.example/"),
        ("client_id", "somebody"),
    ] {
        let page = call(&app, authorize("acme", &[other]).to_request()).await;
        assert_eq!((page.status, page.header("location")), (400, ""));
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(
            page.header("content-security-policy")
                .contains("form-action 'none'")
        );
    }
}
