//! `magpie catalog try`: what comes of every API description in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use tokio::time::Instant;

use crate::catalog::check_text;
use crate::catalog::openapi::{self, Options, Wishes};
use crate::cli::{print, print_json};

#[derive(Debug, Args)]
pub struct Try {
    /// The folder; files in folders below it are read as well
    folder: PathBuf,
    /// How long one may take, in seconds
    #[arg(long, default_value_t = 10)]
    limit: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct TryOne {
    /// The file
    file: PathBuf,
}

/// What came of one.
enum Outcome {
    Imported {
        operations: usize,
        skipped: Vec<String>,
    },
    Refused(String),
    /// Its descriptor is not sound: a mistake here.
    Unsound(String),
}

/// What came of all.
#[derive(Default)]
struct Tally {
    imported: usize,
    operations: usize,
    refused: BTreeMap<String, usize>,
    skipped: BTreeMap<String, usize>,
    wrong: Vec<String>,
    slowest: Option<(Duration, String)>,
}

impl Try {
    pub fn run(self) -> anyhow::Result<()> {
        let mut files = Vec::new();
        collect(&self.folder, &mut files)
            .with_context(|| format!("cannot read `{}`", self.folder.display()))?;
        files.sort();
        let limit = Duration::from_secs(self.limit);
        let mut tally = Tally::default();
        for file in &files {
            let name = file.strip_prefix(&self.folder).unwrap_or(file);
            tally.add(&name.display().to_string(), file, limit);
        }
        if self.json {
            tally.print_json(files.len())?;
        } else {
            tally.print(files.len())?;
        }
        match tally.wrong.is_empty() {
            true => Ok(()),
            false => bail!("{} of them went wrong", tally.wrong.len()),
        }
    }
}

impl TryOne {
    pub fn run(self) -> anyhow::Result<()> {
        match attempt(&self.file) {
            Outcome::Imported {
                operations,
                skipped,
            } => print(&format!(
                "{operations} operations, {} left out; {} MiB at the most",
                skipped.len(),
                peak().unwrap_or_default()
            )),
            Outcome::Refused(why) | Outcome::Unsound(why) => bail!(why),
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|end| end == "json" || end == "yaml" || end == "yml")
        {
            files.push(path);
        }
    }
    Ok(())
}

impl Tally {
    /// Reads one in a thread of its own, so that neither a panic nor an endless loop ends the rest.
    fn add(&mut self, name: &str, file: &Path, limit: Duration) {
        let (sender, outcome) = mpsc::channel();
        let path = file.to_owned();
        let started = Instant::now();
        std::thread::spawn(move || {
            // Whoever waits may have given up.
            let _ = sender.send(attempt(&path));
        });
        let outcome = outcome.recv_timeout(limit);
        let took = started.elapsed();
        if self.slowest.as_ref().is_none_or(|(most, _)| *most < took) {
            self.slowest = Some((took, name.to_owned()));
        }
        match outcome {
            Ok(Outcome::Imported {
                operations,
                skipped,
            }) => {
                self.imported += 1;
                self.operations += operations;
                for why in skipped {
                    *self.skipped.entry(why).or_default() += 1;
                }
            }
            Ok(Outcome::Refused(why)) => *self.refused.entry(why).or_default() += 1,
            Ok(Outcome::Unsound(why)) => self.wrong.push(format!("{name}: {why}")),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.wrong.push(format!("{name}: took too long"));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                self.wrong.push(format!("{name}: panicked"));
            }
        }
    }

    fn print(&self, documents: usize) -> anyhow::Result<()> {
        let refused: usize = self.refused.values().sum();
        print(&format!("documents   {documents}"))?;
        print(&format!("imported    {}", self.imported))?;
        print(&format!("operations  {}", self.operations))?;
        print(&format!("refused     {refused}"))?;
        for (why, count) in &self.refused {
            print(&format!("  {count:6}  {why}"))?;
        }
        print(&format!(
            "left out    {}",
            self.skipped.values().sum::<usize>()
        ))?;
        for (why, count) in &self.skipped {
            print(&format!("  {count:6}  {why}"))?;
        }
        print(&format!("went wrong  {}", self.wrong.len()))?;
        for what in &self.wrong {
            print(&format!("          {what}"))?;
        }
        if let Some((took, name)) = &self.slowest {
            print(&format!("slowest     {name}, {} ms", took.as_millis()))?;
        }
        match peak() {
            Some(peak) => print(&format!("memory      {peak} MiB at the most")),
            None => Ok(()),
        }
    }

    fn print_json(&self, documents: usize) -> anyhow::Result<()> {
        let slowest = self.slowest.as_ref().map(
            |(took, name)| json!({ "document": name, "milliseconds": took.as_millis() as u64 }),
        );
        print_json(&json!({
            "documents": documents,
            "imported": self.imported,
            "operations": self.operations,
            "refused": self.refused,
            "leftOut": self.skipped,
            "wrong": self.wrong,
            "slowest": slowest,
            "peakMiB": peak(),
        }))
    }
}

fn attempt(file: &Path) -> Outcome {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let document = match openapi::read(&bytes, &Options::default()) {
        Ok(document) => document,
        Err(refusal) => return Outcome::Refused(refusal.why),
    };
    drop(bytes);
    let written = match openapi::descriptor(&document, &Wishes::default()) {
        Ok(written) => written,
        Err(refusal) => return Outcome::Refused(refusal.why),
    };
    match check_text(&written.toml) {
        Ok(_) => Outcome::Imported {
            operations: written.summary.actions,
            skipped: written
                .summary
                .skipped
                .into_iter()
                .map(|each| general(&each.why))
                .collect(),
        },
        Err(problems) => Outcome::Unsound(problems.join("; ")),
    }
}

/// A sentence without what it names.
fn general(why: &str) -> String {
    let mut parts = why.split('`');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts.skip(1).step_by(2) {
        text.push('…');
        text.push_str(part);
    }
    match text.split_once("/paths/") {
        Some((before, rest)) => {
            let behind = rest.split_once(' ').map_or("", |(_, behind)| behind);
            format!("{before}… {behind}")
        }
        None => text
            .split_once("server: ")
            .map_or(text.clone(), |(before, _)| format!("{before}server")),
    }
}

/// The most memory that the program has had, in MiB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
