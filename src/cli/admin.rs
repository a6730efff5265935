//! `magpie admin`: help for people who cannot sign in.

use anyhow::Context;
use clap::{Args, Subcommand};
use hyper::http::Method;
use serde_json::Value;

use super::door::Door;
use super::{Listening, Settings, block_on, print, print_json};
use crate::api::setup::{LinkForm, LinkView, lost};
use crate::domain::Email;

#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Make a link that is good once: to make the first administrator, or for who has lost the
    /// password or the phone
    Link(Link),
}

#[derive(Debug, Args)]
pub struct Link {
    /// The member's email address; not given, the link makes the first administrator
    #[arg(long)]
    email: Option<Email>,
    #[command(flatten)]
    settings: Settings,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Admin {
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Link(link) => link.run(),
        }
    }
}

impl Link {
    fn run(self) -> anyhow::Result<()> {
        let made = block_on(self.make())?;
        if self.json {
            return print_json(&made);
        }
        let link = made.get("link").and_then(Value::as_str);
        let link = link.context("the server's answer has no link")?;
        print(&format!("{link}\n\nIt is good once, for three days."))
    }

    async fn make(&self) -> anyhow::Result<Value> {
        match Door::open(&self.settings).await? {
            Door::Running(server) => {
                let email = self.email.clone().map(String::from);
                let asked = serde_json::to_value(LinkForm { email })?;
                server
                    .ask(Method::POST, "/admin/api/links", Some(&asked))
                    .await
            }
            Door::Folder(core) => {
                let config = self.settings.load(&Listening::default())?;
                let public_url = config.public_url_at(config.port);
                core.then(async |core| {
                    let link = lost(core.access.members(), self.email.as_ref()).await?;
                    Ok(serde_json::to_value(LinkView::new(&link, &public_url))?)
                })
                .await
            }
        }
    }
}
