//! The README says what is so: its commands are run as they stand there.

use std::path::Path;
use std::process::Command;

use crate::support::TestApp;

const README: &str = include_str!("../../README.md");

/// Between what one block prints and what the next one does.
const BORDER: &str = "\u{1e}";

/// A fenced block.
#[derive(Debug)]
struct Block {
    section: &'static str,
    language: &'static str,
    text: String,
}

fn blocks() -> Vec<Block> {
    let (mut blocks, mut section) = (Vec::<Block>::new(), "");
    let mut is_open = false;
    for line in README.lines() {
        match line.strip_prefix("```") {
            Some("") => is_open = false,
            Some(language) => {
                is_open = true;
                let text = String::new();
                blocks.push(Block {
                    section,
                    language,
                    text,
                });
            }
            None if is_open => {
                let text = &mut blocks.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            None => section = line.strip_prefix("## ").unwrap_or(section),
        }
    }
    assert!(!is_open);
    blocks
}

/// Whether `printed` is what `promised` says, in which `…` stands for anything.
fn is_as_promised(printed: &str, promised: &str) -> bool {
    let mut parts = promised.trim_end().split('…');
    let Some(mut rest) = printed.trim_end().strip_prefix(parts.next().unwrap()) else {
        return false;
    };
    let mut has_gap = false;
    for part in parts {
        has_gap = true;
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    has_gap || rest.is_empty()
}

#[test]
fn the_gaps_of_a_promise_take_anything_and_the_rest_is_exact() {
    for (printed, promised, holds) in [
        ("abc\n", "abc\n", true),
        ("abc", "ab", false),
        ("abcdef", "a…d…", true),
        ("abcdef", "a…x…", false),
        ("xabc", "a…", false),
    ] {
        assert_eq!(
            is_as_promised(printed, promised),
            holds,
            "{printed} {promised}"
        );
    }
}

#[test]
fn two_commands_set_everything_up() {
    let blocks = blocks();
    let of = |section| move |block: &&Block| block.section == section;
    let run: Vec<_> = blocks.iter().filter(of("Run it")).collect();
    assert_eq!(run.len(), 1, "{run:?}");
    let commands: Vec<_> = run[0].text.lines().collect();
    assert_eq!(commands, ["cargo run --release -- dev", "tests/run"]);
    // Nothing else is to be run before the first call.
    let first = "The first connection and the first call";
    for block in blocks.iter().filter(of(first)) {
        let is_plain = block.language != "sh" || sets_variables(block);
        assert!(is_plain || block.text.contains("curl -s "), "{block:?}");
    }
    let runner = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/run");
    assert!(Path::new(runner).is_file());
}

/// The block that tells the reader to set variables.
fn sets_variables(block: &Block) -> bool {
    block.text.lines().all(|line| line.starts_with("export "))
}

#[test]
fn the_first_calls_print_what_they_are_said_to() {
    let app = TestApp::start_with(|command| command);
    let blocks = blocks();
    let told: Vec<_> = blocks
        .iter()
        .filter(|block| sets_variables(block))
        .collect();
    assert_eq!(told.len(), 1);
    let names: Vec<_> = told[0]
        .text
        .lines()
        .map(|line| {
            line.trim_start_matches("export ")
                .split('=')
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(names, ["URL", "KEY"]);

    let mut script = String::from("set -eu -o pipefail\n");
    let mut promises = Vec::new();
    for pair in blocks.windows(2) {
        if pair[0].language == "sh" && pair[0].text.contains("curl ") {
            script.push_str(&format!("{}printf '{BORDER}'\n", pair[0].text));
            assert!(matches!(pair[1].language, "json" | "text"), "{:?}", pair[1]);
            promises.push((&pair[0].text, &pair[1].text));
        }
    }
    assert_eq!(promises.len(), 4);
    let output = Command::new("bash")
        .args(["--norc", "-c", &script])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("URL", &app.url)
        .env("KEY", &app.test_key)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Vec<_> = printed.split_terminator(BORDER).collect();
    assert_eq!(printed.len(), promises.len());
    for (printed, (command, promised)) in printed.iter().zip(promises) {
        assert!(is_as_promised(printed, promised), "{command}\n{printed}");
    }
}

#[test]
fn what_it_links_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let links: Vec<_> = README
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap())
        .collect();
    assert!(links.len() > 5);
    for link in links {
        let (path, heading) = link.split_once('#').unwrap_or((link, ""));
        let text = std::fs::read_to_string(root.join(path)).expect(link);
        let headings = text.lines().filter(|line| line.starts_with('#'));
        let mut anchors = headings.map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            words.replace(' ', "-").replace([',', '.', '\'', '`'], "")
        });
        assert!(
            heading.is_empty() || anchors.any(|it| it == heading),
            "{link}"
        );
    }
}

#[test]
fn every_page_is_linked_to() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    for entry in std::fs::read_dir(docs).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            assert!(README.contains(&format!("](docs/{name})")), "{name}");
        }
    }
}
