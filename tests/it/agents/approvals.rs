//! Calls that wait for a person's yes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::shop::{SECRET, Shop};
use crate::support::{Answer, Client, Gate, Reply, Upstream, ok};

/// The longest that a decision by webhook may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const WEBHOOK_SECRET: &str = "0123456789abcdef";

fn order() -> Value {
    json!({ "pathVariables": { "id": "1" } })
}

/// Asks for a deletion that waits, and gives the approval's id.
async fn ask(shop: &Shop, client: &Client) -> String {
    let waiting = shop.run_as(client, "deleteOrder", order()).await;
    assert_eq!(waiting.status, 200, "{}", waiting.text());
    let waiting = waiting.json();
    assert_eq!(waiting["outcome"], "waiting");
    assert!(
        waiting["what"]
            .as_str()
            .unwrap()
            .contains("`Delete an order`")
    );
    waiting["approvalId"].as_str().unwrap().to_owned()
}

async fn careful(shop: &Shop) -> Client {
    let wishes = json!({ "approval": ["delete"] });
    shop.app.client_wishing(wishes).await
}

async fn decide(client: &Client, id: &str, verdict: &str) -> Answer {
    let path = format!("/v1/approvals/{id}/{verdict}");
    client.post(&path, json!({ "note": "as you wish" })).await
}

async fn state(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1/approvals/{id}")).await.json()
}

#[tokio::test]
async fn a_call_waits_for_a_yes_and_is_sent_once() {
    let shop = Shop::open().await;
    let (asking, admin) = (careful(&shop).await, shop.app.client());
    assert_eq!(
        shop.run_as(&asking, "find", json!({})).await.json()["outcome"],
        "answered"
    );
    let id = ask(&shop, &asking).await;
    assert_eq!(shop.upstream.seen().len(), 1);
    let pending = state(&asking, &id).await;
    assert_eq!(
        (&pending["state"], &pending["answer"]),
        (&json!("pending"), &json!(null))
    );
    assert_eq!(
        pending["request"]["headers"]["authorization"],
        "Bearer ••••"
    );
    assert!(
        pending["request"]["url"]
            .as_str()
            .unwrap()
            .ends_with("/orders/1")
    );
    // Whoever asks does not decide.
    decide(&asking, &id, "approve")
        .await
        .assert_error(403, 2002);
    let decided = decide(&admin, &id, "approve").await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert!(!decided.text().contains(SECRET));
    let decided = decided.json();
    assert_eq!(
        (&decided["state"], &decided["note"]),
        (&json!("executed"), &json!("as you wish"))
    );
    assert_eq!(
        state(&asking, &id).await["answer"]["body"],
        json!({ "ok": true })
    );
    assert_eq!(shop.upstream.last().line(), "DELETE /orders/1 HTTP/1.1");
    for verdict in ["approve", "deny"] {
        decide(&admin, &id, verdict).await.assert_error(409, 2001);
    }
    assert_eq!(shop.upstream.seen().len(), 2);
    let listed = admin.get("/v1/approvals?state=executed").await.json();
    assert_eq!(
        (&listed["total"], &listed["rows"][0]["id"]),
        (&json!(1), &json!(id))
    );
    assert_eq!(
        admin.get("/v1/approvals?state=pending").await.json()["total"],
        0
    );
    admin
        .get("/v1/approvals?state=maybe")
        .await
        .assert_error(400, 2000);
}

#[tokio::test]
async fn a_no_sends_nothing() {
    let shop = Shop::open().await;
    let (asking, admin) = (careful(&shop).await, shop.app.client());
    let id = ask(&shop, &asking).await;
    assert_eq!(decide(&admin, &id, "deny").await.json()["state"], "denied");
    decide(&admin, &id, "approve").await.assert_error(409, 2001);
    assert!(shop.upstream.seen().is_empty());
}

#[tokio::test]
async fn two_yeses_at_once_send_it_once() {
    let shop = Shop::open().await;
    let (asking, admin) = (careful(&shop).await, shop.app.client());
    let id = ask(&shop, &asking).await;
    let all = (0..8).map(|_| decide(&admin, &id, "approve"));
    let mut statuses: Vec<u16> = futures_util::future::join_all(all)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(shop.upstream.seen().len(), 1);
}

#[tokio::test]
async fn passthrough_does_not_go_around_a_yes() {
    let shop = Shop::open().await;
    let asking = careful(&shop).await;
    let request = asking.passthrough("DELETE", &shop.connection, "/orders/1");
    let refusal = asking.send(request).await;
    refusal.assert_error(403, 2002);
    assert!(
        refusal.text().contains("waits for a person's yes"),
        "{}",
        refusal.text()
    );
    let request = asking.passthrough("GET", &shop.connection, "/orders/1");
    assert_eq!(asking.send(request).await.status, 200);
}

#[tokio::test]
async fn a_toolset_has_calls_wait_and_sound_ones_only() {
    let shop = Shop::open().await;
    shop.toolset(json!({ "name": "careful", "access": "admin", "approval": ["shop/create*"] }))
        .await;
    let call = |to: Value| json!({ "toolset": "careful", "pathVariables": { "id": "1" }, "body": { "to": to } });
    shop.run("createOrder", call(json!("x")))
        .await
        .assert_error(400, 2000);
    let shown = call(json!([]));
    let mut dry = shown.clone();
    dry["dryRun"] = json!(true);
    assert_eq!(
        shop.run("createOrder", dry).await.json()["outcome"],
        "dryRun"
    );
    let waiting = shop.run("createOrder", shown).await.json();
    assert_eq!(waiting["outcome"], "waiting");
    let id = waiting["approvalId"].as_str().unwrap();
    // The toolset was narrowed meanwhile: its limits hold when the call is sent.
    let admin = shop.app.client();
    let narrowed = json!({ "actions": ["shop/find"] });
    assert_eq!(
        admin.patch("/v1/toolsets/careful", narrowed).await.status,
        200
    );
    let decided = decide(&admin, id, "approve").await.json();
    assert_eq!(decided["state"], "failed");
    assert!(
        decided["reason"]
            .as_str()
            .unwrap()
            .contains("not in the toolset"),
        "{decided}"
    );
    assert!(shop.upstream.seen().is_empty());
}

#[tokio::test]
async fn a_revoked_keys_call_is_not_sent() {
    let shop = Shop::open().await;
    let (id, key) = shop.app.key_with(json!({ "approval": ["delete"] })).await;
    let approval = ask(&shop, &shop.app.client_with(&key)).await;
    shop.app
        .operator()
        .delete(&format!("/admin/api/keys/{id}"))
        .await;
    let decided = decide(&shop.app.client(), &approval, "approve")
        .await
        .json();
    assert_eq!(decided["state"], "failed");
    assert!(
        decided["reason"].as_str().unwrap().contains("revoked"),
        "{decided}"
    );
    assert!(shop.upstream.seen().is_empty());
}

#[tokio::test]
async fn nobody_sees_anothers_approvals() {
    let shop = Shop::open().await;
    let ours = shop.connection_of("ann").await;
    let wishes = json!({ "approval": ["delete"], "identity": "ann" });
    let ann = shop.app.client_wishing(wishes).await;
    let call = json!({ "connectionKey": ours, "pathVariables": { "id": "1" } });
    let waiting = shop.run_as(&ann, "deleteOrder", call).await.json();
    let id = waiting["approvalId"].as_str().unwrap();
    let path = format!("/v1/approvals/{id}");
    for (wishes, sees) in [
        (json!({ "identity": "bob" }), false),
        (json!({ "identity": "ann" }), false),
        (json!({ "permission": "write" }), false),
        (json!({}), true),
    ] {
        let other = shop.app.client_wishing(wishes.clone()).await;
        let expected = if sees { 200 } else { 404 };
        assert_eq!(other.get(&path).await.status, expected, "{wishes}");
        let listed = other.get("/v1/approvals").await.json();
        assert_eq!(listed["total"], u64::from(sees), "{wishes}");
    }
    assert_eq!(ann.get(&path).await.status, 200);
    let live = shop.app.client_with(&shop.app.live_key);
    live.get(&path).await.assert_error(404, 2005);
    for verdict in ["approve", "deny"] {
        decide(&live, id, verdict).await.assert_error(404, 2005);
    }
    assert_eq!(state(&ann, id).await["state"], "pending");
}

#[tokio::test]
async fn what_waits_outlives_a_restart_and_nothing_of_it_lies_open() {
    let shop = Shop::open().await;
    let (id, key) = shop.app.key_with(json!({ "approval": ["write"] })).await;
    let call = json!({ "pathVariables": { "id": "1" }, "body": { "to": ["planted-recipient"] } });
    let waiting = shop
        .run_as(&shop.app.client_with(&key), "createOrder", call)
        .await
        .json();
    let approval = waiting["approvalId"].as_str().unwrap().to_owned();
    let shop = shop.reopen().await;
    let data = read_all(&shop.app.data_dir());
    assert!(!data.contains("planted-recipient") && !data.contains(SECRET));
    let asking = shop.app.client_with(&key);
    let pending = state(&asking, &approval).await;
    assert_eq!(
        (&pending["state"], &pending["apiKey"]),
        (&json!("pending"), &json!(id))
    );
    let decided = decide(&shop.app.client(), &approval, "approve")
        .await
        .json();
    assert_eq!(decided["state"], "executed");
    assert!(String::from_utf8_lossy(&shop.upstream.only().body).contains("planted-recipient"));
}

fn read_all(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => text.push_str(&read_all(&path)),
            false => text.push_str(&String::from_utf8_lossy(
                &std::fs::read(&path).unwrap_or_default(),
            )),
        }
    }
    text
}

#[tokio::test]
async fn what_a_crash_interrupts_has_failed_and_is_never_sent_again() {
    let gate = Gate::new();
    let url = gate.url.clone();
    let shop = Shop::open().await;
    let form = json!({ "BASE_URL": url, "KEY": SECRET });
    let slow = shop.app.connection("shop", form).await;
    let asking = careful(&shop).await;
    let call = json!({ "connectionKey": slow, "pathVariables": { "id": "1" } });
    let waiting = shop.run_as(&asking, "deleteOrder", call).await.json();
    let id = waiting["approvalId"].as_str().unwrap().to_owned();
    let (admin, of) = (shop.app.client(), id.clone());
    let deciding = tokio::spawn(async move {
        let path = format!("/v1/approvals/{of}/approve");
        let request = admin
            .request("POST", &path)
            .header("content-type", "application/json");
        let _ = request.body("{}").send().await;
    });
    let arrived = gate.request().await;
    assert_eq!(state(&shop.app.client(), &id).await["state"], "executing");
    let shop = shop.crash().await;
    drop(arrived);
    let _ = deciding.await;
    let after = state(&shop.app.client(), &id).await;
    assert_eq!(after["state"], "failed");
    assert!(
        after["reason"]
            .as_str()
            .unwrap()
            .contains("whether it was sent is unknown"),
        "{after}"
    );
    decide(&shop.app.client(), &id, "approve")
        .await
        .assert_error(409, 2001);
}

/// A server whose webhook answers `answer`.
async fn with_webhook(answer: &'static str) -> (Shop, Upstream) {
    let hook = Upstream::answering(move |_| Reply::Then(ok(answer))).await;
    let webhook = (format!("{}/hook", hook.url()), WEBHOOK_SECRET);
    (
        Shop::open_with(Upstream::start().await, Some(webhook)).await,
        hook,
    )
}

async fn until(client: &Client, id: &str, wanted: &str) -> Value {
    let started = Instant::now();
    loop {
        let now = state(client, id).await;
        if now["state"] == wanted {
            return now;
        }
        assert!(started.elapsed() < PATIENCE, "still {now}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_webhook_is_told_and_decides() {
    for (answer, becomes, sent) in [
        (
            r#"{"decision":"approve","note":"by rule 7"}"#,
            "executed",
            1,
        ),
        (r#"{"decision":"deny","note":"by rule 7"}"#, "denied", 0),
    ] {
        let (shop, hook) = with_webhook(answer).await;
        let asking = careful(&shop).await;
        let id = ask(&shop, &asking).await;
        let now = until(&asking, &id, becomes).await;
        assert_eq!(
            (&now["decidedBy"], &now["note"]),
            (&json!("webhook"), &json!("by rule 7"))
        );
        assert_eq!(shop.upstream.seen().len(), sent);
        let told = hook.only();
        assert_eq!(told.line(), "POST /hook HTTP/1.1");
        let body = String::from_utf8(told.body.clone()).unwrap();
        assert!(!body.contains(SECRET), "{body}");
        let message: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (&message["id"], &message["environment"]),
            (&json!(id), &json!("test"))
        );
        assert_eq!(message["action"]["title"], "Delete an order");
        assert_eq!(message["connectionKey"], shop.connection);
        assert_eq!(
            message["request"]["headers"]["authorization"],
            "Bearer ••••"
        );
        let approve = format!("{}/v1/approvals/{id}/approve", shop.app.url);
        assert_eq!(message["approveUrl"], approve);
        let signature = told.values("x-magpie-signature").concat();
        let (time, mac) = signature.split_once(",v1=").unwrap();
        let signed = format!("{}.{body}", time.strip_prefix("t=").unwrap());
        let own = magpie::crypto::hmac_sha256(WEBHOOK_SECRET.as_bytes(), signed.as_bytes());
        assert_eq!(mac, magpie::crypto::hex(&own));
    }
}

#[tokio::test]
async fn a_webhook_is_told_again_after_a_restart() {
    let (mut shop, hook) = with_webhook(r#"{"ok":true}"#).await;
    let id = ask(&shop, &careful(&shop).await).await;
    for times in 1..=2 {
        let started = Instant::now();
        while hook.seen().len() < times {
            assert!(started.elapsed() < PATIENCE, "told {times} times");
            tokio::task::yield_now().await;
        }
        shop = shop.reopen().await;
    }
    let told: Value = serde_json::from_slice(&hook.seen()[1].body).unwrap();
    assert_eq!(told["id"], id);
}

#[tokio::test]
async fn a_webhooks_no_counts_however_much_it_says() {
    let answer = json!({ "decision": "deny", "note": "é".repeat(900) }).to_string();
    let (shop, _hook) = with_webhook(Box::leak(answer.into_boxed_str())).await;
    let asking = careful(&shop).await;
    let id = ask(&shop, &asking).await;
    let now = until(&asking, &id, "denied").await;
    assert_eq!(now["note"], "é".repeat(500));
}

#[tokio::test]
async fn one_key_leaves_room_for_the_others() {
    let shop = Shop::open().await;
    let (asking, other) = (careful(&shop).await, careful(&shop).await);
    let first = ask(&shop, &asking).await;
    for _ in 1..100 {
        ask(&shop, &asking).await;
    }
    let refusal = shop.run_as(&asking, "deleteOrder", order()).await;
    refusal.assert_error(409, 2001);
    ask(&shop, &other).await;
    decide(&shop.app.client(), &first, "deny").await;
    ask(&shop, &asking).await;
}

#[tokio::test]
async fn a_webhook_that_says_nothing_leaves_it_to_people() {
    let (shop, hook) = with_webhook(r#"{"ok":true}"#).await;
    let (asking, admin) = (careful(&shop).await, shop.app.client());
    let id = ask(&shop, &asking).await;
    let started = Instant::now();
    while hook.seen().is_empty() {
        assert!(started.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
    assert_eq!(state(&asking, &id).await["state"], "pending");
    assert_eq!(
        decide(&admin, &id, "approve").await.json()["state"],
        "executed"
    );
    assert!(!shop.app.log().contains(WEBHOOK_SECRET));
}
