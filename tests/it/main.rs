//! Integration tests, in one binary: the real program on a free port, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod cli;
mod disk;
mod doors;
mod layers;
mod recovery;
mod secrets;
mod stopping;
mod support;
mod vault;
mod wire;
