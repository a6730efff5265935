//! A provider that numbers its tokens, rotates them, notices when one comes twice, and answers as
//! it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Nothing takes longer than this, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells whoever waits that something has happened.
#[derive(Clone, Default)]
pub struct Bell(Arc<(Mutex<()>, Condvar)>);

impl Bell {
    pub fn ring(&self) {
        let _held = self.0.0.lock().unwrap();
        self.0.1.notify_all();
    }

    /// Looks again at each ring, and every millisecond for what rings no bell.
    pub fn wait(&self, what: &str, holds: impl Fn() -> bool) {
        let since = tokio::time::Instant::now();
        while !holds() {
            assert!(since.elapsed() < PATIENCE, "never: {what}");
            let held = self.0.0.lock().unwrap();
            drop(
                self.0
                    .1
                    .wait_timeout(held, Duration::from_millis(1))
                    .unwrap(),
            );
        }
    }
}

/// What is said to a redeem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// New tokens.
    Tokens,
    /// A new access token; the refresh token stays.
    SameRefresh,
    /// New tokens, and the connection ends before they are told.
    Lost,
    Status(u16),
    Limited(u64),
    InvalidGrant,
    InvalidClient,
    Html,
    Empty,
    Truncated,
    WrongTypes,
    ErrorIn200,
    Closed,
}

#[derive(Clone, Copy, Debug)]
pub struct Scripted {
    pub reply: Reply,
    /// Whether it is said only when the test lets it go.
    pub held: bool,
    /// For how many seconds a new access token is good.
    pub life: u64,
}

/// What a redeem came to.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    pub number: u64,
    pub script: Scripted,
}

/// One person's consent, and what was given for it.
#[derive(Debug, Default)]
struct Family {
    current: u64,
    ended: bool,
    /// An answer was lost on its way, so that an old token may come once more.
    lost: bool,
}

/// Looks at a redeem of a refresh token as it arrives, and says what is wrong with it.
pub type Look = Box<dyn Fn(u64) -> Option<String> + Send>;

#[derive(Default)]
pub struct State {
    pub script: VecDeque<Scripted>,
    families: Vec<Family>,
    /// By the number of a refresh token.
    of: BTreeMap<u64, usize>,
    /// By the number of an access token: the refresh token that goes with it.
    pub goes_with: BTreeMap<u64, u64>,
    next: u64,
    under_way: BTreeMap<usize, usize>,
    held: Vec<oneshot::Sender<()>>,
    pub answered: Vec<Answered>,
    pub redeems: u64,
    pub revoked: Vec<String>,
    /// So many revocations are answered with 503.
    pub revokes_later: u32,
    pub wrong: Vec<String>,
    pub look: Option<Look>,
    /// Whether a token that comes twice is taken for a lost answer, and not for theft.
    pub is_lenient: bool,
}

#[derive(Clone)]
pub struct Provider {
    pub address: SocketAddr,
    pub bell: Bell,
    state: Arc<Mutex<State>>,
    _stop: Arc<oneshot::Sender<()>>,
}

impl Provider {
    pub fn start() -> Self {
        let (bell, state) = (Bell::default(), Arc::<Mutex<State>>::default());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (own_bell, own_state) = (bell.clone(), Arc::clone(&state));
        std::thread::spawn(move || {
            let runtime = super::house::runtime();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(&listener, &own_state, &own_bell) => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            address,
            bell,
            state,
            _stop: Arc::new(stop),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn will(&self, reply: Reply) {
        self.says(reply, false);
    }

    pub fn says(&self, reply: Reply, held: bool) {
        let scripted = Scripted {
            reply,
            held,
            life: 100,
        };
        self.state().script.push_back(scripted);
    }

    /// The numbers of a new consent's access and refresh token.
    pub fn consent(&self) -> (u64, u64) {
        self.state().consent()
    }

    pub fn redeems(&self) -> u64 {
        self.state().redeems
    }

    pub fn held(&self) -> usize {
        self.state().held.len()
    }

    /// Lets go what is held.
    pub fn release(&self) {
        for held in std::mem::take(&mut self.state().held) {
            let _ = held.send(());
        }
    }

    /// The answers that are on their way are lost, and what came of the one with this number.
    pub fn lose(&self, refresh: Option<u64>) {
        let mut state = self.state();
        let own = refresh.and_then(|refresh| state.of.get(&refresh).copied());
        let State {
            families,
            under_way,
            ..
        } = &mut *state;
        for (family, count) in under_way {
            families[*family].lost |= *count > 0 || Some(*family) == own;
        }
    }

    /// Whether both come of one consent.
    pub fn are_related(&self, one: u64, other: u64) -> bool {
        let state = self.state();
        state.of.get(&one) == state.of.get(&other)
    }

    pub fn is_idle(&self) -> bool {
        self.state().under_way.values().all(|count| *count == 0)
    }

    /// What a vault that lost nothing has: the latest refresh token of the one with this number.
    pub fn latest(&self, refresh: u64) -> Option<u64> {
        let state = self.state();
        let family = &state.families[state.of[&refresh]];
        (!family.lost).then_some(family.current)
    }
}

impl State {
    fn consent(&mut self) -> (u64, u64) {
        self.families.push(Family::default());
        self.issue(self.families.len() - 1, true)
    }

    fn issue(&mut self, family: usize, rotates: bool) -> (u64, u64) {
        self.next += 1;
        let access = self.next;
        if rotates {
            self.families[family].current = access;
            self.of.insert(access, family);
        }
        let refresh = self.families[family].current;
        self.goes_with.insert(access, refresh);
        (access, refresh)
    }

    /// A redeem has arrived: notes what is wrong with it, and says what is answered.
    fn arrive(&mut self, number: u64) -> (usize, Scripted) {
        self.redeems += 1;
        let family = self.of[&number];
        let under_way = self.under_way.entry(family).or_default();
        *under_way += 1;
        if *under_way > 1 {
            self.wrong
                .push(format!("1: rt-{number} is redeemed twice at a time"));
        }
        if let Some(wrong) = self.look.as_ref().and_then(|look| look(number)) {
            self.wrong.push(wrong);
        }
        let usual = Scripted {
            reply: Reply::Tokens,
            held: false,
            life: 100,
        };
        let mut script = self.script.pop_front().unwrap_or(usual);
        let own = &mut self.families[family];
        if number == own.current {
            own.lost = false;
        } else {
            if !own.lost {
                let current = own.current;
                self.wrong.push(format!(
                    "2: rt-{number} was sent after rt-{current} was given"
                ));
            }
            own.ended |= !self.is_lenient;
            // Whoever is lenient gives the token once more that was lost, or another.
            if script.reply == Reply::SameRefresh {
                script.reply = Reply::Tokens;
            }
        }
        if own.ended {
            script.reply = Reply::InvalidGrant;
        }
        (family, script)
    }

    fn answer(&mut self, family: usize, script: Scripted) -> Option<Vec<u8>> {
        let life = script.life;
        let json = |status: &str, body: String| {
            let length = body.len();
            let head = "content-type: application/json\r\nconnection: close";
            format!("HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}")
        };
        let good = |access: u64, more: String| {
            format!(r#"{{"access_token":"at-{access}","expires_in":{life}{more}}}"#)
        };
        let answer = match script.reply {
            Reply::Tokens | Reply::Lost => {
                let (access, refresh) = self.issue(family, true);
                let body = good(access, format!(r#","refresh_token":"rt-{refresh}""#));
                if script.reply == Reply::Lost {
                    self.families[family].lost = true;
                    return None;
                }
                json("200 OK", body)
            }
            Reply::SameRefresh => {
                let (access, _) = self.issue(family, false);
                json("200 OK", good(access, String::new()))
            }
            Reply::Status(status) => json(&format!("{status} No"), "{}".to_owned()),
            Reply::Limited(seconds) => format!(
                "HTTP/1.1 429 Slowly\r\nretry-after: {seconds}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            ),
            Reply::InvalidGrant => {
                self.families[family].ended = true;
                json("400 No", r#"{"error":"invalid_grant"}"#.to_owned())
            }
            Reply::InvalidClient => json("401 No", r#"{"error":"invalid_client"}"#.to_owned()),
            Reply::Html => json("200 OK", "<html>Soon</html>".to_owned()),
            Reply::Empty => json("200 OK", String::new()),
            Reply::Truncated => json("200 OK", r#"{"access_token":"at-"#.to_owned()),
            Reply::WrongTypes => json("200 OK", r#"{"access_token":7}"#.to_owned()),
            Reply::ErrorIn200 => json("200 OK", r#"{"error":"slow_down"}"#.to_owned()),
            Reply::Closed => return None,
        };
        Some(answer.into_bytes())
    }
}

async fn accept(listener: &TcpListener, state: &Arc<Mutex<State>>, bell: &Bell) {
    while let Ok((stream, _)) = listener.accept().await {
        let (state, bell) = (Arc::clone(state), bell.clone());
        tokio::spawn(async move {
            serve(stream, &state, &bell).await;
            bell.ring();
        });
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>, bell: &Bell) {
    let Some((line, body)) = request(&mut stream).await else {
        return;
    };
    if line.contains("/revoke") {
        let status = {
            let mut state = state.lock().unwrap();
            state.revoked.push(body);
            let is_later = state.revokes_later > 0;
            state.revokes_later = state.revokes_later.saturating_sub(1);
            if is_later { "503 Later" } else { "200 OK" }
        };
        let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let _ = stream.write_all(answer.as_bytes()).await;
        return;
    }
    let number = body.split("refresh_token=rt-").nth(1).unwrap();
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    let number = digits.parse().unwrap();
    let (family, script, answer, held) = {
        let mut state = state.lock().unwrap();
        let (family, script) = state.arrive(number);
        let answer = state.answer(family, script);
        let held = script
            .held
            .then(oneshot::channel)
            .map(|(sender, receiver)| {
                state.held.push(sender);
                receiver
            });
        (family, script, answer, held)
    };
    bell.ring();
    if let Some(held) = held {
        let _ = held.await;
    }
    {
        let mut state = state.lock().unwrap();
        *state.under_way.entry(family).or_default() -= 1;
        state.answered.push(Answered { number, script });
    }
    if let Some(answer) = answer {
        let _ = stream.write_all(&answer).await;
    }
    let _ = stream.shutdown().await;
}

/// The first line and the body of a request.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length: usize = length.map_or(0, |rest| {
                rest.lines().next().unwrap().trim().parse().unwrap()
            });
            if body.len() >= length {
                return Some((head.lines().next()?.to_owned(), body.to_owned()));
            }
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}
