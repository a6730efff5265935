//! `magpie mcp`: a running server's `/mcp` for programs that start a program and speak with it over
//! stdin and stdout.
//!
//! **Invariant:** stdout carries messages of the protocol and nothing else.

mod forward;
mod message;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use tokio::sync::mpsc;
use url::Url;

use super::block_on;
use crate::domain::Secret;
use forward::Forward;
use message::Message;

/// The variable that holds the key.
const KEY_VARIABLE: &str = "MAGPIE_API_KEY";
/// So many messages may wait to be forwarded.
const WAITING: usize = 64;

#[derive(Debug, Args)]
pub struct Mcp {
    /// Where the server is
    #[arg(long, default_value = "http://127.0.0.1:3005")]
    url: Url,
    /// Only what is in this toolset
    #[arg(long, value_name = "NAME")]
    toolset: Option<String>,
    /// A file that holds the API key, instead of the variable MAGPIE_API_KEY
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Certificate authorities (PEM) to trust besides Mozilla's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Mcp {
    pub fn run(self) -> anyhow::Result<()> {
        let key = self.key()?;
        let endpoint = endpoint(&self.url, self.toolset.as_deref())?;
        let forward = Forward::new(endpoint, &key, self.ca_file)?;
        block_on(between(forward, lines()))
    }

    fn key(&self) -> anyhow::Result<Secret<String>> {
        let text = match &self.key_file {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("`{}` cannot be read", path.display()))?,
            None => std::env::var(KEY_VARIABLE).unwrap_or_default(),
        };
        let text = text.trim();
        if text.is_empty() {
            bail!("there is no API key: set {KEY_VARIABLE}, or name a file with --key-file");
        }
        Ok(Secret::new(text.to_owned()))
    }
}

/// The server's address of the protocol. A path of `url` is what its proxy knows it by.
fn endpoint(url: &Url, toolset: Option<&str>) -> anyhow::Result<Url> {
    if !matches!(url.scheme(), "http" | "https") {
        bail!("--url must be an http or https address, such as http://127.0.0.1:3005");
    }
    let mut endpoint = url.clone();
    endpoint.set_query(None);
    endpoint.set_fragment(None);
    let mut segments = endpoint
        .path_segments_mut()
        .map_err(|()| anyhow::anyhow!("--url has no room for a path"))?;
    segments.pop_if_empty().push("mcp").extend(toolset);
    drop(segments);
    Ok(endpoint)
}

/// The lines of stdin, until its end. A thread of its own reads them: a read cannot be given up.
fn lines() -> mpsc::Receiver<Vec<u8>> {
    let (sender, lines) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            let read = stdin.read_until(b'\n', &mut line);
            if !read.is_ok_and(|read| read > 0) || sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Leads messages to the server and back until stdin ends; what is under way then is still answered.
async fn between(mut forward: Forward, mut lines: mpsc::Receiver<Vec<u8>>) -> anyhow::Result<()> {
    let mut is_open = true;
    while is_open || forward.is_busy() {
        tokio::select! {
            line = lines.recv(), if is_open && forward.has_room() => match line {
                None => is_open = false,
                Some(line) if line.trim_ascii().is_empty() => {}
                Some(line) => match Message::parse(&line) {
                    Ok(message) => forward.take(message),
                    Err(refusal) => say(&refusal)?,
                },
            },
            answer = forward.next(), if forward.is_busy() => if let Some(answer) = answer {
                say(&answer)?;
            },
        }
    }
    Ok(())
}

/// One message, on one line.
fn say(message: &[u8]) -> anyhow::Result<()> {
    let mut line: Vec<u8> = message
        .iter()
        .map(|byte| {
            if matches!(byte, b'\n' | b'\r') {
                b' '
            } else {
                *byte
            }
        })
        .collect();
    line.push(b'\n');
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(&line)
        .and_then(|()| stdout.flush())
        .context("nobody reads what is said")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_the_path_that_a_proxy_gave_it() {
        for (url, toolset, address) in [
            ("http://127.0.0.1:3005", None, "http://127.0.0.1:3005/mcp"),
            ("http://127.0.0.1:3005/", None, "http://127.0.0.1:3005/mcp"),
            ("https://a.test/magpie/", None, "https://a.test/magpie/mcp"),
            (
                "https://a.test/x?y#z",
                Some("support"),
                "https://a.test/x/mcp/support",
            ),
            ("https://a.test", Some("a/b"), "https://a.test/mcp/a%2Fb"),
        ] {
            let made = endpoint(&url.parse().unwrap(), toolset).unwrap();
            assert_eq!(made.as_str(), address);
        }
        assert!(endpoint(&"file:///x".parse().unwrap(), None).is_err());
    }
}
