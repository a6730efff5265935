//! Writes down the catalogue as the program embeds it: descriptors as JSON, which is quicker to read
//! than TOML, and the generated actions packed into one block.

use std::path::Path;
use std::{env, fs};

#[path = "src/catalog/pack/write.rs"]
mod write;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/catalog/pack/write.rs");
    println!("cargo::rerun-if-changed=assets/actions");
    println!("cargo::rerun-if-changed=assets/connectors");
    let folder = env::var("OUT_DIR").expect("cargo says where");
    let keep = |name: &str, bytes: &[u8]| {
        fs::write(Path::new(&folder).join(name), bytes).expect("the folder can be written");
    };
    let actions = files("assets/actions", "jsonl");
    let actions = actions
        .iter()
        .map(|(platform, text)| (platform.as_str(), text.as_str()));
    keep(
        "actions.pack",
        &write::pack(actions).expect("every line is an action"),
    );
    keep("connectors.jsonl", descriptors().as_bytes());
}

/// A line for each descriptor: the name of its file, a space, and what stands in it as JSON. One that
/// is no TOML stands there as a text, so that who reads it says what is wrong.
fn descriptors() -> String {
    let mut lines = String::new();
    for (platform, text) in files("assets/connectors", "toml") {
        let json = match toml::from_str::<serde_json::Value>(&text) {
            Ok(value) => value,
            Err(error) => serde_json::Value::String(error.to_string()),
        };
        lines.push_str(&format!("{platform}.toml {json}\n"));
    }
    lines
}

/// The files of a folder with this extension, by name: the name without it, and the text.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("its entries can be read").path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|own| own == extension));
    let mut files: Vec<(String, String)> = wanted
        .map(|path| {
            let text = fs::read_to_string(&path).expect("the file is UTF-8");
            let name = path.file_stem().expect("a file has a name");
            (name.to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}
