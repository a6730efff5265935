//! The HTTP server: from its sockets to its last request.

use std::any::Any;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Extensions, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use tokio::sync::watch;

use super::signals::{Signals, Told};
use super::{Core, Loaded, Mode, Services};
use crate::access::{AccessError, MemberError};
use crate::agents::AgentError;
use crate::api::extract::{JsonLimit, ViaControlSocket};
use crate::api::layers::{RequestLog, around};
use crate::api::{self, Lifecycle, OidcDoor, PublicUrl, Standing};
use crate::catalog::Catalogue;
use crate::config::{Config, NoMasterKey};
use crate::domain::{Environment, Secret};
use crate::egress::SetupError;
use crate::egress::client::Client;
use crate::mock;
use crate::store::StoreError;
use crate::store::embedded::OpenError;
use crate::store::schema::SchemaError;
use crate::telemetry::{Guard, Metrics};
use crate::vault::keys::OpenKeysError;

/// The socket in the data folder by which the command line reaches a running server.
pub const CONTROL_SOCKET: &str = "control.sock";
/// A connection that asks nothing for so long is closed.
const FIRST_REQUEST: Duration = Duration::from_secs(30);
/// How long a job may take to notice that the program stops.
const JOB_PATIENCE: Duration = Duration::from_secs(10);
/// Connections without a request are kept so long: longer than load balancers keep theirs.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Why the program does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The records are of a newer program, or cannot be brought up to date.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// There is no master key.
    #[error(transparent)]
    MasterKey(#[from] NoMasterKey),
    /// The folder has data, and the key that opens it is gone.
    #[error(
        "the data folder has data, but its master key `{0}` is gone; put it back, or give it as MAGPIE_MASTER_KEY"
    )]
    LostMasterKey(PathBuf),
    /// The master key is the wrong one.
    #[error(transparent)]
    Keys(#[from] OpenKeysError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An API key could not be made.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The first link could not be made.
    #[error(transparent)]
    Members(#[from] MemberError),
    /// What a crash has interrupted could not be put right.
    #[error(transparent)]
    Agents(#[from] AgentError),
    /// The way out could not be set up.
    #[error(transparent)]
    Egress(#[from] SetupError),
    /// The address is not to be had.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The server ended by itself.
    #[error("the server stopped")]
    Server(#[from] io::Error),
}

/// A server that takes requests.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where programs on this machine reach it.
    pub at: SocketAddr,
    /// Where users reach it.
    pub public_url: String,
    /// The ready-made keys of a development server: test and live.
    pub dev_keys: Option<(Secret<String>, Secret<String>)>,
    /// Where the first administrator is made, as long as there is nobody. Whoever has it is the first.
    pub set_up_link: Option<Secret<String>>,
    services: Services,
    lifecycle: Lifecycle,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<io::Result<()>>,
    jobs: Vec<tokio::task::JoinHandle<()>>,
    stop_jobs: watch::Sender<bool>,
    socket: Option<PathBuf>,
    signals: Signals,
}

/// Starts a server. It takes requests from now on; [`Running::until_stopped`] sees to its end.
pub async fn start(config: &Config, mode: Mode, logs: &Guard) -> Result<Running, StartError> {
    let address = SocketAddr::new(config.bind, config.port);
    let bind = |source| StartError::Bind {
        address: address.to_string(),
        source,
    };
    let listener = TcpListener::bind(address).map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let in_memory = matches!(mode, Mode::Dev { in_memory: true });
    let metrics = Arc::new(Metrics::new(logs.dropped_lines()));
    // The longest part of a start, beside the part that waits for the disk.
    let folder = config.connectors_dir.clone();
    let catalogue = tokio::task::spawn_blocking(move || Catalogue::load(folder));
    let core = Core::open(config, in_memory, Some(&metrics)).await?;
    // Before anybody can know that the server is there and tell it to stop. Not before the folder is
    // open, which may take long: to be ended there does no harm.
    let signals = Signals::listen()?;
    let dev_keys = match mode {
        Mode::Serve => None,
        Mode::Dev { .. } => Some((
            core.dev_key(Environment::Test).await?,
            core.dev_key(Environment::Live).await?,
        )),
    };
    let at = reachable(address);
    let public_url = match (mode, &config.public_url) {
        (Mode::Dev { .. }, None) => format!("http://{at}"),
        _ => config.public_url_at(address.port()),
    };
    let (catalogue, problems) = catalogue.await.map_err(io::Error::from)?;
    let loaded = Loaded {
        core,
        catalogue,
        problems,
    };
    let services = Services::build(config, mode, loaded, metrics, logs, at, &public_url)?;
    services.agents.recover().await?;
    let set_up_link = match mode {
        Mode::Serve => {
            let link = services.core.access.members().set_up_link().await?;
            link.map(|link| Secret::new(link.address(&public_url)))
        }
        Mode::Dev { .. } => {
            services.core.access.members().let_dev_in();
            None
        }
    };
    let socket = (!in_memory).then(|| config.data_dir.join(CONTROL_SOCKET));
    let control = socket.as_deref().and_then(control_socket);
    let lifecycle = Lifecycle::default();
    let server = http_server(
        config,
        mode,
        &services,
        &public_url,
        &lifecycle,
        listener,
        control,
    )?;
    let (stop_jobs, stop) = watch::channel(false);
    Ok(Running {
        address,
        at,
        public_url,
        dev_keys,
        set_up_link,
        jobs: services.start_jobs(&stop),
        services,
        lifecycle,
        handle: server.handle(),
        server: actix_web::rt::spawn(server),
        stop_jobs,
        socket,
        signals,
    })
}

/// An address that stands for all of the machine's, as a program on this machine reaches it.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback = match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(loopback);
    }
    address
}

/// The control socket, for the owner of the data folder alone. A server without one works; only
/// the command line cannot talk to it.
fn control_socket(path: &Path) -> Option<UnixListener> {
    // The folder is locked by us, so a socket that is there is a dead server's.
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path).and_then(|listener| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(listener)
    });
    listener
        .inspect_err(|error| {
            tracing::warn!(path = %path.display(), %error, "no control socket: the command line cannot reach this server");
        })
        .ok()
}

fn http_server(
    config: &Config,
    mode: Mode,
    services: &Services,
    public_url: &str,
    lifecycle: &Lifecycle,
    listener: TcpListener,
    control: Option<UnixListener>,
) -> Result<actix_web::dev::Server, StartError> {
    let passthrough = web::Data::from(Arc::clone(&services.passthrough));
    let agents = web::Data::new(services.agents.clone());
    let vault = web::Data::from(Arc::clone(&services.vault));
    let sign_ins = web::Data::from(Arc::clone(&services.sign_ins));
    let catalogue = web::Data::from(Arc::clone(&services.catalogue));
    let access = web::Data::from(Arc::clone(&services.core.access));
    let webhooks = web::Data::from(Arc::clone(&services.core.webhooks));
    let way_out = web::Data::from(Arc::clone(&services.egress));
    let audit = web::Data::from(Arc::clone(&services.core.audit));
    let standing = web::Data::new(Standing {
        config: Arc::new(config.clone()),
        tuning: Arc::clone(&services.tuning),
        engine: services.core.embedded.clone(),
        keys: Arc::clone(&services.core.keys),
        started: tokio::time::Instant::now(),
    });
    let metrics = web::Data::from(Arc::clone(&services.metrics));
    let journal = web::Data::from(Arc::clone(&services.journal));
    let recorder = web::Data::new(services.journal.recorder());
    let egress = Arc::clone(&services.egress);
    let clock = Arc::clone(&services.core.clock);
    let provider = web::Data::new(mock::Provider::new(clock, public_url));
    let public_url = web::Data::new(PublicUrl(public_url.to_owned()));
    let lifecycle = web::Data::new(lifecycle.clone());
    let origins = web::Data::new(services.origins.clone());
    let oidc = web::Data::new(OidcDoor(services.oidc.clone()));
    let limits = web::Data::new(services.egress.limits().clone());
    let (json, log) = (
        JsonLimit(config.limits.json_body_bytes),
        RequestLog {
            all: config.passthrough.request_log,
            lines: services.request_lines.clone(),
        },
    );
    let app = move || {
        App::new()
            .wrap(from_fn(around))
            .app_data(access.clone())
            .app_data(vault.clone())
            .app_data(sign_ins.clone())
            .app_data(catalogue.clone())
            .app_data(passthrough.clone())
            .app_data(agents.clone())
            .app_data(audit.clone())
            .app_data(webhooks.clone())
            .app_data(way_out.clone())
            .app_data(standing.clone())
            .app_data(metrics.clone())
            .app_data(journal.clone())
            .app_data(recorder.clone())
            .app_data(public_url.clone())
            .app_data(lifecycle.clone())
            .app_data(origins.clone())
            .app_data(oidc.clone())
            .app_data(limits.clone())
            .app_data(web::Data::new(Client::new(Arc::clone(&egress))))
            .app_data(json)
            .app_data(log.clone())
            .configure(|config| {
                if mode != Mode::Serve {
                    config.app_data(provider.clone()).configure(mock::configure);
                }
            })
            .configure(api::routes)
    };
    let mut server = HttpServer::new(app)
        .workers(config.workers)
        .max_connections(config.limits.max_connections.div_ceil(config.workers))
        .keep_alive(KEEP_ALIVE)
        // From its opening: clients open connections ahead of need, and one that is answered 408
        // while it waits for its first request breaks that request.
        .client_request_timeout(FIRST_REQUEST)
        .shutdown_timeout(config.shutdown_timeout.as_secs())
        // A caller that closes its end has left: nobody waits for the provider any more, and its
        // answer may cost money. Programs that close only their half are not told from those.
        .h1_allow_half_closed(false)
        .on_connect(mark_control)
        .disable_signals()
        .listen(listener)?;
    if let Some(control) = control {
        server = server.listen_uds(control)?;
    }
    Ok(server.run())
}

fn mark_control(connection: &dyn Any, data: &mut Extensions) {
    if connection.is::<tokio::net::UnixStream>() {
        data.insert(ViaControlSocket);
    }
}

impl Running {
    /// Serves until the process is told to stop, then finishes what is under way. A second signal
    /// ends it at once.
    pub async fn until_stopped(mut self) -> Result<(), StartError> {
        let told = loop {
            tokio::select! {
                told = self.signals.next() => match told {
                    Told::Stop(signal) => break signal,
                    Told::Reload => self.services.reload(),
                },
                ended = &mut self.server => return self.finish(ended).await,
            }
        };
        tracing::info!(
            signal = told,
            "stopping: requests under way are finished, no others taken"
        );
        self.lifecycle.drain();
        self.services.vault.stop_refreshing();
        // They would not end by themselves.
        self.services.journal.end_listening();
        let graceful = self.handle.stop(true);
        tokio::select! {
            () = graceful => {}
            // A server that is stopping hears nothing more. What it has left ends with the process.
            () = self.signals.stop() => self.server.abort(),
        }
        let ended = match (&mut self.server).await {
            Err(error) if error.is_cancelled() => Ok(Ok(())),
            ended => ended,
        };
        self.finish(ended).await
    }

    async fn finish(
        mut self,
        ended: Result<io::Result<()>, tokio::task::JoinError>,
    ) -> Result<(), StartError> {
        self.services.vault.stop_refreshing();
        self.stop_jobs.send_replace(true);
        let jobs = std::mem::take(&mut self.jobs);
        let vault = Arc::clone(&self.services.vault);
        let all = async move {
            // What a provider has given is to be on disk first; the jobs can wait.
            vault.finish_refreshes().await;
            for job in jobs {
                let _ = tokio::time::timeout(JOB_PATIENCE, job).await;
            }
        };
        tokio::select! {
            () = all => {}
            () = self.signals.stop() => tracing::warn!("told to stop at once: what is under way is lost"),
        }
        self.services.journal.close();
        self.services.core.close();
        if let Some(socket) = &self.socket {
            let _ = std::fs::remove_file(socket);
        }
        tracing::info!("stopped");
        ended.map_err(io::Error::other)??;
        Ok(())
    }
}
