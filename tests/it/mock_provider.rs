//! Signing in at the built-in OAuth 2 provider, as a program outside would.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::support::{Answer, Client, Server, TestApp};

const ACME: &str = r#"
platform = "acme"
name = "Acme"
description = "For tests."
category = "Tests"
guide = "None."
base_url = "https://api.acme.example"
auth = { type = "oauth2" }
[oauth]
authorize_url = "https://acme.example/authorize"
token_url = "https://acme.example/token"
refresh = "rotates"
scopes = [{ name = "read", description = "Read everything", default = true }]
"#;

/// A verifier and its challenge: the pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A development server that knows a provider of its own.
struct Acme {
    app: TestApp,
    client: Client,
    _connectors: TempDir,
}

impl Acme {
    fn start() -> Self {
        let connectors = tempfile::tempdir().unwrap();
        std::fs::write(connectors.path().join("acme.toml"), ACME).unwrap();
        let app =
            TestApp::start_with(|command| command.env("MAGPIE_CONNECTORS_DIR", connectors.path()));
        Self {
            client: app.anonymous(),
            app,
            _connectors: connectors,
        }
    }

    fn redirect(&self) -> String {
        format!("{}/connections/oauth/callback", self.app.url)
    }

    /// Where the browser is sent when everybody agrees.
    async fn authorize(&self, more: &[(&str, &str)]) -> Url {
        let redirect = self.redirect();
        let usual = [
            ("client_id", "magpie-dev"),
            ("redirect_uri", &redirect),
            ("response_type", "code"),
            ("scope", "read"),
            ("state", "st/1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("mock_auto", "approve"),
        ];
        let query = Serializer::new(String::new())
            .extend_pairs(usual.iter().chain(more))
            .finish();
        let answer = self
            .client
            .get(&format!("/__mock/oauth/acme/authorize?{query}"))
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        Url::parse(answer.header("location").unwrap()).unwrap()
    }

    fn token_request(&self, grant: &[(&str, &str)]) -> RequestBuilder {
        let client = [
            ("client_id", "magpie-dev"),
            ("client_secret", "magpie-dev-secret"),
        ];
        let form = Serializer::new(String::new())
            .extend_pairs(grant.iter().chain(&client))
            .finish();
        self.client
            .request("POST", "/__mock/oauth/acme/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
    }

    async fn exchange(&self, code: &str) -> Answer {
        let redirect = self.redirect();
        let request = self.token_request(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect),
            ("code_verifier", VERIFIER),
        ]);
        self.client.send(request).await
    }

    fn refreshing(&self, token: &str) -> RequestBuilder {
        self.token_request(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    async fn signed_in(&self) -> Value {
        let sent = self.authorize(&[]).await;
        let answer = self.exchange(&parameter(&sent, "code")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Uses a token at the provider's API.
    async fn used(&self, token: &Value) -> u16 {
        let request = self
            .client
            .request("GET", "/__mock/upstream/acme/me")
            .header(
                "authorization",
                format!("Bearer {}", token.as_str().unwrap()),
            );
        self.client.send(request).await.status
    }

    async fn fault(&self, fault: Value) {
        let answer = self
            .client
            .post("/__mock/admin/oauth/acme/faults", fault)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(other, _)| other == name);
    found
        .unwrap_or_else(|| panic!("no {name}: {url}"))
        .1
        .into_owned()
}

#[tokio::test]
async fn a_sign_in_gives_tokens_that_the_api_takes_and_a_stolen_one_ends_them_all() {
    let acme = Acme::start();
    let sent = acme
        .authorize(&[("mock_account", "grace@example.com")])
        .await;
    assert!(sent.as_str().starts_with(&acme.redirect()));
    assert_eq!(parameter(&sent, "state"), "st/1");
    let first = acme.exchange(&parameter(&sent, "code")).await;
    assert_eq!(first.header("cache-control"), Some("no-store"));
    let first = first.json();
    assert_eq!(acme.used(&first["access_token"]).await, 200);

    let request = acme
        .client
        .request("GET", "/__mock/oauth/acme/userinfo")
        .bearer_auth(first["access_token"].as_str().unwrap());
    assert_eq!(
        acme.client.send(request).await.json()["email"],
        "grace@example.com"
    );

    let token = first["refresh_token"].as_str().unwrap();
    let second = acme.client.send(acme.refreshing(token)).await.json();
    assert_eq!(acme.used(&second["access_token"]).await, 200);
    let again = acme.client.send(acme.refreshing(token)).await;
    assert_eq!(
        (again.status, &again.json()["error"]),
        (400, &json!("invalid_grant"))
    );
    assert_eq!(acme.used(&second["access_token"]).await, 401);
    let latest = acme.refreshing(second["refresh_token"].as_str().unwrap());
    assert_eq!(acme.client.send(latest).await.status, 400);
}

#[tokio::test]
async fn passthrough_works_until_the_grant_ends() {
    let acme = Acme::start();
    let tokens = acme.signed_in().await;
    let form = json!({ "ACCESS_TOKEN": tokens["access_token"] });
    let key = acme.app.connection("acme", form).await;
    let client = acme.app.client();
    let answer = client.send(client.passthrough("GET", &key, "/me")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    let ended = acme
        .client
        .post("/__mock/admin/oauth/acme/revoke-all", json!({}))
        .await;
    assert_eq!(ended.json(), json!({ "revoked": 1 }));
    let answer = client.send(client.passthrough("GET", &key, "/me")).await;
    assert_eq!(answer.status, 401, "{}", answer.text());
}

#[tokio::test]
async fn the_network_fails_where_a_test_wants_it_to() {
    let acme = Acme::start();
    let token = acme.signed_in().await["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();

    acme.fault(json!({ "effect": "reset" })).await;
    let error = acme.refreshing(&token).send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");

    acme.fault(json!({ "effect": "hang" })).await;
    let hanging = acme.refreshing(&token).timeout(Duration::from_millis(300));
    assert!(hanging.send().await.unwrap_err().is_timeout());

    acme.fault(json!({ "effect": "huge" })).await;
    let huge = acme.client.send(acme.refreshing(&token)).await;
    assert!(huge.status == 200 && huge.body.len() > 32 * 1024 * 1024);

    acme.fault(json!({ "effect": "slow", "delayMs": 100 }))
        .await;
    let started = tokio::time::Instant::now();
    let slow = acme.client.send(acme.refreshing(&token)).await;
    assert_eq!(slow.status, 200, "{}", slow.text());
    assert!(started.elapsed() >= Duration::from_millis(100));

    let seen = acme
        .client
        .get("/__mock/admin/oauth/acme/requests")
        .await
        .json();
    let faults: Vec<&Value> = seen["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["fault"])
        .collect();
    // The one that hangs has no answer yet, or never will.
    assert_eq!(
        faults[2..],
        [
            &json!("reset"),
            &Value::Null,
            &json!("huge"),
            &json!("slow")
        ]
    );
    assert_eq!(seen["requests"][3]["outcome"], "pending");
}

#[tokio::test]
async fn a_server_in_earnest_has_no_mock() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), |command| command);
    let client = Client::new(&server.url, None);
    for path in [
        "/__mock/oauth/gmail/authorize",
        "/__mock/admin/oauth/gmail/requests",
        "/.well-known/oauth-authorization-server/__mock/oauth/gmail",
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("x-mock"), None, "{path}");
    }
}
