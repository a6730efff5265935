//! What keys and toolsets take away.

use serde_json::{Value, json};

use super::shop::{SECRET, Shop};
use crate::support::{Answer, Client};

fn order() -> Value {
    json!({ "pathVariables": { "id": "1" } })
}

fn refused(answer: &Answer, said: &str) {
    answer.assert_error(403, 2002);
    assert!(answer.text().contains(said), "{said}: {}", answer.text());
}

#[tokio::test]
async fn a_key_calls_what_its_permission_allows() {
    let shop = Shop::open().await;
    let reading = shop
        .app
        .client_wishing(json!({ "permission": "read" }))
        .await;
    assert_eq!(shop.run_as(&reading, "getOrder", order()).await.status, 200);
    let refusal = shop.run_as(&reading, "deleteOrder", order()).await;
    refused(
        &refusal,
        "needs the permission `admin`; this API key has `read`",
    );
    // A POST is a POST, whatever its tags say.
    let refusal = shop.run_as(&reading, "query", json!({})).await;
    refused(&refusal, "needs the permission `write`");
    assert_eq!(shop.upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_key_calls_the_actions_of_its_list_by_every_door() {
    let shop = Shop::open().await;
    let wishes = json!({ "actions": ["shop/getOrder", shop.id("find")] });
    let limited = shop.app.client_wishing(wishes).await;
    assert_eq!(shop.run_as(&limited, "getOrder", order()).await.status, 200);
    assert_eq!(shop.run_as(&limited, "find", json!({})).await.status, 200);
    refused(
        &shop.run_as(&limited, "deleteOrder", order()).await,
        "may not call",
    );
    let get = shop.id("getOrder");
    for (method, path, named, status) in [
        ("GET", "/orders/1", None, 200),
        ("GET", "/orders/1", Some(&get), 200),
        ("GET", "/find?q=1", None, 200),
        // Another action's path under an allowed one's name.
        ("GET", "/orders/latest", Some(&get), 403),
        ("GET", "/orders/%6Catest", Some(&get), 403),
        ("DELETE", "/orders/1", Some(&get), 403),
        ("DELETE", "/orders/1", None, 403),
        ("GET", "/unknown", None, 403),
        ("GET", "/unknown", Some(&get), 403),
    ] {
        let mut request = limited.passthrough(method, &shop.connection, path);
        if let Some(id) = named {
            request = request.header("x-pica-action-id", id);
        }
        let answer = limited.send(request).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_key_sends_the_methods_of_its_list() {
    let shop = Shop::open().await;
    let limited = shop.app.client_wishing(json!({ "methods": ["GET"] })).await;
    assert_eq!(shop.run_as(&limited, "find", json!({})).await.status, 200);
    refused(
        &shop.run_as(&limited, "deleteOrder", order()).await,
        "may send GET only",
    );
    for (method, status) in [("GET", 200), ("POST", 403), ("DELETE", 403), ("HEAD", 403)] {
        let request = limited.passthrough(method, &shop.connection, "/find");
        assert_eq!(limited.send(request).await.status, status, "{method}");
    }
    // Whoever is limited decides nothing for others.
    let refusal = limited.post("/v1/toolsets", json!({ "name": "x" })).await;
    refusal.assert_error(403, 2002);
}

#[tokio::test]
async fn a_toolset_takes_away_and_never_adds() {
    let shop = Shop::open().await;
    shop.toolset(json!({ "name": "reading", "actions": ["shop/*"] }))
        .await;
    shop.toolset(json!({ "name": "orders", "actions": ["shop/getOrder"], "access": "admin" }))
        .await;
    shop.toolset(json!({ "name": "elsewhere", "platforms": ["keyed"], "access": "admin" }))
        .await;
    let admin = shop.app.client();
    let reading = shop
        .app
        .client_wishing(json!({ "permission": "read" }))
        .await;
    let through = async |client: &Client, toolset: &str, key: &str, mut call: Value| {
        call["toolset"] = json!(toolset);
        if key == "createOrder" {
            call["body"] = json!({ "to": [] });
        }
        shop.run_as(client, key, call).await
    };
    assert_eq!(
        through(&admin, "reading", "getOrder", order()).await.status,
        200
    );
    // A POST that says of itself that it reads.
    assert_eq!(
        through(&admin, "reading", "query", json!({})).await.status,
        200
    );
    let refusal = through(&admin, "reading", "createOrder", order()).await;
    refused(
        &refusal,
        "needs `write` access; the toolset `reading` has `read`",
    );
    assert_eq!(
        through(&admin, "orders", "getOrder", order()).await.status,
        200
    );
    let refusal = through(&admin, "orders", "deleteOrder", order()).await;
    refused(&refusal, "is not in the toolset `orders`");
    refused(
        &through(&reading, "reading", "query", json!({})).await,
        "needs the permission",
    );
    refused(
        &through(&admin, "elsewhere", "find", json!({})).await,
        "not in the toolset",
    );
    let unknown = through(&admin, "nothing", "find", json!({})).await;
    unknown.assert_error(404, 2005);
    assert_eq!(shop.upstream.seen().len(), 3);
}

#[tokio::test]
async fn a_toolset_of_an_identity_uses_that_identitys_connections_alone() {
    let shop = Shop::open().await;
    let (ours, theirs) = (
        shop.connection_of("ann").await,
        shop.connection_of("bob").await,
    );
    shop.toolset(json!({ "name": "anns", "identity": "ann" }))
        .await;
    shop.toolset(json!({ "name": "all" })).await;
    let bob = shop.app.client_wishing(json!({ "identity": "bob" })).await;
    let run = async |client: &Client, toolset: &str, connection: &str| {
        let call = json!({ "toolset": toolset, "connectionKey": connection });
        shop.run_as(client, "find", call).await
    };
    let admin = shop.app.client();
    assert_eq!(run(&admin, "anns", &ours).await.status, 200);
    for key in [&theirs, &shop.connection] {
        let refusal = run(&admin, "anns", key).await;
        refusal.assert_error(404, 2005);
        assert!(!refusal.text().contains("bob\"") && refusal.text().contains(&ours));
    }
    // A toolset of another identity is not there for a bound key.
    run(&bob, "anns", &ours).await.assert_error(404, 2005);
    run(&bob, "all", &ours).await.assert_error(404, 2005);
    assert_eq!(run(&bob, "all", &theirs).await.status, 200);
    let names = |answer: Answer| -> Vec<String> {
        let rows = answer.json()["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(bob.get("/v1/toolsets").await), ["all"]);
    assert_eq!(names(admin.get("/v1/toolsets").await), ["all", "anns"]);
    let live = shop.app.client_with(&shop.app.live_key);
    assert!(names(live.get("/v1/toolsets").await).is_empty());
    live.get("/v1/toolsets/all").await.assert_error(404, 2005);
    run(&live, "all", &ours).await.assert_error(404, 2005);
}

#[tokio::test]
async fn toolsets_are_made_changed_and_removed() {
    let shop = Shop::open().await;
    let admin = shop.app.client();
    let made = json!({
        "name": "support", "description": "For the help desk", "platforms": ["shop"], "actions": ["shop/find*"],
        "access": "write", "identity": "ann", "approval": ["delete"], "validate": "warn", "answerBytes": 2048,
    });
    shop.toolset(made.clone()).await;
    let read = admin.get("/v1/toolsets/support").await.json();
    for (name, value) in made.as_object().unwrap() {
        assert_eq!(read[name], *value, "{name}");
    }
    admin
        .post("/v1/toolsets", json!({ "name": "support" }))
        .await
        .assert_error(409, 2001);
    let changed = json!({ "identity": null, "validate": null, "access": "read", "actions": [] });
    let changed = admin.patch("/v1/toolsets/support", changed).await.json();
    assert_eq!(
        (&changed["identity"], &changed["validate"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(changed["description"], "For the help desk");
    assert_eq!(
        (&changed["access"], &changed["actions"]),
        (&json!("read"), &json!([]))
    );
    for wrong in [
        json!({ "name": "Support!" }),
        json!({ "name": "x", "actions": ["gmail"] }),
        json!({ "name": "x", "actions": ["conn_mod_def::AAAAAAAAAAA::AAAAAAAAAAAAAAAAAAAAAA"] }),
        json!({ "name": "x", "platforms": ["no-such-platform"] }),
        json!({ "name": "x", "approval": ["writes"] }),
        json!({ "name": "x", "answerBytes": 5 }),
        json!({ "name": "x", "unknown": 5 }),
        json!({}),
    ] {
        let refusal = admin.post("/v1/toolsets", wrong.clone()).await;
        assert_eq!(refusal.status, 400, "{wrong}: {}", refusal.text());
    }
    assert_eq!(admin.delete("/v1/toolsets/support").await.status, 200);
    admin
        .get("/v1/toolsets/support")
        .await
        .assert_error(404, 2005);
    admin
        .delete("/v1/toolsets/support")
        .await
        .assert_error(404, 2005);
}

#[tokio::test]
async fn a_toolset_has_its_own_checks_and_size() {
    let shop = Shop::open().await;
    shop.toolset(json!({ "name": "loose", "validate": "warn" }))
        .await;
    shop.toolset(json!({ "name": "off", "validate": "off" }))
        .await;
    let call = |toolset: &str| json!({ "toolset": toolset, "query": { "limit": "many" } });
    let said = "`limit` in the query must be an integer, not a string";
    let loose = shop.run("find", call("loose")).await.json();
    assert_eq!(loose["notes"], json!([said]));
    assert_eq!(
        shop.run("find", call("off")).await.json()["notes"],
        json!([])
    );
    assert!(
        shop.run("find", json!({ "query": { "limit": "many" } }))
            .await
            .text()
            .contains(said)
    );
}

#[tokio::test]
async fn nothing_that_agents_do_is_logged_with_its_secrets() {
    let shop = Shop::open().await;
    let call = json!({ "query": { "q": "passing-through" } });
    assert_eq!(shop.run("find", call).await.status, 200);
    let text = shop.app.log();
    let folder = shop.app.stop();
    let text = text + &std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
    assert!(text.contains("an agent's call was answered"), "{text}");
    assert!(!text.contains(SECRET) && !text.contains("passing-through"));
}

#[tokio::test]
async fn another_method_by_a_header_or_a_parameter_counts_as_that_method() {
    let shop = Shop::open().await;
    let client = async |wishes: Value| shop.app.client_wishing(wishes).await;
    let (reading, writing) = (
        client(json!({ "permission": "read" })).await,
        client(json!({ "permission": "write" })).await,
    );
    let (careful, getting, admin) = (
        client(json!({ "approval": ["delete"] })).await,
        client(json!({ "methods": ["POST"] })).await,
        shop.app.client(),
    );
    for (who, method, path, header, status) in [
        (&writing, "POST", "/orders/1", None, 200),
        (&writing, "POST", "/orders/1", Some("DELETE"), 403),
        (&writing, "POST", "/orders/1", Some("patch"), 200),
        (&writing, "POST", "/orders/1?_method=delete", None, 403),
        (&writing, "POST", "/orders/1?_HttpMethod=PATCH", None, 200),
        (&reading, "GET", "/orders/1", Some("PUT"), 403),
        (&careful, "POST", "/orders/1", Some("DELETE"), 403),
        (&getting, "POST", "/orders/1", Some("DELETE"), 403),
        (&admin, "POST", "/orders/1", Some("DELETE"), 200),
    ] {
        let mut request = who.passthrough(method, &shop.connection, path);
        if let Some(other) = header {
            request = request.header("x-http-method-override", other);
        }
        let answer = who.send(request).await;
        assert_eq!(
            answer.status,
            status,
            "{method} {path} {header:?}: {}",
            answer.text()
        );
    }
    for call in [
        json!({ "headers": { "X-HTTP-Method": "DELETE" } }),
        json!({ "query": { "_method": "DELETE" } }),
    ] {
        shop.run_as(&admin, "query", call)
            .await
            .assert_error(400, 2000);
    }
}

#[tokio::test]
async fn arguments_made_to_exhaust_the_server_are_refused() {
    let shop = Shop::open().await;
    let client = shop.app.client();
    let names = |count: usize| -> Value {
        let all = (0..count).map(|number| (number.to_string(), json!(1)));
        Value::Object(all.collect())
    };
    let long = "n".repeat(400_000);
    for call in [
        json!({ "fields": [format!("{}a", "a.".repeat(300_000))] }),
        json!({ "query": { long.clone(): names(40_000) } }),
        json!({ "query": names(50_000) }),
        json!({ "headers": names(50_000) }),
        json!({ "pathVariables": names(50_000) }),
    ] {
        let answer = shop.run_as(&client, "find", call).await;
        answer.assert_error(400, 2000);
    }
    let odd = json!({ "pathVariables": { "id": "1" }, "body": { "to": [], long: names(40_000) } });
    let answer = shop.run_as(&client, "createOrder", odd).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
