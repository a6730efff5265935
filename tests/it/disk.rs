//! A full disk.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::TestApp;

/// A small disk of its own.
struct Disk(PathBuf);

impl Disk {
    /// Mounts one at `path`; none where that isn't permitted.
    fn mount(path: &Path) -> Option<Self> {
        fs::create_dir(path).unwrap();
        let mut command = Command::new("mount");
        command
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
            .arg(path);
        let output = command.output().ok()?;
        if !output.status.success() {
            eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr));
            return None;
        }
        Some(Self(path.to_owned()))
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        for size in [1 << 16, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the server may still have files there.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_nothing_else_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mounted) = Disk::mount(&folder.path().join("data")) else {
        return;
    };
    let app = TestApp::start_in(folder, |command| command);
    // Unmounted before the folder is removed, also where the test fails.
    let disk = mounted;
    let client = app.client();
    let connection = app
        .connection("openai", json!({ "OPENAI_API_KEY": "k" }))
        .await;
    let before = client.get("/v1/vault/connections").await.json();
    let one = format!(
        "/v1/vault/connections/{}",
        before["rows"][0]["id"].as_str().unwrap()
    );
    let body = json!({ "platform": "openai", "authFormData": { "OPENAI_API_KEY": "k" } });

    disk.fill();
    for _ in 0..3 {
        let answer = client.post("/v1/vault/connections", body.clone()).await;
        answer.assert_error(507, 2015);
        assert!(
            answer.text().contains("nothing was changed"),
            "{}",
            answer.text()
        );
    }
    client
        .patch(&one, json!({ "name": "x" }))
        .await
        .assert_error(507, 2015);
    client.delete(&one).await.assert_error(507, 2015);
    let key = json!({ "environment": "test", "name": "x" });
    app.operator()
        .post("/admin/api/keys", key)
        .await
        .assert_error(507, 2015);
    assert_eq!(client.get("/v1/vault/connections").await.json(), before);
    let request = client.passthrough("GET", &connection, "/models");
    assert_eq!(client.send(request).await.status, 200);
    assert_eq!(app.anonymous().get("/health").await.status, 200);

    disk.make_room();
    assert_eq!(
        client
            .post("/v1/vault/connections", body.clone())
            .await
            .status,
        200
    );
    assert_eq!(
        client.patch(&one, json!({ "name": "x" })).await.json()["name"],
        "x"
    );
    disk.fill();
    client
        .post("/v1/vault/connections", body)
        .await
        .assert_error(507, 2015);
    // A kill at the worst moment loses nothing that was acknowledged.
    let folder = app.kill();
    disk.make_room();
    let app = TestApp::start_in(folder, |command| command);
    assert_eq!(
        app.client().get("/v1/vault/connections").await.json()["total"],
        2
    );
    let folder = app.stop();
    drop(disk);
    drop(folder);
}
