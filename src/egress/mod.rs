//! The only way out: every request that leaves the program goes through here.
//!
//! - [`guard`]: which addresses may be reached; [`resolve`] asks it about every answer of DNS,
//!   and what is connected to is the very address that was asked about.
//! - [`client`]: the hot path, HTTP/1 over connections that one worker keeps for itself. What is
//!   sent and received is in [`body`]; both are streams, and neither is ever held whole.
//! - [`fetch`]: the cold path, for answers that are small and wanted whole.
//! - [`redirect`]: whether a redirect is followed, and what may go along.
//! - [`limits`], [`origin`], [`tls`]: how long, where to, and whom to believe.
//!
//! **Why** a worker has its own connections: shared between threads they cost a fifth of the
//! processor in wake-ups. **Why** each connection has one timer, in its own task: a request then
//! only writes down when it is due, and the time-outs hold even if nobody reads the answer.
//!
//! **Architecture Invariant:** no other module opens a socket to the outside.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ipnet::IpNet;

pub mod body;
pub mod client;
mod connect;
mod driver;
pub mod fetch;
pub mod guard;
mod lease;
pub mod limits;
pub mod origin;
mod pool;
pub mod redirect;
pub mod resolve;
pub mod tls;
mod wire;

#[cfg(test)]
mod tests;

pub use wire::Timings;

use guard::Guard;
use limits::Limits;
use resolve::Resolver;

/// What the operator decides about the way out.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Networks that may be reached although they are private.
    pub allow: Vec<IpNet>,
    /// PEM files of certificate authorities that are trusted beside Mozilla's.
    pub ca_files: Vec<PathBuf>,
    /// How long things may take, unless a request says otherwise.
    pub limits: Limits,
}

/// The way out: what all workers share. Each of them sends through its own [`client::Client`].
pub struct Egress {
    resolver: Arc<Resolver>,
    tls: Arc<rustls::ClientConfig>,
    limits: Limits,
    cold: fetch::Cold,
}

impl Egress {
    /// A way out as the operator wants it, with the system's DNS.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let resolver = Resolver::system(Guard::new(settings.allow.clone()));
        Self::with_resolver(settings, resolver)
    }

    /// The same with another `resolver`, whose guard is the one that counts.
    pub fn with_resolver(settings: Settings, resolver: Resolver) -> Result<Self, SetupError> {
        let tls = tls::config(&settings.ca_files)?;
        let resolver = Arc::new(resolver);
        let cold = fetch::Cold::new(&resolver, &tls, &settings.limits)?;
        Ok(Self {
            resolver,
            tls: Arc::new(tls::http1_only(tls)),
            limits: settings.limits,
            cold,
        })
    }

    /// Says where the built-in mock listens: the one address that [`origin::Reach::BuiltIn`]
    /// opens. Only the first call counts.
    pub fn built_in_is_at(&self, address: SocketAddr) {
        self.resolver.built_in_is_at(address);
    }

    /// How long things may take, unless a request says otherwise.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Why there is no way out at all. Only at start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A file of certificate authorities cannot be used.
    #[error("the certificate authorities in `{}` cannot be read", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The TLS library or the client of the cold path refused its settings.
    #[error("the client for outgoing requests could not be made")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Which of the time-outs fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Resolving, connecting and the TLS handshake.
    Connect,
    /// From the last byte of the request that moved to the head of the answer.
    FirstByte,
    /// Between two pieces of the answer's body, while somebody waits for the next one.
    Idle,
    /// The whole exchange.
    Total,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::FirstByte => "first-byte",
            Self::Idle => "idle",
            Self::Total => "total",
        })
    }
}

/// Why a request got no answer, or not all of it. Names the host; never a path, query or secret.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// Not a web address. The caller asked for something that is not done here.
    #[error("only http and https addresses can be reached")]
    NotHttp,
    /// Nothing at this host may be reached. The operator can allow it.
    #[error("`{host}` is in a network that may not be reached")]
    Forbidden {
        /// The host asked for.
        host: String,
    },
    /// DNS has no address for the host.
    #[error("`{host}` cannot be resolved")]
    Unresolvable {
        /// The host asked for.
        host: String,
        /// What the resolver said, if it said anything.
        #[source]
        source: Option<io::Error>,
    },
    /// No connection could be made.
    #[error("`{host}` cannot be reached")]
    Unreachable {
        /// The host asked for.
        host: String,
        /// What the network said.
        #[source]
        source: Option<io::Error>,
    },
    /// There is somebody, but not provably the one asked for.
    #[error("no secure connection to `{host}` could be made")]
    Tls {
        /// The host asked for.
        host: String,
        /// What is wrong with its certificate or handshake.
        #[source]
        source: io::Error,
    },
    /// It took too long.
    #[error("`{host}` took too long (the {phase} time-out)")]
    TimedOut {
        /// The host asked for.
        host: String,
        /// What took too long.
        phase: Phase,
    },
    /// The connection ended before the answer did. Whether the request was acted on is unknown.
    #[error("`{host}` closed the connection before its answer was complete")]
    ClosedEarly {
        /// The host asked for.
        host: String,
    },
    /// The answer is larger than the caller takes.
    #[error("the answer of `{host}` is too large")]
    TooLarge {
        /// The host asked for.
        host: String,
    },
    /// The answer is not HTTP, or its head is too large.
    #[error("the answer of `{host}` cannot be read")]
    BadAnswer {
        /// The host asked for.
        host: String,
    },
    /// The caller's own body failed, so the request could not be completed.
    #[error("the body of the request ended in an error")]
    Body,
}
