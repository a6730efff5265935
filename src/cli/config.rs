//! `magpie config`: what is in force, and whether it makes sense.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Listening, Settings, print, print_json};
use crate::config::check;

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print every setting with its source; secrets are masked
    Show(Options),
    /// Say everything that is wrong with the configuration
    Check(Options),
}

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    settings: Settings,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Config {
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Show(options) => {
                let config = options.settings.load(&Listening::default())?;
                if options.json {
                    print_json(&serde_json::to_value(config.shown())?)
                } else {
                    print(&config.shown().to_string())
                }
            }
            Self::Check(options) => {
                let config = options.settings.load(&Listening::default())?;
                check(&config)?;
                if options.json {
                    print_json(&json!({ "ok": true }))
                } else {
                    print("the configuration is sound")
                }
            }
        }
    }
}
