//! Events in, events out: what happened, kept apart from what is.

mod audit;
mod usage;

pub use audit::{Audit, AuditFilter, Broken, Deed, Entry, Head, Object, Record};
pub use usage::Usage;
