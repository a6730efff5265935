//! Which of a caller's headers a provider gets, and whose credential.

use crate::support::{Seen, TOKEN, TestApp, Upstream};

fn names(seen: &Seen) -> Vec<String> {
    let mut names: Vec<String> = seen.headers().into_iter().map(|(name, _)| name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_request_carries_what_the_caller_sent_and_nothing_that_nobody_asked_for() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    app.pass(&key, "GET", "/a", &[]).await;
    let seen = upstream.only();
    assert_eq!(names(&seen), ["authorization", "host", "user-agent"]);
    assert_eq!(seen.values("host"), [upstream.address.to_string()]);
    assert!(seen.values("user-agent")[0].starts_with("magpie/"));

    let own = ["User-Agent: mine/1", "Accept: a/b", "ACCEPT-ENCODING: br"];
    app.pass(&key, "GET", "/a", &own).await;
    let seen = upstream.last();
    assert_eq!(seen.values("user-agent"), ["mine/1"]);
    assert_eq!(seen.values("accept"), ["a/b"]);
    assert_eq!(seen.values("accept-encoding"), ["br"]);
}

#[tokio::test]
async fn headers_of_the_callers_own_go_on_with_their_values_as_they_are() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    for (name, value) in [
        ("x-github-api-version", &b"2022-11-28"[..]),
        ("idempotency-key", b"8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ("x-template", b"{{userId}} %7B \"quoted\" a,b;c=d"),
        ("x-latin", b"caf\xe9"),
        ("x-utf8", "Käse 🧀".as_bytes()),
        ("x-tab", b"a\tb"),
        ("x-empty", b""),
        ("x_under.score!#$%&'*+-^`|~", b"odd but allowed"),
        ("if-none-match", b"W/\"1\", \"2\""),
        ("range", b"bytes=0-1,5-"),
        ("origin", b"https://example.com"),
        ("forwarded", b"for=1.2.3.4"),
        ("x-request-id", b"mine-1"),
        ("x-picaresque", b"not ours"),
        ("content-md5", b"x"),
        ("accept-charset", b"utf-8"),
    ] {
        let line = [name.as_bytes(), b": ", value].concat();
        let mut request = app.head(&key, "GET", b"/a", &[&line]);
        request.extend_from_slice(b"connection: close\r\n\r\n");
        let answer = app.exchange("GET", &request).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let headers = upstream.last().headers();
        let got: Vec<_> = headers.iter().filter(|(other, _)| other == name).collect();
        assert_eq!(got.len(), 1, "{name}: {headers:?}");
        assert_eq!(got[0].1, value, "{name}");
    }
}

#[tokio::test]
async fn a_repeated_header_stays_repeated_and_in_order() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let lines = ["X-A: 2", "x-b: between", "x-a: 1", "X-a: 3, 4", "x-a: 1"];
    app.pass(&key, "GET", "/a", &lines).await;
    assert_eq!(upstream.only().values("x-a"), ["2", "1", "3, 4", "1"]);
}

#[tokio::test]
async fn what_is_ours_or_of_one_hop_does_not_go_on() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let lines = [
        "X-Pica-Action-Id: ",
        "X-PICA-Anything: 1",
        "x-pica-passthrough-etag: 1",
        "Cookie: session=1",
        "cookie: other=2",
        "Keep-Alive: timeout=5",
        "Proxy-Authorization: Basic eDp5",
        "Proxy-Connection: keep-alive",
        "TE: trailers",
        "Trailer: x-t",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
        "Connection: X-Hop, x-SECOND",
        "connection: authorization,host , user-agent",
        "x-hop: 1",
        "X-Second: 1",
        "x-stays: 1",
    ];
    let answer = app.pass(&key, "GET", "/a", &lines).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let seen = upstream.only();
    let kept = ["authorization", "host", "user-agent", "x-stays"];
    assert_eq!(names(&seen), kept);
    assert_eq!(seen.values("authorization"), [format!("Bearer {TOKEN}")]);
    let text = String::from_utf8_lossy(&seen.head).to_lowercase();
    assert!(!text.contains("pica") && !text.contains(&app.test_key));
}

#[tokio::test]
async fn the_connections_credential_is_the_one_that_counts() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let bearer = (app.bearer(&upstream.url()).await, "authorization");
    let basic = (app.basic(&upstream.url()).await, "authorization");
    let api_key = (app.api_key(&upstream.url()).await, "x-api-key");
    let own: [&[&str]; 4] = [
        &[],
        &["Authorization: Bearer mine", "X-API-KEY: mine"],
        &[
            "authorization: a",
            "AUTHORIZATION: b",
            "x-api-key: a",
            "x-api-key: b",
        ],
        &["connection: authorization, x-api-key", "authorization: a"],
    ];
    for ((key, header), value) in [
        (bearer, format!("Bearer {TOKEN}")),
        (basic, "Basic YW5uOnA6c3M=".to_owned()),
        (api_key, "key-1".to_owned()),
    ] {
        for lines in own {
            // Two of the caller's own would both go on beside an API key's header.
            let two = lines
                .iter()
                .filter(|line| line.to_lowercase().starts_with("authorization"));
            if header == "x-api-key" && two.count() > 1 {
                continue;
            }
            let answer = app.pass(&key, "GET", "/a", lines).await;
            assert_eq!(answer.status, 200, "{lines:?}: {}", answer.text());
            assert_eq!(
                upstream.last().values(header),
                [value.as_str()],
                "{lines:?}"
            );
        }
    }
}

#[tokio::test]
async fn without_a_credential_to_inject_the_callers_own_goes_on_unless_there_are_two() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.open(&upstream.url()).await;
    let answer = app.pass(&key, "GET", "/a", &["authorization: mine"]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.only().values("authorization"), ["mine"]);

    let two = ["authorization: a", "Authorization: b"];
    let refused = app.pass(&key, "GET", "/a", &two).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("two `authorization` headers"));
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_malformed_header_is_refused_and_smuggles_nothing() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    for line in [
        &b"x-a: b\r\n folded: c"[..],
        b"x-a: b\r\n\tfolded: c",
        b"x-a: b\rx-evil: 1",
        b"x-a: b\0c",
        b"x-a: \x7f",
        b"x-a: \x01",
        b"x a: b",
        b"x-a : b",
        b" x-a: b",
        b": b",
        b"x-\xe9: b",
        b"x-a(b): c",
        b"no colon",
        b"x-a",
        b"host: second",
        b"content-length: 1\r\ncontent-length: 2",
        b"content-length: 0\r\ncontent-length: 0",
        b"content-length: +5",
        b"content-length: 5, 5",
        b"content-length: -1",
        b"content-length: 99999999999999999999999",
        b"content-length: 5\r\ntransfer-encoding: chunked",
        b"transfer-encoding: chunked\r\ntransfer-encoding: chunked",
        b"transfer-encoding: chunked, identity",
        b"transfer-encoding: xchunked",
        b"transfer-encoding: gzip, chunked",
        b"transfer-encoding: \x0bchunked",
    ] {
        let shown = String::from_utf8_lossy(line);
        let mut request = app.head(&key, "POST", b"/a", &[line]);
        request.extend_from_slice(b"connection: close\r\n\r\n0\r\n\r\n");
        request.extend_from_slice(b"GET /smuggled HTTP/1.1\r\nhost: m\r\n\r\n");
        let answer = app.exchange("POST", &request).await;
        assert_eq!(answer.status, 400, "{shown:?}: {}", answer.text());
        let answers = answer.bytes.windows(9).filter(|nine| nine == b"HTTP/1.1 ");
        assert_eq!(answers.count(), 1, "{shown:?}");
    }
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
}

#[tokio::test]
async fn a_bare_line_feed_never_reaches_the_provider() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let line: &[u8] = b"x-a: b\nauthorization: evil\n\nGET /smuggled HTTP/1.1\nhost: m";
    let mut request = app.head(&key, "GET", b"/a", &[line]);
    request.extend_from_slice(b"connection: close\r\n\r\n");
    app.exchange("GET", &request).await;
    for seen in upstream.seen() {
        assert_eq!(seen.line(), "GET /a HTTP/1.1");
        assert_eq!(seen.values("authorization"), [format!("Bearer {TOKEN}")]);
        let line_feeds = seen.head.iter().filter(|byte| **byte == b'\n').count();
        let both = seen.head.windows(2).filter(|two| two == b"\r\n").count();
        assert_eq!(line_feeds, both);
    }
}

#[tokio::test]
async fn more_headers_than_the_server_takes_are_refused() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let many: Vec<String> = (0..80).map(|n| format!("x-{n}: {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(app.pass(&key, "GET", "/a", &many).await.status, 200);
    assert_eq!(upstream.only().values("x-79"), ["79"]);

    let too_many: Vec<&str> = many.iter().chain(&many).copied().collect();
    let refused = app.pass(&key, "GET", "/a", &too_many).await.status;
    assert!(matches!(refused, 400 | 431), "{refused}");
    let too_long = format!("x-long: {}", "x".repeat(200_000));
    let refused = app.pass(&key, "GET", "/a", &[&too_long]).await.status;
    assert!(matches!(refused, 400 | 413 | 431), "{refused}");
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_caller_that_waits_for_leave_to_send_gets_it() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let lines: [&[u8]; 3] = [
        b"expect: 100-continue",
        b"content-length: 5",
        b"connection: close",
    ];
    let mut head = app.head(&key, "POST", b"/a", &lines);
    head.extend_from_slice(b"\r\n");
    let mut stream = app.dial().await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, &head)
        .await
        .unwrap();
    let leave = crate::support::read_head(&mut stream).await.unwrap();
    assert!(leave.starts_with(b"HTTP/1.1 100 "));
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"hello")
        .await
        .unwrap();
    let answer = crate::support::read_head(&mut stream).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
    let seen = upstream.only();
    assert_eq!(seen.body, b"hello");
    assert!(seen.values("expect").is_empty());
}
