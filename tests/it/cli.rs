//! The command line.

mod configuration;
mod connectors;
mod keys;
mod starting;

use std::process::Stdio;

use crate::support::{TestApp, magpie, run, run_in};

#[test]
fn the_version_is_the_packages() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(run(&["version", "--json"]).json()["version"], version);
    for args in [&["version"], &["--version"]] {
        assert_eq!(run(args).stdout, format!("magpie {version}\n"));
    }
}

#[test]
fn every_command_has_help_and_no_other_exists() {
    let help = run(&["--help"]);
    assert_eq!(help.code, Some(0));
    for command in [
        "serve",
        "dev",
        "key",
        "connector",
        "config",
        "health",
        "version",
    ] {
        assert!(help.stdout.contains(command), "{command}");
        let own = run(&[command, "--help"]);
        assert!(
            own.code == Some(0) && own.stdout.contains("Usage:"),
            "{own:?}"
        );
    }
    for args in [
        &["nonsense"] as &[&str],
        &[],
        &["serve", "--nonsense"],
        &["serve", "--port", "x"],
    ] {
        run(args).assert_fails(2, &["--help"]);
    }
}

/// Whoever stops reading has seen enough: that is no failure, and above all no panic.
#[test]
fn a_broken_pipe_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["version"] as &[&str],
        &["--help"],
        &["connector", "list"],
        &["connector", "schema"],
        &["connector", "show", "gmail", "--json"],
        &["config", "show"],
    ] {
        let mut command = magpie();
        command.args(args).current_dir(folder.path());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), said.as_str()),
            (Some(0), ""),
            "{args:?}"
        );
    }
}

#[test]
fn health_tells_by_its_exit_code_whether_the_server_is_up() {
    let app = TestApp::start();
    let port = app.url.rsplit(':').next().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let asked = run_in(
        folder.path(),
        &["health", "--port", &port, "--json"],
        |command| command,
    );
    assert_eq!(asked.json()["status"], "ok");
    let asked = run_in(folder.path(), &["health"], |command| {
        command.env("MAGPIE_PORT", &port)
    });
    assert_eq!(
        (asked.code, asked.stdout.as_str()),
        (Some(0), "the server is up\n")
    );
    app.stop();
    run(&["health", "--port", &port]).assert_fails(1, &["nothing answers", &port]);
}

#[test]
fn the_ready_file_says_where_the_server_is_and_what_opens_it() {
    let app = TestApp::start();
    let text = std::fs::read_to_string(app.folder.path().join("ready.json")).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(ready["pid"], app.pid());
    let url = ready["url"].as_str().unwrap();
    assert!(
        url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"),
        "{url}"
    );
    for (environment, prefix) in [("test", "sk_test_"), ("live", "sk_live_")] {
        assert!(
            ready["keys"][environment]
                .as_str()
                .unwrap()
                .starts_with(prefix)
        );
    }
    // The same folder has the same keys.
    let (test, live) = (app.test_key.clone(), app.live_key.clone());
    let app = TestApp::start_in(app.stop(), |command| command);
    assert_eq!((&app.test_key, &app.live_key), (&test, &live));
}
