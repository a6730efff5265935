//! What a caller is told when a request is not passed on, or not answered.

use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Answer, Reply, TestApp, Upstream};

async fn pass(app: &TestApp, key: &str, action: Option<&str>) -> Answer {
    let client = app.client();
    let mut request = client.passthrough("GET", key, "/models");
    if let Some(action) = action {
        request = request.header("x-pica-action-id", action);
    }
    client.send(request).await
}

/// The id of one of the catalogue's actions.
async fn action_id(app: &TestApp, platform: &str, key: &str) -> String {
    let path = format!("/v1/available-actions/{platform}?key={key}");
    let rows = app.client().get(&path).await.json();
    rows["rows"][0]["systemId"].as_str().unwrap().to_owned()
}

async fn openai(app: &TestApp) -> String {
    app.connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
        .await
}

#[tokio::test]
async fn a_connection_must_be_named_and_must_be_there() {
    let app = TestApp::start();
    let client = app.client();
    let nobody = client.request("GET", "/v1/passthrough/models");
    client.send(nobody).await.assert_error(400, 2000);
    pass(&app, "", None).await.assert_error(400, 2000);

    let key = openai(&app).await;
    for other in [
        "test::openai::default::0123456789abcdef0123456789abcdef".to_owned(),
        key.replace("::openai::", "::stripe::"),
        key.replace("test::", "live::"),
        key.to_uppercase(),
        format!("{key}|somebody"),
        format!("{key}0"),
        "nonsense".to_owned(),
        "a::b::c::d".to_owned(),
        "x".repeat(2_000),
    ] {
        pass(&app, &other, None).await.assert_error(404, 2005);
    }
    assert_eq!(pass(&app, &key, None).await.status, 200);

    let live = app.client_with(&app.live_key);
    let request = live.passthrough("GET", &key, "/models");
    live.send(request).await.assert_error(404, 2005);

    let path = format!("/v1/vault/connections/{key}");
    assert_eq!(client.delete(&path).await.status, 200);
    pass(&app, &key, None).await.assert_error(404, 2005);
}

#[tokio::test]
async fn without_a_key_nothing_is_said_about_the_rest() {
    let app = TestApp::start();
    let key = openai(&app).await;
    for client in [app.anonymous(), app.client_with("sk_test_wrong")] {
        for path in ["/models", "/../x", ""] {
            let request = client
                .passthrough("GET", &key, path)
                .header("x-pica-action-id", "nonsense");
            let answer = client.send(request).await;
            if path != "/../x" {
                answer.assert_error(401, 2010);
            }
        }
    }
}

#[tokio::test]
async fn an_action_id_must_be_one_of_the_connections_platform() {
    let app = TestApp::start();
    let key = openai(&app).await;
    for unknown in [
        "conn_mod_def::AAAAAAAAAAA::AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAA::AAAAAAAAAAAAAAAAAAAAAA",
        "nonsense",
        "::",
    ] {
        let answer = pass(&app, &key, Some(unknown)).await;
        answer.assert_error(404, 2005);
    }
    let models = action_id(&app, "openai", "listModels").await;
    assert_eq!(pass(&app, &key, Some(&models)).await.status, 200);
    let short = models.strip_prefix("conn_mod_def::").unwrap();
    assert_eq!(pass(&app, &key, Some(short)).await.status, 200);
    // Published clients send one action's id with other paths of the platform.
    let other = action_id(&app, "openai", "createEmbedding").await;
    assert_eq!(pass(&app, &key, Some(&other)).await.status, 200);
    let stripe = action_id(&app, "stripe", "listCustomers").await;
    let answer = pass(&app, &key, Some(&stripe)).await;
    answer.assert_error(400, 2000);
}

#[tokio::test]
async fn strict_matching_holds_a_request_to_its_action() {
    let app = TestApp::start_with(|command| command.env("MAGPIE_PASSTHROUGH__STRICT", "true"));
    let key = openai(&app).await;
    let client = app.client();
    let models = action_id(&app, "openai", "listModels").await;
    let model = action_id(&app, "openai", "getModel").await;
    for (method, path, action, status) in [
        ("GET", "/models", &models, 200),
        ("GET", "/models?a=b", &models, 200),
        ("GET", "/models/gpt-4o", &model, 200),
        ("GET", "/models/gpt-4o", &models, 422),
        ("GET", "/models", &model, 422),
        ("POST", "/models", &models, 422),
        ("GET", "/models/", &models, 422),
        ("GET", "/models/a/b", &model, 422),
    ] {
        let request = client
            .passthrough(method, &key, path)
            .header("x-pica-action-id", action);
        let answer = client.send(request).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        if status == 422 {
            answer.assert_error(422, 2011);
        }
    }
    assert_eq!(pass(&app, &key, None).await.status, 200);
}

#[tokio::test]
async fn an_inactive_connection_is_not_used_until_it_is_active_again() {
    let app = TestApp::start();
    let key = openai(&app).await;
    let path = format!("/v1/vault/connections/{key}");
    for (active, status) in [(false, 424), (true, 200), (false, 424)] {
        let body = json!({ "active": active });
        assert_eq!(app.client().patch(&path, body).await.status, 200);
        let answer = pass(&app, &key, None).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 424 {
            answer.assert_error(424, 2007);
        }
    }
}

#[tokio::test]
async fn a_forbidden_network_is_not_reached_under_any_name() {
    let app = TestApp::start_with(|command| command);
    let upstream = Upstream::start().await;
    let port = upstream.address.port();
    for host in [
        "127.0.0.1",
        "127.0.0.2",
        "localhost",
        "LOCALHOST",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "2852039166",
        "[::ffff:a9fe:a9fe]",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "[fe80::1]",
        "[fc00::1]",
        "224.0.0.1",
        "255.255.255.255",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
    ] {
        let key = app.open(&format!("http://{host}:{port}")).await;
        let answer = pass(&app, &key, None).await;
        assert_eq!(answer.status, 403, "{host}: {}", answer.text());
        answer.assert_error(403, 2002);
    }
    // The server itself is in no better place than anybody else on this machine.
    let own = app.open(&app.url).await;
    pass(&app, &own, None).await.assert_error(403, 2002);
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_base_url_must_be_one() {
    let app = TestApp::start();
    for base in [
        "",
        "example.com",
        "//example.com",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://",
        "http://user:pass@127.0.0.1/",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/#a",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/\r\nx: y",
    ] {
        let body = json!({ "platform": "generic-none", "authFormData": { "BASE_URL": base } });
        let answer = app.client().post("/v1/vault/connections", body).await;
        assert_eq!(answer.status, 400, "{base}: {}", answer.text());
        answer.assert_error(400, 2000);
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_or_makes_no_sense_is_a_bad_gateway() {
    let app = TestApp::start();
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let key = app.open(&gone).await;
    pass(&app, &key, None).await.assert_error(502, 2012);

    for says in [
        &b""[..],
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 999999 What\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nbad header: 1\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ] {
        let upstream = Upstream::answering(move |_| Reply::ThenClose(says.to_vec())).await;
        let key = app.open(&upstream.url()).await;
        let answer = pass(&app, &key, None).await;
        assert_eq!(answer.status, 502, "{}", String::from_utf8_lossy(says));
        answer.assert_error(502, 2012);
    }
    let endless = Upstream::answering(|_| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nx-long: ".to_vec();
        bytes.resize(1 << 20, b'x');
        Reply::ThenClose(bytes)
    })
    .await;
    let key = app.open(&endless.url()).await;
    pass(&app, &key, None).await.assert_error(502, 2012);

    // Nobody speaks TLS there.
    let plain = Upstream::raw(|mut stream| async move {
        let refusal = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, refusal).await;
    })
    .await;
    let key = app.open(&format!("https://{}", plain.address)).await;
    let answer = pass(&app, &key, None).await;
    answer.assert_error(502, 2012);
}

#[tokio::test]
async fn a_provider_that_is_too_slow_is_a_gateway_timeout() {
    let app = TestApp::start_with(|command| {
        command
            .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
            .env("MAGPIE_EGRESS__FIRST_BYTE_TIMEOUT_SECONDS", "1")
            .env("MAGPIE_EGRESS__IDLE_TIMEOUT_SECONDS", "1")
    });
    let silent = Upstream::answering(|_| Reply::Never).await;
    let key = app.open(&silent.url()).await;
    pass(&app, &key, None).await.assert_error(504, 2013);
    assert_eq!(silent.seen().len(), 1, "it was not asked twice");

    // Begun, and then no more: too late for another status, so the stream ends in an error.
    let stalled = Upstream::raw(|mut stream| async move {
        crate::support::read_head(&mut stream).await;
        let part = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart";
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, part).await;
        std::future::pending().await
    })
    .await;
    let key = app.open(&stalled.url()).await;
    let answer = app.pass(&key, "GET", "/a", &[]).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "part"));
    assert!(!answer.is_whole);
}

#[tokio::test]
async fn no_error_names_the_address_or_the_secret() {
    let app = TestApp::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let key = app.bearer(&format!("http://{address}/base")).await;
    let answer = app.pass(&key, "GET", "/path-1?query-1", &[]).await;
    assert_eq!(answer.status, 502);
    let text = answer.text();
    for secret in [crate::support::TOKEN, "path-1", "query-1", &app.test_key] {
        assert!(!text.contains(secret), "{text}");
    }
}
