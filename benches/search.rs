//! How long the search takes in the process: `cargo bench --bench search`.
//!
//! Every question of `tests/search/questions.toml` is asked of all actions at once, first with and then without
//! its platform in words, each time measured by itself. The peer is what one would write without an
//! index: a look at every title for the question's words. Both take turns, question by question.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use magpie::catalog::{Builder, Catalogue, Filter, Index};
use tokio::time::Instant;

const QUESTIONS: &str = include_str!("../tests/search/questions.toml");
const ROUNDS: usize = 5;

fn main() {
    let (index, titles) = everything();
    let questions = questions();
    let filter = Filter::default();
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for question in &questions {
            ours.push(timed(|| index.search(question, &filter, 10).len()));
            peers.push(timed(|| scan(&titles, question)));
        }
    }
    println!(
        "{} questions, {ROUNDS} times, over {} actions",
        questions.len(),
        titles.len()
    );
    let (ours, peers) = (Spread::of(ours), Spread::of(peers));
    println!("index: {ours}\nscan:  {peers}");
    let ratio = ours.middle.as_secs_f64() / peers.middle.as_secs_f64();
    println!("the index takes {ratio:.3} of the scan's median");
}

/// The index of all actions, and their titles in small letters.
fn everything() -> (Index, Vec<String>) {
    let (catalogue, _) = Catalogue::load(None);
    let snapshot = catalogue.now();
    let (mut builder, mut titles) = (Builder::new(), Vec::new());
    for connector in snapshot.connectors.values() {
        for action in connector.actions.all() {
            builder.add(&action, 1.0);
            titles.push(action.title.to_lowercase());
        }
    }
    (builder.finish(), titles)
}

fn questions() -> Vec<String> {
    let written: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        toml::from_str(QUESTIONS).unwrap();
    let asked = written.iter().flat_map(|(platform, questions)| {
        let platform = platform.replace('-', " ");
        let both = move |ask: &String| [format!("{ask} in {platform}"), ask.clone()];
        questions.keys().flat_map(both)
    });
    asked.collect()
}

/// The most words of the question that a title has.
fn scan(titles: &[String], question: &str) -> usize {
    let words: Vec<&str> = question.split_whitespace().collect();
    let fits = |title: &String| words.iter().filter(|word| title.contains(**word)).count();
    titles.iter().map(fits).max().unwrap_or_default()
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let began = Instant::now();
    black_box(work());
    began.elapsed()
}

/// How times are spread.
struct Spread {
    middle: Duration,
    p99: Duration,
    most: Duration,
}

impl Spread {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |share: usize| *times.get((times.len() - 1) * share / 1000).unwrap();
        Self {
            middle: at(500),
            p99: at(990),
            most: at(1000),
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { middle, p99, most } = self;
        write!(f, "median {middle:.2?}, 99 % {p99:.2?}, most {most:.2?}")
    }
}
