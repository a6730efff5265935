//! `magpie key`: API keys, also while the server runs.

use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use hyper::http::Method;
use serde_json::{Value, json};

use super::door::Door;
use super::{Settings, block_on, print, print_json};
use crate::api::keys::{CreateKey, all, make, revoke_any};
use crate::domain::{
    ActionPattern, Actor, ApiKeyId, ApprovalRule, Environment, Identity, Permission, Platform,
};

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key; it is shown this once
    Create(Create),
    /// List the keys, without the keys
    List(List),
    /// Have a key refused from now on
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub struct Create {
    /// Where it is valid: test (the sandbox) or live (production)
    #[arg(long)]
    env: Environment,
    /// What it is for
    #[arg(long)]
    name: String,
    /// What it may do: read (GET), write (POST, PUT and PATCH too) or admin (everything)
    #[arg(long, default_value = "admin")]
    permission: Permission,
    /// The only platforms that it sees
    #[arg(long, value_delimiter = ',')]
    platforms: Vec<Platform>,
    /// The only actions that it may call: ids, or platform/key with *, as in gmail/list*
    #[arg(long, value_delimiter = ',')]
    actions: Vec<ActionPattern>,
    /// The only methods of its requests to providers, as in GET,POST
    #[arg(long, value_delimiter = ',')]
    methods: Vec<crate::domain::Method>,
    /// What waits for a person's yes: write, delete, or actions as for --actions
    #[arg(long, value_delimiter = ',')]
    approval: Vec<ApprovalRule>,
    /// The only identity whose connections it sees
    #[arg(long)]
    identity: Option<Identity>,
    /// After so many days it is refused
    #[arg(long, value_name = "DAYS")]
    expires_in_days: Option<u32>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only this environment
    #[arg(long)]
    env: Option<Environment>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub struct Revoke {
    /// The key's id
    id: uuid::Uuid,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    settings: Settings,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Key {
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run(),
            Self::List(list) => list.run(),
            Self::Revoke(revoke) => revoke.run(),
        }
    }
}

impl Create {
    fn run(self) -> anyhow::Result<()> {
        let day = Duration::from_secs(24 * 60 * 60);
        let asked = CreateKey {
            environment: self.env,
            name: self.name,
            permission: Some(self.permission),
            platforms: self.platforms,
            actions: self.actions,
            methods: self.methods,
            approval: self.approval,
            identity: self.identity,
            expires_in_seconds: self.expires_in_days.map(|days| (day * days).as_secs()),
        };
        let made = block_on(async {
            match Door::open_or_make(&self.common.settings).await? {
                Door::Running(server) => {
                    server
                        .ask(
                            Method::POST,
                            "/admin/api/keys",
                            Some(&serde_json::to_value(&asked)?),
                        )
                        .await
                }
                Door::Folder(core) => {
                    core.then(async |core| Ok(make(&core.access, asked, &Actor::operator()).await?))
                        .await
                }
            }
        })?;
        if self.common.json {
            return print_json(&made);
        }
        let key = made
            .get("key")
            .and_then(Value::as_str)
            .context("the server's answer has no key")?;
        print(&format!("{key}\n\nThis is the only time it is shown."))
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let listed = block_on(async {
            match Door::open(&self.common.settings).await? {
                Door::Running(server) => {
                    let query = self
                        .env
                        .map(|env| format!("?environment={env}"))
                        .unwrap_or_default();
                    server
                        .ask(Method::GET, &format!("/admin/api/keys{query}"), None)
                        .await
                }
                Door::Folder(core) => {
                    core.then(async |core| Ok(json!({ "rows": all(&core.access, self.env)? })))
                        .await
                }
            }
        })?;
        if self.common.json {
            return print_json(&listed);
        }
        for row in listed
            .get("rows")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let text = |name: &str| {
                row.get(name)
                    .and_then(Value::as_str)
                    .unwrap_or("-")
                    .to_owned()
            };
            let state = if row.get("revokedAt").is_some_and(|at| !at.is_null()) {
                "revoked"
            } else {
                "valid"
            };
            let name = text("name");
            print(&format!(
                "{}  sk_{}_…{}  {:6} {state:8} last used {:28} {name}",
                text("id"),
                text("environment"),
                text("hint"),
                text("permission"),
                text("lastUsedAt"),
            ))?;
        }
        Ok(())
    }
}

impl Revoke {
    fn run(self) -> anyhow::Result<()> {
        let revoked = block_on(async {
            match Door::open(&self.common.settings).await? {
                Door::Running(server) => {
                    server
                        .ask(
                            Method::DELETE,
                            &format!("/admin/api/keys/{}", self.id),
                            None,
                        )
                        .await
                }
                Door::Folder(core) => {
                    core.then(async |core| {
                        Ok(serde_json::to_value(
                            revoke_any(&core.access, ApiKeyId(self.id), &Actor::operator()).await?,
                        )?)
                    })
                    .await
                }
            }
        })?;
        if self.common.json {
            print_json(&revoked)
        } else {
            print("the key is revoked")
        }
    }
}
