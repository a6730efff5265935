//! `magpie key`, while the server runs and while it does not.

use std::path::Path;

use serde_json::Value;

use crate::support::{Client, Ran, Server, run_in};

fn key(folder: &Path, args: &[&str]) -> Ran {
    let args = [&["key"], args, &["--data-dir", "data"]].concat();
    run_in(folder, &args, |command| command)
}

/// Makes a key, and gives its id and the key.
fn create(folder: &Path, more: &[&str]) -> (String, String) {
    let args = [
        &["create", "--env", "test", "--name", "ours", "--json"],
        more,
    ]
    .concat();
    let made = key(folder, &args).json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

fn row(folder: &Path, id: &str) -> Value {
    let listed = key(folder, &["list", "--json"]).json();
    let rows = listed["rows"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap().clone()
}

async fn status(url: &str, key: &str) -> u16 {
    Client::new(url, Some(key))
        .get("/v1/vault/connections")
        .await
        .status
}

#[tokio::test]
async fn keys_are_made_listed_and_revoked_whether_or_not_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Before the first start already.
    let (before, before_key) = create(folder, &[]);
    let server = Server::start(folder, |command| command);
    let (during, during_key) = create(folder, &["--permission", "read"]);
    assert_eq!(status(&server.url, &before_key).await, 200);
    assert_eq!(status(&server.url, &during_key).await, 200);
    // At once, though the server has just seen it.
    assert_eq!(key(folder, &["revoke", &before]).code, Some(0));
    assert_eq!(status(&server.url, &before_key).await, 401);
    server.stop();
    assert!(row(folder, &before)["revokedAt"].is_string());
    assert!(
        row(folder, &during)["lastUsedAt"].is_string(),
        "its use is written down at the end"
    );
    let (_, after_key) = create(folder, &[]);
    assert_eq!(
        key(folder, &["revoke", &during, "--json"]).json()["id"],
        during.as_str()
    );
    let server = Server::start(folder, |command| command);
    for (key, expected) in [(&before_key, 401), (&during_key, 401), (&after_key, 200)] {
        assert_eq!(status(&server.url, key).await, expected);
    }
    server.stop();
}

#[test]
fn a_key_is_shown_once_and_listed_without_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (id, plain) = create(
        folder,
        &[
            "--platforms",
            "gmail,openai",
            "--identity",
            "user_1",
            "--expires-in-days",
            "3",
        ],
    );
    assert!(plain.starts_with("sk_test_"));
    let row = row(folder, &id);
    let names: Vec<&String> = row.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "id",
            "name",
            "environment",
            "hint",
            "permission",
            "platforms",
            "actions",
            "methods",
            "approval",
            "identity",
            "createdAt",
            "lastUsedAt",
            "expiresAt",
            "revokedAt",
        ]
    );
    assert_eq!(
        (&row["permission"], &row["name"]),
        (&"admin".into(), &"ours".into())
    );
    assert_eq!(row["platforms"], serde_json::json!(["gmail", "openai"]));
    assert_eq!(row["identity"], "user_1");
    assert!(row["expiresAt"].is_string() && row["lastUsedAt"].is_null());
    assert!(plain.ends_with(row["hint"].as_str().unwrap()));
    for listed in [key(folder, &["list"]), key(folder, &["list", "--json"])] {
        assert_eq!(listed.code, Some(0));
        assert!(
            !listed.stdout.contains(&plain) && listed.stdout.contains(&id),
            "{listed:?}"
        );
    }
    let live = key(folder, &["create", "--env", "live", "--name", "theirs"]);
    assert!(
        live.stdout.lines().next().unwrap().starts_with("sk_live_"),
        "{live:?}"
    );
    for (environment, count) in [("test", 1), ("live", 1)] {
        let listed = key(folder, &["list", "--json", "--env", environment]).json();
        assert_eq!(
            listed["rows"].as_array().unwrap().len(),
            count,
            "{environment}"
        );
    }
}

#[test]
fn what_makes_no_sense_is_refused_alike_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let nobodys = "00000000-0000-0000-0000-000000000000";
    let attempts: &[(&[&str], i32, &str)] = &[
        (&["create", "--env", "test"], 2, "--name"),
        (
            &["create", "--env", "prod", "--name", "x"],
            2,
            "`test` or `live`",
        ),
        (
            &[
                "create",
                "--env",
                "test",
                "--name",
                "x",
                "--permission",
                "all",
            ],
            2,
            "permission",
        ),
        (
            &[
                "create",
                "--env",
                "test",
                "--name",
                "x",
                "--platforms",
                "Not One",
            ],
            2,
            "platform",
        ),
        (
            &["create", "--env", "test", "--name", "x", "--identity", ""],
            2,
            "identity",
        ),
        (
            &["create", "--env", "test", "--name", ""],
            1,
            "1 to 200 bytes",
        ),
        (&["revoke", "x"], 2, "x"),
        (&["revoke", nobodys], 1, nobodys),
    ];
    let all = || {
        for (args, code, says) in attempts {
            key(folder, args).assert_fails(*code, &[says]);
        }
    };
    all();
    let server = Server::start(folder, |command| command);
    all();
    server.stop();
}

#[test]
fn a_mistyped_folder_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["list"][..],
        &["revoke", "5f0c6b1e-3f0c-4e6e-9a0c-6f0d5f0c6b1e"],
    ] {
        key(folder.path(), args).assert_fails(1, &["there is no data folder"]);
        assert!(!folder.path().join("data").exists());
    }
}
