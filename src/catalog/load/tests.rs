use super::*;

const MINE: &str = r#"
platform = "acme"
name = "Acme"
description = "A shop"
category = "Test"
base_url = "https://acme.test"
auth = { type = "none" }
"#;

#[test]
fn every_embedded_descriptor_is_sound() {
    let (catalogue, problems) = Catalogue::load(None);
    assert_eq!(problems, Vec::new());
    assert!(
        catalogue.now().connectors.len() >= 24,
        "only {}",
        catalogue.now().connectors.len()
    );
}

#[test]
fn the_published_action_ids_mean_the_published_actions() {
    let (catalogue, _) = Catalogue::load(None);
    for (id, platform, method, path) in [
        (
            "F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA",
            "gmail",
            "GET",
            "/users/{userId}/profile",
        ),
        (
            "F_JeIVCQAiA::oD2p47ZVSHu1tF_maldXVQ",
            "gmail",
            "GET",
            "/users/{userId}/messages",
        ),
        (
            "F_JeIErCKGA::Q2ivQ5-QSyGYiEIZT867Dw",
            "gmail",
            "GET",
            "/users/{userId}/messages/{id}",
        ),
        (
            "F_JeJ3qaLEg::v9ICSQZxR0un5_ketxbCAQ",
            "gmail",
            "GET",
            "/users/{userId}/messages",
        ),
        (
            "F_Jdx1JeQJk::PNyVTLTJSmazFSqY24HbFQ",
            "google-calendar",
            "GET",
            "/calendars/{calendarId}/events",
        ),
        (
            "GC40SckOddE::NFFu2-49QLyGsPBdfweitg",
            "supabase",
            "POST",
            "/v1/projects/{ref}/database/query",
        ),
        (
            "GC40U5B8xKY::_N0C5lBNSoWseIxyeQs1KQ",
            "supabase",
            "GET",
            "/v1/projects",
        ),
        (
            "GCWcIDJuR4A::izAAbGNdQdKddzdP_JS4kw",
            "notion",
            "POST",
            "/v1/pages",
        ),
        (
            "GCWcHtC65WM::b4RMZv4aTjG_ni4ayKc0GA",
            "notion",
            "POST",
            "/v1/databases",
        ),
        (
            "GCWcIBCFd3I::0UgTnKvXR5avVymmegseFA",
            "notion",
            "PATCH",
            "/v1/pages/{page_id}",
        ),
        (
            "GCWcHfwwY6Y::XqFfl-WYTguWn860w-Hnqw",
            "notion",
            "POST",
            "/v1/databases/{database_id}/query",
        ),
    ] {
        let now = catalogue.now();
        let action = now
            .action(&id.parse().unwrap())
            .unwrap_or_else(|| panic!("{id} is unknown"));
        let found = (
            action.platform.as_str(),
            action.method.as_str(),
            action.path.as_str(),
        );
        assert_eq!(found, (platform, method, path), "{id}");
    }
}

#[test]
fn a_folder_adds_and_replaces_and_a_broken_file_leaves_what_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.toml");
    std::fs::write(&file, MINE).unwrap();
    let (catalogue, problems) = Catalogue::load(Some(folder.path().to_owned()));
    assert_eq!(problems, Vec::new());
    assert_eq!(catalogue.now().connector("acme").unwrap().name, "Acme");

    std::fs::write(&file, MINE.replace("\"Acme\"", "\"Acme 2\"")).unwrap();
    assert_eq!(catalogue.reload(), Vec::new());
    assert_eq!(catalogue.now().connector("acme").unwrap().name, "Acme 2");

    std::fs::write(&file, "platform = ").unwrap();
    assert_eq!(catalogue.reload().len(), 1);
    assert_eq!(catalogue.now().connector("acme").unwrap().name, "Acme 2");

    std::fs::remove_file(&file).unwrap();
    assert_eq!(catalogue.reload(), Vec::new());
    assert!(catalogue.now().connector("acme").is_none());
}

#[test]
fn a_connector_that_is_kept_keeps_its_actions() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.toml");
    std::fs::write(&file, MINE).unwrap();
    let action = r#"{"key":"listAnvils","title":"List anvils","model":"Anvils","method":"GET","path":"/anvils"}"#;
    std::fs::write(folder.path().join("acme.jsonl"), action).unwrap();
    let (catalogue, problems) = Catalogue::load(Some(folder.path().to_owned()));
    assert_eq!(problems, Vec::new());
    let id = catalogue.now().connector("acme").unwrap().actions.all()[0]
        .id
        .clone();
    std::fs::write(&file, "platform = ").unwrap();
    // Twice: what was kept once is kept again.
    for _ in 0..2 {
        assert_eq!(catalogue.reload().len(), 1);
        let action = catalogue.now().action(&id);
        assert_eq!(action.unwrap().path.as_str(), "/anvils");
    }
}

#[test]
fn a_file_must_be_called_after_its_platform() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.toml"), MINE).unwrap();
    let (catalogue, problems) = Catalogue::load(Some(folder.path().to_owned()));
    assert!(
        problems[0]
            .to_string()
            .contains("other.toml: describes `acme`"),
        "{problems:?}"
    );
    assert!(catalogue.now().connector("acme").is_none());
}

#[test]
fn the_schema_names_every_part() {
    let text = schema().to_string();
    for word in ["base_url", "actions", "oauth2", "pattern", "aliases"] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn the_build_scripts_json_says_what_the_toml_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/connectors");
    assert_eq!(
        EMBEDDED.lines().count(),
        std::fs::read_dir(&folder).unwrap().count()
    );
    for line in EMBEDDED.lines() {
        let (file, json) = line.split_once(' ').unwrap();
        let written: Descriptor = serde_json::from_str(json).unwrap();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let read: Descriptor = toml::from_str(&text).unwrap();
        assert_eq!(format!("{written:?}"), format!("{read:?}"), "{file}");
    }
}
