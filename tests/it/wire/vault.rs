//! Connections: their fields, their keys, their lists.

use serde_json::{Value, json};

use super::{assert_shape, body, make, rows};
use crate::support::TestApp;

const CONNECTION: &[(&str, &str)] = &[
    ("id", "string"),
    ("_id", "string"),
    ("platformVersion", "string"),
    ("connectionDefinitionId", "string"),
    ("name", "string or null"),
    ("type", "string"),
    ("key", "string"),
    ("environment", "string"),
    ("platform", "string"),
    ("identity", "string or null"),
    ("identityType", "string or null"),
    ("description", "string"),
    ("state", "string"),
    ("stateReason", "string or null"),
    ("tags", "strings"),
    ("metadata", "object"),
    ("account", "string or null"),
    ("version", "string"),
    ("active", "bool"),
    ("deprecated", "bool"),
    ("deleted", "bool"),
    ("expiresAt", "string or null"),
    ("lastRefreshedAt", "string or null"),
    ("lastUsedAt", "string or null"),
    ("createdAt", "string"),
    ("updatedAt", "string"),
];

#[tokio::test]
async fn a_connection_has_the_contracts_fields_wherever_it_is_answered() {
    let app = TestApp::start();
    let client = app.client();
    let made = make(&client, body(Some("user_123"))).await;
    let path = format!("/v1/vault/connections/{}", made["id"].as_str().unwrap());
    let listed = client.get("/v1/vault/connections").await.json();
    let got = client.get(&path).await.json();
    let changed = client
        .patch(&path, json!({ "metadata": { "plan": "pro" } }))
        .await
        .json();
    let older = client.post("/v1/connections", body(None)).await.json();
    for row in [&made, &rows(&listed)[0], &got, &changed, &older] {
        assert_shape(row, CONNECTION);
        assert!(
            is_time(&row["createdAt"]) && is_time(&row["updatedAt"]),
            "{row}"
        );
        assert!(!row.to_string().contains("sk-1"));
    }
    assert_eq!((&rows(&listed)[0], &got), (&made, &made));
    for (name, value) in [
        ("_id", made["id"].clone()),
        ("platformVersion", json!("v1")),
        ("name", Value::Null),
        ("type", json!("api")),
        ("environment", json!("test")),
        ("platform", json!("openai")),
        ("identity", json!("user_123")),
        ("identityType", json!("user")),
        ("state", json!("operational")),
        ("tags", json!([])),
        ("version", json!("1.0.0")),
        ("active", json!(true)),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let id: uuid::Uuid = made["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 4);
    assert!(
        made["connectionDefinitionId"]
            .as_str()
            .unwrap()
            .starts_with("conn_def::")
    );
    assert_eq!(changed["metadata"], json!({ "plan": "pro" }));
    assert!(changed["updatedAt"].as_str() >= made["updatedAt"].as_str());
    assert_eq!(changed["createdAt"], made["createdAt"]);
    assert_eq!(
        (&older["identity"], &older["identityType"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_key_has_four_parts_and_carries_the_identity_where_it_fits() {
    let app = TestApp::start();
    for (client, environment) in [
        (app.client(), "test"),
        (app.client_with(&app.live_key), "live"),
    ] {
        for (identity, tail) in [
            (None, ""),
            (Some("user_1"), "|user_1"),
            (Some("a.b-c@d.example"), "|a.b-c@d.example"),
            (Some("a b"), ""),
            (Some("a|b"), ""),
            (Some("a::b"), ""),
            (Some("Jürgen"), ""),
        ] {
            let made = make(&client, body(identity)).await;
            let key = made["key"].as_str().unwrap();
            let parts: Vec<&str> = key.split("::").collect();
            assert_eq!(parts[..3], [environment, "openai", "default"], "{key}");
            let (unique, rest) = parts[3].split_at(32);
            assert!(unique.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
            assert_eq!((parts.len(), rest), (4, tail), "{key}");
            assert_eq!(made["identity"].as_str(), identity);
        }
    }
}

#[tokio::test]
async fn both_generations_of_clients_page_to_the_end_and_see_each_row_once() {
    let app = TestApp::start();
    let client = app.client();
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(make(&client, body(None)).await["id"].clone());
    }
    made.reverse();
    let base = "/v1/vault/connections";
    for limit in [1, 3, 7, 8] {
        let (mut seen, mut page) = (Vec::new(), 1);
        loop {
            let list = client
                .get(&format!("{base}?page={page}&limit={limit}"))
                .await
                .json();
            seen.extend(rows(&list).iter().map(|row| row["id"].clone()));
            assert_eq!((&list["page"], &list["total"]), (&json!(page), &json!(7)));
            page += 1;
            if page > list["pages"].as_u64().unwrap() {
                break;
            }
        }
        assert_eq!(seen, made, "by page, limit {limit}");
        seen.clear();
        loop {
            let list = client
                .get(&format!("{base}?skip={}&limit={limit}", seen.len()))
                .await
                .json();
            assert_eq!(list["skip"], seen.len());
            seen.extend(rows(&list).iter().map(|row| row["id"].clone()));
            if seen.len() >= usize::try_from(list["total"].as_u64().unwrap()).unwrap() {
                break;
            }
        }
        assert_eq!(seen, made, "by skip, limit {limit}");
    }
}

#[tokio::test]
async fn filters_can_be_combined() {
    let app = TestApp::start();
    let client = app.client();
    let mut letters = Vec::new();
    for (letter, platform, identity, kind, tags, name) in [
        (
            "a",
            "openai",
            Some("user_1"),
            None,
            json!(["x", "y"]),
            Some("Mine"),
        ),
        (
            "b",
            "openai",
            Some("acme"),
            Some("team"),
            json!(["x"]),
            None,
        ),
        (
            "c",
            "exa",
            Some("user_1"),
            Some("user"),
            json!([]),
            Some("Mine"),
        ),
        ("d", "openai", None, None, json!(["y", "z"]), None),
        ("e", "exa", Some("user_1"), None, json!(["x"]), None),
    ] {
        let field = format!("{}_API_KEY", platform.to_uppercase());
        let body = json!({ "platform": platform, "identity": identity, "identityType": kind,
            "tags": tags, "name": name, "authFormData": { field: "k" } });
        letters.push((make(&client, body).await, letter));
    }
    let of = |letter: &str| {
        letters
            .iter()
            .find(|(_, other)| *other == letter)
            .unwrap()
            .0
            .clone()
    };
    let key = |letter: &str| of(letter)["key"].as_str().unwrap().replace('|', "%7C");
    let off = format!("/v1/vault/connections/{}", of("e")["id"].as_str().unwrap());
    assert_eq!(
        client.patch(&off, json!({ "active": false })).await.json()["active"],
        false
    );
    let both = format!("keys={},{}", key("a"), key("d"));
    let foreign = format!("key={}", key("a").replace("test::", "live::"));
    for (query, expected) in [
        ("", "dcba"),
        ("active=true", "dcba"),
        ("active=false", "e"),
        ("platform=openai", "dba"),
        ("platform=exa", "c"),
        ("platform=exa&active=false", "e"),
        ("platform=nothing", ""),
        ("platformVersion=v1", "dcba"),
        ("platformVersion=v2", ""),
        ("name=Mine", "ca"),
        ("name=mine", ""),
        ("identity=user_1", "ca"),
        ("identity=user_1&platform=openai", "a"),
        ("identity=user_1&active=false", "e"),
        ("identity=nobody", ""),
        ("identityType=user", "ca"),
        ("identityType=team", "b"),
        ("identityType=project", ""),
        ("identity=acme&identityType=user", ""),
        ("tags=x", "ba"),
        ("tags=x,y", "a"),
        ("tags=x,%20y", "a"),
        ("tags=z&platform=openai", "d"),
        ("tags=x&active=false&identity=user_1&platform=exa", "e"),
        (&format!("key={}", key("a")), "a"),
        (&format!("keys={}", key("b")), "b"),
        (&format!("key={},{}", key("b"), key("c")), "cb"),
        (&both, "da"),
        (&format!("{both}&tags=x"), "a"),
        (
            &format!("{both}&identity=user_1&platform=openai&name=Mine"),
            "a",
        ),
        (&format!("key={}", key("e")), ""),
        (&format!("key={}&active=false", key("e")), "e"),
        ("key=nonsense", ""),
        (&foreign, ""),
        ("unknown=filter", "dcba"),
    ] {
        let list = client
            .get(&format!("/v1/vault/connections?{query}"))
            .await
            .json();
        let found: String = rows(&list)
            .iter()
            .map(|row| {
                letters
                    .iter()
                    .find(|(made, _)| made["id"] == row["id"])
                    .unwrap()
                    .1
            })
            .collect();
        assert_eq!(found, expected, "{query}");
        assert_eq!(list["total"], expected.len(), "{query}");
    }
    for query in ["identityType=robot", "active=perhaps", "identity=%0A"] {
        let answer = client.get(&format!("/v1/vault/connections?{query}")).await;
        answer.assert_error(400, 2000);
    }
}

fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap();
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    shape == "9999-99-99T99:99:99.999999Z"
}
