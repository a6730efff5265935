//! The journal as a whole: what is recorded is read, once, whatever happens meanwhile.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use super::*;
use crate::domain::Timestamp;
use crate::telemetry::DroppedLines;

/// A clock that tests move.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(std::sync::atomic::Ordering::Relaxed))
    }
}

impl Hand {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_764_000_000_000_000)))
    }

    fn advance(&self, seconds: i64) {
        let micros = seconds * 1_000_000;
        self.0
            .fetch_add(micros, std::sync::atomic::Ordering::Relaxed);
    }
}

fn open_with(folder: Option<&Path>, clock: &Arc<Hand>, megabytes: u64) -> Journal {
    let settings = Settings {
        enabled: true,
        folder: folder.map(Path::to_owned),
        keep: Keep {
            days: 30,
            megabytes,
        },
    };
    let metrics = Arc::new(Metrics::new(DroppedLines::none()));
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    Journal::open(settings, &metrics, &clock)
}

fn open(folder: &Path, clock: &Arc<Hand>) -> Journal {
    open_with(Some(folder), clock, 100)
}

fn call(number: usize, environment: Environment, clock: &Hand) -> Entry {
    let took = Duration::from_millis(10);
    let mut event = Event::new(Kind::Passthrough, environment, clock.now(), took);
    event.platform = Some(
        if number.is_multiple_of(2) {
            "gmail"
        } else {
            "exa"
        }
        .parse()
        .unwrap(),
    );
    event.request_id = Some(number.to_string());
    event.error = Some("x".repeat(number % 700));
    let mut detail = Detail::default();
    detail.took(PhaseName::Wait, took);
    Entry { event, detail }
}

fn record(journal: &Journal, numbers: std::ops::Range<usize>, clock: &Arc<Hand>) {
    let recorder = journal.recorder();
    for number in numbers {
        let entry = call(number, Environment::Test, clock);
        recorder.record(move || entry);
    }
}

fn number(event: &Event) -> usize {
    event.request_id.as_ref().unwrap().parse().unwrap()
}

async fn all(journal: &Journal, filter: &Filter, limit: usize) -> Vec<usize> {
    let (mut numbers, mut before) = (Vec::new(), None);
    loop {
        let page = journal.page(Environment::Test, filter.clone(), before, limit);
        let page = page.await.unwrap();
        numbers.extend(page.rows.iter().map(|(_, event)| number(event)));
        match page.next {
            Some(next) => before = Some(next),
            None => return numbers,
        }
    }
}

/// Waits until `count` events are written.
async fn settled(journal: &Journal, count: usize) {
    loop {
        if all(journal, &Filter::default(), 500).await.len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_is_recorded_is_read_newest_first_and_found_by_its_id() {
    let clock = Hand::new();
    let folder = tempfile::tempdir().unwrap();
    for folder in [None, Some(folder.path())] {
        let journal = open_with(folder, &clock, 100);
        record(&journal, 0..30, &clock);
        let live = call(99, Environment::Live, &clock);
        journal.recorder().record(move || live);
        settled(&journal, 30).await;
        let expected: Vec<usize> = (0..30).rev().collect();
        for limit in [1, 7, 30, 100] {
            assert_eq!(all(&journal, &Filter::default(), limit).await, expected);
        }
        let gmail = Filter {
            platform: Some("gmail".to_owned()),
            ..Filter::default()
        };
        assert!(
            all(&journal, &gmail, 4)
                .await
                .iter()
                .all(|number| number % 2 == 0)
        );
        let page = journal.page(Environment::Test, Filter::default(), None, 1);
        let (id, event) = page.await.unwrap().rows.remove(0);
        let entry = journal.entry(Environment::Test, id).await.unwrap().unwrap();
        assert_eq!(entry.event, event);
        assert_eq!(entry.detail.phases[0].ms, 10.0);
        assert_eq!(journal.entry(Environment::Live, id).await.unwrap(), None);
        let elsewhere = Position {
            offset: id.offset + 1,
            ..id
        };
        assert_eq!(
            journal.entry(Environment::Test, elsewhere).await.unwrap(),
            None
        );
        let live = journal.page(Environment::Live, Filter::default(), None, 10);
        assert_eq!(live.await.unwrap().rows.len(), 1);
    }
}

#[tokio::test]
async fn paging_sees_each_event_once_while_others_come() {
    let (clock, folder) = (Hand::new(), tempfile::tempdir().unwrap());
    // Three megabytes have segments of 192 KiB, so that there are several.
    let journal = open_with(Some(folder.path()), &clock, 3);
    for begin in (0..1000).step_by(100) {
        record(&journal, begin..begin + 100, &clock);
        settled(&journal, begin + 100).await;
    }
    let (mut seen, mut before, mut more) = (Vec::new(), None, 1000);
    loop {
        let page = journal.page(Environment::Test, Filter::default(), before, 37);
        let page = page.await.unwrap();
        seen.extend(page.rows.iter().map(|(_, event)| number(event)));
        clock.advance(60);
        record(&journal, more..more + 50, &clock);
        more += 50;
        let Some(next) = page.next else { break };
        before = Some(next);
    }
    let expected: Vec<usize> = (0..1000).rev().collect();
    assert_eq!(seen, expected);
    assert!(segment::all(folder.path()).unwrap().len() > 2);
}

#[tokio::test]
async fn a_restart_keeps_events_and_sums_also_after_a_crash() {
    let (clock, folder) = (Hand::new(), tempfile::tempdir().unwrap());
    let calls = |journal: &Journal| {
        journal
            .overview(Environment::Test, Range::Month)
            .totals
            .calls
    };
    let journal = open(folder.path(), &clock);
    record(&journal, 0..10, &clock);
    journal.close();
    clock.advance(1);
    let journal = open(folder.path(), &clock);
    record(&journal, 10..20, &clock);
    settled(&journal, 20).await;
    // What a crash leaves: sums of the first run, whole lines of the second, and half a line.
    let crashed = tempfile::tempdir().unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), crashed.path().join(file.file_name())).unwrap();
    }
    let newest = *segment::all(crashed.path()).unwrap().last().unwrap();
    let path = segment::file_of(crashed.path(), newest);
    let mut torn = fs::OpenOptions::new().append(true).open(path).unwrap();
    torn.write_all(b"{\"environment\":\"test\",\"event\":{\"at")
        .unwrap();
    journal.close();
    for folder in [folder, crashed] {
        let journal = open(folder.path(), &clock);
        while calls(&journal) < 20 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let expected: Vec<usize> = (0..20).rev().collect();
        assert_eq!(all(&journal, &Filter::default(), 6).await, expected);
        record(&journal, 20..25, &clock);
        journal.close();
        let expected: Vec<usize> = (0..25).rev().collect();
        assert_eq!(all(&journal, &Filter::default(), 6).await, expected);
        assert_eq!(calls(&journal), 25);
    }
}

#[tokio::test]
async fn times_bound_what_is_read() {
    let (clock, folder) = (Hand::new(), tempfile::tempdir().unwrap());
    let journal = open(folder.path(), &clock);
    let mut begins = Vec::new();
    for n in 0..4 {
        begins.push(clock.now());
        record(&journal, n * 5..n * 5 + 5, &clock);
        settled(&journal, n * 5 + 5).await;
        clock.advance(4000);
    }
    assert_eq!(segment::all(folder.path()).unwrap().len(), 4);
    let between = |from: Option<usize>, to: Option<usize>| Filter {
        from: from.map(|n| begins[n]),
        to: to.map(|n| begins[n]),
        ..Filter::default()
    };
    let numbers = |from: usize, to: usize| (from..to).rev().collect::<Vec<_>>();
    assert_eq!(
        all(&journal, &between(Some(1), Some(3)), 3).await,
        numbers(5, 15)
    );
    assert_eq!(
        all(&journal, &between(None, Some(1)), 3).await,
        numbers(0, 5)
    );
    assert_eq!(
        all(&journal, &between(Some(3), None), 3).await,
        numbers(15, 20)
    );
}

#[tokio::test]
async fn a_listener_hears_what_it_asked_for_and_is_told_what_it_missed() {
    let clock = Hand::new();
    let journal = open_with(None, &clock, 100);
    let exa = Filter {
        platform: Some("exa".to_owned()),
        ..Filter::default()
    };
    let mut listener = journal.listen(Environment::Test, exa);
    let mut other = journal.listen(Environment::Live, Filter::default());
    record(&journal, 0..4, &clock);
    let mut heard = BTreeSet::new();
    for _ in 0..2 {
        let Heard::Event(told) = listener.next().await else {
            panic!("nothing was heard");
        };
        heard.insert(number(&told.event));
    }
    assert_eq!(heard, BTreeSet::from([1, 3]));
    let mut slow = journal.listen(Environment::Test, Filter::default());
    record(&journal, 4..2000, &clock);
    settled(&journal, 2000).await;
    // Batches follow each other: with this one written, that one has been told.
    record(&journal, 2000..2001, &clock);
    settled(&journal, 2001).await;
    assert!(matches!(slow.next().await, Heard::Missed(_)));
    journal.end_listening();
    assert!(matches!(other.next().await, Heard::End));
}

#[tokio::test]
async fn without_a_folder_to_write_to_nothing_is_kept_and_nothing_fails() {
    let (clock, folder) = (Hand::new(), tempfile::tempdir().unwrap());
    let path = folder.path().join("journal");
    fs::write(&path, "in the way").unwrap();
    let journal = open(&path, &clock);
    record(&journal, 0..3, &clock);
    while journal
        .overview(Environment::Test, Range::Hour)
        .totals
        .calls
        < 3
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // As soon as it can be written, it is.
    fs::remove_file(&path).unwrap();
    clock.advance(60);
    record(&journal, 3..5, &clock);
    settled(&journal, 2).await;
    assert_eq!(all(&journal, &Filter::default(), 10).await, [4, 3]);
}

#[tokio::test]
async fn what_is_kept_no_longer_is_deleted() {
    let (clock, folder) = (Hand::new(), tempfile::tempdir().unwrap());
    let journal = open_with(Some(folder.path()), &clock, 1);
    let mut recorded = 0;
    for _ in 0..30 {
        record(&journal, recorded..recorded + 200, &clock);
        recorded += 200;
        clock.advance(1);
        let calls = || journal.overview(Environment::Test, Range::Day).totals.calls;
        while calls() < recorded as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    journal.close();
    let bytes = |folder: &Path| -> u64 {
        let segments = segment::all(folder).unwrap();
        let files = segments
            .iter()
            .map(|segment| segment::file_of(folder, *segment));
        files.map(|file| fs::metadata(file).unwrap().len()).sum()
    };
    journal.retain();
    let kept = bytes(folder.path());
    assert!(kept > 512 << 10 && kept <= 1 << 20, "{kept}");
    let numbers = all(&journal, &Filter::default(), 500).await;
    assert_eq!(numbers.first(), Some(&(recorded - 1)));
    clock.advance(40 * 86_400);
    journal.keep_only(Keep {
        days: 1,
        megabytes: 100,
    });
    journal.retain();
    assert_eq!(segment::all(folder.path()).unwrap().len(), 1);
}

#[tokio::test]
async fn a_journal_that_is_off_keeps_nothing() {
    let (clock, folder) = (Hand::new(), tempfile::tempdir().unwrap());
    let settings = Settings {
        enabled: false,
        folder: Some(folder.path().join("journal")),
        keep: Keep {
            days: 1,
            megabytes: 1,
        },
    };
    let metrics = Arc::new(Metrics::new(DroppedLines::none()));
    let clock: Arc<dyn Clock> = clock;
    let journal = Journal::open(settings, &metrics, &clock);
    assert!(!journal.recorder().is_on());
    let page = journal.page(Environment::Test, Filter::default(), None, 5);
    assert_eq!(page.await.unwrap(), Page::default());
    assert!(!folder.path().join("journal").exists());
}
