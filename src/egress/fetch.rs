//! The cold path: a small answer, whole. Credential checks and token requests.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::{HeaderMap, Method, StatusCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use super::limits::Limits;
use super::origin::{Origin, Reach};
use super::resolve::Resolver;
use super::{Egress, EgressError, Phase, SetupError};

/// How we introduce ourselves where the caller does not.
const USER_AGENT: &str = concat!("magpie/", env!("CARGO_PKG_VERSION"));

/// A request whose answer is wanted whole.
#[derive(Clone)]
pub struct FetchRequest {
    /// How.
    pub method: Method,
    /// Where. Its query may hold a secret, so it appears in no error.
    pub url: Url,
    /// Sent as they are.
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub body: Option<Bytes>,
    /// How far it may reach.
    pub reach: Reach,
}

/// An answer, whole.
#[derive(Clone)]
pub struct Fetched {
    /// Its status. Any: a 401 is an answer too.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Egress {
    /// Fetches an answer of at most `cap` bytes within `timeout`. Follows no redirect, uses no
    /// proxy, and may be called on any thread.
    pub async fn fetch(
        &self,
        request: FetchRequest,
        cap: usize,
        timeout: Duration,
    ) -> Result<Fetched, EgressError> {
        let host = Origin::of(&request.url)?.host().to_owned();
        match self.fetch_some(request, cap, timeout).await? {
            (fetched, true) => Ok(fetched),
            (_, false) => Err(EgressError::TooLarge { host }),
        }
    }

    /// The same for whoever can do with the beginning: of a longer answer the first `cap` bytes,
    /// and whether that is all of it.
    pub async fn fetch_some(
        &self,
        request: FetchRequest,
        cap: usize,
        timeout: Duration,
    ) -> Result<(Fetched, bool), EgressError> {
        let origin = Origin::of(&request.url)?;
        if origin.address().is_some() {
            // An address is never resolved, so the resolver would not see it.
            self.resolver.resolve(&origin, request.reach).await?;
        }
        let client = self.cold.client(&self.resolver, &origin, request.reach);
        let mut builder = client
            .request(request.method, request.url)
            .headers(request.headers)
            .timeout(timeout);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let explain = |error| explain(error, origin.host());
        let answer = builder.send().await.map_err(explain)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let (body, is_all) = read(answer, cap, origin.host()).await?;
        let fetched = Fetched {
            status,
            headers,
            body,
        };
        Ok((fetched, is_all))
    }
}

async fn read(
    mut answer: reqwest::Response,
    cap: usize,
    host: &str,
) -> Result<(Bytes, bool), EgressError> {
    let mut body = BytesMut::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| explain(error, host))? {
        let room = cap - body.len();
        if piece.len() > room {
            body.extend_from_slice(piece.get(..room).unwrap_or_default());
            return Ok((body.freeze(), false));
        }
        body.extend_from_slice(&piece);
    }
    Ok((body.freeze(), true))
}

/// The clients of the cold path: one for everybody, one that finds the built-in mock as well.
/// They are apart so that neither uses the other's connections.
pub(super) struct Cold {
    public: reqwest::Client,
    built_in: reqwest::Client,
}

impl Cold {
    pub(super) fn new(
        resolver: &Arc<Resolver>,
        tls: &rustls::ClientConfig,
        limits: &Limits,
    ) -> Result<Self, SetupError> {
        let client = |reach| {
            let resolver = Arc::clone(resolver);
            let mut tls = tls.clone();
            tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls)
                .dns_resolver(Guarded { resolver, reach })
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .user_agent(USER_AGENT)
                .connect_timeout(limits.connect)
                .pool_idle_timeout(limits.pool_idle)
                .build()
                .map_err(|error| SetupError::Client(error.into()))
        };
        Ok(Self {
            public: client(Reach::Public)?,
            built_in: client(Reach::BuiltIn)?,
        })
    }

    /// The client for `reach`. A name's port is not known to its resolver, so the mock's is
    /// compared here.
    fn client(&self, resolver: &Resolver, origin: &Origin, reach: Reach) -> &reqwest::Client {
        if reach == Reach::BuiltIn && resolver.built_in_port() == Some(origin.port()) {
            &self.built_in
        } else {
            &self.public
        }
    }
}

/// Our resolver, as `reqwest` wants it.
struct Guarded {
    resolver: Arc<Resolver>,
    reach: Reach,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, reach) = (Arc::clone(&self.resolver), self.reach);
        Box::pin(async move {
            let addresses = resolver.resolve_name(name.as_str(), reach).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// What `error` means for the caller, without the URL that `reqwest` puts into it.
fn explain(error: reqwest::Error, host: &str) -> EgressError {
    let host = host.to_owned();
    if error.is_timeout() {
        let phase = if error.is_connect() {
            Phase::Connect
        } else {
            Phase::Total
        };
        return EgressError::TimedOut { host, phase };
    }
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    let told = causes.clone().find_map(|cause| cause.downcast_ref());
    match told {
        Some(EgressError::Forbidden { .. }) => return EgressError::Forbidden { host },
        Some(EgressError::Unresolvable { source, .. }) => {
            let source = source.as_ref().map(|error| error.kind().into());
            return EgressError::Unresolvable { host, source };
        }
        _ => {}
    }
    let tls = causes.clone().find_map(tls_error);
    if let Some(tls) = tls {
        let source = io::Error::new(io::ErrorKind::InvalidData, tls.clone());
        return EgressError::Tls { host, source };
    }
    if error.is_connect() {
        let io: Option<&io::Error> = causes.find_map(|cause| cause.downcast_ref());
        let source = io.map(|error| error.kind().into());
        return EgressError::Unreachable { host, source };
    }
    let hyper: Option<&hyper::Error> = causes.find_map(|cause| cause.downcast_ref());
    if hyper.is_some_and(hyper::Error::is_parse) {
        return EgressError::BadAnswer { host };
    }
    EgressError::ClosedEarly { host }
}

/// The TLS library's own error, which `io::Error` hides from the chain of causes.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    cause.downcast_ref().or_else(|| {
        let io: &io::Error = cause.downcast_ref()?;
        io.get_ref()?.downcast_ref()
    })
}
