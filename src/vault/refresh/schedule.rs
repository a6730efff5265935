//! When a token is refreshed, and when it is tried again. Pure, but for [`chance`].

use std::time::Duration;

use crate::crypto::random_bytes;
use crate::domain::{OAuth, Timestamp};

/// How long before its end a token is refreshed at the most, unless the descriptor says otherwise.
const MARGIN: Duration = Duration::from_secs(10 * 60);
/// The first wait after a failure.
const FIRST_WAIT: Duration = Duration::from_secs(15);
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);
/// A provider that asks for more patience than this is asked sooner.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

/// Something between 0 and 1.
pub(super) fn chance() -> f64 {
    f64::from(u32::from_le_bytes(random_bytes())) / f64::from(u32::MAX)
}

/// When a token that ends at `end` is to be refreshed; its end itself if nothing refreshes it.
pub fn due(oauth: &OAuth, now: Timestamp, end: Timestamp, refreshable: bool) -> Timestamp {
    match refreshable {
        true => due_by(oauth.refresh_margin_seconds, now, end, chance()),
        false => end,
    }
}

/// The margin before the end, or half of a life that is no longer than the margin; up to a tenth
/// of the margin earlier, so that many tokens of one moment are not refreshed in one moment.
fn due_by(margin: Option<u64>, now: Timestamp, end: Timestamp, chance: f64) -> Timestamp {
    let life = end.since(now);
    let margin = margin.map_or_else(|| MARGIN.min(life / 5), Duration::from_secs);
    if margin >= life {
        return now.plus(life / 2);
    }
    let wait = life - margin;
    let earlier = margin.mul_f64(chance.clamp(0.0, 1.0) / 10.0);
    now.plus(wait.saturating_sub(earlier))
}

/// How long to wait after the failure with this number, counted from 1. Doubles each time; a tenth
/// more or less. What the provider asks for counts if it is more.
pub(super) fn retry_after(failures: u32, asked: Option<Duration>, chance: f64) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    let wait = doubled.min(LONGEST_WAIT);
    let wait = wait.mul_f64(0.9 + chance.clamp(0.0, 1.0) / 5.0);
    // Never less than without being asked: some answer every failure with `Retry-After: 0`.
    asked.map_or(wait, |asked| asked.min(LONGEST_ASKED).max(wait))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);

    fn seconds(margin: Option<u64>, life: u64, chance: f64) -> u64 {
        let end = NOW.plus(Duration::from_secs(life));
        due_by(margin, NOW, end, chance).since(NOW).as_secs()
    }

    #[test]
    fn a_token_is_refreshed_some_time_before_its_end() {
        for (margin, life, due) in [
            (None, 3600, 3000),
            (None, 28_800, 28_200),
            (None, 600, 480),
            (None, 10, 8),
            (Some(60), 3600, 3540),
            (Some(7200), 3600, 1800),
            (Some(0), 100, 100),
            (None, 0, 0),
        ] {
            assert_eq!(seconds(margin, life, 0.0), due, "{margin:?} {life}");
        }
    }

    #[test]
    fn waits_grow_to_a_limit_and_hear_the_provider() {
        let waits: Vec<u64> = (1..=9)
            .map(|n| retry_after(n, None, 0.5).as_secs())
            .collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1800, 1800]);
        let asked = |seconds| retry_after(1, Some(Duration::from_secs(seconds)), 0.5).as_secs();
        assert_eq!((asked(70), asked(0), asked(1_000_000)), (70, 15, 3600));
    }

    proptest! {
        #[test]
        fn a_token_is_due_after_now_and_never_after_its_end(
            margin in proptest::option::of(0_u64..1_000_000),
            life in 0_u64..100_000_000,
            chance in 0.0_f64..=1.0,
        ) {
            let due = seconds(margin, life, chance);
            prop_assert!(due <= life);
            if let Some(margin) = margin.filter(|margin| *margin < life) {
                prop_assert!(due + margin <= life);
            }
        }

        #[test]
        fn a_wait_is_never_nothing_and_never_forever(failures in any::<u32>(), chance in 0.0_f64..=1.0) {
            let wait = retry_after(failures, None, chance);
            prop_assert!(wait >= Duration::from_secs(13) && wait <= Duration::from_secs(33 * 60));
        }
    }
}
