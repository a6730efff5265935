//! `magpie catalog build`: from public API descriptions to `assets/actions`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;

use crate::catalog::openapi::{self, Choice, Document, Options, Pick, Selected};
use crate::cli::print;

#[derive(Debug, Args)]
pub struct Build {
    /// A folder of API descriptions, and what `sources.toml` calls it
    #[arg(long, value_name = "NAME=FOLDER", required = true)]
    documents: Vec<String>,
    /// Which connector's actions come from which description
    #[arg(
        long,
        value_name = "FILE",
        default_value = "assets/actions/sources.toml"
    )]
    sources: PathBuf,
    /// The connectors' descriptors
    #[arg(long, value_name = "FOLDER", default_value = "assets/connectors")]
    connectors: PathBuf,
    /// Where the action files go
    #[arg(long, value_name = "FOLDER", default_value = "assets/actions")]
    out: PathBuf,
}

/// The whole of `sources.toml`.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Sources(BTreeMap<String, Pick>);

impl Build {
    pub fn run(self) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(&self.sources)
            .with_context(|| format!("cannot read `{}`", self.sources.display()))?;
        let Sources(sources) = toml::from_str(&text)
            .with_context(|| format!("cannot understand `{}`", self.sources.display()))?;
        let folders = self.folders()?;
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for document in sources.values().flat_map(|pick| &pick.documents) {
            *uses.entry(document).or_default() += 1;
        }
        let mut kept = Kept {
            folders,
            documents: HashMap::new(),
            uses: &uses,
        };
        let mut total = 0;
        let mut failed = Vec::new();
        let mut written = Vec::new();
        for (platform, pick) in &sources {
            match self.one(platform, pick, &mut kept) {
                Ok(0) => failed.push(format!("{platform}: no action is left; no file is written")),
                Ok(count) => {
                    total += count;
                    written.push(format!("{platform}.jsonl"));
                }
                Err(error) => failed.push(format!("{platform}: {error:#}")),
            }
        }
        print(&format!("{total} actions of {} connectors", written.len()))?;
        // What failed today may have been made yesterday.
        if failed.is_empty() {
            return self.tidy(&written);
        }
        bail!("not all could be made:\n  {}", failed.join("\n  "))
    }

    fn folders(&self) -> anyhow::Result<HashMap<String, PathBuf>> {
        let pair = |text: &String| {
            let (name, folder) = text
                .split_once('=')
                .with_context(|| format!("`{text}` is not of the form NAME=FOLDER"))?;
            Ok((name.to_owned(), PathBuf::from(folder)))
        };
        self.documents.iter().map(pair).collect()
    }

    /// Writes the file of one connector, and gives how many actions are in it.
    fn one(&self, platform: &str, pick: &Pick, kept: &mut Kept<'_>) -> anyhow::Result<usize> {
        let file = self.connectors.join(format!("{platform}.toml"));
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read `{}`", file.display()))?;
        let known = openapi::known(&text)?;
        let choice = Choice::try_from(pick)?;
        let documents = pick
            .documents
            .iter()
            .map(|name| kept.document(name))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let Selected {
            actions: made,
            left_out,
        } = openapi::select(&choice, &known, documents);
        let left_out: Vec<String> = left_out
            .iter()
            .map(|(why, count)| format!("{count} {why}"))
            .collect();
        print(&format!(
            "{platform:40} {:5} actions beside {:3}   left out: {}",
            made.len(),
            known.actions.len(),
            left_out.join(", ")
        ))?;
        if !made.is_empty() {
            let file = self.out.join(format!("{platform}.jsonl"));
            std::fs::create_dir_all(&self.out)?;
            std::fs::write(&file, openapi::file(made.iter()))
                .with_context(|| format!("cannot write `{}`", file.display()))?;
        }
        Ok(made.len())
    }

    /// Removes the files of connectors that have none any more.
    fn tidy(&self, written: &[String]) -> anyhow::Result<()> {
        for entry in std::fs::read_dir(&self.out).into_iter().flatten() {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".jsonl") && !written.iter().any(|written| *written == name) {
                std::fs::remove_file(&path)
                    .with_context(|| format!("cannot remove `{}`", path.display()))?;
                print(&format!("removed {name}"))?;
            }
        }
        Ok(())
    }
}

/// Documents that were read; one is kept only while another connector needs it too.
struct Kept<'a> {
    folders: HashMap<String, PathBuf>,
    documents: HashMap<String, Document>,
    uses: &'a HashMap<&'a str, usize>,
}

impl Kept<'_> {
    fn document(&mut self, name: &str) -> anyhow::Result<Document> {
        if let Some(document) = self.documents.get(name) {
            return Ok(document.clone());
        }
        let (package, file) = name
            .split_once('/')
            .with_context(|| format!("`{name}` is not of the form PACKAGE/FILE"))?;
        let folder = self
            .folders
            .get(package)
            .with_context(|| format!("there is no `--documents {package}=…`"))?;
        let document = read(&folder.join(format!("{file}.json")))?;
        if self.uses.get(name).is_some_and(|uses| *uses > 1) {
            self.documents.insert(name.to_owned(), document.clone());
        }
        Ok(document)
    }
}

fn read(file: &Path) -> anyhow::Result<Document> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    openapi::read(&bytes, &Options::default()).with_context(|| file.display().to_string())
}
