//! The house, held by a test: which way imports point, and what lives where.

use std::path::{Path, PathBuf};

/// A module may name only modules of the lines above its own.
const LAYERS: &[&[&str]] = &[
    &["domain"],
    &["config", "telemetry"],
    &["crypto", "store", "egress"],
    &["journal", "access", "catalog", "oauth"],
    &["vault", "tuning"],
    &["passthrough", "authkit"],
    &["agents"],
    &["jobs", "mock", "api"],
    &["app"],
    &["cli"],
];

/// A line may also name these siblings: `access` notes the use of keys in the journal.
const ALLOWED: &[(&str, &str)] = &[("access", "journal")];

/// A library that is named in one place alone.
const AT_HOME: &[(&str, &str)] = &[
    ("sled::", "src/store/embedded"),
    ("ring::", "src/crypto"),
    ("reqwest::", "src/egress"),
];

struct Source {
    path: PathBuf,
    module: String,
    text: String,
}

/// Every source file, without its tests: those may look further.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files
        .into_iter()
        .filter(|path| !path.ends_with("lib.rs") && !path.ends_with("main.rs"))
        .filter(|path| {
            !path.components().any(|part| part.as_os_str() == "tests")
                && !path.ends_with("tests.rs")
        })
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = ["mod tests {", "pub(crate) mod tests {"]
                .into_iter()
                .fold(text.as_str(), |text, start| {
                    text.split(&format!("#[cfg(test)]\n{start}"))
                        .next()
                        .unwrap()
                })
                .to_owned();
            let module = path
                .strip_prefix(&root)
                .unwrap()
                .components()
                .next()
                .unwrap();
            let module = module
                .as_os_str()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned();
            Source { path, module, text }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn rank(module: &str) -> usize {
    let rank = LAYERS.iter().position(|layer| layer.contains(&module));
    rank.unwrap_or_else(|| panic!("`{module}` stands in no layer"))
}

fn names(text: &str, module: &str) -> bool {
    text.contains(&format!("crate::{module}::")) || text.contains(&format!("crate::{{{module}"))
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = rank(&source.module);
        for (above, layer) in LAYERS.iter().enumerate() {
            for other in layer.iter().filter(|other| **other != source.module) {
                let allowed = above < own || ALLOWED.contains(&(source.module.as_str(), other));
                if !allowed && names(&source.text, other) {
                    wrong.push(format!("{} names {other}", source.path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_library_with_a_home_is_named_nowhere_else() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (library, home) in AT_HOME {
            let named = source.text.lines().any(|line| {
                !line.trim_start().starts_with("//")
                    && (line.starts_with(&format!("use {library}"))
                        || line.contains(&format!(" {library}")))
            });
            if named && !source.path.to_string_lossy().contains(home) {
                wrong.push(format!("{} names {library}", source.path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_platform_has_code_of_its_own() {
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(|source| {
            source.text.contains("platform == \"")
                || source.text.contains("platform.as_str() == \"")
        })
        .map(|source| source.path)
        .collect();
    assert_eq!(wrong, Vec::<PathBuf>::new());
}
