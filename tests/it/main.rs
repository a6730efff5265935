//! Integration tests, in one binary.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
