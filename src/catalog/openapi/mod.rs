//! Reads the OpenAPI documents that providers publish: 3.0, 3.1 and Swagger 2.0, JSON or YAML;
//! and Google's discovery documents.
//!
//! [`read`] takes a text and gives a [`Document`]: the facts of each operation as an
//! [`ActionDescriptor`], named by our own rules (`names`), and what [`descriptor`] needs to write a
//! connector from them. Nothing here opens a file or a connection: what a document refers to
//! elsewhere comes through [`Options::load`].
//!
//! Documents are written by anyone. So the text is kept as a small tree (`tree`), references are
//! followed only where they are needed and never far (`refs`), each body gives a limited number of
//! fields (`fields`), and the whole takes a limited number of steps.
//!
//! **Why** descriptions are not read: what the catalogue says is in our words.

mod body;
mod discovery;
mod fields;
mod file;
mod names;
mod operations;
mod params;
mod refs;
mod schema;
mod security;
mod select;
mod servers;
mod told;
mod tree;
mod write;

use std::fmt;

use super::format::ActionDescriptor;
pub use file::file;
pub use refs::{Load, join};
pub use security::{Flow, Scheme, SchemeKind};
pub use select::{Choice, InvalidChoice, Known, Pick, Selected, known, select};
pub use servers::{Server, Variable};
pub use tree::MAX_BYTES;
pub use write::{Summary, Wishes, Written, descriptor};

/// How a document is read.
#[derive(Default)]
pub struct Options<'a> {
    /// Where the document was read from: a URL or a path. References are relative to it.
    pub origin: &'a str,
    /// Gives the bytes of another document by its name, made by [`join`]. Without it, references
    /// to other documents are refused.
    pub load: Option<&'a Load<'a>>,
}

/// What a document says.
#[derive(Clone, Debug)]
pub struct Document {
    /// What the API is called.
    pub title: String,
    /// The API's version.
    pub version: String,
    /// Where it is, the first one being meant.
    pub servers: Vec<Server>,
    /// How a request may carry a credential, those that the document asks for by default first.
    pub security: Vec<Scheme>,
    /// The names of those that are needed together, for each way that the document offers.
    pub together: Vec<Vec<String>>,
    /// What can be done, by path and method.
    pub operations: Vec<Operation>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its facts. The path is below [`Operation::server`].
    pub action: ActionDescriptor,
    /// Where it is, if not at the document's server.
    pub server: Option<String>,
    /// Whether the provider advises against it.
    pub deprecated: bool,
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// A JSON pointer into the document.
    pub place: String,
    /// A sentence.
    pub why: String,
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// A JSON pointer, or a line and column; empty for the whole document.
    pub place: String,
    /// A sentence.
    pub why: String,
}

impl Refusal {
    fn new(place: &str, why: &str) -> Self {
        Self {
            place: place.to_owned(),
            why: why.to_owned(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.why),
            place => write!(f, "{place}: {}", self.why),
        }
    }
}

/// Reads a document.
///
/// # Errors
/// What is wrong with it, and where: it is no OpenAPI document, too large or too deep, or refers to
/// another document that may not be read.
pub fn read(bytes: &[u8], options: &Options<'_>) -> Result<Document, Refusal> {
    let documents = refs::Documents::read(bytes, options)?;
    let reader = refs::Reader::new(&documents);
    let root = reader.root();
    let info = |name: &str| {
        let text = root.get("info").and_then(|info| info.node.get(name));
        text.and_then(tree::Node::scalar).unwrap_or_default()
    };
    check_version(&root)?;
    let (operations, skipped) = operations::operations(&reader)?;
    Ok(Document {
        title: info("title"),
        version: info("version"),
        servers: servers::servers(&reader, options.origin),
        security: security::schemes(&reader),
        together: security::together(&reader),
        operations,
        skipped,
    })
}

fn check_version(root: &refs::At<'_>) -> Result<(), Refusal> {
    let scalar = |name| root.node.get(name).and_then(tree::Node::scalar);
    let known = match (scalar("openapi"), scalar("swagger")) {
        (Some(version), _) => version.starts_with("3."),
        (None, Some(version)) => version.starts_with('2'),
        (None, None) => false,
    };
    if !known {
        let why = "the document says neither `openapi: 3.…` nor `swagger: 2.0`";
        return Err(Refusal::new("", why));
    }
    if !root.node.get("paths").is_some_and(tree::Node::is_map) {
        return Err(Refusal::new("/paths", "the document has no paths"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
