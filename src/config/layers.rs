//! The layers that a configuration is put together from.
//!
//! **Why not figment's own file and environment providers:** each value is checked by itself before
//! the layers are merged, so that a wrong one is reported even where another layer hides it; a TOML
//! error must not quote the line it is about, which may hold a secret; the environment comes in as
//! an argument; and the type of a variable is that of its key (a master key of digits is no number).

use std::collections::BTreeMap;

use figment::value::{Dict, Map, Num, Tag, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};

use super::environment::{PREFIX, variable_of};
use super::mistakes::{Mistake, nearest};
use super::settings::{DEFAULTS, Settings};

/// Values by dotted key, each with the place where it was written.
#[derive(Clone, Default)]
pub(super) struct Layer {
    values: BTreeMap<String, (Value, String)>,
}

impl Layer {
    /// The published file.
    pub fn defaults() -> Self {
        Self::file("default", DEFAULTS).expect("the embedded file is valid TOML: a test reads it")
    }

    /// The file `name`, of which `text` is the content.
    pub fn file(name: &str, text: &str) -> Result<Self, Mistake> {
        let table: toml::Table = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = 1 + before.unwrap_or_default().matches('\n').count();
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            Mistake::of_key(&format!("{name}, line {line}"), "", what)
        })?;
        let mut layer = Self::default();
        if let Ok(Value::Dict(_, dict)) = Value::serialize(&table) {
            layer.flatten(name, "", dict);
        }
        Ok(layer)
    }

    /// Adds what a flag or a variable says, `text`, as a value of the type that `key` has.
    pub fn put(&mut self, origin: &str, key: &str, text: &str, defaults: &Self) {
        let default = defaults.values.get(key).map(|(value, _)| value);
        let value = (typed(text, default), origin.to_owned());
        self.values.insert(key.to_owned(), value);
    }

    /// Takes out what can't be right by itself, and says why.
    pub fn without_mistakes(mut self, defaults: &Self, mistakes: &mut Vec<Mistake>) -> Self {
        self.values.retain(|key, (value, origin)| {
            let wrong = match defaults.values.get(key) {
                // An empty section says nothing.
                None if matches!(value, Value::Dict(..)) && defaults.has_section(key) => {
                    return false;
                }
                None => Some(unknown(origin, key, defaults)),
                Some((default, _)) => (!fits(key, value, defaults))
                    .then(|| Mistake::of_value(origin, key, value, wanted(default))),
            };
            mistakes.extend(wrong.clone());
            wrong.is_none()
        });
        self
    }

    /// Every key of this layer, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Where `key` was written, in this layer.
    pub fn origin(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|(_, origin)| origin.as_str())
    }

    /// Whether `key` is the name of a section, such as `egress`.
    fn has_section(&self, key: &str) -> bool {
        self.keys()
            .filter_map(|other| other.strip_prefix(key))
            .any(|rest| rest.starts_with('.'))
    }

    fn flatten(&mut self, origin: &str, above: &str, dict: Dict) {
        for (name, value) in dict {
            let key = match above {
                "" => name,
                above => format!("{above}.{name}"),
            };
            match value {
                Value::Dict(_, inner) if !inner.is_empty() => self.flatten(origin, &key, inner),
                value => {
                    self.values.insert(key, (value, origin.to_owned()));
                }
            }
        }
    }
}

impl Provider for Layer {
    /// [`Metadata::interpolate`] gives the place where a key of this layer was written.
    fn metadata(&self) -> Metadata {
        let origins: BTreeMap<String, String> = self
            .values
            .iter()
            .map(|(key, (_, origin))| (key.clone(), origin.clone()))
            .collect();
        Metadata::default().interpolater(move |_, keys| {
            let origin = origins.get(&keys.join("."));
            origin.cloned().unwrap_or_default()
        })
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut all = Dict::new();
        for (key, (value, _)) in &self.values {
            insert(&mut all, key, value);
        }
        Ok(Map::from([(Profile::Default, all)]))
    }
}

/// Puts `value` where the dotted `key` says, within as many sections as it names.
fn insert(dict: &mut Dict, key: &str, value: &Value) {
    let Some((section, rest)) = key.split_once('.') else {
        dict.insert(key.to_owned(), value.clone());
        return;
    };
    let inner = dict
        .entry(section.to_owned())
        .or_insert_with(|| Value::Dict(Tag::Default, Dict::new()));
    if let Value::Dict(_, inner) = inner {
        insert(inner, rest, value);
    }
}

/// `text` as what `default` is; left as a text where it does not look like one.
fn typed(text: &str, default: Option<&Value>) -> Value {
    let as_text = || Value::from(text);
    match default {
        Some(Value::Num(..)) => text
            .parse::<i64>()
            .map_or_else(|_| as_text(), |number| Value::from(Num::I64(number))),
        Some(Value::Bool(..)) => text.parse::<bool>().map_or_else(|_| as_text(), Value::from),
        Some(Value::Array(..)) => {
            let items = text.split(',').map(str::trim);
            Value::from(items.filter(|item| !item.is_empty()).collect::<Vec<_>>())
        }
        _ => as_text(),
    }
}

/// Whether `key` takes a value like this one, as [`Settings`] has it.
fn fits(key: &str, value: &Value, defaults: &Layer) -> bool {
    let alone = Layer {
        values: BTreeMap::from([(key.to_owned(), (value.clone(), String::new()))]),
    };
    let all = Figment::from(defaults).merge(alone);
    all.extract::<Settings>().is_ok()
}

/// What a key takes, told from its default.
fn wanted(default: &Value) -> String {
    let kind = match default {
        Value::Num(..) => "a whole number",
        Value::Bool(..) => "`true` or `false`",
        Value::Array(..) => "a list of texts, as in [\"a\", \"b\"]",
        _ => "a text in quotes",
    };
    format!("must be {kind}")
}

/// Why `key` is none of ours, and what it may have been meant to be.
fn unknown(origin: &str, key: &str, defaults: &Layer) -> Mistake {
    let within = |(parent, _): (&str, &str)| defaults.values.contains_key(parent);
    let what = if defaults.has_section(key) {
        "is a section of several settings; write it as one".to_owned()
    } else if key.rsplit_once('.').is_some_and(within) {
        "belongs to a setting that takes one value, not a section".to_owned()
    } else {
        match nearest(key, defaults.keys()) {
            Some(meant) if origin.starts_with(PREFIX) => {
                format!("is no setting; did you mean `{}`?", variable_of(meant))
            }
            Some(meant) => format!("is no setting; did you mean `{meant}`?"),
            None => "is no setting; `config.toml` lists them all".to_owned(),
        }
    };
    Mistake::of_key(origin, key, what)
}
