//! Who is let in without signing in, and what the page may do.

use serde_json::json;

use super::House;
use crate::support::{Client, TestApp};

fn dev(app: &TestApp) -> Client {
    app.anonymous().with_header("x-magpie-environment", "test")
}

#[tokio::test]
async fn a_development_server_needs_no_sign_in_on_its_own_machine() {
    let app = TestApp::start();
    let view = app.anonymous().get("/admin/api/session").await.json();
    assert_eq!(
        (&view["signedIn"], &view["mode"]),
        (&json!(true), &json!("dev"))
    );
    assert_eq!(
        (&view["csrf"], &view["needsSetUp"]),
        (&json!("dev"), &json!(false))
    );
    assert_eq!(view["member"]["role"], "admin");
    let dev = dev(&app);
    for path in [
        "/admin/api/members",
        "/admin/api/keys",
        "/v1/vault/connections",
    ] {
        assert_eq!(dev.get(path).await.status, 200, "{path}");
        app.anonymous().get(path).await.assert_error(401, 2010);
    }
    // A cookie that another start of the server left does no harm.
    let stale = dev.with_header("cookie", "__Host-magpie=x; other=1");
    assert_eq!(stale.get("/admin/api/members").await.status, 200);
    // There is no account to change.
    dev.put(
        "/admin/api/me/password",
        json!({ "current": "x", "new": "x" }),
    )
    .await
    .assert_error(403, 2002);
}

#[tokio::test]
async fn a_page_that_has_its_own_name_lead_here_is_not_the_administrator() {
    let app = TestApp::start();
    let dev = dev(&app);
    for (name, value) in [
        ("host", "evil.example"),
        ("host", "evil.example:3005"),
        ("host", "localhost.evil.example"),
        ("host", "127.0.0.1.nip.io"),
        ("host", ""),
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:1"),
        ("origin", "null"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-host", "localhost"),
        ("forwarded", "for=192.0.2.1"),
        ("via", "1.1 proxy"),
    ] {
        let evil = dev.with_header(name, value);
        for path in ["/admin/api/members", "/v1/vault/connections"] {
            let answer = evil.get(path).await;
            assert_eq!(answer.status, 401, "{name}: {value}: {}", answer.text());
        }
        let view = evil.get("/admin/api/session").await;
        assert_eq!(view.json()["signedIn"], false, "{name}: {value}");
        assert!(view.json()["csrf"].is_null());
    }
    let own = dev.with_header("origin", &app.url);
    assert_eq!(own.get("/admin/api/members").await.status, 200);
    let by_name = dev.with_header("host", "localhost:3005");
    assert_eq!(by_name.get("/admin/api/members").await.status, 200);
}

#[tokio::test]
async fn a_server_in_earnest_lets_nobody_in_without_a_sign_in() {
    let house = House::new();
    let near = house
        .anonymous()
        .with_header("x-magpie-environment", "test")
        .with_header("x-magpie-csrf", "dev");
    for path in [
        "/admin/api/members",
        "/admin/api/keys",
        "/v1/vault/connections",
    ] {
        near.get(path).await.assert_error(401, 2010);
    }
}

#[tokio::test]
async fn the_page_runs_our_own_scripts_alone_and_is_asked_about_each_time() {
    let app = TestApp::start();
    let page = app.anonymous().get("/admin/").await;
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert_eq!(
        page.header("content-security-policy"),
        Some(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
    );
}
