//! `magpie catalog`: how maintainers make the embedded action files.

mod attempt;
mod build;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Catalog {
    /// Make the action files of the built-in connectors from public API descriptions
    Build(build::Build),
    /// Read every API description in a folder, and count what comes of it
    Try(attempt::Try),
    /// Read one API description and say what comes of it
    #[command(hide = true)]
    TryOne(attempt::TryOne),
}

impl Catalog {
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Build(build) => build.run(),
            Self::Try(attempt) => attempt.run(),
            Self::TryOne(attempt) => attempt.run(),
        }
    }
}
