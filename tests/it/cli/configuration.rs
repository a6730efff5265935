//! `magpie config`, and what every other command does with a configuration that makes no sense.

use crate::support::{run, run_in};

const KEY: &str = "q83vEjRWeJq83v7cupjlecMVnHTSYbOPXEzpFgpyQ5s=";
/// Stands in the published file.
const EXAMPLE: &str = "bWFncGllIGV4YW1wbGUga2V5LCBkbyBub3QgdXNlISE=";

#[test]
fn what_is_shown_masks_the_secret_and_says_where_each_value_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "port = 4001\n").unwrap();
    let show = |args: &[&str]| {
        run_in(folder.path(), args, |command| {
            command
                .env("MAGPIE_MASTER_KEY", KEY)
                .env("MAGPIE_EGRESS__ALLOW", "10.0.0.0/8,192.168.7.1")
        })
    };
    let (json, human) = (
        show(&["config", "show", "--json"]),
        show(&["config", "show"]),
    );
    for text in [&json.stdout, &human.stdout] {
        assert!(
            text.contains("•••") && !text.contains(KEY.trim_end_matches('=')),
            "{text}"
        );
    }
    let shown = json.json();
    assert_eq!(shown["keyring.master_key"]["value"], "•••");
    assert_eq!(shown["keyring.master_key"]["source"], "MAGPIE_MASTER_KEY");
    assert_eq!(shown["port"]["value"], 4001);
    assert!(
        shown["port"]["source"]
            .as_str()
            .unwrap()
            .ends_with("config.toml"),
        "{shown}"
    );
    assert_eq!(shown["egress.allow"]["source"], "MAGPIE_EGRESS__ALLOW");
    assert_eq!(shown["bind"]["source"], "default");
    // What is printed for people could be used again.
    let again = human.stdout.replace("\"•••\"", "\"\"");
    std::fs::write(folder.path().join("again.toml"), again).unwrap();
    let checked = run_in(
        folder.path(),
        &["config", "check", "--config", "again.toml"],
        |command| command,
    );
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_nothing_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let file = "unknown = 1\nworkers = \"many\"\n[limits]\nmax_connection = 3\n";
    std::fs::write(folder.path().join("config.toml"), file).unwrap();
    for args in [
        &["config", "check"] as &[&str],
        &["config", "show"],
        &["serve"],
        &["key", "list"],
    ] {
        let ran = run_in(folder.path(), args, |command| {
            command
                .env("MAGPIE_PORT", "99999")
                .env("MAGPIE_LOG_FORMAT", "xml")
                .env("MAGPIE_NOTHING", "hunter2")
                .env("MAGPIE_MASTER_KEY", EXAMPLE)
                .env("MAGPIE_EGRESS__ALLOW", "10.0.0.0/8,somewhere")
                .env("MAGPIE_PUBLIC_URL", "https://user:hunter2@example.com")
        });
        ran.assert_fails(
            2,
            &[
                "config.toml: unknown",
                "config.toml: workers",
                "limits.max_connection: is no setting; did you mean `limits.max_connections`",
                "MAGPIE_PORT: port = 99999: must be from 0 to 65535",
                "MAGPIE_LOG_FORMAT",
                "MAGPIE_NOTHING",
                "MAGPIE_MASTER_KEY: keyring.master_key = •••: is an example",
                "`somewhere` is no network",
                "MAGPIE_PUBLIC_URL",
            ],
        );
        assert_eq!(ran.stdout, "");
        assert!(
            !ran.stderr.contains("hunter2") && !ran.stderr.contains(EXAMPLE),
            "{}",
            ran.stderr
        );
    }
    let made: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(made.len(), 1, "{made:?}");
}

#[test]
fn what_the_configuration_names_has_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("file"), "x").unwrap();
    for (setting, value, says) in [
        (
            "MAGPIE_CONNECTORS_DIR",
            path("nothing"),
            "there is no directory",
        ),
        ("MAGPIE_DATA_DIR", path("file"), "must be a directory"),
        ("MAGPIE_EGRESS__CA_FILE", path("nothing"), "can't be read"),
        ("MAGPIE_EGRESS__CA_FILE", path("file"), "no certificate"),
        ("MAGPIE_MASTER_KEY_FILE", path("nothing"), "can't be read"),
        ("MAGPIE_MASTER_KEY_FILE", path("file"), "must be 32 bytes"),
    ] {
        for args in [&["config", "check"] as &[&str], &["serve", "--port", "0"]] {
            let ran = run_in(folder.path(), args, |command| command.env(setting, &value));
            ran.assert_fails(2, &[says]);
        }
    }
    let missing = run(&["config", "check", "--config", "nothing.toml"]);
    missing.assert_fails(2, &["nothing.toml"]);
    assert_eq!(
        run(&["config", "check"]).stdout,
        "the configuration is sound\n"
    );
    assert_eq!(run(&["config", "check", "--json"]).json()["ok"], true);
}

#[test]
fn a_master_key_that_could_be_guessed_is_refused_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = "A".repeat(43) + "=";
    for key in [EXAMPLE, &zeros, "hunter2", &"0".repeat(64)] {
        let file = folder.path().join("key");
        std::fs::write(&file, key).unwrap();
        let command = format!("echo {key}");
        for (setting, value, code) in [
            ("MAGPIE_MASTER_KEY", key, 2),
            ("MAGPIE_MASTER_KEY_FILE", file.to_str().unwrap(), 2),
            ("MAGPIE_MASTER_KEY_COMMAND", &command, 1),
        ] {
            let ran = run_in(folder.path(), &["serve", "--port", "0"], |command| {
                command.env(setting, value)
            });
            ran.assert_fails(code, &["openssl rand -base64 32"]);
            assert!(!ran.stderr.contains(key), "{setting}: {}", ran.stderr);
        }
    }
}
