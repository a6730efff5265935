//! Putting an imported connector into the operator's folder.
//!
//! **Why the actions come under another name first:** a connector is two files, and no file system
//! changes two at once. So the actions are written as `.acme.DIGEST.jsonl`, with the digest of the
//! new descriptor, then the descriptor takes its place, and then the actions theirs. Whoever reads the
//! folder looks for the name with the digest first: before the descriptor is there, it is nobody's;
//! behind that, it counts, even if a crash has kept it from its place.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::generated::check;
use super::load::{Catalogue, check_text};
use super::openapi::Written;
use crate::crypto::{base64_url, sha256};
use crate::domain::Connector;

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
    /// Credentials that are there would go elsewhere, or otherwise.
    #[error(
        "this would change where the credentials of `{0}` go, or how, in both environments; \
         no key may do that: run `magpie connector import --force` on the server"
    )]
    Elsewhere(String),
    /// The folder would not have it.
    #[error("the folder of connectors cannot be written")]
    Io(#[from] io::Error),
    /// It could not be read back.
    #[error("{0}")]
    Unsound(String),
}

impl Written {
    /// The connector, as a catalogue will read it.
    ///
    /// # Errors
    /// Everything that is wrong with either file.
    pub fn compiled(&self) -> Result<Connector, Vec<String>> {
        let connector = check_text(&self.toml)?;
        check(&self.jsonl, &connector)?;
        Ok(connector)
    }
}

impl Catalogue {
    /// Whether a caller with a key may put `connector` into the folder. It is for both environments,
    /// a key is for one: so none replaces a connector by one that sends credentials elsewhere.
    pub fn may_install(&self, connector: &Connector, replace: bool) -> Result<(), InstallError> {
        let platform = connector.platform.as_str();
        let of = |error: fn(String) -> InstallError| Err(error(platform.to_owned()));
        let there = self.now().connector(platform).map(Arc::clone);
        match there {
            Some(_) if !replace => of(InstallError::Exists),
            Some(there) if !is_same_door(&there, connector) => of(InstallError::Elsewhere),
            Some(_) => Ok(()),
            // A descriptor that cannot be read: nobody knows where it would send them.
            None if self.has_file(platform) => of(InstallError::Elsewhere),
            None => Ok(()),
        }
    }

    fn has_file(&self, platform: &str) -> bool {
        let file = self.folder().map(|folder| descriptor(folder, platform));
        file.is_some_and(|file| file.symlink_metadata().is_ok())
    }

    /// Puts `written`, which becomes `connector`, into the operator's folder, and reads the catalogue
    /// again.
    pub fn install(
        &self,
        written: &Written,
        connector: &Connector,
        replace: bool,
    ) -> Result<(), InstallError> {
        let folder = self.folder().ok_or(InstallError::NoFolder)?;
        let installing = self.installing();
        let _one_at_a_time = installing.lock().unwrap_or_else(PoisonError::into_inner);
        // What is asked now counts, not what the folder had when it was last looked at.
        self.reload();
        self.may_install(connector, replace)?;
        put(folder, written)?;
        let platform = connector.platform.as_str();
        let own = |file: &str| file.strip_suffix(".toml") == Some(platform);
        match self.reload().into_iter().find(|problem| own(&problem.file)) {
            Some(problem) => Err(InstallError::Unsound(problem.what)),
            None => Ok(()),
        }
    }
}

/// Whether both send the same credentials to the same place in the same way.
fn is_same_door(one: &Connector, other: &Connector) -> bool {
    // All that `oauth` has is written out by `Debug`, and none of it is secret.
    let oauth = |connector: &Connector| format!("{:?}", connector.oauth);
    one.base_url == other.base_url && one.auth == other.auth && oauth(one) == oauth(other)
}

/// Writes both files of a connector, and gives their names. Whoever reads the folder, even after a
/// crash, finds the two that were there or the two new ones.
///
/// # Errors
/// The folder cannot be written.
pub fn put(folder: &Path, connector: &Written) -> io::Result<[PathBuf; 2]> {
    let platform = connector.platform.as_str();
    let descriptor = descriptor(folder, platform);
    let coming = coming(folder, platform, &connector.toml);
    put_one(&coming, &connector.jsonl)?;
    put_one(&descriptor, &connector.toml)?;
    let actions = actions(folder, platform);
    match std::fs::rename(&coming, &actions) {
        // A server that reads the folder may have been faster.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => File::open(folder)?.sync_all()?,
    }
    Ok([descriptor, actions])
}

/// The text of the actions that belong to the descriptor `toml`.
///
/// # Errors
/// They cannot be read; `NotFound` if there are none.
pub(super) fn actions_of(folder: &Path, platform: &str, toml: &str) -> io::Result<String> {
    let (coming, own) = (coming(folder, platform, toml), actions(folder, platform));
    match std::fs::read_to_string(&coming) {
        Ok(text) => {
            // What a crash left undone. In a folder that cannot be written it can stay so.
            std::fs::rename(&coming, &own).ok();
            Ok(text)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => std::fs::read_to_string(&own),
        Err(error) => Err(error),
    }
}

fn descriptor(folder: &Path, platform: &str) -> PathBuf {
    folder.join(format!("{platform}.toml"))
}

fn actions(folder: &Path, platform: &str) -> PathBuf {
    folder.join(format!("{platform}.jsonl"))
}

/// Where the actions are until the descriptor `toml` is in its place.
fn coming(folder: &Path, platform: &str, toml: &str) -> PathBuf {
    let digest = base64_url(&sha256(toml.as_bytes()));
    folder.join(format!(".{platform}.{digest}.jsonl"))
}

/// Writes a file whole or not at all; when it is there, it is on disk.
fn put_one(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    // Its own of this process: another may write the same at the same time.
    let aside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let mut written = File::create(&aside)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    std::fs::rename(&aside, file)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::openapi::{Options, Wishes, descriptor as describe, read};
    use serde_json::json;

    fn written(base: &str, path: &str) -> Written {
        let document = json!({
            "openapi": "3.0.0", "info": { "title": "Acme", "version": "1" },
            "servers": [{ "url": base }],
            "components": { "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } } },
            "paths": { path: { "get": { "responses": {} } } },
        });
        let document = read(document.to_string().as_bytes(), &Options::default()).unwrap();
        describe(&document, &Wishes::default()).unwrap()
    }

    fn paths(catalogue: &Catalogue) -> Vec<String> {
        let now = catalogue.now();
        let acme = now.connector("acme").unwrap();
        let all = acme.actions.all();
        all.iter()
            .map(|action| action.path.as_str().to_owned())
            .collect()
    }

    #[test]
    fn a_crash_at_any_point_leaves_the_old_files_or_the_new_ones() {
        let old = written("https://old.example", "/old");
        let new = written("https://new.example", "/new");
        for (crash, expected) in [("before", "/old"), ("between", "/new"), ("after", "/new")] {
            let folder = tempfile::tempdir().unwrap();
            let at = folder.path();
            put(at, &old).unwrap();
            put_one(&coming(at, "acme", &new.toml), &new.jsonl).unwrap();
            if crash != "before" {
                put_one(&descriptor(at, "acme"), &new.toml).unwrap();
            }
            if crash == "after" {
                put(at, &new).unwrap();
            }
            for _ in 0..2 {
                let (catalogue, problems) = Catalogue::load(Some(at.to_owned()));
                assert_eq!(
                    (problems, paths(&catalogue)),
                    (vec![], vec![expected.to_owned()]),
                    "{crash}"
                );
            }
        }
    }

    #[test]
    fn a_descriptor_that_is_edited_keeps_its_actions() {
        let folder = tempfile::tempdir().unwrap();
        let [descriptor, _] = put(folder.path(), &written("https://old.example", "/old")).unwrap();
        let text = std::fs::read_to_string(&descriptor).unwrap();
        std::fs::write(&descriptor, text.replace("old.example", "eu.old.example")).unwrap();
        let (catalogue, problems) = Catalogue::load(Some(folder.path().to_owned()));
        assert_eq!(
            (problems, paths(&catalogue)),
            (vec![], vec!["/old".to_owned()])
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_cannot_be_read_is_not_replaced_by_what_sends_credentials_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("acme.toml"), "platform = ").unwrap();
        let (catalogue, _) = Catalogue::load(Some(folder.path().to_owned()));
        let new = written("https://new.example", "/new");
        let refused = catalogue.install(&new, &new.compiled().unwrap(), true);
        assert!(
            matches!(refused, Err(InstallError::Elsewhere(_))),
            "{refused:?}"
        );
    }
}
