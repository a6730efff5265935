//! The one way in which tests start the program and talk to it.

#![allow(dead_code, unused_imports)]

mod app;
mod browser;
mod bulk;
mod client;
mod commands;
mod gate;
mod generic;
mod httpbin;
mod keys;
mod members;
mod raw;
mod server;
mod upstream;

pub use app::{TestApp, magpie};
pub use browser::{Browser, Flow, Person, parameter, replaced, with};
pub use bulk::{Chunks, Pattern, read_head_blocking, serve_one, write_chunks, write_until_blocked};
pub use client::{Answer, Client};
pub use commands::{Ran, run, run_in};
pub use gate::{Gate, Waiting};
pub use generic::TOKEN;
pub use httpbin::Httpbin;
pub use members::{PASSWORD, session_of, token_of};
pub use raw::RawAnswer;
pub use server::{Server, eventually};
pub use upstream::{Reply, Seen, Upstream, ok, read_body, read_head};
