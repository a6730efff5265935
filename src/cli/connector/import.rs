//! `magpie connector import`: a connector from an OpenAPI document.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use hyper::header::LOCATION;
use hyper::{HeaderMap, Method};
use regex::Regex;
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use super::super::{Listening, Settings, block_on, print, print_json};
use super::tested;
use crate::catalog::openapi::{self, MAX_BYTES, Options, Summary, Wishes, Written};
use crate::catalog::{Catalogue, put};
use crate::domain::Platform;
use crate::egress::fetch::FetchRequest;
use crate::egress::origin::Reach;
use crate::egress::{self, Egress};

/// How long a document may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long all documents of an import may take.
const TOTAL: Duration = Duration::from_secs(120);
/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;

#[derive(Debug, Args)]
pub struct Import {
    /// The document: a file, or an https URL
    document: String,
    /// The connector's platform, such as `acme`; made from the document's title unless given
    #[arg(long)]
    platform: Option<Platform>,
    /// The folder to write to; the folder of your own connectors, or this one
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Only say what would be written
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Replace a connector that is there, built in or your own
    #[arg(long)]
    force: bool,
    /// Also read the documents that this one refers to: files below its folder, and https URLs
    #[arg(long)]
    follow_refs: bool,
    /// Only operations whose path fits this regular expression
    #[arg(long, value_name = "REGEX")]
    include: Option<Regex>,
    /// No operations whose path fits this regular expression
    #[arg(long, value_name = "REGEX")]
    exclude: Option<Regex>,
    /// Where requests go, instead of the document's server
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

impl Import {
    pub fn run(self) -> anyhow::Result<()> {
        let config = self.settings.load(&Listening::default())?;
        let ways = Ways {
            egress: Egress::new(egress::Settings {
                allow: config.egress.allow.clone(),
                ca_files: config.egress.ca_file.iter().cloned().collect(),
                ..egress::Settings::default()
            })?,
            root: root(&self.document),
            until: Instant::now() + TOTAL,
        };
        let bytes = match url(&self.document) {
            Some(url) => ways.fetch(url),
            None => read(Path::new(&self.document)),
        }?;
        let load = |name: &str| ways.load(name).map_err(|error| format!("{error:#}"));
        let options = Options {
            origin: &self.document,
            load: self.follow_refs.then_some(&load),
        };
        let document = openapi::read(&bytes, &options).map_err(|refusal| {
            let hint = match refusal.why.contains("only if asked for") {
                true => "; `--follow-refs` does so",
                false => "",
            };
            anyhow!("{}: {refusal}{hint}", self.document)
        })?;
        let wishes = Wishes {
            platform: self.platform.clone(),
            base_url: self.base_url.clone(),
            include: self.include.clone(),
            exclude: self.exclude.clone(),
        };
        let written = openapi::descriptor(&document, &wishes).context("nothing is imported")?;
        let compiled = written.compiled().and_then(tested);
        compiled.map_err(|wrong| anyhow!("the connector is not sound: {}", wrong.join("; ")))?;
        let own = config.connectors_dir;
        let folder = self.out.clone().or_else(|| own.clone());
        let folder = folder.unwrap_or_else(|| PathBuf::from("."));
        let replaced = replaced(&written, &folder, own);
        self.finish(&written, &folder, replaced.as_deref())
    }

    fn finish(
        &self,
        written: &Written,
        folder: &Path,
        replaced: Option<&str>,
    ) -> anyhow::Result<()> {
        if let Some(replaced) = replaced
            && !self.force
            && !self.dry_run
        {
            bail!(
                "this would replace {replaced}; `--force` does so, `--platform` chooses another name"
            );
        }
        let files = match self.dry_run {
            true => Vec::new(),
            false => write(written, folder)?.into(),
        };
        if self.json {
            return print_json(
                &json!({ "summary": written.summary, "replaces": replaced, "files": files }),
            );
        }
        show(&written.summary)?;
        if let Some(replaced) = replaced {
            print(&format!("replaces  {replaced}"))?;
        }
        for file in files {
            print(&format!("wrote {}", file.display()))?;
        }
        Ok(())
    }
}

/// What would be there no more, in words; `own` is the folder of the server's own connectors.
fn replaced(written: &Written, folder: &Path, own: Option<PathBuf>) -> Option<String> {
    let platform = written.platform.as_str();
    let mut files = ["toml", "jsonl"]
        .iter()
        .map(|end| folder.join(format!("{platform}.{end}")));
    if let Some(file) = files.find(|file| file.exists()) {
        return Some(format!("`{}`", file.display()));
    }
    let own_file = own.as_ref().map(|own| own.join(format!("{platform}.toml")));
    // What is wrong with other descriptors is nothing to this one.
    let (catalogue, _) = Catalogue::load(own);
    let now = catalogue.now();
    let name = &now.connector(platform)?.name;
    Some(match own_file.filter(|file| file.exists()) {
        Some(file) => format!(
            "the connector `{platform}` ({name}) of `{}`",
            file.display()
        ),
        None => format!("the built-in connector `{platform}` ({name})"),
    })
}

fn write(written: &Written, folder: &Path) -> anyhow::Result<[PathBuf; 2]> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make `{}`", folder.display()))?;
    put(folder, written).with_context(|| format!("cannot write to `{}`", folder.display()))
}

fn show(summary: &Summary) -> anyhow::Result<()> {
    print(&format!("{} {}", summary.title, summary.version))?;
    print(&format!("platform  {}", summary.platform))?;
    print(&format!("base URL  {}", summary.base_url))?;
    let form = match summary.form.as_slice() {
        [] => String::new(),
        fields => format!(", asking for {}", fields.join(", ")),
    };
    print(&format!("auth      {}{form}", summary.auth))?;
    let deprecated = match summary.deprecated {
        0 => String::new(),
        count => format!(", {count} of them deprecated"),
    };
    print(&format!("actions   {}{deprecated}", summary.actions))?;
    for action in &summary.first {
        let method = action.method.as_str();
        print(&format!("  {method:7} {:50} {}", action.path, action.title))?;
    }
    if !summary.skipped.is_empty() {
        print(&format!("left out  {}", summary.skipped.len()))?;
    }
    for skipped in summary.skipped.iter().take(20) {
        print(&format!("  {}: {}", skipped.place, skipped.why))?;
    }
    if summary.skipped.len() > 20 {
        print("  … (`--json` tells all)")?;
    }
    for note in &summary.notes {
        print(&format!("note      {note}"))?;
    }
    Ok(())
}

fn url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|_| text.contains("://"))
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let what = || format!("cannot read `{}`", file.display());
    let length = std::fs::metadata(file).with_context(what)?.len();
    if length > MAX_BYTES as u64 {
        bail!("`{}` is larger than 64 MB", file.display());
    }
    std::fs::read(file).with_context(what)
}

/// The folder below which a document's own files must be; nothing for a URL.
fn root(document: &str) -> Option<PathBuf> {
    if url(document).is_some() {
        return None;
    }
    let folder = Path::new(document).parent()?;
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    folder.canonicalize().ok()
}

/// The ways to documents.
struct Ways {
    egress: Egress,
    root: Option<PathBuf>,
    /// When everything must have been fetched.
    until: Instant,
}

impl Ways {
    /// The document called `name`, which another refers to.
    fn load(&self, name: &str) -> anyhow::Result<Vec<u8>> {
        if let Some(url) = url(name) {
            return self.fetch(url);
        }
        let root = self.root.as_ref().context("is no https URL")?;
        let file = Path::new(name).canonicalize().context("cannot be read")?;
        if !file.starts_with(root) {
            bail!("is not below the document's folder");
        }
        read(&file)
    }

    fn fetch(&self, url: Url) -> anyhow::Result<Vec<u8>> {
        let mut url = url;
        for _ in 0..=MAX_REDIRECTS {
            if url.scheme() != "https" {
                bail!("`{url}` is no https URL");
            }
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("fetching the documents takes longer than two minutes");
            }
            let request = FetchRequest {
                method: Method::GET,
                url: url.clone(),
                headers: HeaderMap::new(),
                body: None,
                reach: Reach::Public,
            };
            let answer = block_on(self.egress.fetch(request, MAX_BYTES, TIMEOUT.min(left)))
                .with_context(|| format!("cannot fetch `{url}`"))?;
            if answer.status.is_success() {
                return Ok(answer.body.to_vec());
            }
            let location = answer.headers.get(LOCATION).and_then(|to| to.to_str().ok());
            match location.filter(|_| answer.status.is_redirection()) {
                Some(to) => url = url.join(to).context("the redirect makes no sense")?,
                None => bail!("`{url}` answers {}", answer.status),
            }
        }
        bail!("`{url}` is redirected too often")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_fetched_any_more_when_the_time_of_all_documents_is_over() {
        let ways = Ways {
            egress: Egress::new(egress::Settings::default()).unwrap(),
            root: None,
            until: Instant::now(),
        };
        let refused = ways.load("https://acme.example/openapi.json").unwrap_err();
        assert!(refused.to_string().contains("two minutes"), "{refused:#}");
    }
}
