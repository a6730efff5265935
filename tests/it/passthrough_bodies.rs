//! What a provider gets of a body that is passed on, to the byte.

use crate::support::{TestApp, Upstream};

/// Sends `body` with its length, and gives what the provider saw.
async fn with_length(app: &TestApp, key: &str, method: &str, kind: &str, body: &[u8]) -> u16 {
    let lines = [
        format!("content-type: {kind}"),
        format!("content-length: {}", body.len()),
        "connection: close".to_owned(),
    ];
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    let mut request = app.head(key, method, b"/a", &lines);
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(body);
    app.exchange(method, &request).await.status
}

#[tokio::test]
async fn bodies_arrive_byte_for_byte() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let multipart =
        b"--x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"{{a}}\"\r\n\r\n\0\xff\r\n--x--\r\n";
    for (method, kind, body) in [
        (
            "POST",
            "application/json",
            &b"{ \"a\" : \"{{x}}\",\n\"a\":1e999, \"b\": \"\\u0000\" }"[..],
        ),
        ("POST", "application/json", b"not json at all"),
        (
            "PUT",
            "application/x-www-form-urlencoded",
            b"a=1&a=2&b=%7B%7Bx%7D%7D&c={{y}}&d=+",
        ),
        ("POST", "multipart/form-data; boundary=x", multipart),
        ("PATCH", "application/octet-stream", &every_byte),
        ("DELETE", "text/plain; charset=utf-16", b"\xff\xfea\0"),
        ("GET", "application/json", b"{\"query\":\"in a GET\"}"),
        ("REPORT", "", b"<?xml?>"),
    ] {
        let status = with_length(&app, &key, method, kind, body).await;
        assert_eq!(status, 200, "{method} {kind}");
        let seen = upstream.last();
        assert!(seen.body == body, "{method} {kind}");
        assert_eq!(seen.values("content-type"), [kind]);
        assert_eq!(seen.values("content-length"), [body.len().to_string()]);
        assert!(seen.values("transfer-encoding").is_empty());
    }
}

#[tokio::test]
async fn no_body_stays_none() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    for (method, lines, length) in [
        ("GET", &[][..], None),
        ("DELETE", &[], None),
        ("POST", &["content-length: 0"], Some("0")),
        ("POST", &[], Some("0")),
        ("PUT", &["content-type: application/json"], Some("0")),
    ] {
        let answer = app.pass(&key, method, "/a", lines).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.text());
        let seen = upstream.last();
        let lengths = seen.values("content-length");
        assert_eq!(lengths.first().map(String::as_str), length, "{method}");
        assert!(seen.values("transfer-encoding").is_empty(), "{method}");
    }
}

#[tokio::test]
async fn a_body_in_chunks_arrives_whole_and_in_chunks() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    for method in ["POST", "GET"] {
        let lines: [&[u8]; 2] = [b"transfer-encoding: chunked", b"connection: close"];
        let mut request = app.head(&key, method, b"/a", &lines);
        request.extend_from_slice(b"\r\n3;ext=1\r\n{{a\r\nA\r\n}}\r\n0\r\n\r\n\r\r\n");
        request.extend_from_slice(b"0\r\ntrailer: x\r\n\r\n");
        let answer = app.exchange(method, &request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let seen = upstream.last();
        assert_eq!(seen.body, b"{{a}}\r\n0\r\n\r\n\r");
        assert_eq!(seen.values("transfer-encoding"), ["chunked"]);
        assert!(seen.values("content-length").is_empty() && seen.values("trailer").is_empty());
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_whole_is_never_taken_for_one_that_did() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    for (framing, part) in [
        ("content-length: 100", "only a part"),
        ("transfer-encoding: chunked", "5\r\nhello\r\n"),
        ("transfer-encoding: chunked", "zz\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked", "5\r\nhelloXX0\r\n\r\n"),
        ("transfer-encoding: chunked", "fffffffffffffffff\r\nhello"),
    ] {
        let mut request = app.head(&key, "POST", b"/a", &[framing.as_bytes()]);
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(part.as_bytes());
        let mut stream = app.dial().await;
        tokio::io::AsyncWriteExt::write_all(&mut stream, &request)
            .await
            .unwrap();
        tokio::io::AsyncWriteExt::shutdown(&mut stream)
            .await
            .unwrap();
        let mut bytes = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes).await;
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.starts_with("HTTP/1.1 200"),
            "{framing} {part}: {text}"
        );
    }
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
}
