//! Which connectors people can connect to, and who decides it.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Client, Server, TestApp};

/// A connector with everything that an operator can decide.
const ACME: &str = r#"
platform = "acme"
name = "Acme"
description = "A shop"
category = "Shops"
base_url = "https://{{SITE}}.acme.test"
auth = { type = "oauth2" }
form = [
  { name = "SITE", label = "Site", pattern = "[a-z]+" },
  { name = "SHOP", label = "Shop", required = false },
]

[oauth]
authorize_url = "https://acme.test/{{TENANT}}/authorize"
token_url = "https://acme.test/token"
register_url = "https://acme.test/apps"
scope_separator = ","
callback = { SHOP = "shop" }
scopes = [
  { name = "read", description = "Read", default = true },
  { name = "write", description = "Write" },
  { name = "offline", description = "Stay", required = true },
]

[[oauth.app]]
name = "TENANT"
label = "Tenant"
help = "In the console"
placeholder = "acme-1"
pattern = "[a-z0-9-]+"

[[oauth.app]]
name = "REGION"
label = "Region"
type = "select"
options = ["eu", "us"]
default = "eu"
"#;

const SECRET: &str = "acme-secret-0123456789-abcdefghij";

fn write_acme(folder: &Path) {
    std::fs::create_dir_all(folder.join("own")).unwrap();
    std::fs::write(folder.join("own/acme.toml"), ACME).unwrap();
}

/// `magpie serve` with [`ACME`].
fn serve(folder: &Path) -> Server {
    write_acme(folder);
    Server::start(folder, |command| {
        command.env("MAGPIE_CONNECTORS_DIR", "own")
    })
}

/// `magpie dev` with [`ACME`].
fn dev() -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    write_acme(folder.path());
    TestApp::start_in(folder, |command| {
        command.env("MAGPIE_CONNECTORS_DIR", "own")
    })
}

async fn change(client: &Client, platform: &str, body: Value) -> Value {
    let answer = client
        .patch(&format!("/v1/integrations/{platform}"), body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn total(client: &Client, path: &str) -> u64 {
    client.get(path).await.json()["total"].as_u64().unwrap()
}

fn whole() -> Value {
    json!({
        "active": true, "clientId": " acme-id ", "clientSecret": SECRET, "scopes": "read, write",
        "authorizeParams": { "audience": "shop" }, "settings": { "TENANT": "acme-1" },
    })
}

#[tokio::test]
async fn in_earnest_everything_is_off_until_it_is_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let client = server.client(folder.path());
    let all = total(&client, "/v1/integrations").await;
    assert!(all > 1);
    assert_eq!(all, total(&client, "/v1/available-connectors").await);
    for path in [
        "/v1/integrations?active=true",
        "/v1/available-connectors?authkit=true",
    ] {
        assert_eq!(total(&client, path).await, 0, "{path}");
    }
    let openai = client.get("/v1/integrations/openai").await.json();
    assert_eq!(
        [
            &openai["active"],
            &openai["ready"],
            &openai["activatedAt"],
            &openai["missing"]
        ],
        [&json!(false), &json!(false), &json!(null), &json!([])]
    );
    let switched = change(&client, "openai", json!({ "active": true })).await;
    assert_eq!(
        (&switched["ready"], &switched["active"]),
        (&json!(true), &json!(true))
    );
    assert!(switched["activatedAt"].is_string());
    assert_eq!(total(&client, "/v1/integrations?active=true").await, 1);
    server.stop();
}

#[tokio::test]
async fn in_development_everything_is_on_with_an_app_of_its_own() {
    let app = dev();
    for client in [app.client(), app.client_with(&app.live_key)] {
        assert_eq!(total(&client, "/v1/integrations?active=false").await, 0);
        let acme = client.get("/v1/integrations/acme").await.json();
        assert!(acme["clientId"].is_string(), "{acme}");
        assert_eq!(acme["missing"], json!([]));
        assert_eq!(acme["settings"], json!({ "TENANT": "acme-1" }));
        // What nobody decided does not change by being looked at.
        assert_eq!(client.get("/v1/integrations/acme").await.json(), acme);
    }
}

#[tokio::test]
async fn what_is_missing_is_named_until_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let client = server.client(folder.path());
    for (body, missing) in [
        (
            json!({ "active": true }),
            json!(["clientId", "clientSecret", "settings.TENANT"]),
        ),
        (
            json!({ "clientId": "x" }),
            json!(["clientSecret", "settings.TENANT"]),
        ),
        (
            json!({ "clientSecret": SECRET }),
            json!(["settings.TENANT"]),
        ),
        (json!({ "settings": { "TENANT": "t" } }), json!([])),
        (
            json!({ "settings": { "TENANT": "" } }),
            json!(["settings.TENANT"]),
        ),
        (
            json!({ "settings": null, "clientId": null }),
            json!(["clientId", "settings.TENANT"]),
        ),
    ] {
        let acme = change(&client, "acme", body.clone()).await;
        assert_eq!(acme["missing"], missing, "{body}");
        let is_ready = missing == json!([]);
        assert_eq!(acme["ready"], is_ready, "{body}");
        let shown = total(&client, "/v1/available-connectors?authkit=true").await;
        assert_eq!(shown, u64::from(is_ready), "{body}");
    }
    server.stop();
}

#[tokio::test]
async fn everything_that_was_decided_is_answered_but_the_secret() {
    let app = dev();
    let client = app.client();
    let acme = change(&client, "acme", whole()).await;
    assert_eq!(client.get("/v1/integrations/acme").await.json(), acme);
    let listed = client.get("/v1/integrations?platform=acme").await.json();
    assert_eq!((&listed["total"], &listed["rows"][0]), (&json!(1), &acme));
    let expected = json!({
        "platform": "acme", "title": "Acme", "category": "Shops", "image": format!("{}/icons/acme.svg", app.url),
        "oauth": true, "active": true, "ready": true, "missing": [], "clientId": "acme-id",
        "clientSecretDisplay": "acme•••ghij", "scopes": ["read", "write"],
        "availableScopes": [
            { "name": "read", "description": "Read", "default": true, "required": false },
            { "name": "write", "description": "Write", "default": false, "required": false },
            { "name": "offline", "description": "Stay", "default": false, "required": true },
        ],
        "authorizeParams": { "audience": "shop" }, "settings": { "TENANT": "acme-1" },
        "fields": [
            { "name": "TENANT", "type": "text", "label": "Tenant", "placeholder": "acme-1", "help": "In the console",
              "required": true, "default": null, "options": [] },
            { "name": "REGION", "type": "select", "label": "Region", "placeholder": "", "help": "",
              "required": true, "default": "eu", "options": ["eu", "us"] },
        ],
        "redirectUri": format!("{}/connections/oauth/callback", app.url),
        "registerUrl": "https://acme.test/apps", "guide": "", "problem": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&acme[name], value, "{name}");
    }
    let times = ["activatedAt", "createdAt", "updatedAt"];
    assert!(times.iter().all(|name| acme[name].is_string()), "{acme}");
    assert_eq!(
        acme.as_object().unwrap().len(),
        expected.as_object().unwrap().len() + 3
    );
}

#[tokio::test]
async fn what_was_decided_outlives_a_kill_and_ends_when_it_is_forgotten() {
    let app = dev();
    let before = app.client().get("/v1/integrations/acme").await.json();
    let decided = change(&app.client(), "acme", whole()).await;
    let app = TestApp::start_in(app.kill(), |command| {
        command.env("MAGPIE_CONNECTORS_DIR", "own")
    });
    let client = app.client();
    let mut found = client.get("/v1/integrations/acme").await.json();
    // The port is another.
    for name in ["image", "redirectUri"] {
        found[name] = decided[name].clone();
    }
    assert_eq!(found, decided);
    let forgotten = client.delete("/v1/integrations/acme").await;
    assert_eq!(forgotten.status, 200, "{}", forgotten.text());
    let after = client.get("/v1/integrations/acme").await.json();
    assert_eq!(forgotten.json(), after);
    for name in [
        "clientId",
        "clientSecretDisplay",
        "scopes",
        "settings",
        "missing",
        "active",
    ] {
        assert_eq!(after[name], before[name], "{name}");
    }
    // Twice is as good as once.
    assert_eq!(client.delete("/v1/integrations/acme").await.status, 200);
}

#[tokio::test]
async fn environments_decide_for_themselves() {
    let app = dev();
    let (test, live) = (app.client(), app.client_with(&app.live_key));
    let before = live.get("/v1/integrations/acme").await.json();
    let mut body = whole();
    body["active"] = json!(false);
    change(&test, "acme", body).await;
    assert_eq!(live.get("/v1/integrations/acme").await.json(), before);
    let authkit = "/v1/available-connectors?authkit=true&platform=openai";
    change(&live, "openai", json!({ "active": false })).await;
    assert_eq!(
        (total(&test, authkit).await, total(&live, authkit).await),
        (1, 0)
    );
    // The switch counts at once, both ways.
    change(&live, "openai", json!({ "active": true })).await;
    assert_eq!(total(&live, authkit).await, 1);
    assert_eq!(
        total(&test, "/v1/available-connectors?platform=acme").await,
        1
    );
    assert_eq!(
        total(&test, "/v1/available-connectors?platform=acme&authkit=true").await,
        0
    );
    assert_eq!(
        total(
            &test,
            "/v1/available-connectors?platform=acme&authkit=false"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn a_secret_is_in_no_answer_no_log_and_no_file() {
    let app = dev();
    let (client, live) = (app.client(), app.client_with(&app.live_key));
    let mut said = String::new();
    let path = "/v1/integrations/acme";
    for body in [
        whole(),
        json!({ "clientSecret": format!("{SECRET}\nx") }),
        json!({ "clientSecret": { "value": SECRET } }),
        json!({ "clientSecret": SECRET, "settings": { "TENANT": SECRET.to_uppercase() } }),
        json!({ "clientSecret": SECRET, "active": "yes" }),
        json!({ "clientSecret": SECRET, "scopes": [SECRET, " "] }),
    ] {
        said += &client.patch(path, body).await.text();
    }
    let openai = json!({ "clientSecret": SECRET });
    said += &client.patch("/v1/integrations/openai", openai).await.text();
    for path in [
        path,
        "/v1/integrations?limit=500",
        "/v1/available-connectors?limit=500",
        "/v1/public/connection-definitions?limit=500",
        "/metrics",
    ] {
        said += &client.get(path).await.text();
        said += &live.get(path).await.text();
    }
    said += &client.post("/v1/settings/get", json!({})).await.text();
    said += &app.log();
    let folder = app.stop();
    said += &std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
    let mut files = 0;
    look_into(&folder.path().join("data"), &mut |bytes| {
        files += 1;
        let found = bytes
            .windows(SECRET.len())
            .any(|window| window == SECRET.as_bytes());
        assert!(!found, "a file has the secret");
    });
    assert!(files > 1);
    assert!(
        !said.contains(SECRET) && !said.contains(&SECRET.to_uppercase()),
        "{said}"
    );
}

fn look_into(folder: &Path, see: &mut impl FnMut(&[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_into(&path, see);
        } else if let Ok(bytes) = std::fs::read(&path) {
            see(&bytes);
        }
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_sentence_and_changes_nothing() {
    let app = dev();
    let client = app.client();
    let before = client.get("/v1/integrations/acme").await.json();
    for (body, says) in [
        (json!({ "activ": true }), "unknown field `activ`"),
        (json!({ "active": null }), "not of the type"),
        (json!({ "active": "true" }), "not of the type"),
        (json!([]), "an object"),
        (json!([true]), "an object"),
        (json!({ "clientId": "" }), "clientId: must have 1"),
        (json!({ "clientId": "a\nb" }), "clientId: must have 1"),
        (json!({ "clientSecret": " " }), "clientSecret: must have 1"),
        (json!({ "scopes": ["a b"] }), "scopes: at most"),
        (json!({ "scopes": ["a,b"] }), "scopes: at most"),
        (json!({ "scopes": 1 }), "not of the type"),
        (
            json!({ "authorizeParams": { "a": "b\r\nc" } }),
            "authorizeParams: at most",
        ),
        (json!({ "authorizeParams": ["a"] }), "not of the type"),
        (
            json!({ "settings": { "OTHER": "x" } }),
            "there is no field `OTHER`",
        ),
        (
            json!({ "settings": { "TENANT": "a/b" } }),
            "`TENANT` does not look",
        ),
        (
            json!({ "settings": { "REGION": "mars" } }),
            "must be one of eu, us",
        ),
    ] {
        let answer = client.patch("/v1/integrations/acme", body.clone()).await;
        answer.assert_error(400, 2000);
        assert!(answer.text().contains(says), "{body}: {}", answer.text());
    }
    let no_app = client
        .patch("/v1/integrations/openai", json!({ "clientId": "x" }))
        .await;
    no_app.assert_error(400, 2000);
    assert!(no_app.text().contains("no OAuth app"), "{}", no_app.text());
    for query in ["active=perhaps", "oauth=1", "limit=0"] {
        let answer = client.get(&format!("/v1/integrations?{query}")).await;
        answer.assert_error(400, 2000);
    }
    for method in ["GET", "PATCH", "DELETE"] {
        let request = client
            .request(method, "/v1/integrations/nothing")
            .header("content-type", "application/json")
            .body("{}");
        client.send(request).await.assert_error(404, 2005);
    }
    assert_eq!(client.get("/v1/integrations/acme").await.json(), before);
}

#[tokio::test]
async fn only_a_key_that_is_bound_to_nothing_decides() {
    let app = dev();
    for wishes in [
        json!({ "permission": "write" }),
        json!({ "identity": "user_1" }),
        json!({ "platforms": ["acme"] }),
    ] {
        let client = app.client_wishing(wishes.clone()).await;
        let path = "/v1/integrations/acme";
        assert_eq!(client.get(path).await.status, 200, "{wishes}");
        let answer = client.patch(path, json!({ "active": false })).await;
        answer.assert_error(403, 2002);
        client.delete(path).await.assert_error(403, 2002);
    }
    let bound = app.client_wishing(json!({ "platforms": ["acme"] })).await;
    let answer = bound
        .patch("/v1/integrations/acme", json!({ "active": false }))
        .await;
    assert!(
        answer.text().contains("permission `admin`"),
        "{}",
        answer.text()
    );
    // What a key does not see is not there, neither to be read nor to be shown in AuthKit.
    assert_eq!(total(&bound, "/v1/integrations").await, 1);
    assert_eq!(bound.get("/v1/integrations/openai").await.status, 404);
    let acme = app.client().get("/v1/integrations/acme").await.json();
    assert_eq!(acme["active"], true);
}

#[tokio::test]
async fn integrations_can_be_filtered_and_paged() {
    let app = dev();
    let client = app.client();
    change(&client, "acme", json!({ "active": false })).await;
    let all = total(&client, "/v1/integrations").await;
    for (query, expected) in [
        ("active=true", all - 1),
        ("active=false", 1),
        ("platform=acme&active=true", 0),
        ("category=shops", 1),
        ("oauth=true&category=Shops", 1),
        ("oauth=false&category=Shops", 0),
    ] {
        assert_eq!(
            total(&client, &format!("/v1/integrations?{query}")).await,
            expected,
            "{query}"
        );
    }
    let signing_in = total(&client, "/v1/integrations?oauth=true").await;
    let entering = total(&client, "/v1/integrations?oauth=false").await;
    assert!(signing_in > 0 && entering > 0 && signing_in + entering == all);
    let mut seen = std::collections::BTreeSet::new();
    for page in 1.. {
        let list = client
            .get(&format!("/v1/integrations?limit=7&page={page}"))
            .await
            .json();
        for row in list["rows"].as_array().unwrap() {
            assert!(seen.insert(row["platform"].as_str().unwrap().to_owned()));
        }
        if page >= list["pages"].as_u64().unwrap() {
            break;
        }
    }
    assert_eq!(seen.len() as u64, all);
}

#[tokio::test]
async fn older_settings_show_the_app_of_what_is_ready_and_mask_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let client = server.client(folder.path());
    let acme = async || {
        let settings = client.post("/v1/settings/get", json!({})).await.json();
        let platforms = settings["connectedPlatforms"].as_array().unwrap().clone();
        platforms.into_iter().find(|row| row["type"] == "acme")
    };
    assert_eq!(acme().await, None, "all is missing");
    change(&client, "acme", whole()).await;
    let acme = acme().await.unwrap();
    assert_eq!(acme["scopes"], "read,write,offline");
    let shown = json!({ "clientId": "acme-id", "clientSecretDisplay": "acme•••ghij" });
    assert_eq!(acme["secret"], shown);
}

/// What a person is asked is not all that a program may send.
#[tokio::test]
async fn a_token_at_hand_makes_a_connection_though_nobody_is_asked_for_it() {
    let app = dev();
    let definitions = app
        .anonymous()
        .get("/v1/public/connection-definitions?platform=acme")
        .await
        .json();
    let form = definitions["rows"][0]["frontend"]["connectionForm"]["formData"].clone();
    let names: Vec<&str> = form
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["SITE"]);
    let body =
        json!({ "platform": "acme", "authFormData": { "SITE": "shop", "ACCESS_TOKEN": "t" } });
    let made = app.client().post("/v1/vault/connections", body).await;
    assert_eq!(made.status, 200, "{}", made.text());
}
