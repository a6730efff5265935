//! Where descriptors come from: the program itself, and a folder of the operator's own.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arc_swap::{ArcSwap, Guard};

use super::compile::compile;
use super::find::Indexes;
use super::format::Descriptor;
use super::generated::Generated;
use super::pack::Pack;
use crate::domain::{Action, ActionId, Connector, Platform};

/// More threads than these would wait for memory, not for a processor.
const MOST_READERS: usize = 8;

/// The program's own: a line for each, the file's name and what stands in it as JSON. The build
/// script writes them so, because TOML takes several times as long to read.
static EMBEDDED: &str = include_str!(concat!(env!("OUT_DIR"), "/connectors.jsonl"));

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
    /// Those of descriptors, by id and by every alias.
    actions: HashMap<ActionId, Arc<Action>>,
    /// What holds all others.
    packs: Vec<Arc<Pack>>,
    pub(super) indexes: Indexes,
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
    pub fn action(&self, id: &ActionId) -> Option<Arc<Action>> {
        if let Some(action) = self.actions.get(id) {
            return Some(Arc::clone(action));
        }
        self.packs.iter().find_map(|pack| {
            let (platform, number) = pack.find(id)?;
            let connector = self.connectors.get(platform)?;
            // The platform may have other actions by now than the pack has.
            let action = connector.actions.nth_of_more(number);
            action.filter(|action| action.id == *id)
        })
    }

    /// Whose action `id` is. Quicker than to look at the action.
    pub fn platform_of(&self, id: &ActionId) -> Option<&Platform> {
        if let Some(action) = self.actions.get(id) {
            return Some(&action.platform);
        }
        let found = |pack: &'_ Arc<Pack>| pack.find(id).map(|(platform, _)| platform.clone());
        let platform = self.packs.iter().find_map(found)?;
        self.connectors.get_key_value(&platform).map(|(own, _)| own)
    }

    /// How many actions there are.
    pub fn action_count(&self) -> usize {
        let counts = self.connectors.values().map(|found| found.actions.len());
        counts.sum()
    }
}

/// The connectors, as they are now.
pub struct Catalogue {
    snapshot: ArcSwap<Snapshot>,
    folder: Option<PathBuf>,
    installing: Mutex<()>,
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
                installing: Mutex::new(()),
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

    /// Held by whoever puts a connector into the folder.
    pub(super) fn installing(&self) -> &Mutex<()> {
        &self.installing
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
    let mut generated = Generated::embedded();
    let mut snapshot = Snapshot {
        revision,
        ..Snapshot::default()
    };
    let mut problems = Vec::new();
    for (file, read) in embedded() {
        match read {
            Ok(connector) => snapshot.add(generated.complete(connector)),
            Err(sentences) => problems.extend(told(&file, sentences)),
        }
    }
    for (file, text) in overlay(folder, &mut problems) {
        let read = text.and_then(|text| {
            let own = named(&file, check_text(&text)?)?;
            let built_in = snapshot.connectors.get(&own.platform);
            generated.complete_own(folder, own, &text, built_in)
        });
        match read {
            Ok(connector) => snapshot.add(connector),
            Err(sentences) => {
                problems.extend(told(&file, sentences));
                let platform = file.trim_end_matches(".toml");
                let packs = snapshot.keep_as_before(platform, before);
                generated.packs.extend(packs);
            }
        }
    }
    snapshot.packs = generated.packs;
    index_actions(&mut snapshot, &mut problems);
    (snapshot, problems)
}

impl Snapshot {
    fn add(&mut self, connector: Connector) {
        let platform = connector.platform.clone();
        self.connectors.insert(platform, Arc::new(connector));
    }

    /// After the operator's own descriptor has become wrong. Never the built-in one instead: tokens
    /// would go where the operator's do not. Gives what holds its generated actions.
    fn keep_as_before(&mut self, platform: &str, before: Option<&Self>) -> Vec<Arc<Pack>> {
        let Ok(platform) = platform.parse::<Platform>() else {
            return Vec::new();
        };
        let stays = before.and_then(|before| Some((before, before.connectors.get(&platform)?)));
        let Some((before, connector)) = stays else {
            self.connectors.remove(&platform);
            return Vec::new();
        };
        self.connectors
            .insert(platform.clone(), Arc::clone(connector));
        let embedded = Pack::embedded();
        let others = before.packs.iter();
        others
            .filter(|pack| !Arc::ptr_eq(pack, &embedded))
            .filter(|pack| pack.sources().any(|(held, _)| *held == platform))
            .map(Arc::clone)
            .collect()
    }
}

/// The connector that a file describes, if it is the one that the file is called after.
fn named(file: &str, connector: Connector) -> Result<Connector, Vec<String>> {
    if Some(connector.platform.as_str()) == file.strip_suffix(".toml") {
        return Ok(connector);
    }
    Err(vec![format!(
        "describes `{}`; the file must be called after its platform",
        connector.platform
    )])
}

fn told(file: &str, sentences: Vec<String>) -> impl Iterator<Item = Problem> {
    sentences.into_iter().map(move |what| Problem {
        file: file.to_owned(),
        what,
    })
}

fn index_actions(snapshot: &mut Snapshot, problems: &mut Vec<Problem>) {
    for connector in snapshot.connectors.values() {
        for action in connector.actions.of_descriptor() {
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

/// What became of reading one file.
type Read = (String, Result<Connector, Vec<String>>);

/// The program's own. Reading hundreds of them is most of a start, so all processors share it.
fn embedded() -> Vec<Read> {
    let lines: Vec<&str> = EMBEDDED.lines().collect();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = lines.len().div_ceil(threads.min(MOST_READERS)).max(1);
    let read_all = |lines: &[&str]| -> Vec<Read> {
        lines.iter().filter_map(|line| embedded_one(line)).collect()
    };
    std::thread::scope(|scope| {
        let shares = lines.chunks(share);
        let readers: Vec<_> = shares
            .map(|lines| scope.spawn(move || read_all(lines)))
            .collect();
        let read = readers.into_iter().map(|reader| reader.join());
        read.flat_map(|read| read.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn embedded_one(line: &str) -> Option<Read> {
    let (file, json) = line.split_once(' ')?;
    let descriptor = serde_json::from_str(json).map_err(|error| vec![error.to_string()]);
    let read = descriptor.and_then(compile);
    Some((file.to_owned(), read.and_then(|read| named(file, read))))
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
