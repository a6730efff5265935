//! Bodies pass through as they come: whatever their size, and in step with whoever reads them.

use std::io::{Read, Write};
use std::time::Duration;

use crate::support::{
    Chunks, Pattern, TestApp, Upstream, read_head_blocking, serve_one, write_chunks,
    write_until_blocked,
};

const GIBIBYTE: u64 = 1 << 30;
/// What the server may have resident beside what it has at rest, in KiB.
const LITTLE: u64 = 32 * 1024;
/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// More than the sockets' buffers between two programs on one machine can hold.
const MUCH: u64 = 256 * 1024 * 1024;

fn assert_little(app: &TestApp) {
    let (most, resting) = (app.memory("VmHWM"), TestApp::start().memory("VmRSS"));
    assert!(
        most < resting + LITTLE,
        "{most} KiB were resident, {resting} at rest"
    );
}

#[tokio::test]
async fn a_gibibyte_goes_up_in_little_memory() {
    let app = TestApp::start();
    for framing in ["content-length: 1073741824", "transfer-encoding: chunked"] {
        let (address, upstream) = serve_one(move |mut stream| {
            let head = read_head_blocking(&mut stream);
            assert!(head.contains(framing), "{head}");
            let count = match framing.contains("chunked") {
                true => Pattern::new().compare(&mut Chunks::new(&stream)),
                false => Pattern::new().compare(&mut (&stream).take(GIBIBYTE)),
            };
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .unwrap();
            count
        });
        let key = app.bearer(&format!("http://{address}")).await;
        let mut head = app.head(
            &key,
            "POST",
            b"/a",
            &[framing.as_bytes(), b"connection: close"],
        );
        head.extend_from_slice(b"\r\n");
        let mut stream = app.dial_blocking();
        stream.write_all(&head).unwrap();
        match framing.contains("chunked") {
            true => write_chunks(&mut stream, GIBIBYTE),
            false => Pattern::new().write(&mut stream, GIBIBYTE).unwrap(),
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert_eq!(upstream.join().unwrap(), GIBIBYTE);
        assert_little(&app);
    }
}

#[tokio::test]
async fn a_gibibyte_comes_down_in_little_memory() {
    let app = TestApp::start();
    for framing in ["content-length: 1073741824", "transfer-encoding: chunked"] {
        let (address, upstream) = serve_one(move |mut stream| {
            read_head_blocking(&mut stream);
            let head = format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            match framing.contains("chunked") {
                true => write_chunks(&mut stream, GIBIBYTE),
                false => Pattern::new().write(&mut stream, GIBIBYTE).unwrap(),
            }
        });
        let key = app.bearer(&format!("http://{address}")).await;
        let mut head = app.head(&key, "GET", b"/a", &[b"connection: close"]);
        head.extend_from_slice(b"\r\n");
        let mut stream = app.dial_blocking();
        stream.write_all(&head).unwrap();
        let answer = read_head_blocking(&mut stream);
        assert!(answer.contains(framing), "{answer}");
        let count = match framing.contains("chunked") {
            true => Pattern::new().compare(&mut Chunks::new(&stream)),
            false => Pattern::new().compare(&mut stream),
        };
        assert_eq!(count, GIBIBYTE);
        upstream.join().unwrap();
        assert_little(&app);
    }
}

#[tokio::test]
async fn an_event_arrives_before_the_next_one_is_sent() {
    let app = TestApp::start();
    let (seen, wait) = std::sync::mpsc::channel::<()>();
    let (address, upstream) = serve_one(move |mut stream| {
        read_head_blocking(&mut stream);
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head).unwrap();
        for number in 0..20 {
            write!(stream, "b\r\ndata: {number:03}\n\n\r\n").unwrap();
            wait.recv().unwrap();
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
    });
    let key = app.bearer(&format!("http://{address}")).await;
    let mut stream = app.dial_blocking();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = app.head(&key, "GET", b"/a", &[b"accept: text/event-stream"]);
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).unwrap();
    let answer = read_head_blocking(&mut stream);
    assert!(answer.contains("\r\ncontent-type: text/event-stream\r\n"));
    let mut events = Chunks::new(stream);
    for number in 0..20 {
        let mut event = [0; 11];
        events.read_exact(&mut event).unwrap();
        assert_eq!(event[..], *format!("data: {number:03}\n\n").as_bytes());
        seen.send(()).unwrap();
    }
    assert_eq!(events.read(&mut [0]).unwrap(), 0);
    upstream.join().unwrap();
}

#[tokio::test]
async fn a_body_goes_up_while_the_answer_comes_down() {
    let app = TestApp::start();
    let (address, upstream) = serve_one(move |mut stream| {
        read_head_blocking(&mut stream);
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head).unwrap();
        let mut pieces = Chunks::new(stream.try_clone().unwrap());
        let mut piece = [0; 3];
        while pieces.read(&mut piece).unwrap() > 0 {
            stream.write_all(b"3\r\n").unwrap();
            stream.write_all(&piece).unwrap();
            stream.write_all(b"\r\n").unwrap();
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
    });
    let key = app.bearer(&format!("http://{address}")).await;
    let mut stream = app.dial_blocking();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = app.head(&key, "POST", b"/a", &[b"transfer-encoding: chunked"]);
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).unwrap();
    read_head_blocking(&mut stream);
    let mut echo = Chunks::new(stream.try_clone().unwrap());
    for number in 0..20 {
        let sent = format!("{number:03}");
        write!(stream, "3\r\n{sent}\r\n").unwrap();
        let mut got = [0; 3];
        echo.read_exact(&mut got).unwrap();
        assert_eq!(got[..], *sent.as_bytes());
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    assert_eq!(echo.read(&mut [0]).unwrap(), 0);
    upstream.join().unwrap();
}

#[tokio::test]
async fn a_caller_that_stops_reading_stops_the_provider_and_nobody_else() {
    let app = TestApp::start();
    let other = Upstream::start().await;
    let fine = app.bearer(&other.url()).await;
    let mut stalled = Vec::new();
    for _ in 0..8 {
        let (address, upstream) = serve_one(move |mut stream| {
            read_head_blocking(&mut stream);
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n";
            stream.write_all(head).unwrap();
            write_until_blocked(&mut stream, MUCH)
        });
        let key = app.bearer(&format!("http://{address}")).await;
        let mut stream = app.dial_blocking();
        let mut head = app.head(&key, "GET", b"/a", &[]);
        head.extend_from_slice(b"\r\n");
        stream.write_all(&head).unwrap();
        read_head_blocking(&mut stream);
        stalled.push((stream, upstream));
    }
    for _ in 0..50 {
        assert_eq!(app.pass(&fine, "GET", "/a", &[]).await.status, 200);
    }
    for (_stream, upstream) in stalled {
        let written = upstream.join().unwrap();
        assert!(written < MUCH, "the provider was never held back");
    }
    assert_little(&app);
}

#[tokio::test]
async fn a_provider_that_stops_reading_stops_the_caller_and_nobody_else() {
    let app = TestApp::start();
    let other = Upstream::start().await;
    let fine = app.bearer(&other.url()).await;
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let (address, upstream) = serve_one(move |mut stream| {
        read_head_blocking(&mut stream);
        wait.recv().unwrap_err();
    });
    let key = app.bearer(&format!("http://{address}")).await;
    let mut stream = app.dial_blocking();
    let mut head = app.head(&key, "POST", b"/a", &[b"content-length: 1099511627776"]);
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).unwrap();
    let written = write_until_blocked(&mut stream, MUCH);
    assert!(written < MUCH, "the caller was never held back");
    assert_eq!(app.pass(&fine, "GET", "/a", &[]).await.status, 200);
    assert_little(&app);
    drop(done);
    upstream.join().unwrap();
}
