//! A caller that writes its bytes itself: no library between a test and the wire.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::app::TestApp;
use super::upstream::fields;

/// An answer, or what came of it.
#[derive(Clone, Debug)]
pub struct RawAnswer {
    /// The status; 0 if the connection was closed without an answer.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, freed of its framing.
    pub body: Vec<u8>,
    /// Whether it ended as its head said it would.
    pub is_whole: bool,
    /// Everything that came.
    pub bytes: Vec<u8>,
}

impl TestApp {
    /// A connection to the server.
    pub async fn dial(&self) -> TcpStream {
        let address = self.url.strip_prefix("http://").unwrap();
        TcpStream::connect(address).await.unwrap()
    }

    /// The head of a passthrough request, but for the empty line. `headers` are whole lines.
    pub fn head(
        &self,
        connection: &str,
        method: &str,
        target: &[u8],
        headers: &[&[u8]],
    ) -> Vec<u8> {
        let mut head = format!("{method} /v1/passthrough").into_bytes();
        head.extend_from_slice(target);
        head.extend_from_slice(
            format!(
                " HTTP/1.1\r\nhost: magpie.test\r\nx-pica-secret: {}\r\nx-pica-connection-key: {connection}\r\n",
                self.test_key
            )
            .as_bytes(),
        );
        for line in headers {
            head.extend_from_slice(line);
            head.extend_from_slice(b"\r\n");
        }
        head
    }

    /// Sends one passthrough request and reads until the server closes the connection.
    pub async fn pass(
        &self,
        connection: &str,
        method: &str,
        target: &str,
        headers: &[&str],
    ) -> RawAnswer {
        let lines: Vec<&[u8]> = headers.iter().map(|line| line.as_bytes()).collect();
        let mut bytes = self.head(connection, method, target.as_bytes(), &lines);
        bytes.extend_from_slice(b"connection: close\r\n\r\n");
        self.exchange(method, &bytes).await
    }

    /// Sends these bytes, which ask for the connection to be closed, and reads until it is.
    pub async fn exchange(&self, method: &str, request: &[u8]) -> RawAnswer {
        let mut stream = self.dial().await;
        // A server that refuses early may have closed its end by now: what it said still counts.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            bytes.extend_from_slice(&buffer[..read]);
        }
        RawAnswer::parse(method, bytes)
    }
}

impl RawAnswer {
    fn parse(method: &str, bytes: Vec<u8>) -> Self {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Self {
                status: 0,
                headers: Vec::new(),
                body: Vec::new(),
                is_whole: false,
                bytes,
            };
        };
        let (head, rest) = bytes.split_at(end + 4);
        let status = std::str::from_utf8(&head[9..12]).unwrap().parse().unwrap();
        if status == 100 {
            return Self::parse(method, rest.to_vec());
        }
        let headers = fields(head);
        let value = |name: &str| {
            let found = headers.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        };
        let has_no_body = method == "HEAD" || matches!(status, 204 | 304);
        let (body, is_whole) = if has_no_body {
            (rest.to_vec(), rest.is_empty())
        } else if value("transfer-encoding").is_some() {
            dechunk(rest)
        } else if let Some(length) = value("content-length") {
            (
                rest.to_vec(),
                rest.len() == length.parse::<usize>().unwrap(),
            )
        } else {
            (rest.to_vec(), true)
        };
        Self {
            status,
            headers,
            body,
            is_whole,
            bytes,
        }
    }

    /// The values of one header, in order.
    pub fn values(&self, name: &str) -> Vec<String> {
        self.headers
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What the chunks held, and whether the last one was there.
fn dechunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
            return (body, false);
        };
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        rest = &rest[end + 2..];
        if rest.len() < size + 2 {
            body.extend_from_slice(&rest[..size.min(rest.len())]);
            return (body, false);
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
        if size == 0 {
            return (body, rest.is_empty());
        }
    }
}
