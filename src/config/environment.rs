//! The layer that comes from environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::layers::Layer;
use super::mistakes::Mistake;

/// A process's environment.
pub(super) type Environment = BTreeMap<OsString, OsString>;

/// What the variables of ours begin with.
pub(super) const PREFIX: &str = "MAGPIE_";

/// Names the file, and so is no setting.
pub(super) const CONFIG_VARIABLE: &str = "MAGPIE_CONFIG";

/// Short names of variables whose key stands in a section.
const SHORT: [(&str, &str); 3] = [
    ("MAGPIE_MASTER_KEY", "keyring.master_key"),
    ("MAGPIE_MASTER_KEY_FILE", "keyring.master_key_file"),
    ("MAGPIE_MASTER_KEY_COMMAND", "keyring.master_key_command"),
];

/// The variables of `environment` that are ours, each typed as its key is in `defaults`.
pub(super) fn layer(
    environment: &Environment,
    defaults: &Layer,
    mistakes: &mut Vec<Mistake>,
) -> Layer {
    let mut layer = Layer::default();
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if name == CONFIG_VARIABLE || is_service_link(name, value.to_str(), environment) {
            continue;
        }
        let key = key_of(name);
        let wrong = match (value.to_str(), layer.origin(&key)) {
            (None, _) => "must be UTF-8".to_owned(),
            (_, Some(other)) => format!("is set by {other} already; leave one of them out"),
            (Some(text), None) => {
                layer.put(name, &key, text, defaults);
                continue;
            }
        };
        mistakes.push(Mistake::of_key(name, &key, wrong));
    }
    layer
}

/// The variable that sets `key`.
pub(super) fn variable_of(key: &str) -> String {
    let short = SHORT.iter().find(|(_, long)| *long == key);
    short.map_or_else(
        || format!("{PREFIX}{}", key.replace('.', "__").to_uppercase()),
        |(short, _)| (*short).to_owned(),
    )
}

/// The key that the variable `name` sets.
fn key_of(name: &str) -> String {
    let short = SHORT.iter().find(|(short, _)| *short == name);
    match (short, name.strip_prefix(PREFIX)) {
        (Some((_, key)), _) => (*key).to_owned(),
        (None, rest) => rest.unwrap_or(name).to_lowercase().replace("__", "."),
    }
}

/// Whether Kubernetes set this variable for a service called `magpie`, and not the operator.
///
/// It puts `MAGPIE_SERVICE_HOST`, `MAGPIE_PORT=tcp://10.0.0.1:3005` and more of the kind into
/// every container of the namespace.
fn is_service_link(name: &str, value: Option<&str>, environment: &Environment) -> bool {
    if !environment.contains_key(&OsString::from("MAGPIE_SERVICE_HOST")) {
        return false;
    }
    let is_address = value.is_some_and(|value| value.contains("://"));
    name.starts_with("MAGPIE_SERVICE_")
        || name.starts_with("MAGPIE_PORT_")
        || (name == "MAGPIE_PORT" && is_address)
}
