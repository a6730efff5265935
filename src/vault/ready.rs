//! A connection whose token is good for the next request.

use std::sync::Arc;
use std::time::Duration;

use super::connections::Vault;
use super::error::VaultError;
use super::live::Live;
use super::refresh::{Outcome, Refreshing};
use crate::domain::{Actor, Connection, Environment, Scope, Timestamp, TokenState};
use crate::store::StoreError;

/// A token that is good for so long is used while a new one is on its way.
const COMFORTABLE: Duration = Duration::from_secs(30);
/// So many refreshes that are due run side by side.
const SIDE_BY_SIDE: usize = 16;
/// One pass takes no longer.
const PASS: Duration = Duration::from_secs(5);
/// So many are looked at in one go.
const AT_ONCE: usize = 256;

/// A connection that is another one after each refresh is looked at so often.
const ROUNDS: usize = 3;

/// What a token needs before a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// It is good.
    Nothing,
    /// It is good, and a new one is to be fetched meanwhile.
    Soon,
    /// A new one first.
    Now,
    /// A new one first, and none can be had before this time.
    Wait(Timestamp),
}

impl Vault {
    /// The connection with this key, ready to be used, its token refreshed if too little life is
    /// left of it.
    ///
    /// # Errors
    /// `TryLater` while the token has ended and cannot be refreshed; `MustReconnect` for good.
    pub async fn ready(
        self: &Arc<Self>,
        scope: &Scope,
        key: &str,
    ) -> Result<Arc<Live>, VaultError> {
        for _ in 0..ROUNDS {
            let live = self.resolve(scope, key)?;
            if let Some(live) = self.ready_now(scope, live).await? {
                return Ok(live);
            }
        }
        self.resolve(scope, key)
    }

    /// `live`, if it can be used; nothing if it is another one by now.
    async fn ready_now(
        self: &Arc<Self>,
        scope: &Scope,
        live: Arc<Live>,
    ) -> Result<Option<Arc<Live>>, VaultError> {
        let connection = &live.connection;
        let Some(token) = &connection.token else {
            return Ok(Some(live));
        };
        let now = self.clock.now();
        let of = (connection.environment, connection.id);
        match need(token, connection.expires_at, now) {
            Need::Nothing => Ok(Some(live)),
            Need::Soon => {
                self.refresh_soon(of, token.version);
                Ok(Some(live))
            }
            Need::Wait(at) => {
                let reason = connection.health_reason.as_deref();
                Err(later(reason.unwrap_or("it failed before"), at, now))
            }
            Need::Now => match self.refresh(of, token.version).await {
                // Fresh; or removed, or connected again meanwhile: whatever it is now.
                Outcome::Fresh | Outcome::Gone => Ok(None),
                Outcome::Failed { reason } => Err(VaultError::MustReconnect { reason }),
                Outcome::Later { reason, at } => {
                    // Late is not too late while the old token lasts.
                    let now = self.clock.now();
                    match connection.expires_at.is_some_and(|end| end > now) {
                        true => self.resolve(scope, connection.key.as_str()).map(Some),
                        false => Err(later(&reason, at, now)),
                    }
                }
            },
        }
    }

    /// A newer token after the provider has answered 401 to `live`'s; none if there is none to be
    /// had, or if this was tried a moment ago. Of many who were refused at once, one refreshes and
    /// the others wait for it.
    pub async fn after_refusal(self: &Arc<Self>, scope: &Scope, live: &Live) -> Option<Arc<Live>> {
        let token = live.connection.token.as_ref()?;
        if !token.refreshable {
            return None;
        }
        let of = (live.connection.environment, live.connection.id);
        let key = live.connection.key.as_str();
        let outcome = match self.refreshing.under_way(of) {
            Some(outcome) => Refreshing::wait(outcome).await,
            None => None,
        };
        if outcome.is_none() {
            // Looked at after asking whether one is under way: it may have ended just before.
            let now = self.resolve(scope, key).ok()?;
            if now.connection.token.as_ref()?.version > token.version {
                return Some(now);
            }
            if !self.refreshing.may_follow_refusal(of, self.clock.now()) {
                return None;
            }
            self.refresh(of, token.version).await;
        }
        let now = self.resolve(scope, key).ok()?;
        (now.connection.token.as_ref()?.version > token.version).then_some(now)
    }

    /// Refreshes the token of a connection although it is not due, and answers the connection as it
    /// is then. If a refresh is under way, this waits for that one; and the wait that a failure has
    /// led to is kept.
    ///
    /// # Errors
    /// `NotRefreshable` if there is nothing to refresh it with; `NotNow` if the provider could not
    /// be asked, `MustReconnect` if it has refused for good.
    pub async fn refresh_now(
        self: &Arc<Self>,
        scope: &Scope,
        name: &str,
        by: &Actor,
    ) -> Result<Connection, VaultError> {
        let connection = self.find(scope, name)?;
        let token = connection.token.as_ref().filter(|token| token.refreshable);
        let Some(token) = token else {
            return Err(VaultError::NotRefreshable);
        };
        if !connection.active {
            return Err(VaultError::Inactive);
        }
        let of = (connection.environment, connection.id);
        match self.refresh_for(of, token.version, Some(by.clone())).await {
            // Fresh; or removed, or connected again meanwhile: whatever it is now.
            Outcome::Fresh | Outcome::Gone => self.find(scope, name),
            Outcome::Failed { reason } => Err(VaultError::MustReconnect { reason }),
            Outcome::Later { reason, at } => Err(VaultError::NotNow {
                reason,
                seconds: at.since(self.clock.now()).as_secs().max(1),
            }),
        }
    }

    /// Refreshes what is due, soonest first.
    pub async fn refresh_due(self: &Arc<Self>) -> Result<(), StoreError> {
        use futures_util::StreamExt as _;
        let now = self.clock.now();
        let mut due = Vec::new();
        for environment in Environment::ALL {
            let scope = environment.as_str();
            for id in self.records.by_due.scan(scope, &[], 1, 0, AT_ONCE)? {
                // One record that cannot be read keeps nobody else's token from being refreshed.
                let Ok(Some(connection)) = self.records.connections.get(scope, &id) else {
                    continue;
                };
                // They stand in order: the first that is not due ends it.
                if connection.due_at().is_none_or(|due| due > now) {
                    break;
                }
                let key = (environment, connection.id);
                if self.refreshing.under_way(key).is_none() {
                    let version = connection.token.map_or(0, |token| token.version);
                    due.push((key, version));
                }
            }
        }
        let all = futures_util::stream::iter(due).for_each_concurrent(
            SIDE_BY_SIDE,
            async |(key, seen)| {
                if !self.refreshing.is_closing() {
                    self.refresh(key, seen).await;
                }
            },
        );
        // Providers that do not answer keep nobody else waiting: their refreshes go on by
        // themselves, and the next pass begins with the others.
        let _ = tokio::time::timeout(PASS, all).await;
        Ok(())
    }
}

fn later(reason: &str, at: Timestamp, now: Timestamp) -> VaultError {
    VaultError::TryLater {
        reason: reason.to_owned(),
        seconds: at.since(now).as_secs().max(1),
    }
}

fn need(token: &TokenState, end: Option<Timestamp>, now: Timestamp) -> Need {
    let (Some(end), Some(due)) = (end, token.due_at) else {
        return Need::Nothing;
    };
    let has_ended = end <= now;
    match (due <= now, has_ended) {
        (false, false) => Need::Nothing,
        (false, true) => Need::Wait(due),
        (true, true) => Need::Now,
        (true, false) if !token.refreshable => Need::Nothing,
        (true, false) if end.since(now) > COMFORTABLE => Need::Soon,
        // Close to its end, and it failed before: use it while it lasts.
        (true, false) if token.failures > 0 => Need::Soon,
        (true, false) => Need::Now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(NOW.micros() + seconds * 1_000_000)
    }

    #[test]
    fn a_token_is_used_while_it_lasts_and_renewed_in_time() {
        for (due, end, failures, expected) in [
            (Some(100), Some(200), 0, Need::Nothing),
            (None, None, 0, Need::Nothing),
            (Some(-1), Some(200), 0, Need::Soon),
            (Some(-1), Some(20), 0, Need::Now),
            (Some(-1), Some(20), 3, Need::Soon),
            (Some(-20), Some(-1), 0, Need::Now),
            (Some(-20), Some(-1), 3, Need::Now),
            (Some(30), Some(-1), 3, Need::Wait(at(30))),
            (Some(30), Some(10), 3, Need::Nothing),
        ] {
            let token = TokenState {
                version: 1,
                refreshable: true,
                due_at: due.map(at),
                failures,
                scopes: Vec::new(),
            };
            let found = need(&token, end.map(at), NOW);
            assert_eq!(found, expected, "{due:?} {end:?} {failures}");
        }
    }
}
