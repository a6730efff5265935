//! How answers end that do not end well.

use std::time::Duration;

use futures_util::StreamExt;

use super::upstream::Upstream;
use super::*;
use crate::egress::Phase;

const SHORT: Duration = Duration::from_millis(100);

/// The answer to a GET from an upstream that says `text` and closes.
async fn answer_of(text: &'static str) -> Result<Bytes, EgressError> {
    let upstream = Upstream::start(move |_, mut peer| async move {
        peer.head().await;
        peer.say(text).await;
    })
    .await;
    read(send(&client(), &upstream.origin, get()).await?).await
}

/// The answer to a GET from an upstream that says `text` and then nothing.
async fn stalled(text: &'static str, limits: Limits) -> Result<Response<Download>, EgressError> {
    let upstream = Upstream::start(move |_, mut peer| async move {
        peer.head().await;
        peer.say(text).await;
        peer.closed().await;
    })
    .await;
    send(&client_with(limits), &upstream.origin, get()).await
}

fn timed_out(error: &EgressError) -> Option<Phase> {
    match error {
        EgressError::TimedOut { phase, .. } => Some(*phase),
        _ => None,
    }
}

#[test]
fn an_answer_cut_short_is_an_error() {
    on_a_worker(async {
        for text in [
            "",
            "HTTP/1.1 200 OK\r\ncontent-le",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n1234",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n1234\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n12",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n1234\r\n0\r\n",
        ] {
            let error = answer_of(text).await.unwrap_err();
            assert!(
                matches!(error, EgressError::ClosedEarly { .. }),
                "{text} {error:?}"
            );
        }
    });
}

#[test]
fn what_came_before_the_cut_is_passed_on() {
    on_a_worker(async {
        let upstream = Upstream::start(|_, mut peer| async move {
            peer.head().await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1234")
                .await;
        })
        .await;
        let answer = send(&client(), &upstream.origin, get()).await.unwrap();
        let mut body = answer.into_body();
        assert_eq!(body.content_length(), Some(9));
        assert_eq!(body.next().await.unwrap().unwrap(), "1234");
        assert!(body.next().await.unwrap().is_err());
        assert!(body.next().await.is_none());
    });
}

#[test]
fn an_answer_that_is_not_http_is_an_error() {
    let many = "x: y\r\n".repeat(300);
    let large = format!("x: {}\r\n", "y".repeat(70_000));
    on_a_worker(async {
        for text in [
            "SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            format!("HTTP/1.1 200 OK\r\n{many}\r\n").leak(),
            format!("HTTP/1.1 200 OK\r\n{large}\r\n").leak(),
        ] {
            let error = answer_of(text).await.unwrap_err();
            let start: String = text.chars().take(60).collect();
            assert!(
                matches!(error, EgressError::BadAnswer { .. }),
                "{start} {error:?}"
            );
        }
    });
}

#[test]
fn answers_may_be_large_headed_informed_or_end_with_the_connection() {
    let many = "x: y\r\n".repeat(200);
    let large = format!("x: {}\r\n", "y".repeat(40_000));
    on_a_worker(async {
        for text in [
            "HTTP/1.1 200 OK\r\n\r\nok",
            "HTTP/1.0 200 OK\r\n\r\nok",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            format!("HTTP/1.1 200 OK\r\n{many}\r\nok").leak(),
            format!("HTTP/1.1 200 OK\r\n{large}\r\nok").leak(),
        ] {
            assert_eq!(answer_of(text).await.unwrap(), "ok");
        }
    });
}

#[test]
fn a_head_that_does_not_come_is_a_time_out() {
    on_a_worker(async {
        for text in ["", "HTTP/1.1 200 OK\r\n"] {
            let limits = Limits {
                first_byte: SHORT,
                ..Limits::default()
            };
            let error = stalled(text, limits).await.unwrap_err();
            assert_eq!(timed_out(&error), Some(Phase::FirstByte), "{error:?}");
            let reason = "`127.0.0.1` took too long (the first-byte time-out)";
            assert_eq!(error.to_string(), reason);
        }
    });
}

#[test]
fn a_body_that_stalls_is_a_time_out() {
    on_a_worker(async {
        let limits = Limits {
            idle: SHORT,
            ..Limits::default()
        };
        let text = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1234";
        let answer = stalled(text, limits).await.unwrap();
        let error = read(answer).await.unwrap_err();
        assert_eq!(timed_out(&error), Some(Phase::Idle), "{error:?}");
    });
}

#[test]
fn a_slow_reader_is_not_the_upstreams_fault() {
    on_a_worker(async {
        let limits = Limits {
            idle: SHORT,
            ..Limits::default()
        };
        let text = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n1234";
        let answer = stalled(text, limits).await.unwrap();
        tokio::time::sleep(SHORT * 3).await;
        assert_eq!(read(answer).await.unwrap(), "1234");
    });
}

#[test]
fn the_whole_exchange_has_an_end_even_if_nobody_reads() {
    on_a_worker(async {
        let (closed, was_closed) = tokio::sync::oneshot::channel();
        let closed = std::cell::Cell::new(Some(closed));
        let upstream = Upstream::start(move |_, mut peer| {
            let closed = closed.take();
            async move {
                peer.head().await;
                peer.say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1234")
                    .await;
                peer.closed().await;
                closed.unwrap().send(()).unwrap();
            }
        })
        .await;
        let client = client_with(Limits {
            total: SHORT,
            ..Limits::default()
        });
        let answer = send(&client, &upstream.origin, get()).await.unwrap();
        was_closed.await.unwrap();
        let error = read(answer).await.unwrap_err();
        assert_eq!(timed_out(&error), Some(Phase::Total), "{error:?}");
    });
}

#[test]
fn the_whole_exchange_has_an_end_even_if_it_moves() {
    on_a_worker(async {
        let upstream = Upstream::start(|_, mut peer| async move {
            peer.head().await;
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            for _ in 0..1000 {
                peer.say("1\r\nx\r\n").await;
                tokio::time::sleep(SHORT / 10).await;
            }
        })
        .await;
        let client = client_with(Limits {
            total: SHORT,
            ..Limits::default()
        });
        let answer = send(&client, &upstream.origin, get()).await.unwrap();
        let error = read(answer).await.unwrap_err();
        assert_eq!(timed_out(&error), Some(Phase::Total), "{error:?}");
    });
}

#[test]
fn a_time_out_of_one_exchange_leaves_the_next_alone() {
    on_a_worker(async {
        let upstream = Upstream::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        let client = client_with(Limits {
            total: SHORT * 3,
            ..Limits::default()
        });
        // Longer than one exchange may take, on one connection.
        for _ in 0..5 {
            let answer = send(&client, &upstream.origin, get()).await.unwrap();
            assert_eq!(read(answer).await.unwrap(), "ok");
            tokio::time::sleep(SHORT).await;
        }
        assert_eq!(upstream.accepted(), 1);
    });
}
