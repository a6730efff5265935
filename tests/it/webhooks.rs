//! Whoever an operator wants told is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use magpie::domain::Secret;
use magpie::journal::signature;
use serde_json::{Value, json};

use crate::support::{Client, Reply, Seen, TestApp, Upstream, eventually, ok};

const BASE: &str = "/admin/api/webhooks";

async fn hook(client: &Client, url: &str, events: Value) -> Value {
    let body = json!({ "url": format!("{url}/hook"), "events": events });
    let made = client.post(BASE, body).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()
}

fn event(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap()
}

fn header(seen: &Seen, name: &str) -> String {
    let head = String::from_utf8_lossy(&seen.head).into_owned();
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.unwrap().1.to_owned()
}

async fn deliveries(client: &Client, id: &str) -> Vec<Value> {
    let answer = client.get(&format!("{BASE}/{id}/deliveries")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["rows"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_receiver_is_told_what_happens_to_connections_and_can_check_who_tells() {
    let (app, receiver) = (TestApp::start(), Upstream::start().await);
    let client = app.client();
    let made = hook(&client, &receiver.url(), json!([])).await;
    let id = made["id"].as_str().unwrap();
    let key = app
        .connection("openai", json!({ "OPENAI_API_KEY": "sk-secret" }))
        .await;
    let path = format!("/v1/vault/connections/{key}");
    assert_eq!(
        client.patch(&path, json!({ "name": "Mine" })).await.status,
        200
    );
    assert_eq!(client.delete(&path).await.status, 200);
    eventually("all three", async || {
        (receiver.seen().len() == 3).then_some(())
    })
    .await;
    let mut events: Vec<Value> = receiver.seen().iter().map(event).collect();
    events.sort_by_key(|event| event["createdAt"].to_string());
    let types: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "connection.created",
            "connection.updated",
            "connection.deleted"
        ]
    );
    assert_eq!(events[1]["data"]["name"], "Mine");
    assert!(
        events
            .iter()
            .all(|event| event["data"]["key"] == json!(key))
    );

    let secret = Secret::new(made["secret"].as_str().unwrap().to_owned());
    for seen in receiver.seen() {
        let sent = header(&seen, "x-magpie-signature");
        let seconds = sent.split(['=', ',']).nth(1).unwrap().parse().unwrap();
        assert_eq!(sent, signature(&secret, seconds, &seen.body));
        assert_eq!(
            header(&seen, "x-magpie-event"),
            event(&seen)["type"].as_str().unwrap()
        );
        assert!(!String::from_utf8_lossy(&seen.body).contains("sk-secret"));
    }
    let told = eventually("written down", async || {
        let told = deliveries(&client, id).await;
        let all = told.iter().all(|delivery| delivery["state"] == "delivered");
        (all && told.len() == 3).then_some(told)
    })
    .await;
    assert_eq!(
        (&told[0]["status"], &told[0]["attempts"]),
        (&json!(200), &json!(1))
    );
    // The secret is shown once, and the other environment's webhooks are not there.
    assert!(!client.get(BASE).await.text().contains("whsec_"));
    let live = app.client_with(&app.live_key);
    assert_eq!(live.get(BASE).await.json()["rows"], json!([]));
    live.get(&format!("{BASE}/{id}"))
        .await
        .assert_error(404, 2005);
}

#[tokio::test]
async fn what_did_not_get_through_is_told_again_also_after_a_kill() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let receiver = Upstream::answering(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Then(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".to_vec()),
        _ => Reply::Then(ok("{}")),
    })
    .await;
    let app = TestApp::start();
    let made = hook(
        &app.client(),
        &receiver.url(),
        json!(["connection.created"]),
    )
    .await;
    let id = made["id"].as_str().unwrap();
    app.connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
        .await;
    let client = app.client();
    eventually("the first try is written", async || {
        let told = deliveries(&client, id).await;
        (told[0]["attempts"] == 1).then_some(())
    })
    .await;
    let first = deliveries(&client, id).await.remove(0);
    assert_eq!(
        (&first["state"], &first["status"]),
        (&json!("pending"), &json!(503))
    );
    assert!(first["nextAttemptAt"].is_string());
    let before = app.test_key.clone();
    let folder = app.kill();
    let app = TestApp::start_in(folder, |command| {
        command.env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
    });
    assert_eq!(app.test_key, before);
    let client = app.client();
    eventually("the second try", async || {
        let told = deliveries(&client, id).await;
        (told[0]["state"] == "delivered").then_some(())
    })
    .await;
    let seen = receiver.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(
        seen[0].body, seen[1].body,
        "the same message by the same id"
    );
    let now = client.get(&format!("{BASE}/{id}")).await.json();
    assert_eq!(
        (&now["failingSince"], &now["active"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn a_test_says_at_once_what_became_of_it_and_private_addresses_stay_closed() {
    let receiver = Upstream::start().await;
    let app = TestApp::start();
    let client = app.client();
    let made = hook(&client, &receiver.url(), json!([])).await;
    let path = format!("{BASE}/{}", made["id"].as_str().unwrap());
    let tested = client.post(&format!("{path}/test"), json!({})).await.json();
    assert_eq!(
        (&tested["state"], &tested["event"]),
        (&json!("delivered"), &json!("webhook.test"))
    );
    assert_eq!(event(&receiver.only())["type"], "webhook.test");

    let guarded = TestApp::start_with(|command| command);
    let client = guarded.client();
    let made = hook(&client, &receiver.url(), json!([])).await;
    let path = format!("{BASE}/{}", made["id"].as_str().unwrap());
    let tested = client.post(&format!("{path}/test"), json!({})).await.json();
    assert_eq!(tested["state"], "failed");
    assert!(
        tested["error"].as_str().unwrap().contains("127.0.0.1"),
        "{tested}"
    );
    assert_eq!(receiver.seen().len(), 1);
}

#[tokio::test]
async fn webhooks_are_changed_and_removed_and_senseless_ones_refused() {
    let app = TestApp::start();
    let client = app.client();
    let made = hook(&client, "https://example.com", json!(["connection.failed"])).await;
    let path = format!("{BASE}/{}", made["id"].as_str().unwrap());
    let change = json!({ "active": false, "events": [], "description": "x" });
    let changed = client.patch(&path, change).await.json();
    assert_eq!(
        (&changed["active"], &changed["events"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(client.get(&path).await.json(), changed);
    for senseless in [
        json!({ "url": "ftp://example.com" }),
        json!({ "events": ["x"] }),
        json!({ "secret": "mine" }),
    ] {
        client.patch(&path, senseless).await.assert_error(400, 2000);
    }
    client.post(BASE, json!({})).await.assert_error(400, 2000);
    assert_eq!(client.delete(&path).await.status, 200);
    client.get(&path).await.assert_error(404, 2005);
    let audit = client.get("/admin/api/audit?what=webhook").await.json();
    let deeds: Vec<&str> = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        deeds,
        ["webhook.deleted", "webhook.updated", "webhook.created"]
    );
    assert!(!audit.to_string().contains("whsec_"));
}

#[tokio::test]
async fn another_secret_counts_at_once_and_the_one_before_no_more() {
    let (app, receiver) = (TestApp::start(), Upstream::start().await);
    let client = app.client();
    let made = hook(&client, &receiver.url(), json!([])).await;
    let id = made["id"].as_str().unwrap();
    let renewed = client.post(&format!("{BASE}/{id}/secret"), json!({})).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    let renewed = renewed.json();
    // As it was made, but for the secret and the time.
    let same = |mut view: Value| {
        view["secret"].take();
        view["updatedAt"].take();
        view
    };
    assert_eq!(same(renewed.clone()), same(made.clone()));
    let (old, new) = (&made["secret"], renewed["secret"].as_str().unwrap());
    assert!(new.starts_with("whsec_") && new.len() == old.as_str().unwrap().len() && *old != new);
    assert_eq!(
        client
            .post(&format!("{BASE}/{id}/test"), json!({}))
            .await
            .status,
        200
    );
    let seen = receiver.seen().pop().unwrap();
    let sent = header(&seen, "x-magpie-signature");
    let seconds = sent.split(['=', ',']).nth(1).unwrap().parse().unwrap();
    assert_eq!(
        sent,
        signature(&Secret::new(new.to_owned()), seconds, &seen.body)
    );

    assert!(!client.get(BASE).await.text().contains("whsec_"));
    let told = client.get("/admin/api/audit?what=webhook").await;
    assert!(!told.text().contains("whsec_"));
    assert_eq!(told.json()["rows"][0]["what"], "webhook.secret_renewed");
    let live = app.client_with(&app.live_key);
    live.post(&format!("{BASE}/{id}/secret"), json!({}))
        .await
        .assert_error(404, 2005);
}
