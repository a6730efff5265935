//! Which generated actions a connector has besides those of its descriptor.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::install::actions_of;
use super::pack::{Pack, line_to_action, pack};
use crate::domain::{ActionSource, Connector, Platform};

/// So many of the things that are wrong with one action file are told.
const MOST_TOLD: usize = 10;

/// Where generated actions come from.
pub(super) struct Generated {
    /// Everything that they are packed in.
    pub packs: Vec<Arc<Pack>>,
    built_in: HashMap<Platform, Arc<dyn ActionSource>>,
}

impl Generated {
    /// Those of the program itself.
    pub fn embedded() -> Self {
        let pack = Pack::embedded();
        let sources = pack.sources();
        let built_in = sources
            .map(|(platform, source)| (platform.clone(), source))
            .collect();
        Self {
            packs: vec![pack],
            built_in,
        }
    }

    /// A built-in connector with its generated actions.
    pub fn complete(&self, connector: Connector) -> Connector {
        let more = self.built_in.get(&connector.platform).map(Arc::clone);
        with(connector, more)
    }

    /// A connector of the operator's folder with the actions of the `.jsonl` file beside its
    /// `descriptor`. Without one it keeps those of the built-in connector, if it goes to the same address.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn complete_own(
        &mut self,
        folder: Option<&Path>,
        connector: Connector,
        descriptor: &str,
        built_in: Option<&Arc<Connector>>,
    ) -> Result<Connector, Vec<String>> {
        let of = |folder| actions_of(folder, connector.platform.as_str(), descriptor);
        let text = match folder.map(of) {
            Some(Ok(text)) => text,
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(vec![format!("its actions: {error}")]);
            }
            _ => {
                let same = built_in.filter(|built_in| built_in.base_url == connector.base_url);
                let more = same.and_then(|same| same.actions.more().map(Arc::clone));
                return Ok(with(connector, more));
            }
        };
        check(&text, &connector)?;
        let one = std::iter::once((connector.platform.as_str(), text.as_str()));
        let packed = pack(one).map_err(|error| vec![error])?;
        let packed = Pack::read(packed.into()).map_err(|error| vec![error.to_string()])?;
        let packed = Arc::new(packed);
        let more = packed.sources().next().map(|(_, source)| source);
        self.packs.push(packed);
        Ok(with(connector, more))
    }
}

fn with(mut connector: Connector, more: Option<Arc<dyn ActionSource>>) -> Connector {
    connector.actions = std::mem::take(&mut connector.actions).with(more);
    connector
}

/// Looks at every line, since later nobody would hear of what is wrong with it.
pub(super) fn check(text: &str, connector: &Connector) -> Result<(), Vec<String>> {
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let number = number + 1;
        match line_to_action(line, &connector.platform) {
            Ok(_) => {}
            Err(what) => wrong.push(format!("its actions, line {number}: {}", what.join("; "))),
        }
    }
    wrong.truncate(MOST_TOLD);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong)
}
