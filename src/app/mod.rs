//! The composition root: from a configuration to a running server, and to its end.
//!
//! **Invariant:** this is the only place where services meet each other.

mod clock;
mod measured;
mod server;
mod signals;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use url::Url;

pub use server::{CONTROL_SOCKET, Running, StartError, start};

use crate::access::{Access, NewKey, Oidc};
use crate::agents::{self, Agents};
use crate::api::{OIDC_CALLBACK, REDIRECT_PATH};
use crate::authkit::links::Links;
use crate::authkit::{self, Sessions, SignIns};
use crate::catalog::{Catalogue, Problem};
use crate::config::{self, Config, MasterKey as KeySource, NoMasterKey, Origins};
use crate::crypto::{self, random_bytes};
use crate::domain::{
    Clock, Connector, Environment, Guards, Permission, Scope, Secret, SystemClock,
};
use crate::egress::limits::Limits;
use crate::egress::{Egress, Settings};
use crate::jobs::report;
use crate::journal::{self, Audit, Journal, Keep, Webhooks};
use crate::mock;
use crate::oauth::{self, ClientPair};
use crate::passthrough::Passthrough;
use crate::store::embedded::{EmbeddedEngine, Opened, Options};
use crate::store::schema::bring_up_to_date;
use crate::store::{MemoryEngine, SharedEngine};
use crate::telemetry::{Guard, Metrics, RequestLines};
use crate::tuning::{self, Tuning};
use crate::vault::keys::Keys;
use crate::vault::{Defaults, Overrides, Parts, Vault};

/// What the program is run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In earnest.
    Serve,
    /// For development: every provider is the built-in mock.
    Dev {
        /// Whether everything is forgotten at the end.
        in_memory: bool,
    },
}

/// Store, keys and access: what the command line needs as much as the server.
pub struct Core {
    pub(crate) engine: SharedEngine,
    embedded: Option<Arc<EmbeddedEngine>>,
    pub(crate) keys: Arc<Keys>,
    /// The API keys.
    pub access: Arc<Access>,
    /// The audit log.
    pub audit: Arc<Audit>,
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Core {
    /// Opens the data folder, or an empty store in memory, and has `metrics` told of commits.
    ///
    /// # Errors
    /// If another process has the folder, if it is not in a state to be opened, or if the master
    /// key is missing or another one.
    pub async fn open(
        config: &Config,
        in_memory: bool,
        metrics: Option<&Arc<Metrics>>,
    ) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (engine, embedded) = match in_memory {
            true => (Arc::new(MemoryEngine::new()) as SharedEngine, None),
            false => {
                let engine = Arc::new(open_engine(config)?);
                (Arc::clone(&engine) as SharedEngine, Some(engine))
            }
        };
        let engine = match metrics {
            Some(metrics) => measured::measured(engine, Arc::clone(metrics)),
            None => engine,
        };
        let master = match in_memory {
            true => Secret::new(random_bytes()),
            false => master_key(&config.master_key, is_empty(&engine)?)?,
        };
        bring_up_to_date(&engine).await?;
        let keys = Keys::open(&engine, crypto::MasterKey::new(&master), Arc::clone(&clock)).await?;
        let per_minute = config
            .limits
            .requests_per_minute
            .map(std::num::NonZeroU32::get);
        let audit = Arc::new(Audit::new(&engine, Arc::clone(&clock)));
        let access = Access::new(
            &engine,
            Arc::clone(&keys.keyring),
            Arc::clone(&clock),
            per_minute,
            Arc::clone(&audit),
        );
        let webhooks = Webhooks::new(
            &engine,
            Arc::clone(&keys.keyring),
            Arc::clone(&clock),
            Arc::clone(&audit),
        );
        Ok(Self {
            engine,
            embedded,
            keys: Arc::new(keys),
            access: Arc::new(access),
            audit,
            webhooks: Arc::new(webhooks),
            clock,
        })
    }

    /// Writes down what is left, and closes the store.
    pub fn close(&self) {
        if let Some(engine) = &self.embedded {
            engine.shutdown();
        }
    }

    /// The ready-made keys of the development server: the same at each start of the same folder.
    async fn dev_key(&self, environment: Environment) -> Result<Secret<String>, StartError> {
        let bytes = Secret::new(
            self.keys
                .keyring
                .hash(format!("dev key {environment}").as_bytes()),
        );
        let new = NewKey {
            scope: Scope::all(environment),
            name: "dev".to_owned(),
            permission: Permission::Admin,
            guards: Guards::default(),
            expires_in: None,
        };
        Ok(self.access.ensure(new, &bytes).await?)
    }
}

fn open_engine(config: &Config) -> Result<EmbeddedEngine, StartError> {
    let options = Options {
        snapshot_after: config.store.snapshot_after_bytes,
        ..Options::default()
    };
    let (engine, opened) = EmbeddedEngine::open(&config.data_dir, &options)?;
    say(&config.data_dir, &opened);
    Ok(engine)
}

fn say(folder: &Path, opened: &Opened) {
    for step in &opened.steps {
        match step.is_worrying() {
            true => tracing::warn!(path = %folder.display(), "store: {step}"),
            false => tracing::info!(path = %folder.display(), "store: {step}"),
        }
    }
}

fn is_empty(engine: &SharedEngine) -> Result<bool, StartError> {
    Ok(engine.scan(b"", None, 1)?.is_empty())
}

/// The master key; a new one for a new folder, if none was named.
fn master_key(source: &KeySource, is_new: bool) -> Result<Secret<[u8; 32]>, StartError> {
    if let Some(key) = source.read()? {
        return Ok(key);
    }
    let KeySource::DefaultFile(path) = source else {
        unreachable!("every other source gives a key or an error");
    };
    if !is_new {
        return Err(StartError::LostMasterKey(path.clone()));
    }
    let key = Secret::new(random_bytes());
    config::write_new(path, &key).map_err(|error| NoMasterKey::Unreadable(path.clone(), error))?;
    tracing::warn!(
        path = %path.display(),
        "made a new master key; keep a copy of it elsewhere: without it the data folder cannot be read"
    );
    Ok(key)
}

/// What is read before anything is built on it.
struct Loaded {
    core: Core,
    catalogue: Catalogue,
    problems: Vec<Problem>,
}

/// Everything that answers requests.
pub(crate) struct Services {
    pub(crate) core: Core,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) sign_ins: Arc<SignIns>,
    pub(crate) egress: Arc<Egress>,
    pub(crate) passthrough: Arc<Passthrough>,
    pub(crate) agents: Agents,
    pub(crate) oidc: Option<Arc<Oidc>>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) tuning: Arc<Tuning>,
    pub(crate) origins: Origins,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) request_lines: RequestLines,
}

impl Services {
    fn build(
        config: &Config,
        mode: Mode,
        loaded: Loaded,
        metrics: Arc<Metrics>,
        logs: &Guard,
        at: SocketAddr,
        public_url: &str,
    ) -> Result<Self, StartError> {
        let Loaded {
            core,
            catalogue,
            problems,
        } = loaded;
        report(&catalogue, &problems);
        metrics.know(catalogue.now().connectors.keys().cloned());
        let catalogue = Arc::new(catalogue);
        let egress = Arc::new(Egress::new(egress_settings(config))?);
        let journal = Arc::new(open_journal(config, mode, &core, &metrics));
        let origins = Origins::default();
        let tuning = Tuning::open(tuning::Parts {
            engine: SharedEngine::clone(&core.engine),
            config: Arc::new(config.clone()),
            audit: Arc::clone(&core.audit),
            journal: Arc::clone(&journal),
            access: Arc::clone(&core.access),
            origins: origins.clone(),
        })?;
        let elsewhere = Elsewhere::of(mode, at, public_url, &egress);
        let vault = Vault::new(Parts {
            engine: SharedEngine::clone(&core.engine),
            keyring: Arc::clone(&core.keys.keyring),
            catalogue: Arc::clone(&catalogue),
            egress: Arc::clone(&egress),
            clock: Arc::clone(&core.clock),
            overrides: elsewhere.requests,
            oauth_overrides: elsewhere.oauth,
            defaults: elsewhere.defaults,
            redirect_uri: format!("{public_url}{REDIRECT_PATH}"),
            metrics: Arc::clone(&metrics),
            recorder: journal.recorder(),
            audit: Arc::clone(&core.audit),
            webhooks: Arc::clone(&core.webhooks),
        });
        let vault = Arc::new(vault);
        let sessions = Arc::new(Sessions::new(
            Arc::clone(&core.keys.keyring),
            Arc::clone(&core.clock),
            authkit::Settings {
                session: config.authkit.session,
                link: config.authkit.link,
                allowed_origins: origins.clone(),
                own_origin: Url::parse(public_url)
                    .ok()
                    .map(|url| url.origin().ascii_serialization()),
            },
        ));
        let links = Links::new(&core.engine, Arc::clone(&sessions));
        let sign_ins = Arc::new(SignIns::new(Arc::clone(&vault), sessions, links));
        let passthrough = Arc::new(Passthrough::new(
            Arc::clone(&vault),
            Arc::clone(&catalogue),
            config.passthrough.strict,
        ));
        let agents = Agents::new(agents::Parts {
            engine: SharedEngine::clone(&core.engine),
            keyring: Arc::clone(&core.keys.keyring),
            clock: Arc::clone(&core.clock),
            vault: Arc::clone(&vault),
            catalogue: Arc::clone(&catalogue),
            passthrough: Arc::clone(&passthrough),
            egress: Arc::clone(&egress),
            sign_ins: Arc::clone(&sign_ins),
            access: Arc::clone(&core.access),
            audit: Arc::clone(&core.audit),
            webhooks: Arc::clone(&core.webhooks),
            settings: agent_settings(config, public_url),
        });
        let oidc = config.oidc.as_ref().map(|settings| {
            Arc::new(Oidc::new(
                settings.clone(),
                format!("{public_url}{OIDC_CALLBACK}"),
                Arc::clone(&egress),
                Arc::clone(&core.keys.keyring),
                Arc::clone(&core.clock),
            ))
        });
        Ok(Self {
            core,
            oidc,
            tuning,
            origins,
            catalogue,
            vault,
            sign_ins,
            egress,
            passthrough,
            agents,
            journal,
            metrics,
            request_lines: logs.request_lines(),
        })
    }

    /// Reads the connectors again.
    pub(crate) fn reload(&self) {
        reload(&self.catalogue, &self.metrics);
    }

    fn start_jobs(&self, stop: &watch::Receiver<bool>) -> Vec<tokio::task::JoinHandle<()>> {
        self.jobs()
            .into_iter()
            .map(|job| actix_web::rt::spawn(job.run(stop.clone())))
            .collect()
    }
}

/// Where requests go that do not go to providers, and what holds of integrations unless decided.
struct Elsewhere {
    requests: Overrides,
    oauth: oauth::Overrides,
    defaults: Defaults,
}

impl Elsewhere {
    /// In earnest nothing goes elsewhere. For development everything goes to the built-in
    /// providers, and everything is switched on.
    fn of(mode: Mode, at: SocketAddr, public_url: &str, egress: &Egress) -> Self {
        if mode == Mode::Serve {
            return Self {
                requests: Arc::new(|_: &Connector| None),
                oauth: Arc::new(|_: &Connector| None),
                defaults: Defaults::default(),
            };
        }
        egress.built_in_is_at(at);
        let own = Url::parse(&format!("http://{at}")).expect("a socket's address makes a URL");
        let public = Url::parse(public_url).unwrap_or_else(|_| own.clone());
        let upstream = own.clone();
        Self {
            requests: Arc::new(move |connector| mock::upstream_url(&upstream, connector)),
            oauth: Arc::new(move |connector| {
                Some(oauth::Override {
                    public: mock::oauth_url(&public, connector)?,
                    own: mock::oauth_url(&own, connector)?,
                })
            }),
            defaults: Defaults {
                active: true,
                client: Some(ClientPair {
                    id: mock::CLIENT_ID.to_owned(),
                    secret: Some(Secret::new(mock::CLIENT_SECRET.to_owned())),
                }),
                settings: Some(Arc::new(mock::settings)),
            },
        }
    }
}

fn open_journal(config: &Config, mode: Mode, core: &Core, metrics: &Arc<Metrics>) -> Journal {
    let in_memory = matches!(mode, Mode::Dev { in_memory: true });
    let settings = journal::Settings {
        enabled: config.journal.enabled,
        folder: (!in_memory).then(|| config.data_dir.join("journal")),
        keep: Keep {
            days: config.journal.days,
            megabytes: config.journal.megabytes,
        },
    };
    Journal::open(settings, metrics, &core.clock)
}

fn reload(catalogue: &Catalogue, metrics: &Metrics) {
    let problems = catalogue.reload();
    report(catalogue, &problems);
    metrics.know(catalogue.now().connectors.keys().cloned());
}

fn agent_settings(config: &Config, public_url: &str) -> agents::Settings {
    let settings = &config.agents;
    agents::Settings {
        validate: settings.validate,
        answer_bytes: settings.answer_bytes,
        timeout: settings.timeout,
        approval: settings.approval,
        webhook: settings.webhook.as_ref().map(|webhook| agents::Webhook {
            url: webhook.url.clone(),
            secret: webhook.secret.clone(),
        }),
        public_url: public_url.to_owned(),
    }
}

fn egress_settings(config: &Config) -> Settings {
    let egress = &config.egress;
    Settings {
        allow: egress.allow.clone(),
        ca_files: egress.ca_file.iter().cloned().collect(),
        limits: Limits {
            connect: egress.connect_timeout,
            first_byte: egress.first_byte_timeout,
            idle: egress.idle_timeout,
            total: egress.total_timeout,
            pool_per_origin: egress.pool_per_origin,
            ..Limits::default()
        },
    }
}
