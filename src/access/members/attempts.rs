//! How often somebody may fail, by account and by address.
//!
//! Held in memory: whoever can restart the program can do worse than guess. An attempt counts from
//! its beginning, so that a hundred at once are a hundred; one that succeeds is taken back.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::crypto::sha256;
use crate::domain::{Email, Timestamp};

/// How many may fail, and what follows.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// So many may fail one after another; each further one has to wait twice as long as the last.
    pub free: u32,
    /// With so many it is locked.
    pub most: u32,
    /// For how long. After so long without a failure all of them are forgotten as well.
    pub lock: Duration,
}

/// For one account.
pub const ACCOUNT: Policy = Policy {
    free: 5,
    most: 10,
    lock: Duration::from_secs(15 * 60),
};

/// For one address. A whole office may be behind one, so it takes more.
pub const ADDRESS: Policy = Policy {
    free: 25,
    most: 50,
    lock: Duration::from_secs(15 * 60),
};

/// So many accounts and addresses are remembered; then those with the fewest failures are forgotten.
const MAX_REMEMBERED: usize = 20_000;

/// What one account or address has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    failed: u32,
    last: Option<Timestamp>,
}

impl Tries {
    /// How long the next attempt has to wait; nothing if it may be made.
    pub fn wait(&self, policy: Policy, now: Timestamp) -> Option<Duration> {
        let passed = now.since(self.last?);
        let needed = match self.failed {
            failed if failed < policy.free => return None,
            failed if failed >= policy.most => policy.lock,
            failed => Duration::from_secs(1 << (failed - policy.free).min(30)).min(policy.lock),
        };
        needed.checked_sub(passed).filter(|wait| !wait.is_zero())
    }

    /// Begins an attempt, which has failed until it is taken back.
    ///
    /// # Errors
    /// How long it has to wait.
    pub fn begin(&mut self, policy: Policy, now: Timestamp) -> Result<(), Duration> {
        if self.is_stale(policy, now) {
            *self = Self::default();
        }
        if let Some(wait) = self.wait(policy, now) {
            return Err(wait);
        }
        self.failed = self.failed.saturating_add(1);
        self.last = Some(now);
        Ok(())
    }

    /// The attempt has not failed.
    pub fn take_back(&mut self) {
        self.failed = self.failed.saturating_sub(1);
    }

    fn is_stale(&self, policy: Policy, now: Timestamp) -> bool {
        self.last.is_none_or(|last| now.since(last) >= policy.lock)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key([u8; 32]);

impl Key {
    fn account(email: &Email) -> Self {
        Self(sha256(format!("account\0{}", email.as_str()).as_bytes()))
    }

    fn address(address: &str) -> Self {
        Self(sha256(format!("address\0{address}").as_bytes()))
    }
}

/// Everybody's attempts.
#[derive(Default)]
pub struct Attempts {
    tries: Mutex<HashMap<Key, Tries>>,
}

impl Attempts {
    /// Begins an attempt for `email` from `address`. Gives whether it is the last one: if it fails, the
    /// account is locked.
    ///
    /// # Errors
    /// After how many seconds it may be made.
    pub fn begin(&self, email: &Email, address: &str, now: Timestamp) -> Result<bool, u64> {
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, now);
        let (account, address) = (Key::account(email), Key::address(address));
        let seconds = |wait: Duration| wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let tries = all.entry(address).or_default();
        tries.begin(ADDRESS, now).map_err(seconds)?;
        let tries = all.entry(account).or_default();
        let begun = tries.begin(ACCOUNT, now).map(|()| tries.failed);
        if let (Err(_), Some(tries)) = (begun, all.get_mut(&address)) {
            tries.take_back();
        }
        begun.map(|failed| failed == ACCOUNT.most).map_err(seconds)
    }

    /// The attempt was neither a failure nor the whole of a sign-in.
    pub fn take_back(&self, email: &Email, address: &str) {
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for key in [Key::account(email), Key::address(address)] {
            if let Some(tries) = all.get_mut(&key) {
                tries.take_back();
            }
        }
    }

    /// The attempt was a sign-in: the account's failures are forgotten. Those of the address are
    /// not, or whoever has one account could guess at others' for ever.
    pub fn succeed(&self, email: &Email, address: &str) {
        self.take_back(email, address);
        self.forgive(email);
    }

    /// Forgets an account's failures.
    pub fn forgive(&self, email: &Email) {
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&Key::account(email));
    }

    /// Whether the account has failed so often that it is locked.
    pub fn is_locked(&self, email: &Email, now: Timestamp) -> bool {
        let all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&Key::account(email))
            .is_some_and(|tries| tries.failed >= ACCOUNT.most && tries.wait(ACCOUNT, now).is_some())
    }
}

fn make_room(all: &mut HashMap<Key, Tries>, now: Timestamp) {
    if all.len() < MAX_REMEMBERED {
        return;
    }
    all.retain(|_, tries| !tries.is_stale(ACCOUNT, now));
    if all.len() < MAX_REMEMBERED {
        return;
    }
    let fewest = all.values().map(|tries| tries.failed).min().unwrap_or(0);
    all.retain(|_, tries| tries.failed > fewest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn wait(tries: &mut Tries, seconds: i64) -> u64 {
        let begun = tries.begin(ACCOUNT, at(seconds));
        begun.err().map_or(0, |wait| wait.as_secs())
    }

    #[test]
    fn five_are_free_then_each_waits_twice_as_long_and_ten_lock_for_a_quarter_of_an_hour() {
        let mut tries = Tries::default();
        for _ in 0..5 {
            assert_eq!(wait(&mut tries, 0), 0);
        }
        let mut now = 0;
        for seconds in [1, 2, 4, 8, 16] {
            assert_eq!(wait(&mut tries, now), seconds);
            now += i64::try_from(seconds).unwrap();
            assert_eq!(wait(&mut tries, now), 0);
        }
        assert_eq!(wait(&mut tries, now), 900);
        assert_eq!(wait(&mut tries, now + 899), 1);
        assert_eq!(wait(&mut tries, now + 900), 0);
        assert_eq!(tries.failed, 1);
    }

    #[test]
    fn a_success_forgets_the_accounts_failures_and_not_the_addresss() {
        let attempts = Attempts::default();
        let emails: Vec<Email> = (0..30)
            .map(|each| format!("a{each}@example.com").parse().unwrap())
            .collect();
        let own: Email = "own@example.com".parse().unwrap();
        for email in &emails[..25] {
            attempts.begin(email, "10.0.0.1", at(0)).unwrap();
        }
        assert_eq!(attempts.begin(&own, "10.0.0.1", at(0)), Err(1));
        attempts.begin(&own, "10.0.0.1", at(1)).unwrap();
        attempts.succeed(&own, "10.0.0.1");
        assert!(attempts.begin(&emails[26], "10.0.0.1", at(1)).is_err());
        assert!(attempts.begin(&emails[26], "10.0.0.2", at(1)).is_ok());
    }

    #[test]
    fn an_account_that_is_locked_is_locked_from_everywhere() {
        let attempts = Attempts::default();
        let email: Email = "ada@example.com".parse().unwrap();
        let mut now = 0;
        while !attempts.is_locked(&email, at(now)) {
            let _ = attempts.begin(&email, &format!("10.0.0.{now}"), at(now));
            now += 1;
        }
        assert!(attempts.begin(&email, "192.0.2.1", at(now)).is_err());
        attempts.forgive(&email);
        assert!(attempts.begin(&email, "192.0.2.1", at(now)).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded_and_who_failed_most_stays() {
        let attempts = Attempts::default();
        let email: Email = "ada@example.com".parse().unwrap();
        for now in 0..5 {
            attempts.begin(&email, "10.0.0.1", at(now)).unwrap();
        }
        for each in 0..MAX_REMEMBERED {
            let email: Email = format!("a{each}@example.com").parse().unwrap();
            let _ = attempts.begin(&email, &format!("{each}"), at(5));
        }
        assert!(attempts.tries.lock().unwrap().len() <= MAX_REMEMBERED + 2);
        assert!(attempts.begin(&email, "10.0.0.9", at(4)).is_err());
    }

    proptest! {
        /// However attempts are spread, and whichever are taken back as half a sign-in.
        #[test]
        fn no_quarter_of_an_hour_has_more_than_ten_failures(
            steps in prop::collection::vec((0i64..400, any::<bool>()), 1..300),
        ) {
            let mut tries = Tries::default();
            let (mut now, mut failures) = (0, Vec::new());
            for (passed, is_half) in steps {
                now += passed;
                if tries.begin(ACCOUNT, at(now)).is_ok() {
                    match is_half {
                        true => tries.take_back(),
                        false => failures.push(now),
                    }
                }
            }
            for from in &failures {
                let within = failures.iter().filter(|at| (*from..from + 900).contains(*at));
                prop_assert!(within.count() <= 10, "{failures:?}");
            }
        }
    }
}
