//! Connections as those who run the program need them: searched, sorted, changed by the hundred,
//! refreshed by hand, and written out.

use serde_json::{Value, json};

use crate::support::{Client, Person, TestApp};

const BASE: &str = "/v1/vault/connections";

/// A connection to `platform`, with these wishes.
async fn make(client: &Client, platform: &str, wishes: Value) -> Value {
    let form = match platform {
        "openai" => json!({ "OPENAI_API_KEY": "sk-1" }),
        _ => json!({ "EXA_API_KEY": "x" }),
    };
    let mut body = json!({ "platform": platform, "authFormData": form });
    for (name, value) in wishes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = client.post(BASE, body).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let list = client.get(&format!("{BASE}?{query}")).await;
    assert_eq!(list.status, 200, "{query}: {}", list.text());
    let list = list.json();
    let rows = list["rows"].as_array().unwrap();
    assert_eq!(list["total"], rows.len(), "{query}");
    let name = |row: &Value| row["name"].as_str().unwrap_or("-").to_owned();
    rows.iter().map(name).collect()
}

fn id(connection: &Value) -> &str {
    connection["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_list_is_searched_and_sorted() {
    let app = TestApp::start();
    let client = app.client();
    for (platform, name, identity) in [
        ("openai", json!("Berta's"), "user_b"),
        ("exa", json!("anna's"), "user_a"),
        ("openai", Value::Null, "user_c"),
    ] {
        let wishes = json!({ "name": name, "identity": identity, "tags": [identity] });
        make(&client, platform, wishes).await;
    }
    for (query, expected) in [
        ("", vec!["-", "anna's", "Berta's"]),
        ("sort=createdAt", vec!["Berta's", "anna's", "-"]),
        ("sort=name", vec!["anna's", "Berta's", "-"]),
        ("sort=-name", vec!["Berta's", "anna's", "-"]),
        ("sort=platform", vec!["anna's", "-", "Berta's"]),
        ("sort=-identity", vec!["-", "Berta's", "anna's"]),
        ("sort=lastUsedAt", vec!["-", "anna's", "Berta's"]),
        ("q=ANNA", vec!["anna's"]),
        ("q=user_", vec!["-", "anna's", "Berta's"]),
        ("q=exa", vec!["anna's"]),
        ("q=%3A%3Aopenai%3A%3A&sort=createdAt", vec!["Berta's", "-"]),
        ("q=nobody", vec![]),
        (
            "state=operational&sort=-platform",
            vec!["-", "Berta's", "anna's"],
        ),
        ("state=failed", vec![]),
        ("platform=openai&q=BERTA&tags=user_b", vec!["Berta's"]),
        ("identity=user_a&q=anna", vec!["anna's"]),
        ("active=all&sort=name", vec!["anna's", "Berta's", "-"]),
    ] {
        assert_eq!(names(&client, query).await, expected, "{query}");
    }
    for bad in ["sort=size", "state=good", "active=perhaps"] {
        client
            .get(&format!("{BASE}?{bad}"))
            .await
            .assert_error(400, 2000);
    }
    // Pages of a sorted list follow each other.
    let page = client
        .get(&format!("{BASE}?sort=name&limit=2&page=2"))
        .await
        .json();
    assert_eq!((&page["total"], &page["pages"]), (&json!(3), &json!(2)));
    assert_eq!(page["rows"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_used_come_last_or_first() {
    let app = TestApp::start();
    let client = app.client();
    let used = make(&client, "openai", json!({ "name": "used" })).await;
    make(&client, "openai", json!({ "name": "unused" })).await;
    let request = client.passthrough("GET", used["key"].as_str().unwrap(), "/models");
    assert_eq!(client.send(request).await.status, 200);
    for order in ["lastUsedAt", "-lastUsedAt"] {
        let query = format!("sort={order}");
        assert_eq!(names(&client, &query).await, ["used", "unused"], "{order}");
    }
}

#[tokio::test]
async fn inactive_ones_are_there_for_whoever_asks_for_all() {
    let app = TestApp::start();
    let client = app.client();
    let off = make(&client, "openai", json!({ "name": "off" })).await;
    make(&client, "openai", json!({ "name": "on" })).await;
    let path = format!("{BASE}/{}", id(&off));
    assert_eq!(
        client.patch(&path, json!({ "active": false })).await.status,
        200
    );
    for (query, expected) in [
        ("", vec!["on"]),
        ("active=false", vec!["off"]),
        ("active=all", vec!["on", "off"]),
        ("active=all&platform=openai", vec!["on", "off"]),
        ("active=all&platform=openai&q=off", vec!["off"]),
    ] {
        assert_eq!(names(&client, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let app = TestApp::start();
    let client = app.client();
    let made = make(&client, "openai", json!({})).await;
    let path = format!("{BASE}/{}", id(&made));
    let seen = made["updatedAt"].clone();
    let first = json!({ "name": "first", "ifUpdatedAt": seen });
    let second = json!({ "name": "second", "ifUpdatedAt": seen });
    let changes = (0..8).map(|number| {
        let change = if number % 2 == 0 { &first } else { &second };
        client.patch(&path, change.clone())
    });
    let answers = futures_util::future::join_all(changes).await;
    let good = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(good, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.assert_error(409, 2001);
    }
    let now = client.get(&path).await.json();
    let again = json!({ "name": "third", "ifUpdatedAt": now["updatedAt"] });
    assert_eq!(client.patch(&path, again).await.json()["name"], "third");
    // Whoever does not say what was seen is asked for nothing.
    assert_eq!(
        client.patch(&path, json!({ "name": "x" })).await.status,
        200
    );
    let senseless = json!({ "ifUpdatedAt": "yesterday" });
    client.patch(&path, senseless).await.assert_error(400, 2000);
}

#[tokio::test]
async fn a_token_is_refreshed_by_hand_and_what_has_none_is_not() {
    let app = TestApp::start();
    let client = app.client();
    let mut person = Person::new(&app, "user_1").await;
    let connected = person.connect("gmail").await;
    let path = format!("{BASE}/{}", id(&connected));
    assert_eq!(connected["lastRefreshedAt"], Value::Null);
    let refreshed = client.post(&format!("{path}/refresh"), json!({})).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text());
    let refreshed = refreshed.json();
    assert_eq!(refreshed["state"], "operational");
    assert!(refreshed["lastRefreshedAt"].is_string());
    assert_eq!(
        client.get(&path).await.json()["lastRefreshedAt"],
        refreshed["lastRefreshedAt"]
    );

    let off = json!({ "active": false });
    assert_eq!(client.patch(&path, off).await.status, 200);
    let refused = client.post(&format!("{path}/refresh"), json!({})).await;
    refused.assert_error(424, 2007);

    let entered = make(&client, "openai", json!({})).await;
    let path = format!("{BASE}/{}/refresh", id(&entered));
    let refused = client.post(&path, json!({})).await;
    refused.assert_error(409, 2001);
    assert!(refused.text().contains("no token that can be refreshed"));
}

#[tokio::test]
async fn many_are_tagged_and_removed_at_once_and_each_for_itself() {
    let app = TestApp::start();
    let client = app.client();
    let mut ids = Vec::new();
    for number in 0..5 {
        let made = make(
            &client,
            "openai",
            json!({ "tags": ["old", number.to_string()] }),
        )
        .await;
        ids.push(id(&made).to_owned());
    }
    let bulk = async |body: Value| {
        let answer = client.post("/admin/api/connections/bulk", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let mut named = ids.clone();
    named.extend([ids[0].clone(), "nonsense".to_owned()]);
    let done = bulk(json!({ "ids": named, "addTags": ["new"], "removeTags": ["old"] })).await;
    assert_eq!(done["done"], 5);
    assert_eq!(done["failed"].as_array().unwrap().len(), 1);
    assert_eq!(done["failed"][0]["id"], "nonsense");
    let first = client.get(&format!("{BASE}/{}", ids[0])).await.json();
    assert_eq!(first["tags"], json!(["0", "new"]));

    let done = bulk(json!({ "ids": ids[..4], "addTags": ["a,b"] })).await;
    assert_eq!(
        (&done["done"], done["failed"].as_array().unwrap().len()),
        (&json!(0), 4)
    );

    let done = bulk(json!({ "ids": ids[..4], "delete": true })).await;
    assert_eq!(done, json!({ "done": 4, "failed": [] }));
    assert_eq!(client.get(BASE).await.json()["total"], 1);
    // The other environment's are not there.
    let live = app.client_with(&app.live_key);
    let body = json!({ "ids": ids[4..], "delete": true });
    let done = live.post("/admin/api/connections/bulk", body).await.json();
    assert_eq!(
        (&done["done"], &done["failed"][0]["id"]),
        (&json!(0), &json!(ids[4]))
    );

    for senseless in [
        json!({ "ids": ids }),
        json!({ "ids": [], "delete": true }),
        json!({ "ids": vec!["x"; 501], "delete": true }),
        json!({ "ids": ids, "delete": true, "addTags": ["x"] }),
    ] {
        let refused = client.post("/admin/api/connections/bulk", senseless).await;
        refused.assert_error(400, 2000);
    }
}

#[tokio::test]
async fn a_list_is_written_out_for_a_spreadsheet_which_runs_nothing_of_it() {
    let app = TestApp::start();
    let client = app.client();
    make(&client, "exa", json!({ "name": "left out" })).await;
    make(
        &client,
        "openai",
        json!({ "name": "=HYPERLINK(\"http://x\")", "tags": ["a", "b"] }),
    )
    .await;
    for number in 0..450 {
        make(
            &client,
            "openai",
            json!({ "name": format!("n{number:03}") }),
        )
        .await;
    }
    let answer = client
        .get("/admin/api/connections.csv?platform=openai&sort=name")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"connections-test.csv\"")
    );
    let text = answer.text();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 452);
    assert!(lines[0].starts_with("id,key,environment,platform,name,"));
    assert!(lines[1].contains(",openai,\"'=HYPERLINK(\"\"http://x\"\")\","));
    assert!(
        lines[1].contains(",operational,,true,\"a,b\","),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains(",n000,") && lines[451].contains(",n449,"));
    client
        .get("/admin/api/connections.csv?sort=x")
        .await
        .assert_error(400, 2000);
}
