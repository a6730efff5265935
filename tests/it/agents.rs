//! Agents: what they find, what is checked before it is sent, what they are told, and what they may.

mod approvals;
mod limits;
mod shop;

use serde_json::{Value, json};

use crate::support::{Reply, Upstream, ok};
use shop::{SECRET, Shop};

#[tokio::test]
async fn a_sound_call_is_sent_signed_and_answered() {
    let shop = Shop::open().await;
    let call = json!({
        "pathVariables": { "id": "a/b" },
        "query": { "notify": true },
        "body": { "to": ["x"], "lines": [{ "price": 2 }] },
    });
    let answer = shop.run("createOrder", call).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    assert_eq!(
        (&answer["outcome"], &answer["status"]),
        (&json!("answered"), &json!(200))
    );
    assert_eq!(answer["truncated"], false);
    assert_eq!(answer["notes"], json!([]));
    let seen = shop.upstream.only();
    assert_eq!(seen.line(), "POST /shops/a%2Fb/orders?notify=true HTTP/1.1");
    assert_eq!(seen.values("authorization"), [format!("Bearer {SECRET}")]);
    assert_eq!(seen.values("content-type"), ["application/json"]);
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body, json!({ "to": ["x"], "lines": [{ "price": 2 }] }));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_whole_before_anything_is_sent() {
    let shop = Shop::open().await;
    let call = json!({ "pathVariables": { "ID": "x" }, "query": { "notify": "no" }, "body": { "lines": [{}] } });
    let answer = shop.run("createOrder", call).await;
    answer.assert_error(400, 2000);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    for said in [
        "there is no path variable `ID`; did you mean `id`?",
        "`id` is required in the path: a string",
        "`notify` in the query must be a boolean, not a string",
        "`to` is required in the body: an array of strings",
        "`lines[0].price` is required in the body: a number",
    ] {
        assert!(message.contains(said), "{said}: {message}");
    }
    assert!(shop.upstream.seen().is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_named_with_what_is() {
    let shop = Shop::open().await;
    for (id, connection, status, said) in [
        (
            "nonsense",
            shop.connection.as_str(),
            404,
            "there is no action `nonsense`",
        ),
        (&shop.id("getOrder"), "", 404, "connections of shop: `"),
        (
            &shop.id("getOrder"),
            "test::shop::default::0",
            404,
            &shop.connection,
        ),
    ] {
        let call = json!({ "connectionKey": connection, "pathVariables": { "id": 1 } });
        let answer = shop
            .app
            .client()
            .post(&format!("/v1/actions/{id}/run"), call)
            .await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(said), "{}", answer.text());
    }
    assert!(shop.upstream.seen().is_empty());
}

#[tokio::test]
async fn a_value_cannot_make_another_action_of_a_call() {
    let shop = Shop::open().await;
    let answer = shop
        .run("getOrder", json!({ "pathVariables": { "id": "latest" } }))
        .await;
    answer.assert_error(400, 2000);
    assert!(
        answer.text().contains("`Get the latest order`"),
        "{}",
        answer.text()
    );
    assert!(
        answer.text().contains(&shop.id("getLatestOrder")),
        "{}",
        answer.text()
    );
    assert!(shop.upstream.seen().is_empty());
}

#[tokio::test]
async fn a_dry_run_shows_the_request_without_its_secrets_and_sends_nothing() {
    let shop = Shop::open().await;
    let call = json!({ "pathVariables": { "id": "1" }, "body": { "to": [] }, "dryRun": true });
    let shown = shop.run("createOrder", call).await;
    assert!(!shown.text().contains(SECRET), "{}", shown.text());
    let shown = shown.json();
    assert_eq!(shown["outcome"], "dryRun");
    assert_eq!(shown["method"], "POST");
    assert_eq!(
        shown["url"],
        format!("{}/shops/1/orders", shop.upstream.url())
    );
    assert_eq!(shown["headers"]["authorization"], "Bearer ••••");
    assert_eq!(shown["body"], json!({ "to": [] }));
    let keyed = shop.keyed().await;
    let call = json!({ "connectionKey": keyed, "query": { "q": "x y" }, "dryRun": true });
    let shown = shop
        .run_id(&shop.platform_id("keyed", "find").await, call)
        .await;
    assert_eq!(
        shown.json()["url"],
        format!("{}/find?q=x%20y&key=••••", shop.upstream.url())
    );
    assert!(!shown.text().contains(SECRET), "{}", shown.text());
    assert!(shop.upstream.seen().is_empty());
}

#[tokio::test]
async fn no_echo_brings_a_secret_back() {
    let upstream = Upstream::answering(|seen| {
        let head = String::from_utf8_lossy(&seen.head).into_owned();
        let body = json!({ "head": head, "list": [{ "target": seen.target() }] }).to_string();
        let length = body.len();
        let echoed = seen.values("authorization").concat();
        let location = seen.target();
        Reply::Then(
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nlocation: {location}\r\n\
                 x-request-id: {echoed}\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    })
    .await;
    let shop = Shop::open_at(upstream).await;
    let keyed = shop.keyed().await;
    let basic = shop.basic().await;
    for (platform, connection) in [
        ("shop", &shop.connection),
        ("keyed", &keyed),
        ("paired", &basic),
    ] {
        let call = json!({ "connectionKey": connection, "query": { "q": "x" } });
        let answer = shop
            .run_id(&shop.platform_id(platform, "find").await, call)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        assert!(text.contains("[secret]"), "{platform}: {text}");
        for form in shop::forms_of_the_secret() {
            assert!(!text.contains(&form), "{platform}: {form} in {text}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_cut_to_what_is_wanted_and_to_what_fits() {
    let rows: Vec<Value> = (0..2000)
        .map(|id| json!({ "id": id, "name": "n".repeat(100), "by": { "email": "e", "x": 1 } }))
        .collect();
    let text = json!({ "rows": rows, "next": "page-2" }).to_string();
    let upstream = Upstream::answering(move |_| Reply::Then(ok(&text))).await;
    let shop = Shop::open_at(upstream).await;
    let answer = shop.run("find", json!({})).await.json();
    assert_eq!(answer["truncated"], true);
    let kept = answer["body"]["rows"].as_array().unwrap().len();
    assert!(kept > 100 && kept < 1000, "{kept}");
    assert!(answer["body"].to_string().len() <= 65_536);
    let note = answer["notes"][0].as_str().unwrap();
    assert!(note.contains("of 2000 items are here"), "{note}");
    assert!(note.contains("set `limit` in the query"), "{note}");
    let wanted = json!({ "fields": ["rows[].id", "rows[].by.email", "nothing"] });
    let answer = shop.run("find", wanted).await.json();
    assert_eq!(answer["truncated"], false);
    assert_eq!(
        answer["body"]["rows"][7],
        json!({ "id": 7, "by": { "email": "e" } })
    );
    assert_eq!(
        answer["notes"],
        json!(["the answer has no `nothing`; it has rows, next"])
    );
    let wrong = shop.run("find", json!({ "fields": ["a[0]"] })).await;
    wrong.assert_error(400, 2000);
}

#[tokio::test]
async fn what_is_no_json_comes_as_text_or_described() {
    let upstream = Upstream::answering(|seen| {
        let (kind, body): (&str, &[u8]) = match seen.target().as_str() {
            "/find?q=text" => ("text/plain", b"hello"),
            "/find?q=none" => return Reply::Then(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
            _ => ("image/png", b"\x89PNG\xff"),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Reply::Then([head.as_bytes(), body].concat())
    })
    .await;
    let shop = Shop::open_at(upstream).await;
    for (q, body) in [
        ("text", json!("hello")),
        ("none", json!(null)),
        (
            "image",
            json!({ "contentType": "image/png", "bytes": 5, "base64": "iVBOR/8=" }),
        ),
    ] {
        let answer = shop
            .run("find", json!({ "query": { "q": q } }))
            .await
            .json();
        assert_eq!(answer["body"], body, "{q}: {answer}");
    }
}

#[tokio::test]
async fn the_providers_own_refusal_is_an_answer() {
    let upstream = Upstream::answering(|_| {
        Reply::Then(b"HTTP/1.1 422 No\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"no\":\"x\"".to_vec())
    })
    .await;
    let shop = Shop::open_at(upstream).await;
    let answer = shop.run("find", json!({ "fields": ["id"] })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["status"], 422);
    assert_eq!(answer.json()["body"], "{\"no\":\"x\"");
}
