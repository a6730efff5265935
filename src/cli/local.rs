//! Talking to a server on this machine: by its port, or by its control socket.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::http::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// A server on the same machine that takes longer is in trouble.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Asks the server at `address` whether it is up.
pub async fn health(address: SocketAddr) -> anyhow::Result<Value> {
    let stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("nothing answers at {address}"))?;
    exchange(stream, Method::GET, "/health", None).await
}

/// Waits until a server that is starting answers.
pub async fn wait_until_healthy(address: SocketAddr) -> anyhow::Result<()> {
    // The socket is open already: the connection waits in its queue, no longer than the timeout.
    health(address)
        .await
        .map(drop)
        .context("the server was started and does not answer")
}

/// A server's control socket, if there is one that answers.
pub struct Control(UnixStream);

impl Control {
    /// Connects to the server that has the folder; `None` if there is none.
    pub async fn connect(socket: &Path) -> Option<Self> {
        UnixStream::connect(socket).await.ok().map(Self)
    }

    /// Sends one request, and gives the answer.
    pub async fn ask(
        self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        exchange(self.0, method, path, body).await
    }
}

async fn exchange<S>(
    stream: S,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> anyhow::Result<Value>
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    tokio::time::timeout(TIMEOUT, async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        actix_web::rt::spawn(connection);
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let bytes = answer.into_body().collect().await?.to_bytes();
        let value: Value =
            serde_json::from_slice(&bytes).context("the server's answer cannot be read")?;
        if !status.is_success() {
            bail!(
                "{}",
                value
                    .get("message")
                    .and_then(Value::as_str)
                    .unwrap_or("the server refused")
            );
        }
        Ok(value)
    })
    .await
    .context("the server did not answer in time")?
}
