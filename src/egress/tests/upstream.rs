//! An upstream that does what a test tells it to, byte by byte.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::egress::origin::Origin;

/// A listener on the loopback address.
pub struct Upstream {
    pub origin: Origin,
    pub port: u16,
    accepted: Rc<Cell<usize>>,
}

impl Upstream {
    /// Lets `serve` handle each connection; it is told which one it is, from 1.
    pub async fn start<F, Fut>(serve: F) -> Self
    where
        F: Fn(usize, Peer) -> Fut + 'static,
        Fut: Future<Output = ()> + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepted = Rc::new(Cell::new(0));
        let counter = Rc::clone(&accepted);
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.set(counter.get() + 1);
                let peer = Peer(BufReader::new(stream));
                tokio::task::spawn_local(serve(counter.get(), peer));
            }
        });
        let url = format!("http://127.0.0.1:{port}/").parse().unwrap();
        Self {
            origin: Origin::of(&url).unwrap(),
            port,
            accepted,
        }
    }

    /// One that answers every request of every connection with `answer`.
    pub async fn answering(answer: &'static str) -> Self {
        Self::start(move |_, mut peer| async move {
            while peer.head().await.is_some() {
                peer.say(answer).await;
            }
        })
        .await
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> usize {
        self.accepted.get()
    }
}

/// One connection, from the upstream's side.
pub struct Peer(pub BufReader<TcpStream>);

impl Peer {
    /// The next request's head, without the empty line. None once the client has closed.
    pub async fn head(&mut self) -> Option<String> {
        let mut head = String::new();
        loop {
            let mut line = String::new();
            match self.0.read_line(&mut line).await {
                Ok(0) | Err(_) => return None,
                Ok(_) if line == "\r\n" => return Some(head),
                Ok(_) => head.push_str(&line),
            }
        }
    }

    /// The next `count` bytes.
    pub async fn read(&mut self, count: usize) -> String {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// The next line of a chunked body, say.
    pub async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    /// Sends `text`. A client that is gone is the test's business, not the upstream's.
    pub async fn say(&mut self, text: &str) {
        let _ = self.0.get_mut().write_all(text.as_bytes()).await;
    }

    /// Resolves when the client has closed the connection.
    pub async fn closed(&mut self) {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest).await;
    }
}
