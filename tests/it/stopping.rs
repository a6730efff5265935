//! How a server ends: what is under way is finished, and nobody waits for what is not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinHandle;

use crate::support::{Gate, TestApp, Waiting, eventually};

/// Much longer than a stop takes, and much shorter than the 30 s that requests are granted.
const SOON: Duration = Duration::from_secs(8);

/// A connection that was used once and is kept.
fn kept_connection(url: &str) -> BufReader<TcpStream> {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = BufReader::new(TcpStream::connect(address).unwrap());
    let request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    stream.get_mut().write_all(request).unwrap();
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    stream.read_exact(&mut vec![0; length]).unwrap();
    stream
}

type Answer = JoinHandle<Result<String, reqwest::Error>>;

/// A passthrough request that has reached its provider, which has not answered yet.
async fn under_way(app: &TestApp) -> (Answer, Waiting) {
    let gate = Gate::new();
    let connection = app
        .connection("generic-none", json!({ "BASE_URL": gate.url }))
        .await;
    let request = app.client().passthrough("GET", &connection, "/slow");
    let answer =
        tokio::spawn(async move { request.send().await?.error_for_status()?.text().await });
    (answer, gate.request().await)
}

async fn tell_to_stop(app: &TestApp, signal: &str) {
    app.signal(signal);
    eventually("the server says that it is stopping", async || {
        app.log().contains("stopping: ").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_without_work_stops_at_once_though_connections_are_kept() {
    let app = TestApp::start();
    let kept = [kept_connection(&app.url), kept_connection(&app.url)];
    let socket = app.data_dir().join("control.sock");
    assert!(socket.exists());
    let started = Instant::now();
    let folder = app.stop();
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    assert!(
        !socket.exists(),
        "the socket of a server that has ended is left"
    );
    drop((kept, folder));
}

#[tokio::test]
async fn a_request_under_way_is_answered_whole_and_no_other_is_taken() {
    for signal in ["TERM", "INT"] {
        let app = TestApp::start();
        let _kept = kept_connection(&app.url);
        let (answer, mut waiting) = under_way(&app).await;
        waiting.begin(10);
        waiting.send(b"first");
        tell_to_stop(&app, signal).await;
        eventually("no new connection is taken", async || {
            let request = app.anonymous().request("GET", "/health");
            let soon = request.timeout(Duration::from_millis(200));
            soon.send().await.is_err().then_some(())
        })
        .await;
        assert!(!answer.is_finished());
        waiting.send(b" last");
        assert_eq!(answer.await.unwrap().unwrap(), "first last", "{signal}");
        let started = Instant::now();
        app.stop();
        assert!(
            started.elapsed() < SOON,
            "{signal}: {:?}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_cut_off() {
    let app = TestApp::start_with(|command| {
        command
            .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
            .env("MAGPIE_SHUTDOWN_TIMEOUT_SECONDS", "1")
    });
    let (answer, _waiting) = under_way(&app).await;
    let started = Instant::now();
    app.stop();
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    assert!(answer.await.unwrap().is_err());
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let app = TestApp::start();
    let (answer, _waiting) = under_way(&app).await;
    tell_to_stop(&app, "TERM").await;
    let started = Instant::now();
    app.stop();
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    assert!(answer.await.unwrap().is_err());
}
