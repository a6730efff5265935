//! Where descriptors come from: the program itself, and a folder of the operator's own.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::compile::compile;
use super::format::Descriptor;
use crate::domain::{Action, ActionId, Connector, Platform};

#[derive(rust_embed::RustEmbed)]
#[folder = "assets/connectors/"]
struct Embedded;

/// What is wrong with one descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// A sentence.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

/// All connectors at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// By platform.
    pub connectors: BTreeMap<Platform, Arc<Connector>>,
    /// By id and by every alias.
    actions: HashMap<ActionId, Arc<Action>>,
    /// Counts reloads: whatever was derived from another revision is out of date.
    pub revision: u64,
}

impl Snapshot {
    /// The connector of a platform.
    pub fn connector(&self, platform: &str) -> Option<&Arc<Connector>> {
        platform
            .parse::<Platform>()
            .ok()
            .and_then(|platform| self.connectors.get(&platform))
    }

    /// The action that `id` means.
    pub fn action(&self, id: &ActionId) -> Option<&Arc<Action>> {
        self.actions.get(id)
    }

    /// Every action, by platform and in the descriptor's order.
    pub fn all_actions(&self) -> impl Iterator<Item = &Arc<Action>> {
        self.connectors
            .values()
            .flat_map(|connector| &connector.actions)
    }
}

/// The connectors, as they are now.
pub struct Catalogue {
    snapshot: ArcSwap<Snapshot>,
    folder: Option<PathBuf>,
}

impl Catalogue {
    /// Reads the embedded descriptors, and those in `folder`. A descriptor with something wrong in
    /// it is left out and named.
    pub fn load(folder: Option<PathBuf>) -> (Self, Vec<Problem>) {
        let (snapshot, problems) = read(folder.as_deref(), 1, None);
        (
            Self {
                snapshot: ArcSwap::from_pointee(snapshot),
                folder,
            },
            problems,
        )
    }

    /// The connectors as they are now; they stay as they are for whoever holds this.
    pub fn now(&self) -> Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// Reads everything again. Where a file in the folder has become wrong, the connector stays as
    /// it was.
    pub fn reload(&self) -> Vec<Problem> {
        let before = self.snapshot.load_full();
        // A folder that cannot be read just now, as while it is mounted again, is no empty one.
        if let Some(folder) = &self.folder
            && let Err(error) = std::fs::read_dir(folder)
        {
            return vec![Problem {
                file: folder.display().to_string(),
                what: error.to_string(),
            }];
        }
        let (snapshot, problems) = read(self.folder.as_deref(), before.revision + 1, Some(&before));
        self.snapshot.store(Arc::new(snapshot));
        problems
    }

    /// The operator's folder.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }
}

/// Reads one descriptor's text, and says everything that is wrong with it.
///
/// # Errors
/// One sentence for each thing.
pub fn check_text(text: &str) -> Result<Connector, Vec<String>> {
    let descriptor: Descriptor = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
    compile(descriptor)
}

/// The JSON schema of a descriptor.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Descriptor).to_value()
}

fn read(
    folder: Option<&Path>,
    revision: u64,
    before: Option<&Snapshot>,
) -> (Snapshot, Vec<Problem>) {
    let mut snapshot = Snapshot {
        revision,
        ..Snapshot::default()
    };
    let mut problems = Vec::new();
    let built_in = embedded().map(|(file, text)| (file, Ok(text)));
    for (file, text) in built_in.chain(overlay(folder, &mut problems)) {
        let platform = file.trim_end_matches(".toml").to_owned();
        let checked = text
            .and_then(|text| check_text(&text))
            .and_then(|connector| {
                if connector.platform.as_str() == platform {
                    return Ok(connector);
                }
                Err(vec![format!(
                    "describes `{}`; the file must be called after its platform",
                    connector.platform
                )])
            });
        match checked {
            Ok(connector) => {
                snapshot
                    .connectors
                    .insert(connector.platform.clone(), Arc::new(connector));
            }
            Err(sentences) => {
                problems.extend(sentences.into_iter().map(|what| Problem {
                    file: file.clone(),
                    what,
                }));
                // Never the built-in one instead: tokens would go where the operator's do not.
                let stays = before.and_then(|before| before.connector(&platform));
                match (stays, platform.parse::<Platform>()) {
                    (Some(connector), _) => {
                        snapshot
                            .connectors
                            .insert(connector.platform.clone(), Arc::clone(connector));
                    }
                    (None, Ok(platform)) => {
                        snapshot.connectors.remove(&platform);
                    }
                    (None, Err(_)) => {}
                }
            }
        }
    }
    index_actions(&mut snapshot, &mut problems);
    (snapshot, problems)
}

fn index_actions(snapshot: &mut Snapshot, problems: &mut Vec<Problem>) {
    for connector in snapshot.connectors.values() {
        for action in &connector.actions {
            for id in std::iter::once(&action.id).chain(&action.aliases) {
                if let Some(other) = snapshot.actions.insert(id.clone(), Arc::clone(action)) {
                    let what = format!(
                        "the action id {id} belongs to both {} and {}",
                        other.key, action.key
                    );
                    problems.push(Problem {
                        file: format!("{}.toml", connector.platform),
                        what,
                    });
                }
            }
        }
    }
}

fn embedded() -> impl Iterator<Item = (String, String)> {
    Embedded::iter().filter_map(|name| {
        let file = Embedded::get(&name)?;
        Some((
            name.into_owned(),
            String::from_utf8_lossy(&file.data).into_owned(),
        ))
    })
}

/// The `*.toml` files of the operator's folder, in order of name.
fn overlay(
    folder: Option<&Path>,
    problems: &mut Vec<Problem>,
) -> Vec<(String, Result<String, Vec<String>>)> {
    let Some(folder) = folder else {
        return Vec::new();
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(Problem {
                file: folder.display().to_string(),
                what: error.to_string(),
            });
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let mut texts = Vec::new();
    for path in files {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).map_err(|error| vec![error.to_string()]);
        texts.push((name, text));
    }
    texts
}

#[cfg(test)]
mod tests;
