//! The command line: one file a command.
//!
//! Exit codes: 0 done; 1 it did not work; 2 the arguments or the configuration make no sense.

mod admin;
mod catalog;
mod config;
mod connector;
mod dev;
mod door;
mod health;
mod key;
mod local;
mod mcp;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::config::{Config, LogFormat, Mistakes, Overrides, load};
use crate::telemetry::{Format, Guard, init};

/// Keeps an organisation's API connections, and signs requests with them.
#[derive(Debug, Parser)]
#[command(name = "magpie", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Serve),
    /// Run a development server: no configuration, no network, every provider a built-in mock
    Dev(dev::Dev),
    /// Make, list and revoke API keys
    #[command(subcommand)]
    Key(key::Key),
    /// Help people into the admin pages
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Look at connectors and check descriptors
    #[command(subcommand)]
    Connector(connector::Connector),
    /// Make the embedded catalogue, for maintainers
    #[command(subcommand)]
    Catalog(catalog::Catalog),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Speak the Model Context Protocol over stdin and stdout, for a running server
    Mcp(mcp::Mcp),
    /// Ask a running server whether it is up
    Health(health::Health),
    /// Print the version
    Version(Version),
}

#[derive(Debug, Args)]
struct Version {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Settings that every command takes.
#[derive(Clone, Debug, Default, Args)]
struct Settings {
    /// The file of settings to read
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder that holds all state
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// A folder of connector descriptors of your own
    #[arg(long, value_name = "FOLDER")]
    connectors_dir: Option<PathBuf>,
}

/// Settings of whoever listens.
#[derive(Clone, Debug, Default, Args)]
struct Listening {
    /// The port to listen on; 0 takes a free one
    #[arg(long)]
    port: Option<u16>,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// The address that users and providers reach this server at
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// What to log: a level, and exceptions by module
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// How to log: human, json or auto
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Settings {
    fn load(&self, listening: &Listening) -> Result<Config, Mistakes> {
        load(self.overrides(listening))
    }

    fn overrides(&self, listening: &Listening) -> Overrides {
        Overrides {
            config_file: self.config.clone(),
            data_dir: self.data_dir.clone(),
            connectors_dir: self.connectors_dir.clone(),
            port: listening.port,
            bind: listening.bind.clone(),
            public_url: listening.public_url.clone(),
            log: listening.log.clone(),
            log_format: listening.log_format.clone(),
            ..Overrides::default()
        }
    }
}

/// Runs the program that the arguments describe.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = if error.is::<Mistakes>() { 2 } else { 1 };
            eprintln!("magpie: {}", sentence(&error));
            ExitCode::from(code)
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(serve) => serve.run(),
        Command::Dev(dev) => dev.run(),
        Command::Key(key) => key.run(),
        Command::Admin(admin) => admin.run(),
        Command::Connector(connector) => connector.run(),
        Command::Catalog(catalog) => catalog.run(),
        Command::Config(config) => config.run(),
        Command::Mcp(mcp) => mcp.run(),
        Command::Health(health) => health.run(),
        Command::Version(Version { json: true }) => {
            print_json(&serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }))
        }
        Command::Version(_) => print(&format!("magpie {}", env!("CARGO_PKG_VERSION"))),
    }
}

/// An error with its causes, each said once.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Prints a line. Whoever stops reading has seen enough.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::{ErrorKind, Write as _};
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot print"),
    }
}

fn print_json(value: &serde_json::Value) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}

fn logs(config: &Config) -> anyhow::Result<Guard> {
    use std::io::IsTerminal as _;
    let format = match config.log_format {
        LogFormat::Human => Format::Human,
        LogFormat::Json => Format::Json,
        LogFormat::Auto if std::io::stderr().is_terminal() => Format::Human,
        LogFormat::Auto => Format::Json,
    };
    Ok(init(&config.log, format)?)
}

/// Runs `future` where actix can spawn.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(future)
}
