//! Importing an API by its description, and what can be done with it then.

use serde_json::{Value, json};

use crate::support::TestApp;

/// A description with one operation.
pub const SMALL: &str = r#"{
  "openapi": "3.0.0",
  "info": { "title": "Anvil Shop", "version": "1" },
  "servers": [{ "url": "https://api.anvil.example/v1" }],
  "components": { "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } } },
  "security": [{ "key": [] }],
  "paths": { "/anvils": { "post": {
    "operationId": "createAnvil",
    "requestBody": { "content": { "application/json": { "schema": {
      "type": "object", "required": ["weight"],
      "properties": { "weight": { "type": "integer" }, "colour": { "type": "string", "enum": ["red", "blue"] } }
    } } } },
    "responses": { "200": { "description": "x" } }
  } } }
}"#;

fn with_folder() -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let connectors = folder.path().join("connectors");
    std::fs::create_dir(&connectors).unwrap();
    TestApp::start_in(folder, |command| {
        command.env("MAGPIE_CONNECTORS_DIR", connectors)
    })
}

#[actix_web::test]
async fn an_imported_api_is_listed_found_explained_and_kept() {
    let app = with_folder();
    let client = app.client();
    let dry = json!({ "document": SMALL, "dryRun": true });
    let dry = client.post("/v1/connectors/import", dry).await;
    assert_eq!((dry.status, &dry.json()["installed"]), (200, &json!(false)));
    assert_eq!(
        client.get("/v1/available-actions/anvil-shop").await.status,
        404
    );

    let import = json!({ "document": SMALL });
    let imported = client.post("/v1/connectors/import", import.clone()).await;
    assert_eq!(imported.status, 200, "{}", imported.text());
    assert_eq!(imported.json()["platform"], "anvil-shop");

    let listed = client
        .get("/v1/available-connectors?platform=anvil-shop")
        .await;
    assert_eq!(listed.json()["rows"][0]["tools"], 1);
    let found = client
        .get("/v1/available-actions/search?query=create%20an%20anvil")
        .await;
    let found: Value = found.json();
    assert_eq!(found[0]["platform"], "anvil-shop", "{found}");
    let id = found[0]["systemId"].as_str().unwrap();
    let known = client.get(&format!("/v1/knowledge?_id={id}")).await.json();
    let text = known["rows"][0]["knowledge"].as_str().unwrap();
    for part in [
        "https://api.anvil.example/v1/anvils",
        "`weight`",
        "required",
        "`blue`",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }

    let again = client.post("/v1/connectors/import", import).await;
    assert_eq!(again.status, 409);
    let replaced = json!({ "document": SMALL, "replace": true });
    assert_eq!(
        client.post("/v1/connectors/import", replaced).await.status,
        200
    );
}

#[actix_web::test]
async fn what_cannot_be_imported_is_refused_with_its_place_and_changes_nothing() {
    let app = with_folder();
    let client = app.client();
    let outside = SMALL.replace(r#""type": "integer""#, r#""$ref": "file:///etc/passwd""#);
    for (document, status) in [
        ("", 422),
        ("no description", 422),
        ("{\"openapi\": \"9.9\"}", 422),
        (outside.as_str(), 422),
    ] {
        let answer = client
            .post("/v1/connectors/import", json!({ "document": document }))
            .await;
        assert_eq!(answer.status, status, "{document}: {}", answer.text());
        assert!(!answer.text().contains("root:"));
    }
    let built_in = json!({ "document": SMALL, "platform": "stripe" });
    assert_eq!(
        client.post("/v1/connectors/import", built_in).await.status,
        409
    );
    let nowhere = TestApp::start();
    let client = nowhere.client();
    let answer = client
        .post("/v1/connectors/import", json!({ "document": SMALL }))
        .await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.text().contains("connectors_dir"),
        "{}",
        answer.text()
    );
}
