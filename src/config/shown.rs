//! What is in force, and where each value came from.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// All settings in force with their places of origin; secrets are masked when it is made.
///
/// Serialises as `{"port": {"value": 3005, "source": "default"}, …}`; prints as a TOML file that
/// could be used again, but for the secrets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown(Vec<Row>);

/// One setting in force.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Row {
    /// Dotted, as in `egress.allow`.
    #[serde(skip)]
    pub key: String,
    /// As written; `•••` for a secret that is set.
    pub value: serde_json::Value,
    /// `default`, a file, an environment variable or a flag.
    pub source: String,
}

impl Shown {
    /// Those outside of a section first, as TOML wants them.
    pub(super) fn new(mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|row| (row.key.contains('.'), row.key.clone()));
        Self(rows)
    }

    /// Each setting once.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.0.iter()
    }

    /// The setting called `key`.
    pub fn row(&self, key: &str) -> Option<&Row> {
        self.rows().find(|row| row.key == key)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for row in &self.0 {
            map.serialize_entry(&row.key, row)?;
        }
        map.end()
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut above = "";
        for row in &self.0 {
            let (section, name) = row.key.rsplit_once('.').unwrap_or(("", &row.key));
            if section != above {
                writeln!(f, "\n[{section}]")?;
                above = section;
            }
            // JSON's texts, numbers and lists are TOML's as well.
            let line = format!("{name} = {}", row.value);
            writeln!(f, "{line:<50}  # {}", row.source)?;
        }
        Ok(())
    }
}
