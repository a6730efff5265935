//! Calls, errors and how long they took, added up by time: what the overview draws.
//!
//! Everything is in memory: minutes for the last hour, five minutes for the last day, hours for the
//! last thirty days. Sums can be added to each other in any order, so that what a restart has to
//! count again is counted beside what happens meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::{Event, Kind, Outcome};
use super::times::Times;
use crate::domain::{Environment, Timestamp};

/// What calls are counted under whose connection is not known.
const UNKNOWN: &str = "";
/// What the smaller platforms are counted under once there are too many of them.
const OTHER: &str = "other";
/// So many sums by platform are kept of one series: a few megabytes of memory.
const MOST_CELLS: usize = 20_000;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How far back somebody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// `1h`, by minutes.
    Hour,
    /// `24h`, by five minutes.
    Day,
    /// `7d`, by hours.
    Week,
    /// `30d`, by four hours.
    Month,
}

/// Calls added up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    /// How many.
    #[serde(rename = "c")]
    pub calls: u64,
    /// How many of them did not end well.
    #[serde(rename = "e", default)]
    pub errors: u64,
    /// How long they took.
    #[serde(rename = "t")]
    pub times: Times,
}

/// What was counted in a step of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Step {
    #[serde(rename = "p", default)]
    platforms: BTreeMap<String, Sum>,
    #[serde(rename = "ok", default)]
    refreshed: u64,
    #[serde(rename = "no", default)]
    not_refreshed: u64,
}

/// Sums by steps of one length.
#[derive(Clone, Debug, PartialEq)]
struct Series {
    /// How long a step is, in seconds.
    step: i64,
    /// How long steps are kept, in seconds.
    kept: i64,
    steps: BTreeMap<(Environment, i64), Step>,
    cells: usize,
}

/// All sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollup {
    series: [Series; 3],
}

/// As it stands in its file.
#[derive(Serialize, Deserialize)]
struct Saved {
    /// The last segment that is counted in.
    covered: i64,
    series: Vec<Vec<(Environment, i64, Step)>>,
}

/// What the overview draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// How long a step of [`Overview::series`] is.
    pub step: Duration,
    /// When the first step begins.
    pub from: Timestamp,
    /// Until when there is something.
    pub to: Timestamp,
    /// By platform, the most called first.
    pub platforms: Vec<(String, Sum)>,
    /// By time, without gaps.
    pub series: Vec<(Timestamp, Sum)>,
    /// All together.
    pub totals: Sum,
    /// How many tokens were refreshed, and how many times it did not work.
    pub refreshes: (u64, u64),
}

impl Range {
    /// As it stands in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// Which series, how long a step, and how many of them.
    const fn drawn(self) -> (usize, i64, i64) {
        match self {
            Self::Hour => (0, 60, 60),
            Self::Day => (1, 300, 288),
            Self::Week => (2, HOUR, 168),
            Self::Month => (2, 4 * HOUR, 180),
        }
    }
}

impl std::str::FromStr for Range {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Hour, Self::Day, Self::Week, Self::Month];
        all.into_iter()
            .find(|range| range.as_str() == text)
            .ok_or(())
    }
}

impl Sum {
    fn add(&mut self, event: &Event) {
        self.calls += 1;
        self.errors += u64::from(event.outcome != Outcome::Ok);
        self.times.add(event.duration_ms);
    }

    fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.times.merge(&other.times);
    }
}

impl Step {
    fn merge(&mut self, other: &Self) {
        for (platform, sum) in &other.platforms {
            self.platforms
                .entry(platform.clone())
                .or_default()
                .merge(sum);
        }
        self.refreshed += other.refreshed;
        self.not_refreshed += other.not_refreshed;
    }

    /// All platforms as one.
    fn fold(&mut self) {
        let mut all = Sum::default();
        for sum in std::mem::take(&mut self.platforms).values() {
            all.merge(sum);
        }
        self.platforms.insert(OTHER.to_owned(), all);
    }
}

impl Series {
    fn new(step: i64, kept: i64) -> Self {
        Self {
            step,
            kept,
            steps: BTreeMap::new(),
            cells: 0,
        }
    }

    fn add(&mut self, event: &Event, now: i64) {
        let at = event.at.micros().div_euclid(1_000_000);
        let begin = at.div_euclid(self.step) * self.step;
        if begin < now - self.kept {
            return;
        }
        let key = (event.environment, begin);
        let is_new = !self.steps.contains_key(&key);
        let step = self.steps.entry(key).or_default();
        match event.kind {
            Kind::Passthrough => {
                let platform = event.platform.as_ref();
                let platform = platform.map_or(UNKNOWN, |platform| platform.as_str());
                if let Some(sum) = step.platforms.get_mut(platform) {
                    sum.add(event);
                } else {
                    let sum = step.platforms.entry(platform.to_owned()).or_default();
                    sum.add(event);
                    self.cells += 1;
                }
            }
            Kind::Refresh if event.outcome == Outcome::Ok => step.refreshed += 1,
            Kind::Refresh => step.not_refreshed += 1,
            Kind::Authkit => {}
        }
        if is_new {
            self.forget(now);
        }
    }

    fn merge(&mut self, other: &Self, now: i64) {
        for (key, step) in &other.steps {
            self.steps.entry(*key).or_default().merge(step);
        }
        self.forget(now);
    }

    /// Drops what is too old, and puts together what is too much, the oldest first.
    fn forget(&mut self, now: i64) {
        let oldest = now - self.kept;
        self.steps.retain(|(_, begin), _| *begin >= oldest);
        self.cells = self.steps.values().map(|step| step.platforms.len()).sum();
        if self.cells <= MOST_CELLS {
            return;
        }
        let mut keys: Vec<_> = self.steps.keys().copied().collect();
        keys.sort_by_key(|(_, begin)| *begin);
        for key in keys {
            let Some(step) = self.steps.get_mut(&key) else {
                continue;
            };
            let before = step.platforms.len();
            if before > 1 {
                step.fold();
                self.cells -= before - 1;
            }
            if self.cells <= MOST_CELLS * 9 / 10 {
                return;
            }
        }
    }
}

impl Default for Rollup {
    fn default() -> Self {
        Self {
            series: [
                Series::new(60, HOUR + 60),
                Series::new(300, DAY + 300),
                Series::new(HOUR, 30 * DAY + HOUR),
            ],
        }
    }
}

impl Rollup {
    /// Counts `event` in.
    pub fn add(&mut self, event: &Event, now: Timestamp) {
        let now = now.micros().div_euclid(1_000_000);
        for series in &mut self.series {
            series.add(event, now);
        }
    }

    /// Counts in what `other` has counted.
    pub fn merge(&mut self, other: &Self, now: Timestamp) {
        let now = now.micros().div_euclid(1_000_000);
        for (own, other) in self.series.iter_mut().zip(&other.series) {
            own.merge(other, now);
        }
    }

    /// What the overview of `environment` draws.
    pub fn overview(&self, environment: Environment, range: Range, now: Timestamp) -> Overview {
        let (which, step, count) = range.drawn();
        let seconds = now.micros().div_euclid(1_000_000);
        let from = seconds.div_euclid(step) * step - (count - 1) * step;
        let mut drawn: BTreeMap<i64, Sum> = (0..count)
            .map(|number| (from + number * step, Sum::default()))
            .collect();
        let mut platforms: BTreeMap<&str, Sum> = BTreeMap::new();
        let (mut totals, mut refreshes) = (Sum::default(), (0, 0));
        let series = self.series.get(which);
        let steps = series.map(|series| series.steps.range((environment, from)..));
        for ((other, begin), counted) in steps.into_iter().flatten() {
            if *other != environment {
                break;
            }
            refreshes.0 += counted.refreshed;
            refreshes.1 += counted.not_refreshed;
            for (platform, sum) in &counted.platforms {
                platforms.entry(platform).or_default().merge(sum);
                totals.merge(sum);
                if let Some(drawn) = drawn.get_mut(&(begin.div_euclid(step) * step)) {
                    drawn.merge(sum);
                }
            }
        }
        platforms.remove(UNKNOWN);
        let mut platforms: Vec<(String, Sum)> = platforms
            .into_iter()
            .map(|(platform, sum)| (platform.to_owned(), sum))
            .collect();
        platforms.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.calls));
        let at = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000));
        Overview {
            step: Duration::from_secs(step.unsigned_abs()),
            from: at(from),
            to: now,
            platforms,
            series: drawn
                .into_iter()
                .map(|(begin, sum)| (at(begin), sum))
                .collect(),
            totals,
            refreshes,
        }
    }

    /// For its file: everything up to the segment `covered` is counted in.
    pub fn save(&self, covered: i64) -> Vec<u8> {
        let series = self.series.iter().map(|series| {
            let steps = series.steps.iter();
            steps
                .map(|((environment, begin), step)| (*environment, *begin, step.clone()))
                .collect()
        });
        let saved = Saved {
            covered,
            series: series.collect(),
        };
        serde_json::to_vec(&saved).unwrap_or_default()
    }

    /// From its file, and the last segment that is counted in; nothing if it is none.
    pub fn load(saved: &[u8], now: Timestamp) -> Option<(Self, i64)> {
        let saved: Saved = serde_json::from_slice(saved).ok()?;
        let mut rollup = Self::default();
        if saved.series.len() != rollup.series.len() {
            return None;
        }
        let now = now.micros().div_euclid(1_000_000);
        for (series, steps) in rollup.series.iter_mut().zip(saved.series) {
            let steps = steps.into_iter();
            series.steps = steps
                .map(|(environment, begin, step)| ((environment, begin), step))
                .collect();
            series.forget(now);
        }
        Some((rollup, saved.covered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_764_000_030_000_000);

    fn call(ago: u64, platform: &str, outcome: Outcome, ms: u64) -> Event {
        let at = Timestamp::from_micros(NOW.micros() - i64::try_from(ago).unwrap() * 1_000_000);
        let took = Duration::from_millis(ms);
        let mut event = Event::new(Kind::Passthrough, Environment::Test, at, took);
        event.platform = platform.parse().ok();
        event.outcome = outcome;
        event
    }

    fn filled() -> Rollup {
        let mut rollup = Rollup::default();
        for (ago, platform, outcome) in [
            (0, "gmail", Outcome::Ok),
            (30, "gmail", Outcome::ClientError),
            (600, "notion", Outcome::Ok),
            (7200, "gmail", Outcome::Failed),
            (5 * 86_400, "exa", Outcome::Ok),
            (20 * 86_400, "exa", Outcome::Ok),
            (40 * 86_400, "exa", Outcome::Ok),
            (10, "", Outcome::ClientError),
        ] {
            rollup.add(&call(ago, platform, outcome, 100), NOW);
        }
        let mut refresh = call(1, "gmail", Outcome::Ok, 1);
        refresh.kind = Kind::Refresh;
        rollup.add(&refresh, NOW);
        refresh.outcome = Outcome::Failed;
        rollup.add(&refresh, NOW);
        rollup
    }

    #[test]
    fn each_range_has_what_happened_in_it_without_gaps() {
        let rollup = filled();
        for (range, calls, errors, steps) in [
            (Range::Hour, 4, 2, 60),
            (Range::Day, 5, 3, 288),
            (Range::Week, 6, 3, 168),
            (Range::Month, 7, 3, 180),
        ] {
            let told = rollup.overview(Environment::Test, range, NOW);
            assert_eq!(
                (told.totals.calls, told.totals.errors),
                (calls, errors),
                "{range:?}"
            );
            assert_eq!(told.series.len(), steps);
            let drawn: u64 = told.series.iter().map(|(_, sum)| sum.calls).sum();
            assert_eq!(drawn, calls, "{range:?}");
            assert_eq!(told.refreshes, (1, 1));
            assert_eq!(told.platforms[0].0, "gmail");
            assert!(
                told.platforms
                    .iter()
                    .all(|(platform, _)| !platform.is_empty())
            );
            let last = told.series.last().unwrap().0;
            assert!(last <= NOW && NOW.since(last) < told.step);
        }
        let live = rollup.overview(Environment::Live, Range::Month, NOW);
        assert_eq!((live.totals, live.refreshes), (Sum::default(), (0, 0)));
    }

    #[test]
    fn what_is_saved_is_loaded_and_what_is_counted_apart_adds_up() {
        let rollup = filled();
        let (loaded, covered) = Rollup::load(&rollup.save(7), NOW).unwrap();
        assert_eq!((&loaded, covered), (&rollup, 7));
        assert!(Rollup::load(b"{}", NOW).is_none() && Rollup::load(b"", NOW).is_none());
        let mut both = loaded;
        both.merge(&rollup, NOW);
        let told = both.overview(Environment::Test, Range::Day, NOW);
        assert_eq!(told.totals.calls, 10);
        assert_eq!(told.refreshes, (2, 2));
        let p50 = told.totals.times.quantile(0.5).unwrap();
        assert!((90.0..110.0).contains(&p50), "{p50}");
    }

    #[test]
    fn too_many_platforms_are_put_together_where_they_are_oldest() {
        let mut rollup = Rollup::default();
        for hour in (0..60).rev() {
            for n in 0..500 {
                rollup.add(&call(hour * 3600, &format!("p{n}"), Outcome::Ok, 1), NOW);
            }
        }
        // Give or take a step.
        let most = MOST_CELLS + 500;
        assert!(rollup.series.iter().all(|series| series.cells <= most));
        let week = rollup.overview(Environment::Test, Range::Week, NOW);
        assert_eq!(week.totals.calls, 60 * 500);
        assert_eq!(week.platforms[0].0, OTHER);
        let hour = rollup.overview(Environment::Test, Range::Hour, NOW);
        assert_eq!(hour.platforms.len(), 500);
    }
}
