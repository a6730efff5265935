//! `magpie connector`, and the operator's own connectors in a running server.

use std::path::Path;

use serde_json::json;

use crate::support::{Server, TestApp, eventually, run, run_in};

const MINE: &str = r#"
platform = "mine"
name = "NAME"
description = "Ours."
category = "Own"
base_url = "https://api.example.com"

[auth]
type = "bearer"
token = "{{TOKEN}}"

[[form]]
name = "TOKEN"
type = "password"
label = "Token"
"#;

const BAD: &str = r#"
platform = "Not a platform"
name = ""
description = "x"
category = "x"
base_url = "{{NOTHING}}/x"

[auth]
type = "bearer"
token = "{{OTHER}}"

[[form]]
name = "TOKEN"
type = "password"
label = "x"
pattern = "("

[[form]]
name = "TOKEN"
type = "select"
label = "x"

[[actions]]
key = "one"
title = "One"
model = "Ones"
method = "GET"
path = "no-slash"
summary = "x"
"#;

#[test]
fn connectors_are_listed_and_shown_without_a_server() {
    let listed = run(&["connector", "list", "--json"]).json();
    let rows = listed["rows"].as_array().unwrap();
    assert_eq!(listed["connectors"], rows.len());
    let counted: u64 = rows
        .iter()
        .map(|row| row["actions"].as_u64().unwrap())
        .sum();
    assert_eq!(listed["actions"], counted);
    let human = run(&["connector", "list"]);
    assert_eq!(human.stdout.lines().count(), rows.len());
    let gmail = run(&["connector", "show", "gmail", "--json"]).json();
    assert_eq!(gmail["connector"]["oauth"], true);
    assert_eq!(
        gmail["connector"]["actions"],
        gmail["actions"].as_array().unwrap().len()
    );
    let openai = run(&["connector", "show", "openai"]).stdout;
    assert!(
        openai.contains("OPENAI_API_KEY") && openai.contains("/models"),
        "{openai}"
    );
    run(&["connector", "show", "nothing"])
        .assert_fails(1, &["no connector `nothing`", "magpie connector list"]);
    assert!(run(&["connector", "schema"]).json()["properties"]["platform"].is_object());
}

#[test]
fn a_descriptor_is_checked_and_everything_that_is_wrong_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, text: &str, more: &[&str]| {
        std::fs::write(folder.path().join(name), text).unwrap();
        run_in(
            folder.path(),
            &[&["connector", "check", name], more].concat(),
            |command| command,
        )
    };
    let good = check("mine.toml", MINE, &[]);
    assert_eq!(
        (good.code, good.stdout.contains("is sound")),
        (Some(0), true),
        "{good:?}"
    );
    assert_eq!(check("mine.toml", MINE, &["--json"]).json()["ok"], true);
    let mistakes = [
        "Not a platform",
        "name",
        "NOTHING",
        "OTHER",
        "pattern",
        "stands here twice",
        "select",
        "no-slash",
    ];
    check("bad.toml", BAD, &[]).assert_fails(1, &mistakes);
    let json = check("bad.toml", BAD, &["--json"]);
    json.assert_fails(1, &["not sound"]);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(told["ok"], false);
    assert!(
        told["problems"].as_array().unwrap().len() >= mistakes.len(),
        "{told}"
    );
    check("no.toml", "platform = ", &[]).assert_fails(1, &["no.toml"]);
    run(&["connector", "check", "nothing.toml"]).assert_fails(1, &["cannot read `nothing.toml`"]);
}

fn write(folder: &Path, name: &str) {
    std::fs::write(folder.join("mine.toml"), MINE.replace("NAME", name)).unwrap();
}

async fn assert_becomes(client: &crate::support::Client, name: Option<&str>) {
    eventually(&format!("the connector becomes {name:?}"), async || {
        let found = client
            .get("/v1/available-connectors?platform=mine")
            .await
            .json();
        (found["rows"][0]["name"].as_str() == name).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_operators_connectors_are_read_again_on_a_signal_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("connectors");
    std::fs::create_dir(&own).unwrap();
    let mut server = Server::start(folder.path(), |command| {
        command.env("MAGPIE_CONNECTORS_DIR", &own)
    });
    let client = server.client(folder.path());
    assert_becomes(&client, None).await;
    write(&own, "First");
    server.signal("HUP");
    assert_becomes(&client, Some("First")).await;
    std::fs::write(own.join("mine.toml"), BAD).unwrap();
    server.signal("HUP");
    let said = server.wait_for("descriptor is wrong");
    assert!(said.contains("mine.toml"), "{said}");
    assert_becomes(&client, Some("First")).await;
    let form = json!({ "platform": "mine", "authFormData": { "TOKEN": "t" } });
    assert_eq!(client.post("/v1/vault/connections", form).await.status, 200);
    write(&own, "Second");
    server.signal("HUP");
    assert_becomes(&client, Some("Second")).await;
    server.stop();
}

#[tokio::test]
async fn a_changed_folder_is_noticed_without_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().to_owned();
    let app = TestApp::start_with(|command| command.env("MAGPIE_CONNECTORS_DIR", &own));
    write(&own, "First");
    assert_becomes(&app.client(), Some("First")).await;
    std::fs::remove_file(own.join("mine.toml")).unwrap();
    assert_becomes(&app.client(), None).await;
}
