//! A vault with all that it needs, which can crash and come back over the same store.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

use super::engine::Moody;
use super::provider::Provider;
use crate::catalog::Catalogue;
use crate::crypto::{Keyring, MasterKey};
use crate::domain::{
    ACCESS_TOKEN_FIELD, Actor, Clock, Connection, Connector, Environment, REFRESH_TOKEN_FIELD,
    Scope, Secret, Timestamp,
};
use crate::egress::{Egress, Settings};
use crate::journal::{Audit, Webhooks};
use crate::oauth::{Granted, Tokens};
use crate::store::Batch;
use crate::telemetry::{DroppedLines, Metrics};
use crate::vault::keys::Keys;
use crate::vault::records::{Credentials, Records};
use crate::vault::{Defaults, IntegrationChange, Live, Material, Owner, Parts, Vault, VaultError};

/// What the clock says at first.
pub const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// The seconds before its end at which `early`'s tokens are refreshed.
pub const MARGIN: u64 = 60;

/// A clock that the test moves.
pub struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

impl Hand {
    pub fn advance(&self, seconds: u64) {
        let micros = i64::try_from(seconds * 1_000_000).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The built-in connectors, and `early`, which is told when to refresh.
fn catalogue() -> Arc<Catalogue> {
    static CATALOGUE: OnceLock<Arc<Catalogue>> = OnceLock::new();
    Arc::clone(CATALOGUE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let text = include_str!("../../../../assets/connectors/generic-oauth2.toml")
            .replace("platform = \"generic-oauth2\"", "platform = \"early\"")
            .replace(
                "refresh = \"rotates\"",
                &format!("refresh = \"rotates\"\nrefresh_margin_seconds = {MARGIN}"),
            );
        std::fs::write(folder.path().join("early.toml"), text).unwrap();
        let (catalogue, problems) = Catalogue::load(Some(folder.path().to_owned()));
        assert!(problems.is_empty(), "{}", problems.len());
        Arc::new(catalogue)
    }))
}

/// The process, until it crashes.
pub struct Process {
    pub vault: Arc<Vault>,
    pub handle: Handle,
    stop: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

pub struct House {
    pub provider: Provider,
    pub engine: Arc<Moody>,
    pub clock: Arc<Hand>,
    pub platform: &'static str,
    /// What is wrong, by the number of the property.
    pub wrong: Arc<Mutex<Vec<String>>>,
    pub keyring: Arc<Keyring>,
    process: Option<Process>,
    /// How many tasks of callers are under way.
    callers: Arc<AtomicUsize>,
}

/// A caller that is there, until it is served, leaves, or its server dies.
struct Present(Arc<AtomicUsize>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl House {
    pub fn new(platform: &'static str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (engine, clock) = (
            Arc::<Moody>::default(),
            Arc::new(Hand(AtomicI64::new(START.micros()))),
        );
        let process = start(&engine, &clock);
        let house = Self {
            provider: Provider::start(),
            engine,
            clock,
            platform,
            wrong: Arc::default(),
            keyring: Arc::clone(&process.vault.keyring),
            process: Some(process),
            callers: Arc::default(),
        };
        let at = |name: &str| format!("http://{}/{name}", house.provider.address);
        let settings = [
            ("BASE_URL", at("api")),
            ("AUTHORIZE_URL", at("authorize")),
            ("TOKEN_URL", at("token")),
            ("REVOKE_URL", at("revoke")),
        ];
        let change = IntegrationChange {
            active: Some(true),
            client_id: Some(Some("client".to_owned())),
            client_secret: Some(Some(Secret::new("client-secret".to_owned()))),
            settings: Some(
                settings
                    .map(|(name, value)| (name.to_owned(), value))
                    .into(),
            ),
            ..IntegrationChange::default()
        };
        let vault = house.vault();
        house.run(async move {
            vault
                .integrations
                .change(&scope(), platform, change, &nobody())
                .await
                .unwrap();
        });
        house
    }

    pub fn vault(&self) -> Arc<Vault> {
        Arc::clone(&self.process.as_ref().unwrap().vault)
    }

    pub fn handle(&self) -> Handle {
        self.process.as_ref().unwrap().handle.clone()
    }

    /// Runs `task` where the vault runs, to its end.
    pub fn run<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> T {
        run_on(&self.handle(), task)
    }

    /// Whoever has come so far is served or waits when this is over: a task that yields goes to
    /// the end of the queue.
    pub fn let_all_wait(&self) {
        self.run(async {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
        });
    }

    /// A second process over the same store.
    pub fn another(&self) -> Process {
        start(&self.engine, &self.clock)
    }

    /// The connection's connector leaves the catalogue.
    pub fn lose_platform(&self, connection: &Connection) {
        let records = Records::new(&self.engine.shared());
        let old = records
            .read(Environment::Test, connection.id)
            .unwrap()
            .unwrap();
        let mut new = old.value.clone();
        new.platform = "gone".parse().unwrap();
        let mut batch = Batch::default();
        records.replace_into(&mut batch, &old, &new).unwrap();
        let engine = self.engine.shared();
        self.run(async move { engine.commit(batch).await }).unwrap();
    }

    /// Begins `task` where the vault runs: somebody who may leave.
    pub fn caller(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> tokio::task::JoinHandle<()> {
        self.callers.fetch_add(1, Ordering::SeqCst);
        let present = Present(Arc::clone(&self.callers));
        let bell = self.provider.bell.clone();
        self.handle().spawn(async move {
            task.await;
            drop(present);
            bell.ring();
        })
    }

    pub fn callers(&self) -> usize {
        self.callers.load(Ordering::SeqCst)
    }

    /// Everything in memory ends where it stands.
    pub fn crash(&mut self) {
        let process = self.process.take().unwrap();
        drop(process.vault);
        drop(process.stop);
        process.thread.join().unwrap();
    }

    /// The store is opened again.
    pub fn restart(&mut self) {
        self.process = Some(start(&self.engine, &self.clock));
    }

    pub fn connector(&self) -> Arc<Connector> {
        self.vault().connector(&scope(), self.platform).unwrap()
    }

    /// What a new sign-in brings, with an access token that is good for `life` seconds.
    pub fn signs_in(&self, life: u64) -> Material {
        let (access, refresh) = self.provider.consent();
        let (vault, connector) = (self.vault(), self.connector());
        let oauth = connector.oauth.clone().unwrap();
        let tokens = Tokens {
            access_token: Secret::new(format!("at-{access}")),
            refresh_token: Some(Secret::new(format!("rt-{refresh}"))),
            expires_at: Some(self.clock.now().plus(Duration::from_secs(life))),
            scopes: None,
            account: None,
            kept: BTreeMap::new(),
        };
        let settings = vault
            .integrations
            .values(Environment::Test, &connector, &oauth);
        let material = Material {
            settings: settings.unwrap(),
            ..Material::default()
        };
        let granted = Granted {
            tokens,
            filled: BTreeMap::new(),
            account: None,
        };
        vault
            .with_tokens(&connector, &oauth, material, granted)
            .unwrap()
    }

    /// A connection whose access token is good for `life` seconds.
    pub fn connect(&self, life: u64) -> Result<Connection, VaultError> {
        let (vault, connector) = (self.vault(), self.connector());
        let material = self.signs_in(life);
        self.run(async move {
            let owner = Owner::default();
            vault
                .signed_in(
                    &scope(),
                    &connector,
                    material,
                    owner,
                    Batch::default(),
                    &nobody(),
                )
                .await
        })
    }

    pub fn reconnect(&self, connection: &Connection, life: u64) -> Result<Connection, VaultError> {
        let (vault, key) = (self.vault(), connection.key.to_string());
        let material = self.signs_in(life);
        self.run(async move {
            vault
                .signed_in_again(&scope(), &key, material, None, Batch::default(), &nobody())
                .await
        })
    }

    /// Asks for the connection once, as a request does.
    pub fn ready(&self, connection: &Connection) -> Result<Arc<Live>, VaultError> {
        let (vault, key) = (self.vault(), connection.key.to_string());
        self.run(async move { vault.ready(&scope(), &key).await })
    }

    pub fn stored(&self, connection: &Connection) -> Option<Stored> {
        stored(&self.engine, &self.keyring, connection)
    }
}

/// Whoever does things here.
pub fn nobody() -> Actor {
    Actor::system("test")
}

pub fn scope() -> Scope {
    Scope::all(Environment::Test)
}

fn start(engine: &Arc<Moody>, clock: &Arc<Hand>) -> Process {
    let (engine, clock) = (engine.shared(), Arc::clone(clock) as Arc<dyn Clock>);
    let (stop, stopped) = oneshot::channel::<()>();
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = runtime();
        runtime.block_on(async move {
            let master = MasterKey::new(&Secret::new([7; 32]));
            let keys = Keys::open(&engine, master, Arc::clone(&clock))
                .await
                .unwrap();
            let settings = Settings {
                allow: vec!["127.0.0.0/8".parse().unwrap()],
                ..Settings::default()
            };
            let audit = Arc::new(Audit::new(&engine, Arc::clone(&clock)));
            let webhooks = Webhooks::new(
                &engine,
                Arc::clone(&keys.keyring),
                Arc::clone(&clock),
                Arc::clone(&audit),
            );
            let vault = Vault::new(Parts {
                audit,
                webhooks: Arc::new(webhooks),
                engine,
                keyring: Arc::clone(&keys.keyring),
                catalogue: catalogue(),
                egress: Arc::new(Egress::new(settings).unwrap()),
                clock,
                overrides: Arc::new(|_| None),
                oauth_overrides: Arc::new(|_| None),
                defaults: Defaults::default(),
                redirect_uri: "https://magpie.test/callback".to_owned(),
                metrics: Arc::new(Metrics::new(DroppedLines::none())),
                recorder: crate::journal::Recorder::off(),
            });
            sender.send((Arc::new(vault), Handle::current())).unwrap();
            let _ = stopped.await;
        });
        runtime.shutdown_background();
    });
    let (vault, handle) = receiver.recv().unwrap();
    Process {
        vault,
        handle,
        stop,
        thread,
    }
}

/// Runs `task` where `handle` is, to its end.
pub fn run_on<T: Send + 'static>(
    handle: &Handle,
    task: impl Future<Output = T> + Send + 'static,
) -> T {
    let (sender, receiver) = std::sync::mpsc::channel();
    let task = async move {
        let _ = sender.send(task.await);
    };
    drop(handle.spawn(task));
    receiver.recv().unwrap()
}

/// A connection as the store has it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub connection: Connection,
    /// The bytes of its credentials.
    pub raw: Vec<u8>,
    pub access: u64,
    pub refresh: u64,
}

pub fn stored(engine: &Arc<Moody>, keyring: &Keyring, connection: &Connection) -> Option<Stored> {
    let records = Records::new(&engine.shared());
    let (scope, id) = (connection.environment.as_str(), connection.id.to_string());
    let connection = records.connections.get(scope, &id).unwrap()?;
    let credentials = records.credentials.get_raw(scope, &id).unwrap()?;
    let (access, refresh) = numbers(keyring, &connection, &credentials.value);
    Some(Stored {
        connection,
        raw: credentials.raw,
        access,
        refresh,
    })
}

fn numbers(keyring: &Keyring, connection: &Connection, credentials: &Credentials) -> (u64, u64) {
    let opened = crate::vault::live::open(keyring, connection, credentials).unwrap();
    let number = |name: &str| {
        let (_, secret) = opened.iter().find(|(field, _)| *field == name).unwrap();
        secret.expose().split_once('-').unwrap().1.parse().unwrap()
    };
    (number(ACCESS_TOKEN_FIELD), number(REFRESH_TOKEN_FIELD))
}

/// The number of the access token that a request for `live` carries.
pub fn carried(vault: &Vault, live: &Live) -> u64 {
    let signature = vault.sign(live).unwrap();
    let value = signature.headers[0].1.to_str().unwrap();
    value.strip_prefix("Bearer at-").unwrap().parse().unwrap()
}
