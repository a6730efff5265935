//! Connectors and actions.

use std::collections::BTreeSet;

use serde_json::json;

use super::{assert_shape, is, make, rows};
use crate::support::TestApp;

const CONNECTOR: &[(&str, &str)] = &[
    ("id", "number"),
    ("name", "string"),
    ("key", "string"),
    ("platform", "string"),
    ("platformVersion", "string"),
    ("status", "string"),
    ("description", "string"),
    ("category", "string"),
    ("image", "string"),
    ("tags", "strings"),
    ("oauth", "bool"),
    ("tools", "number"),
    ("version", "string"),
    ("active", "bool"),
    ("deprecated", "bool"),
    ("deleted", "bool"),
];

const FORM_ROW: &[(&str, &str)] = &[
    ("name", "string"),
    ("type", "string"),
    ("label", "string"),
    ("placeholder", "string"),
    ("required", "bool"),
    ("help", "string"),
    ("options", "array"),
    ("default", "string or null"),
];

const ACTION: &[(&str, &str)] = &[
    ("systemId", "string"),
    ("title", "string"),
    ("key", "string"),
    ("modelName", "string"),
    ("method", "string"),
    ("platform", "string"),
    ("path", "string"),
    ("tags", "strings"),
];

#[tokio::test]
async fn connectors_have_the_contracts_fields_and_can_be_filtered() {
    let app = TestApp::start();
    let client = app.client();
    let all = client
        .get("/v1/available-connectors?limit=500")
        .await
        .json();
    let mut ids = BTreeSet::new();
    for row in rows(&all) {
        assert_shape(row, CONNECTOR);
        let platform = row["platform"].as_str().unwrap();
        assert_eq!(
            row["key"],
            format!(
                "api::{platform}::{}",
                row["platformVersion"].as_str().unwrap()
            )
        );
        // What JavaScript can count to.
        let id = row["id"].as_u64().unwrap();
        assert!(id > 0 && id < 1 << 53 && ids.insert(id), "{row}");
        let image = row["image"]
            .as_str()
            .unwrap()
            .strip_prefix(&app.url)
            .unwrap();
        let image = app.anonymous().get(image).await;
        assert_eq!(
            (image.status, image.header("content-type")),
            (200, Some("image/svg+xml")),
            "{platform}"
        );
        let actions = client
            .get(&format!("/v1/available-actions/{platform}?limit=1"))
            .await
            .json();
        assert_eq!(row["tools"], actions["total"], "{platform}");
    }
    let gmail = rows(&all)
        .iter()
        .find(|row| row["platform"] == "gmail")
        .unwrap();
    let total = all["total"].as_u64().unwrap();
    assert_eq!(
        (gmail["oauth"].as_bool(), gmail["name"].as_str()),
        (Some(true), Some("Gmail"))
    );
    for (query, expected) in [
        ("platform=gmail", 1),
        ("key=api::gmail::v1", 1),
        ("name=Gmail", 1),
        ("name=gmail", 1),
        ("platform=gmail&name=Notion", 0),
        ("platform=nothing", 0),
        ("category=Nothing", 0),
        // Two go to a server of the operator's own, which nobody has named yet: generic-oauth2 and
        // keycloak.
        ("authkit=true", total - 2),
        ("authkit=true&platform=generic-oauth2", 0),
        ("authkit=true&platform=gmail", 1),
    ] {
        let found = client
            .get(&format!("/v1/available-connectors?{query}"))
            .await
            .json();
        assert_eq!(found["total"], expected, "{query}");
    }
    let category = gmail["category"].as_str().unwrap();
    let some = client
        .get(&format!(
            "/v1/available-connectors?category={category}&limit=500"
        ))
        .await
        .json();
    assert!(
        rows(&some).iter().all(|row| row["category"] == category) && rows(&some).contains(gmail)
    );
    client
        .get("/v1/available-connectors?authkit=perhaps")
        .await
        .assert_error(400, 2000);
}

#[tokio::test]
async fn definitions_show_the_form_and_their_id_makes_a_connection() {
    let app = TestApp::start();
    let all = app
        .anonymous()
        .get("/v1/public/connection-definitions?limit=500")
        .await
        .json();
    let connectors = app
        .client()
        .get("/v1/available-connectors?limit=500")
        .await
        .json();
    assert_eq!(all["total"], connectors["total"]);
    for (row, connector) in rows(&all).iter().zip(rows(&connectors)) {
        let spec = &row["frontend"]["spec"];
        for (name, kind) in [
            ("title", "string"),
            ("description", "string"),
            ("platform", "string"),
            ("category", "string"),
            ("image", "string"),
            ("tags", "strings"),
        ] {
            assert!(is(&spec[name], kind), "{name}: {row}");
        }
        let same = |name: &str| spec[name] == connector[name];
        assert!(
            same("platform")
                && same("category")
                && same("image")
                && spec["title"] == connector["name"],
            "{row}"
        );
        assert_eq!(
            (&row["settings"]["oauth"], &row["active"]),
            (&connector["oauth"], &json!(true))
        );
        for field in row["frontend"]["connectionForm"]["formData"]
            .as_array()
            .unwrap()
        {
            assert_shape(field, FORM_ROW);
        }
    }
    let find = |platform: &str| {
        rows(&all)
            .iter()
            .find(|row| row["platform"] == platform)
            .unwrap()
    };
    let fields = |platform: &str| -> Vec<String> {
        let form = find(platform)["frontend"]["connectionForm"]["formData"]
            .as_array()
            .unwrap();
        form.iter()
            .map(|field| field["name"].as_str().unwrap().to_owned())
            .collect()
    };
    for (platform, names) in [
        ("generic-bearer", &["BASE_URL", "TOKEN"] as &[&str]),
        ("generic-api-key", &["BASE_URL", "HEADER", "API_KEY"]),
        ("generic-basic", &["BASE_URL", "USERNAME", "PASSWORD"]),
        ("generic-none", &["BASE_URL"]),
    ] {
        assert_eq!(fields(platform), names, "{platform}");
    }
    let body = json!({ "connectionDefinitionId": find("openai")["_id"], "authFormData": { "OPENAI_API_KEY": "k" } });
    let made = make(&app.client(), body).await;
    assert_eq!(
        (&made["platform"], &made["connectionDefinitionId"]),
        (&json!("openai"), &find("openai")["_id"])
    );
}

#[tokio::test]
async fn actions_have_the_contracts_fields_and_can_be_filtered() {
    let app = TestApp::start();
    let client = app.client();
    let base = "/v1/available-actions/gmail";
    let all = client.get(&format!("{base}?limit=500")).await.json();
    let mut ids = BTreeSet::new();
    for row in rows(&all) {
        assert_shape(row, ACTION);
        assert_eq!(row["platform"], "gmail");
        let id = row["systemId"].as_str().unwrap();
        let parts: Vec<&str> = id.split("::").collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(
            (parts[0], &lengths[1..]),
            ("conn_mod_def", &[11, 22][..]),
            "{id}"
        );
        assert!(ids.insert(id));
        let key = row["key"].as_str().unwrap();
        assert!(
            key.starts_with(|c: char| c.is_ascii_lowercase())
                && key.bytes().all(|b| b.is_ascii_alphanumeric()),
            "{key}"
        );
    }
    let one = &rows(&all)[0];
    let encoded = one["title"].as_str().unwrap().replace(' ', "+");
    for (query, fits) in [
        (format!("title={encoded}"), "title"),
        (format!("key={}", one["key"].as_str().unwrap()), "key"),
        ("method=POST".to_owned(), "method"),
        ("method=post".to_owned(), "method"),
    ] {
        let found = client
            .get(&format!("{base}?{query}&limit=500"))
            .await
            .json();
        let wanted = if fits == "method" {
            json!("POST")
        } else {
            one[fits].clone()
        };
        let expected = rows(&all).iter().filter(|row| row[fits] == wanted).count();
        assert!(expected > 0 && rows(&found).len() == expected, "{query}");
        assert!(
            rows(&found).iter().all(|row| row[fits] == wanted),
            "{query}"
        );
    }
    client
        .get("/v1/available-actions/nothing")
        .await
        .assert_error(404, 2005);
    // The same action has the same id on every instance.
    let other = TestApp::start();
    assert_eq!(
        other
            .client()
            .get(&format!("{base}?limit=500"))
            .await
            .json(),
        all
    );
}

#[tokio::test]
async fn a_search_answers_a_bare_array_with_the_best_first() {
    let app = TestApp::start();
    let client = app.client();
    let base = "/v1/available-actions/search/gmail";
    for agents in ["", "&executeAgent=true", "&knowledgeAgent=true"] {
        let found = client
            .get(&format!(
                "{base}?query=send%20an%20email%20message&limit=3{agents}"
            ))
            .await
            .json();
        let found = found.as_array().unwrap();
        assert!((1..=3).contains(&found.len()));
        found.iter().for_each(|row| assert_shape(row, ACTION));
        assert_eq!(found[0]["key"], "sendMessage");
    }
    assert_eq!(
        client.get(&format!("{base}?query=zzzz")).await.json(),
        json!([])
    );
    client
        .get(&format!("{base}?query=mail&limit=x"))
        .await
        .assert_error(400, 2000);
    client
        .get("/v1/available-actions/search/nothing?query=x")
        .await
        .assert_error(404, 2005);
}
