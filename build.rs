//! Packs the generated action files into one block that the program embeds.

use std::path::Path;
use std::{env, fs};

#[path = "src/catalog/pack/write.rs"]
mod write;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/catalog/pack/write.rs");
    println!("cargo::rerun-if-changed=assets/actions");
    let mut files: Vec<(String, String)> = fs::read_dir("assets/actions")
        .expect("assets/actions is there")
        .map(|entry| entry.expect("its entries can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .map(|path| {
            let text = fs::read_to_string(&path).expect("an action file is UTF-8");
            let platform = path.file_stem().expect("a file has a name");
            (platform.to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    let files = files
        .iter()
        .map(|(platform, text)| (platform.as_str(), text.as_str()));
    let packed = write::pack(files).expect("every line is an action");
    let folder = env::var("OUT_DIR").expect("cargo says where");
    fs::write(Path::new(&folder).join("actions.pack"), packed).expect("the folder can be written");
}
