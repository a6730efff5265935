//! The way out against real sockets on the loopback address.

mod ends;
mod fetch;
mod reach;
mod reuse;
mod streams;
mod upstream;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use hyper::{Method, Request, Response};
use tokio::task::LocalSet;

use super::body::{Download, Upload};
use super::client::Client;
use super::limits::Limits;
use super::origin::{Origin, Reach};
use super::{Egress, EgressError, Settings};

/// Runs `test` as a worker would, and not for ever.
fn on_a_worker(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async {
        let limited = tokio::time::timeout(Duration::from_secs(30), test);
        limited.await.expect("the test should not hang");
    });
}

/// A client that may reach the loopback network, with `limits`.
fn client_with(limits: Limits) -> Client {
    let settings = Settings {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
        limits,
        ..Settings::default()
    };
    Client::new(Arc::new(Egress::new(settings).unwrap()))
}

fn client() -> Client {
    client_with(Limits::default())
}

fn request(method: Method, body: Upload) -> Request<Upload> {
    Request::builder()
        .method(method)
        .uri("/path?query=1")
        .body(body)
        .unwrap()
}

fn get() -> Request<Upload> {
    request(Method::GET, Upload::empty())
}

/// Sends as passthrough does, with the client's own limits.
async fn send(
    client: &Client,
    origin: &Origin,
    request: Request<Upload>,
) -> Result<Response<Download>, EgressError> {
    let limits = client.egress().limits().clone();
    client.send(request, origin, Reach::Public, &limits).await
}

async fn read(answer: Response<Download>) -> Result<Bytes, EgressError> {
    let pieces: Vec<Bytes> = answer.into_body().try_collect().await?;
    Ok(pieces.concat().into())
}

/// A stream whose pieces the test pushes one by one.
fn pushed() -> (
    tokio::sync::mpsc::UnboundedSender<Result<Bytes, &'static str>>,
    impl futures_util::Stream<Item = Result<Bytes, &'static str>>,
) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let pieces = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx));
    (sender, pieces)
}
