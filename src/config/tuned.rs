//! The settings that can be changed while the program runs, by whoever administers it.
//!
//! They are the ones that people decide about while they look at what the program does. What a flag,
//! the environment or a file says is fixed there: there is one place for each setting.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Config;
use super::rules::{checked_origin, within};

/// For how many days the journal may be kept.
pub(super) const DAYS: RangeInclusive<i64> = 1..=3650;
/// How many megabytes of it.
pub(super) const MEGABYTES: RangeInclusive<i64> = 1..=1 << 20;
/// What one API key may ask in a minute; 0 for no limit.
pub(super) const PER_MINUTE: RangeInclusive<i64> = 0..=u32::MAX as i64;

/// Each by the name that programs know it by, and by its key.
const NAMES: [(&str, &str); 4] = [
    ("retention.days", "journal.days"),
    ("retention.megabytes", "journal.megabytes"),
    ("authkit.allowedOrigins", "authkit.allowed_origins"),
    ("rateLimit.requestsPerMinute", "limits.requests_per_minute"),
];

/// Some of the settings that can be changed, checked; those that are not spoken of are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tuned {
    /// For how many days the journal is kept.
    pub days: Option<u64>,
    /// How many megabytes of it.
    pub megabytes: Option<u64>,
    /// The origins of pages that may embed the modal; any if empty.
    pub allowed_origins: Option<Vec<String>>,
    /// What one API key may ask in a minute; 0 for no limit.
    pub requests_per_minute: Option<u32>,
}

/// The same as somebody asks for them.
#[derive(Clone, Debug, Default)]
pub struct TuneWishes {
    /// For how many days the journal is kept.
    pub days: Option<i64>,
    /// How many megabytes of it.
    pub megabytes: Option<i64>,
    /// The origins of pages that may embed the modal.
    pub allowed_origins: Option<Vec<String>>,
    /// What one API key may ask in a minute; 0 for no limit.
    pub requests_per_minute: Option<i64>,
}

impl TuneWishes {
    /// What is asked for, if all of it can be.
    ///
    /// # Errors
    /// Everything that is wrong, a sentence each.
    pub fn checked(&self) -> Result<Tuned, Vec<String>> {
        let mut wrong = Vec::new();
        let mut number = |name: &str, asked: Option<i64>, range| {
            let checked = asked.map(|asked| within(asked, range)).transpose();
            checked.unwrap_or_else(|what| {
                wrong.push(format!("{name}: {what}"));
                None
            })
        };
        let days = number("retention.days", self.days, DAYS);
        let megabytes = number("retention.megabytes", self.megabytes, MEGABYTES);
        let limit = number(
            "rateLimit.requestsPerMinute",
            self.requests_per_minute,
            PER_MINUTE,
        );
        let allowed_origins = self.allowed_origins.as_ref().map(|texts| {
            let mut origins = Vec::new();
            for text in texts {
                match checked_origin(text) {
                    Ok(origin) if origins.contains(&origin) => {}
                    Ok(origin) => origins.push(origin),
                    Err(what) => wrong.push(format!("authkit.allowedOrigins: {what}")),
                }
            }
            origins
        });
        match wrong.is_empty() {
            true => Ok(Tuned {
                days,
                megabytes,
                allowed_origins,
                requests_per_minute: limit.and_then(|limit: u64| u32::try_from(limit).ok()),
            }),
            false => Err(wrong),
        }
    }
}

impl Tuned {
    /// Those that are spoken of, by the names that programs know them by.
    pub fn named(&self) -> BTreeMap<&'static str, Value> {
        let [days, megabytes, origins, limit] = NAMES.map(|(name, _)| name);
        let values = [
            (days, self.days.map(Value::from)),
            (megabytes, self.megabytes.map(Value::from)),
            (origins, self.allowed_origins.clone().map(Value::from)),
            (limit, self.requests_per_minute.map(limit_in_words)),
        ];
        let spoken_of = |(name, value): (_, Option<Value>)| Some((name, value?));
        values.into_iter().filter_map(spoken_of).collect()
    }

    /// These, and where they do not speak of one, what `below` says of it.
    pub fn over(self, below: &Self) -> Self {
        Self {
            days: self.days.or(below.days),
            megabytes: self.megabytes.or(below.megabytes),
            allowed_origins: self
                .allowed_origins
                .or_else(|| below.allowed_origins.clone()),
            requests_per_minute: self.requests_per_minute.or(below.requests_per_minute),
        }
    }

    /// Those that are other ones than in `now`.
    pub fn unlike(self, now: &Self) -> Self {
        Self {
            days: self.days.filter(|days| Some(*days) != now.days),
            megabytes: self.megabytes.filter(|most| Some(*most) != now.megabytes),
            allowed_origins: self
                .allowed_origins
                .filter(|origins| Some(origins) != now.allowed_origins.as_ref()),
            requests_per_minute: self
                .requests_per_minute
                .filter(|limit| Some(*limit) != now.requests_per_minute),
        }
    }

    /// Those of these that `others` speak of as well.
    pub fn also_in(mut self, others: &Self) -> Self {
        let others = others.named();
        for (name, _) in NAMES {
            if !others.contains_key(name) {
                self.forget(name);
            }
        }
        self
    }

    fn forget(&mut self, name: &str) {
        match name {
            "retention.days" => self.days = None,
            "retention.megabytes" => self.megabytes = None,
            "authkit.allowedOrigins" => self.allowed_origins = None,
            _ => self.requests_per_minute = None,
        }
    }
}

fn limit_in_words(limit: u32) -> Value {
    match limit {
        0 => Value::Null,
        limit => limit.into(),
    }
}

impl Config {
    /// The settings that can be changed while the program runs, as they are configured: all of them.
    pub fn tuned(&self) -> Tuned {
        let limit = self.limits.requests_per_minute;
        Tuned {
            days: Some(self.journal.days),
            megabytes: Some(self.journal.megabytes),
            allowed_origins: Some(self.authkit.allowed_origins.clone()),
            requests_per_minute: Some(limit.map_or(0, std::num::NonZeroU32::get)),
        }
    }

    /// Those of them that are fixed by a flag, the environment or a file: by the names that programs
    /// know them by, and where they are fixed.
    pub fn fixed(&self) -> Vec<(&'static str, &str)> {
        let is_fixed = |(name, key): (&'static str, &str)| {
            let row = self.shown.row(key)?;
            (row.source != "default").then_some((name, row.source.as_str()))
        };
        NAMES.into_iter().filter_map(is_fixed).collect()
    }

    /// What of `tuned` counts: not what is fixed.
    pub fn free(&self, mut tuned: Tuned) -> Tuned {
        for (name, _) in self.fixed() {
            tuned.forget(name);
        }
        tuned
    }
}

/// Origins of pages, for all who ask for them; they may be others the next time.
#[derive(Clone, Debug, Default)]
pub struct Origins(Arc<RwLock<Arc<[String]>>>);

impl Origins {
    /// These, until they are changed.
    pub fn new(origins: Vec<String>) -> Self {
        Self(Arc::new(RwLock::new(origins.into())))
    }

    /// As they are now.
    pub fn now(&self) -> Arc<[String]> {
        let origins = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&origins)
    }

    /// Others from now on, for everybody.
    pub fn set(&self, origins: Vec<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = origins.into();
    }
}
