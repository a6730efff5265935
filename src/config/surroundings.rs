//! Whether the files and directories that a configuration names are there.

use std::path::Path;

use super::{Config, MasterKey, Mistake, Mistakes};

/// Looks at what `config` names on this machine. Changes nothing, and runs no command: whether a
/// `master_key_command` works shows when the key is read.
pub fn check(config: &Config) -> Result<(), Mistakes> {
    let mut found = Vec::new();
    let mut wrong = |key: &str, what: String| found.push(mistake(config, key, what));
    if config.data_dir.exists() && !config.data_dir.is_dir() {
        wrong("data_dir", "must be a directory".to_owned());
    }
    if let Some(path) = config
        .connectors_dir
        .as_deref()
        .filter(|path| !path.is_dir())
    {
        wrong(
            "connectors_dir",
            format!("there is no directory `{}`", path.display()),
        );
    }
    if let Some(what) = config.egress.ca_file.as_deref().and_then(no_certificates) {
        wrong("egress.ca_file", what);
    }
    if let MasterKey::File(_) | MasterKey::DefaultFile(_) = config.master_key
        && let Err(error) = config.master_key.read()
    {
        wrong("keyring.master_key_file", chain(&error));
    }
    Mistakes::none_or(found)
}

fn mistake(config: &Config, key: &str, what: String) -> Mistake {
    let row = config.shown().row(key);
    let origin = row.map_or("default", |row| row.source.as_str());
    let value = row.map(|row| row.value.to_string());
    Mistake {
        value,
        ..Mistake::of_key(origin, key, what)
    }
}

/// Why `path` is no file of certificates.
fn no_certificates(path: &Path) -> Option<String> {
    match std::fs::read_to_string(path) {
        Err(error) => Some(format!("can't be read: {error}")),
        Ok(text) if !text.contains("-----BEGIN CERTIFICATE-----") => {
            Some("has no certificate in PEM form".to_owned())
        }
        Ok(_) => None,
    }
}

/// An error and its causes, as one sentence.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
