//! Connections, as callers see them.

use serde_json::{Value, json};

use crate::support::TestApp;

fn openai(key: &str) -> Value {
    json!({ "platform": "openai", "authFormData": { "OPENAI_API_KEY": key } })
}

#[tokio::test]
async fn a_connection_is_made_found_changed_and_removed() {
    let app = TestApp::start();
    let client = app.client();
    let mut body = openai("sk-1");
    body["identity"] = json!("user_1");
    body["tags"] = json!(["b", "a", "a"]);
    let made = client.post("/v1/vault/connections", body).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let made = made.json();
    assert_eq!(made["id"], made["_id"]);
    assert_eq!(made["state"], "operational");
    assert_eq!(made["tags"], json!(["a", "b"]));
    let key = made["key"].as_str().unwrap();
    assert!(
        key.starts_with("test::openai::default::") && key.ends_with("|user_1"),
        "{key}"
    );

    let by_id = client
        .get(&format!(
            "/v1/vault/connections/{}",
            made["id"].as_str().unwrap()
        ))
        .await
        .json();
    assert_eq!(by_id["key"], made["key"]);
    let by_key = client
        .get(&format!("/v1/connections/{}", key.replace('|', "%7C")))
        .await
        .json();
    assert_eq!(by_key["id"], made["id"]);

    let path = format!("/v1/vault/connections/{}", made["id"].as_str().unwrap());
    let changed = client
        .patch(&path, json!({ "tags": ["x"], "name": "Mine" }))
        .await
        .json();
    assert_eq!(
        (&changed["tags"], &changed["name"]),
        (&json!(["x"]), &json!("Mine"))
    );

    assert_eq!(client.delete(&path).await.status, 200);
    client.get(&path).await.assert_error(404, 2005);
    assert_eq!(client.get("/v1/vault/connections").await.json()["total"], 0);
}

#[tokio::test]
async fn the_other_environment_sees_nothing() {
    let app = TestApp::start();
    let made = app
        .client()
        .post("/v1/vault/connections", openai("sk-1"))
        .await
        .json();
    let live = app.client_with(&app.live_key);
    let path = format!("/v1/vault/connections/{}", made["id"].as_str().unwrap());
    live.get(&path).await.assert_error(404, 2005);
    live.patch(&path, json!({})).await.assert_error(404, 2005);
    live.delete(&path).await.assert_error(404, 2005);
    assert_eq!(live.get("/v1/vault/connections").await.json()["total"], 0);
    let passthrough = live.passthrough("GET", made["key"].as_str().unwrap(), "/models");
    live.send(passthrough).await.assert_error(404, 2005);
}

#[tokio::test]
async fn what_is_stored_is_there_after_a_stop_and_after_a_kill() {
    let app = TestApp::start();
    let key = app
        .connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
        .await;
    let app = TestApp::start_in(app.kill(), |command| command);
    let answer = app
        .client()
        .send(app.client().passthrough("GET", &key, "/models"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let app = TestApp::start_in(app.stop(), |command| command);
    let answer = app
        .client()
        .send(app.client().passthrough("GET", &key, "/models"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("x-mock"), Some("magpie"));
}

#[tokio::test]
async fn credentials_that_the_provider_refuses_are_not_stored() {
    let app = TestApp::start();
    let answer = app
        .client()
        .post("/v1/vault/connections", openai("invalid"))
        .await;
    answer.assert_error(400, 2000);
    assert!(
        answer.text().contains("does not accept"),
        "{}",
        answer.text()
    );
    assert_eq!(
        app.client().get("/v1/vault/connections").await.json()["total"],
        0
    );
}

#[tokio::test]
async fn a_credential_that_does_not_fit_its_place_is_refused_when_it_is_entered() {
    let app = TestApp::start();
    let form =
        json!({ "BASE_URL": "https://api.example.com", "USERNAME": "us:er", "PASSWORD": "x" });
    let body = json!({ "platform": "generic-basic", "authFormData": form });
    let answer = app.client().post("/v1/vault/connections", body).await;
    answer.assert_error(400, 2000);
    assert!(!answer.text().contains("us:er"), "{}", answer.text());
}
