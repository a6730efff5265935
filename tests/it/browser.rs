//! The modal in a real browser, opened by the published component.

use std::path::Path;

use serde_json::Value;

use crate::clients::{run, run_at};
use crate::support::{Server, TestApp, run_in};

/// Pages that the server with hundreds of connectors lets embed the modal, and their back ends. The
/// browser takes these names to the script's own ports.
const ORIGINS: &str =
    "http://shop.localhost,http://api.shop.localhost,http://python.shop.localhost";

/// What the connectors have in common that are there to be many.
const EXTRA: &str = r#"
description = "One more"
category = "Generic"
base_url = "https://extra.test"
auth = { type = "none" }
"#;

/// `magpie dev` with 150 connectors besides its own.
fn with_hundreds() -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    for number in 1..=150 {
        let names = format!("platform = \"extra-{number}\"\nname = \"Extra {number}\"\n");
        std::fs::write(own.join(format!("extra-{number}.toml")), names + EXTRA).unwrap();
    }
    TestApp::start_in(folder, |command| {
        command
            .env("MAGPIE_CONNECTORS_DIR", "own")
            .env("MAGPIE_AUTHKIT__ALLOWED_ORIGINS", ORIGINS)
    })
}

/// Where a server is that was told no public URL: by the name that it gives itself.
fn public_url(server: &Server) -> String {
    server.url.replace("127.0.0.1", "localhost")
}

/// A key of a server over `folder/data`.
fn key_of(folder: &Path) -> String {
    let line = "key create --env test --name t --json --data-dir data";
    let args: Vec<&str> = line.split(' ').collect();
    let made = run_in(folder, &args, |command| command).json();
    made["key"].as_str().unwrap().to_owned()
}

/// The lines that tell of errors.
fn errors(log: &str) -> Vec<&str> {
    let lines = log.lines();
    lines
        .filter(|line| line.contains("\"level\":\"ERROR\""))
        .collect()
}

/// Nothing secret was written down.
fn assert_discreet(log: &str, report: &Value) {
    // The component puts everything it was given into the address of the frame.
    assert!(!log.contains("data=ey"), "{log}");
    for secret in report["secrets"].as_array().unwrap() {
        assert!(!log.contains(secret.as_str().unwrap()), "{log}");
    }
}

#[test]
fn the_modal_works_in_a_browser() {
    let (usual, many) = (TestApp::start(), with_hundreds());
    let folder = tempfile::tempdir().unwrap();
    let bare = Server::start(folder.path(), |command| command);
    let (url, key) = (public_url(&bare), key_of(folder.path()));
    let settings = [
        ("MANY_URL", many.url.as_str()),
        ("MANY_KEY", &many.test_key),
        ("BARE_URL", &url),
        ("BARE_KEY", &key),
    ];
    let report = run(&usual, "authkit.mjs", &settings);
    assert_eq!(report["passed"].as_array().unwrap().len(), 39);
    for log in [usual.log(), many.log()] {
        assert_eq!(errors(&log), [""; 0]);
        assert_discreet(&log, &report);
    }
    bare.stop();
}

#[test]
fn a_provider_that_others_wrote_is_connected_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), |command| {
        command.env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
    });
    let report = run_at(
        &public_url(&server),
        &key_of(folder.path()),
        "oidc.mjs",
        &[],
    );
    assert_eq!(report["passed"].as_array().unwrap().len(), 7);
    server.signal("TERM");
    assert!(server.ended().success());
    assert_discreet(server.log(), &report);
    // Only that the operator's secret was wrong, as it was made to be.
    let told = errors(server.log());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("invalid_client"), "{told:?}");
}
