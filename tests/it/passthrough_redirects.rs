//! Redirects: a provider's answer like any other, unless the caller wants them followed.

use crate::support::{Reply, TOKEN, TestApp, Upstream};

const FOLLOW: &str = "x-pica-follow-redirects: true";

/// An upstream that sends everything but `/end` elsewhere.
async fn redirecting(
    status: u16,
    location: impl Fn() -> String + Send + Sync + 'static,
) -> Upstream {
    Upstream::answering(move |seen| match seen.target().as_str() {
        "/end" => Reply::Then(crate::support::ok("\"end\"")),
        _ => {
            let location = location();
            let head = format!(
                "HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 4\r\n\r\nhere"
            );
            Reply::Then(head.into_bytes())
        }
    })
    .await
}

#[tokio::test]
async fn a_redirect_comes_back_as_it_is() {
    let app = TestApp::start();
    let other = Upstream::start().await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/landing?a=b", other.url());
        let sent = location.clone();
        let upstream = redirecting(status, move || sent.clone()).await;
        let key = app.bearer(&upstream.url()).await;
        for lines in [
            &[][..],
            &["x-pica-follow-redirects: false"],
            &["x-pica-follow-redirects: "],
        ] {
            let answer = app.pass(&key, "GET", "/a", lines).await;
            assert_eq!((answer.status, answer.text().as_str()), (status, "here"));
            assert_eq!(answer.values("location"), [location.as_str()]);
        }
    }
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed_with_the_credential() {
    let app = TestApp::start();
    for location in ["/end", "end", "/x/../end", "/end#fragment"] {
        let upstream = redirecting(302, move || location.to_owned()).await;
        let key = app.bearer(&upstream.url()).await;
        let answer = app.pass(&key, "GET", "/a", &[FOLLOW, "x-own: 1"]).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "\"end\""));
        let last = upstream.last();
        assert_eq!(last.target(), "/end", "{location}");
        assert_eq!(last.values("authorization"), [format!("Bearer {TOKEN}")]);
        assert_eq!(last.values("x-own"), ["1"]);
    }
}

#[tokio::test]
async fn no_credential_goes_along_to_another_origin() {
    let app = TestApp::start();
    let other = Upstream::start().await;
    let location = format!("http://user:pass@{}/landing?a=b", other.address);
    let upstream = redirecting(302, move || location.clone()).await;
    let open = app.open(&upstream.url()).await;
    let keys = [
        (app.bearer(&upstream.url()).await, FOLLOW),
        (app.basic(&upstream.url()).await, FOLLOW),
        (app.api_key(&upstream.url()).await, FOLLOW),
        (open, "authorization: mine"),
    ];
    for (key, line) in keys {
        let lines = [FOLLOW, line, "x-own: 1", "accept: a/b"];
        let answer = app.pass(&key, "GET", "/a", &lines).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let landed = other.last();
        assert_eq!(landed.target(), "/landing?a=b");
        assert!(landed.values("authorization").is_empty(), "{landed:?}");
        assert!(landed.values("x-api-key").is_empty(), "{landed:?}");
        assert_eq!(landed.values("accept"), ["a/b"]);
        let head = String::from_utf8_lossy(&landed.head).to_lowercase();
        for secret in [TOKEN, "key-1", "yw5u", "pass", "pica", "mine"] {
            assert!(!head.contains(secret), "{secret}: {head}");
        }
    }
    assert_eq!(other.seen().len(), 4);
}

#[tokio::test]
async fn a_credential_that_was_left_behind_does_not_come_back_on_the_way_home() {
    let app = TestApp::start();
    let home = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let back = std::sync::Arc::clone(&home);
    let away = redirecting(302, move || format!("{}/end", back.get().unwrap())).await;
    let there = away.url();
    let upstream = redirecting(302, move || format!("{there}/x")).await;
    home.set(upstream.url()).unwrap();
    let key = app.bearer(&upstream.url()).await;
    let answer = app.pass(&key, "GET", "/a", &[FOLLOW]).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "\"end\""));
    assert!(upstream.last().values("authorization").is_empty());
}

#[tokio::test]
async fn a_chain_without_end_is_given_up() {
    let app = TestApp::start();
    let upstream = redirecting(302, || "/again".to_owned()).await;
    let key = app.bearer(&upstream.url()).await;
    let answer = app.pass(&key, "GET", "/a", &[FOLLOW]).await;
    assert_eq!((answer.status, answer.text().as_str()), (302, "here"));
    assert!(upstream.seen().len() <= 11, "{}", upstream.seen().len());
}

#[tokio::test]
async fn a_redirect_does_not_lead_where_a_request_may_not_go() {
    let app = TestApp::start_with(|command| command.env("MAGPIE_EGRESS__ALLOW", "127.0.0.1/32"));
    for location in [
        "http://127.0.0.2:1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:1/",
        "http://10.0.0.1/",
        "http://2130706434/",
    ] {
        let upstream = redirecting(302, move || location.to_owned()).await;
        let key = app.bearer(&upstream.url()).await;
        let answer = app.pass(&key, "GET", "/a", &[FOLLOW]).await;
        assert_eq!(answer.status, 403, "{location}: {}", answer.text());
    }
    for location in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:1",
        "http://[::",
        "",
    ] {
        let upstream = redirecting(302, move || location.to_owned()).await;
        let key = app.bearer(&upstream.url()).await;
        let answer = app.pass(&key, "GET", "/a", &[FOLLOW]).await;
        assert_eq!(answer.status, 302, "{location}: {}", answer.text());
    }
}

#[tokio::test]
async fn only_a_request_that_can_be_repeated_can_be_followed() {
    let app = TestApp::start();
    let upstream = redirecting(307, || "/end".to_owned()).await;
    let key = app.bearer(&upstream.url()).await;
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let answer = app.pass(&key, method, "/a", &[FOLLOW]).await;
        assert_eq!(answer.status, 400, "{method}: {}", answer.text());
    }
    assert!(upstream.seen().is_empty());
    let answer = app.pass(&key, "HEAD", "/a", &[FOLLOW]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.last().line(), "HEAD /end HTTP/1.1");
}
