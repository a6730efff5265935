//! The admin pages in a real browser.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::clients::{run, run_at};
use crate::support::{Server, TestApp, run_in};

/// What the errors in its log are about.
fn errors(app: &TestApp) -> Vec<String> {
    let log = app.log();
    let lines = log.lines();
    let told = lines.filter(|line| line.contains("\"level\":\"ERROR\""));
    told.map(str::to_owned).collect()
}

#[test]
fn connections_and_integrations_are_looked_after() {
    let app = TestApp::start();
    let settings = [("FORM_CONNECTOR", "OpenAI"), ("OAUTH_CONNECTOR", "HubSpot")];
    let report = run(&app, "admin-pages1.mjs", &settings);
    assert_eq!(report["passed"].as_array().unwrap().len(), 14);
    assert_eq!(errors(&app), [""; 0]);
}

#[tokio::test]
async fn actions_are_found_tried_and_seen_in_the_logs() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let app = TestApp::start_in(folder, |command| {
        command.env("MAGPIE_CONNECTORS_DIR", "own")
    });
    let form = json!({ "OPENAI_API_KEY": "sk-hunter2-0123456789" });
    let live = app.client_with(&app.live_key);
    for client in [app.client(), live] {
        let body = json!({ "platform": "openai", "authFormData": form });
        let made = client.post("/v1/vault/connections", body).await;
        assert_eq!(made.status, 200, "{}", made.text());
    }
    let report = run(&app, "admin-pages2.mjs", &[("PLATFORM", "openai")]);
    assert_eq!(report["passed"].as_array().unwrap().len(), 13);
    assert!(!app.log().contains("hunter2"));
}

/// A connector whose provider is wherever the operator says.
const ACME: &str = r#"
platform = "acme"
name = "Acme Mail"
description = "Mail of the town"
category = "Communication"
base_url = "{{SERVER}}"
auth = { type = "oauth2" }

[oauth]
authorize_url = "{{SERVER}}/__mock/oauth/gmail/authorize"
token_url = "{{SERVER}}/__mock/oauth/gmail/token"
scopes = [{ name = "mail", description = "Read mail", default = true }]

[[oauth.app]]
name = "SERVER"
label = "Server"
type = "url"
placeholder = "https://mail.example.com"

[[actions]]
key = "getProfile"
title = "Get the profile"
model = "Profiles"
method = "GET"
path = "/__mock/upstream/gmail/users/{userId}/profile"
summary = "Whose mailbox it is."
params = [{ name = "userId", in = "path", required = true }]
"#;

#[tokio::test]
async fn a_newcomer_needs_few_clicks_from_the_link_to_an_answer() {
    let (provider, folder) = (TestApp::start(), tempfile::tempdir().unwrap());
    std::fs::create_dir(folder.path().join("own")).unwrap();
    std::fs::write(folder.path().join("own/acme.toml"), ACME).unwrap();
    let server = Server::start(folder.path(), |command| {
        command
            .env("MAGPIE_CONNECTORS_DIR", "own")
            .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
    });
    let public = server.url.replace("127.0.0.1", "localhost");
    let wishes = json!({ "redirect_uris": [format!("{public}/connections/oauth/callback")] });
    let app = provider.anonymous();
    let app = app
        .post("/__mock/oauth/gmail/register", wishes)
        .await
        .json();
    let made = ["admin", "link", "--data-dir", "data", "--json"];
    let made = run_in(folder.path(), &made, |command| command).json();
    let settings = [
        ("SETUP_LINK", made["link"].as_str().unwrap()),
        ("PROVIDER", provider.url.as_str()),
        ("CLIENT_ID", app["client_id"].as_str().unwrap()),
        ("CLIENT_SECRET", app["client_secret"].as_str().unwrap()),
    ];
    let report = run_at(&public, "", "admin-newcomer.mjs", &settings);
    assert!(report["clicks"].as_array().unwrap().len() <= 12);
    server.stop();
}

/// A connector with a form whose provider is wherever the connection says.
const SHOP: &str = r#"
platform = "shop"
name = "Shop"
description = "Orders and goods"
category = "Commerce"
base_url = "{{BASE_URL}}"
auth = { type = "bearer", token = "{{KEY}}" }
form = [
  { name = "BASE_URL", type = "url", label = "Base URL" },
  { name = "KEY", type = "password", label = "Key" },
]

[[actions]]
key = "find"
title = "Find orders"
model = "Orders"
method = "GET"
path = "/find"
summary = "Finds orders."

[[actions]]
key = "deleteOrder"
title = "Delete an order"
model = "Orders"
method = "DELETE"
path = "/orders/{id}"
summary = "Removes it."
params = [{ name = "id", in = "path", required = true }]
"#;

#[test]
fn the_server_and_its_people_are_looked_after() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("own")).unwrap();
    std::fs::write(folder.path().join("own/shop.toml"), SHOP).unwrap();
    let server = Server::start(folder.path(), |command| {
        command
            .env("MAGPIE_CONNECTORS_DIR", "own")
            .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
    });
    let public = server.url.replace("127.0.0.1", "localhost");
    let made = ["admin", "link", "--data-dir", "data", "--json"];
    let made = run_in(folder.path(), &made, |command| command).json();
    let settings = [("SETUP_LINK", made["link"].as_str().unwrap())];
    let report = run_at(&public, "", "admin-pages3.mjs", &settings);
    assert_eq!(report["passed"].as_array().unwrap().len(), 21);
    server.stop();
}

/// The frame, and the pages of members, keys and the like, against canned answers: what a server
/// that goes away, or a session that ends, does to them.
#[test]
fn the_frame_keeps_what_people_have_typed() {
    let walked = Command::new("node")
        .arg("tests/front/admin/walk.mjs")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .expect("node is needed; `tests/run` says which");
    let said = String::from_utf8_lossy(&walked.stdout);
    assert!(
        walked.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&walked.stderr)
    );
}
