//! What a caller gets of a provider's answer.

use crate::support::{RawAnswer, Reply, Seen, TestApp, Upstream};

/// The status that a test asks for in the path: `/404`.
fn status_of(seen: &Seen) -> u16 {
    seen.target().trim_start_matches('/').parse().unwrap()
}

/// An upstream that says the same to everything.
async fn saying(bytes: &'static [u8]) -> Upstream {
    Upstream::answering(move |_| Reply::Then(bytes.to_vec())).await
}

async fn answer_to(bytes: &'static [u8], method: &str) -> RawAnswer {
    let (app, upstream) = (TestApp::start(), saying(bytes).await);
    let key = app.bearer(&upstream.url()).await;
    app.pass(&key, method, "/a", &[]).await
}

#[tokio::test]
async fn every_status_and_its_body_come_back() {
    let app = TestApp::start();
    let upstream = Upstream::answering(|seen| {
        let status = status_of(seen);
        let body = format!("{{\"status\":{status}}}");
        let head = format!("HTTP/1.1 {status} Whatever\r\ncontent-type: x/y\r\nlocation: /1\r\n");
        Reply::Then(match status {
            204 | 304 => format!("{head}\r\n").into_bytes(),
            _ => format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes(),
        })
    })
    .await;
    let key = app.bearer(&upstream.url()).await;
    for status in (200..=599).chain([700, 999]) {
        let answer = app.pass(&key, "GET", &format!("/{status}"), &[]).await;
        assert_eq!(answer.status, status);
        assert!(answer.is_whole, "{status}");
        assert_eq!(answer.values("content-type"), ["x/y"], "{status}");
        assert_eq!(answer.values("location"), ["/1"], "{status}");
        if !matches!(status, 204 | 304) {
            assert_eq!(answer.text(), format!("{{\"status\":{status}}}"));
        }
    }
}

#[tokio::test]
async fn each_header_comes_back_as_it_is_and_once_more_with_a_prefix() {
    let answer = answer_to(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nETag: \"1\"\r\n\
          Link: <https://a/?page=2>; rel=\"next\"\r\nLINK: <https://a/?page=9>; rel=\"last\"\r\n\
          X-RateLimit-Remaining: 59\r\nServer: upstream/1\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\n\
          Cache-Control: no-store\r\nVary: a\r\nVary: b, c\r\nX-Empty:\r\nX-Latin: caf\xe9\r\n\
          WWW-Authenticate: Bearer realm=\"x\"\r\nContent-Encoding: x-own\r\nRetry-After: 7\r\n\
          X-Request-Id: theirs\r\nContent-Length: 2\r\n\r\n{}",
        "GET",
    )
    .await;
    assert_eq!(answer.status, 200);
    for (name, values) in [
        ("content-type", &["application/json; charset=utf-8"][..]),
        ("etag", &["\"1\""]),
        (
            "link",
            &[
                "<https://a/?page=2>; rel=\"next\"",
                "<https://a/?page=9>; rel=\"last\"",
            ],
        ),
        ("x-ratelimit-remaining", &["59"]),
        ("server", &["upstream/1"]),
        ("date", &["Tue, 15 Nov 1994 08:12:31 GMT"]),
        ("cache-control", &["no-store"]),
        ("vary", &["a", "b, c"]),
        ("x-empty", &[""]),
        ("x-latin", &["caf\u{fffd}"]),
        ("www-authenticate", &["Bearer realm=\"x\""]),
        ("content-encoding", &["x-own"]),
        ("retry-after", &["7"]),
    ] {
        assert_eq!(answer.values(name), values, "{name}");
        let prefixed = format!("x-pica-passthrough-{name}");
        assert_eq!(answer.values(&prefixed), values, "{prefixed}");
    }
    // Our own id is in our log; the provider's is kept beside it.
    assert_eq!(answer.values("x-pica-passthrough-x-request-id"), ["theirs"]);
    let ours = answer.values("x-request-id");
    assert!(ours.len() == 1 && ours[0] != "theirs", "{ours:?}");
    assert_eq!(answer.values("content-length"), ["2"]);
    assert_eq!(answer.text(), "{}");
    let raw = answer.headers.iter().find(|(name, _)| name == "x-latin");
    assert_eq!(raw.unwrap().1, b"caf\xe9");
    for name in ["limit", "remainings", "reset"] {
        let name = format!("x-pica-rate-limit-{name}");
        assert_eq!(answer.values(&name).len(), 1, "{name}");
    }
}

#[tokio::test]
async fn what_belongs_to_a_browser_or_to_one_hop_does_not_come_back() {
    let answer = answer_to(
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nset-cookie: c=d\r\n\
          Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n\
          Access-Control-Anything: 1\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\n\
          Proxy-Authenticate: Basic\r\nProxy-Connection: x\r\nTrailer: X-T\r\nUpgrade: h2c\r\nTE: x\r\n\
          X-Hop: 1\r\nX-Stays: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-T: 1\r\n\r\n",
        "GET",
    )
    .await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    assert_eq!(answer.values("x-stays"), ["1"]);
    for name in [
        "set-cookie",
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-anything",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "trailer",
        "upgrade",
        "te",
        "x-hop",
        "x-t",
    ] {
        assert!(answer.values(name).is_empty(), "{name}");
        let prefixed = format!("x-pica-passthrough-{name}");
        assert!(answer.values(&prefixed).is_empty(), "{prefixed}");
    }
    assert!(answer.values("x-pica-passthrough-connection").is_empty());
    let framing = "x-pica-passthrough-transfer-encoding";
    assert!(answer.values(framing).is_empty());
}

#[tokio::test]
async fn the_answer_to_head_tells_what_get_would_have_got() {
    for (bytes, length) in [
        (
            &b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\netag: \"1\"\r\n\r\n"[..],
            &["1234"][..],
        ),
        (
            b"HTTP/1.1 404 No\r\ncontent-length: 0\r\netag: \"1\"\r\n\r\n",
            &["0"],
        ),
        // Nothing was said about a length, so nothing is.
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\netag: \"1\"\r\n\r\n",
            &[],
        ),
        (b"HTTP/1.1 200 OK\r\netag: \"1\"\r\n\r\n", &[]),
    ] {
        let answer = answer_to(bytes, "HEAD").await;
        assert!(answer.is_whole && answer.body.is_empty());
        assert_eq!(
            answer.values("content-length"),
            length,
            "{}",
            String::from_utf8_lossy(bytes)
        );
        assert_eq!(answer.values("etag"), ["\"1\""]);
    }
}

#[tokio::test]
async fn a_status_without_content_has_none() {
    for (bytes, status, length) in [
        (
            &b"HTTP/1.1 204 No Content\r\netag: \"1\"\r\n\r\n"[..],
            204,
            &[][..],
        ),
        (
            b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n",
            304,
            &[],
        ),
        (
            b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\ncontent-length: 7\r\n\r\n",
            304,
            &["7"],
        ),
    ] {
        let answer = answer_to(bytes, "GET").await;
        assert_eq!(answer.status, status);
        assert!(answer.is_whole && answer.body.is_empty(), "{status}");
        assert_eq!(answer.values("etag"), ["\"1\""]);
        assert_eq!(answer.values("content-length"), length, "{status}");
        assert!(answer.values("transfer-encoding").is_empty(), "{status}");
    }
}

#[tokio::test]
async fn interim_answers_are_not_the_answer() {
    let answer = answer_to(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n\
          HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok",
        "POST",
    )
    .await;
    assert_eq!((answer.status, answer.text().as_str()), (201, "ok"));
}

#[tokio::test]
async fn bodies_come_back_byte_for_byte_however_they_are_framed() {
    let app = TestApp::start();
    let every_byte: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let expected = every_byte.clone();
    let upstream = Upstream::answering(move |seen| match seen.target().as_str() {
        "/length" => {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                every_byte.len()
            );
            Reply::Then([head.as_bytes(), &every_byte].concat())
        }
        "/chunks" => {
            let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
            for chunk in every_byte.chunks(777) {
                bytes.extend_from_slice(format!("{:X};a=b\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
            Reply::Then(bytes)
        }
        _ => Reply::ThenClose([b"HTTP/1.0 200 OK\r\n\r\n", &every_byte[..]].concat()),
    })
    .await;
    let key = app.bearer(&upstream.url()).await;
    for path in ["/length", "/chunks", "/close"] {
        let answer = app.pass(&key, "GET", path, &[]).await;
        assert!(answer.status == 200 && answer.is_whole, "{path}");
        assert!(answer.body == expected, "{path}");
    }
}

#[tokio::test]
async fn an_answer_that_ends_early_is_never_taken_for_a_whole_one() {
    let app = TestApp::start();
    let upstream = Upstream::answering(|seen| {
        let framing = match seen.target().as_str() {
            "/length" => "content-length: 100\r\n\r\nonly a part",
            "/chunk" => "transfer-encoding: chunked\r\n\r\nff\r\nonly a part",
            "/last" => "transfer-encoding: chunked\r\n\r\nb\r\nonly a part\r\n",
            "/none" => "content-length: 100\r\n\r\n",
            _ => "transfer-encoding: chunked\r\n\r\nb\r\nonly a part\r\nzz\r\n",
        };
        Reply::ThenClose(format!("HTTP/1.1 200 OK\r\n{framing}").into_bytes())
    })
    .await;
    let key = app.bearer(&upstream.url()).await;
    for path in ["/length", "/chunk", "/last", "/none", "/garbage"] {
        let answer = app.pass(&key, "GET", path, &[]).await;
        // Either the status is there and the rest is not, or the connection ends without any.
        assert!(matches!(answer.status, 0 | 200), "{path}");
        assert!(!answer.is_whole, "{path}: {answer:?}");
        let library = app.client();
        let got = match library.passthrough("GET", &key, path).send().await {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        assert!(got.is_err(), "{path}");
    }
}

#[tokio::test]
async fn the_next_request_on_the_callers_connection_is_answered_as_well() {
    let app = TestApp::start();
    let upstream = Upstream::answering(|seen| {
        let says = match seen.target().as_str() {
            "/304" => "HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n",
            "/204" => "HTTP/1.1 204 No Content\r\n\r\n",
            "/head" => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        };
        Reply::Then(says.as_bytes().to_vec())
    })
    .await;
    let key = app.bearer(&upstream.url()).await;
    let calls = [
        ("GET", "/304"),
        ("GET", "/204"),
        ("HEAD", "/head"),
        ("POST", "/a"),
        ("GET", "/last"),
    ];
    let mut requests = Vec::new();
    for (method, target) in calls {
        let close: &[&[u8]] = match target {
            "/last" => &[b"connection: close"],
            _ => &[],
        };
        requests.extend(app.head(&key, method, target.as_bytes(), close));
        requests.extend_from_slice(b"\r\n");
    }
    let answer = app.exchange("GET", &requests).await;
    let text = String::from_utf8_lossy(&answer.bytes).into_owned();
    let statuses: Vec<_> = text.matches("HTTP/1.1 ").collect();
    assert_eq!(statuses.len(), calls.len(), "{text}");
    assert!(text.ends_with("\r\n\r\nok"), "{text}");
    let targets: Vec<_> = upstream.seen().iter().map(Seen::target).collect();
    assert_eq!(targets, calls.map(|(_, target)| target));
}
