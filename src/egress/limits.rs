//! How long things may take, and how many connections are kept.

use std::time::Duration;

/// How long each part of an exchange may take, and how connections are kept between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resolving, connecting and the TLS handshake together.
    pub connect: Duration,
    /// From the last byte of the request that moved to the head of the answer. Uploads may take
    /// longer than this as long as they move.
    pub first_byte: Duration,
    /// Between two pieces of the answer's body. It runs only while somebody waits for the next
    /// piece: a slow reader is not the upstream's fault.
    pub idle: Duration,
    /// The whole exchange, from the call to the last byte, whether or not anybody reads.
    pub total: Duration,
    /// How long a connection without a request is kept.
    pub pool_idle: Duration,
    /// How many connections without a request each worker keeps for one origin.
    pub pool_per_origin: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(300),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(3600),
            pool_idle: Duration::from_secs(60),
            pool_per_origin: 128,
        }
    }
}
