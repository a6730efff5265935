//! One module, read: what it imports, what it exports, and the rest.
//!
//! Knows no more of JavaScript than what our own modules are written in: imports of names from files
//! that are named relatively, exports in front of what they export, and no circles. What else there is,
//! is a [`Mistake`], which a test meets and no visitor.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What keeps modules from being composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// A file that is imported is not there.
    #[error("{by} imports {path}, which is not there")]
    Missing { by: String, path: String },
    /// A name is imported that the file does not export.
    #[error("{by} imports {name}, which {path} does not export")]
    NoExport {
        by: String,
        path: String,
        name: String,
    },
    /// A module imports itself by way of others.
    #[error("{0} imports itself by way of others")]
    Circle(String),
    /// A script that begins by itself cannot be part of another.
    #[error("{by} imports {path}, which the page itself names last")]
    Last { by: String, path: String },
    /// Only the script that comes last may wait for something before all else goes on.
    #[error("{path}: `{line}` waits outside of a function")]
    Await { path: String, line: String },
    /// Where its templates end is not known, and so not what is a statement.
    #[error("{0} has an odd number of backticks; \\x60 stands for one")]
    Backticks(String),
    /// A statement in a form that is not known here.
    #[error("{path}: `{line}` is in a form that is not known")]
    Form { path: String, line: String },
}

/// A module's text without its imports and exports, and what these were.
pub struct Module {
    pub imports: Vec<Import>,
    /// Folders any file of which may be imported later.
    pub folders: Vec<String>,
    /// The files in them.
    pub later: Vec<String>,
    pub exports: Vec<Renamed>,
    /// The first line with an `await` that is in no function.
    pub awaits: Option<String>,
    pub body: String,
}

pub struct Import {
    pub from: String,
    pub names: Vec<Renamed>,
}

/// A name, and what it is called on the other side.
pub struct Renamed {
    pub exported: String,
    pub local: String,
}

impl Renamed {
    /// As in an object that holds it: `exported: local`.
    fn written(&self) -> String {
        match self.exported == self.local {
            true => self.local.clone(),
            false => format!("{}: {}", self.exported, self.local),
        }
    }
}

fn written(names: &[Renamed]) -> String {
    let names: Vec<String> = names.iter().map(Renamed::written).collect();
    names.join(", ")
}

impl Module {
    /// What gives the module what it imports.
    pub fn heads(&self) -> String {
        let heads = self.imports.iter().map(|import| match import {
            Import { from, names } if names.is_empty() => format!("$use('{from}');\n"),
            Import { from, names } => {
                format!("const {{ {} }} = $use('{from}');\n", written(names))
            }
        });
        heads.collect()
    }

    /// What it gives to others.
    pub fn returned(&self) -> String {
        written(&self.exports)
    }
}

/// The patterns are constant, and each is used by the tests of [`super::script`].
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

static IMPORT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^import (?:\{([^}]*)\} from )?'(\.[^']*)';[ \t]*\n?"));
static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^export (default )?((?:async )?function\*?|class|const|let) ([A-Za-z_$][\w$]*)")
});
static LISTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^export \{([^}]*)\};?[ \t]*\n?"));
static AWAIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:await |(?:const|let) [^=]+ = await )"));
static COMMENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:\*|//|/\*)"));
static LATER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bimport\(`(\./(?:[\w-]+/)+)\$\{"));

/// Reads the text of `path`.
pub fn parse(path: &str, text: &str) -> Result<Module, Mistake> {
    let mut module = Module {
        imports: Vec::new(),
        folders: Vec::new(),
        later: Vec::new(),
        exports: Vec::new(),
        awaits: None,
        body: String::with_capacity(text.len()),
    };
    let mut rest = text;
    let mut in_template = false;
    while !rest.is_empty() {
        let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(line_end);
        let is_statement = line.starts_with("import ") || line.starts_with("export ");
        rest = match is_statement && !in_template {
            true => take_statement(path, rest, &mut module)?,
            false => {
                // What is written for others to copy is in templates, and has imports of its own.
                in_template ^= line.matches('`').count() % 2 == 1;
                module.body.push_str(line);
                after
            }
        };
    }
    if in_template {
        return Err(Mistake::Backticks(path.to_owned()));
    }
    module.awaits = lines_outside(&module.body)
        .find(|line| AWAIT.is_match(line))
        .map(str::to_owned);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    module.folders = LATER
        .captures_iter(&module.body)
        .filter_map(|found| Some(beside(path, found.get(1)?.as_str())))
        .collect();
    let unknown = |line: &&str| line.contains("import(") && !LATER.is_match(line);
    let mut code = module.body.lines().filter(|line| !COMMENT.is_match(line));
    if let Some(line) = code.find(unknown) {
        return Err(Mistake::Form {
            path: path.to_owned(),
            line: line.trim().to_owned(),
        });
    }
    let body = module
        .body
        .replace("import(", &format!("$import('{folder}/', "));
    module.body = body.replace("import.meta.url", &format!("$url('{path}')"));
    Ok(module)
}

/// The lines that begin outside of a template.
fn lines_outside(text: &str) -> impl Iterator<Item = &str> {
    let mut in_template = false;
    text.lines().filter(move |line| {
        let begins_outside = !in_template;
        in_template ^= line.matches('`').count() % 2 == 1;
        begins_outside
    })
}

/// Reads the import or export that `text` begins with, and gives what comes after it.
fn take_statement<'a>(path: &str, text: &'a str, module: &mut Module) -> Result<&'a str, Mistake> {
    let group =
        |found: &Captures<'_>, at| found.get(at).map_or("", |group| group.as_str()).to_owned();
    if let Some(found) = IMPORT.captures(text) {
        module.imports.push(Import {
            names: names(&group(&found, 1), false),
            from: beside(path, &group(&found, 2)),
        });
        return Ok(after(text, &found));
    }
    if let Some(found) = LISTED.captures(text) {
        module.exports.extend(names(&group(&found, 1), true));
        return Ok(after(text, &found));
    }
    if let Some(found) = DECLARED.captures(text) {
        let (kind, local) = (group(&found, 2), group(&found, 3));
        module.body.push_str(&format!("{kind} {local}"));
        module.exports.push(Renamed {
            exported: match found.get(1) {
                Some(_) => "default".to_owned(),
                None => local.clone(),
            },
            local,
        });
        // The rest of the line is looked at like any other: a template may begin in it.
        return Ok(after(text, &found));
    }
    Err(Mistake::Form {
        path: path.to_owned(),
        line: text.lines().next().unwrap_or_default().to_owned(),
    })
}

fn after<'a>(text: &'a str, found: &Captures<'_>) -> &'a str {
    let end = found.get(0).map_or(0, |whole| whole.end());
    text.get(end..).unwrap_or_default()
}

/// `a, b as c`: of an import `b` is what it is exported as, of an export what it is here.
fn names(list: &str, is_export: bool) -> Vec<Renamed> {
    let each = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let renamed = each.map(|name| {
        let (first, second) = name.split_once(" as ").unwrap_or((name, name));
        let (exported, local) = match is_export {
            true => (second, first),
            false => (first, second),
        };
        Renamed {
            exported: exported.trim().to_owned(),
            local: local.trim().to_owned(),
        }
    });
    renamed.collect()
}

/// The path that a file means by a relative one.
fn beside(path: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
