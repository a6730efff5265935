//! The configuration as the rest of the program sees it.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::{MasterKey, Shown};
use crate::domain::{Role, Secret, Validation};

/// Everything that can be set, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The TCP port; 0 takes any free one.
    pub port: u16,
    /// The address to listen on.
    pub bind: IpAddr,
    /// What every URL that is handed out begins with, without a slash at its end. `None`: see
    /// [`Config::public_url_at`].
    pub public_url: Option<String>,
    /// Where all state lives.
    pub data_dir: PathBuf,
    /// Connector descriptors laid over the built-in ones.
    pub connectors_dir: Option<PathBuf>,
    /// Threads that serve requests, at least 1.
    pub workers: usize,
    /// A filter that `tracing_subscriber::EnvFilter` takes.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// How long requests under way may take after we are told to stop.
    pub shutdown_timeout: Duration,
    /// Where the master key comes from.
    pub master_key: MasterKey,
    /// What may leave, and how long it may take.
    pub egress: Egress,
    /// What callers may take.
    pub limits: Limits,
    /// Requests that are signed and sent on.
    pub passthrough: Passthrough,
    /// What is kept of what happened.
    pub journal: JournalSettings,
    /// The pages on which people connect.
    pub authkit: AuthKitSettings,
    /// What agents may do.
    pub agents: AgentSettings,
    /// The organisation's own sign-in to the admin pages, if there is one.
    pub oidc: Option<OidcSettings>,
    /// The store under [`Config::data_dir`].
    pub store: Store,
    pub(super) shown: Shown,
}

/// The way out.
#[derive(Clone, Debug)]
pub struct Egress {
    /// Networks that may be reached although they are private.
    pub allow: Vec<IpNet>,
    /// To the end of the TLS handshake.
    pub connect_timeout: Duration,
    /// From the request's last byte to the answer's first.
    pub first_byte_timeout: Duration,
    /// Between two pieces of an answer.
    pub idle_timeout: Duration,
    /// For the whole exchange.
    pub total_timeout: Duration,
    /// Idle connections kept for one origin, in each worker; at least 1.
    pub pool_per_origin: usize,
    /// Certificate authorities (PEM) that are trusted besides Mozilla's.
    pub ca_file: Option<PathBuf>,
}

/// What one caller, or all of them, may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For one API key; `None` for no limit.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Open to this server at once.
    pub max_connections: usize,
    /// The largest JSON body that our own API reads, in bytes.
    pub json_body_bytes: usize,
}

/// Requests that are signed and sent on.
#[derive(Clone, Debug)]
pub struct Passthrough {
    /// Whether the action id must match the method and path.
    pub strict: bool,
    /// Whether each request is recorded.
    pub request_log: bool,
}

/// What is kept of what happened.
#[derive(Clone, Debug)]
pub struct JournalSettings {
    /// Whether anything is.
    pub enabled: bool,
    /// For how many days.
    pub days: u64,
    /// How many megabytes of it.
    pub megabytes: u64,
}

/// The pages on which people connect.
#[derive(Clone, Debug)]
pub struct AuthKitSettings {
    /// How long a session of the modal is good.
    pub session: Duration,
    /// The origins of pages that may embed the modal (RFC 6454 section 6.2); any if empty.
    pub allowed_origins: Vec<String>,
    /// How long a hosted link is good.
    pub link: Duration,
}

/// What agents may do, and how.
#[derive(Clone, Debug)]
pub struct AgentSettings {
    /// What happens to arguments that do not fit what is known of an action.
    pub validate: Validation,
    /// The longest answer that an agent is given, in bytes.
    pub answer_bytes: usize,
    /// How long a provider may take over a call.
    pub timeout: Duration,
    /// How long a call waits for a person's yes.
    pub approval: Duration,
    /// Who is told of calls that wait.
    pub webhook: Option<ApprovalWebhook>,
}

/// Who is told of calls that wait for a person's yes.
#[derive(Clone, Debug)]
pub struct ApprovalWebhook {
    /// Where.
    pub url: Url,
    /// What messages are signed with.
    pub secret: Secret<String>,
}

/// Sign-in to the admin pages at an organisation's own provider (OpenID Connect).
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// The provider, letter for letter as it names itself.
    pub issuer: String,
    /// As whom we are known there.
    pub client_id: String,
    /// The proof of it; empty for a client without one.
    pub client_secret: Secret<String>,
    /// What people know it by.
    pub name: String,
    /// The only domains of addresses, in lower case; any if empty.
    pub allowed_domains: Vec<String>,
    /// What somebody becomes who is no member yet; nobody comes in so if none.
    pub default_role: Option<Role>,
}

/// The store.
#[derive(Clone, Debug)]
pub struct Store {
    /// How much log makes a snapshot due, in bytes.
    pub snapshot_after_bytes: u64,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, for programs elsewhere.
    Auto,
    /// Aligned text.
    Human,
    /// A JSON object a line.
    Json,
}

impl Config {
    /// What every URL that is handed out begins with, when we listen on `port`.
    ///
    /// The port is an argument because the configured one may be 0.
    pub fn public_url_at(&self, port: u16) -> String {
        let local = || format!("http://localhost:{port}");
        self.public_url.clone().unwrap_or_else(local)
    }

    /// What is in force and where it came from, secrets masked.
    pub fn shown(&self) -> &Shown {
        &self.shown
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Self::Auto),
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("must be `auto`, `human` or `json`".to_owned()),
        }
    }
}
