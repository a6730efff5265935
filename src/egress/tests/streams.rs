//! Bodies that move while they are being made.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use hyper::Method;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use super::upstream::{Peer, Upstream};
use super::*;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// An upstream that hands its one connection to the test.
async fn manual() -> (Upstream, tokio::sync::mpsc::UnboundedReceiver<Peer>) {
    let (sender, receiver) = unbounded_channel();
    let upstream = Upstream::start(move |_, peer| {
        sender.send(peer).ok();
        async {}
    })
    .await;
    (upstream, receiver)
}

fn post(body: Upload) -> Request<Upload> {
    request(Method::POST, body)
}

#[test]
fn the_upstream_sees_the_first_piece_before_the_last_is_made() {
    on_a_worker(async {
        let (upstream, mut peers) = manual().await;
        let (pieces, body) = pushed();
        let client = client();
        let sent = send(
            &client,
            &upstream.origin,
            post(Upload::stream(body, Some(10))),
        );
        let serve = async {
            let mut peer = peers.recv().await.unwrap();
            let head = peer.head().await.unwrap();
            assert!(head.contains("content-length: 10\r\n"), "{head}");
            pieces.send(Ok("first".into())).unwrap();
            assert_eq!(peer.read(5).await, "first");
            pieces.send(Ok("final".into())).unwrap();
            assert_eq!(peer.read(5).await, "final");
            peer.say(OK).await;
            peer
        };
        let (answer, _peer) = tokio::join!(sent, serve);
        assert_eq!(read(answer.unwrap()).await.unwrap(), "ok");
        assert_eq!(client.kept(), 1);
    });
}

#[test]
fn a_body_of_unknown_length_goes_in_chunks_whatever_the_method() {
    on_a_worker(async {
        for method in [Method::POST, Method::GET, Method::DELETE] {
            let (upstream, mut peers) = manual().await;
            let (pieces, body) = pushed();
            pieces.send(Ok("piece".into())).unwrap();
            drop(pieces);
            let client = client();
            let request = request(method, Upload::stream(body, None));
            let serve = async {
                let mut peer = peers.recv().await.unwrap();
                let head = peer.head().await.unwrap();
                assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
                for line in ["5", "piece", "0", ""] {
                    assert_eq!(peer.line().await, line);
                }
                peer.say(OK).await;
                peer
            };
            let (answer, _peer) = tokio::join!(send(&client, &upstream.origin, request), serve);
            read(answer.unwrap()).await.unwrap();
        }
    });
}

#[test]
fn what_the_caller_says_about_framing_and_this_hop_does_not_count() {
    on_a_worker(async {
        let (upstream, mut peers) = manual().await;
        let mut request = post(Upload::whole("four".into()));
        for (name, value) in [
            ("content-length", "99"),
            ("transfer-encoding", "chunked"),
            ("connection", "close"),
            ("expect", "100-continue"),
            ("host", "evil.test"),
            ("x-mine", "kept"),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let client = client();
        let serve = async {
            let mut peer = peers.recv().await.unwrap();
            let head = peer.head().await.unwrap();
            peer.say(OK).await;
            (head, peer)
        };
        let (answer, (head, _peer)) = tokio::join!(send(&client, &upstream.origin, request), serve);
        answer.unwrap();
        let mut lines: Vec<_> = head.lines().collect();
        lines.sort_unstable();
        let host = format!("host: 127.0.0.1:{}", upstream.port);
        let expected = [
            "POST /path?query=1 HTTP/1.1",
            "content-length: 4",
            &host,
            "x-mine: kept",
        ];
        assert_eq!(lines, expected);
    });
}

#[test]
fn a_post_without_a_body_says_so() {
    on_a_worker(async {
        let (upstream, mut peers) = manual().await;
        let client = client();
        let serve = async {
            let mut peer = peers.recv().await.unwrap();
            let head = peer.head().await.unwrap();
            assert!(head.contains("content-length: 0\r\n"), "{head}");
            peer.say(OK).await;
            peer
        };
        let sent = send(&client, &upstream.origin, post(Upload::empty()));
        let (answer, _peer) = tokio::join!(sent, serve);
        answer.unwrap();
    });
}

#[test]
fn the_path_and_query_arrive_byte_for_byte() {
    on_a_worker(async {
        let raw = "/a/../b//c%2Fd%2f;x='%41'?q=%zz&&e=[1]|{2}&x=?#".trim_end_matches('#');
        let (upstream, mut peers) = manual().await;
        let client = client();
        let mut request = get();
        *request.uri_mut() = raw.parse().unwrap();
        let serve = async {
            let mut peer = peers.recv().await.unwrap();
            let head = peer.head().await.unwrap();
            peer.say(OK).await;
            (head, peer)
        };
        let (answer, (head, _peer)) = tokio::join!(send(&client, &upstream.origin, request), serve);
        answer.unwrap();
        assert_eq!(head.lines().next(), Some(&*format!("GET {raw} HTTP/1.1")));
    });
}

#[test]
fn an_answer_may_come_before_the_body_is_all_sent() {
    on_a_worker(async {
        for (status, asks_for_more) in [("200 OK", true), ("413 Content Too Large", false)] {
            let (upstream, mut peers) = manual().await;
            let (pieces, body) = pushed();
            pieces.send(Ok("first".into())).unwrap();
            let client = client();
            let request = post(Upload::stream(body, Some(1000)));
            let serve = async {
                let mut peer = peers.recv().await.unwrap();
                peer.head().await.unwrap();
                peer.read(5).await;
                peer.say(&format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n"))
                    .await;
                peer
            };
            let sent = send(&client, &upstream.origin, request);
            let (answer, mut peer) = tokio::join!(sent, serve);
            let answer = answer.unwrap();
            assert!(status.starts_with(answer.status().as_str()));
            pieces.send(Ok("second".into())).unwrap();
            if asks_for_more {
                assert_eq!(peer.read(6).await, "second");
            }
            peer.say("ok").await;
            assert_eq!(read(answer).await.unwrap(), "ok");
            // The rest of the body was never sent, so the connection is of no further use.
            peer.closed().await;
            assert_eq!(client.kept(), 0);
            assert!(pieces.is_closed(), "nobody holds the rest of the body");
        }
    });
}

#[test]
fn the_callers_own_failure_is_told_apart() {
    on_a_worker(async {
        let (upstream, mut peers) = manual().await;
        let (pieces, body) = pushed();
        pieces.send(Ok("first".into())).unwrap();
        pieces.send(Err("the caller left")).unwrap();
        let client = client();
        let request = post(Upload::stream(body, None));
        let serve = async {
            let mut peer = peers.recv().await.unwrap();
            peer.closed().await;
        };
        let (answer, ()) = tokio::join!(send(&client, &upstream.origin, request), serve);
        assert!(matches!(answer.unwrap_err(), EgressError::Body));
    });
}

#[test]
fn a_body_shorter_than_it_said_is_the_callers_failure() {
    on_a_worker(async {
        let (upstream, mut peers) = manual().await;
        let (pieces, body) = pushed();
        pieces.send(Ok("four".into())).unwrap();
        drop(pieces);
        let client = client();
        let request = post(Upload::stream(body, Some(5)));
        let serve = async { peers.recv().await.unwrap().closed().await };
        let (answer, ()) = tokio::join!(send(&client, &upstream.origin, request), serve);
        assert!(matches!(answer.unwrap_err(), EgressError::Body));
    });
}

#[test]
fn uploads_may_take_long_as_long_as_they_move() {
    on_a_worker(async {
        let step = Duration::from_millis(20);
        let upstream = Upstream::start(|_, mut peer| async move {
            peer.head().await;
            peer.read(10).await;
            peer.say(OK).await;
        })
        .await;
        let client = client_with(Limits {
            first_byte: step * 8,
            ..Limits::default()
        });
        let pieces = futures_util::stream::iter(0..10).then(move |_| async move {
            tokio::time::sleep(step).await;
            Ok::<_, ()>(Bytes::from_static(b"x"))
        });
        let request = post(Upload::stream(pieces, Some(10)));
        let answer = send(&client, &upstream.origin, request).await.unwrap();
        assert_eq!(read(answer).await.unwrap(), "ok");
    });
}

#[test]
fn a_body_nobody_reads_stays_with_the_upstream() {
    on_a_worker(async {
        const ALL: usize = 256 * 1024 * 1024;
        let (stuck, was_stuck) = tokio::sync::oneshot::channel();
        let stuck = Cell::new(Some(stuck));
        let upstream = Upstream::start(move |_, mut peer| {
            let stuck = stuck.take().unwrap();
            async move {
                peer.head().await;
                peer.say(&format!("HTTP/1.1 200 OK\r\ncontent-length: {ALL}\r\n\r\n"))
                    .await;
                let piece = vec![b'x'; 64 * 1024];
                let mut taken = 0;
                while taken < ALL {
                    let write = peer.0.get_mut().write(&piece);
                    match timeout(Duration::from_millis(300), write).await {
                        Ok(count) => taken += count.unwrap(),
                        Err(_) => break,
                    }
                }
                stuck.send(taken).unwrap();
            }
        })
        .await;
        let answer = send(&client(), &upstream.origin, get()).await.unwrap();
        let taken = was_stuck.await.unwrap();
        // The sockets' buffers hold some megabytes, what we add is a fraction of one.
        assert!(taken < 32 * 1024 * 1024, "{taken} bytes were taken");
        drop(answer);
    });
}

#[test]
fn an_upstream_that_does_not_read_is_not_fed() {
    on_a_worker(async {
        let (upstream, mut peers) = manual().await;
        let made = Rc::new(Cell::new(0_usize));
        let counter = Rc::clone(&made);
        let pieces = futures_util::stream::repeat_with(move || {
            counter.set(counter.get() + 64 * 1024);
            Ok::<_, ()>(Bytes::from_static(&[b'x'; 64 * 1024]))
        });
        let client = client();
        let sent = send(
            &client,
            &upstream.origin,
            post(Upload::stream(pieces, None)),
        );
        let watch = async {
            let _peer = peers.recv().await.unwrap();
            let mut before = usize::MAX;
            while made.get() != before || before == 0 {
                before = made.get();
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        };
        tokio::select! {
            _ = sent => panic!("there is no answer"),
            () = watch => {}
        }
        assert!(
            made.get() < 32 * 1024 * 1024,
            "{} bytes were made",
            made.get()
        );
    });
}
