//! Configuration: settings as they are written → [`Config`] as it is checked.
//!
//! Layers, the later over the earlier: the embedded `config.toml` → defaults of the command at hand
//! → a file → the environment → flags. They are checked as a whole: [`load`] answers with a
//! [`Config`] that needs no more checking, or with *all* [`Mistakes`]. [`check`] then looks at the
//! files and directories that a configuration names.
//!
//! **Invariant:** a secret is in no mistake, no `Debug` and no [`Shown`].
//!
//! **Why `config.toml` is embedded:** the documented default is the default. A key that the code
//! reads and the file lacks, or the other way round, makes the embedded file unreadable, and a test
//! reads it.

mod admin;
mod check;
mod checked;
mod environment;
mod keyring;
mod layers;
mod mistakes;
mod rules;
mod settings;
mod shown;
mod surroundings;
#[cfg(test)]
mod tests;
mod tuned;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use figment::Figment;

pub use checked::{
    AgentSettings, ApprovalWebhook, AuthKitSettings, Config, Egress, JournalSettings, Limits,
    LogFormat, OidcSettings, Passthrough, Store,
};
pub use keyring::{MASTER_KEY_BYTES, MasterKey, NoMasterKey, Refusal, write_new};
pub use mistakes::{Mistake, Mistakes};
pub use shown::{Row, Shown};
pub use surroundings::check;
pub use tuned::{Origins, TuneWishes, Tuned};

use environment::{CONFIG_VARIABLE, Environment};
use layers::Layer;
use rules::{Checker, origin};
use settings::{Settings, is_secret};

/// Where a file is looked for when none is named; the first that exists is taken.
const PLACES: [&str; 2] = ["config.toml", "/etc/magpie/config.toml"];

/// What the command line says; it outranks every other layer but for `command_defaults`.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--config`: the file to read instead of looking for one. It has to exist.
    pub config_file: Option<PathBuf>,
    /// `--port`.
    pub port: Option<u16>,
    /// `--bind`.
    pub bind: Option<String>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--public-url`.
    pub public_url: Option<String>,
    /// `--connectors-dir`.
    pub connectors_dir: Option<PathBuf>,
    /// `--log`.
    pub log: Option<String>,
    /// `--log-format`.
    pub log_format: Option<String>,
    /// Read no file but a named one: what lies about must not change what the command does.
    pub no_file_search: bool,
    /// Defaults that a command has instead of the published ones, as key and text
    /// (`("bind", "127.0.0.1")` for `magpie dev`). File, environment and flags outrank them.
    pub command_defaults: Vec<(&'static str, String)>,
}

/// Reads this process's environment and, if there is one, a file of settings.
pub fn load(overrides: Overrides) -> Result<Config, Mistakes> {
    let places = PLACES.map(Path::new);
    let places = if overrides.no_file_search {
        &[]
    } else {
        &places[..]
    };
    load_from(overrides, std::env::vars_os(), places)
}

/// [`load`] with an environment, and with places to look for a file in, that are passed in.
pub fn load_from(
    overrides: Overrides,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    places: &[&Path],
) -> Result<Config, Mistakes> {
    let environment: Environment = environment.into_iter().collect();
    let mut mistakes = Vec::new();
    let defaults = Layer::defaults();
    let layers = [
        command_layer(&overrides, &defaults),
        file_layer(&overrides, &environment, places, &mut mistakes),
        environment::layer(&environment, &defaults, &mut mistakes),
        flag_layer(&overrides, &defaults, &mut mistakes),
    ];
    let mut figment = Figment::from(&defaults);
    for layer in layers {
        figment = figment.merge(layer.without_mistakes(&defaults, &mut mistakes));
    }
    let settings: Settings = figment
        .extract()
        .expect("the defaults are whole, and each value over them was tried alone");
    let shown = shown_of(&figment, &defaults);
    let mut checker = Checker {
        figment: &figment,
        mistakes,
    };
    let config = checker.config(&settings, shown);
    Mistakes::none_or(checker.mistakes)?;
    Ok(config)
}

fn command_layer(overrides: &Overrides, defaults: &Layer) -> Layer {
    let mut layer = Layer::default();
    for (key, text) in &overrides.command_defaults {
        layer.put("default", key, text, defaults);
    }
    layer
}

/// The file that is named, or else the first that exists; a named one has to.
fn file_layer(
    overrides: &Overrides,
    environment: &Environment,
    places: &[&Path],
    mistakes: &mut Vec<Mistake>,
) -> Layer {
    let variable = environment
        .get(&OsString::from(CONFIG_VARIABLE))
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    let named = overrides.config_file.clone().or(variable);
    let paths = named
        .iter()
        .map(PathBuf::as_path)
        .chain(places.iter().copied().filter(|_| named.is_none()));
    for path in paths {
        let name = path.display().to_string();
        let layer = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
                continue;
            }
            Err(error) => Err(Mistake::of_key(
                &name,
                "",
                format!("can't be read: {error}"),
            )),
            Ok(text) => Layer::file(&name, &text),
        };
        return layer.unwrap_or_else(|mistake| {
            mistakes.push(mistake);
            Layer::default()
        });
    }
    Layer::default()
}

fn flag_layer(overrides: &Overrides, defaults: &Layer, mistakes: &mut Vec<Mistake>) -> Layer {
    let path = |path: &Option<PathBuf>| path.clone().map(PathBuf::into_os_string);
    let text = |text: &Option<String>| text.clone().map(OsString::from);
    let mut layer = Layer::default();
    for (flag, key, value) in [
        (
            "--port",
            "port",
            overrides.port.map(|port| port.to_string().into()),
        ),
        ("--bind", "bind", text(&overrides.bind)),
        ("--data-dir", "data_dir", path(&overrides.data_dir)),
        ("--public-url", "public_url", text(&overrides.public_url)),
        (
            "--connectors-dir",
            "connectors_dir",
            path(&overrides.connectors_dir),
        ),
        ("--log", "log", text(&overrides.log)),
        ("--log-format", "log_format", text(&overrides.log_format)),
    ] {
        match value.map(OsString::into_string) {
            Some(Ok(value)) => layer.put(flag, key, &value, defaults),
            Some(Err(_)) => mistakes.push(Mistake::of_key(flag, key, "must be UTF-8".to_owned())),
            None => {}
        }
    }
    layer
}

fn shown_of(figment: &Figment, defaults: &Layer) -> Shown {
    let row = |key: &str| {
        let value = figment.find_value(key).ok();
        let value = value
            .and_then(|value| serde_json::to_value(value).ok())
            .unwrap_or_default();
        let hidden = is_secret(key) && value != "";
        Row {
            key: key.to_owned(),
            value: if hidden { "•••".into() } else { value },
            source: origin(figment, key),
        }
    };
    Shown::new(defaults.keys().map(row).collect())
}
