//! A histogram of durations that is cheap to add to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Upper bounds in microseconds: from what we add ourselves to what an export takes.
const BOUNDS: [u64; 15] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000, 30_000_000,
];

/// What is longer counts as this, so that the sum can't run over.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

/// A handle; its clones count together.
///
/// **Why not prometheus-client's own:** that one takes a lock for each value, and workers would
/// meet there on every request. Here a value costs two additions that never wait. A reader may see
/// one of the two before the other; the next scrape is right again.
#[derive(Clone, Debug, Default)]
pub(super) struct Durations(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// One for each of [`BOUNDS`], and one for what is longer.
    counts: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Durations {
    /// Adds one.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.min(LONGEST).as_micros()).unwrap_or(0);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(count) = self.0.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.0.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl TypedMetric for Durations {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Durations {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let bounds = BOUNDS
            .iter()
            .map(|micros| Duration::from_micros(*micros).as_secs_f64());
        let counts = self
            .0
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.chain([f64::INFINITY]).zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = Duration::from_micros(self.0.micros.load(Ordering::Relaxed)).as_secs_f64();
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}
