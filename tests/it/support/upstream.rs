//! A provider of our own making. It keeps the very bytes that arrive, and answers with the very
//! bytes that a test wants.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Everything up to the empty line, and that.
    pub head: Vec<u8>,
    /// The body, freed of its framing.
    pub body: Vec<u8>,
}

/// What is said to a request.
pub enum Reply {
    /// These bytes; the connection stays open for the next request.
    Then(Vec<u8>),
    /// These bytes, and the end of the connection.
    ThenClose(Vec<u8>),
    /// Nothing, while the caller waits.
    Never,
}

/// A provider on a free port of 127.0.0.1. Dropping it stops it.
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Upstream {
    /// Says `{"ok":true}` to everything.
    pub async fn start() -> Self {
        Self::answering(|_| Reply::Then(ok(r#"{"ok":true}"#))).await
    }

    /// Says what `answer` says.
    pub async fn answering(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (answer, kept) = (Arc::new(answer), Arc::clone(&seen));
        let serve = move |stream| serve(stream, Arc::clone(&kept), Arc::clone(&answer));
        let (address, task) = listen(serve).await;
        Self {
            address,
            seen,
            task,
        }
    }

    /// Leaves each connection to `serve`.
    pub async fn raw<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (address, task) = listen(serve).await;
        Self {
            address,
            seen: Arc::default(),
            task,
        }
    }

    /// Its address as a base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came whole, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request that came.
    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }

    /// The request that came last.
    pub fn last(&self) -> Seen {
        self.seen().pop().expect("no request came")
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    /// The first line, lossily.
    pub fn line(&self) -> String {
        let line = self.head.split(|byte| *byte == b'\r').next().unwrap();
        String::from_utf8_lossy(line).into_owned()
    }

    /// The first line's second word, lossily.
    pub fn target(&self) -> String {
        self.line().split(' ').nth(1).unwrap().to_owned()
    }

    /// Names in lower case, and values.
    pub fn headers(&self) -> Vec<(String, Vec<u8>)> {
        fields(&self.head)
    }

    /// The values of one header, in order.
    pub fn values(&self, name: &str) -> Vec<String> {
        self.headers()
            .into_iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| String::from_utf8_lossy(&value).into_owned())
            .collect()
    }
}

/// A 200 with JSON.
pub fn ok(json: &str) -> Vec<u8> {
    let length = json.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    )
    .into_bytes()
}

/// The header fields of a head: names in lower case, and values.
pub fn fields(head: &[u8]) -> Vec<(String, Vec<u8>)> {
    head.split(|byte| *byte == b'\n')
        .skip(1)
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
            Some((name, line[colon + 1..].trim_ascii().to_vec()))
        })
        .collect()
}

async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> (SocketAddr, JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        // Ends with the listener, and so do the connections.
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream));
        }
    });
    (address, task)
}

async fn serve(
    stream: TcpStream,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<impl Fn(&Seen) -> Reply>,
) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = read_head(&mut stream).await {
        let Some(body) = read_body(&mut stream, &head).await else {
            return;
        };
        let request = Seen { head, body };
        let reply = answer(&request);
        seen.lock().unwrap().push(request);
        match reply {
            Reply::Then(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::ThenClose(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Reply::Never => std::future::pending().await,
        }
    }
}

/// Everything up to the next empty line; `None` if the connection ends before.
pub async fn read_head(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(head)
}

/// The body that `head` announces; `None` if the connection ends before it does.
pub async fn read_body(stream: &mut (impl AsyncReadExt + Unpin), head: &[u8]) -> Option<Vec<u8>> {
    let value = |name| {
        let mut found = fields(head).into_iter().filter(|(other, _)| other == name);
        found
            .next()
            .map(|(_, value)| String::from_utf8(value).unwrap())
    };
    let mut body = Vec::new();
    if value("transfer-encoding").is_some() {
        while let Some(chunk) = read_chunk(stream).await? {
            body.extend(chunk);
        }
    } else if let Some(length) = value("content-length") {
        body.resize(length.parse().unwrap(), 0);
        stream.read_exact(&mut body).await.ok()?;
    }
    Some(body)
}

/// The next chunk, `Some(None)` after the last one, `None` if the connection ends before.
async fn read_chunk(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<Option<Vec<u8>>> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await.ok()?);
    }
    let size = std::str::from_utf8(&line).unwrap().trim_end();
    let size = usize::from_str_radix(size, 16).unwrap();
    let mut chunk = vec![0; size + 2];
    stream.read_exact(&mut chunk).await.ok()?;
    chunk.truncate(size);
    Some((size > 0).then_some(chunk))
}
