//! Who stands behind a request, as the audit log has it.

use super::extract::Caller;
use crate::domain::Actor;

/// Whoever called.
pub fn of(caller: &Caller) -> Actor {
    Actor::key(&caller.key)
}
