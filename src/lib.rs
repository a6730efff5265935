//! Magpie: one binary that keeps an organisation's API connections and signs requests with them.
//!
//! The modules, in reading order:
//!
//! - [`domain`]: values and the rules about them.
//! - [`crypto`]: sealing, signing and hashing; `ring` lives there and nowhere else.
//! - [`store`]: ordered keys and values with atomic, durable commits; `sled` lives there and nowhere else.
//! - [`egress`]: the only way out.
//!
//! **Architecture Invariant:** a module names only modules of earlier layers, and siblings do not
//! name each other. `tests/it/layers.rs` holds it.

pub mod domain;
pub mod store;
