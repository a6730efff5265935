//! What must be there, and whether it is.

use std::fs;
use std::path::{Path, PathBuf};

use magpie::store::Engine;
use magpie::store::embedded::{EmbeddedEngine, Opened, Step};

use crate::chance::Chance;
use crate::writer::{self, WRITERS};

/// More bytes than any record of the writers has in the log.
const RECORD: u64 = 700;

/// Heard what was acknowledged.
#[derive(Default)]
pub struct Witness {
    /// The last acknowledged commit of each writer: all before it are, too.
    latest: [u64; WRITERS as usize],
    pub acknowledged: u64,
    /// Kills since the last look. Each may have swallowed one answer for each writer.
    pub kills: u64,
    /// What was done so far, for whoever has to find out what went wrong.
    pub rounds: Vec<(u64, u64)>,
    looks: u64,
    cuts: u64,
    mended: u64,
    rebuilt: u64,
}

impl Witness {
    /// Takes note of a line from a writer; false if it tells of no commit.
    pub fn hear(&mut self, line: &str) -> bool {
        let numbers: Vec<u64> = line
            .split(' ')
            .map_while(|word| word.parse().ok())
            .collect();
        let [writer, n, _sequence] = numbers[..] else {
            return false;
        };
        let latest = &mut self.latest[writer as usize];
        assert!(
            n > *latest,
            "commit {n} of writer {writer} was acknowledged before"
        );
        *latest = n;
        self.acknowledged += 1;
        true
    }

    /// All that was acknowledged must be there.
    pub fn look(&mut self, dir: &Path) {
        let (engine, opened) = self.open(dir);
        for writer in 0..WRITERS {
            let (found, told) = (
                writer::latest(&engine, writer),
                self.latest[writer as usize],
            );
            assert!(
                (told..=told + self.kills).contains(&found),
                "writer {writer} told of {told}, found {found}; {}",
                self.story(&opened)
            );
        }
        self.all_are_whole(&engine, &opened);
    }

    /// The byte that is `back` from the end of the log was flipped: all before its commit must be
    /// there, and what is lost must be kept.
    pub fn look_behind_damage(&mut self, dir: &Path, back: Option<u64>) {
        let Some(back) = back else {
            return self.look(dir);
        };
        let (engine, opened) = self.open(dir);
        let cut = opened.steps.iter().find_map(|step| match step {
            Step::TailCut { bytes, kept, .. } => Some((*bytes, fs::metadata(kept).unwrap().len())),
            _ => None,
        });
        let Some((bytes, kept)) = cut else {
            drop(engine);
            return self.look(dir);
        };
        assert_eq!(bytes, kept);
        assert!(
            (back..back + RECORD).contains(&bytes),
            "{back}: {}",
            self.story(&opened)
        );
        for writer in 0..WRITERS {
            let found = writer::latest(&engine, writer);
            assert!(
                found <= self.latest[writer as usize] + self.kills,
                "{}",
                self.story(&opened)
            );
            self.latest[writer as usize] = found;
        }
        self.all_are_whole(&engine, &opened);
    }

    pub fn summary(&self) -> String {
        let Self {
            looks,
            cuts,
            mended,
            rebuilt,
            ..
        } = self;
        format!("{looks} looks, {cuts} logs cut, {mended} mended, {rebuilt} indexes rebuilt")
    }

    fn open(&mut self, dir: &Path) -> (EmbeddedEngine, Opened) {
        let opened = EmbeddedEngine::open(dir, &writer::options());
        let (engine, opened) = opened.unwrap_or_else(|error| panic!("{error}; {:?}", self.rounds));
        self.looks += 1;
        for step in &opened.steps {
            match step {
                Step::TailCut { .. } => self.cuts += 1,
                Step::LogRenewed { .. } => self.mended += 1,
                Step::Rebuilt { .. } => self.rebuilt += 1,
                _ => {}
            }
        }
        (engine, opened)
    }

    /// Each commit up to the latest is there as a whole, and there is nothing else.
    fn all_are_whole(&mut self, engine: &EmbeddedEngine, opened: &Opened) {
        let mut pairs = engine
            .scan(b"record/", None, usize::MAX)
            .unwrap()
            .into_iter();
        let mut total = 0;
        for writer in 0..WRITERS {
            let latest = writer::latest(engine, writer);
            total += latest;
            for n in 1..=latest {
                for half in ['a', 'b'] {
                    let expected = (
                        writer::record_key(writer, n, half),
                        writer::value(writer, n),
                    );
                    assert!(
                        pairs.next() == Some(expected),
                        "commit {n} of writer {writer} is not as it was; {}",
                        self.story(opened)
                    );
                }
            }
            self.latest[writer as usize] = latest;
        }
        self.kills = 0;
        assert_eq!(pairs.next(), None, "{}", self.story(opened));
        assert_eq!(opened.sequence, total, "{}", self.story(opened));
    }

    fn story(&self, opened: &Opened) -> String {
        let steps: Vec<String> = opened.steps.iter().map(Step::to_string).collect();
        format!("{steps:?}, after {:?}", self.rounds)
    }
}

/// Flips a bit among the last 4 KiB of the log, and tells how many bytes there are from it on.
/// None if the kill came before anything was written into the newest file.
pub fn flip_near_end(dir: &Path, chance: &mut Chance) -> Option<u64> {
    let path = last_segment(dir);
    let mut bytes = fs::read(&path).unwrap();
    if bytes.is_empty() {
        return None;
    }
    let back = 1 + chance.below((bytes.len() as u64).min(4_096));
    let at = bytes.len() - back as usize;
    bytes[at] ^= 1 << chance.below(8);
    fs::write(path, bytes).unwrap();
    Some(back)
}

fn last_segment(dir: &Path) -> PathBuf {
    let files = fs::read_dir(dir.join("log"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .max()
        .unwrap()
}
