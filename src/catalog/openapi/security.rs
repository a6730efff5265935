//! How requests carry credentials.

use std::collections::BTreeSet;

use super::refs::{At, Reader};
use super::told::is_told;
use super::tree::Node;

/// An action with more scopes than this tells none.
const MAX_SCOPES: usize = 12;

/// A way to carry a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// What the document calls it.
    pub name: String,
    /// What it is.
    pub kind: SchemeKind,
}

/// What a [`Scheme`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    /// A key in a header of this name.
    Header(String),
    /// A key in a query parameter of this name.
    Query(String),
    /// HTTP Basic.
    Basic,
    /// A token in `Authorization: Bearer`.
    Bearer,
    /// OAuth 2.
    OAuth2(Flow),
    /// Something that a descriptor cannot say; a sentence.
    Other(String),
}

/// A flow of OAuth 2: that with a code, or the next best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its word in OpenAPI 3: `authorizationCode`, `implicit`, `clientCredentials`, `password`.
    pub name: &'static str,
    /// Where a person signs in.
    pub authorize_url: Option<String>,
    /// Where tokens are come by.
    pub token_url: Option<String>,
    /// Where they are refreshed.
    pub refresh_url: Option<String>,
    /// The scopes.
    pub scopes: Vec<String>,
}

/// The flows, the best first, as OpenAPI 3 and Swagger 2 call them.
const FLOWS: [(&str, &str); 4] = [
    ("authorizationCode", "accessCode"),
    ("clientCredentials", "application"),
    ("implicit", "implicit"),
    ("password", "password"),
];

/// The schemes of a document: those that it asks for by default, then the others.
pub fn schemes(reader: &Reader<'_>) -> Vec<Scheme> {
    let root = reader.root();
    let written = root
        .get("components")
        .and_then(|components| components.get("securitySchemes"))
        .or_else(|| root.get("securityDefinitions"));
    let asked: Vec<&str> = root
        .get("security")
        .into_iter()
        .flat_map(At::items)
        .flat_map(At::entries)
        .map(|(name, _)| name.as_ref())
        .collect();
    let mut schemes: Vec<Scheme> = written
        .into_iter()
        .flat_map(At::entries)
        .take(40)
        .filter_map(|(name, at)| {
            let kind = kind(reader.resolve(at).ok()?.node);
            let name = name.to_string();
            Some(Scheme { name, kind })
        })
        .collect();
    schemes.sort_by_key(|scheme| !asked.contains(&scheme.name.as_str()));
    schemes
}

/// The names of query parameters and headers that carry a credential.
pub fn parameters(reader: &Reader<'_>) -> BTreeSet<String> {
    let names = schemes(reader)
        .into_iter()
        .filter_map(|scheme| match scheme.kind {
            SchemeKind::Header(name) | SchemeKind::Query(name) => Some(name),
            _ => None,
        });
    names.collect()
}

/// The names of schemes that are needed together, for each way that the document offers.
pub fn together(reader: &Reader<'_>) -> Vec<Vec<String>> {
    let ways = reader
        .root()
        .get("security")
        .into_iter()
        .flat_map(At::items);
    let names = |way: At<'_>| {
        way.entries()
            .take(10)
            .map(|(name, _)| name.to_string())
            .collect()
    };
    ways.take(20).map(names).collect()
}

fn kind(node: &Node) -> SchemeKind {
    let text = |name| node.text_of(name).unwrap_or_default();
    let other = |what: &str| SchemeKind::Other(format!("{what} is not supported"));
    match text("type") {
        "basic" => SchemeKind::Basic,
        "http" => match text("scheme").to_ascii_lowercase().as_str() {
            "basic" => SchemeKind::Basic,
            "bearer" => SchemeKind::Bearer,
            scheme => other(&format!("HTTP {scheme}")),
        },
        "apiKey" => match text("in") {
            "header" => SchemeKind::Header(text("name").trim().to_owned()),
            "query" => SchemeKind::Query(text("name").trim().to_owned()),
            place => other(&format!("a key in a {place}")),
        },
        "oauth2" => flow(node).map_or_else(|| other("OAuth 2 without a flow"), SchemeKind::OAuth2),
        kind => other(kind),
    }
}

fn flow(node: &Node) -> Option<Flow> {
    let (name, at) = FLOWS.iter().find_map(|(name, old)| {
        let new = node.get("flows").and_then(|flows| flows.get(name));
        let is_old = node.text_of("flow") == Some(old);
        Some((*name, new.or_else(|| is_old.then_some(node))?))
    })?;
    let url = |name| at.text_of(name).map(str::to_owned);
    let scopes = at.get("scopes").into_iter().flat_map(Node::entries);
    Some(Flow {
        name,
        authorize_url: url("authorizationUrl"),
        token_url: url("tokenUrl"),
        refresh_url: url("refreshUrl"),
        scopes: scopes
            .take(400)
            .map(|(name, _)| name.to_string())
            .filter(|name| is_told(name))
            .collect(),
    })
}

/// The OAuth scopes of which an operation needs one; none if there are too many to be of use.
pub fn scopes<'a>(reader: &Reader<'a>, operation: At<'a>) -> Vec<String> {
    let asked = operation
        .get("security")
        .or_else(|| reader.root().get("security"));
    let mut scopes = BTreeSet::new();
    let ways = asked.into_iter().flat_map(At::items);
    for (_, list) in ways.take_while(|_| reader.step()).flat_map(At::entries) {
        if !reader.step() {
            return Vec::new();
        }
        for scope in list.node.items().iter().filter_map(Node::text) {
            if !reader.step() || scopes.len() > MAX_SCOPES {
                return Vec::new();
            }
            scopes.insert(scope.trim());
        }
    }
    if scopes.len() > MAX_SCOPES {
        return Vec::new();
    }
    scopes
        .into_iter()
        .map(str::to_owned)
        .filter(|scope| !scope.is_empty() && is_told(scope))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::super::Options;
    use super::super::refs::Documents;
    use super::*;

    #[test]
    fn each_way_to_be_allowed_costs_a_step() {
        let ways: Map<String, Value> = (0..500).map(|n| (format!("k{n}"), json!([]))).collect();
        let text = json!({ "security": [ways] }).to_string();
        let documents = Documents::read(text.as_bytes(), &Options::default()).unwrap();
        let reader = Reader::new(&documents);
        assert_eq!(scopes(&reader, reader.root()), Vec::<String>::new());
        assert!(reader.taken() >= 500);
    }
}
