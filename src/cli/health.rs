//! `magpie health`: for a container's health check, and for people.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;

use super::{Listening, Settings, block_on, local, print, print_json};

#[derive(Debug, Args)]
pub struct Health {
    #[command(flatten)]
    settings: Settings,
    /// The port to ask at, if not the configured one
    #[arg(long)]
    port: Option<u16>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Health {
    pub fn run(self) -> anyhow::Result<()> {
        let listening = Listening {
            port: self.port,
            ..Listening::default()
        };
        let config = self.settings.load(&listening)?;
        let ip = if config.bind.is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            config.bind
        };
        let answer = block_on(local::health(SocketAddr::new(ip, config.port)))?;
        if self.json {
            print_json(&answer)
        } else {
            print("the server is up")
        }
    }
}
