//! Magpie: one binary that keeps an organisation's API connections and signs requests with them.
//!
//! The modules, in reading order; each names only those above it:
//!
//! - [`domain`]: values and the rules about them.
//! - [`config`], [`telemetry`]: what the operator decides, and what the operator sees.
//! - [`crypto`]: sealing and hashing; `ring` lives there and nowhere else.
//! - [`store`]: ordered keys and values with atomic, durable commits; `sled` lives there alone.
//! - [`egress`]: the only way out.
//! - [`journal`]: what happened, kept apart from what is.
//! - [`access`]: who may come in.
//! - [`catalog`]: what can be connected to.
//! - [`oauth`]: the protocol, without storage.
//! - [`vault`]: connections and what is behind them.
//! - [`tuning`]: settings that are changed while the program runs.
//! - [`passthrough`]: a caller's request, signed; the provider's answer, as it is.
//! - [`authkit`]: the end user's side: sessions, sign-ins, links.
//! - [`agents`]: what an AI agent may do, and how.
//! - [`jobs`]: things done on a clock.
//! - [`mock`]: providers for development; uses only what any outsider could.
//! - [`api`]: HTTP in, HTTP out.
//! - [`app`]: where services meet each other.
//! - [`cli`]: the command line.
//!
//! **Architecture Invariant:** a module names only modules of earlier layers, and siblings do not
//! name each other. `tests/it/layers.rs` holds it; `docs/architecture.md` draws it.

pub mod access;
pub mod agents;
pub mod api;
pub mod app;
pub mod authkit;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod domain;
pub mod egress;
pub mod jobs;
pub mod journal;
pub mod mock;
pub mod oauth;
pub mod passthrough;
pub mod store;
pub mod telemetry;
pub mod tuning;
pub mod vault;
