//! `magpie dev`: a server to develop against.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{Listening, Settings, block_on, local, logs, print};
use crate::app::{Mode, Running, start};
use crate::config::{Overrides, load};

#[derive(Debug, Args)]
pub struct Dev {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    listening: Listening,
    /// Once requests are answered, write the URL and the ready-made keys to this file, as JSON
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

impl Dev {
    pub fn run(self) -> anyhow::Result<()> {
        let config = load(Overrides {
            no_file_search: true,
            command_defaults: vec![("bind", "127.0.0.1".to_owned()), ("log", "warn".to_owned())],
            ..self.settings.overrides(&self.listening)
        })?;
        let in_memory = self.settings.data_dir.is_none()
            && config
                .shown()
                .row("data_dir")
                .is_none_or(|row| row.source == "default");
        let logs = logs(&config)?;
        block_on(async {
            let running = start(&config, Mode::Dev { in_memory }, &logs).await?;
            local::wait_until_healthy(running.at).await?;
            self.tell(&running, in_memory)?;
            Ok(running.until_stopped().await?)
        })
    }

    fn tell(&self, running: &Running, in_memory: bool) -> anyhow::Result<()> {
        let (test, live) = running
            .dev_keys
            .as_ref()
            .context("a development server has keys")?;
        let (url, test, live) = (&running.public_url, test.expose(), live.expose());
        if let Some(path) = &self.ready_file {
            let ready = json!({ "url": url, "pid": std::process::id(), "keys": { "test": test, "live": live } });
            // Whole or not at all: a script may look at any moment.
            let part = path.with_extension("part");
            std::fs::write(&part, ready.to_string())
                .and_then(|()| std::fs::rename(&part, path))
                .with_context(|| format!("cannot write the ready file `{}`", path.display()))?;
        }
        let kept = if in_memory {
            "kept in memory: gone when this ends"
        } else {
            "kept in the data folder"
        };
        print(&format!(
            r#"Magpie {version}, for development ({kept})

  URL       {url}
  pages     {url}/admin/
  test key  {test}
  live key  {live}

Try it: list connectors, store a connection, call its API.

  curl -s '{url}/v1/available-connectors?limit=3' -H 'x-pica-secret: {test}'
  CONNECTION=$(curl -s {url}/v1/vault/connections -H 'x-pica-secret: {test}' -H 'content-type: application/json' -d '{{"platform":"openai","authFormData":{{"OPENAI_API_KEY":"anything"}}}}' | sed 's/.*"key":"\([^"]*\)".*/\1/'); echo "$CONNECTION"
  curl -s {url}/v1/passthrough/models -H 'x-pica-secret: {test}' -H "x-pica-connection-key: $CONNECTION"
"#,
            version = env!("CARGO_PKG_VERSION"),
        ))
    }
}
