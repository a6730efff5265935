//! The rules about single values, and the one between the three master key settings.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use figment::{Figment, Profile};
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

use super::keyring::{self, MasterKey};
use super::mistakes::{Mistake, in_words};
use super::{ApprovalWebhook, LogFormat, settings};
use crate::domain::Validation;

/// A day. Longer than any sensible wait, and short enough to catch milliseconds.
const LONGEST_SECONDS: i64 = 86_400;

/// Checks values one after another, and remembers what was wrong with each.
pub(super) struct Checker<'a> {
    pub figment: &'a Figment,
    pub mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    /// A number of `range`. `T` holds every number of it; its own zero stands in for any other.
    pub fn number<T: TryFrom<i64> + Default>(
        &mut self,
        key: &str,
        number: i64,
        range: RangeInclusive<i64>,
    ) -> T {
        within(number, range).unwrap_or_else(|what| {
            self.wrong(key, what);
            T::default()
        })
    }

    /// A wait: at least a second, at most a day.
    pub fn seconds(&mut self, key: &str, seconds: i64) -> Duration {
        Duration::from_secs(self.number(key, seconds, 1..=LONGEST_SECONDS))
    }

    /// As many as there are cores for 0.
    pub fn workers(&mut self, workers: i64) -> usize {
        match self.number("workers", workers, 0..=1024) {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            workers => workers,
        }
    }

    /// An address.
    pub fn bind(&mut self, bind: &str) -> IpAddr {
        bind.parse().unwrap_or_else(|_| {
            self.wrong(
                "bind",
                "must be an IP address, such as 127.0.0.1 or ::".to_owned(),
            );
            IpAddr::from([127, 0, 0, 1])
        })
    }

    /// A URL to hand out, if one is set.
    pub fn public_url(&mut self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        match absolute(text) {
            Ok(url) => return Some(url),
            // A password in it is a secret under a name that does not say so.
            Err(what) if text.contains('@') => self.wrong_unseen("public_url", what),
            Err(what) => self.wrong("public_url", what),
        }
        None
    }

    /// A filter for log lines.
    pub fn log(&mut self, filter: &str) -> String {
        if let Err(error) = EnvFilter::builder().parse(filter) {
            let what = format!(
                "must be a level, or exceptions as in `info,magpie::egress=debug`: {error}"
            );
            self.wrong("log", what);
        }
        filter.to_owned()
    }

    /// One of the formats by name.
    pub fn log_format(&mut self, name: &str) -> LogFormat {
        LogFormat::from_str(name).unwrap_or_else(|what| {
            self.wrong("log_format", what);
            LogFormat::Auto
        })
    }

    /// CIDR ranges; a single address is one, too.
    pub fn networks(&mut self, key: &str, texts: &[String]) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for text in texts {
            let address = || IpAddr::from_str(text).map(IpNet::from);
            match IpNet::from_str(text).or_else(|_| address()) {
                Ok(network) => networks.push(network.trunc()),
                Err(_) => self.wrong(
                    key,
                    format!(
                        "`{}` is no network; write it as in 10.1.0.0/16",
                        text.escape_debug()
                    ),
                ),
            }
        }
        networks
    }

    /// Origins of web pages, as browsers write them.
    pub fn origins(&mut self, key: &str, texts: &[String]) -> Vec<String> {
        let mut origins = Vec::new();
        for text in texts {
            match checked_origin(text) {
                Ok(origin) => origins.push(origin),
                Err(what) if text.contains('@') => self.wrong_unseen(key, what),
                Err(what) => self.wrong(key, what),
            }
        }
        origins
    }

    /// One of the ways to check arguments, by name.
    pub fn validation(&mut self, key: &str, name: &str) -> Validation {
        Validation::from_str(name).unwrap_or_else(|what| {
            self.wrong(key, what);
            Validation::Strict
        })
    }

    /// Who is told of calls that wait, if anybody: a URL, and a secret to sign with.
    pub fn approval_webhook(&mut self, agents: &settings::Agents) -> Option<ApprovalWebhook> {
        let (url, secret) = (
            "agents.approval_webhook_url",
            "agents.approval_webhook_secret",
        );
        if agents.approval_webhook_url.is_empty() {
            return None;
        }
        let parsed = Url::parse(&agents.approval_webhook_url).ok();
        let parsed = parsed.filter(|url| matches!(url.scheme(), "http" | "https"));
        if parsed.is_none() {
            // Such addresses often carry a secret of their own.
            self.wrong_unseen(url, "must be an http or https URL".to_owned());
        }
        if agents.approval_webhook_secret.expose().len() < 16 {
            let what = "must have at least 16 characters when a webhook is set; \
                `openssl rand -hex 32` makes one";
            self.wrong_unseen(secret, what.to_owned());
        }
        Some(ApprovalWebhook {
            url: parsed?,
            secret: agents.approval_webhook_secret.clone(),
        })
    }

    /// A path that has to be given.
    pub fn required_path(&mut self, key: &str, text: &str) -> PathBuf {
        path(text).unwrap_or_else(|| {
            self.wrong(key, "must not be empty".to_owned());
            PathBuf::new()
        })
    }

    /// The one source of the master key that is named, or the default file.
    pub fn master_key(&mut self, keyring: &settings::Keyring, data_dir: &Path) -> MasterKey {
        let value = keyring.master_key.expose();
        let named = [
            ("keyring.master_key", !value.is_empty()),
            (
                "keyring.master_key_file",
                !keyring.master_key_file.is_empty(),
            ),
            (
                "keyring.master_key_command",
                !keyring.master_key_command.is_empty(),
            ),
        ];
        let mut said = named.iter().filter(|(_, said)| *said).map(|(key, _)| *key);
        let first = said.next();
        for second in said {
            let (one, other) = (
                first.unwrap_or_default(),
                self.origin(first.unwrap_or_default()),
            );
            self.wrong(
                second,
                format!("can't be used together with `{one}` of {other}; say one of them"),
            );
        }
        let default = || MasterKey::DefaultFile(data_dir.join("master.key"));
        match first {
            None => default(),
            Some("keyring.master_key") => keyring::parse(value).map_or_else(
                |refusal| {
                    self.wrong("keyring.master_key", refusal.to_string());
                    default()
                },
                MasterKey::Value,
            ),
            Some("keyring.master_key_file") => {
                MasterKey::File(keyring.master_key_file.clone().into())
            }
            Some(_) => MasterKey::Command(keyring.master_key_command.clone()),
        }
    }

    /// Where the value of `key` that is in force was written.
    fn origin(&self, key: &str) -> String {
        origin(self.figment, key)
    }

    pub(super) fn wrong(&mut self, key: &str, what: String) {
        let value = self
            .figment
            .find_value(key)
            .map(|value| in_words(key, &value))
            .ok();
        self.mistakes.push(Mistake {
            value,
            ..Mistake::of_key(&self.origin(key), key, what)
        });
    }

    pub(super) fn wrong_unseen(&mut self, key: &str, what: String) {
        let mistake = Mistake::of_key(&self.origin(key), key, what);
        self.mistakes.push(mistake);
    }
}

/// Where the value of `key` in `figment` was written.
pub(super) fn origin(figment: &Figment, key: &str) -> String {
    let keys: Vec<&str> = key.split('.').collect();
    let metadata = figment.find_metadata(key);
    metadata.map_or_else(String::new, |from| {
        from.interpolate(&Profile::Default, &keys)
    })
}

/// Nothing for an empty text.
pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

const NO_ORIGIN: &str = "is no origin; write it as in https://app.example.com or \
    http://localhost:3000, without a path and without wildcards";

/// A number of `range`, of which `T` holds every one.
pub(super) fn within<T: TryFrom<i64>>(
    number: i64,
    range: RangeInclusive<i64>,
) -> Result<T, String> {
    let found = range.contains(&number).then(|| T::try_from(number).ok());
    found
        .flatten()
        .ok_or_else(|| format!("must be from {} to {}", range.start(), range.end()))
}

/// `text` as the origin of a web page.
pub(super) fn checked_origin(text: &str) -> Result<String, String> {
    web_origin(text).ok_or_else(|| match text.contains('@') {
        // A password in it is a secret under a name that does not say so.
        true => format!("has an entry that {NO_ORIGIN}"),
        false => format!("`{}` {NO_ORIGIN}", text.escape_debug()),
    })
}

/// `text` as browsers write an origin (RFC 6454 section 6.2): over TLS, or of this machine.
///
/// It is put into headers, so nothing passes but the characters of names and addresses.
fn web_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_local = match url.host()? {
        Host::Domain(name) => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
            if !name.bytes().all(plain) {
                return None;
            }
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    let is_bare = url.as_str().strip_suffix('/') == Some(&url.origin().ascii_serialization())
        && !text.ends_with('/');
    (is_safe && is_bare).then(|| url.origin().ascii_serialization())
}

/// `text` as the beginning of other URLs: absolute, and without a slash at its end.
fn absolute(text: &str) -> Result<String, String> {
    let example = "must be an absolute http or https URL, such as https://magpie.example.com";
    let url = Url::parse(text).map_err(|_| example.to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(example.to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "must not carry a user or a password: it is handed out to everybody".to_owned(),
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not carry a query or a fragment".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
