//! What the settings page is told.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

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

const SETTINGS: &str = "/admin/api/settings";

fn days_ago(days: u64) -> u128 {
    let then = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
    then.duration_since(UNIX_EPOCH).unwrap().as_micros()
}

/// An empty part of the journal that was begun at this time, and ended when the next one was.
fn segment(folder: &Path, micros: u128) -> PathBuf {
    let folder = folder.join("data/journal");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{micros:016}.jsonl"));
    std::fs::write(&file, "").unwrap();
    file
}

async fn policy(app: &TestApp) -> String {
    let page = app.anonymous().get("/authkit").await;
    page.header("content-security-policy").unwrap().to_owned()
}

/// How often the development key may be used in a minute.
async fn limit(app: &TestApp) -> String {
    let answer = app.client().get("/v1/available-connectors?limit=1").await;
    answer.header("x-pica-rate-limit-limit").unwrap().to_owned()
}

async fn changes(client: &Client) -> Vec<Value> {
    let path = "/admin/api/audit?what=settings.changed";
    client.get(path).await.json()["rows"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn what_an_admin_changes_is_in_force_at_once_and_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let (older, newer) = (
        segment(folder.path(), days_ago(20)),
        segment(folder.path(), days_ago(10)),
    );
    let app = TestApp::start_in(folder, |command| command);
    let (admin, _) = app.member("admin").await;
    let before = admin.get(SETTINGS).await.json();
    assert_eq!(before["fixed"], json!([]));
    assert_eq!(
        before["retention"],
        json!({ "days": 30, "megabytes": 1024 })
    );
    let change = json!({
        "retention": { "days": 7 },
        "authkit": { "allowedOrigins": ["https://app.example.com"] },
        "rateLimit": { "requestsPerMinute": 1234 },
    });
    let changed = admin.patch(SETTINGS, change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let in_force = async |app: &TestApp, client: &Client| {
        let shown = client.get(SETTINGS).await.json();
        assert_eq!(shown["retention"], json!({ "days": 7, "megabytes": 1024 }));
        assert_eq!(
            shown["authkit"]["allowedOrigins"],
            json!(["https://app.example.com"])
        );
        assert_eq!(shown["rateLimit"]["requestsPerMinute"], 1234);
        assert!(
            policy(app)
                .await
                .contains("frame-ancestors 'self' https://app.example.com"),
            "{}",
            policy(app).await
        );
        assert_eq!(limit(app).await, "1234");
        let other = client.with_header("origin", "https://evil.example");
        let other = other.post("/mcp", json!({})).await;
        assert_eq!(other.status, 403, "{}", other.text());
    };
    in_force(&app, &app.client()).await;
    assert!(!older.exists(), "what is kept no longer is gone");
    assert!(newer.exists());
    let same = json!({ "retention": { "megabytes": 1024 }, "authkit": {}, "rateLimit": null });
    assert_eq!(admin.patch(SETTINGS, same).await.status, 200);

    let app = TestApp::start_in(app.kill(), |command| command);
    in_force(&app, &app.client()).await;
    let (admin, _) = app.member("admin").await;
    let open =
        json!({ "rateLimit": { "requestsPerMinute": null }, "authkit": { "allowedOrigins": [] } });
    let opened = admin.patch(SETTINGS, open).await.json();
    assert_eq!(opened["rateLimit"]["requestsPerMinute"], Value::Null);
    assert!(policy(&app).await.contains("frame-ancestors *"));
    assert_eq!(limit(&app).await, u32::MAX.to_string());

    let told = changes(&admin).await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["actor"]["kind"], "member");
    assert_eq!(told[0]["environment"], Value::Null);
    assert_eq!(
        told[0]["detail"],
        json!({
            "before": { "rateLimit.requestsPerMinute": 1234, "authkit.allowedOrigins": ["https://app.example.com"] },
            "after": { "rateLimit.requestsPerMinute": null, "authkit.allowedOrigins": [] },
        })
    );
}

#[tokio::test]
async fn what_is_set_elsewhere_is_changed_there_and_what_is_kept_does_not_count() {
    let app = TestApp::start();
    let operator = app.operator();
    let change = json!({ "retention": { "days": 7, "megabytes": 77 } });
    assert_eq!(operator.patch(SETTINGS, change).await.status, 200);
    let folder = app.stop();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "[authkit]\nallowed_origins = []\n").unwrap();
    let app = TestApp::start_in(folder, |command| {
        command
            .env("MAGPIE_JOURNAL__DAYS", "9")
            .env("MAGPIE_CONFIG", &file)
    });
    let client = app.client();
    let shown = client.get(SETTINGS).await.json();
    assert_eq!(shown["retention"], json!({ "days": 9, "megabytes": 77 }));
    assert_eq!(
        shown["fixed"],
        json!(["retention.days", "authkit.allowedOrigins"])
    );
    for (change, place) in [
        (
            json!({ "retention": { "days": 8, "megabytes": 1 } }),
            "MAGPIE_JOURNAL__DAYS",
        ),
        (
            json!({ "authkit": { "allowedOrigins": ["https://a.example"] } }),
            "config.toml",
        ),
    ] {
        let refused = app.operator().patch(SETTINGS, change).await;
        refused.assert_error(409, 2001);
        assert!(refused.text().contains(place), "{}", refused.text());
    }
    assert_eq!(
        client.get(SETTINGS).await.json()["retention"],
        shown["retention"]
    );
    let change = json!({ "retention": { "megabytes": 78 } });
    assert_eq!(app.operator().patch(SETTINGS, change).await.status, 200);
    // What was changed before it was fixed is in force again once it is not.
    let app = TestApp::start_in(app.stop(), |command| command);
    let shown = app.client().get(SETTINGS).await.json();
    assert_eq!(shown["retention"], json!({ "days": 7, "megabytes": 78 }));
}

#[tokio::test]
async fn nonsense_changes_nothing_and_nobody_but_an_admin_changes_anything() {
    let app = TestApp::start();
    let (admin, _) = app.member("admin").await;
    let before = admin.get(SETTINGS).await.json();
    let days = json!({ "days": 7 });
    for (change, says) in [
        (
            json!({ "retention": { "days": 0 } }),
            "retention.days: must be from 1 to 3650",
        ),
        (json!({ "retention": { "days": 3651 } }), "retention.days"),
        (
            json!({ "retention": { "megabytes": -1 } }),
            "retention.megabytes",
        ),
        (json!({ "retention": { "days": "7" } }), "not of the type"),
        (json!({ "retention": { "days": 7.5 } }), "not of the type"),
        (
            json!({ "rateLimit": { "requestsPerMinute": -1 } }),
            "rateLimit.requestsPerMinute",
        ),
        (
            json!({ "rateLimit": { "requestsPerMinute": 1_u64 << 32 } }),
            "rateLimit.requestsPerMinute",
        ),
        (
            json!({ "authkit": { "allowedOrigins": ["*"] } }),
            "is no origin",
        ),
        (
            json!({ "authkit": { "allowedOrigins": ["http://a.example"] } }),
            "is no origin",
        ),
        (
            json!({ "authkit": { "allowedOrigins": ["https://a.example/x"] } }),
            "is no origin",
        ),
        (
            json!({ "authkit": { "allowedOrigins": ["https://a.example; script-src *"] } }),
            "is no origin",
        ),
        (
            json!({ "authkit": { "sessionMinutes": 1 } }),
            "unknown field `sessionMinutes`",
        ),
        (
            json!({ "publicUrl": "https://a.example" }),
            "unknown field `publicUrl`",
        ),
        // All or nothing.
        (
            json!({ "retention": days, "rateLimit": { "requestsPerMinute": -1 } }),
            "rateLimit",
        ),
        (
            json!({ "retention": days, "port": 1 }),
            "unknown field `port`",
        ),
    ] {
        let refused = admin.patch(SETTINGS, change.clone()).await;
        refused.assert_error(400, 2000);
        assert!(
            refused.text().contains(says),
            "{change}: {}",
            refused.text()
        );
    }
    let secret = json!({ "authkit": { "allowedOrigins": ["https://ann:hunter2@a.example"] } });
    let refused = admin.patch(SETTINGS, secret).await;
    refused.assert_error(400, 2000);
    assert!(!refused.text().contains("hunter2"));
    for role in ["manager", "member"] {
        let (person, _) = app.member(role).await;
        let refused = person.patch(SETTINGS, json!({ "retention": days })).await;
        refused.assert_error(403, 2002);
    }
    // What is so already is no change.
    for same in [json!({}), json!({ "retention": { "days": 30 } })] {
        assert_eq!(admin.patch(SETTINGS, same).await.status, 200);
    }
    let after = admin.get(SETTINGS).await.json();
    for part in ["retention", "rateLimit", "authkit"] {
        assert_eq!(after[part], before[part]);
    }
    assert_eq!(changes(&admin).await, Vec::<Value>::new());
}
