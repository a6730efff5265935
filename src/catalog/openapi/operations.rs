//! From a document's paths to actions.

use std::collections::{BTreeSet, HashMap};

use super::body::{self, Body};
use super::names::{self, Keys, Unnamed};
use super::params::{Params, params};
use super::refs::{At, Reader, escaped};
use super::security;
use super::servers;
use super::told::is_plain;
use super::{Operation, Refusal, Skipped};
use crate::catalog::format::ActionDescriptor;
use crate::domain::{Method, ParamPlace, PathTemplate};

/// The methods, as a document writes them, in our order.
const METHODS: [(&str, Method); 7] = [
    ("get", Method::Get),
    ("head", Method::Head),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
    ("options", Method::Options),
];

/// Parameters about how an answer is sent, or who asks, rather than what is asked.
const TRANSPORT: [&str; 11] = [
    "$.xgafv",
    "access_token",
    "bearer_token",
    "callback",
    "key",
    "oauth_token",
    "pp",
    "prettyPrint",
    "quotaUser",
    "upload_protocol",
    "uploadType",
];

/// How many operations one document may have.
const MAX_OPERATIONS: usize = 50_000;
/// How long an operation's path may be, in bytes.
const MAX_PATH: usize = 500;
/// A longer identifier of an operation is no name, in bytes.
const MAX_ID: usize = 500;
/// How much all operations of a document may take, in bytes: many may share a long list of parameters.
const MAX_TOLD: usize = 256 << 20;

/// The operations of a document by path and method, and what was left out.
///
/// # Errors
/// What makes the whole document unusable.
pub fn operations(reader: &Reader<'_>) -> Result<(Vec<Operation>, Vec<Skipped>), Refusal> {
    let mut walk = Walk {
        reader,
        shapes: HashMap::new(),
        found: Vec::new(),
        skipped: Vec::new(),
        told: 0,
    };
    let mut paths: Vec<_> = reader
        .root()
        .get("paths")
        .into_iter()
        .flat_map(At::entries)
        .filter(|(path, _)| !path.starts_with("x-"))
        .collect();
    paths.sort_by_key(|(path, _)| *path);
    for (path, item) in paths {
        walk.path(path, item);
        if let Some(refusal) = reader.refusal() {
            return Err(refusal);
        }
        if walk.found.len() > MAX_OPERATIONS {
            let why = "the document has too many operations";
            return Err(Refusal::new("/paths", why));
        }
        if walk.told > MAX_TOLD {
            let why = "what the document's operations take is too much";
            return Err(Refusal::new("/paths", why));
        }
    }
    walk.leave_out_what_is_everywhere();
    walk.found.sort_by(|(one, _), (other, _)| {
        let key = |operation: &Operation| (operation.action.path.clone(), operation.action.method);
        key(one).cmp(&key(other))
    });
    Ok((walk.named(), walk.skipped))
}

struct Walk<'r, 'a> {
    reader: &'r Reader<'a>,
    /// Methods and paths without their variables' names, and where they stand.
    shapes: HashMap<(Method, String), String>,
    found: Vec<(Operation, Option<String>)>,
    skipped: Vec<Skipped>,
    /// How much was found, in bytes.
    told: usize,
}

impl<'a> Walk<'_, 'a> {
    fn skip(&mut self, place: String, why: &str) {
        self.skipped.push(Skipped {
            place,
            why: why.to_owned(),
        });
    }

    fn path(&mut self, path: &str, item: At<'a>) {
        let place = format!("/paths/{}", escaped(path));
        let item = match self.reader.resolve(item) {
            Ok(item) => item,
            Err(why) => return self.skip(place, &why),
        };
        let template = match template(path) {
            Ok(template) => template,
            Err(why) => return self.skip(place, &why),
        };
        for (word, method) in METHODS {
            let Some(operation) = item.get(word).filter(|at| at.node.is_map()) else {
                continue;
            };
            let place = format!("{place}/{word}");
            let shape = (method, shape(&template.path));
            if let Some(other) = self.shapes.get(&shape) {
                let why = format!("differs from {other} only in its variables' names");
                self.skip(place, &why);
                continue;
            }
            match self.operation(method, &template, (item, operation), &place) {
                Ok(operation) => {
                    self.shapes.insert(shape, place);
                    self.told += size(&operation.0.action);
                    self.found.push(operation);
                }
                Err(why) => self.skip(place, &why),
            }
        }
        if item.get("trace").is_some() {
            self.skip(format!("{place}/trace"), "TRACE is no method of actions");
        }
    }

    fn operation(
        &mut self,
        method: Method,
        template: &Template,
        (item, operation): (At<'a>, At<'a>),
        place: &str,
    ) -> Result<(Operation, Option<String>), String> {
        let reader = self.reader;
        let Params { mut params, body } = params(reader, item, operation, &template.variables)?;
        // A body that leads nowhere is left out; what is known is better than nothing.
        let of_request = body::request(reader, operation).unwrap_or_else(|why| {
            self.skip(format!("{place}/requestBody"), &why);
            Body::default()
        });
        let body = if body.params.is_empty() {
            of_request
        } else {
            body
        };
        params.extend(body.params);
        let mut known = BTreeSet::new();
        params.retain(|param| {
            param.place == ParamPlace::Path || known.insert((param.place as u8, param.name.clone()))
        });
        let action = ActionDescriptor {
            key: String::new(),
            title: String::new(),
            model: String::new(),
            method,
            path: template.path.clone(),
            tags: Vec::new(),
            summary: String::new(),
            params,
            scopes: security::scopes(reader, operation),
            request: None,
            content_type: body.content_type,
            response: None,
            answer: body::answer(reader, operation),
            aliases: Vec::new(),
        };
        let id = operation.node.text_of("operationId");
        let id = id.filter(|id| id.len() <= MAX_ID).map(str::to_owned);
        let server = servers::own(reader, operation).or_else(|| servers::own(reader, item));
        let deprecated = operation.node.is("deprecated");
        let operation = Operation {
            action,
            server,
            deprecated,
        };
        Ok((operation, id))
    }

    /// Leaves out optional parameters that carry the credential, or that every operation has for
    /// the sake of its transport.
    fn leave_out_what_is_everywhere(&mut self) {
        let keys = security::parameters(self.reader);
        let mut counts: HashMap<String, usize> = HashMap::new();
        let params = self.found.iter().flat_map(|(each, _)| &each.action.params);
        for param in params.filter(|param| TRANSPORT.contains(&param.name.as_str())) {
            *counts.entry(param.name.clone()).or_default() += 1;
        }
        let most = self.found.len() / 2;
        for (operation, _) in &mut self.found {
            operation.action.params.retain(|param| {
                let everywhere = counts.get(&param.name).is_some_and(|count| *count > most);
                let is_key = match param.place {
                    ParamPlace::Query | ParamPlace::Header => keys.contains(&param.name),
                    ParamPlace::Path | ParamPlace::Body => false,
                };
                !(is_key || (everywhere && !param.required && param.place == ParamPlace::Query))
            });
        }
    }

    /// The operations with their names.
    fn named(&mut self) -> Vec<Operation> {
        let (mut operations, ids): (Vec<Operation>, Vec<Option<String>>) =
            std::mem::take(&mut self.found).into_iter().unzip();
        let unnamed = operations.iter().zip(&ids).map(|(operation, id)| Unnamed {
            id: id.as_deref(),
            method: operation.action.method,
            path: &operation.action.path,
        });
        let names = names::names(&unnamed.collect::<Vec<_>>());
        for (operation, name) in operations.iter_mut().zip(names) {
            let action = &mut operation.action;
            action.key = name.key;
            action.title = name.title;
            action.model = name.model;
            action.tags = name.tags;
            if operation.deprecated {
                action.tags.push("deprecated".to_owned());
            }
        }
        operations
    }
}

/// How much an action takes, in bytes: less than it does in memory, more than as text.
fn size(action: &ActionDescriptor) -> usize {
    let texts = |texts: &[String]| -> usize { texts.iter().map(|text| 24 + text.len()).sum() };
    let params = action
        .params
        .iter()
        .map(|param| 100 + param.name.len() + texts(&param.allowed));
    let answer = action.answer.iter().map(|field| 50 + field.name.len());
    params.chain(answer).sum::<usize>() + texts(&action.scopes) + action.path.len()
}

/// A path as we write it.
struct Template {
    path: String,
    /// Its variables, as the document calls them and as we do.
    variables: Vec<(String, String)>,
}

/// `path` with variables that a [`PathTemplate`] takes.
fn template(path: &str) -> Result<Template, String> {
    let path = path.trim();
    if path.contains('?') {
        return Err("the path has a query in it".to_owned());
    }
    if path.contains('#') {
        return Err("the path has a fragment in it, which is never sent".to_owned());
    }
    if !is_plain(path) {
        return Err("the path has characters that no path has".to_owned());
    }
    let too_long = || "the path is too long".to_owned();
    let mut ours = if path.starts_with('/') { "" } else { "/" }.to_owned();
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut free = Keys::default();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        if ours.len() > MAX_PATH {
            return Err(too_long());
        }
        let (name, behind) = after
            .split_once('}')
            .ok_or("a variable of the path is never closed")?;
        ours.push_str(before);
        let plain = free.free(&plain(name));
        ours.push_str(&format!("{{{plain}}}"));
        variables.push((name.to_owned(), plain));
        rest = behind;
    }
    ours.push_str(rest);
    if ours.len() > MAX_PATH {
        return Err(too_long());
    }
    PathTemplate::parse(&ours)?;
    Ok(Template {
        path: ours,
        variables,
    })
}

/// A variable's name in letters, digits, `_`, `.` and `-`: `{+name}`, `{id*}` and `{id:[0-9]+}` are
/// `name` and `id`.
fn plain(name: &str) -> String {
    let name = name
        .trim()
        .trim_start_matches(['+', '/', '.', ';', '$', '#']);
    let name = name.split([':', '=']).next().unwrap_or_default();
    let name = name.trim_end_matches(['*', '?', '+']);
    let plain: String = name
        .chars()
        .map(|c| {
            let fits = c.is_ascii_alphanumeric() || "_.-".contains(c);
            if fits { c } else { '_' }
        })
        .take(80)
        .collect();
    match plain.trim_matches('_') {
        "" => "value".to_owned(),
        _ => plain,
    }
}

/// `path` without its variables' names.
pub fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        shape.push_str(before);
        shape.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    shape + rest
}
