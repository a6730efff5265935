//! Kills a writing process a few hundred times and looks at what it left.
//!
//! This program is both: started by cargo it kills, started by itself it writes. The writers tell
//! each acknowledged commit through a pipe, so the one who kills knows what must be there. Between
//! kills the index is removed, or a byte near the end of the log is flipped.
//!
//! `CRASH_ROUNDS` and `CRASH_SEED` repeat a run that failed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

mod chance;
mod check;
mod writer;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chance::Chance;
use check::Witness;

/// Set for the one who writes: the folder to write into.
const FOLDER: &str = "MAGPIE_CRASH_FOLDER";
/// Set for one who only opens.
const OPEN_ONLY: &str = "MAGPIE_CRASH_OPEN_ONLY";

fn main() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        writer::run(folder.as_ref(), std::env::var_os(OPEN_ONLY).is_some());
        return;
    }
    // Cargo hands on the filter for other tests' names.
    let is_meant = |argument: String| argument.starts_with('-') || "crash".contains(&argument);
    if !std::env::args().skip(1).all(is_meant) || std::env::args().any(|one| one == "--list") {
        return;
    }
    let rounds = number("CRASH_ROUNDS").unwrap_or(240);
    let seed = number("CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("crash: {rounds} rounds, CRASH_SEED={seed}");
    let dir = tempfile::tempdir().unwrap();
    let mut chance = Chance(seed);
    let mut witness = Witness::default();
    for round in 0..rounds {
        play(round, dir.path(), &mut chance, &mut witness);
    }
    witness.look(dir.path());
    println!(
        "crash: ok, {} commits acknowledged, {}",
        witness.acknowledged,
        witness.summary()
    );
}

/// One kill or a few, and a look at what is left.
fn play(round: u64, dir: &Path, chance: &mut Chance, witness: &mut Witness) {
    let what = chance.below(10);
    // Some commits come in any case; where nothing is looked at, the next kill follows at once.
    kill_after(chance.below(60), dir, false, witness);
    match what {
        0..=2 => {}
        3..=4 => witness.look(dir),
        // Somewhere in the middle of opening.
        5 => kill_at_start(dir, witness),
        6 => {
            std::fs::remove_dir_all(dir.join("index")).unwrap();
            witness.look(dir);
        }
        7 => {
            let back = check::flip_near_end(dir, chance);
            witness.look_behind_damage(dir, back);
        }
        8 => {
            // Once open, the index has all that the log has: then the log can be mended from it.
            kill_after(0, dir, true, witness);
            check::flip_near_end(dir, chance);
            witness.look(dir);
        }
        _ => {
            std::fs::remove_dir_all(dir.join("index")).unwrap();
            let back = check::flip_near_end(dir, chance);
            witness.look_behind_damage(dir, back);
        }
    }
    witness.rounds.push((round, what));
}

/// Has a process write, and kills it once it has told of so many commits.
fn kill_after(commits: u64, dir: &Path, open_only: bool, witness: &mut Witness) {
    let mut child = start(dir, open_only);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = 0;
    let mut is_open = false;
    // A process that ends by itself ends the lines, too.
    while !is_open || told < commits {
        let line = lines.next().expect("the writer ended by itself").unwrap();
        is_open |= line == "open";
        told += u64::from(witness.hear(&line));
    }
    child.kill().unwrap();
    for line in lines.map_while(Result::ok) {
        witness.hear(&line);
    }
    child.wait().unwrap();
    witness.kills += 1;
}

fn kill_at_start(dir: &Path, witness: &mut Witness) {
    let mut child = start(dir, false);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "start");
    child.kill().unwrap();
    for line in lines.map_while(Result::ok) {
        witness.hear(&line);
    }
    child.wait().unwrap();
    witness.kills += 1;
}

fn start(dir: &Path, open_only: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(FOLDER, dir).stdout(Stdio::piped());
    if open_only {
        command.env(OPEN_ONLY, "1");
    }
    command.spawn().unwrap()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
