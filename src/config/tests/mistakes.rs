//! What is said about a configuration that is wrong.

use super::*;

#[test]
fn all_mistakes_are_told_at_once_and_where_they_were_made() {
    let file =
        "port = 'abc'\ncolour = 'red'\n[limits]\nmax_connections = 0\n[egress]\nallow = [1]\n";
    let environment = [
        ("MAGPIE_EGRESS_ALLOW", "10.0.0.0/8"),
        ("MAGPIE_EGRESS__POOL_PER_ORIGIN", "many"),
        ("MAGPIE_PASSTHROUGH__STRICT", "perhaps"),
        ("MAGPIE_MASTER_KEY", "change me"),
    ];
    let overrides = Overrides {
        public_url: Some("magpie.example.com".to_owned()),
        ..Overrides::default()
    };
    let mistakes = load_with(overrides, &environment, Some(file)).unwrap_err();
    let text = mistakes.to_string();
    let without_directory = |line: &str| match line.split_once("config.toml:") {
        Some((_, rest)) => format!("config.toml:{rest}"),
        None => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(without_directory).collect();
    let beginnings = [
        "config.toml: colour: is no setting; ",
        "config.toml: egress.allow = [1]: must be a list of texts",
        "config.toml: port = \"abc\": must be a whole number",
        "MAGPIE_EGRESS__POOL_PER_ORIGIN: egress.pool_per_origin = \"many\": must be a whole number",
        "MAGPIE_EGRESS_ALLOW: egress_allow: is no setting; did you mean `MAGPIE_EGRESS__ALLOW`?",
        "MAGPIE_PASSTHROUGH__STRICT: passthrough.strict = \"perhaps\": must be `true` or `false`",
        "--public-url: public_url = \"magpie.example.com\": must be an absolute http",
        "MAGPIE_MASTER_KEY: keyring.master_key = •••: must be 32 bytes",
        "config.toml: limits.max_connections = 0: must be from 1 to 10000000",
    ];
    assert_eq!(lines.len(), beginnings.len(), "{text}");
    for beginning in beginnings {
        let said = lines.iter().any(|line| line.starts_with(beginning));
        assert!(said, "{beginning}\nis not in\n{text}");
    }
}

#[test]
fn a_mistake_in_a_file_counts_even_where_the_environment_hides_it() {
    let hidden = load_with(
        Overrides::default(),
        &[
            ("MAGPIE_PORT", "3005"),
            ("MAGPIE_EGRESS__ALLOW", "10.0.0.0/8"),
        ],
        Some("port = 'abc'\negress = 5"),
    );
    assert_eq!(
        mistakes(hidden),
        [
            "egress: is a section of several settings; write it as one",
            "port: must be a whole number"
        ]
    );
}

#[test]
fn values_of_the_wrong_shape_are_mistakes() {
    for (file, mistake) in [
        (
            "[port]\na = 1",
            "port.a: belongs to a setting that takes one value, not a section",
        ),
        ("port = {}", "port: must be a whole number"),
        ("port = 3.5", "port: must be a whole number"),
        ("bind = 1", "bind: must be a text in quotes"),
        (
            "passthrough.strict = 'true'",
            "passthrough.strict: must be `true` or `false`",
        ),
        (
            "egress.allow = '10.0.0.0/8'",
            "egress.allow: must be a list of texts, as in [\"a\", \"b\"]",
        ),
    ] {
        assert_eq!(mistakes(with_file(file)), [mistake], "{file}");
    }
    assert!(with_file("[egress]\n[limits]\n").is_ok());
}

#[test]
fn rules_are_held_for_each_value() {
    for (file, key) in [
        ("port = -1", "port"),
        ("port = 65536", "port"),
        ("bind = 'localhost'", "bind"),
        ("data_dir = ''", "data_dir"),
        ("workers = -1", "workers"),
        ("log = 'magpie=loud'", "log"),
        ("log_format = 'xml'", "log_format"),
        ("shutdown_timeout_seconds = 0", "shutdown_timeout_seconds"),
        (
            "egress.connect_timeout_seconds = 0",
            "egress.connect_timeout_seconds",
        ),
        (
            "egress.first_byte_timeout_seconds = -5",
            "egress.first_byte_timeout_seconds",
        ),
        (
            "egress.idle_timeout_seconds = 0",
            "egress.idle_timeout_seconds",
        ),
        (
            "egress.total_timeout_seconds = 3600000",
            "egress.total_timeout_seconds",
        ),
        ("egress.pool_per_origin = 0", "egress.pool_per_origin"),
        ("egress.allow = ['10.0.0.0/33']", "egress.allow"),
        ("egress.allow = ['example.com']", "egress.allow"),
        (
            "limits.requests_per_minute = -1",
            "limits.requests_per_minute",
        ),
        (
            "limits.requests_per_minute = 4294967296",
            "limits.requests_per_minute",
        ),
        ("limits.json_body_bytes = 10", "limits.json_body_bytes"),
        ("authkit.session_minutes = 0", "authkit.session_minutes"),
        ("authkit.session_minutes = 61", "authkit.session_minutes"),
        ("authkit.link_hours = 721", "authkit.link_hours"),
        ("agents.validate = 'perhaps'", "agents.validate"),
        ("agents.answer_bytes = 10", "agents.answer_bytes"),
        ("agents.approval_hours = 0", "agents.approval_hours"),
        (
            "agents.approval_webhook_url = 'ftp://x'\nagents.approval_webhook_secret = '0123456789abcdef'",
            "agents.approval_webhook_url",
        ),
        (
            "agents.approval_webhook_url = 'https://hooks.example.com'\nagents.approval_webhook_secret = 'short'",
            "agents.approval_webhook_secret",
        ),
        (
            "store.snapshot_after_bytes = 0",
            "store.snapshot_after_bytes",
        ),
    ] {
        let found = with_file(file).unwrap_err();
        let keys: Vec<&str> = found.iter().map(|mistake| mistake.key.as_str()).collect();
        assert_eq!(keys, [key], "{file}");
    }
}

#[test]
fn each_wrong_network_of_a_list_is_told() {
    let found = mistakes(with_environment(&[(
        "MAGPIE_EGRESS__ALLOW",
        "10/8,10.0.0.0/8,nowhere",
    )]));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn each_wrong_origin_of_a_list_is_told() {
    for wrong in [
        "app.example.com",
        "http://app.example.com",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://app.example.com?x",
        "https://app.example.com#x",
        "https://*.example.com",
        "https://a.example.com;script-src",
        "https://a.example.com,b",
        "https://",
        "null",
        "*",
        "ftp://localhost",
        "capacitor://localhost",
    ] {
        let found = mistakes(with_file(&format!("authkit.allowed_origins = ['{wrong}']")));
        assert_eq!(found.len(), 1, "{wrong}: {found:?}");
        let said =
            found[0].starts_with(&format!("authkit.allowed_origins: `{wrong}` is no origin"));
        assert!(said, "{found:?}");
    }
    let two = [(
        "MAGPIE_AUTHKIT__ALLOWED_ORIGINS",
        "https://a.test,x,https://b.test/",
    )];
    assert_eq!(mistakes(with_environment(&two)).len(), 2);
    let secret = with_file("authkit.allowed_origins = ['https://ada:hunter2@a.test']");
    assert!(!secret.unwrap_err().to_string().contains("hunter2"));
}

#[test]
fn a_secret_is_in_nothing_that_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secret.toml");
    let config = with_file(&format!("keyring.master_key = '{KEY}'")).unwrap();
    let mut seen = format!("{config:?}{}{:?}", config.shown(), config.shown());
    seen += &serde_json::to_string(config.shown()).unwrap();
    let secret = "hunter2-hunter2";
    for file in [
        format!("keyring.master_key = '{secret}'"),
        format!("keyring.master_key = ['{secret}']"),
        format!("keyring.master_key.value = '{secret}'"),
        format!("keyring = '{secret}'"),
        format!("master_key = '{secret}'"),
        format!("[keyring]\nmaster_key = '{secret}"),
        format!("[keyring]\nmaster_key = {secret}"),
        format!("[keyring]\nmaster_key = '{secret}' '{secret}'"),
    ] {
        let found = with_file(&file).unwrap_err();
        seen += &format!("{found}{found:?}");
    }
    for name in [
        "MAGPIE_MASTER_KEY",
        "MAGPIE_KEYRING__MASTER_KEY",
        "MAGPIE_MASTERKEY",
    ] {
        let found = with_environment(&[(name, secret)]).unwrap_err();
        seen += &format!("{found}{found:?}");
    }
    std::fs::write(&path, secret).unwrap();
    seen += &format!("{:?}", MasterKey::File(path.clone()).read());
    seen += &MasterKey::File(path).read().unwrap_err().to_string();
    for text in [secret, KEY] {
        assert!(!seen.contains(text), "{text} in {seen}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let found = with_file("port = 1\nbind = \n").unwrap_err().to_string();
    assert!(found.contains("config.toml, line 2: "), "{found}");
}

#[test]
fn a_file_that_is_named_has_to_exist() {
    let named = Overrides {
        config_file: Some("/nowhere/magpie.toml".into()),
        ..Overrides::default()
    };
    for loaded in [
        load_with(named, &[], None),
        with_environment(&[("MAGPIE_CONFIG", "/nowhere/magpie.toml")]),
    ] {
        let text = loaded.unwrap_err().to_string();
        assert!(
            text.starts_with("/nowhere/magpie.toml: can't be read"),
            "{text}"
        );
    }
}

#[test]
fn a_setting_is_not_set_by_two_variables() {
    let found = with_environment(&[
        ("MAGPIE_MASTER_KEY", KEY),
        ("MAGPIE_KEYRING__MASTER_KEY", KEY),
    ]);
    assert_eq!(
        mistakes(found),
        ["keyring.master_key: is set by MAGPIE_KEYRING__MASTER_KEY already; leave one of them out"]
    );
}

#[test]
fn what_a_configuration_names_has_to_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    std::fs::write(&file, "no key, no certificate").unwrap();
    let file = file.to_str().unwrap();
    let config = with_environment(&[
        ("MAGPIE_DATA_DIR", file),
        ("MAGPIE_CONNECTORS_DIR", "/nowhere"),
        ("MAGPIE_EGRESS__CA_FILE", file),
        ("MAGPIE_MASTER_KEY_FILE", file),
    ])
    .unwrap();
    let found = check(&config).unwrap_err();
    let told: Vec<String> = found
        .iter()
        .map(|mistake| format!("{} {}", mistake.origin, mistake.key))
        .collect();
    assert_eq!(
        told,
        [
            "MAGPIE_DATA_DIR data_dir",
            "MAGPIE_CONNECTORS_DIR connectors_dir",
            "MAGPIE_EGRESS__CA_FILE egress.ca_file",
            "MAGPIE_MASTER_KEY_FILE keyring.master_key_file",
        ]
    );
    assert_eq!(
        check(&with_environment(&[("MAGPIE_DATA_DIR", "/nowhere")]).unwrap()),
        Ok(())
    );
}
