//! The cold path.

use std::time::Duration;

use super::upstream::Upstream;
use super::*;
use crate::egress::Phase;
use crate::egress::fetch::{FetchRequest, Fetched};

const LONG: Duration = Duration::from_secs(10);

fn post(url: &str, reach: Reach) -> FetchRequest {
    FetchRequest {
        method: Method::POST,
        url: url.parse().unwrap(),
        headers: [("x-mine".parse().unwrap(), "kept".parse().unwrap())]
            .into_iter()
            .collect(),
        body: Some("body".into()),
        reach,
    }
}

async fn fetch(url: &str, cap: usize, timeout: Duration) -> Result<Fetched, EgressError> {
    let client = client();
    let request = post(url, Reach::Public);
    client.egress().fetch(request, cap, timeout).await
}

fn url(upstream: &Upstream) -> String {
    format!("http://user:secret@127.0.0.1:{}/?key=secret", upstream.port)
}

/// What went wrong, once it is sure that it keeps secrets.
fn reason(result: Result<Fetched, EgressError>) -> EgressError {
    let error = result.err().unwrap();
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(&format!(" {inner} {inner:?}"));
        cause = inner.source();
    }
    assert!(!text.contains("secret"), "{text}");
    error
}

#[test]
fn an_answer_is_fetched_whole_and_redirects_are_answers() {
    on_a_worker(async {
        let upstream = Upstream::start(|_, mut peer| async move {
            let head = peer.head().await.unwrap();
            assert!(head.starts_with("POST /?key=secret HTTP/1.1\r\n"), "{head}");
            assert!(head.contains("x-mine: kept\r\n") && head.contains("user-agent: magpie/"));
            assert_eq!(peer.read(4).await, "body");
            peer.say("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 2\r\n\r\nok")
                .await;
        })
        .await;
        let answer = fetch(&url(&upstream), 2, LONG).await.unwrap();
        assert_eq!((answer.status.as_u16(), &*answer.body), (302, &b"ok"[..]));
        assert_eq!(answer.headers["location"], "/x");
    });
}

#[test]
fn an_answer_over_the_cap_is_refused() {
    on_a_worker(async {
        for text in [
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
        ] {
            let upstream = Upstream::answering(text).await;
            let error = reason(fetch(&url(&upstream), 2, LONG).await);
            assert!(matches!(error, EgressError::TooLarge { .. }), "{error:?}");
        }
    });
}

#[test]
fn failures_are_told_apart_and_tell_no_secrets() {
    on_a_worker(async {
        for (text, is_early) in [
            ("", true),
            ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", true),
            ("SSH-2.0-OpenSSH_9.2\r\n\r\n", false),
        ] {
            let upstream = Upstream::start(move |_, mut peer| async move {
                peer.head().await;
                peer.read(4).await;
                peer.say(text).await;
            })
            .await;
            let error = reason(fetch(&url(&upstream), 99, LONG).await);
            let early = matches!(error, EgressError::ClosedEarly { .. });
            let bad = matches!(error, EgressError::BadAnswer { .. });
            assert_eq!((early, bad), (is_early, !is_early), "{text} {error:?}");
        }
    });
}

#[test]
fn an_answer_that_takes_too_long_is_a_time_out() {
    on_a_worker(async {
        for text in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"] {
            let upstream = Upstream::start(move |_, mut peer| async move {
                peer.head().await;
                peer.say(text).await;
                peer.closed().await;
            })
            .await;
            let error = reason(fetch(&url(&upstream), 99, Duration::from_millis(30)).await);
            let phase = Phase::Total;
            assert!(
                matches!(error, EgressError::TimedOut { phase: p, .. } if p == phase),
                "{error:?}"
            );
        }
    });
}

#[test]
fn private_addresses_and_names_for_them_are_refused() {
    on_a_worker(async {
        let egress = Egress::new(Settings::default()).unwrap();
        for url in [
            "http://127.0.0.1/?secret",
            "http://[::ffff:169.254.169.254]/?secret",
            "http://localhost/?secret",
            "https://localhost/?secret",
        ] {
            let error = reason(egress.fetch(post(url, Reach::Public), 9, LONG).await);
            assert!(
                matches!(error, EgressError::Forbidden { .. }),
                "{url} {error:?}"
            );
        }
    });
}

#[test]
fn the_built_in_mock_is_found_by_address_and_by_name_on_its_port_only() {
    on_a_worker(async {
        let upstream = Upstream::start(|_, mut peer| async move {
            peer.head().await;
            peer.read(4).await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
        })
        .await;
        let egress = Egress::new(Settings::default()).unwrap();
        let address = format!("127.0.0.1:{}", upstream.port);
        egress.built_in_is_at(address.parse().unwrap());
        for (host, port, reach, passes) in [
            ("127.0.0.1", upstream.port, Reach::BuiltIn, true),
            ("localhost", upstream.port, Reach::BuiltIn, true),
            ("localhost", upstream.port, Reach::Public, false),
            ("localhost", 1, Reach::BuiltIn, false),
            ("127.0.0.1", 1, Reach::BuiltIn, false),
        ] {
            let request = post(&format!("http://{host}:{port}/"), reach);
            let fetched = egress.fetch(request, 9, LONG).await;
            let refused = matches!(fetched, Err(EgressError::Forbidden { .. }));
            assert_eq!(
                (fetched.is_ok(), refused),
                (passes, !passes),
                "{host} {port}"
            );
        }
    });
}

#[test]
fn nobody_there_is_unreachable() {
    on_a_worker(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let url = format!("http://127.0.0.1:{port}/?secret");
        let error = reason(fetch(&url, 9, LONG).await);
        assert!(
            matches!(error, EgressError::Unreachable { .. }),
            "{error:?}"
        );
    });
}
