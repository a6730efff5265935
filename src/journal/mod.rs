//! Events in, events out: what happened, kept apart from what is.

mod usage;

pub use usage::Usage;
