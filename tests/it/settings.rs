//! What the settings page is told.

use serde_json::{Value, json};

use crate::support::TestApp;

const WEBHOOK_SECRET: &str = "a-secret-of-some-length-0123456789";

#[tokio::test]
async fn what_is_in_force_is_shown_and_no_secret_is() {
    let app = TestApp::start_with(|command| {
        command
            .env("MAGPIE_LIMITS__REQUESTS_PER_MINUTE", "1234")
            .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
            .env("MAGPIE_AUTHKIT__ALLOWED_ORIGINS", "https://app.example.com")
            .env(
                "MAGPIE_AGENTS__APPROVAL_WEBHOOK_URL",
                "https://hook.example.com/t0ken",
            )
            .env("MAGPIE_AGENTS__APPROVAL_WEBHOOK_SECRET", WEBHOOK_SECRET)
    });
    app.connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
        .await;
    let answer = app.client().get("/admin/api/settings").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for secret in [WEBHOOK_SECRET, "t0ken", "sk-1", "sk_test"] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
    let shown = answer.json();
    assert_eq!(shown["publicUrl"], json!(app.url));
    assert_eq!(shown["rateLimit"]["requestsPerMinute"], 1234);
    assert_eq!(
        shown["authkit"]["allowedOrigins"],
        json!(["https://app.example.com"])
    );
    assert_eq!(shown["authkit"]["sessionMinutes"], 15);
    assert_eq!(shown["egress"]["allow"], json!(["127.0.0.0/8"]));
    assert_eq!(shown["agents"]["hasApprovalWebhook"], true);
    assert_eq!(shown["version"], env!("CARGO_PKG_VERSION"));
    assert!(shown["uptimeSeconds"].is_u64());

    let store = &shown["store"];
    assert_eq!(store["isDurable"], true);
    assert!(store["bytes"].as_u64().unwrap() > 0 && store["commits"].as_u64().unwrap() > 0);
    assert_eq!(store["lastSnapshotAt"], Value::Null);

    let keys = shown["encryption"]["keys"].as_array().unwrap();
    let of = |purpose: &str| keys.iter().find(|key| key["purpose"] == purpose).unwrap();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key["isCurrent"] == true));
    assert_eq!(of("seal-test")["uses"], 1);
    assert_eq!(of("seal-live")["uses"], 0);
    assert_eq!(of("hash")["uses"], Value::Null);
    assert!(of("seal-test")["createdAt"].is_string());
}
