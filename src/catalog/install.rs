//! Putting an imported connector into the operator's folder.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use super::load::Catalogue;
use super::openapi::Written;

/// Why a connector was not put into the folder.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is no folder to put it into.
    #[error("set `connectors_dir` to a folder that the server may write to")]
    NoFolder,
    /// Another connector has this name.
    #[error(
        "there is a connector `{0}` already; choose another platform, or say that it is to be replaced"
    )]
    Exists(String),
    /// The folder would not have it.
    #[error("the folder of connectors cannot be written")]
    Io(#[from] io::Error),
    /// It could not be read back.
    #[error("{0}")]
    Unsound(String),
}

impl Catalogue {
    /// Writes `connector` into the operator's folder, and reads the catalogue again. Both files are
    /// on disk before it is in use; the descriptor comes last, so that half of it is nothing.
    pub fn install(&self, connector: &Written, replace: bool) -> Result<(), InstallError> {
        let folder = self.folder().ok_or(InstallError::NoFolder)?;
        let platform = connector.platform.as_str();
        if !replace && self.now().connector(platform).is_some() {
            return Err(InstallError::Exists(platform.to_owned()));
        }
        put(folder, &format!("{platform}.jsonl"), &connector.jsonl)?;
        put(folder, &format!("{platform}.toml"), &connector.toml)?;
        File::open(folder)?.sync_all()?;
        let own = |file: &str| file.strip_suffix(".toml") == Some(platform);
        match self.reload().into_iter().find(|problem| own(&problem.file)) {
            Some(problem) => Err(InstallError::Unsound(problem.what)),
            None => Ok(()),
        }
    }
}

/// Writes a file whole or not at all.
fn put(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let aside = folder.join(format!(".{name}.new"));
    let mut file = File::create(&aside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&aside, folder.join(name))
}
