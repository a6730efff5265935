//! What a provider gets of a request that is passed on, to the byte.

use crate::support::{Seen, TOKEN, TestApp, Upstream};

/// Targets that go on as they are.
const TARGETS: &[&str] = &[
    "/users/me",
    "/",
    "/a/",
    "/a//b///c",
    "//a",
    "/a;b=c;d/e,f",
    "/%41%4a%4A%4b%e4%C3%a4",
    "/a%2Fb%2fc",
    "/nul%00byte",
    "/%0d%0aset-cookie:%20a=b",
    "/plus+and%20space%2B",
    "/{{userId}}/{x}/%7B%7By%7D%7D",
    "/-._~!$&'()*+,;=:@",
    "/a\"b[c]d|e^f",
    "/a..b/.hidden/c./...",
    "/%zz%",
    "/users?",
    "/users??",
    "/users?a",
    "/users?a=",
    "/users?=b",
    "/users?&&a=1&&",
    "/users?b=2&a=1&b=1",
    "/users?q={{x}}&r=%7b%7B",
    "/users?path=/../..&x=%2e%2e/",
    "/users?q=a+b%20c%2Bd",
    "/users?q=%C3%A4&%E2%82%AC=%f0%9F%a6%85",
    "/users?q=%00%0D%0a",
    "/users?url=https://example.com:8080/a?b=c",
    "/users?a;b=[1]|`^{}\\",
    "/users?x-pica-secret=1",
];

fn has_token(seen: &Seen) -> bool {
    seen.values("authorization") == [format!("Bearer {TOKEN}")]
}

#[tokio::test]
async fn path_and_query_arrive_byte_for_byte() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    for base in ["", "/", "/base/v1", "/base/v1/"] {
        let key = app.bearer(&format!("{}{base}", upstream.url())).await;
        for target in TARGETS {
            let answer = app.pass(&key, "GET", target, &[]).await;
            assert_eq!(answer.status, 200, "{target}: {}", answer.text());
            let sent = format!("GET {}{target} HTTP/1.1", base.trim_end_matches('/'));
            assert_eq!(upstream.last().line(), sent);
        }
    }
    assert!(upstream.seen().iter().all(has_token));
}

#[tokio::test]
async fn every_length_of_query_and_path_that_the_server_takes_arrives() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.open(&upstream.url()).await;
    for length in [1, 1_000, 8_000, 30_000, 60_000] {
        let target = format!("/{}?{}", "p".repeat(length / 2), "q".repeat(length / 2));
        let answer = app.pass(&key, "GET", &target, &[]).await;
        assert_eq!(answer.status, 200, "{length}: {}", answer.text());
        assert_eq!(upstream.last().target(), target);
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_kept_as_it_is_is_refused() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.open(&upstream.url()).await;
    let raw: [&[u8]; 9] = [
        b"/caf\xc3\xa9",
        b"/\xe9",
        b"/a?\xc3\xa9",
        b"/a<b",
        b"/a?b<c",
        b"/a?b=\"c\"",
        b"/a\tb",
        b"/a b",
        b"/a\0b",
    ];
    for target in raw {
        let mut request = app.head(&key, "GET", target, &[]);
        request.extend_from_slice(b"connection: close\r\n\r\n");
        let answer = app.exchange("GET", &request).await;
        assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(target));
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn no_path_leads_out_of_the_base_url() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&format!("{}/base", upstream.url())).await;
    for target in [
        "/../admin",
        "/..",
        "/.",
        "/./a",
        "/a/../../admin",
        "/%2e%2e/admin",
        "/%2E%2e",
        "/.%2E/admin",
        "/a/..%2fadmin",
        "/a%2F..%2Fadmin",
        "/a%5c..%5Cadmin",
        "/a\\..\\admin",
        "/..?x=1",
    ] {
        let answer = app.pass(&key, "GET", target, &[]).await;
        assert_eq!(answer.status, 400, "{target}: {}", answer.text());
        assert!(answer.text().contains("\"code\":2000"), "{target}");
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn another_spelling_of_our_own_part_of_the_path_loses_nothing_of_the_rest() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    for prefix in [
        "/v1/%70assthrough",
        "/%761/passthrough",
        "//v1/passthrough",
        "/v1//passthrough",
        "/v1/passthrough%2Fx",
        "/v1/passthroughx",
        "/V1/Passthrough",
    ] {
        let request = format!(
            "GET {prefix}/users/me HTTP/1.1\r\nhost: m\r\nx-pica-secret: {}\r\nx-pica-connection-key: {key}\r\nconnection: close\r\n\r\n",
            app.test_key
        );
        let answer = app.exchange("GET", request.as_bytes()).await;
        assert_eq!(answer.status, 404, "{prefix}: {}", answer.text());
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn the_host_of_an_absolute_target_decides_nothing() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    let request = format!(
        "GET http://169.254.169.254/v1/passthrough/a?b HTTP/1.1\r\nhost: evil.test\r\nx-pica-secret: {}\r\nx-pica-connection-key: {key}\r\nconnection: close\r\n\r\n",
        app.test_key
    );
    let answer = app.exchange("GET", request.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let seen = upstream.only();
    assert_eq!(seen.target(), "/a?b");
    assert_eq!(seen.values("host"), [upstream.address.to_string()]);
}

#[tokio::test]
async fn every_method_arrives() {
    let (app, upstream) = (TestApp::start(), Upstream::start().await);
    let key = app.bearer(&upstream.url()).await;
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "MKCOL",
        "QUERY", "PURGE", "get", "X-Y_z!",
    ] {
        let answer = app.pass(&key, method, "/a", &[]).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.text());
        assert_eq!(upstream.last().line(), format!("{method} /a HTTP/1.1"));
    }
}
