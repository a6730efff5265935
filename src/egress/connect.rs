//! From an origin to a connection that HTTP runs on.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::driver::Driver;
use super::lease::Lease;
use super::origin::{Origin, Scheme};
use super::pool::{Key, Pool};
use super::wire::Wire;
use super::{Egress, EgressError, Phase};

/// The head of an answer may have this many bytes and headers.
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 256;

/// What one connection reads ahead at most.
const MAX_READ_AHEAD: usize = 256 * 1024;

/// No address gets less time than this because there are others.
const LEAST_SHARE: Duration = Duration::from_millis(500);

/// A new connection within `budget`, whose task runs on this worker.
pub(super) async fn connect(
    egress: &Egress,
    key: Key,
    pool: &Rc<Pool>,
    budget: Duration,
) -> Result<Lease, EgressError> {
    let host = key.0.host().to_owned();
    timeout(budget, open(egress, key, pool, budget))
        .await
        .unwrap_or(Err(EgressError::TimedOut {
            host,
            phase: Phase::Connect,
        }))
}

async fn open(
    egress: &Egress,
    key: Key,
    pool: &Rc<Pool>,
    budget: Duration,
) -> Result<Lease, EgressError> {
    let started = Instant::now();
    let (origin, reach) = &key;
    let addresses = egress.resolver.resolve(origin, *reach).await?;
    let left = budget.saturating_sub(started.elapsed());
    let stream = dial(origin, &addresses, left).await?;
    match origin.scheme() {
        Scheme::Http => start(stream, key, pool).await,
        Scheme::Https => {
            let stream = TlsConnector::from(Arc::clone(&egress.tls))
                .connect(origin.server_name(), stream)
                .await
                .map_err(|source| EgressError::Tls {
                    host: origin.host().to_owned(),
                    source,
                })?;
            start(stream, key, pool).await
        }
    }
}

/// Connects to the first of `addresses` that answers, each in its turn with an equal share of
/// what is left of `budget`: one that swallows packets must not use up the others' chances.
async fn dial(
    origin: &Origin,
    addresses: &[SocketAddr],
    budget: Duration,
) -> Result<TcpStream, EgressError> {
    let started = Instant::now();
    let mut failure = None;
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        let remaining = budget.saturating_sub(started.elapsed());
        let share = (remaining / left.max(1)).max(LEAST_SHARE);
        left = left.saturating_sub(1);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Without it a small request may wait for the acknowledgement of the last one.
                // A socket that refuses it still works.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => failure = Some(error),
            Err(_) => failure = Some(io::ErrorKind::TimedOut.into()),
        }
    }
    Err(EgressError::Unreachable {
        host: origin.host().to_owned(),
        source: failure,
    })
}

async fn start<T>(stream: T, key: Key, pool: &Rc<Pool>) -> Result<Lease, EgressError>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let shake = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_READ_AHEAD)
        .handshake(TokioIo::new(stream));
    let host = key.0.host().to_owned();
    let (sender, connection) = shake.await.map_err(|_| EgressError::ClosedEarly { host })?;
    let wire = Wire::new(key, pool);
    tokio::task::spawn_local(Driver::new(connection, Rc::clone(&wire)));
    Ok(Lease::new(sender, wire))
}
