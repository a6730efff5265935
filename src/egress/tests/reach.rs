//! Who is reached: names, certificates and redirects.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::upstream::Upstream;
use super::*;
use crate::egress::guard::Guard;
use crate::egress::redirect::Redirects;
use crate::egress::resolve::{Answers, Resolver};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A way out on which every name is what `answer` says at that time, and `allow` is allowed.
fn resolving(
    allow: &str,
    ca: Option<&tempfile::NamedTempFile>,
    answer: impl Fn() -> Vec<IpAddr> + Send + Sync + 'static,
) -> Client {
    let lookup = move |_: &str| -> Answers { Box::pin(std::future::ready(Ok(answer()))) };
    let guard = Guard::new(vec![allow.parse().unwrap()]);
    let resolver = Resolver::new(guard, Box::new(lookup));
    let settings = Settings {
        ca_files: ca.iter().map(|file| file.path().to_owned()).collect(),
        ..Settings::default()
    };
    Client::new(Arc::new(Egress::with_resolver(settings, resolver).unwrap()))
}

fn origin(url: &str) -> Origin {
    Origin::of(&url.parse().unwrap()).unwrap()
}

#[test]
fn a_name_that_turns_inwards_is_refused() {
    on_a_worker(async {
        let upstream = Upstream::start(|_, mut peer| async move {
            peer.head().await;
            let text = OK.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
            peer.say(&text).await;
        })
        .await;
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let client = resolving("127.0.0.1/32", None, move || {
            let first = counter.fetch_add(1, Ordering::Relaxed) == 0;
            let ip = if first { "127.0.0.1" } else { "127.0.0.2" };
            vec![ip.parse().unwrap()]
        });
        let origin = origin(&format!("http://rebind.test:{}/", upstream.port));
        let answer = send(&client, &origin, get()).await.unwrap();
        assert_eq!(read(answer).await.unwrap(), "ok");
        let error = send(&client, &origin, get()).await.unwrap_err();
        assert!(matches!(error, EgressError::Forbidden { .. }), "{error}");
        assert_eq!(asked.load(Ordering::Relaxed), 2, "one look-up a connection");
    });
}

#[test]
fn a_kept_connection_needs_no_look_up() {
    on_a_worker(async {
        let upstream = Upstream::answering(OK).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let client = resolving("127.0.0.1/32", None, move || {
            counter.fetch_add(1, Ordering::Relaxed);
            vec!["127.0.0.1".parse().unwrap()]
        });
        let origin = origin(&format!("http://name.test:{}/", upstream.port));
        for _ in 0..3 {
            read(send(&client, &origin, get()).await.unwrap())
                .await
                .unwrap();
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn an_address_that_does_not_answer_gives_way_to_the_next() {
    on_a_worker(async {
        let upstream = Upstream::answering(OK).await;
        let client = resolving("127.0.0.0/8", None, || {
            vec!["127.0.0.9".parse().unwrap(), "127.0.0.1".parse().unwrap()]
        });
        let origin = origin(&format!("http://two.test:{}/", upstream.port));
        assert!(send(&client, &origin, get()).await.is_ok());
    });
}

#[test]
fn nobody_there_is_unreachable_and_the_message_names_the_host_alone() {
    on_a_worker(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let origin = origin(&format!("http://127.0.0.1:{port}/"));
        let error = send(&client(), &origin, get()).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Unreachable { .. }),
            "{error:?}"
        );
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(
                text.contains("127.0.0.1") && !text.contains("query"),
                "{text}"
            );
        }
    });
}

#[test]
fn what_only_the_mock_may_reach_is_not_found_by_others() {
    on_a_worker(async {
        let upstream = Upstream::answering(OK).await;
        let client = Client::new(Arc::new(Egress::new(Settings::default()).unwrap()));
        let address = format!("127.0.0.1:{}", upstream.port);
        client.egress().built_in_is_at(address.parse().unwrap());
        let limits = Limits::default();
        let sent = client.send(get(), &upstream.origin, Reach::BuiltIn, &limits);
        read(sent.await.unwrap()).await.unwrap();
        assert_eq!(client.kept(), 1);
        let error = send(&client, &upstream.origin, get()).await.unwrap_err();
        assert!(matches!(error, EgressError::Forbidden { .. }), "{error}");
    });
}

/// A certificate authority in a file, and a server at 127.0.0.1 whose certificate is for `name`.
async fn secure(name: &str) -> (tempfile::NamedTempFile, u16) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), ca.pem()).unwrap();

    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &ca).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::task::spawn_local(serve_securely(
        listener,
        TlsAcceptor::from(Arc::new(config)),
    ));
    (file, port)
}

async fn serve_securely(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = acceptor.accept(stream).await else {
            continue;
        };
        let mut seen = Vec::new();
        while let Ok(byte) = stream.read_u8().await {
            seen.push(byte);
            if seen.ends_with(b"\r\n\r\n") {
                stream.write_all(OK.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
        }
    }
}

fn at_home() -> Vec<IpAddr> {
    vec!["127.0.0.1".parse().unwrap()]
}

#[test]
fn an_authority_of_the_operator_is_believed() {
    on_a_worker(async {
        let (ca, port) = secure("secure.test").await;
        let client = resolving("127.0.0.1/32", Some(&ca), at_home);
        let origin = origin(&format!("https://secure.test:{port}/"));
        for _ in 0..2 {
            let answer = send(&client, &origin, get()).await.unwrap();
            assert_eq!(read(answer).await.unwrap(), "ok");
        }
        assert_eq!(client.kept(), 1);
    });
}

#[test]
fn a_certificate_for_another_name_or_of_an_unknown_authority_is_refused() {
    on_a_worker(async {
        let (ca, port) = secure("other.test").await;
        let origin = origin(&format!("https://secure.test:{port}/"));
        for ca in [Some(&ca), None] {
            let client = resolving("127.0.0.1/32", ca, at_home);
            let error = send(&client, &origin, get()).await.unwrap_err();
            assert!(matches!(error, EgressError::Tls { .. }), "{error:?}");
        }
    });
}

#[test]
fn a_redirect_to_another_origin_leaves_credentials_behind() {
    on_a_worker(async {
        let heads = Rc::new(Cell::new(String::new()));
        let seen = Rc::clone(&heads);
        let last = Upstream::start(move |_, mut peer| {
            let seen = Rc::clone(&seen);
            async move {
                seen.set(peer.head().await.unwrap());
                peer.say(OK).await;
            }
        })
        .await;
        let there = format!("http://127.0.0.1:{}/there?x=1", last.port);
        let first = Upstream::start(move |_, mut peer| {
            let there = there.clone();
            async move {
                let head = peer.head().await.unwrap();
                assert!(head.contains("x-api-key: secret"), "{head}");
                let text =
                    format!("HTTP/1.1 302 Found\r\nlocation: {there}\r\ncontent-length: 0\r\n\r\n");
                peer.say(&text).await;
            }
        })
        .await;
        let request = Request::get("/")
            .header("authorization", "Bearer secret")
            .header("x-api-key", "secret")
            .header("accept", "text/plain")
            .body(())
            .unwrap();
        let url = format!("http://127.0.0.1:{}/", first.port).parse().unwrap();
        let redirects = Redirects {
            secret_headers: vec!["x-api-key".parse().unwrap()],
            ..Redirects::default()
        };
        let client = client();
        let limits = Limits::default();
        let answer = client
            .send_following(request, &url, Reach::Public, &limits, &redirects)
            .await
            .unwrap();
        assert_eq!(read(answer).await.unwrap(), "ok");
        let head = heads.take();
        assert!(head.starts_with("GET /there?x=1 HTTP/1.1\r\n"), "{head}");
        assert!(
            head.contains("accept: text/plain\r\n") && !head.contains("secret"),
            "{head}"
        );
    });
}

#[test]
fn each_hop_of_a_redirect_is_guarded_and_a_loop_ends() {
    on_a_worker(async {
        for (location, ends) in [("http://127.0.0.2/", None), ("/", Some(302))] {
            let text =
                format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            let upstream = Upstream::answering(text.leak()).await;
            let client = resolving("127.0.0.1/32", None, at_home);
            let url = format!("http://127.0.0.1:{}/", upstream.port)
                .parse()
                .unwrap();
            let request = Request::get("/").body(()).unwrap();
            let redirects = Redirects::default();
            let limits = Limits::default();
            let answer = client
                .send_following(request, &url, Reach::Public, &limits, &redirects)
                .await;
            let status = answer.ok().map(|answer| answer.status().as_u16());
            assert_eq!(status, ends, "{location}");
        }
    });
}
