//! One script of many modules, so that a page is one request and not one a module.
//!
//! Knows no more of JavaScript than what our own modules are written in: imports of names from files
//! that are named relatively, exports in front of what they export, and no circles. What else there is,
//! is a [`Mistake`], which a test meets and no visitor.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Where the modules are.
pub trait Source {
    /// The text of a file: `kit/button.js`.
    fn read(&self, path: &str) -> Option<String>;
    /// The files below a folder (`admin/pages/`), by their whole paths.
    fn list(&self, folder: &str) -> Vec<String>;
}

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
    /// Where its templates end is not known, and so not what is a statement.
    #[error("{0} has an odd number of backticks; \\x60 stands for one")]
    Backticks(String),
    /// A statement in a form that is not known here.
    #[error("{path}: `{line}` is in a form that is not known")]
    Form { path: String, line: String },
}

/// A module's text without its imports and exports, and what these were.
struct Module {
    imports: Vec<Import>,
    /// Folders any file of which may be imported later.
    later: Vec<String>,
    exports: Vec<Renamed>,
    body: String,
}

struct Import {
    from: String,
    names: Vec<Renamed>,
}

/// A name, and what it is called on the other side.
struct Renamed {
    exported: String,
    local: String,
}

/// `entry` and all that it imports, as one module for `/assets/bundles/`.
///
/// Each module becomes a function that is called once, when somebody first wants what it exports, so that
/// pages that nobody visits cost no more than their characters.
pub fn compose(entry: &str, source: &dyn Source) -> Result<String, Mistake> {
    let mut modules = BTreeMap::new();
    gather(entry, entry, source, &mut Vec::new(), &mut modules)?;
    check(&modules)?;
    let mut script = String::from(BEGINNING);
    for (path, module) in modules.iter().filter(|(path, _)| *path != entry) {
        let _ = write!(
            script,
            "'{path}': () => {{\n{}{}",
            heads(module),
            module.body
        );
        let _ = writeln!(script, "\nreturn {{ {} }};\n}},", returned(&module.exports));
    }
    script.push_str(MIDDLE);
    if let Some(module) = modules.get(entry) {
        script.push_str(&heads(module));
        script.push_str(&module.body);
    }
    Ok(script)
}

const BEGINNING: &str = "\
const $assets = new URL('../', import.meta.url);
const $url = (path) => new URL(path, $assets).href;
const $made = {};
const $use = (path) => ($made[path] ??= $modules[path]());
const $import = async (folder, path) => $use(new URL(path, `https://x/${folder}`).pathname.slice(1));
const $modules = {
";
const MIDDLE: &str = "};\n";

fn gather(
    path: &str,
    by: &str,
    source: &dyn Source,
    above: &mut Vec<String>,
    modules: &mut BTreeMap<String, Module>,
) -> Result<(), Mistake> {
    if above.iter().any(|each| each == path) {
        return Err(Mistake::Circle(path.to_owned()));
    }
    if modules.contains_key(path) {
        return Ok(());
    }
    let text = source.read(path).ok_or_else(|| Mistake::Missing {
        by: by.to_owned(),
        path: path.to_owned(),
    })?;
    let module = parse(path, &text)?;
    above.push(path.to_owned());
    for import in &module.imports {
        gather(&import.from, path, source, above, modules)?;
    }
    above.pop();
    let later = module.later.iter().flat_map(|folder| source.list(folder));
    let later: Vec<String> = later.collect();
    modules.insert(path.to_owned(), module);
    // These come when all else is there: they may import whoever names them.
    for each in later {
        gather(&each, path, source, &mut Vec::new(), modules)?;
    }
    Ok(())
}

/// Whether all that is imported is exported.
fn check(modules: &BTreeMap<String, Module>) -> Result<(), Mistake> {
    for (by, module) in modules {
        for import in &module.imports {
            let exports = modules.get(&import.from).map(|from| &from.exports);
            let has = |name: &str| {
                exports.is_some_and(|all| all.iter().any(|export| export.exported == name))
            };
            if let Some(name) = import.names.iter().find(|name| !has(&name.exported)) {
                return Err(Mistake::NoExport {
                    by: by.clone(),
                    path: import.from.clone(),
                    name: name.exported.clone(),
                });
            }
        }
    }
    Ok(())
}

/// The patterns are constant, and each is used by the tests below.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

static IMPORT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^import (?:\{([^}]*)\} from )?'(\.[^']*)';[ \t]*\n?"));
static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^export (default )?((?:async )?function\*?|class|const|let) ([A-Za-z_$][\w$]*)")
});
static LISTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^export \{([^}]*)\};?[ \t]*\n?"));
static LATER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bimport\(`(\./(?:[\w-]+/)+)\$\{"));

fn parse(path: &str, text: &str) -> Result<Module, Mistake> {
    let mut module = Module {
        imports: Vec::new(),
        later: Vec::new(),
        exports: Vec::new(),
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
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let later = LATER.captures_iter(&module.body);
    module.later = later
        .filter_map(|found| Some(beside(path, found.get(1)?.as_str())))
        .collect();
    let body = module
        .body
        .replace("import(", &format!("$import('{folder}/', "));
    module.body = body.replace("import.meta.url", &format!("$url('{path}')"));
    Ok(module)
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

fn heads(module: &Module) -> String {
    let heads = module.imports.iter().map(|import| {
        let names = import
            .names
            .iter()
            .map(|name| match name.exported == name.local {
                true => name.local.clone(),
                false => format!("{}: {}", name.exported, name.local),
            });
        let names: Vec<String> = names.collect();
        match names.as_slice() {
            [] => format!("$use('{}');\n", import.from),
            names => format!(
                "const {{ {} }} = $use('{}');\n",
                names.join(", "),
                import.from
            ),
        }
    });
    heads.collect()
}

fn returned(exports: &[Renamed]) -> String {
    let each = exports
        .iter()
        .map(|export| match export.exported == export.local {
            true => export.local.clone(),
            false => format!("{}: {}", export.exported, export.local),
        });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Files(&'static [(&'static str, &'static str)]);

    impl Source for Files {
        fn read(&self, path: &str) -> Option<String> {
            let found = self.0.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| (*text).to_owned())
        }

        fn list(&self, folder: &str) -> Vec<String> {
            let names = self.0.iter().map(|(name, _)| (*name).to_owned());
            names.filter(|name| name.starts_with(folder)).collect()
        }
    }

    fn composed(files: &'static [(&'static str, &'static str)]) -> Result<String, Mistake> {
        compose("app/main.js", &Files(files))
    }

    #[test]
    fn modules_become_functions_that_give_what_they_export() {
        let script = composed(&[
            (
                "app/main.js",
                "import { a, b as c } from '../kit/ab.js';\nawait a(c);\n",
            ),
            (
                "kit/ab.js",
                "import '../kit/first.js';\nexport const a = 1, z = 2;\nfunction b() {}\nexport { b };\nexport default function page() {}\n",
            ),
            ("kit/first.js", "export class First {}\n"),
        ])
        .unwrap();
        let (before, after) = script.split_once("const $modules = {\n").unwrap();
        assert!(before.starts_with("const $assets"));
        let expected = "\
'kit/ab.js': () => {
$use('kit/first.js');
const a = 1, z = 2;
function b() {}
function page() {}

return { a, b, default: page };
},
'kit/first.js': () => {
class First {}

return { First };
},
};
const { a, b: c } = $use('kit/ab.js');
await a(c);
";
        assert_eq!(after, expected);
    }

    #[test]
    fn code_for_others_to_copy_is_left_alone() {
        let sample = "export const sample = `\nimport { x } from './x.js';\nexport default x;\n`;\nexport const more = 1;\n";
        let files: &'static [(&str, &str)] = Box::leak(Box::new([
            (
                "app/main.js",
                "import { sample, more } from './sample.js';\n",
            ),
            ("app/sample.js", sample),
        ]));
        let script = composed(files).unwrap();
        assert!(script.contains("const sample = `\nimport { x } from './x.js';\nexport default x;\n`;\nconst more = 1;\n"), "{script}");
        assert!(script.contains("return { sample, more };"), "{script}");
    }

    #[test]
    fn what_is_imported_later_is_there_and_files_know_where_they_are() {
        let script = composed(&[
            (
                "app/main.js",
                "export const load = (name) => import(`./pages/${name}.js`);\nexport const here = import.meta.url;\n",
            ),
            (
                "app/pages/one.js",
                "import { t } from '../t.js';\nexport default function One() { return t; }\n",
            ),
            ("app/t.js", "export const t = 1;\n"),
        ])
        .unwrap();
        for expected in [
            "'app/pages/one.js': () => {",
            "'app/t.js': () => {",
            "$import('app/', `./pages/${name}.js`)",
            "$url('app/main.js')",
        ] {
            assert!(script.contains(expected), "{expected}: {script}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let cases: [(&'static [(&str, &str)], &str); 6] = [
            (
                &[("app/main.js", "import { a } from './a.js';\n")],
                "app/main.js imports app/a.js, which is not there",
            ),
            (
                &[
                    ("app/main.js", "import { b } from './a.js';\n"),
                    ("app/a.js", "export const a = 1;\n"),
                ],
                "app/main.js imports b, which app/a.js does not export",
            ),
            (
                &[
                    ("app/main.js", "import { a } from './a.js';\n"),
                    (
                        "app/a.js",
                        "import { b } from './b.js';\nexport const a = 1;\n",
                    ),
                    (
                        "app/b.js",
                        "import { a } from './a.js';\nexport const b = 1;\n",
                    ),
                ],
                "app/a.js imports itself by way of others",
            ),
            (
                &[("app/main.js", "import a from './a.js';\n")],
                "app/main.js: `import a from './a.js';` is in a form that is not known",
            ),
            (
                &[("app/main.js", "const mark = /`/;\nexport const a = 1;\n")],
                "app/main.js has an odd number of backticks; \\x60 stands for one",
            ),
            (
                &[("app/main.js", "export * from './a.js';\n")],
                "app/main.js: `export * from './a.js';` is in a form that is not known",
            ),
        ];
        for (files, expected) in cases {
            assert_eq!(composed(files).unwrap_err().to_string(), expected);
        }
    }
}
