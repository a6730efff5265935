//! The one way in which tests start the program and talk to it.

#![allow(dead_code, unused_imports)]

mod app;
mod client;
mod commands;
mod keys;
mod server;
mod upstream;

pub use app::{TestApp, magpie};
pub use client::{Answer, Client};
pub use commands::{Ran, run, run_in};
pub use server::{Server, eventually};
pub use upstream::{Gate, Waiting};
