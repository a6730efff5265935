//! A provider that answers when the test says so.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use tokio::sync::oneshot;

/// A provider for one request.
pub struct Gate {
    /// Its base URL.
    pub url: String,
    arrived: oneshot::Receiver<TcpStream>,
}

/// A request that has arrived and waits for its answer.
pub struct Waiting(TcpStream);

impl Gate {
    /// Opens a port, and waits there for one request without a body.
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, arrived) = oneshot::channel();
        std::thread::spawn(move || {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).unwrap();
            }
            sender.send(stream.into_inner()).ok();
        });
        Self { url, arrived }
    }

    /// Waits until the request is there.
    pub async fn request(self) -> Waiting {
        Waiting(self.arrived.await.unwrap())
    }
}

impl Waiting {
    /// Sends the head of an answer with `length` bytes.
    pub fn begin(&mut self, length: usize) {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        self.send(head.as_bytes());
    }

    /// Sends a piece of the answer.
    pub fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }
}
