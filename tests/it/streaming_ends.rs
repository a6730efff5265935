//! Bodies that are broken off: by us because there is too much, or by a caller that leaves.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::support::{TestApp, Upstream, read_head, read_head_blocking, serve_one};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the server may have resident beside what it has at rest, in KiB.
const LITTLE: u64 = 32 * 1024;

#[tokio::test]
async fn a_body_too_large_for_our_own_api_is_refused_unread() {
    let app = TestApp::start();
    let resting = app.memory("VmRSS");
    const SIZE: usize = 100 * 1024 * 1024;
    let start = "{\"platform\":\"openai\",\"authFormData\":{\"OPENAI_API_KEY\":\"";
    for framing in ["content-length: 104857600", "transfer-encoding: chunked"] {
        let head = format!(
            "POST /v1/vault/connections HTTP/1.1\r\nhost: m\r\nx-pica-secret: {}\r\ncontent-type: application/json\r\n{framing}\r\n\r\n",
            app.test_key
        );
        let mut stream = app.dial_blocking();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut writer = stream.try_clone().unwrap();
        // It may go on writing for as long as it is let; the answer must not depend on it.
        let writing = std::thread::spawn(move || {
            let piece = [b'x'; 64 * 1024];
            let chunked = framing.contains("chunked");
            let mut left = SIZE;
            let mut write = |bytes: &[u8]| match chunked {
                true => write!(writer, "{:x}\r\n", bytes.len())
                    .and_then(|()| writer.write_all(bytes))
                    .and_then(|()| writer.write_all(b"\r\n")),
                false => writer.write_all(bytes),
            };
            let _ = write(start.as_bytes());
            left -= start.len();
            while left > 0 && write(&piece[..left.min(piece.len())]).is_ok() {
                left -= left.min(piece.len());
            }
        });
        let head = read_head_blocking(&mut stream);
        assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (&body["code"], &body["status"]),
            (&json!(2014), &json!(413))
        );
        let _ = stream.shutdown(Shutdown::Both);
        writing.join().unwrap();
        assert!(app.memory("VmHWM") < resting + LITTLE);
    }
    // And as a library sees it, which writes first and reads then.
    let body = format!("{start}{}\"}}}}", "x".repeat(SIZE));
    let request = app
        .client()
        .request("POST", "/v1/vault/connections")
        .header("content-type", "application/json")
        .body(body);
    app.client().send(request).await.assert_error(413, 2014);
    assert!(app.memory("VmHWM") < resting + LITTLE);
}

#[tokio::test]
async fn a_caller_that_leaves_during_the_answer_is_not_served_on() {
    let app = TestApp::start();
    let (address, upstream) = serve_one(|mut stream| {
        read_head_blocking(&mut stream);
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n";
        stream.write_all(head).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let piece = [b'x'; 64 * 1024];
        loop {
            if let Err(error) = stream.write_all(&piece) {
                return error.kind();
            }
        }
    });
    let key = app.bearer(&format!("http://{address}")).await;
    let mut stream = app.dial_blocking();
    let mut head = app.head(&key, "GET", b"/a", &[]);
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).unwrap();
    read_head_blocking(&mut stream);
    drop(stream);
    let ended = upstream.join().unwrap();
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
    assert!(matches!(ended, BrokenPipe | ConnectionReset), "{ended}");
}

/// Says that a request has begun once `part` of its body is there, and then what more came.
async fn watched(part: usize) -> (Upstream, UnboundedReceiver<Vec<u8>>) {
    let (say, said) = tokio::sync::mpsc::unbounded_channel();
    let upstream = Upstream::raw(move |mut stream| {
        let say = say.clone();
        async move {
            read_head(&mut stream).await.unwrap();
            let mut body = vec![0; part];
            stream.read_exact(&mut body).await.unwrap();
            say.send(body).unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            say.send(rest).unwrap();
        }
    })
    .await;
    (upstream, said)
}

#[tokio::test]
async fn a_caller_that_leaves_before_the_answer_ends_the_providers_request() {
    let app = TestApp::start();
    for (framing, body) in [
        (&b"x: y"[..], &b""[..]),
        (b"content-length: 4", b"part"),
        (b"content-length: 100", b"part"),
        (b"transfer-encoding: chunked", b"4\r\npart\r\n"),
    ] {
        let (upstream, mut said) = watched(match framing {
            b"content-length: 4" | b"content-length: 100" => 4,
            b"x: y" => 0,
            _ => 9,
        })
        .await;
        let key = app.bearer(&upstream.url()).await;
        let mut stream = app.dial().await;
        let mut head = app.head(&key, "POST", b"/a", &[framing]);
        head.extend_from_slice(b"\r\n");
        head.extend_from_slice(body);
        stream.write_all(&head).await.unwrap();
        assert_eq!(said.recv().await.unwrap(), body);
        drop(stream);
        let rest = tokio::time::timeout(PATIENCE, said.recv()).await;
        let rest = rest.expect("the provider's request goes on").unwrap();
        // Not even the end of a body that did not end.
        assert!(rest.is_empty(), "{rest:?}");
    }
}
