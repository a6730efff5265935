//! The configuration as an operator meets it: layers in, a `Config` or all mistakes out.

mod admin;
mod mistakes;

use std::time::Duration;

use figment::Figment;
use proptest::prelude::*;

use super::*;

/// Made with `openssl rand -base64 32`, for these tests only.
const KEY: &str = "q83vEjRWeJq83v7cuphleQMVnHTSYbOPXEzpFgpyQ5s=";

/// Loads with these variables and, if there is one, a file of this content.
fn load_with(
    overrides: Overrides,
    environment: &[(&str, &str)],
    file: Option<&str>,
) -> Result<Config, Mistakes> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    if let Some(text) = file {
        std::fs::write(&path, text).unwrap();
    }
    let environment = environment
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    load_from(overrides, environment, &[&path])
}

fn with_environment(environment: &[(&str, &str)]) -> Result<Config, Mistakes> {
    load_with(Overrides::default(), environment, None)
}

fn with_file(text: &str) -> Result<Config, Mistakes> {
    load_with(Overrides::default(), &[], Some(text))
}

/// The mistakes as `key: what`, for those tests that don't care where a file lies.
fn mistakes(loaded: Result<Config, Mistakes>) -> Vec<String> {
    let mistakes = loaded.unwrap_err();
    mistakes
        .iter()
        .map(|mistake| format!("{}: {}", mistake.key, mistake.what))
        .collect()
}

#[test]
fn every_setting_stands_in_the_published_file_and_nothing_else_does() {
    // `Settings` has no defaults of its own and denies unknown fields.
    let settings = Figment::from(Layer::defaults()).extract::<Settings>();
    assert!(settings.is_ok(), "{settings:?}");
}

#[test]
fn every_setting_in_the_published_file_says_why() {
    let lines: Vec<&str> = settings::DEFAULTS.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ")) {
        assert!(
            pair[0].starts_with('#'),
            "no line of why above `{}`",
            pair[1]
        );
    }
}

#[test]
fn the_operators_page_lists_every_setting_with_its_default() {
    let page = include_str!("../../../docs/operating.md");
    let config = with_environment(&[]).unwrap();
    for Row { key, value, .. } in config.shown().rows() {
        let row = format!(
            "| `{key}` | `{}` | `{value}` |",
            environment::variable_of(key)
        );
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn nothing_at_all_is_a_good_configuration() {
    let config = with_environment(&[("PATH", "/bin"), ("HOME", "/root")]).unwrap();
    assert_eq!(
        (config.port, config.bind.to_string()),
        (3005, "0.0.0.0".to_owned())
    );
    assert_eq!(config.public_url_at(3005), "http://localhost:3005");
    assert_eq!(config.shutdown_timeout, Duration::from_secs(30));
    assert_eq!(
        config.limits.requests_per_minute.map(u32::from),
        Some(60_000)
    );
    assert_eq!(config.store.snapshot_after_bytes, 64 << 20);
    assert!(config.workers >= 1 && config.egress.allow.is_empty());
    assert!(config.connectors_dir.is_none() && config.egress.ca_file.is_none());
    assert!(
        matches!(&config.master_key, MasterKey::DefaultFile(path) if path.ends_with("data/master.key"))
    );
}

#[test]
fn origins_are_kept_as_browsers_write_them() {
    let config = with_file(
        "[authkit]\nsession_minutes = 5\nlink_hours = 1\nallowed_origins = ['https://App.Example.com:443', \
         'https://a.test:8443', 'http://localhost:3000', 'http://app.localhost', 'http://127.0.0.1:5173', \
         'http://[::1]:80', 'https://bücher.example']",
    )
    .unwrap();
    assert_eq!(
        config.authkit.allowed_origins,
        [
            "https://app.example.com",
            "https://a.test:8443",
            "http://localhost:3000",
            "http://app.localhost",
            "http://127.0.0.1:5173",
            "http://[::1]",
            "https://xn--bcher-kva.example"
        ]
    );
    assert_eq!(config.authkit.session, Duration::from_secs(300));
    assert_eq!(config.authkit.link, Duration::from_secs(3600));
    let unset = with_environment(&[]).unwrap().authkit;
    assert_eq!(unset.session, Duration::from_secs(15 * 60));
    assert!(unset.allowed_origins.is_empty());
}

#[test]
fn the_fixed_names_are_read_from_the_environment() {
    let config = with_environment(&[
        ("MAGPIE_PORT", "8080"),
        ("MAGPIE_BIND", "::1"),
        ("MAGPIE_DATA_DIR", "/srv/magpie"),
        ("MAGPIE_PUBLIC_URL", "https://Vault.example.com:443/pica/"),
        ("MAGPIE_MASTER_KEY", KEY),
        ("MAGPIE_EGRESS__ALLOW", "10.0.0.0/8, fd00::/8,127.0.0.1,"),
        ("MAGPIE_CONNECTORS_DIR", "/srv/connectors"),
        ("MAGPIE_LOG", "warn,magpie::egress=debug"),
    ])
    .unwrap();
    assert_eq!(
        (config.port, config.bind.to_string()),
        (8080, "::1".to_owned())
    );
    assert_eq!(config.data_dir, Path::new("/srv/magpie"));
    assert_eq!(config.public_url_at(8080), "https://vault.example.com/pica");
    assert!(matches!(&config.master_key, MasterKey::Value(_)));
    let allowed: Vec<String> = config
        .egress
        .allow
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(allowed, ["10.0.0.0/8", "fd00::/8", "127.0.0.1/32"]);
    assert_eq!(
        config.connectors_dir.as_deref(),
        Some(Path::new("/srv/connectors"))
    );
    assert_eq!(config.log, "warn,magpie::egress=debug");
}

#[test]
fn a_later_layer_outranks_an_earlier_one() {
    let bind = |file: Option<&str>, variable: Option<&str>, flag: Option<&str>| {
        let overrides = Overrides {
            bind: flag.map(str::to_owned),
            command_defaults: vec![("bind", "127.0.0.1".to_owned())],
            ..Overrides::default()
        };
        let file = file.map(|bind| format!("bind = {bind:?}"));
        let environment: Vec<_> = variable
            .map(|bind| ("MAGPIE_BIND", bind))
            .into_iter()
            .collect();
        let config = load_with(overrides, &environment, file.as_deref()).unwrap();
        let source = config.shown().row("bind").unwrap().source.clone();
        (
            config.bind.to_string(),
            source.rsplit('/').next().unwrap().to_owned(),
        )
    };
    let expected = |bind: &str, source: &str| (bind.to_owned(), source.to_owned());
    assert_eq!(bind(None, None, None), expected("127.0.0.1", "default"));
    assert_eq!(
        bind(Some("10.0.0.1"), None, None),
        expected("10.0.0.1", "config.toml")
    );
    assert_eq!(
        bind(Some("10.0.0.1"), Some("10.0.0.2"), None),
        expected("10.0.0.2", "MAGPIE_BIND")
    );
    assert_eq!(
        bind(Some("10.0.0.1"), Some("10.0.0.2"), Some("10.0.0.3")),
        expected("10.0.0.3", "--bind")
    );
}

#[test]
fn a_public_url_can_begin_other_urls() {
    for text in [
        "example.com",
        "/magpie",
        "ftp://example.com",
        "https://",
        "https://example.com/?a=b",
        "https://example.com/#top",
        "mailto:a@example.com",
        "https://user:hunter2@example.com",
    ] {
        let found = with_environment(&[("MAGPIE_PUBLIC_URL", text)]).unwrap_err();
        assert_eq!(found.iter().count(), 1, "{text}");
        assert!(!found.to_string().contains("hunter2"));
    }
    for (text, url) in [
        ("http://localhost:3005/", "http://localhost:3005"),
        ("https://example.com/a/b/", "https://example.com/a/b"),
    ] {
        let config = with_environment(&[("MAGPIE_PUBLIC_URL", text)]).unwrap();
        assert_eq!(config.public_url.as_deref(), Some(url));
    }
}

#[test]
fn a_zero_means_all_cores_and_no_limit() {
    let config = with_file("workers = 3\n[limits]\nrequests_per_minute = 0").unwrap();
    assert_eq!(
        (config.workers, config.limits.requests_per_minute),
        (3, None)
    );
}

#[test]
fn the_master_key_has_one_source() {
    let loaded = load_with(
        Overrides::default(),
        &[
            ("MAGPIE_MASTER_KEY", KEY),
            ("MAGPIE_MASTER_KEY_COMMAND", "cat key"),
        ],
        Some("keyring.master_key_file = '/run/key'"),
    );
    let found = mistakes(loaded);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("keyring.master_key_file: can't be used together with `keyring.master_key` of MAGPIE_MASTER_KEY"));
    assert!(found[1].starts_with("keyring.master_key_command: can't be used together"));
    // An empty text takes back what an earlier layer said.
    let taken_back = load_with(
        Overrides::default(),
        &[("MAGPIE_MASTER_KEY", KEY), ("MAGPIE_MASTER_KEY_FILE", "")],
        Some("keyring.master_key_file = '/run/key'"),
    );
    assert!(taken_back.is_ok());
}

#[test]
fn what_kubernetes_sets_for_a_service_of_our_name_is_no_setting() {
    let links = [
        ("MAGPIE_SERVICE_HOST", "10.96.0.7"),
        ("MAGPIE_SERVICE_PORT", "3005"),
        ("MAGPIE_SERVICE_PORT_HTTP", "3005"),
        ("MAGPIE_PORT", "tcp://10.96.0.7:3005"),
        ("MAGPIE_PORT_3005_TCP_ADDR", "10.96.0.7"),
    ];
    assert_eq!(with_environment(&links).unwrap().port, 3005);
    assert_eq!(with_environment(&links[3..]).unwrap_err().iter().count(), 2);
}

#[test]
fn what_is_shown_can_be_used_again() {
    let overrides = Overrides {
        port: Some(0),
        ..Overrides::default()
    };
    let environment = [
        ("MAGPIE_EGRESS__ALLOW", "10.0.0.0/8,::1"),
        ("MAGPIE_DATA_DIR", "a\\\"b"),
    ];
    let config = load_with(overrides, &environment, None).unwrap();
    let again = with_file(&config.shown().to_string()).unwrap();
    let values = |config: &Config| -> Vec<String> {
        let rows = config.shown().rows();
        rows.map(|row| format!("{} = {}", row.key, row.value))
            .collect()
    };
    assert_eq!(values(&config), values(&again));
    assert_eq!(again.data_dir, Path::new("a\\\"b"));
}

proptest! {
    #[test]
    fn no_file_and_no_variable_makes_us_panic(
        file in "(port|bind|log|a|egress|\\[|\\]|=|'|\"|\\.|1|\n| ){0,30}",
        name in "[A-Z_]{0,20}",
        value in "\\PC{0,20}",
    ) {
        let name = format!("MAGPIE_{name}");
        let _ = load_with(Overrides::default(), &[(&name, &value)], Some(&file));
    }
}
