//! A provider with connectors of its own, and a server that knows them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::process::Command;
use tempfile::TempDir;

use crate::support::{Answer, Client, TestApp, Upstream};

/// What the connections are signed with.
pub const SECRET: &str = "s3cr/t+0123456789";

const SHOP: &str = r#"
platform = "shop"
name = "Shop"
description = "x"
category = "Own"
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
params = [
  { name = "q", in = "query" },
  { name = "limit", in = "query", type = "integer" },
]

[[actions]]
key = "query"
title = "Query orders"
model = "Orders"
method = "POST"
path = "/query"
tags = ["read"]
summary = "Finds orders, by a query in the body."

[[actions]]
key = "getOrder"
title = "Get an order"
model = "Orders"
method = "GET"
path = "/orders/{id}"
summary = "One order."
params = [{ name = "id", in = "path", required = true }]

[[actions]]
key = "getLatestOrder"
title = "Get the latest order"
model = "Orders"
method = "GET"
path = "/orders/latest"
summary = "The latest."

[[actions]]
key = "deleteOrder"
title = "Delete an order"
model = "Orders"
method = "DELETE"
path = "/orders/{id}"
summary = "Removes it."
params = [{ name = "id", in = "path", required = true }]

[[actions]]
key = "createOrder"
title = "Create an order"
model = "Orders"
method = "POST"
path = "/shops/{id}/orders"
summary = "Makes an order."
params = [
  { name = "id", in = "path", required = true },
  { name = "notify", in = "query", type = "boolean" },
  { name = "to", in = "body", type = "array", items = "string", required = true },
  { name = "lines", in = "body", type = "array", items = "object" },
  { name = "lines[].price", in = "body", type = "number", required = true },
]
"#;

fn other(platform: &str, auth: &str) -> String {
    let rest = r#"
name = "Other"
description = "x"
category = "Own"
base_url = "{{BASE_URL}}"
form = [
  { name = "BASE_URL", type = "url", label = "Base URL" },
  { name = "KEY", type = "password", label = "Key" },
]

[[actions]]
key = "find"
title = "Find things"
model = "Things"
method = "GET"
path = "/find"
summary = "Finds things."
params = [{ name = "q", in = "query" }]
"#;
    // Top-level keys come before the tables.
    format!("platform = \"{platform}\"\nauth = {auth}\n{rest}")
}

/// The secret in every form in which it may come back.
pub fn forms_of_the_secret() -> Vec<String> {
    let encode = |text: &str| STANDARD.encode(text);
    vec![
        SECRET.to_owned(),
        SECRET.replace('/', "%2F").replace('+', "%2B"),
        SECRET.replace('/', "%2f").replace('+', "%2b"),
        encode(SECRET),
        encode(&format!("ada:{SECRET}")),
    ]
}

/// A provider, a server that knows its connectors, and a connection of nobody's.
pub struct Shop {
    pub app: TestApp,
    pub upstream: Upstream,
    pub connection: String,
    pub connectors: TempDir,
    webhook: Option<(String, &'static str)>,
    ids: BTreeMap<String, String>,
}

impl Shop {
    pub async fn open() -> Self {
        Self::open_at(Upstream::start().await).await
    }

    pub async fn open_at(upstream: Upstream) -> Self {
        Self::open_with(upstream, None).await
    }

    /// With a webhook for approvals: its address, and its secret.
    pub async fn open_with(upstream: Upstream, webhook: Option<(String, &'static str)>) -> Self {
        let connectors = tempfile::tempdir().unwrap();
        for (platform, text) in [
            ("shop", SHOP.to_owned()),
            (
                "keyed",
                other(
                    "keyed",
                    r#"{ type = "query", params = { key = "{{KEY}}" } }"#,
                ),
            ),
            (
                "paired",
                other(
                    "paired",
                    r#"{ type = "basic", username = "ada", password = "{{KEY}}" }"#,
                ),
            ),
        ] {
            std::fs::write(connectors.path().join(format!("{platform}.toml")), text).unwrap();
        }
        let app = TestApp::start_with(|command| common(command, &connectors, webhook.as_ref()));
        Self::inside(app, upstream, connectors, webhook).await
    }

    async fn inside(
        app: TestApp,
        upstream: Upstream,
        connectors: TempDir,
        webhook: Option<(String, &'static str)>,
    ) -> Self {
        let form = json!({ "BASE_URL": upstream.url(), "KEY": SECRET });
        let connection = app.connection("shop", form).await;
        let listed = app.client().get("/v1/available-actions/shop").await.json();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = listed["rows"].as_array().unwrap();
        let ids = rows
            .iter()
            .map(|row| (text(row, "key"), text(row, "systemId")))
            .collect();
        Self {
            app,
            upstream,
            connection,
            connectors,
            webhook,
            ids,
        }
    }

    /// The same after the server was stopped and started again.
    pub async fn reopen(self) -> Self {
        let folder = self.app.stop();
        let app = TestApp::start_in(folder, |command| {
            common(command, &self.connectors, self.webhook.as_ref())
        });
        Self { app, ..self }
    }

    /// The same after the server was ended in the middle of what it did.
    pub async fn crash(self) -> Self {
        let folder = self.app.kill();
        let app = TestApp::start_in(folder, |command| {
            common(command, &self.connectors, self.webhook.as_ref())
        });
        Self { app, ..self }
    }

    /// The id of the shop's action `key`.
    pub fn id(&self, key: &str) -> String {
        self.ids[key].clone()
    }

    /// The id of another platform's action.
    pub async fn platform_id(&self, platform: &str, key: &str) -> String {
        let path = format!("/v1/available-actions/{platform}?key={key}");
        let found = self.app.client().get(&path).await.json();
        found["rows"][0]["systemId"].as_str().unwrap().to_owned()
    }

    /// A connection whose key goes into the query.
    pub async fn keyed(&self) -> String {
        let form = json!({ "BASE_URL": self.upstream.url(), "KEY": SECRET });
        self.app.connection("keyed", form).await
    }

    /// A connection whose key is a password for HTTP Basic.
    pub async fn basic(&self) -> String {
        let form = json!({ "BASE_URL": self.upstream.url(), "KEY": SECRET });
        self.app.connection("paired", form).await
    }

    /// A connection of `identity`'s.
    pub async fn connection_of(&self, identity: &str) -> String {
        let form = json!({ "BASE_URL": self.upstream.url(), "KEY": SECRET });
        let body = json!({ "platform": "shop", "identity": identity, "authFormData": form });
        let made = self.app.client().post("/v1/vault/connections", body).await;
        assert_eq!(made.status, 200, "{}", made.text());
        made.json()["key"].as_str().unwrap().to_owned()
    }

    /// Calls the shop's action `key`, for the connection of nobody's unless `call` names one.
    pub async fn run(&self, key: &str, call: Value) -> Answer {
        self.run_as(&self.app.client(), key, call).await
    }

    /// The same by another caller.
    pub async fn run_as(&self, client: &Client, key: &str, mut call: Value) -> Answer {
        if call.get("connectionKey").is_none() {
            call["connectionKey"] = json!(self.connection);
        }
        let path = format!("/v1/actions/{}/run", self.id(key));
        client.post(&path, call).await
    }

    /// Calls the action with this id.
    pub async fn run_id(&self, id: &str, call: Value) -> Answer {
        let path = format!("/v1/actions/{id}/run");
        self.app.client().post(&path, call).await
    }

    /// Makes a toolset.
    pub async fn toolset(&self, wishes: Value) {
        let made = self.app.client().post("/v1/toolsets", wishes).await;
        assert_eq!(made.status, 200, "{}", made.text());
    }
}

fn common<'c>(
    command: &'c mut Command,
    connectors: &TempDir,
    webhook: Option<&(String, &'static str)>,
) -> &'c mut Command {
    if let Some((url, secret)) = webhook {
        command
            .env("MAGPIE_AGENTS__APPROVAL_WEBHOOK_URL", url)
            .env("MAGPIE_AGENTS__APPROVAL_WEBHOOK_SECRET", secret);
    }
    command
        .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
        .env("MAGPIE_CONNECTORS_DIR", connectors.path())
}
