//! `/mcp` and `magpie mcp`: the published clients, and what they never send.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::clients::run;
use crate::support::{Client, TestApp, magpie, run_in};

/// Runs a script of `tests/clients` with keys of all kinds.
fn run_mcp(app: &TestApp, script: &str, keys: &[(&str, &str)]) -> Value {
    let mut settings = vec![
        ("MAGPIE_LIVE_KEY", app.live_key.as_str()),
        ("MAGPIE_BIN", env!("CARGO_BIN_EXE_magpie")),
    ];
    settings.extend(keys);
    run(app, script, &settings)
}

#[tokio::test]
async fn the_published_client_works_over_http_and_through_the_program() {
    let app = TestApp::start();
    let bound = app.key_with(json!({ "identity": "user_1" })).await.1;
    let read = app.key_with(json!({ "permission": "read" })).await.1;
    let keys = [
        ("MAGPIE_BOUND_KEY", bound.as_str()),
        ("MAGPIE_READ_KEY", read.as_str()),
    ];
    let report = run_mcp(&app, "mcp.mjs", &keys);
    assert_eq!(report["passed"].as_array().unwrap().len(), 20);
    let log = app.log();
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
    // The SDK would tell of every message, with what is in it.
    assert!(!log.contains("rmcp") && !log.contains("hunter2"), "{log}");
}

#[test]
fn an_agent_with_a_canned_model_does_its_tasks_without_a_wrong_call() {
    let app = TestApp::start();
    let report = run_mcp(&app, "mcp-agent.mjs", &[]);
    assert!(report["passed"].as_array().unwrap().len() >= 20);
    assert!(report["platforms"].as_u64().unwrap() >= 10);
}

/// What the inspector's command line prints.
fn inspect(app: &TestApp, more: &[&str]) -> Value {
    let output = Command::new("node_modules/.bin/mcp-inspector")
        .args(["--cli", &format!("{}/mcp", app.url), "--transport", "http"])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", app.test_key),
        ])
        .args(more)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients"))
        .stdin(Stdio::null())
        .output()
        .expect("`tests/run setup` installs it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
}

#[test]
fn the_inspectors_command_line_works() {
    let app = TestApp::start();
    let tools = inspect(&app, &["--method", "tools/list"]);
    assert_eq!(tools["tools"].as_array().unwrap().len(), 7);
    let call = ["--method", "tools/call", "--tool-name", "search_actions"];
    let arguments = [
        "--tool-arg",
        "query=send a message",
        "--tool-arg",
        "platform=gmail",
    ];
    let found = inspect(&app, &[call, arguments].concat());
    let first = &found["structuredContent"]["actions"][0];
    assert_eq!(first["path"], "/users/{userId}/messages/send");
    let resources = inspect(&app, &["--method", "resources/list"]);
    assert!(!resources["resources"].as_array().unwrap().is_empty());
}

fn ping() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" })
}

/// Sends a message with these headers besides.
async fn send(
    client: &Client,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> crate::support::Answer {
    let mut request = client
        .request("POST", path)
        .header("content-type", "application/json")
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request).await
}

#[tokio::test]
async fn whoever_has_no_key_is_told_how_to_send_one() {
    let app = TestApp::start();
    for path in ["/mcp", "/mcp/support"] {
        let answer = send(&app.anonymous(), path, &[], ping().to_string()).await;
        answer.assert_error(401, 2010);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer"), "{challenge}");
    }
    // Nobody learns what is wrong with a body before the key is right.
    let answer = send(&app.anonymous(), "/mcp", &[], "{".to_owned()).await;
    answer.assert_error(401, 2010);
    let both = format!("Bearer {}", app.test_key);
    let both = [("authorization", both.as_str())];
    send(&app.client(), "/mcp", &both, ping().to_string())
        .await
        .assert_error(401, 2010);
}

#[tokio::test]
async fn a_key_in_either_header_is_counted_and_answered() {
    let app = TestApp::start();
    let bearer = format!("Bearer {}", app.test_key);
    let bearer = [("authorization", bearer.as_str())];
    for (client, headers) in [(app.client(), &[][..]), (app.anonymous(), &bearer)] {
        let answer = send(&client, "/mcp", headers, ping().to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(
            answer.json(),
            json!({ "jsonrpc": "2.0", "id": 1, "result": {} })
        );
        assert!(answer.header("x-pica-rate-limit-remainings").is_some());
        assert!(answer.header("mcp-session-id").is_none());
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_kept_out_whatever_host_they_came_to() {
    let app = TestApp::start_with(|command| {
        command.env("MAGPIE_AUTHKIT__ALLOWED_ORIGINS", "https://app.example.com")
    });
    let own = app.url.clone();
    for (origin, host, status) in [
        ("https://evil.example", None, 403),
        ("http://evil.example:3005", Some("evil.example:3005"), 403),
        ("null", None, 403),
        (own.as_str(), None, 200),
        (own.as_str(), Some("magpie.internal"), 200),
        ("https://app.example.com", None, 200),
    ] {
        let mut headers = vec![("origin", origin)];
        headers.extend(host.map(|host| ("host", host)));
        let answer = send(&app.client(), "/mcp", &headers, ping().to_string()).await;
        assert_eq!(
            answer.status,
            status,
            "{origin} {host:?}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_in_our_shape() {
    let app = TestApp::start_with(|command| command.env("MAGPIE_LIMITS__JSON_BODY_BYTES", "2048"));
    let client = app.client();
    for body in [
        "",
        "{",
        "[]",
        "{}",
        "\"x\"",
        "{\"jsonrpc\":\"2.0\"}",
        "hunter2",
    ] {
        let answer = send(&client, "/mcp", &[], body.to_owned()).await;
        answer.assert_error(400, 2000);
        assert!(!answer.text().contains("hunter2"));
    }
    let version = [("mcp-protocol-version", "1999-01-01")];
    send(&client, "/mcp", &version, ping().to_string())
        .await
        .assert_error(400, 2000);
    let long = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "x": "x".repeat(4096) });
    send(&client, "/mcp", &[], long.to_string())
        .await
        .assert_error(413, 2014);
    let plain = client.request("POST", "/mcp").body(ping().to_string());
    client.send(plain).await.assert_error(400, 2000);
    for method in ["GET", "DELETE"] {
        let answer = client.send(client.request(method, "/mcp")).await;
        answer.assert_error(405, 2004);
    }
    send(&client, "/mcp/nope", &[], ping().to_string())
        .await
        .assert_error(404, 2005);
}

#[tokio::test]
async fn whoever_takes_nothing_but_an_event_stream_gets_one() {
    let app = TestApp::start();
    let accept = [("accept", "text/event-stream")];
    let answer = send(&app.client(), "/mcp", &accept, ping().to_string()).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let text = answer.text();
    let data = text.lines().find_map(|line| line.strip_prefix("data: "));
    let message: Value = serde_json::from_str(data.unwrap()).unwrap();
    assert_eq!(message["result"], json!({}));
}

#[tokio::test]
async fn every_version_of_the_protocol_is_agreed_on() {
    let app = TestApp::start();
    for (asked, agreed) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2099-01-01", "2025-11-25"),
    ] {
        let info = json!({ "name": "tests", "version": "1" });
        let params = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": info });
        let message =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        let answer = send(&app.client(), "/mcp", &[], message.to_string()).await;
        assert_eq!(
            answer.json()["result"]["protocolVersion"],
            agreed,
            "{asked}"
        );
    }
}

/// Pipes `input` through `magpie mcp`, and gives the lines that it says.
fn piped(app: &TestApp, input: &str) -> Vec<Value> {
    let mut child = magpie()
        .args(["mcp", "--url", &app.url])
        .env("MAGPIE_API_KEY", &app.test_key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_program_answers_all_that_it_was_asked_before_its_input_ended() {
    let app = TestApp::start();
    let mut input = String::from("\n{\n");
    for id in 0..20 {
        let ping = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
        input.push_str(&format!("{ping}\r\n"));
    }
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    input.push_str(&note.to_string());
    let mut said = piped(&app, &input);
    let refusal = said.remove(0);
    assert_eq!(
        (&refusal["id"], &refusal["error"]["code"]),
        (&json!(null), &json!(-32700))
    );
    let mut ids: Vec<u64> = said
        .iter()
        .map(|said| said["id"].as_u64().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..20).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_request_that_is_given_up_is_not_answered_and_holds_nothing_up() {
    let app = TestApp::start();
    let connection = app.connection("exa", json!({ "EXA_API_KEY": "x" })).await;
    let path = "/v1/available-actions/search/exa?query=search%20the%20web&limit=1";
    let found = app.client().get(path).await.json();
    let id = found[0]["systemId"].as_str().unwrap();
    let slow = json!({
        "action_id": id, "connection_key": connection, "body": { "query": "x" },
        "headers": { "x-mock-delay-ms": "60000" },
    });
    let params = json!({ "name": "execute_action", "arguments": slow });
    let lines = [
        json!({ "jsonrpc": "2.0", "id": "slow", "method": "tools/call", "params": params }),
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "slow" } }),
        ping(),
    ];
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let said = piped(&app, &input);
    assert_eq!(said, [json!({ "jsonrpc": "2.0", "id": 1, "result": {} })]);
}

/// A connector whose one action goes where its connection says.
const SLOW: &str = r#"
platform = "slow"
name = "Slow"
description = "x"
category = "Own"
base_url = "{{BASE_URL}}"
auth = { type = "none" }
form = [{ name = "BASE_URL", type = "url", label = "Base URL" }]

[[actions]]
key = "wait"
title = "Wait"
model = "Waits"
method = "GET"
path = "/wait"
summary = "Waits."
"#;

#[tokio::test]
async fn a_caller_that_leaves_keeps_no_provider_busy() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("slow.toml"), SLOW).unwrap();
    let app = TestApp::start_with(|command| {
        command
            .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
            .env("MAGPIE_CONNECTORS_DIR", folder.path())
    });
    let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", provider.local_addr().unwrap());
    let connection = app.connection("slow", json!({ "BASE_URL": base })).await;
    let found = app.client().get("/v1/available-actions/slow").await.json();
    let id = &found["rows"][0]["systemId"];
    let arguments = json!({ "action_id": id, "connection_key": connection });
    let params = json!({ "name": "execute_action", "arguments": arguments });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let client = app.client();
    let call = tokio::spawn(async move { send(&client, "/mcp", &[], message.to_string()).await });
    let (mut asked, _) = provider.accept().await.unwrap();
    let mut head = [0; 1024];
    assert!(asked.read(&mut head).await.unwrap() > 0);
    call.abort();
    let ended = tokio::time::timeout(Duration::from_secs(30), asked.read(&mut head)).await;
    assert_eq!(
        ended.expect("the provider is still kept busy").unwrap_or(0),
        0
    );
}

#[test]
fn the_program_wants_a_key_and_takes_it_from_a_file() {
    let app = TestApp::start();
    let folder = app.folder.path();
    let refused = run_in(folder, &["mcp", "--url", &app.url], |command| command);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("MAGPIE_API_KEY"),
        "{}",
        refused.stderr
    );
    std::fs::write(folder.join("key.txt"), format!("{}\n", app.test_key)).unwrap();
    let args = ["mcp", "--url", &app.url, "--key-file", "key.txt"];
    let ran = run_in(folder, &args, |command| command);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn llms_txt_names_what_is_there_under_the_public_address() {
    let app = TestApp::start();
    let answer = app.anonymous().get("/llms.txt").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/plain")
    );
    let text = answer.text();
    assert!(text.starts_with("# Magpie\n\n> "), "{text}");
    let client = app.client();
    for address in text.split("](").skip(1) {
        let address = address.split(')').next().unwrap();
        let path = address.strip_prefix(&app.url).unwrap();
        let expected = if path == "/mcp" { 405 } else { 200 };
        assert_eq!(client.get(path).await.status, expected, "{path}");
    }
}
