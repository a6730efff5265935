//! Random interleavings of callers, crashes, changes and answers, and what must hold throughout:
//! the properties of the module's invariants, by number.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;

use super::house::{House, MARGIN, Stored, carried, nobody, scope, stored};
use super::provider::{Answered, Reply, Scripted};
use crate::domain::{Clock, Connection, Health, Timestamp};
use crate::vault::{Change, VaultError};

#[derive(Clone, Debug)]
enum Step {
    /// What the provider is going to say.
    Say(Reply, bool, u64),
    Callers(usize),
    /// Callers who leave before they are served.
    Leavers(usize),
    Scheduled,
    /// What is held is said.
    Release,
    Wait(u64),
    Tag,
    Delete,
    /// The owner signs in again, or anew.
    Connect(u64),
    Crash,
    /// A stop that waits, and a start.
    Stop,
    Full(bool),
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        8 => Just(Reply::Tokens),
        2 => Just(Reply::SameRefresh),
        1 => Just(Reply::Lost),
        1 => prop::sample::select(vec![500_u16, 502, 503, 404]).prop_map(Reply::Status),
        1 => (1..900_u64).prop_map(Reply::Limited),
        1 => Just(Reply::InvalidGrant),
        4 => prop::sample::select(vec![
            Reply::InvalidClient,
            Reply::Html,
            Reply::Empty,
            Reply::Truncated,
            Reply::WrongTypes,
            Reply::ErrorIn200,
            Reply::Closed,
        ]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let life = || prop::sample::select(vec![1_u64, 20, 100, 3600]);
    let held = prop::bool::weighted(0.4);
    prop_oneof![
        6 => (reply(), held, life()).prop_map(|(reply, held, life)| Step::Say(reply, held, life)),
        6 => (1..12_usize).prop_map(Step::Callers),
        2 => (1..5_usize).prop_map(Step::Leavers),
        3 => Just(Step::Scheduled),
        4 => Just(Step::Release),
        8 => prop::sample::select(vec![1_u64, 15, 30, 90, 700, 4000]).prop_map(Step::Wait),
        1 => Just(Step::Tag),
        1 => Just(Step::Delete),
        1 => life().prop_map(Step::Connect),
        1 => Just(Step::Crash),
        1 => Just(Step::Stop),
        2 => prop::bool::weighted(0.3).prop_map(Step::Full),
    ]
}

struct World {
    house: House,
    /// The connection; the provider's look needs it too.
    connection: Arc<Mutex<Option<Connection>>>,
    gone: Vec<Connection>,
    last: Option<Stored>,
    /// How many answers were looked at.
    looked_at: usize,
    /// Whether an answer with new tokens came that may not be written yet.
    is_owed: bool,
}

impl World {
    fn new(platform: &'static str, is_lenient: bool) -> Self {
        let house = House::new(platform);
        let connection = house.connect(100).unwrap();
        let last = house.stored(&connection);
        let connection = Arc::new(Mutex::new(Some(connection)));
        let (engine, keyring) = (Arc::clone(&house.engine), Arc::clone(&house.keyring));
        let (clock, of) = (Arc::clone(&house.clock), Arc::clone(&connection));
        {
            let mut state = house.provider.state();
            state.is_lenient = is_lenient;
            state.look = Some(Box::new(move |number| {
                let of = of.lock().unwrap().clone();
                let found = of.and_then(|of| stored(&engine, &keyring, &of));
                let Some(found) = found else {
                    return Some("6: a redeem for a connection that is gone".to_owned());
                };
                let due = found.connection.token.unwrap().due_at.unwrap();
                let (health, now) = (found.connection.health, clock.now());
                match () {
                    () if health == Health::Failed => Some("5: a redeem after the end".to_owned()),
                    () if due > now => Some(format!("5, 9: redeemed {now}, due only {due}")),
                    () if found.refresh != number => Some(format!(
                        "2: rt-{number} is sent, rt-{} is stored",
                        found.refresh
                    )),
                    () => None,
                }
            }));
        }
        Self {
            house,
            connection,
            gone: Vec::new(),
            last,
            looked_at: 0,
            is_owed: false,
        }
    }

    fn now(&self) -> Option<Connection> {
        self.connection.lock().unwrap().clone()
    }

    fn wrong(&self, what: String) {
        self.house.wrong.lock().unwrap().push(what);
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Say(reply, held, life) => {
                let scripted = Scripted {
                    reply: *reply,
                    held: *held,
                    life: *life,
                };
                self.house.provider.state().script.push_back(scripted);
            }
            Step::Callers(count) => (0..*count).for_each(|_| drop(self.caller())),
            Step::Leavers(count) => {
                let callers: Vec<_> = (0..*count).filter_map(|_| self.caller()).collect();
                self.house.let_all_wait();
                callers.into_iter().for_each(|caller| caller.abort());
            }
            Step::Scheduled => {
                let vault = self.house.vault();
                let task = async move { vault.refresh_due().await.unwrap() };
                drop(self.house.caller(task));
            }
            Step::Release => self.house.provider.release(),
            Step::Wait(seconds) => self.house.clock.advance(*seconds),
            Step::Tag => self.tag(),
            Step::Delete => self.delete(),
            Step::Connect(life) => self.connect(*life),
            Step::Crash => self.crash(),
            Step::Stop => self.stop(),
            Step::Full(is_full) => self.house.engine.fill(*is_full),
        }
    }

    fn caller(&self) -> Option<tokio::task::JoinHandle<()>> {
        let connection = self.now()?;
        let vault = self.house.vault();
        let (provider, wrong) = (self.house.provider.clone(), Arc::clone(&self.house.wrong));
        let (engine, keyring) = (
            Arc::clone(&self.house.engine),
            Arc::clone(&self.house.keyring),
        );
        let clock = Arc::clone(&self.house.clock);
        Some(self.house.caller(async move {
            let say = |what: String| wrong.lock().unwrap().push(what);
            match vault.ready(&scope(), connection.key.as_str()).await {
                Ok(live) => {
                    let access = carried(&vault, &live);
                    let needs = provider.state().goes_with[&access];
                    let found = stored(&engine, &keyring, &connection);
                    if found.is_some_and(|found| found.refresh < needs) {
                        say(format!(
                            "3: at-{access} was seen, rt-{needs} is not on disk"
                        ));
                    }
                    if live.connection.expires_at.unwrap() <= clock.now() {
                        say(format!("at-{access} was given out after its end"));
                    }
                }
                Err(
                    VaultError::TryLater { .. }
                    | VaultError::MustReconnect { .. }
                    | VaultError::NoSuchConnection,
                ) => {}
                Err(error) => say(format!("a caller was told: {error}")),
            }
        }))
    }

    fn tag(&self) {
        let Some(connection) = self.now() else { return };
        let vault = self.house.vault();
        let change = Change {
            tags: Some(vec!["tagged".to_owned()]),
            ..Change::default()
        };
        let _ = self.house.run(async move {
            let key = connection.key.as_str();
            vault.change(&scope(), key, change, &nobody()).await
        });
    }

    fn delete(&mut self) {
        let Some(connection) = self.now() else { return };
        let (vault, key) = (self.house.vault(), connection.key.to_string());
        let deleted = self
            .house
            .run(async move { vault.delete(&scope(), &key, &nobody()).await });
        if deleted.is_ok() {
            *self.connection.lock().unwrap() = None;
            self.gone.push(connection);
            self.last = None;
            // From now on what is held is of the connection that there is.
            self.house.provider.release();
        }
    }

    fn connect(&mut self, life: u64) {
        let connected = match self.now() {
            Some(connection) => self.house.reconnect(&connection, life),
            None => self.house.connect(life),
        };
        if let Ok(connection) = connected {
            self.last = self.house.stored(&connection);
            *self.connection.lock().unwrap() = Some(connection);
        }
    }

    fn crash(&mut self) {
        if self.is_under_way() {
            self.house
                .provider
                .lose(self.last.as_ref().map(|last| last.refresh));
        }
        self.house.crash();
        self.house.provider.release();
        let provider = self.house.provider.clone();
        provider.bell.wait("idle", || provider.is_idle());
        self.house.restart();
        self.looked_at = provider.state().answered.len();
    }

    fn stop(&mut self) {
        self.house.engine.fill(false);
        let (vault, provider) = (self.house.vault(), self.house.provider.clone());
        let finished = self
            .house
            .caller(async move { vault.finish_refreshes().await });
        provider.bell.wait("finished", || {
            provider.release();
            finished.is_finished()
        });
        self.check(true);
        self.house.crash();
        self.house.restart();
    }

    fn is_under_way(&self) -> bool {
        let under_way = |connection: &Connection| {
            let key = (connection.environment, connection.id);
            self.house.vault().refreshing.under_way(key).is_some()
        };
        self.now().as_ref().is_some_and(under_way) || self.gone.iter().any(under_way)
    }

    /// Waits until nothing moves any more without another step. Says whether all is done.
    fn settle(&self) -> bool {
        let (house, provider) = (&self.house, &self.house.provider);
        let done = || house.callers() == 0 && provider.is_idle() && !self.is_under_way();
        let waits_for_room = || {
            let refused = house.engine.refused.load(Ordering::SeqCst);
            house.engine.is_full.load(Ordering::SeqCst) && refused > 0 && self.is_under_way()
        };
        provider.bell.wait("settled", || {
            provider.held() > 0 || done() || waits_for_room()
        });
        house.let_all_wait();
        done()
    }

    fn check(&mut self, is_done: bool) {
        for gone in &self.gone {
            if self.house.stored(gone).is_some() {
                self.wrong("6: what was removed is there again".to_owned());
            }
        }
        let new: Vec<Answered> = {
            let state = self.house.provider.state();
            state.answered[self.looked_at..].to_vec()
        };
        self.looked_at += new.len();
        let Some(connection) = self.now() else { return };
        let now = self.house.stored(&connection).unwrap();
        let provider = &self.house.provider;
        if provider.state().goes_with[&now.access] != now.refresh {
            let (access, refresh) = (now.access, now.refresh);
            self.wrong(format!(
                "3: at-{access} and rt-{refresh} were never given together"
            ));
        }
        let own = |answered: &&Answered| provider.are_related(answered.number, now.refresh);
        let brings = |answered: &Answered| {
            matches!(answered.script.reply, Reply::Tokens | Reply::SameRefresh)
        };
        self.is_owed |= new.iter().filter(own).any(brings);
        if let Some(last) = &self.last {
            if last.raw != now.raw && !self.is_owed {
                let (old, new) = (last.refresh, now.refresh);
                self.wrong(format!(
                    "4: credentials changed unasked, rt-{old} to rt-{new}"
                ));
            }
            if is_done && let Some(answered) = new.iter().rfind(own) {
                self.check_outcome(last, &now, answered);
            }
        }
        let latest = provider.latest(now.refresh);
        if is_done && latest.is_some_and(|latest| latest != now.refresh) {
            self.wrong(format!(
                "3, 8: {latest:?} was given, rt-{} is stored",
                now.refresh
            ));
        }
        self.is_owed &= !is_done;
        self.last = Some(now);
    }

    /// The record tells of the last answer what it must.
    fn check_outcome(&self, last: &Stored, now: &Stored, answered: &Answered) {
        let (connection, clock) = (&now.connection, self.house.clock.now());
        let token = connection.token.as_ref().unwrap();
        let due = token.due_at.unwrap();
        let expected = match answered.script.reply {
            Reply::Tokens | Reply::SameRefresh => Health::Operational,
            Reply::InvalidGrant => Health::Failed,
            _ => Health::Degraded,
        };
        if connection.health != expected {
            self.wrong(format!("5: {answered:?} left {:?}", connection.health));
        }
        match (expected, answered.script.reply) {
            (Health::Operational, _) => {
                self.check_margin(answered.script.life, connection.expires_at.unwrap(), due);
            }
            (Health::Degraded, reply) => {
                let before = last.connection.token.as_ref().unwrap().failures;
                let failures = token.failures;
                let wait = due.since(clock).as_secs_f64();
                let doubled = 15.0 * 2_f64.powi(i32::try_from(failures - 1).unwrap().min(20));
                // What the provider asks for counts if it is more than the usual wait.
                let asked = match reply {
                    Reply::Limited(seconds) => seconds as f64,
                    _ => 0.0,
                };
                let usual = doubled.min(1800.0);
                let (least, most) = ((usual * 0.899).max(asked), (usual * 1.101).max(asked));
                // After new tokens in the same step the count begins anew.
                let counts = failures == before + 1 || failures == 1;
                if !counts || wait < least || wait > most {
                    self.wrong(format!(
                        "5: failure {failures} after {before}: waits {wait}"
                    ));
                }
            }
            _ => {}
        }
    }

    fn check_margin(&self, life: u64, end: Timestamp, due: Timestamp) {
        let life = Duration::from_secs(life);
        let margin = match self.house.platform {
            "early" => Duration::from_secs(MARGIN),
            _ => Duration::from_secs(600).min(life / 5),
        };
        let most = match margin >= life {
            true => life.div_f64(2.0),
            false => margin.mul_f64(1.1),
        };
        if end.since(due) > most + Duration::from_millis(1) {
            self.wrong(format!("9: due {:?} before its end", end.since(due)));
        }
    }
}

/// `REFRESH_CASES` makes a run longer.
fn cases() -> u32 {
    let wanted = std::env::var("REFRESH_CASES");
    wanted.map_or(200, |wanted| wanted.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases())
    })]

    #[test]
    fn whatever_happens_no_token_is_lost_spent_twice_or_asked_for_in_vain(
        steps in prop::collection::vec(step(), 10..50),
        is_lenient in any::<bool>(),
        is_early in any::<bool>(),
    ) {
        let mut world = World::new(if is_early { "early" } else { "generic-oauth2" }, is_lenient);
        for step in &steps {
            world.take(step);
            let is_done = world.settle();
            world.check(is_done);
        }
        world.house.engine.fill(false);
        while !world.settle() {
            world.house.provider.release();
        }
        world.check(true);
        let mut wrong = std::mem::take(&mut world.house.provider.state().wrong);
        wrong.append(&mut world.house.wrong.lock().unwrap());
        prop_assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
