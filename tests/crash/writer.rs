//! The process that is killed.

use std::io::Write as _;
use std::path::Path;

use magpie::store::embedded::{EmbeddedEngine, Options};
use magpie::store::{Batch, Engine, Write};

/// How many write at once.
pub const WRITERS: u64 = 4;

/// Small, so that segments end and snapshots begin all the time.
pub fn options() -> Options {
    Options {
        cache_bytes: 1 << 20,
        snapshot_after: 64 << 10,
        segment_bytes: 24 << 10,
    }
}

/// Writes until it is killed.
pub fn run(dir: &Path, open_only: bool) {
    tell("start");
    let (engine, _) = EmbeddedEngine::open(dir, &options()).unwrap();
    tell("open");
    if open_only {
        loop {
            std::thread::park();
        }
    }
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let engine = &engine;
            scope.spawn(move || write(engine, writer));
        }
    });
}

fn write(engine: &EmbeddedEngine, writer: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut n = latest(engine, writer);
    loop {
        n += 1;
        let sequence = runtime.block_on(engine.commit(batch(writer, n))).unwrap();
        tell(&format!("{writer} {n} {sequence}"));
    }
}

/// Two records that belong together, and one that is written over and over.
fn batch(writer: u64, n: u64) -> Batch {
    let number = n.to_string().into_bytes();
    let expect = match n {
        1 => None,
        _ => Some((n - 1).to_string().into_bytes()),
    };
    Batch {
        expect: vec![(latest_key(writer), expect)],
        writes: vec![
            Write::Put(record_key(writer, n, 'a'), value(writer, n)),
            Write::Put(latest_key(writer), number),
            Write::Put(record_key(writer, n, 'b'), value(writer, n)),
        ],
    }
}

/// The number of the writer's last commit.
pub fn latest(engine: &EmbeddedEngine, writer: u64) -> u64 {
    let value = engine.get(&latest_key(writer)).unwrap();
    value.map_or(0, |value| {
        String::from_utf8(value).unwrap().parse().unwrap()
    })
}

pub fn record_key(writer: u64, n: u64, half: char) -> Vec<u8> {
    format!("record/{writer}/{n:08}/{half}").into_bytes()
}

/// Of many lengths, and its own for each commit.
pub fn value(writer: u64, n: u64) -> Vec<u8> {
    format!("{writer}:{n};")
        .repeat(1 + (n % 20) as usize)
        .into_bytes()
}

fn latest_key(writer: u64) -> Vec<u8> {
    format!("latest/{writer}").into_bytes()
}

/// In one write, so that a kill leaves whole lines or none.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}
