//! What agents read, and the ids by which actions are found.

use serde_json::json;

use super::{assert_shape, rows};
use crate::support::TestApp;

const KNOWLEDGE: &[(&str, &str)] = &[
    ("id", "string"),
    ("_id", "string"),
    ("connectionPlatform", "string"),
    ("title", "string"),
    ("path", "string"),
    ("knowledge", "string"),
    ("method", "string"),
    ("baseUrl", "string"),
    ("tags", "strings"),
    ("active", "bool"),
    ("supported", "bool"),
    ("deprecated", "bool"),
    ("deleted", "bool"),
];

/// Ids that published code carries, and what they stand for.
const PUBLISHED: &[(&str, &str, &str, &str)] = &[
    (
        "F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA",
        "gmail",
        "GET",
        "/users/{{userId}}/profile",
    ),
    (
        "F_JeIVCQAiA::oD2p47ZVSHu1tF_maldXVQ",
        "gmail",
        "GET",
        "/users/{{userId}}/messages",
    ),
    (
        "F_JeIErCKGA::Q2ivQ5-QSyGYiEIZT867Dw",
        "gmail",
        "GET",
        "/users/{{userId}}/messages/{{id}}",
    ),
    (
        "F_Jdx1JeQJk::PNyVTLTJSmazFSqY24HbFQ",
        "google-calendar",
        "GET",
        "/calendars/{{calendarId}}/events",
    ),
    (
        "GC40SckOddE::NFFu2-49QLyGsPBdfweitg",
        "supabase",
        "POST",
        "/v1/projects/{{ref}}/database/query",
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
        "/v1/pages/{{page_id}}",
    ),
    (
        "GCWcHfwwY6Y::XqFfl-WYTguWn860w-Hnqw",
        "notion",
        "POST",
        "/v1/databases/{{database_id}}/query",
    ),
];

#[tokio::test]
async fn knowledge_has_full_urls_that_a_client_can_lead_elsewhere() {
    let app = TestApp::start();
    let client = app.client();
    let (mut page, mut count) = (1, 0);
    loop {
        let list = client
            .get(&format!("/v1/knowledge?page={page}&limit=200"))
            .await
            .json();
        for row in rows(&list) {
            assert_shape(row, KNOWLEDGE);
            let text = |name: &str| row[name].as_str().unwrap();
            assert_eq!(row["_id"], row["id"]);
            let url = format!("{}{}", text("baseUrl"), text("path"));
            assert!(
                text("knowledge").contains(&url),
                "{url} is not in {}",
                text("knowledge")
            );
            assert!(
                text("baseUrl").starts_with("https://") || text("baseUrl").starts_with("{{"),
                "{url}"
            );
            assert!(!text("path").replace("{{", "").contains('{'), "{url}");
            count += 1;
        }
        page += 1;
        if page > list["pages"].as_u64().unwrap() {
            assert_eq!(list["total"], count);
            break;
        }
    }
    for (query, some) in [
        ("connectionPlatform=gmail&supported=true", true),
        ("connectionPlatform=nothing", false),
        (
            "_id=conn_mod_def::AAAAAAAAAAA::AAAAAAAAAAAAAAAAAAAAAA",
            false,
        ),
    ] {
        let found = client.get(&format!("/v1/knowledge?{query}")).await.json();
        assert_eq!(!rows(&found).is_empty(), some, "{query}");
        assert!(
            rows(&found)
                .iter()
                .all(|row| row["connectionPlatform"] == "gmail")
        );
    }
    client
        .get("/v1/knowledge?_id=nonsense")
        .await
        .assert_error(400, 2000);
}

#[tokio::test]
async fn an_action_is_found_by_its_id_by_a_published_one_and_without_the_prefix() {
    let app = TestApp::start();
    let client = app.client();
    let actions = client
        .get("/v1/available-actions/notion?limit=1")
        .await
        .json();
    let own = &rows(&actions)[0];
    let bare = own["systemId"]
        .as_str()
        .unwrap()
        .strip_prefix("conn_mod_def::")
        .unwrap()
        .to_owned();
    let text = |name: &str| own[name].as_str().unwrap();
    let own = [(bare.as_str(), "notion", text("method"), text("path"))];
    for (id, platform, method, path) in own.iter().chain(PUBLISHED) {
        for sent in [format!("conn_mod_def::{id}"), (*id).to_owned()] {
            let found = client
                .get(&format!("/v1/knowledge?_id={sent}"))
                .await
                .json();
            let row = &rows(&found)[0];
            assert_eq!(found["total"], 1, "{sent}");
            assert_eq!(row["_id"], format!("conn_mod_def::{id}"));
            assert_eq!(
                (&row["connectionPlatform"], &row["method"], &row["path"]),
                (&json!(platform), &json!(method), &json!(path)),
                "{sent}"
            );
        }
    }
    let messages = client
        .get("/v1/knowledge?_id=F_JeJ3qaLEg::v9ICSQZxR0un5_ketxbCAQ")
        .await
        .json();
    assert_eq!(rows(&messages)[0]["connectionPlatform"], "gmail");
}

#[tokio::test]
async fn passthrough_takes_an_action_by_any_of_its_ids() {
    let app = TestApp::start();
    let client = app.client();
    let gmail = app
        .connection("gmail", json!({ "ACCESS_TOKEN": "t" }))
        .await;
    for (id, status) in [
        ("conn_mod_def::F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA", 200),
        ("F_JeCYGuzvg::yAM6bqGdRdm91ZbYejlbEA", 200),
        // Published code sends one id with other paths of its platform.
        ("conn_mod_def::F_JeJ3qaLEg::v9ICSQZxR0un5_ketxbCAQ", 200),
        ("conn_mod_def::AAAAAAAAAAA::AAAAAAAAAAAAAAAAAAAAAA", 404),
        ("nonsense", 404),
        // Another platform's.
        ("GCWcIDJuR4A::izAAbGNdQdKddzdP_JS4kw", 400),
    ] {
        let request = client
            .passthrough("GET", &gmail, "/users/me/profile")
            .header("x-pica-action-id", id);
        assert_eq!(client.send(request).await.status, status, "{id}");
    }
}

#[tokio::test]
async fn an_action_is_told_with_its_parameters() {
    let app = TestApp::start();
    let client = app.client();
    let found = client
        .get("/v1/available-actions/gmail?key=sendMessage")
        .await
        .json();
    let id = found["rows"][0]["systemId"].as_str().unwrap().to_owned();
    let action = client.get(&format!("/v1/actions/{id}")).await.json();
    assert_eq!(action["systemId"], id);
    assert_eq!(action["method"], "POST");
    let params = action["params"].as_array().unwrap();
    let path = params.iter().find(|param| param["in"] == "path").unwrap();
    assert_eq!(
        (&path["name"], &path["required"]),
        (&"userId".into(), &true.into())
    );
    assert!(action["baseUrl"].as_str().unwrap().starts_with("https://"));
    let unknown = client.get("/v1/actions/conn_mod_def::AAAAAAAAAAA::AAAAAAAAAAAAAAAAAAAAAA");
    unknown.await.assert_error(404, 2005);
    client
        .get("/v1/actions/nonsense")
        .await
        .assert_error(400, 2000);
}
