//! What the journal tells of what happened, and what it survives.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Client, Person, Reply, Server, TestApp, Upstream, eventually};

/// The rows of a page.
async fn rows(client: &Client, query: &str) -> Vec<Value> {
    let page = client.get(&format!("/admin/api/logs?{query}")).await;
    assert_eq!(page.status, 200, "{query}: {}", page.text());
    page.json()["rows"].as_array().unwrap().clone()
}

/// The rows of a page once there are `count`, which they are a moment after what they tell of.
async fn logged(client: &Client, query: &str, count: usize) -> Vec<Value> {
    let rows = eventually("the journal has it", async || {
        let rows = rows(client, query).await;
        (rows.len() >= count).then_some(rows)
    });
    let rows = rows.await;
    assert_eq!(rows.len(), count, "{query}: {rows:?}");
    rows
}

async fn detail(client: &Client, row: &Value) -> Value {
    let id = row["id"].as_str().unwrap();
    client.get(&format!("/admin/api/logs/{id}")).await.json()
}

fn texts<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    rows.iter()
        .map(|row| row[name].as_str().unwrap_or_default())
        .collect()
}

fn header<'a>(detail: &'a Value, side: &str, name: &str) -> Option<&'a str> {
    let pairs = detail[side].as_array().unwrap();
    let found = pairs.iter().find(|pair| pair[0] == name)?;
    found[1].as_str()
}

#[tokio::test]
async fn a_call_is_listed_with_its_end_its_time_and_its_headers_and_no_secret() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let client = app.client();
    let request = client
        .passthrough("POST", &key, "/users/me?q=x&api_key=s3cret")
        .header("x-request-id", "rid-1")
        .header("x-api-key", "own-s3cret")
        .header("x-plain", "shown")
        .body("hello");
    assert_eq!(client.send(request).await.status, 200);
    let row = logged(&client, "kind=passthrough", 1).await.remove(0);
    for (name, value) in [
        ("kind", json!("passthrough")),
        ("environment", json!("test")),
        ("platform", json!("generic-bearer")),
        ("connectionKey", json!(key)),
        ("method", json!("POST")),
        ("path", json!("/users/me?q=x&api_key=•••")),
        ("status", json!(200)),
        ("outcome", json!("ok")),
        ("error", Value::Null),
        ("requestId", json!("rid-1")),
        ("requestBytes", json!(5)),
        ("responseBytes", json!(r#"{"ok":true}"#.len())),
        ("member", Value::Null),
    ] {
        assert_eq!(row[name], value, "{name}: {row}");
    }
    assert_eq!(row["apiKey"]["name"], "dev");
    let took = row["durationMs"].as_f64().unwrap();
    let whole = detail(&client, &row).await;
    assert_eq!(whole["id"], row["id"]);
    let phases = whole["phases"].as_array().unwrap();
    let names = texts(phases, "name");
    for name in ["token", "connect", "wait"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let sum: f64 = phases
        .iter()
        .map(|phase| phase["ms"].as_f64().unwrap())
        .sum();
    assert!(sum <= took + 0.1, "{sum} of {took}");
    assert_eq!(
        header(&whole, "requestHeaders", "authorization"),
        Some("•••")
    );
    assert_eq!(header(&whole, "requestHeaders", "x-api-key"), Some("•••"));
    assert_eq!(header(&whole, "requestHeaders", "x-plain"), Some("shown"));
    assert_eq!(
        header(&whole, "responseHeaders", "content-type"),
        Some("application/json")
    );
    for secret in ["s3cret", crate::support::TOKEN, "hello", &app.test_key] {
        assert!(!whole.to_string().contains(secret), "{secret}: {whole}");
    }
}

#[tokio::test]
async fn calls_that_come_to_nothing_are_listed_with_the_reason_and_strangers_are_not() {
    let app = TestApp::start();
    let upstream = Upstream::answering(|seen| {
        let status = seen.target().trim_start_matches('/').to_owned();
        Reply::Then(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").into_bytes())
    })
    .await;
    let (client, key) = (app.client(), app.open(&upstream.url()).await);
    let reading = app.client_wishing(json!({ "permission": "read" })).await;
    let nowhere = app
        .connection("openai", json!({ "OPENAI_API_KEY": "k" }))
        .await;
    let path = format!("/v1/vault/connections/{}", nowhere.replace('|', "%7C"));
    assert_eq!(client.delete(&path).await.status, 200);
    let refusing = app.open("http://127.0.0.1:1").await;
    for (caller, method, connection, path, status, outcome) in [
        (&client, "GET", &key, "/404", 404, "client_error"),
        (&client, "GET", &key, "/503", 503, "provider_error"),
        (&client, "GET", &key, "/a%2f..%2fb", 400, "client_error"),
        (&client, "GET", &nowhere, "/x", 404, "client_error"),
        (&reading, "POST", &key, "/x", 403, "client_error"),
        (&client, "GET", &refusing, "/x", 502, "failed"),
    ] {
        let sent = caller
            .send(caller.passthrough(method, connection, path))
            .await;
        assert_eq!(sent.status, status, "{path}: {}", sent.text());
        let id = sent.header("x-request-id").unwrap().to_owned();
        let row = logged(&client, &format!("q={id}"), 1).await.remove(0);
        assert_eq!(
            (&row["status"], &row["outcome"]),
            (&json!(status), &json!(outcome)),
            "{row}"
        );
        assert_eq!(row["connectionKey"], *connection.as_str(), "{row}");
        let is_ours = path != "/404" && path != "/503";
        assert_eq!(row["error"].is_string(), is_ours, "{row}");
        if outcome == "failed" {
            let whole = detail(&client, &row).await;
            assert!(texts(whole["phases"].as_array().unwrap(), "name").contains(&"connect"));
        }
    }
    for stranger in [app.anonymous(), app.client_with("sk_test_garbage")] {
        let sent = stranger
            .send(stranger.passthrough("GET", &key, "/200"))
            .await;
        assert_eq!(sent.status, 401);
    }
    let seen = rows(&client, "kind=passthrough").await;
    assert_eq!(seen.len(), 6, "{seen:?}");
}

#[tokio::test]
async fn a_caller_who_leaves_and_an_answer_that_is_cut_off_are_told_apart_from_a_good_end() {
    let app = TestApp::start();
    let upstream = Upstream::answering(|seen| match seen.target().as_str() {
        "/never" => Reply::Never,
        _ => Reply::ThenClose(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
    })
    .await;
    let (client, key) = (app.client(), app.open(&upstream.url()).await);
    let leaving = client.passthrough("GET", &key, "/never");
    let left = leaving.timeout(Duration::from_millis(300)).send().await;
    assert!(left.is_err());
    let row = logged(&client, "q=never", 1).await.remove(0);
    assert_eq!(
        (&row["status"], &row["outcome"]),
        (&Value::Null, &json!("failed"))
    );
    assert!(
        row["error"].as_str().unwrap().contains("the caller left"),
        "{row}"
    );
    let cut = client
        .passthrough("GET", &key, "/cut")
        .send()
        .await
        .unwrap();
    assert!(cut.bytes().await.is_err());
    let row = logged(&client, "q=/cut", 1).await.remove(0);
    assert_eq!(
        (&row["status"], &row["outcome"]),
        (&json!(200), &json!("failed"))
    );
    assert_eq!(row["responseBytes"], 4);
}

#[tokio::test]
async fn filters_and_pages_give_what_was_asked_for_and_nonsense_is_refused() {
    let app = TestApp::start();
    let client = app.client();
    let made = json!({ "platform": "openai", "identity": "ann", "authFormData": { "OPENAI_API_KEY": "k" } });
    let openai = client.post("/v1/vault/connections", made).await.json();
    let openai = openai["key"].as_str().unwrap();
    let exa = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    for (connection, method, path, status) in [
        (openai, "GET", "/a", "200"),
        (openai, "POST", "/b", "404"),
        (exa.as_str(), "GET", "/c", "500"),
    ] {
        let request = client.passthrough(method, connection, path);
        client.send(request.header("x-mock-status", status)).await;
        logged(&client, &format!("kind=passthrough&q={path}"), 1).await;
    }
    let all = logged(&client, "kind=passthrough", 3).await;
    assert_eq!(texts(&all, "path"), ["/c", "/b", "/a"]);
    let at = |n: usize| all[n]["at"].as_str().unwrap();
    let key = openai.replace('|', "%7C");
    for (query, paths) in [
        ("platform=openai".to_owned(), &["/b", "/a"] as &[&str]),
        (format!("connection={key}"), &["/b", "/a"]),
        ("identity=ann&method=post".to_owned(), &["/b"]),
        ("status=404".to_owned(), &["/b"]),
        ("status=5xx".to_owned(), &["/c"]),
        ("outcome=ok".to_owned(), &["/a"]),
        ("outcome=provider_error".to_owned(), &["/c"]),
        ("q=OPENAI".to_owned(), &["/b", "/a"]),
        (format!("from={}", at(1)), &["/c", "/b"]),
        (format!("to={}", at(1)), &["/a"]),
        ("platform=nothing".to_owned(), &[]),
        ("kind=refresh".to_owned(), &[]),
    ] {
        let found = rows(&client, &query).await;
        assert_eq!(texts(&found, "path"), paths, "{query}");
    }
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let page = client
            .get(&format!("/admin/api/logs?limit=1{before}"))
            .await
            .json();
        seen.extend(page["rows"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        before = format!("&before={next}");
    }
    assert_eq!(seen, all);
    for query in [
        "kind=x",
        "outcome=x",
        "status=x",
        "from=x",
        "to=x",
        "limit=x",
        "before=x",
    ] {
        let answer = client.get(&format!("/admin/api/logs?{query}")).await;
        answer.assert_error(400, 2000);
    }
}

#[tokio::test]
async fn each_environment_has_its_own_journal() {
    let app = TestApp::start();
    let (client, live) = (app.client(), app.client_with(&app.live_key));
    let key = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    client.send(client.passthrough("GET", &key, "/x")).await;
    let row = logged(&client, "", 1).await.remove(0);
    assert_eq!(rows(&live, "").await, Vec::<Value>::new());
    let path = format!("/admin/api/logs/{}", row["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.status, 200);
    live.get(&path).await.assert_error(404, 2005);
    let calls = live.get("/admin/api/overview").await.json()["totals"]["calls"].clone();
    assert_eq!(calls, 0);
}

#[tokio::test]
async fn calls_of_agents_are_listed_and_dry_runs_are_not() {
    let app = TestApp::start();
    let client = app.client();
    let key = app
        .connection("openai", json!({ "OPENAI_API_KEY": "sk-agents" }))
        .await;
    let found = client
        .get("/v1/available-actions/openai?key=listModels")
        .await;
    let id = found.json()["rows"][0]["systemId"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/actions/{id}/run");
    // One that is not there.
    let last = if key.ends_with('0') { "1" } else { "0" };
    let other = format!("{}{last}", &key[..key.len() - 1]);
    for (dry_run, connection) in [(true, &key), (false, &key), (false, &other)] {
        let call = json!({ "connectionKey": connection, "dryRun": dry_run });
        client.post(&path, call).await;
    }
    let arguments = json!({ "action_id": id, "connection_key": key });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "execute_action", "arguments": arguments } });
    let request = client
        .request("POST", "/mcp")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("x-request-id", "by-mcp")
        .body(message.to_string());
    assert_eq!(client.send(request).await.status, 200);
    let all = logged(&client, "kind=passthrough", 3).await;
    assert_eq!(texts(&all, "requestId")[0], "by-mcp");
    assert_eq!(texts(&all, "outcome"), ["ok", "client_error", "ok"]);
    for row in &all {
        assert_eq!(
            (&row["actionId"], &row["platform"]),
            (&json!(id), &json!("openai")),
            "{row}"
        );
        assert!(
            row["actionTitle"].is_string() && row["requestId"].is_string(),
            "{row}"
        );
        let whole = detail(&client, row).await.to_string();
        assert!(!whole.contains("sk-agents"), "{whole}");
    }
    let whole = detail(&client, &all[0]).await;
    assert_eq!(
        header(&whole, "requestHeaders", "authorization"),
        Some("•••")
    );
}

#[tokio::test]
async fn sign_ins_and_refreshes_are_listed() {
    let app = TestApp::start();
    let client = app.client();
    let mut ada = Person::new(&app, "ada").await;
    let connection = ada.connect("gmail").await;
    ada.sign_in(json!({ "platform": "gmail" }), "deny").await;
    let flow = ada.begin(json!({ "platform": "gmail" })).await;
    let cancelled = ada
        .ask("DELETE", &format!("/flows/{}", flow.id), None)
        .await;
    assert_eq!(cancelled.status, 200);
    let all = logged(&client, "kind=authkit", 3).await;
    assert_eq!(
        texts(&all, "outcome"),
        ["client_error", "client_error", "ok"]
    );
    assert!(texts(&all, "error")[0].contains("cancelled"));
    assert!(
        all.iter()
            .all(|row| row["platform"] == "gmail" && row["identity"] == "ada")
    );
    assert_eq!(all[2]["connectionKey"], connection["key"]);
    // A 401 has the token refreshed.
    let key = connection["key"].as_str().unwrap();
    let request = client
        .passthrough("GET", key, "/x")
        .header("x-mock-status", "401");
    client.send(request).await;
    let refreshes = logged(&client, "kind=refresh", 1).await;
    assert_eq!(
        (&refreshes[0]["outcome"], &refreshes[0]["connectionKey"]),
        (&json!("ok"), &connection["key"])
    );
    let overview = client.get("/admin/api/overview?range=1h").await.json();
    assert_eq!(overview["refreshes"], json!({ "ok": 1, "failed": 0 }));
}

/// The next piece of a stream that contains `text`.
async fn heard(stream: &mut reqwest::Response, text: &str) -> String {
    let mut all = String::new();
    while !all.contains(text) {
        let piece = tokio::time::timeout(Duration::from_secs(20), stream.chunk()).await;
        let piece = piece.expect("nothing is heard").unwrap();
        all.push_str(std::str::from_utf8(&piece.expect("the stream ended")).unwrap());
    }
    all
}

#[tokio::test]
async fn a_listener_hears_what_it_asked_for_at_once_and_does_not_hold_up_the_end() {
    let app = TestApp::start();
    let client = app.client();
    let exa = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    let openai = app
        .connection("openai", json!({ "OPENAI_API_KEY": "k" }))
        .await;
    let stream = client.request("GET", "/admin/api/logs/stream?platform=exa");
    let mut stream = stream.send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    heard(&mut stream, ": listening").await;
    for (connection, path) in [(&openai, "/other"), (&exa, "/wanted")] {
        client
            .send(client.passthrough("GET", connection, path))
            .await;
    }
    let text = heard(&mut stream, "\n\n").await;
    let row: Value = serde_json::from_str(text.strip_prefix("data: ").unwrap().trim()).unwrap();
    assert_eq!(
        (&row["platform"], &row["path"]),
        (&json!("exa"), &json!("/wanted"))
    );
    assert_eq!(logged(&client, "platform=exa", 1).await[0], row);
    let started = Instant::now();
    app.stop();
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "{:?}",
        started.elapsed()
    );
    assert!(matches!(stream.chunk().await, Ok(None)));
}

#[tokio::test]
async fn a_restart_keeps_what_happened_whether_the_program_was_stopped_or_killed() {
    let app = TestApp::start();
    let client = app.client();
    let key = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    for path in ["/a", "/b"] {
        client.send(client.passthrough("GET", &key, path)).await;
    }
    let before = logged(&client, "", 2).await;
    let app = TestApp::start_in(app.stop(), |command| command);
    let client = app.client();
    assert_eq!(rows(&client, "").await, before);
    client.send(client.passthrough("GET", &key, "/c")).await;
    let before = logged(&client, "", 3).await;
    let folder = app.kill();
    // What a crash of the machine may leave.
    let journal = folder.path().join("data/journal");
    let files = std::fs::read_dir(&journal).unwrap();
    let segments = files.map(|file| file.unwrap().path());
    let newest = segments.filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
    let newest = newest.max().unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    bytes.extend(b"{\"environment\":\"test\",\"event\":{");
    std::fs::write(&newest, bytes).unwrap();
    let app = TestApp::start_in(folder, |command| command);
    let client = app.client();
    assert_eq!(rows(&client, "").await, before);
    assert_eq!(detail(&client, &before[0]).await["path"], "/c");
    let calls = eventually("everything is counted again", async || {
        let overview = client.get("/admin/api/overview?range=30d").await.json();
        (overview["totals"]["calls"] == 3).then_some(overview)
    });
    assert_eq!(calls.await["platforms"][0]["platform"], "exa");
}

#[tokio::test]
async fn no_more_is_kept_than_the_operator_wants() {
    let app = TestApp::start_with(|command| command.env("MAGPIE_JOURNAL__MEGABYTES", "1"));
    let client = app.client();
    let key = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    let filler = "x".repeat(6000);
    let size = || -> u64 {
        let files = std::fs::read_dir(app.data_dir().join("journal")).unwrap();
        files
            .filter_map(|file| Some(file.ok()?.metadata().ok()?.len()))
            .sum()
    };
    for turn in 0..30 {
        let calls = (0..10).map(|n| {
            let path = format!("/{turn}-{n}?q={filler}");
            client.send(client.passthrough("GET", &key, &path))
        });
        join_all(calls).await;
        logged(&client, &format!("q=/{turn}-"), 10).await;
    }
    assert!(size() <= (1 << 20) + (192 << 10), "{}", size());
    let newest = rows(&client, "limit=1").await.remove(0);
    assert!(newest["path"].as_str().unwrap().starts_with("/29-"));
    assert_eq!(rows(&client, "q=/0-").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_once_and_harms_no_call() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/journal"), "in the way").unwrap();
    let app = TestApp::start_in(folder, |command| command);
    let client = app.client();
    let key = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    for turn in 0..3 {
        let request = client.passthrough("GET", &key, "/x");
        let answer = client.send(request.header("x-mock-status", "200")).await;
        assert_eq!(answer.status, 200);
        let counted = eventually("it is counted all the same", async || {
            let overview = client.get("/admin/api/overview?range=1h").await.json();
            (overview["totals"]["calls"] == turn + 1).then_some(overview)
        });
        counted.await;
    }
    assert_eq!(rows(&client, "").await, Vec::<Value>::new());
    let said = "the journal cannot be written";
    eventually("it is said", async || {
        app.log().contains(said).then_some(())
    })
    .await;
    assert_eq!(app.log().matches(said).count(), 1);
}

#[tokio::test]
async fn nothing_is_kept_where_the_operator_wants_nothing() {
    let app = TestApp::start_with(|command| command.env("MAGPIE_JOURNAL__ENABLED", "false"));
    let client = app.client();
    let key = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    assert_eq!(
        client
            .send(
                client
                    .passthrough("GET", &key, "/x")
                    .header("x-mock-status", "200")
            )
            .await
            .status,
        200
    );
    assert_eq!(rows(&client, "").await, Vec::<Value>::new());
    assert!(!app.data_dir().join("journal").exists());
}

#[tokio::test]
async fn the_overview_adds_up_and_says_what_needs_attention() {
    let app = TestApp::start();
    let provider = Upstream::start().await;
    let client = app.client();
    let exa = app.connection("exa", json!({ "EXA_API_KEY": "k" })).await;
    app.open(&provider.url()).await;
    for status in ["200", "200", "200", "500"] {
        let request = client.passthrough("GET", &exa, "/x");
        client.send(request.header("x-mock-status", status)).await;
    }
    logged(&client, "kind=passthrough", 4).await;
    let (id, _) = app
        .key_with(json!({ "name": "Soon over", "expiresInSeconds": 86_400 }))
        .await;
    app.key_with(json!({ "expiresInSeconds": 86_400 * 60 }))
        .await;
    for (range, step, steps) in [
        ("1h", 60, 60),
        ("24h", 300, 288),
        ("7d", 3600, 168),
        ("30d", 14_400, 180),
    ] {
        let overview = client
            .get(&format!("/admin/api/overview?range={range}"))
            .await
            .json();
        assert_eq!(
            (&overview["range"], &overview["step"]),
            (&json!(range), &json!(step))
        );
        assert_eq!(overview["series"].as_array().unwrap().len(), steps);
        let totals = &overview["totals"];
        assert_eq!(
            (&totals["calls"], &totals["errors"]),
            (&json!(4), &json!(1))
        );
        assert!(totals["p50Ms"].as_f64().unwrap() <= totals["p95Ms"].as_f64().unwrap());
        assert_eq!(overview["platforms"][0]["name"], "Exa");
        assert_eq!(overview["platforms"][0]["calls"], 4);
        assert_eq!(
            overview["connections"],
            json!({ "operational": 2, "degraded": 0, "failed": 0 })
        );
        let attention = overview["attention"].as_array().unwrap();
        assert_eq!(attention.len(), 1, "{attention:?}");
        assert_eq!(
            (&attention[0]["kind"], &attention[0]["keyId"]),
            (&json!("key_expiring"), &json!(id))
        );
        assert!(attention[0]["text"].as_str().unwrap().contains("Soon over"));
    }
    client
        .get("/admin/api/overview?range=1y")
        .await
        .assert_error(400, 2000);
    // A connector that is switched on without its app, as in earnest.
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), |command| command);
    let client = server.client(folder.path());
    let none = client.get("/admin/api/overview").await.json();
    assert_eq!(none["attention"], json!([]));
    assert_eq!(
        none["firstCall"],
        json!({ "platform": "gmail", "connectionKey": null, "path": "/users/me/profile" })
    );
    assert_eq!(
        client
            .patch("/v1/integrations/gmail", json!({ "active": true }))
            .await
            .status,
        200
    );
    let overview = client.get("/admin/api/overview").await.json();
    assert_eq!(overview["attention"][0]["kind"], "app_without_credentials");
    assert_eq!(overview["attention"][0]["platform"], "gmail");
    server.stop();
}

#[tokio::test]
async fn the_call_that_the_overview_begins_with_can_be_made() {
    let app = TestApp::start();
    let client = app.client();
    let first = async || client.get("/admin/api/overview").await.json()["firstCall"].clone();
    // One has a request that checks its credentials, the other only actions. The newest is shown at once.
    for (platform, form) in [
        ("exa", json!({ "EXA_API_KEY": "k" })),
        (
            "lambdatest",
            json!({ "LAMBDATEST_USERNAME": "u", "LAMBDATEST_ACCESS_KEY": "k" }),
        ),
    ] {
        let key = app.connection(platform, form).await;
        let first = first().await;
        assert_eq!(
            (&first["platform"], &first["connectionKey"]),
            (&json!(platform), &json!(key))
        );
        let path = first["path"].as_str().unwrap();
        let answer = client.send(client.passthrough("GET", &key, path)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    // One that may not be used is not shown.
    let rows = client.get("/v1/vault/connections").await.json()["rows"].clone();
    let newest = format!("/v1/vault/connections/{}", rows[0]["id"].as_str().unwrap());
    let switched = client.patch(&newest, json!({ "active": false })).await;
    assert_eq!(switched.status, 200, "{}", switched.text());
    assert_eq!(first().await["platform"], "exa");
}

/// What is heard until the stream ends: sooner than its end by the clock would be noticed.
async fn ended(mut stream: reqwest::Response) {
    let end = async { while stream.chunk().await.unwrap().is_some() {} };
    let end = tokio::time::timeout(Duration::from_secs(10), end);
    end.await.expect("the stream does not end");
}

#[tokio::test]
async fn a_listener_hears_nothing_more_once_the_session_or_the_key_is_over() {
    let app = TestApp::start();
    let key = app
        .connection("openai", json!({ "OPENAI_API_KEY": "k" }))
        .await;
    let listen = async |client: &Client| {
        let request = client.request("GET", "/admin/api/logs/stream");
        let mut stream = request.send().await.unwrap();
        heard(&mut stream, ": listening").await;
        stream
    };
    let (leaving, _) = app.member("member").await;
    let (promoted, email) = app.member("member").await;
    let (staying, _) = app.member("member").await;
    let (id, text) = app.key_with(json!({})).await;
    let program = app.client_with(&text);
    let mut kept = listen(&staying).await;
    let streams = [
        listen(&leaving).await,
        listen(&promoted).await,
        listen(&program).await,
    ];
    assert_eq!(leaving.delete("/admin/api/session").await.status, 204);
    let members = staying.get("/admin/api/members").await.json();
    let rows = members["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["email"] == email).unwrap();
    let path = format!("/admin/api/members/{}", row["id"].as_str().unwrap());
    let role = json!({ "role": "manager" });
    assert_eq!(app.operator().patch(&path, role).await.status, 200);
    let path = format!("/admin/api/keys/{id}");
    assert_eq!(app.operator().delete(&path).await.status, 200);
    for stream in streams {
        ended(stream).await;
    }
    let client = app.client();
    client.send(client.passthrough("GET", &key, "/after")).await;
    heard(&mut kept, "/after").await;
}

#[tokio::test]
async fn calls_of_people_carry_the_person_and_approved_ones_who_said_yes() {
    let app = TestApp::start();
    let key = app
        .connection("openai", json!({ "OPENAI_API_KEY": "k" }))
        .await;
    let (person, email) = app.member("manager").await;
    let members = person.get("/admin/api/members").await.json();
    let rows = members["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["email"] == email).unwrap();
    let own = json!({ "id": row["id"], "name": "Ada" });

    let called = person
        .send(person.passthrough("GET", &key, "/models"))
        .await;
    assert_eq!(called.status, 200, "{}", called.text());
    let row = logged(&person, "kind=passthrough", 1).await.remove(0);
    assert_eq!((&row["member"], &row["apiKey"]), (&own, &Value::Null));

    let found = person
        .get("/v1/available-actions/openai?key=listModels")
        .await;
    let id = found.json()["rows"][0]["systemId"]
        .as_str()
        .unwrap()
        .to_owned();
    let (path, call) = (
        format!("/v1/actions/{id}/run"),
        json!({ "connectionKey": key }),
    );
    assert_eq!(person.post(&path, call.clone()).await.status, 200);
    let row = logged(&person, "kind=passthrough", 2).await.remove(0);
    assert_eq!((&row["member"], &row["apiKey"]), (&own, &Value::Null));

    let asking = app.client_wishing(json!({ "approval": ["*/*"] })).await;
    let waiting = asking.post(&path, call).await.json();
    let approval = format!(
        "/v1/approvals/{}/approve",
        waiting["approvalId"].as_str().unwrap()
    );
    let approved = person.post(&approval, json!({})).await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    let row = logged(&person, "kind=passthrough", 3).await.remove(0);
    assert_eq!(row["member"], own);
    assert_eq!(row["apiKey"]["name"], "made by a test");
}
