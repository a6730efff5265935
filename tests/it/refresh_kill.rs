//! `kill -9` at each step of a refresh. The provider and the API live in this process, so that they
//! outlive the server and remember what they gave and saw.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use magpie::catalog::Catalogue;
use magpie::crypto::{MasterKey, hex, random_bytes};
use magpie::domain::{Actor, Clock, Environment, Scope, Secret, SystemClock};
use magpie::egress::{Egress, Settings};
use magpie::journal::{Audit, Webhooks};
use magpie::oauth::{Granted, Tokens};
use magpie::store::embedded::{EmbeddedEngine, Options};
use magpie::store::schema::bring_up_to_date;
use magpie::store::{Batch, SharedEngine};
use magpie::telemetry::{DroppedLines, Metrics};
use magpie::vault::keys::Keys;
use magpie::vault::{Defaults, IntegrationChange, Material, Owner, Parts, Vault};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::support::{Client, Server, read_body, read_head, run_in};

const PLATFORM: &str = "generic-oauth2";
/// Access tokens are good for so many seconds.
const LIFE: u64 = 1;
/// Nothing takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a redeem stops until it is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Nowhere,
    /// Before anything is given: who dies now has lost nothing.
    BeforeTokens,
    /// New tokens are given, the old one is used up, and nobody has been told.
    BeforeAnswer,
    /// As `BeforeTokens`, from the second redeem on.
    AfterOne,
}

#[derive(Debug)]
struct State {
    hold: Hold,
    /// The refresh token that is good.
    current: u64,
    next: u64,
    /// By access token: the refresh token that came with it.
    came_with: BTreeMap<u64, u64>,
    /// The newest refresh token whose access token came to the API.
    seen: u64,
    arrived: u64,
    given: u64,
    answered: u64,
    under_way: u64,
    /// Old refresh tokens that came once more because an answer was lost.
    grace: u64,
    /// Whether an old refresh token is taken for theft at once.
    is_strict: bool,
    wrong: Vec<String>,
}

/// The provider and the API.
struct World {
    address: std::net::SocketAddr,
    state: Mutex<State>,
    bell: Condvar,
    go: watch::Sender<u64>,
}

impl World {
    fn start(is_strict: bool) -> Arc<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let world = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            state: Mutex::new(State {
                hold: Hold::Nowhere,
                current: 1,
                next: 1,
                came_with: BTreeMap::from([(1, 1)]),
                seen: 0,
                arrived: 0,
                given: 0,
                answered: 0,
                under_way: 0,
                grace: 0,
                is_strict,
                wrong: Vec::new(),
            }),
            bell: Condvar::new(),
            go: watch::channel(0).0,
        });
        // Ends with the process: a thread that only waits.
        let served = Arc::clone(&world);
        std::thread::spawn(move || {
            runtime().block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&served)));
                }
            });
        });
        world
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.bell.notify_all();
        changed
    }

    fn wait(&self, what: &str, holds: impl Fn(&State) -> bool) {
        let (state, since) = (self.state(), Instant::now());
        let lacks = |state: &mut State| !holds(state);
        let (state, timeout) = self
            .bell
            .wait_timeout_while(state, PATIENCE, lacks)
            .unwrap();
        assert!(
            !timeout.timed_out(),
            "never: {what}: {state:?} {:?}",
            since.elapsed()
        );
    }

    fn let_go(&self) {
        self.go.send_modify(|count| *count += 1);
    }
}

impl State {
    /// A redeem has arrived.
    fn arrive(&mut self, number: u64) {
        self.arrived += 1;
        self.under_way += 1;
        if self.under_way > 1 {
            self.wrong
                .push(format!("rt-{number}: two redeems at a time"));
        }
        if number < self.seen {
            let seen = self.seen;
            self.wrong.push(format!(
                "rt-{number} came after the token of rt-{seen} was in use"
            ));
        }
    }

    /// The answer's body; none for a stolen token.
    fn give(&mut self, number: u64) -> Option<String> {
        if number != self.current {
            self.grace += 1;
            if self.is_strict {
                let current = self.current;
                self.wrong
                    .push(format!("rt-{number} came, rt-{current} is the good one"));
                return None;
            }
        }
        self.next += 1;
        self.current = self.next;
        self.came_with.insert(self.next, self.next);
        self.given += 1;
        if self.hold == Hold::AfterOne {
            self.hold = Hold::BeforeTokens;
        }
        let n = self.next;
        Some(format!(
            r#"{{"access_token":"at-{n}","refresh_token":"rt-{n}","expires_in":{LIFE}}}"#
        ))
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// The digits behind `prefix`.
fn number_behind(text: &str, prefix: &str) -> Option<u64> {
    let rest = text.split(prefix).nth(1)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

async fn serve(stream: TcpStream, world: Arc<World>) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = read_head(&mut stream).await {
        let Some(body) = read_body(&mut stream, &head).await else {
            return;
        };
        let (head, body) = (
            String::from_utf8(head).unwrap(),
            String::from_utf8(body).unwrap(),
        );
        let answer = match number_behind(&body, "refresh_token=rt-") {
            Some(number) => redeemed(&mut stream, &world, number).await,
            None => Some(used(&world, &head)),
        };
        let Some(answer) = answer else { return };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
        if !body.is_empty() {
            world.change(|state| state.answered += 1);
        }
    }
}

/// A call of the API.
fn used(world: &World, head: &str) -> Vec<u8> {
    let access = number_behind(head, "Bearer at-");
    world.change(|state| {
        let came_with = access.and_then(|access| state.came_with.get(&access).copied());
        let Some(came_with) = came_with else {
            state.wrong.push(format!("at-{access:?} was never given"));
            return answer("401 No", "{}");
        };
        state.seen = state.seen.max(came_with);
        answer("200 OK", "{}")
    })
}

/// A redeem; no answer if whoever asked is dead.
async fn redeemed(
    stream: &mut BufReader<TcpStream>,
    world: &World,
    number: u64,
) -> Option<Vec<u8>> {
    let mut go = world.go.subscribe();
    let hold = world.change(|state| {
        state.arrive(number);
        state.hold
    });
    let mut is_alive = true;
    if hold == Hold::BeforeTokens {
        is_alive = held(stream, &mut go).await;
    }
    let body = match is_alive {
        true => world.change(|state| state.give(number)),
        false => None,
    };
    if hold == Hold::BeforeAnswer {
        is_alive = held(stream, &mut go).await;
    }
    world.change(|state| state.under_way -= 1);
    is_alive.then(|| match body {
        Some(body) => answer("200 OK", &body),
        None => answer("400 No", r#"{"error":"invalid_grant"}"#),
    })
}

/// Waits to be let go. Says whether whoever asked still lives.
async fn held(stream: &mut BufReader<TcpStream>, go: &mut watch::Receiver<u64>) -> bool {
    tokio::select! {
        _ = go.changed() => true,
        _ = stream.read_u8() => false,
    }
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A data folder with one connection, whose tokens are at-1 and rt-1.
struct House {
    folder: TempDir,
    master: String,
    connection: String,
    world: Arc<World>,
    api_key: Option<String>,
}

impl House {
    fn new(is_strict: bool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (folder, world) = (tempfile::tempdir().unwrap(), World::start(is_strict));
        let master: [u8; 32] = random_bytes();
        let data = folder.path().join("data");
        let connection = runtime().block_on(prepare(&data, &master, &world));
        Self {
            folder,
            master: hex(&master),
            connection,
            world,
            api_key: None,
        }
    }

    fn serve(&mut self) -> Server {
        let path = self.folder.path().to_owned();
        let server = Server::start(&path, |command: &mut Command| {
            command
                .env("MAGPIE_MASTER_KEY", &self.master)
                .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
                .env("MAGPIE_LOG", "info")
        });
        self.api_key.get_or_insert_with(|| {
            let args = "key create --env test --name t --json --data-dir data";
            let args: Vec<&str> = args.split(' ').collect();
            let made = run_in(&path, &args, |command| command).json();
            made["key"].as_str().unwrap().to_owned()
        });
        server
    }

    fn client(&self, server: &Server) -> Client {
        Client::new(&server.url, self.api_key.as_deref())
    }

    /// Has callers ask again and again until the server dies. They remember what went wrong.
    fn hammer(&self, server: &Server) -> std::thread::JoinHandle<()> {
        let (client, connection) = (self.client(server), self.connection.clone());
        let world = Arc::clone(&self.world);
        std::thread::spawn(move || {
            let ask = async || {
                loop {
                    let request = client.passthrough("GET", &connection, "/things");
                    let Ok(answer) = request.send().await else {
                        return;
                    };
                    let status = answer.status().as_u16();
                    let Ok(text) = answer.text().await else {
                        return;
                    };
                    // A server that is told to stop says so.
                    if status != 200 && status != 503 {
                        world.change(|state| state.wrong.push(format!("{status}: {text}")));
                        return;
                    }
                }
            };
            let all = (0..6).map(|_| ask());
            runtime().block_on(futures_util::future::join_all(all));
        })
    }
}

async fn prepare(data: &Path, master: &[u8; 32], world: &World) -> String {
    std::fs::create_dir_all(data).unwrap();
    let (embedded, _) = EmbeddedEngine::open(data, &Options::default()).unwrap();
    let embedded = Arc::new(embedded);
    let engine = Arc::clone(&embedded) as SharedEngine;
    bring_up_to_date(&engine).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let master = MasterKey::new(&Secret::new(*master));
    let keys = Keys::open(&engine, master, Arc::clone(&clock))
        .await
        .unwrap();
    let (catalogue, _) = Catalogue::load(None);
    let by = Actor::operator();
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
        catalogue: Arc::new(catalogue),
        egress: Arc::new(Egress::new(Settings::default()).unwrap()),
        clock: Arc::clone(&clock),
        overrides: Arc::new(|_| None),
        oauth_overrides: Arc::new(|_| None),
        defaults: Defaults::default(),
        redirect_uri: "http://localhost/connections/oauth/callback".to_owned(),
        metrics: Arc::new(Metrics::new(DroppedLines::none())),
        recorder: magpie::journal::Recorder::off(),
    });
    let scope = Scope::all(Environment::Test);
    let at = |name: &str| (name.to_owned(), format!("http://{}/{name}", world.address));
    let change = IntegrationChange {
        active: Some(true),
        client_id: Some(Some("client".to_owned())),
        client_secret: Some(Some(Secret::new("client-secret".to_owned()))),
        settings: Some(["BASE_URL", "AUTHORIZE_URL", "TOKEN_URL"].map(at).into()),
        ..IntegrationChange::default()
    };
    let changed = vault
        .integrations
        .change(&scope, PLATFORM, change, &by)
        .await;
    let (connector, _) = changed.unwrap();
    let oauth = connector.oauth.clone().unwrap();
    let values = vault
        .integrations
        .values(Environment::Test, &connector, &oauth);
    let material = Material {
        settings: values.unwrap(),
        ..Material::default()
    };
    let granted = Granted {
        tokens: Tokens {
            access_token: Secret::new("at-1".to_owned()),
            refresh_token: Some(Secret::new("rt-1".to_owned())),
            expires_at: Some(clock.now().plus(Duration::from_secs(LIFE))),
            scopes: None,
            account: None,
            kept: BTreeMap::new(),
        },
        filled: BTreeMap::new(),
        account: None,
    };
    let material = vault
        .with_tokens(&connector, &oauth, material, granted)
        .unwrap();
    let owner = Owner::default();
    let made = vault
        .signed_in(&scope, &connector, material, owner, Batch::default(), &by)
        .await;
    let key = made.unwrap().key.to_string();
    embedded.shutdown();
    key
}

/// The moment at which the server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// A redeem has arrived at the provider.
    Arrived,
    /// The provider has replaced the token, and not answered.
    Given,
    /// It has just answered.
    Answered,
    /// The new token was used.
    Used,
    /// So many milliseconds after a redeem arrived.
    After(u64),
    /// No kill: told to stop while a redeem is under way.
    Told,
}

/// One life of the server.
fn live(house: &mut House, moment: Moment, after: Option<Moment>) {
    let world = Arc::clone(&house.world);
    let before = world.change(|state| {
        state.hold = match moment {
            Moment::Arrived | Moment::Told => Hold::BeforeTokens,
            Moment::Given => Hold::BeforeAnswer,
            Moment::Used => Hold::AfterOne,
            _ => Hold::Nowhere,
        };
        (state.arrived, state.given, state.answered, state.current)
    });
    let (arrived, given, answered, current) = before;
    let mut server = house.serve();
    let callers = house.hammer(&server);
    world.wait("a redeem", |state| state.arrived > arrived);
    if after == Some(Moment::Given) {
        // The owner of the log can tell why a token comes twice.
        server.wait_for("a refresh was cut off");
    }
    match moment {
        Moment::Arrived | Moment::Told => {}
        Moment::Given => world.wait("new tokens", |state| state.given > given),
        Moment::Answered => world.wait("an answer", |state| state.answered > answered),
        Moment::Used => world.wait("a use", |state| state.seen > current),
        Moment::After(milliseconds) => std::thread::sleep(Duration::from_millis(milliseconds)),
    }
    if moment == Moment::Told {
        server.signal("TERM");
        server.wait_for("stopping");
        world.change(|state| state.hold = Hold::Nowhere);
        world.let_go();
        assert!(server.ended().success(), "{}", server.log());
    } else {
        drop(server);
    }
    callers.join().unwrap();
    world.wait("the dead one's redeems end", |state| state.under_way == 0);
    assert_eq!(
        world.state().wrong,
        Vec::<String>::new(),
        "{moment:?} after {after:?}"
    );
}

/// The last life, in which all is well.
fn works_on(house: &mut House) {
    let world = Arc::clone(&house.world);
    let current = world.change(|state| {
        state.hold = Hold::Nowhere;
        state.current
    });
    let server = house.serve();
    let callers = house.hammer(&server);
    world.wait("two more refreshes", |state| state.seen > current + 1);
    let client = house.client(&server);
    let path = format!("/v1/vault/connections/{}", house.connection);
    let record = runtime().block_on(client.get(&path)).json();
    assert_eq!(record["state"], "operational", "{record}");
    server.stop();
    callers.join().unwrap();
    assert_eq!(world.state().wrong, Vec::<String>::new());
}

#[test]
fn where_no_answer_is_lost_not_even_a_strict_provider_notices_a_kill() {
    let mut house = House::new(true);
    for moment in [Moment::Arrived, Moment::Used, Moment::Told].repeat(4) {
        live(&mut house, moment, None);
    }
    works_on(&mut house);
    assert_eq!(house.world.state().grace, 0);
}

#[test]
fn a_kill_at_any_moment_costs_at_most_the_answer_that_was_on_its_way() {
    let mut house = House::new(false);
    let mut after = None;
    let mut lives = Vec::new();
    for _ in 0..4 {
        let [random] = random_bytes::<1>();
        let random = Moment::After(u64::from(random) / 8);
        lives.extend([
            Moment::Arrived,
            Moment::Given,
            Moment::Answered,
            Moment::Used,
            random,
        ]);
    }
    for moment in &lives {
        let grace = house.world.state().grace;
        live(&mut house, *moment, after);
        let may_lose =
            |moment: &Moment| matches!(moment, Moment::Given | Moment::Answered | Moment::After(_));
        // Nothing was lost before, so nothing came twice.
        if !after.as_ref().is_some_and(may_lose) && !may_lose(moment) {
            assert_eq!(house.world.state().grace, grace, "{lives:?}");
        }
        after = Some(*moment);
    }
    works_on(&mut house);
    let given = lives
        .iter()
        .filter(|moment| **moment == Moment::Given)
        .count();
    assert!(
        house.world.state().grace >= given as u64,
        "{:?}",
        house.world.state()
    );
}
