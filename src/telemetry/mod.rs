//! What can be seen of a running server: log lines and metrics, and the names used in them.
//!
//! # Fields of log lines
//!
//! The same thing has the same name everywhere. A field that does not apply is left out.
//!
//! | field | what it holds |
//! |---|---|
//! | `request_id` | what `x-request-id` said or was given; the thread through all lines of a request |
//! | `environment` | `test` or `live` |
//! | `platform` | the connector's platform, such as `gmail` |
//! | `connection` | the connection's key; keys are public |
//! | `action` | the action's id |
//! | `api_key` | the API key's *id*, never the key |
//! | `member` | the id of the person who is signed in |
//! | `route` | the template of the path, such as `/v1/vault/connections/{id}` |
//! | `method` | of the request |
//! | `status` | of the answer, a number |
//! | `upstream_status` | of the provider's answer, where it differs from ours |
//! | `duration_ms` | whole or fractional milliseconds |
//! | `bytes_in`, `bytes_out` | of the bodies, received and sent |
//! | `host` | the provider's host; never the path or query sent to it |
//! | `job` | the name of what runs on a clock |
//! | `attempt` | counts from 1 |
//! | `error` | an error with its causes, joined by `: ` |
//! | `path` | a file of ours, at start and in trouble |
//! | `signal` | what we were told by the system |
//!
//! # Never
//!
//! API keys, tokens, passwords, client secrets, master or data keys; headers as a whole; bodies in
//! either direction; queries and the passthrough path (providers put tokens and personal data into
//! them); what a user typed into a form; the identity behind a connection at `info` and above other
//! than as part of the connection's key.
//!
//! A failure is logged once, where it is handled, with its causes.
//!
//! # Metrics
//!
//! **Invariant:** every label has few values, all from ourselves: a route's template, a class of
//! methods or statuses, a platform of the catalogue. Nothing that a caller makes up becomes one.

mod durations;
mod logs;
mod metrics;
mod queue;
mod requests;
mod routes;
#[cfg(test)]
mod tests;

pub use logs::{DroppedLines, Format, Guard, InitError, init};
pub use metrics::{CONTENT_TYPE, Metrics, PassthroughMetrics, UpstreamFailure};
pub use requests::{RequestLine, RequestLines};
pub use routes::{MethodClass, RouteMetrics, StatusClass};
