//! The connections of one worker that have no request just now.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use super::lease::Lease;
use super::limits::Limits;
use super::origin::{Origin, Reach};
use super::wire::Wire;

/// What two requests must have in common to use one connection. The reach is part of it: what
/// only the mock may reach must not be found here by somebody else.
pub(super) type Key = (Origin, Reach);

/// Connections without a request, the most recently used last.
///
/// Each is in here at most once, and leaves when it is taken or when its task ends.
pub(super) struct Pool {
    idle: RefCell<HashMap<Key, Vec<Lease>>>,
    per_origin: usize,
    idle_time: Duration,
}

impl Pool {
    pub(super) fn new(limits: &Limits) -> Rc<Self> {
        Rc::new(Self {
            idle: RefCell::default(),
            per_origin: limits.pool_per_origin,
            idle_time: limits.pool_idle,
        })
    }

    /// How long a connection may stay.
    pub(super) fn idle_time(&self) -> Duration {
        self.idle_time
    }

    /// The connection for `key` that was used last: the others may grow old and go.
    pub(super) fn take(&self, key: &Key) -> Option<Lease> {
        let mut idle = self.idle.borrow_mut();
        let leases = idle.get_mut(key)?;
        loop {
            let lease = leases.pop()?;
            if !lease.is_closed() {
                return Some(lease);
            }
        }
    }

    /// Keeps a connection that is ready for the next request.
    pub(super) fn put(&self, key: &Key, lease: Lease) {
        let mut idle = self.idle.borrow_mut();
        match idle.get_mut(key) {
            Some(leases) if leases.len() < self.per_origin => leases.push(lease),
            Some(_) => {}
            None => {
                idle.insert(key.clone(), vec![lease]);
            }
        }
    }

    /// The connection of `wire` is no more.
    pub(super) fn forget(&self, key: &Key, wire: &Rc<Wire>) {
        let mut idle = self.idle.borrow_mut();
        if let Some(leases) = idle.get_mut(key) {
            leases.retain(|lease| !lease.is_of(wire));
            if leases.is_empty() {
                idle.remove(key);
            }
        }
    }

    /// How many connections are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.idle.borrow().values().map(Vec::len).sum()
    }
}
