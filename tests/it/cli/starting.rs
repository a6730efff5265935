//! `magpie serve`: how it starts from nothing, and when it refuses to.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::{Ran, Server, run_in};

const KEY: &str = "q83vEjRWeJq83v7cupjlecMVnHTSYbOPXEzpFgpyQ5s=";

fn serve(folder: &Path, settings: &[(&str, &str)]) -> Ran {
    run_in(
        folder,
        &["serve", "--port", "0", "--data-dir", "data"],
        |command| command.envs(settings.iter().copied()),
    )
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// What must not change: the log, the snapshots and the master key.
fn truth(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let data = folder.join("data");
    let in_folder = |name: &str| std::fs::read_dir(data.join(name)).unwrap();
    let files = ["log", "snapshots"].into_iter().flat_map(in_folder);
    let files = files.map(|entry| entry.unwrap().path());
    let key = [data.join("master.key")]
        .into_iter()
        .filter(|path| path.exists());
    files
        .chain(key)
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

#[tokio::test]
async fn it_starts_from_nothing_and_keeps_what_it_makes_to_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), |command| command);
    assert!(
        server.log().contains("made a new master key"),
        "{}",
        server.log()
    );
    let client = server.client(folder.path());
    assert_eq!(client.get("/v1/vault/connections").await.status, 200);
    let data = folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    for (name, expected) in [
        ("master.key", 0o600),
        ("control.sock", 0o600),
        ("log", 0o700),
        ("snapshots", 0o700),
    ] {
        assert_eq!(mode(&data.join(name)), expected, "{name}");
    }
    for entry in std::fs::read_dir(data.join("log")).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    server.signal("TERM");
    assert!(server.ended().success());
    // The second start makes nothing.
    let before = truth(folder.path());
    let server = Server::start(folder.path(), |command| command);
    assert!(!server.log().contains("made a new"), "{}", server.log());
    assert_eq!(
        server.client(folder.path()).get("/health").await.status,
        200
    );
    let master = PathBuf::from("master.key");
    assert_eq!(
        before.get(&data.join(&master)),
        truth(folder.path()).get(&data.join(&master))
    );
    server.stop();
}

#[tokio::test]
async fn a_folder_has_one_server_and_the_second_leaves_the_first_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), |command| command);
    let client = server.client(folder.path());
    serve(folder.path(), &[])
        .assert_fails(1, &["another process is using the data folder", "data"]);
    assert_eq!(client.get("/v1/vault/connections").await.status, 200);
    // The command line still reaches the first.
    server.client(folder.path());
    let port = server.url.rsplit(':').next().unwrap();
    let other = tempfile::tempdir().unwrap();
    let taken = run_in(
        other.path(),
        &["serve", "--port", port, "--bind", "127.0.0.1"],
        |command| command,
    );
    taken.assert_fails(1, &["cannot listen on 127.0.0.1", "in use"]);
    server.stop();
}

#[test]
fn another_master_key_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(folder.path(), |command| command).stop();
    let before = truth(folder.path());
    let refused = serve(folder.path(), &[("MAGPIE_MASTER_KEY", KEY)]);
    refused.assert_fails(1, &["master key", "does not open this data folder"]);
    assert!(!refused.stderr.contains(KEY));
    let key = run_in(
        folder.path(),
        &["key", "list", "--data-dir", "data"],
        |command| command.env("MAGPIE_MASTER_KEY", KEY),
    );
    key.assert_fails(1, &["does not open this data folder"]);
    assert_eq!(truth(folder.path()), before);
    Server::start(folder.path(), |command| command).stop();
}

#[test]
fn a_lost_master_key_is_not_replaced_by_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(folder.path(), |command| command).stop();
    let key = folder.path().join("data/master.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let before = truth(folder.path());
    serve(folder.path(), &[]).assert_fails(1, &["master.key", "is gone", "MAGPIE_MASTER_KEY"]);
    assert!(!key.exists());
    assert_eq!(truth(folder.path()), before);
    // Given in another way, it opens the folder.
    let text = String::from_utf8(kept).unwrap();
    Server::start(folder.path(), |command| {
        command.env("MAGPIE_MASTER_KEY", text.trim())
    })
    .stop();
}

#[test]
fn a_folder_of_a_newer_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    Server::start(folder.path(), |command| command).stop();
    let format = folder.path().join("data/format");
    std::fs::write(&format, "2\n").unwrap();
    let before = truth(folder.path());
    serve(folder.path(), &[]).assert_fails(1, &["format 2", "run the newer program"]);
    assert_eq!(truth(folder.path()), before);
    assert_eq!(std::fs::read_to_string(&format).unwrap(), "2\n");
    std::fs::write(&format, "1\n").unwrap();
    Server::start(folder.path(), |command| command).stop();
}
