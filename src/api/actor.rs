//! Who stands behind a request, as the audit log has it.

use super::extract::{Asker, Caller};
use crate::domain::Actor;

/// Whoever called: a program by its key, or a person who is signed in.
pub fn of(caller: &Caller) -> Actor {
    match caller.key.person {
        Some(_) => Actor::member(&caller.key.id.to_string(), &caller.key.name),
        None => Actor::key(&caller.key),
    }
}

/// Whoever asks the admin API.
pub fn of_asker(asker: &Asker) -> Actor {
    asker.member().map_or_else(Actor::operator, |member| {
        Actor::member(&member.id.to_string(), &member.name)
    })
}
