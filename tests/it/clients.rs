//! The published clients, unchanged, against the running program.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::TestApp;

/// Runs a script of `tests/clients` against a development server; see [`run_at`].
pub fn run(app: &TestApp, script: &str, settings: &[(&str, &str)]) -> Value {
    run_at(&app.url, &app.test_key, script, settings)
}

/// Runs a script of `tests/clients` with these settings besides, and gives what it reports. Every
/// claim that it tries has to hold. Pictures that it takes are in `target/screenshots/<script>`.
pub fn run_at(url: &str, key: &str, script: &str, settings: &[(&str, &str)]) -> Value {
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    let shots = shots.join(script.trim_end_matches(".mjs"));
    let output = Command::new("node")
        .arg(script)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients"))
        .env("SHOTS", &shots)
        .env("MAGPIE_URL", url)
        .env("MAGPIE_TEST_KEY", key)
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("node is needed; `tests/run` says which");
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{script} reports nothing; `tests/run setup` installs: {said}"));
    for (claim, why) in report["failed"].as_object().unwrap() {
        eprintln!("{claim}:\n{}\n", why.as_str().unwrap());
    }
    assert_eq!(report["failed"], serde_json::json!({}));
    assert!(output.status.success(), "{said}");
    report
}

#[test]
fn the_toolkit_works_unchanged() {
    let app = TestApp::start();
    let report = run(&app, "toolkit.mjs", &[]);
    assert_eq!(report["passed"].as_array().unwrap().len(), 20);
    // Nothing that it did was an error of ours.
    assert!(!app.log().contains("\"level\":\"ERROR\""), "{}", app.log());
}

#[test]
fn the_older_authkit_package_works_unchanged() {
    let app = TestApp::start();
    let live = [("MAGPIE_LIVE_KEY", app.live_key.as_str())];
    let report = run(&app, "older.mjs", &live);
    assert_eq!(report["passed"].as_array().unwrap().len(), 4);
    assert!(!app.log().contains("\"level\":\"ERROR\""), "{}", app.log());
}
