//! `magpie serve`: the server, in earnest.

use clap::Args;

use super::{Listening, Settings, block_on, logs, print};
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
            if let Some(link) = &running.set_up_link {
                tracing::warn!(
                    "nobody can sign in yet: open the set-up link that was printed, or have one made with `magpie admin link`"
                );
                // Not into the log, which is kept and shipped: whoever opens it first is the owner.
                print(&format!(
                    "To make the first administrator, open this link (good once, for three days):\n\n  {}\n",
                    link.expose()
                ))?;
            }
            Ok(running.until_stopped().await?)
        })
    }
}
