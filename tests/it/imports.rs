//! Importing an API by its description, and what can be done with it then.

use serde_json::{Value, json};

use crate::support::{TestApp, run};

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

#[actix_web::test]
async fn no_key_leads_the_credentials_of_a_connector_elsewhere() {
    let app = with_folder();
    let client = app.client();
    let import = json!({ "document": SMALL, "platform": "anvils" });
    let first = client.post("/v1/connectors/import", import).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let elsewhere = SMALL.replace("api.anvil.example", "evil.example");
    let otherwise = SMALL.replace(
        r#""type": "http", "scheme": "bearer""#,
        r#""type": "apiKey", "in": "query", "name": "key""#,
    );
    for (platform, document) in [
        ("anvils", &elsewhere),
        ("anvils", &otherwise),
        ("stripe", &elsewhere),
        ("gmail", &elsewhere),
    ] {
        for dry in [true, false] {
            let import = json!({ "document": document, "platform": platform, "replace": true, "dryRun": dry });
            let answer = client.post("/v1/connectors/import", import).await;
            answer.assert_error(403, 2002);
            assert!(answer.text().contains("--force"), "{}", answer.text());
        }
    }
    let folder = app.data_dir().parent().unwrap().join("connectors");
    let text = std::fs::read_to_string(folder.join("anvils.toml")).unwrap();
    assert!(text.contains("https://api.anvil.example/v1"), "{text}");
    assert!(!folder.join("stripe.toml").exists());

    let more = SMALL.replace("/anvils", "/hammers");
    let import = json!({ "document": more, "platform": "anvils", "replace": true });
    let replaced = client.post("/v1/connectors/import", import).await;
    assert_eq!(replaced.status, 200, "{}", replaced.text());
}

#[actix_web::test]
async fn an_unsound_import_changes_nothing_and_a_dry_run_says_so() {
    let app = with_folder();
    let client = app.client();
    let import = json!({ "document": SMALL });
    assert_eq!(
        client.post("/v1/connectors/import", import).await.status,
        200
    );
    let folder = app.data_dir().parent().unwrap().join("connectors");
    let file = folder.join("anvil-shop.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    for dry in [true, false] {
        let import = json!({ "document": SMALL, "baseUrl": "https://a.example/{{NOBODY}}", "replace": true, "dryRun": dry });
        let answer = client.post("/v1/connectors/import", import).await;
        answer.assert_error(422, 2011);
        assert!(answer.text().contains("NOBODY"), "{}", answer.text());
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn the_command_replaces_a_connector_only_if_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (document, own) = (at("anvils.json"), at("own"));
    std::fs::write(&document, SMALL).unwrap();
    let import = |more: &[&str]| {
        let always = ["connector", "import", &document, "--connectors-dir", &own];
        run(&[&always, more].concat())
    };
    import(&["--platform", "stripe"]).assert_fails(1, &["built-in", "stripe", "--force"]);
    assert!(!folder.path().join("own").exists());
    let dry = import(&["--platform", "stripe", "--dry-run", "--json"]).json();
    assert!(
        dry["replaces"].as_str().unwrap().contains("stripe"),
        "{dry}"
    );

    let forced = import(&["--platform", "stripe", "--force"]);
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert!(forced.stdout.contains("replaces"), "{forced:?}");
    import(&["--platform", "stripe"]).assert_fails(1, &["stripe.toml", "--force"]);

    // Into another folder, what the server has already counts as well.
    let elsewhere = at("elsewhere");
    assert_eq!(import(&["--platform", "acme"]).code, Some(0));
    import(&["--platform", "acme", "--out", &elsewhere]).assert_fails(1, &["acme", "--force"]);
    let files = std::fs::read_dir(&own).unwrap();
    let mut files: Vec<String> = files
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(
        files,
        ["acme.jsonl", "acme.toml", "stripe.jsonl", "stripe.toml"]
    );
}

#[test]
fn a_build_that_fails_for_one_connector_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, text) in [
        ("sources.toml", "[acme]\ndocuments = [\"here/missing\"]\n"),
        ("acme.jsonl", "as it was"),
    ] {
        std::fs::write(at(name), text).unwrap();
    }
    let (documents, sources, all) = (format!("here={}", at("")), at("sources.toml"), at(""));
    let build = [
        "catalog",
        "build",
        "--documents",
        &documents,
        "--sources",
        &sources,
    ];
    let folders = ["--connectors", &all, "--out", &all];
    run(&[&build[..], &folders].concat()).assert_fails(1, &["acme"]);
    assert_eq!(
        std::fs::read_to_string(at("acme.jsonl")).unwrap(),
        "as it was"
    );
}
