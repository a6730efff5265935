//! What the store's files may suffer, and what callers see of it: nothing, or a server that does
//! not start. See docs/reliability.md.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{TestApp, run_in};

/// What was acknowledged.
struct Before {
    list: Value,
    keys: Value,
    test_key: String,
    connection: String,
}

async fn filled() -> (TestApp, Before) {
    let app = TestApp::start();
    let client = app.client();
    for n in 0..5 {
        let body = json!({ "platform": "openai", "identity": format!("user_{n}"),
            "authFormData": { "OPENAI_API_KEY": format!("sk-{n}") } });
        assert_eq!(client.post("/v1/vault/connections", body).await.status, 200);
    }
    let list = client.get("/v1/vault/connections").await.json();
    let at = |n: usize, name: &str| list["rows"][n][name].as_str().unwrap().to_owned();
    let first = format!("/v1/vault/connections/{}", at(0, "id"));
    assert_eq!(client.delete(&first).await.status, 200);
    let second = format!("/v1/vault/connections/{}", at(1, "id"));
    assert_eq!(
        client
            .patch(&second, json!({ "name": "Changed" }))
            .await
            .status,
        200
    );
    let before = Before {
        list: client.get("/v1/vault/connections").await.json(),
        keys: keys(&app).await,
        test_key: app.test_key.clone(),
        connection: at(2, "key"),
    };
    assert_eq!(before.list["total"], 4);
    (app, before)
}

async fn keys(app: &TestApp) -> Value {
    let rows = app.operator().get("/admin/api/keys").await.json()["rows"].clone();
    let ids = rows.as_array().unwrap().iter().map(|row| row["id"].clone());
    ids.collect()
}

/// Starts over `folder`, and asserts that everything acknowledged is there and works.
async fn assert_all_there(folder: TempDir, before: &Before, what: &str) -> TestApp {
    let app = TestApp::start_in(folder, |command| command);
    let client = app.client_with(&before.test_key);
    assert_eq!(
        client.get("/v1/vault/connections").await.json(),
        before.list,
        "{what}"
    );
    assert_eq!(keys(&app).await, before.keys, "{what}");
    let request = client.passthrough("GET", &before.connection, "/models");
    assert_eq!(client.send(request).await.status, 200, "{what}");
    let body = json!({ "platform": "openai", "authFormData": { "OPENAI_API_KEY": "sk-new" } });
    assert_eq!(
        client.post("/v1/vault/connections", body).await.status,
        200,
        "{what}"
    );
    app
}

/// The file of the log that commits are written to.
fn log_file(data: &Path) -> PathBuf {
    let files = fs::read_dir(data.join("log")).unwrap();
    files.map(|entry| entry.unwrap().path()).max().unwrap()
}

fn change(path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    how(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn flip_in_the_middle(path: &Path) {
    change(path, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
}

fn spoil_every_file(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => spoil_every_file(&path),
            false => fs::write(path, "nothing that anybody could open").unwrap(),
        }
    }
}

type Damage = fn(&Path);

/// What may happen to a folder whether or not its server was killed.
const HARMLESS: &[(&str, Damage)] = &[
    ("nothing", |_| ()),
    ("a torn write at the log's end", |data| {
        change(&log_file(data), |bytes| bytes.extend([7; 100]));
    }),
    ("no index", |data| {
        fs::remove_dir_all(data.join("index")).unwrap()
    }),
    ("an index that does not open", |data| {
        spoil_every_file(&data.join("index"))
    }),
    ("no marks", |data| {
        let _ = fs::remove_file(data.join("running"));
        fs::remove_file(data.join("format")).unwrap();
        fs::remove_file(data.join("LOCK")).unwrap();
    }),
    ("a half-built index", |data| {
        fs::create_dir_all(data.join("index.new")).unwrap();
        fs::write(data.join("index.new/db"), "half").unwrap();
    }),
    ("another boot", |data| {
        fs::write(data.join("running"), "another").unwrap()
    }),
];

/// What the index of a clean stop makes up for.
const MENDED: &[(&str, Damage)] = &[
    ("a log that lacks its end", |data| {
        change(&log_file(data), |bytes| bytes.truncate(bytes.len() - 10));
    }),
    ("a log that lacks its second half", |data| {
        change(&log_file(data), |bytes| bytes.truncate(bytes.len() / 2));
    }),
    ("an empty log", |data| {
        fs::write(log_file(data), "").unwrap()
    }),
    ("no log", |data| {
        fs::remove_dir_all(data.join("log")).unwrap()
    }),
    ("a flipped bit", |data| flip_in_the_middle(&log_file(data))),
];

#[tokio::test]
async fn after_a_kill_everything_acknowledged_is_there_whatever_became_of_the_index() {
    for (what, damage) in HARMLESS {
        let (app, before) = filled().await;
        let folder = app.kill();
        damage(&folder.path().join("data"));
        assert_all_there(folder, &before, what).await;
    }
}

#[tokio::test]
async fn after_a_clean_stop_the_index_makes_up_for_a_damaged_log() {
    for (what, damage) in MENDED {
        let (app, before) = filled().await;
        let folder = app.stop();
        damage(&folder.path().join("data"));
        let app = assert_all_there(folder, &before, what).await;
        assert!(
            app.log().contains("the log needed mending"),
            "{what}: {}",
            app.log()
        );
    }
}

#[tokio::test]
async fn with_a_hole_that_nothing_fills_there_is_no_start_and_nothing_is_changed() {
    let (app, _) = filled().await;
    let folder = app.stop();
    let data = folder.path().join("data");
    fs::remove_dir_all(data.join("index")).unwrap();
    // Nothing was under way at the stop, so it can't be a torn write.
    change(&log_file(&data), |bytes| {
        bytes[300] ^= 1;
        assert!(bytes.len() > 2000);
    });
    let before = fs::read(log_file(&data)).unwrap();
    let args = ["serve", "--port", "0", "--data-dir", "data"];
    let ran = run_in(folder.path(), &args, |command| command);
    ran.assert_fails(
        1,
        &["is damaged at byte", "Restore the folder from a backup"],
    );
    assert_eq!(fs::read(log_file(&data)).unwrap(), before);
}
