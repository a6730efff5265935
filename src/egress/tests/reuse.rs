//! When a connection is used again, and when a request is sent again.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use hyper::Method;
use tokio::sync::Notify;

use super::upstream::{Peer, Upstream};
use super::*;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[test]
fn a_connection_serves_one_request_after_the_other() {
    on_a_worker(async {
        let client = client();
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        let empty = "HTTP/1.1 204 No Content\r\n\r\n";
        for answer in [OK, chunked, empty] {
            let upstream = Upstream::answering(answer).await;
            for _ in 0..5 {
                let answer = send(&client, &upstream.origin, get()).await.unwrap();
                read(answer).await.unwrap();
            }
            assert_eq!(upstream.accepted(), 1, "{answer}");
        }
        assert_eq!(client.kept(), 3);
    });
}

#[test]
fn requests_at_the_same_time_have_connections_of_their_own() {
    on_a_worker(async {
        let client = client();
        let upstream = Upstream::answering(OK).await;
        let both = futures_util::future::join_all((0..3).map(|_| async {
            let answer = send(&client, &upstream.origin, get()).await.unwrap();
            read(answer).await.unwrap()
        }));
        assert_eq!(both.await, ["ok", "ok", "ok"]);
        assert_eq!((upstream.accepted(), client.kept()), (3, 3));
    });
}

#[test]
fn no_more_connections_are_kept_than_allowed() {
    on_a_worker(async {
        let client = client_with(Limits {
            pool_per_origin: 1,
            ..Limits::default()
        });
        let upstream = Upstream::answering(OK).await;
        let first = send(&client, &upstream.origin, get()).await.unwrap();
        let second = send(&client, &upstream.origin, get()).await.unwrap();
        read(first).await.unwrap();
        read(second).await.unwrap();
        assert_eq!(client.kept(), 1);
    });
}

#[test]
fn an_answer_dropped_before_its_end_closes_the_connection() {
    on_a_worker(async {
        let closed = Rc::new(Notify::new());
        let seen = Rc::clone(&closed);
        let upstream = Upstream::start(move |_, mut peer| {
            let seen = Rc::clone(&seen);
            async move {
                peer.head().await;
                peer.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
                    .await;
                peer.closed().await;
                seen.notify_one();
            }
        })
        .await;
        let client = client();
        let answer = send(&client, &upstream.origin, get()).await.unwrap();
        let mut body = answer.into_body();
        assert_eq!(body.next().await.unwrap().unwrap(), "half");
        drop(body);
        closed.notified().await;
        assert_eq!(client.kept(), 0);
    });
}

#[test]
fn a_request_given_up_closes_the_connection() {
    on_a_worker(async {
        let (arrived, closed) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
        let (a, c) = (Rc::clone(&arrived), Rc::clone(&closed));
        let upstream = Upstream::start(move |_, mut peer| {
            let (a, c) = (Rc::clone(&a), Rc::clone(&c));
            async move {
                peer.head().await;
                a.notify_one();
                peer.closed().await;
                c.notify_one();
            }
        })
        .await;
        let client = client();
        tokio::select! {
            _ = send(&client, &upstream.origin, get()) => panic!("there is no answer"),
            () = arrived.notified() => {}
        }
        closed.notified().await;
    });
}

#[test]
fn a_connection_that_says_it_closes_is_not_kept() {
    on_a_worker(async {
        let client = client();
        let upstream = Upstream::answering(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        )
        .await;
        for _ in 0..2 {
            let answer = send(&client, &upstream.origin, get()).await.unwrap();
            read(answer).await.unwrap();
        }
        assert_eq!((upstream.accepted(), client.kept()), (2, 0));
    });
}

#[test]
fn kept_connections_grow_old_and_go() {
    on_a_worker(async {
        let client = client_with(Limits {
            pool_idle: Duration::from_millis(100),
            ..Limits::default()
        });
        let closed = Rc::new(Notify::new());
        let seen = Rc::clone(&closed);
        let upstream = Upstream::start(move |_, mut peer| {
            let seen = Rc::clone(&seen);
            async move {
                peer.head().await;
                peer.say(OK).await;
                peer.closed().await;
                seen.notify_one();
            }
        })
        .await;
        read(send(&client, &upstream.origin, get()).await.unwrap())
            .await
            .unwrap();
        assert_eq!(client.kept(), 1);
        closed.notified().await;
        assert_eq!(client.kept(), 0);
    });
}

/// Serves the first request of a connection; the first connection then takes another request
/// and closes without an answer.
async fn stale(heads: Rc<RefCell<Vec<String>>>) -> Upstream {
    Upstream::start(move |number, mut peer: Peer| {
        let heads = Rc::clone(&heads);
        async move {
            let mut served = 0;
            while let Some(head) = peer.head().await {
                let line = head.lines().next().unwrap().to_owned();
                heads.borrow_mut().push(format!("{number} {line}"));
                if number == 1 && served == 1 {
                    return;
                }
                served += 1;
                peer.say(OK).await;
            }
        }
    })
    .await
}

#[test]
fn a_request_that_can_be_repeated_is_sent_again_on_a_fresh_connection() {
    on_a_worker(async {
        for method in [Method::GET, Method::DELETE] {
            let heads = Rc::default();
            let upstream = stale(Rc::clone(&heads)).await;
            let client = client();
            for _ in 0..2 {
                let request = request(method.clone(), Upload::empty());
                let answer = send(&client, &upstream.origin, request).await.unwrap();
                assert_eq!(read(answer).await.unwrap(), "ok");
            }
            let line = format!("{method} /path?query=1 HTTP/1.1");
            let expected = ["1", "1", "2"].map(|number| format!("{number} {line}"));
            assert_eq!(*heads.borrow(), expected);
        }
    });
}

#[test]
fn a_request_that_may_have_had_an_effect_is_not_sent_again() {
    on_a_worker(async {
        for body in ["", "body"] {
            let heads = Rc::default();
            let upstream = stale(Rc::clone(&heads)).await;
            let client = client();
            let warm = send(&client, &upstream.origin, get()).await.unwrap();
            read(warm).await.unwrap();
            let request = request(Method::POST, Upload::whole(body.into()));
            let error = send(&client, &upstream.origin, request).await.unwrap_err();
            assert!(matches!(error, EgressError::ClosedEarly { .. }), "{error}");
            assert_eq!(heads.borrow().len(), 2);
        }
    });
}

#[test]
fn a_kept_connection_that_was_closed_meanwhile_costs_nobody_a_request() {
    on_a_worker(async {
        let upstream = Upstream::start(|_, mut peer| async move {
            // Whatever comes with the second request is not read: the socket is gone by then.
            peer.head().await;
            peer.say(OK).await;
        })
        .await;
        let client = client();
        for _ in 0..3 {
            let (pieces, body) = pushed();
            pieces.send(Ok("body".into())).unwrap();
            drop(pieces);
            let answer = send(&client, &upstream.origin, get()).await.unwrap();
            read(answer).await.unwrap();
            while client.kept() > 0 {
                tokio::task::yield_now().await;
            }
            let request = request(Method::POST, Upload::stream(body, None));
            let answer = send(&client, &upstream.origin, request).await.unwrap();
            read(answer).await.unwrap();
        }
    });
}

#[test]
fn an_answer_nobody_asked_for_ends_the_connection() {
    on_a_worker(async {
        let upstream = Upstream::start(|_, mut peer| async move {
            while peer.head().await.is_some() {
                peer.say(OK).await;
                peer.say(OK).await;
            }
        })
        .await;
        let client = client();
        for _ in 0..2 {
            let answer = send(&client, &upstream.origin, get()).await.unwrap();
            assert_eq!(read(answer).await.unwrap(), "ok");
            while client.kept() > 0 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(upstream.accepted(), 2);
    });
}
