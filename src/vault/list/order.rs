//! In what order connections are listed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::str::FromStr;

use uuid::Uuid;

use super::Glance;
use crate::domain::{ConnectionId, Health, Timestamp};

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// When they were made.
    #[default]
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// When they were last used.
    LastUsedAt,
    /// When their token was last refreshed.
    LastRefreshedAt,
    /// When their token expires.
    ExpiresAt,
    /// What their owner calls them, in any case.
    Name,
    /// Their platform.
    Platform,
    /// Whose they are.
    Identity,
    /// Who they are signed in as.
    Account,
    /// How far they can be relied on: the failed ones come first.
    State,
}

/// The fields by the words that callers know them by.
const FIELDS: [(&str, Field); 10] = [
    ("createdAt", Field::CreatedAt),
    ("updatedAt", Field::UpdatedAt),
    ("lastUsedAt", Field::LastUsedAt),
    ("lastRefreshedAt", Field::LastRefreshedAt),
    ("expiresAt", Field::ExpiresAt),
    ("name", Field::Name),
    ("platform", Field::Platform),
    ("identity", Field::Identity),
    ("account", Field::Account),
    ("state", Field::State),
];

/// The order of a list. What has nothing to sort by comes last; of equals the latest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub field: Field,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Default for Order {
    /// Latest first.
    fn default() -> Self {
        Self {
            field: Field::CreatedAt,
            descending: true,
        }
    }
}

impl FromStr for Order {
    type Err = String;

    /// A field's word; with `-` in front the other way round.
    fn from_str(text: &str) -> Result<Self, String> {
        let (word, descending) = match text.strip_prefix('-') {
            Some(word) => (word, true),
            None => (text, false),
        };
        let known = FIELDS.iter().find(|(known, _)| *known == word);
        known
            .map(|(_, field)| Self {
                field: *field,
                descending,
            })
            .ok_or_else(|| {
                let words: Vec<&str> = FIELDS.iter().map(|(word, _)| *word).collect();
                format!(
                    "must be one of {}, perhaps with - in front",
                    words.join(", ")
                )
            })
    }
}

/// What something is sorted by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Number(i64),
    Text(String),
}

struct Entry {
    by: Option<Value>,
    created_at: String,
    id: ConnectionId,
}

/// What was chosen for a list: as little of each connection as its place takes.
pub(super) struct Chosen {
    order: Order,
    last_used: HashMap<Uuid, Timestamp>,
    entries: Vec<Entry>,
}

impl Chosen {
    /// Nothing yet. `last_used` is needed only for that order.
    pub fn new(order: Order, last_used: HashMap<Uuid, Timestamp>) -> Self {
        Self {
            order,
            last_used,
            entries: Vec::new(),
        }
    }

    /// Takes one in.
    pub fn take(&mut self, glance: Glance) {
        self.entries.push(Entry {
            by: self.value(&glance),
            created_at: glance.created_at,
            id: glance.id,
        });
    }

    fn value(&self, glance: &Glance) -> Option<Value> {
        let time = |at: Option<&String>| at.cloned().map(Value::Text);
        let text = |text: Option<&String>| text.map(|text| Value::Text(text.to_lowercase()));
        match self.order.field {
            // The tie-break sorts by it, which is enough one way round.
            Field::CreatedAt if self.order.descending => None,
            Field::CreatedAt => time(Some(&glance.created_at)),
            Field::UpdatedAt => time(Some(&glance.updated_at)),
            Field::LastUsedAt => {
                let at = self.last_used.get(&glance.id.0);
                at.map(|at| Value::Number(at.micros()))
            }
            Field::LastRefreshedAt => time(glance.last_refreshed_at.as_ref()),
            Field::ExpiresAt => time(glance.expires_at.as_ref()),
            Field::Name => text(glance.name.as_ref()),
            Field::Platform => text(Some(&glance.platform)),
            Field::Identity => text(glance.identity.as_ref()),
            Field::Account => text(glance.account.as_ref()),
            Field::State => Some(Value::Number(urgency(glance.health))),
        }
    }

    /// Their ids, in order.
    pub fn sorted(mut self) -> Vec<ConnectionId> {
        let descending = self.order.descending;
        self.entries
            .sort_unstable_by(|one, other| compare(one, other, descending));
        self.entries.into_iter().map(|entry| entry.id).collect()
    }
}

fn compare(one: &Entry, other: &Entry, descending: bool) -> Ordering {
    let by = match (&one.by, &other.by) {
        (Some(one), Some(other)) if descending => other.cmp(one),
        (Some(one), Some(other)) => one.cmp(other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    by.then_with(|| other.created_at.cmp(&one.created_at))
        .then_with(|| one.id.cmp(&other.id))
}

fn urgency(health: Health) -> i64 {
    match health {
        Health::Failed => 0,
        Health::Degraded => 1,
        Health::Unknown => 2,
        Health::Operational => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(by: Option<&str>, created_at: u8) -> Entry {
        Entry {
            by: by.map(|text| Value::Text(text.to_owned())),
            created_at: created_at.to_string(),
            id: ConnectionId(Uuid::nil()),
        }
    }

    #[test]
    fn an_order_has_a_word_and_anything_else_is_refused() {
        for (word, field) in FIELDS {
            let order: Order = word.parse().unwrap();
            assert_eq!((order.field, order.descending), (field, false));
            assert!(format!("-{word}").parse::<Order>().unwrap().descending);
        }
        assert_eq!("-createdAt".parse::<Order>().unwrap(), Order::default());
        for bad in ["", "-", "--name", "Name", "createdat", "name,platform"] {
            assert!(bad.parse::<Order>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_has_nothing_to_sort_by_comes_last_either_way_and_equals_latest_first() {
        for (descending, expected) in [(false, ["3", "2", "1", "4"]), (true, ["1", "3", "2", "4"])]
        {
            let mut entries = [
                entry(Some("b"), 1),
                entry(Some("a"), 2),
                entry(Some("a"), 3),
                entry(None, 4),
            ];
            entries.sort_by(|one, other| compare(one, other, descending));
            let found = entries.map(|entry| entry.created_at);
            assert_eq!(found, expected, "{descending}");
        }
    }
}
