//! `magpie connector`: what can be connected to, and whether a descriptor is sound.

mod import;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Listening, Settings, print, print_json};
use crate::catalog::{Catalogue, check_text, schema};
use crate::domain;
use crate::oauth::vector;

#[derive(Debug, Subcommand)]
pub enum Connector {
    /// List the connectors
    List(Options),
    /// Show a connector with its form and its actions
    Show(Show),
    /// Check a descriptor, and say everything that is wrong with it
    Check(Check),
    /// Make a connector from an OpenAPI or Swagger document
    Import(import::Import),
    /// Print the JSON schema of descriptors
    Schema,
}

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    settings: Settings,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The connector's platform, such as `notion`
    platform: String,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The descriptor
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Connector {
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(options) => list(&options),
            Self::Show(show) => show.run(),
            Self::Check(check) => check.run(),
            Self::Import(import) => import.run(),
            Self::Schema => print_json(&schema()),
        }
    }
}

fn catalogue(settings: &Settings) -> anyhow::Result<Catalogue> {
    let config = settings.load(&Listening::default())?;
    let (catalogue, problems) = Catalogue::load(config.connectors_dir);
    for problem in problems {
        eprintln!("magpie: {problem}");
    }
    Ok(catalogue)
}

fn list(options: &Options) -> anyhow::Result<()> {
    let catalogue = catalogue(&options.settings)?;
    let catalogue = catalogue.now();
    if options.json {
        let rows: Vec<Value> = catalogue
            .connectors
            .values()
            .map(|connector| row(connector))
            .collect();
        return print_json(
            &json!({ "connectors": rows.len(), "actions": catalogue.action_count(), "rows": rows }),
        );
    }
    for connector in catalogue.connectors.values() {
        let oauth = if connector.is_oauth() { "OAuth" } else { "key" };
        let actions = connector.actions.len();
        print(&format!(
            "{:24} {:28} {:20} {oauth:6} {actions:5} actions",
            connector.platform.as_str(),
            connector.name,
            connector.category
        ))?;
    }
    Ok(())
}

fn row(connector: &domain::Connector) -> Value {
    json!({
        "platform": connector.platform,
        "name": connector.name,
        "category": connector.category,
        "oauth": connector.is_oauth(),
        "actions": connector.actions.len(),
    })
}

impl Show {
    fn run(self) -> anyhow::Result<()> {
        let catalogue = catalogue(&self.options.settings)?;
        let catalogue = catalogue.now();
        let connector = catalogue.connector(&self.platform).with_context(|| {
            format!(
                "there is no connector `{}`; `magpie connector list` lists them",
                self.platform
            )
        })?;
        if self.options.json {
            let form: Vec<Value> = connector.form.iter().map(field).collect();
            let actions: Vec<Value> = connector.actions.all().iter().map(|action| json!({
                "id": action.id.to_string(), "key": action.key, "title": action.title, "method": action.method, "path": action.path.as_str(),
            })).collect();
            let base_url = connector.base_url.to_string();
            return print_json(
                &json!({ "connector": row(connector), "baseUrl": base_url, "form": form, "actions": actions }),
            );
        }
        print(&format!(
            "{} ({})\n{}\n{}\n",
            connector.name, connector.platform, connector.description, connector.base_url
        ))?;
        for field in &connector.form {
            let needed = if field.required { "" } else { " (optional)" };
            print(&format!("  {}: {}{needed}", field.name, field.label))?;
        }
        print("")?;
        for action in connector.actions.all() {
            print(&format!(
                "  {:7} {:50} {}",
                action.method.as_str(),
                action.path.as_str(),
                action.title
            ))?;
        }
        Ok(())
    }
}

fn field(field: &domain::FormField) -> Value {
    json!({ "name": field.name, "label": field.label, "required": field.required, "secret": field.is_secret() })
}

impl Check {
    fn run(self) -> anyhow::Result<()> {
        let name = self.file.display();
        let text =
            std::fs::read_to_string(&self.file).with_context(|| format!("cannot read `{name}`"))?;
        match check_text(&text).and_then(tested) {
            Ok(connector) if self.json => {
                print_json(&json!({ "ok": true, "connector": row(&connector) }))
            }
            Ok(connector) => print(&format!(
                "{name} is sound: {} with {} actions",
                connector.name,
                connector.actions.len()
            )),
            Err(problems) if self.json => {
                print_json(&json!({ "ok": false, "problems": problems }))?;
                bail!("{name} is not sound")
            }
            Err(problems) => bail!("{name} is not sound:\n  {}", problems.join("\n  ")),
        }
    }
}

/// The connector, if what its own test vector says comes true.
fn tested(connector: domain::Connector) -> Result<domain::Connector, Vec<String>> {
    let has_vector = connector
        .oauth
        .as_ref()
        .is_some_and(|oauth| oauth.vector.is_some());
    match has_vector.then(|| vector::check(&connector)) {
        Some(wrong) if !wrong.is_empty() => Err(wrong),
        _ => Ok(connector),
    }
}
