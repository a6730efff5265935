//! The API that programs written for Pica know, one file a resource.

pub mod action;
pub mod actions;
pub mod actions_run;
pub mod approvals;
pub mod authkit;
pub mod connections;
pub mod connectors;
pub mod imports;
pub mod integrations;
pub mod older;
pub mod passthrough;
pub mod toolsets;
