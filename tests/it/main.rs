//! Integration tests, in one binary: the real program on a free port, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod layers;
mod support;
mod vault;
