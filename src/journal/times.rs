//! How long calls took, in few numbers: from 0.1 ms up, each bucket a fifth wider than the last.
//!
//! The middle of a bucket is at most 9.6 % from everything in it.

use serde::{Deserialize, Serialize};

/// The upper bound of the first bucket, in milliseconds.
const FIRST: f64 = 0.1;
/// How much wider each bucket is than the one before.
const RATIO: f64 = 1.2;
/// The last one; it begins at 46 minutes.
const LAST: u8 = 95;

/// Counts durations. Only buckets in use take room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Times(Vec<(u8, u32)>);

impl Times {
    /// Adds one, in milliseconds.
    pub fn add(&mut self, ms: f64) {
        self.count(bucket(ms), 1);
    }

    /// Adds what `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            self.count(*bucket, *count);
        }
    }

    /// Which time `share` of all stay below, in milliseconds; nothing if there are none.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let total: u64 = self.0.iter().map(|(_, count)| u64::from(*count)).sum();
        let wanted = total as f64 * share;
        let mut seen = 0.0;
        for (bucket, count) in &self.0 {
            seen += f64::from(*count);
            if seen >= wanted {
                return Some(middle(*bucket));
            }
        }
        None
    }

    fn count(&mut self, bucket: u8, count: u32) {
        match self.0.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(at) => {
                if let Some((_, own)) = self.0.get_mut(at) {
                    *own = own.saturating_add(count);
                }
            }
            Err(at) => self.0.insert(at, (bucket, count)),
        }
    }
}

fn bucket(ms: f64) -> u8 {
    // Out of range becomes the nearest that there is, and what is no number nothing.
    let steps = (ms / FIRST).log(RATIO).ceil() as u8;
    steps.min(LAST)
}

fn middle(bucket: u8) -> f64 {
    let ms = FIRST * RATIO.powf(f64::from(bucket) - 0.5);
    (ms * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_has_no_quantile_and_anything_finds_a_bucket() {
        assert_eq!(Times::default().quantile(0.5), None);
        for ms in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12] {
            let mut times = Times::default();
            times.add(ms);
            assert!(times.quantile(0.95).is_some());
        }
    }

    proptest! {
        #[test]
        fn quantiles_are_at_most_a_tenth_off(mut all in proptest::collection::vec(0.1f64..60_000.0, 1..300), share in 0.01f64..1.0) {
            let (mut one, mut other) = (Times::default(), Times::default());
            for (at, ms) in all.iter().enumerate() {
                if at % 2 == 0 { one.add(*ms) } else { other.add(*ms) }
            }
            one.merge(&other);
            all.sort_by(f64::total_cmp);
            let rank = (all.len() as f64 * share).ceil() as usize;
            let exact = all[rank.max(1) - 1];
            let told = one.quantile(share).unwrap();
            prop_assert!((told / exact - 1.0).abs() <= 0.1, "{} for {}", told, exact);
        }
    }
}
