//! The OAuth 2 provider that stands in for every provider during development.
//!
//! It speaks as the catalogue says that each provider does, and is strict where real ones are. What
//! can be asked of it is in `docs/mock.md`.
//!
//! - [`serve`], [`call`]: one request, from its arrival to the endpoint it is for.
//! - [`authorize`], [`asked`], [`page`], [`redirect`]: a person's consent, and where it is sent.
//! - [`token`], [`assertion`]: codes, refresh tokens and assertions become tokens.
//! - [`revoke`], [`follow_up`]: the end of tokens, and what their bearers are told.
//! - [`metadata`], [`register`]: what it says about itself and its tokens; new clients.
//! - [`admin`], [`fault`], [`journal`]: what a test does to it from outside, and sees of it.
//! - [`answer`], [`place`]: the shape of a token answer (pure).
//! - [`grants`], [`bounded`]: what was given and is still good (pure).
//! - [`client`], [`names`], [`params`]: who asks, and how parameters are written (pure).
//! - [`error`], [`said`]: what is said instead.

mod admin;
mod answer;
mod asked;
mod assertion;
mod authorize;
mod bounded;
mod call;
mod client;
mod error;
mod fault;
mod follow_up;
mod grants;
mod journal;
mod metadata;
mod names;
mod page;
mod params;
mod place;
mod redirect;
mod register;
mod revoke;
mod said;
mod serve;
mod token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use admin::control;
use asked::Asked;
use bounded::Bounded;
use client::Client;
pub use client::{CLIENT_ID, CLIENT_SECRET};
use error::Wrong;
use fault::{Fault, Place};
use grants::{ACCESS_PREFIX, Grants, Known};
use journal::Journal;
pub use serve::{serve, well_known};

use crate::domain::{Clock, Timestamp};

/// A person has so long to answer the consent page.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// So many clients and unanswered consent pages are remembered.
const MOST: usize = 100_000;

/// The provider's memory: clients, codes, tokens. All workers share one; it ends with the process.
pub struct Provider {
    clock: Arc<dyn Clock>,
    public_url: String,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
struct State {
    grants: Grants,
    /// By platform and id.
    clients: Bounded<(String, String), Client>,
    /// By ticket: what stands in consent pages that are not answered yet.
    asked: Bounded<String, Ticket>,
    /// By platform: what is to go wrong, in order.
    faults: HashMap<String, Vec<Fault>>,
    journal: Journal,
}

/// An authorization request that waits for a person.
#[derive(Clone, Debug)]
struct Ticket {
    platform: String,
    asked: Asked,
    until: Timestamp,
}

impl Provider {
    /// A provider that has given nothing yet, on a server that is reached at `public_url`.
    pub fn new(clock: Arc<dyn Clock>, public_url: &str) -> Self {
        let state = State {
            grants: Grants::default(),
            clients: Bounded::new(MOST),
            asked: Bounded::new(MOST),
            faults: HashMap::new(),
            journal: Journal::default(),
        };
        Self {
            clock,
            public_url: public_url.trim_end_matches('/').to_owned(),
            state: Mutex::new(state),
        }
    }

    /// Whether `token` may be used at `platform`, as far as this provider can tell: what it never
    /// gave it does not judge.
    pub(super) fn admits(&self, platform: &str, token: &str) -> bool {
        !token.starts_with(ACCESS_PREFIX) || self.access(platform, token).is_some()
    }

    /// The access token, if it is one of `platform` and good.
    fn access(&self, platform: &str, token: &str) -> Option<Known> {
        let known = self.state().grants.known(platform, token, self.now());
        known.filter(|known| !known.is_refresh)
    }

    /// Who the mock is for `platform`, as RFC 8414 and RFC 9207 mean it.
    fn issuer(&self, platform: &str) -> String {
        format!("{}{}/{platform}", self.public_url, super::OAUTH)
    }

    fn client(&self, platform: &str, id: &str) -> Option<Client> {
        if id == CLIENT_ID {
            return Some(Client::built_in(&self.public_url));
        }
        let key = (platform.to_owned(), id.to_owned());
        self.state().clients.get(&key).cloned()
    }

    /// The client, if it is who it says. `wants_secret` is false where the provider takes no
    /// secrets.
    fn authenticate(
        &self,
        platform: &str,
        credentials: &client::Credentials,
        wants_secret: bool,
    ) -> Result<(), Wrong> {
        let client = self.client(platform, &credentials.id);
        let client = client.ok_or_else(|| Wrong::client("there is no such client"))?;
        match wants_secret && client.secret != credentials.secret {
            true => Err(Wrong::client("the client's secret is another")),
            false => Ok(()),
        }
    }

    fn wait_for_a_person(&self, platform: &str, asked: Asked) -> String {
        let ticket = grants::secret("mock_ask_");
        let waiting = Ticket {
            platform: platform.to_owned(),
            asked,
            until: self.now().plus(PATIENCE),
        };
        self.state().asked.put(ticket.clone(), waiting);
        ticket
    }

    /// What a consent page was about. It can be answered again: of two clicks, the second counts.
    fn asked(&self, platform: &str, ticket: &str) -> Option<Asked> {
        let now = self.now();
        let state = self.state();
        let found = state.asked.get(&ticket.to_owned());
        found
            .filter(|found| found.platform == platform && now < found.until)
            .map(|found| found.asked.clone())
    }

    /// The first fault that such a request suffers, used up by one.
    fn take_fault(&self, platform: &str, place: Place, grant: Option<&str>) -> Option<Fault> {
        let mut state = self.state();
        let faults = state.faults.get_mut(platform)?;
        let at = faults.iter().position(|fault| fault.hits(place, grant))?;
        let found = faults.get_mut(at)?;
        found.times = found.times.saturating_sub(1);
        match found.times {
            0 => Some(faults.remove(at)),
            _ => Some(found.clone()),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A panic while the state was held leaves it as it is: each change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
