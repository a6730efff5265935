//! `magpie serve`: the server, in earnest.

use clap::Args;

use super::{Listening, Settings, block_on, logs};
use crate::app::{Mode, start};
use crate::config::check;

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    listening: Listening,
}

impl Serve {
    pub fn run(self) -> anyhow::Result<()> {
        let config = self.settings.load(&self.listening)?;
        check(&config)?;
        let logs = logs(&config)?;
        block_on(async {
            let running = start(&config, Mode::Serve, &logs).await?;
            tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %running.address, url = %running.public_url, "ready");
            Ok(running.until_stopped().await?)
        })
    }
}
