//! What a handler may ask for: its authority, its body, its query. It is all in the signature.

mod body;
mod callers;
mod people;
pub(super) mod session;

pub use body::{Json, JsonLimit};
pub(super) use callers::admit_key;
pub use callers::{Administrator, Caller, Holder, Operator, Overseer, ViaControlSocket};
pub use people::{Account, Admin, Asker, Manager, Member, Who};
