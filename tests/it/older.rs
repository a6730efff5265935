//! What packages of mid-2025 call to open AuthKit.

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

async fn settings(client: &Client, path: &str) -> Value {
    // They send a body only if they were given one.
    let empty = client
        .request("POST", path)
        .header("content-type", "application/json");
    let answer = client.send(empty).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        client
            .post(path, json!({ "identity": "user_1" }))
            .await
            .json(),
        answer.json()
    );
    answer.json()
}

#[tokio::test]
async fn settings_have_what_is_switched_on_and_definitions_know_it() {
    let app = TestApp::start();
    let mut ids = Vec::new();
    for page in 1.. {
        let path = format!("/v1/public/connection-definitions?limit=500&page={page}");
        let definitions = app.anonymous().get(&path).await.json();
        let rows = definitions["rows"].as_array().unwrap();
        ids.extend(rows.iter().map(|row| row["_id"].clone()));
        if page >= definitions["pages"].as_u64().unwrap() {
            break;
        }
    }
    for (client, environment) in [
        (app.client(), "test"),
        (app.client_with(&app.live_key), "live"),
    ] {
        let found = settings(&client, "/v1/settings/get").await;
        assert_eq!(settings(&client, "/internal/v1/settings/get").await, found);
        assert!(found["_id"].as_str().unwrap().starts_with("st::"));
        assert_eq!(found["features"], json!([]));
        assert!(found["ownership"].is_object() && found["createdAt"].as_i64().unwrap() > 0);
        let platforms = found["connectedPlatforms"].as_array().unwrap();
        assert!(platforms.len() > 10);
        for platform in platforms {
            assert!(
                ids.contains(&platform["connectionDefinitionId"]),
                "{platform}"
            );
            assert_eq!(
                (&platform["environment"], &platform["active"]),
                (&json!(environment), &json!(true))
            );
            let is_text = |name: &str| platform[name].is_string();
            assert!(
                is_text("type") && is_text("title") && is_text("image"),
                "{platform}"
            );
            assert!(platform["activatedAt"].as_i64().unwrap() > 1_700_000_000_000);
        }
    }
}

#[tokio::test]
async fn settings_follow_the_switch_of_their_environment() {
    let app = TestApp::start();
    let (test, live) = (app.client(), app.client_with(&app.live_key));
    let off = test
        .patch("/v1/integrations/openai", json!({ "active": false }))
        .await;
    assert_eq!(off.status, 200, "{}", off.text());
    let has_openai = async |client: &Client| {
        let found = settings(client, "/v1/settings/get").await;
        let platforms = found["connectedPlatforms"].as_array().unwrap();
        platforms
            .iter()
            .any(|platform| platform["type"] == "openai")
    };
    assert!(!has_openai(&test).await && has_openai(&live).await);
}

#[tokio::test]
async fn ids_are_made_for_known_prefixes_without_a_key() {
    let app = TestApp::start();
    let client = app.anonymous();
    let mut ids = std::collections::BTreeSet::new();
    for prefix in ["session_id", "embed_tk", "conn"] {
        let made = client
            .get(&format!("/v1/public/generate-id/{prefix}"))
            .await
            .json();
        let id = made["id"].as_str().unwrap().to_owned();
        let parts: Vec<&str> = id.split("::").collect();
        assert_eq!(
            (parts[0], parts[1].len(), parts[2].len(), parts.len()),
            (prefix, 11, 22, 3)
        );
        assert!(ids.insert(id));
    }
    for prefix in ["nothing", "session_id%3A%3A", "%3Cscript%3E"] {
        let answer = client
            .get(&format!("/v1/public/generate-id/{prefix}"))
            .await;
        answer.assert_error(400, 2000);
        assert!(!answer.text().contains("script"), "{}", answer.text());
    }
}
