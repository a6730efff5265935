//! Sign-ins under way.
//!
//! **Invariants:** a ticket starts one sign-in, once; a state ends it, once, within ten minutes,
//! and only in the browser that started it. Kept in memory: whoever is signing in while the
//! program restarts presses "Connect" again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use crate::crypto::{base64_url, random_bytes, random_uuid, sha256};
use crate::domain::{Connection, Secret, Timestamp};

/// How long a sign-in may take.
pub const LIFE: Duration = Duration::from_secs(10 * 60);
/// How long its outcome can be asked for.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// More are not kept at once; the oldest go.
const MAX_FLOWS: usize = 10_000;
/// One session has no more under way; its oldest go.
const MAX_EACH: usize = 10;
/// How long the exchange of a code may take, however late the browser came back.
const EXCHANGE: Duration = Duration::from_secs(2 * 60);

/// What a sign-in is known by to whoever began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowId(pub Uuid);

/// What became of a sign-in.
#[derive(Clone, Debug)]
pub enum FlowState {
    /// Nothing yet.
    Waiting,
    /// There is a connection.
    Saved(Box<Connection>),
    /// The person said no.
    Denied(String),
    /// It did not work.
    Failed(String),
    /// It took too long.
    Expired,
    /// Whoever began it does not want it any more.
    Cancelled,
}

/// Why a ticket or a state leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// There is none such, or not any more.
    Unknown,
    /// It took too long.
    Expired,
    /// The browser is another one.
    OtherBrowser,
}

/// What became of the wish to end a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// It has ended.
    Done,
    /// Its connection is being stored.
    TooLate,
    /// There is none such.
    Unknown,
}

/// Who a sign-in belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The session that began it.
    pub session: Uuid,
    /// Who may hear of it: a later session of the same person is as good.
    pub party: [u8; 32],
}

/// What a browser is given when it starts a sign-in.
#[derive(Clone, Debug)]
pub struct Started<D> {
    /// Which one.
    pub id: FlowId,
    /// Goes to the provider and comes back.
    pub state: String,
    /// Stays in the browser, as a cookie.
    pub cookie: Secret<String>,
    /// What it is about.
    pub data: D,
}

struct Flow<D> {
    owner: Owner,
    data: Option<D>,
    /// Whether its connection is being stored.
    is_claimed: bool,
    ticket: Option<[u8; 32]>,
    state: Option<[u8; 32]>,
    cookie: Option<[u8; 32]>,
    ends_at: Timestamp,
    outcome: watch::Sender<FlowState>,
}

struct Inner<D> {
    flows: HashMap<FlowId, Flow<D>>,
    tickets: HashMap<[u8; 32], FlowId>,
    states: HashMap<[u8; 32], FlowId>,
}

/// The sign-ins under way, each with its data `D`.
pub struct Flows<D> {
    inner: Mutex<Inner<D>>,
}

impl<D> Default for Flows<D> {
    fn default() -> Self {
        Self {
            inner: Mutex::new(Inner {
                flows: HashMap::new(),
                tickets: HashMap::new(),
                states: HashMap::new(),
            }),
        }
    }
}

impl<D: Clone> Flows<D> {
    fn inner(&self) -> MutexGuard<'_, Inner<D>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sign-in of `owner`, and the ticket that starts it.
    pub fn begin(&self, owner: Owner, data: D, now: Timestamp) -> (FlowId, String) {
        let id = FlowId(random_uuid());
        let ticket = word();
        let hash = sha256(ticket.as_bytes());
        let mut inner = self.inner();
        inner.make_room(owner.session);
        inner.tickets.insert(hash, id);
        inner.flows.insert(
            id,
            Flow {
                owner,
                data: Some(data),
                is_claimed: false,
                ticket: Some(hash),
                state: None,
                cookie: None,
                ends_at: now.plus(LIFE),
                outcome: watch::Sender::new(FlowState::Waiting),
            },
        );
        (id, ticket)
    }

    /// Starts the sign-in of `ticket`, which is good once.
    pub fn start(&self, ticket: &str, now: Timestamp) -> Result<Started<D>, Lost> {
        let mut inner = self.inner();
        let hash = sha256(ticket.as_bytes());
        let id = inner.tickets.remove(&hash).ok_or(Lost::Unknown)?;
        let (state, cookie) = (word(), Secret::new(word()));
        let state_hash = sha256(state.as_bytes());
        let flow = inner.flows.get_mut(&id).ok_or(Lost::Unknown)?;
        flow.ticket = None;
        if flow.ends_at <= now {
            return Err(Lost::Expired);
        }
        let data = flow.data.clone().ok_or(Lost::Unknown)?;
        flow.state = Some(state_hash);
        flow.cookie = Some(sha256(cookie.expose().as_bytes()));
        inner.states.insert(state_hash, id);
        Ok(Started {
            id,
            state,
            cookie,
            data,
        })
    }

    /// Which sign-in `state` belongs to, for the name of its cookie.
    pub fn of_state(&self, state: &str) -> Option<FlowId> {
        let hash = sha256(state.as_bytes());
        self.inner().states.get(&hash).copied()
    }

    /// The sign-in of `state` has come back to the browser that holds `cookie`. Once.
    pub fn arrive(
        &self,
        state: &str,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<(FlowId, D), Lost> {
        let mut inner = self.inner();
        let hash = sha256(state.as_bytes());
        let id = *inner.states.get(&hash).ok_or(Lost::Unknown)?;
        let flow = inner.flows.get_mut(&id).ok_or(Lost::Unknown)?;
        if flow.ends_at <= now {
            flow.settle(FlowState::Expired);
            inner.states.remove(&hash);
            return Err(Lost::Expired);
        }
        let own = cookie.map(|cookie| sha256(cookie.as_bytes()));
        if own.is_none() || own != flow.cookie {
            // Left as it is: a stranger's call must not end somebody's sign-in.
            return Err(Lost::OtherBrowser);
        }
        let data = flow.data.take().ok_or(Lost::Unknown)?;
        flow.ends_at = now.plus(EXCHANGE);
        inner.states.remove(&hash);
        Ok((id, data))
    }

    /// Writes down what became of it. Only the first outcome counts.
    pub fn settle(&self, id: FlowId, outcome: FlowState) {
        if let Some(flow) = self.inner().flows.get_mut(&id) {
            flow.settle(outcome);
        }
    }

    /// What becomes of the sign-in `id`, if it is one of `party`.
    pub fn outcome(&self, party: &[u8; 32], id: FlowId) -> Option<watch::Receiver<FlowState>> {
        let inner = self.inner();
        let flow = inner.flows.get(&id)?;
        if flow.owner.party != *party {
            return None;
        }
        Some(flow.outcome.subscribe())
    }

    /// What the sign-in `id` of `party` is about, while its browser is away.
    pub fn about(&self, party: &[u8; 32], id: FlowId) -> Option<D> {
        let inner = self.inner();
        let flow = inner.flows.get(&id)?;
        let own = (flow.owner.party == *party).then_some(flow)?;
        own.data.clone()
    }

    /// Ends the sign-in `id` of `party`, unless something became of it already.
    pub fn cancel(&self, party: &[u8; 32], id: FlowId) -> Cancel {
        let mut inner = self.inner();
        let own = |flow: &&mut Flow<D>| flow.owner.party == *party;
        let Some(flow) = inner.flows.get_mut(&id).filter(own) else {
            return Cancel::Unknown;
        };
        if flow.is_claimed {
            return Cancel::TooLate;
        }
        flow.settle(FlowState::Cancelled);
        let (ticket, state) = (flow.ticket.take(), flow.state.take());
        if let Some(ticket) = ticket {
            inner.tickets.remove(&ticket);
        }
        if let Some(state) = state {
            inner.states.remove(&state);
        }
        Cancel::Done
    }

    /// Whether the connection of the sign-in `id` may be stored: somebody still wants it. From now
    /// on it cannot be cancelled.
    pub fn claim(&self, id: FlowId) -> bool {
        let mut inner = self.inner();
        let Some(flow) = inner.flows.get_mut(&id) else {
            return false;
        };
        flow.is_claimed = matches!(*flow.outcome.borrow(), FlowState::Waiting);
        flow.is_claimed
    }

    /// Ends what took too long, and forgets what nobody asks for any more.
    pub fn sweep(&self, now: Timestamp) {
        let mut inner = self.inner();
        for flow in inner.flows.values_mut() {
            if flow.ends_at <= now {
                flow.settle(FlowState::Expired);
            }
        }
        let gone = |flow: &Flow<D>| now.since(flow.ends_at) > KEPT;
        inner.flows.retain(|_, flow| !gone(flow));
        inner.forget_loose_ends();
    }
}

impl<D> Flow<D> {
    fn settle(&mut self, outcome: FlowState) {
        let is_open = matches!(*self.outcome.borrow(), FlowState::Waiting);
        if is_open {
            self.data = None;
            self.outcome.send_replace(outcome);
        }
    }
}

impl<D> Inner<D> {
    /// Makes room for one more of `session`.
    fn make_room(&mut self, session: Uuid) {
        let mut own: Vec<(Timestamp, FlowId)> = self
            .flows
            .iter()
            .filter(|(_, flow)| flow.owner.session == session)
            .map(|(id, flow)| (flow.ends_at, *id))
            .collect();
        own.sort_by_key(|(ends_at, _)| *ends_at);
        let surplus = (own.len() + 1).saturating_sub(MAX_EACH);
        let mut gone: Vec<FlowId> = own.into_iter().take(surplus).map(|(_, id)| id).collect();
        if self.flows.len() - gone.len() >= MAX_FLOWS {
            let oldest = self.flows.iter().min_by_key(|(_, flow)| flow.ends_at);
            gone.extend(oldest.map(|(id, _)| *id));
        }
        if gone.is_empty() {
            return;
        }
        for id in gone {
            self.flows.remove(&id);
        }
        self.forget_loose_ends();
    }

    fn forget_loose_ends(&mut self) {
        let flows = &self.flows;
        self.tickets.retain(|_, id| flows.contains_key(id));
        self.states.retain(|_, id| flows.contains_key(id));
    }
}

/// 256 random bits, as a word that may stand in a URL and a cookie.
fn word() -> String {
    base64_url(&random_bytes::<32>())
}

#[cfg(test)]
mod tests;
