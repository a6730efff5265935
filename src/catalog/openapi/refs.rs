//! References: where they lead, within a document and to others.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use percent_encoding::percent_decode_str;
use url::Url;

use super::schema::Schemas;
use super::tree::{self, Node};
use super::{Options, Refusal};

/// Gives the bytes of another document, or a sentence.
pub type Load<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

/// A longer reference leads nowhere, in bytes.
const MAX_REFERENCE: usize = 2_000;
/// How many references may lead to each other.
const MAX_HOPS: usize = 16;
/// How many other documents one may need.
const MAX_DOCUMENTS: usize = 200;
/// How many values may be looked at, for one document.
const MAX_STEPS: u64 = 30_000_000;

/// After how many steps bodies are no longer told in full. The largest document that is known, of 47 MB,
/// takes 1.2 million.
const MANY_STEPS: u64 = 3_000_000;
/// How many fields of bodies one document may tell in full.
const MANY_FIELDS: usize = 600_000;

/// A document, and those that it refers to.
pub struct Documents {
    /// The first is the one that was asked for.
    trees: Vec<Node>,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
}

impl Documents {
    /// Reads a document and, if there is a way to, the others.
    pub fn read(bytes: &[u8], options: &Options<'_>) -> Result<Self, Refusal> {
        let root = tree::parse(bytes)?;
        let mut documents = Self {
            trees: vec![root],
            names: vec![options.origin.to_owned()],
            by_name: HashMap::from([(options.origin.to_owned(), 0)]),
        };
        if let Some(load) = options.load {
            documents.load_others(load, bytes.len())?;
        }
        Ok(documents)
    }

    fn load_others(&mut self, load: &Load<'_>, mut total: usize) -> Result<(), Refusal> {
        let mut next = 0;
        while let (Some(tree), Some(base)) = (self.trees.get(next), self.names.get(next)) {
            let mut wanted = BTreeSet::new();
            collect(tree, base, &mut wanted);
            for name in wanted {
                if self.by_name.contains_key(&name) {
                    continue;
                }
                let refused = |why: &str| Refusal::new(&name, why);
                if self.trees.len() > MAX_DOCUMENTS {
                    return Err(refused("the document needs too many others"));
                }
                let bytes = load(&name).map_err(|why| refused(&why))?;
                total += bytes.len();
                if total > tree::MAX_BYTES {
                    return Err(refused(
                        "with this one, the documents are larger than 64 MB",
                    ));
                }
                let tree = tree::parse(&bytes).map_err(|refusal| refused(&refusal.to_string()))?;
                self.by_name.insert(name.clone(), self.trees.len());
                self.names.push(name);
                self.trees.push(tree);
            }
            next += 1;
        }
        Ok(())
    }
}

/// The names of the other documents that `node` refers to, each once however often it does.
fn collect(node: &Node, base: &str, into: &mut BTreeSet<String>) {
    if let Some(file) = node.text_of("$ref").and_then(file_of) {
        into.insert(join(base, file));
    }
    node.entries()
        .for_each(|(_, value)| collect(value, base, into));
    node.items()
        .iter()
        .for_each(|value| collect(value, base, into));
}

/// The part of a reference before its `#`, if it leads to another document.
fn file_of(reference: &str) -> Option<&str> {
    let file = reference.split('#').next().unwrap_or_default();
    (!file.is_empty() && reference.len() <= MAX_REFERENCE).then_some(file)
}

/// The name of the document that `file` means, seen from the one called `base`: an absolute URL, or
/// a path in which every `..` that has something to go back from is resolved.
pub fn join(base: &str, file: &str) -> String {
    if let Ok(url) = Url::parse(file) {
        return url.to_string();
    }
    if let Ok(url) = Url::parse(base).and_then(|base| base.join(file)) {
        return url.to_string();
    }
    let file = percent_decode_str(file).decode_utf8_lossy();
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(file.split('/')) {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            "" if !parts.is_empty() || folder.is_empty() => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A value, and the document that it stands in.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The value.
    pub node: &'a Node,
    document: usize,
}

impl<'a> At<'a> {
    fn of(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    /// The value of `name`.
    pub fn get(self, name: &str) -> Option<Self> {
        self.node.get(name).map(|node| self.of(node))
    }

    /// The names and values.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (&'a Rc<str>, Self)> {
        self.node
            .entries()
            .map(move |(name, node)| (name, self.of(node)))
    }

    /// The values of a list.
    pub fn items(self) -> impl Iterator<Item = Self> {
        self.node.items().iter().map(move |node| self.of(node))
    }
}

/// Follows references, and counts what it looks at.
pub struct Reader<'a> {
    documents: &'a Documents,
    steps: Cell<u64>,
    fields: Cell<usize>,
    refused: RefCell<Option<Refusal>>,
    /// What was read already.
    pub schemas: Schemas<'a>,
}

impl<'a> Reader<'a> {
    /// A reader that has done nothing yet.
    pub fn new(documents: &'a Documents) -> Self {
        Self {
            documents,
            steps: Cell::new(0),
            fields: Cell::new(0),
            refused: RefCell::new(None),
            schemas: Schemas::default(),
        }
    }

    /// The document itself.
    pub fn root(&self) -> At<'a> {
        At {
            node: self
                .documents
                .trees
                .first()
                .expect("there is always the document that was asked for"),
            document: 0,
        }
    }

    /// Counts a step; `false` once there were too many.
    pub fn step(&self) -> bool {
        self.steps(1)
    }

    /// Counts several.
    pub fn steps(&self, count: u64) -> bool {
        let steps = self.steps.get().saturating_add(count);
        self.steps.set(steps);
        if steps >= MAX_STEPS {
            self.refuse("", "reading the document takes too many steps");
        }
        steps < MAX_STEPS
    }

    /// How many steps were counted.
    #[cfg(test)]
    pub fn taken(&self) -> u64 {
        self.steps.get()
    }

    /// Counts fields that are told; `false` once there are so many that bodies had better be short.
    pub fn tell(&self, fields: usize) -> bool {
        let told = self.fields.get() + fields;
        self.fields.set(told);
        told < MANY_FIELDS && self.steps.get() < MANY_STEPS
    }

    /// What came up while reading that makes the whole document unusable.
    pub fn refusal(&self) -> Option<Refusal> {
        self.refused.borrow().clone()
    }

    fn refuse(&self, place: &str, why: &str) {
        let mut refused = self.refused.borrow_mut();
        refused.get_or_insert_with(|| Refusal::new(place, why));
    }

    /// The value that `at` is, or refers to.
    ///
    /// # Errors
    /// A sentence: the reference leads nowhere, or in a circle.
    pub fn resolve(&self, at: At<'a>) -> Result<At<'a>, String> {
        let mut here = at;
        for _ in 0..MAX_HOPS {
            let Some(reference) = here.node.text_of("$ref") else {
                return Ok(here);
            };
            here = self.follow(here, reference)?;
        }
        Err("references lead in a circle".to_owned())
    }

    fn follow(&self, from: At<'a>, reference: &str) -> Result<At<'a>, String> {
        let nowhere = || format!("the reference `{}` leads nowhere", shortened(reference));
        if reference.len() > MAX_REFERENCE {
            return Err(nowhere());
        }
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if file.is_empty() {
            from.document
        } else {
            self.other(from, file).ok_or_else(nowhere)?
        };
        let node = self.documents.trees.get(document).ok_or_else(nowhere)?;
        let mut here = At { node, document };
        for part in pointer.split('/').skip(1) {
            if !self.step() {
                return Err(nowhere());
            }
            let part = percent_decode_str(part).decode_utf8_lossy();
            let name = part.replace("~1", "/").replace("~0", "~");
            let item = || {
                let place: usize = name.parse().ok()?;
                here.node.items().get(place).map(|node| here.of(node))
            };
            here = here.get(&name).or_else(item).ok_or_else(nowhere)?;
        }
        Ok(here)
    }

    fn other(&self, from: At<'a>, file: &str) -> Option<usize> {
        let base = self.documents.names.get(from.document)?;
        let found = self.documents.by_name.get(&join(base, file)).copied();
        if found.is_none() {
            let why = format!(
                "the document refers to another, `{}`, which is read only if asked for",
                shortened(file)
            );
            self.refuse("", &why);
        }
        found
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(120).collect()
}

/// `name` as a part of a JSON pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_is_referred_to_very_often_is_wanted_once() {
        let parts = vec![r#"{"$ref":"other.json#/a"}"#; 1_000].join(",");
        let tree = tree::parse(format!(r#"{{"allOf":[{parts}]}}"#).as_bytes()).unwrap();
        let mut wanted = BTreeSet::new();
        collect(&tree, "folder/this.json", &mut wanted);
        assert_eq!(Vec::from_iter(wanted), ["folder/other.json"]);
    }
}
