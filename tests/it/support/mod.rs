//! The one way in which tests start the program and talk to it.

#![allow(dead_code, unused_imports)]

mod app;
mod client;

pub use app::{TestApp, magpie};
pub use client::{Answer, Client};
