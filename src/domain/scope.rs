//! How much of everything somebody sees.

use serde::{Deserialize, Serialize};

use super::{Connection, Environment, Identity, Platform};

/// What a caller sees. Every look-up takes one; what it does not see is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The only environment.
    pub environment: Environment,
    /// The only platforms; all of them if empty.
    pub platforms: Vec<Platform>,
    /// The only identity; everybody if none.
    pub identity: Option<Identity>,
}

impl Scope {
    /// All of an environment.
    pub fn all(environment: Environment) -> Self {
        Self {
            environment,
            platforms: Vec::new(),
            identity: None,
        }
    }

    /// Whether `platform` is there.
    pub fn sees_platform(&self, platform: &Platform) -> bool {
        self.platforms.is_empty() || self.platforms.contains(platform)
    }

    /// Whether `connection` is there.
    pub fn sees(&self, connection: &Connection) -> bool {
        connection.environment == self.environment
            && self.sees_platform(&connection.platform)
            && self
                .identity
                .as_ref()
                .is_none_or(|identity| connection.identity.as_ref() == Some(identity))
    }
}
