//! One script of many modules, so that a page needs a request or two and not one a module; what is imported
//! later (`import(`./pages/${name}.js`)`) is one more, when it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::module::{self, Mistake, Module};

/// Where the modules are.
pub trait Source {
    /// The text of a file: `kit/button.js`.
    fn read(&self, path: &str) -> Option<String>;
    /// The files below a folder (`admin/pages/`), by their whole paths.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// A page's scripts: one for each that the page names, and one for each file that is imported later.
///
/// What most people never visit is so not even sent to them. Each file becomes a function that is called
/// once, when somebody first wants what it exports.
pub struct Scripts {
    modules: BTreeMap<String, Module>,
    /// What the page names, in that order, and all that it needs beyond those before. The last one has
    /// what more than [`PARTS_THAT_SHARE`] parts need as well.
    entries: Vec<(String, BTreeSet<String>)>,
    /// What is imported later, and all that it needs beyond the entries.
    parts: BTreeMap<String, BTreeSet<String>>,
}

/// So many parts may bring the same file, each for itself.
const PARTS_THAT_SHARE: usize = 2;

/// `entries`, all that they import, and all that these may import later. Only the last may have an
/// `await` that is in no function.
pub fn compose(entries: &[&str], source: &dyn Source) -> Result<Scripts, Mistake> {
    let mut modules = BTreeMap::new();
    for entry in entries {
        gather(entry, entry, source, &mut Vec::new(), &mut modules)?;
    }
    check(&modules)?;
    check_entries(entries, &modules)?;
    let mut sent = BTreeSet::new();
    let mut composed: Vec<(String, BTreeSet<String>)> = Vec::new();
    for entry in entries {
        let mut needed = BTreeSet::new();
        reach(entry, &modules, &mut needed);
        needed.retain(|path| !sent.contains(path));
        sent.extend(needed.iter().cloned());
        composed.push(((*entry).to_owned(), needed));
    }
    let later: BTreeSet<&String> = modules.values().flat_map(|module| &module.later).collect();
    let mut parts = BTreeMap::new();
    for path in later {
        let mut needed = BTreeSet::new();
        reach(path, &modules, &mut needed);
        needed.retain(|path| !sent.contains(path));
        parts.insert(path.clone(), needed);
    }
    let brought_by = |path: &String| parts.values().filter(|part| part.contains(path)).count();
    let shared: BTreeSet<String> = modules
        .keys()
        .filter(|path| brought_by(path) > PARTS_THAT_SHARE)
        .cloned()
        .collect();
    for part in parts.values_mut() {
        part.retain(|path| !shared.contains(path));
    }
    if let Some((_, last)) = composed.last_mut() {
        last.extend(shared);
    }
    Ok(Scripts {
        modules,
        entries: composed,
        parts,
    })
}

/// `path` and all that it imports at once.
fn reach(path: &str, modules: &BTreeMap<String, Module>, found: &mut BTreeSet<String>) {
    if !found.insert(path.to_owned()) {
        return;
    }
    let module = modules.get(path);
    for import in module.iter().flat_map(|module| &module.imports) {
        reach(&import.from, modules, found);
    }
}

impl Scripts {
    /// The scripts as texts, which find each other beside them by the names that `name` gives to these.
    /// Gives the names of the entries.
    pub fn put<E>(
        &self,
        mut name: impl FnMut(String) -> Result<String, E>,
    ) -> Result<Vec<String>, E> {
        let mut parts = String::from("const $parts = {\n");
        for (path, files) in &self.parts {
            let name = name(format!("{PART}{}}});\n", self.functions(files)))?;
            let _ = writeln!(parts, "'{path}': './{name}',");
        }
        parts.push_str("};\n");
        let mut names: Vec<String> = Vec::new();
        for (at, (entry, files)) in self.entries.iter().enumerate() {
            let is_last = at + 1 == self.entries.len();
            let mut text = match names.first() {
                None => format!("{parts}{LOADER}"),
                Some(first) => format!("{LOADER_OF}'./{first}';\n"),
            };
            let mut files = files.clone();
            let body = match self.modules.get(entry) {
                Some(module) if is_last => {
                    files.remove(entry);
                    format!("$ready();\n{}{}", module.heads(), module.body)
                }
                _ => format!("$use('{entry}');\n"),
            };
            let _ = write!(text, "$add({{\n{}}});\n{body}", self.functions(&files));
            names.push(name(text)?);
        }
        Ok(names)
    }

    fn functions(&self, files: &BTreeSet<String>) -> String {
        let mut text = String::new();
        for (path, module) in files
            .iter()
            .filter_map(|path| self.modules.get_key_value(path))
        {
            let heads = module.heads();
            let _ = write!(text, "'{path}': () => {{\n{heads}{}", module.body);
            let _ = writeln!(text, "\nreturn {{ {} }};\n}},", module.returned());
        }
        text
    }
}

/// What the first script begins with. Two parts may bring the same file: who comes first is kept, so that
/// a file is one module. What is imported later is fetched at once, and begins when all scripts are there.
const LOADER: &str = "\
const $assets = new URL('../', import.meta.url);
const $functions = {};
const $made = {};
let $ready;
const $whole = new Promise((resolve) => ($ready = resolve));
const $add = (functions) => Object.entries(functions).forEach(([path, make]) => ($functions[path] ??= make));
const $url = (path) => new URL(path, $assets).href;
const $use = (path) => ($made[path] ??= $functions[path]());
const $import = async (folder, path) => {
  const wanted = new URL(path, `https://x/${folder}`).pathname.slice(1);
  const { default: functions } = await import($parts[wanted]);
  $add(functions($import, $url, $use));
  await $whole;
  return $use(wanted);
};
export { $add, $import, $ready, $url, $use };
";
/// The others'.
const LOADER_OF: &str = "import { $add, $import, $ready, $url, $use } from ";
const PART: &str = "export default ($import, $url, $use) => ({\n";

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
    let mut module = module::parse(path, &text)?;
    above.push(path.to_owned());
    for import in &module.imports {
        gather(&import.from, path, source, above, modules)?;
    }
    above.pop();
    let later = module.folders.iter().flat_map(|folder| source.list(folder));
    module.later = later.collect();
    let later = module.later.clone();
    modules.insert(path.to_owned(), module);
    // These come when all else is there: they may import whoever names them.
    for each in later {
        gather(&each, path, source, &mut Vec::new(), modules)?;
    }
    Ok(())
}

/// Whether the last entry alone waits, and is imported by nobody.
fn check_entries(entries: &[&str], modules: &BTreeMap<String, Module>) -> Result<(), Mistake> {
    let last = entries.last().copied().unwrap_or_default();
    for (path, module) in modules {
        if module.imports.iter().any(|import| import.from == last) {
            return Err(Mistake::Last {
                by: path.clone(),
                path: last.to_owned(),
            });
        }
        if let Some(line) = module.awaits.as_ref().filter(|_| path != last) {
            return Err(Mistake::Await {
                path: path.clone(),
                line: line.clone(),
            });
        }
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

    fn composed(files: &'static [(&'static str, &'static str)]) -> Result<Scripts, Mistake> {
        compose(&["app/main.js"], &Files(files))
    }

    /// All scripts, called `0.js` and so on as they are put.
    fn texts(scripts: &Scripts) -> Vec<String> {
        let mut texts = Vec::new();
        let put = scripts.put(|text| {
            texts.push(text);
            Ok::<_, Mistake>(format!("{}.js", texts.len() - 1))
        });
        put.unwrap();
        texts
    }

    fn main_of(files: &'static [(&'static str, &'static str)]) -> String {
        texts(&composed(files).unwrap()).pop().unwrap()
    }

    #[test]
    fn modules_become_functions_that_give_what_they_export() {
        let script = main_of(&[
            (
                "app/main.js",
                "import { a, b as c } from '../kit/ab.js';\nawait a(c);\n",
            ),
            (
                "kit/ab.js",
                "import '../kit/first.js';\nexport const a = 1, z = 2;\nfunction b() {}\nexport { b };\nexport default function page() {}\n",
            ),
            ("kit/first.js", "export class First {}\n"),
        ]);
        let (_, after) = script.split_once("\n$add({\n").unwrap();
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
});
$ready();
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
        let script = main_of(files);
        assert!(script.contains("const sample = `\nimport { x } from './x.js';\nexport default x;\n`;\nconst more = 1;\n"), "{script}");
        assert!(script.contains("return { sample, more };"), "{script}");
    }

    #[test]
    fn what_is_imported_later_comes_later() {
        let files = Files(&[
            (
                "app/early.js",
                "import { m } from './m.js';\nexport const load = (name) => import(`./pages/${name}.js`);\nexport const here = import.meta.url;\n",
            ),
            (
                "app/main.js",
                "import { load } from './early.js';\nimport { m } from './m.js';\nawait load(m);\n",
            ),
            ("app/m.js", "export const m = 1;\n"),
            (
                "app/pages/one.js",
                "import { m } from '../m.js';\nimport { two } from '../two.js';\nimport { all } from '../all.js';\nexport default function One() { return m + two + all; }\n",
            ),
            (
                "app/pages/two.js",
                "import { two } from '../two.js';\nimport { all } from '../all.js';\nexport const a = two + all;\n",
            ),
            (
                "app/pages/three.js",
                "import { all } from '../all.js';\nexport const a = all;\n",
            ),
            ("app/two.js", "export const two = 1;\n"),
            ("app/all.js", "export const all = 1;\n"),
        ]);
        let scripts = compose(&["app/early.js", "app/main.js"], &files).unwrap();
        let texts = texts(&scripts);
        let in_it = |text: &String| -> Vec<String> {
            let starts = text
                .lines()
                .filter_map(|line| line.strip_suffix("': () => {"));
            starts
                .map(|line| line.trim_start_matches('\'').to_owned())
                .collect()
        };
        // What two need is in both, what all need in the last that the page names.
        let expected: [&[&str]; 5] = [
            &["app/pages/one.js", "app/two.js"],
            &["app/pages/three.js"],
            &["app/pages/two.js", "app/two.js"],
            &["app/early.js", "app/m.js"],
            &["app/all.js"],
        ];
        assert_eq!(texts.iter().map(in_it).collect::<Vec<_>>(), expected);
        let [.., early, main] = texts.as_slice() else {
            panic!("{texts:?}")
        };
        for expected in [
            "const $parts = {\n'app/pages/one.js': './0.js',\n'app/pages/three.js': './1.js',\n",
            "$import('app/', `./pages/${name}.js`)",
            "$url('app/early.js')",
            "\n$use('app/early.js');\n",
        ] {
            assert!(early.contains(expected), "{expected}: {early}");
        }
        assert!(main.starts_with("import { $add, $import, $ready, $url, $use } from './3.js';\n"));
        assert!(main.ends_with("\n$ready();\nconst { load } = $use('app/early.js');\nconst { m } = $use('app/m.js');\nawait load(m);\n"), "{main}");
    }

    #[test]
    fn mistakes_are_named() {
        let cases: [(&'static [(&str, &str)], &str); 10] = [
            (
                &[(
                    "app/main.js",
                    "/** @type {import('./a')} */\nconst a = import('./a.js');\n",
                )],
                "app/main.js: `const a = import('./a.js');` is in a form that is not known",
            ),
            (
                &[
                    (
                        "app/main.js",
                        "export const load = (name) => import(`./pages/${name}.js`);\n",
                    ),
                    (
                        "app/pages/one.js",
                        "import { load } from '../main.js';\nexport default load;\n",
                    ),
                ],
                "app/pages/one.js: `export default load;` is in a form that is not known",
            ),
            (
                &[
                    (
                        "app/main.js",
                        "export const load = (name) => import(`./pages/${name}.js`);\n",
                    ),
                    (
                        "app/pages/one.js",
                        "import { load } from '../main.js';\nexport const one = load;\n",
                    ),
                ],
                "app/pages/one.js imports app/main.js, which the page itself names last",
            ),
            (
                &[
                    ("app/main.js", "import { a } from './a.js';\nawait a;\n"),
                    ("app/a.js", "export const a = await fetch('x');\n"),
                ],
                "app/a.js: `const a = await fetch('x');` waits outside of a function",
            ),
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
            assert_eq!(composed(files).err().unwrap().to_string(), expected);
        }
    }
}
