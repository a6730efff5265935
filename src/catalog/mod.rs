//! What can be connected to: connectors and their actions.
//!
//! Descriptors are embedded in the program; a folder of the operator's own adds to them and
//! replaces those of the same name. A [`Catalogue`] is read through a snapshot that never
//! changes; a reload puts a new snapshot in its place.

mod compile;
mod find;
mod format;
mod generated;
mod install;
mod knowledge;
mod load;
pub mod openapi;
mod pack;
mod search;

pub use compile::action_id;
pub use install::{InstallError, put};
pub use knowledge::{example_request, knowledge};
pub use load::{Catalogue, Problem, Snapshot, check_text, schema};
pub use search::{Builder, Filter, Hit, Index, search};
