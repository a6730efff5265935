//! Integration tests, in one binary: the real program on a free port, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::string_slice
)]

mod admin_sign_in;
mod admin_ui;
mod agents;
mod audit;
mod authkit;
mod browser;
mod cli;
mod clients;
mod connections_admin;
mod disk;
mod doors;
mod httpbin;
mod imports;
mod integrations;
mod journal;
mod layers;
mod machines;
mod mcp;
mod mock_provider;
mod oauth_attacks;
mod older;
mod pages;
mod passthrough;
mod passthrough_answers;
mod passthrough_bodies;
mod passthrough_errors;
mod passthrough_headers;
mod passthrough_redirects;
mod readme;
mod recovery;
mod refresh;
mod refresh_kill;
mod secrets;
mod settings;
mod stopping;
mod streaming;
mod streaming_ends;
mod support;
mod vault;
mod webhooks;
mod wire;
