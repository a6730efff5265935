//! How many connections there are in which state, and what needs somebody's attention.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::connections::Vault;
use super::error::VaultError;
use super::integrations::Integrations;
use crate::domain::{Connection, Environment, Health, Platform, Timestamp};
use crate::store::StoreError;

/// A survey is as good as new for so long: it reads every connection.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// So many connections are read in one go.
const PORTION: usize = 512;
/// So many failed connections are named.
const NAMED: usize = 20;

/// The connections of an environment, counted. Inactive ones do not count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Nothing speaks against so many; those that were brought along and not tried are among them.
    pub operational: u64,
    /// So many could not be refreshed the last time.
    pub degraded: u64,
    /// So many have to be connected again.
    pub failed: u64,
    /// Those of them that failed last.
    pub failed_last: Vec<Connection>,
    /// How many there are by platform.
    pub platforms: BTreeMap<Platform, u64>,
}

/// A connector that people can see and that does not work: its OAuth app is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unready {
    /// The connector.
    pub platform: Platform,
    /// Its name for people.
    pub name: String,
    /// What is missing.
    pub missing: Vec<String>,
}

/// The last survey of each environment. While one is under way others wait for it.
#[derive(Default)]
pub(super) struct SurveyCache {
    test: Mutex<Option<(Timestamp, Arc<Survey>)>>,
    live: Mutex<Option<(Timestamp, Arc<Survey>)>>,
}

impl Survey {
    fn count(&mut self, connection: Connection) {
        if !connection.active {
            return;
        }
        let platform = connection.platform.clone();
        *self.platforms.entry(platform).or_default() += 1;
        match connection.health {
            Health::Operational | Health::Unknown => self.operational += 1,
            Health::Degraded => self.degraded += 1,
            Health::Failed => {
                self.failed += 1;
                self.failed_last.push(connection);
                if self.failed_last.len() >= NAMED * 10 {
                    self.name_fewer();
                }
            }
        }
    }

    fn name_fewer(&mut self) {
        self.failed_last
            .sort_by_key(|connection| std::cmp::Reverse(connection.updated_at));
        self.failed_last.truncate(NAMED);
    }
}

impl Vault {
    /// How many connections of `environment` are in which state: as of now, or of a moment ago.
    pub async fn survey(
        self: &Arc<Self>,
        environment: Environment,
    ) -> Result<Arc<Survey>, StoreError> {
        let mut last = match environment {
            Environment::Test => self.survey.test.lock().await,
            Environment::Live => self.survey.live.lock().await,
        };
        let now = self.clock.now();
        if let Some((at, survey)) = last.as_ref()
            && now.since(*at) < GOOD_FOR
        {
            return Ok(Arc::clone(survey));
        }
        let vault = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || vault.survey_now(environment)).await;
        let made = made.map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
        let survey = Arc::new(made?);
        *last = Some((now, Arc::clone(&survey)));
        Ok(survey)
    }

    fn survey_now(&self, environment: Environment) -> Result<Survey, StoreError> {
        let mut survey = Survey::default();
        let mut after: Option<String> = None;
        loop {
            let connections = &self.records.connections;
            let portion = connections.scan(environment.as_str(), after.as_deref(), PORTION)?;
            let Some((last, _)) = portion.last() else {
                survey.name_fewer();
                return Ok(survey);
            };
            after = Some(last.clone());
            for (_, connection) in portion {
                survey.count(connection);
            }
        }
    }
}

impl Integrations {
    /// Connectors that people can see and that lack something of their OAuth app: of those about
    /// which somebody has decided, and those that are `used`.
    pub fn unready<'p>(
        &self,
        environment: Environment,
        used: impl Iterator<Item = &'p Platform>,
    ) -> Result<Vec<Unready>, VaultError> {
        let decided = self.decided(environment)?;
        let platforms: BTreeSet<Platform> = decided.into_iter().chain(used.cloned()).collect();
        let catalogue = self.catalogue();
        let mut unready = Vec::new();
        for platform in platforms {
            let Some(connector) = catalogue.connectors.get(&platform) else {
                continue;
            };
            let integration = self.of(environment, connector)?;
            let missing = integration.missing(connector);
            if integration.active && !missing.is_empty() {
                unready.push(Unready {
                    name: connector.name.clone(),
                    platform,
                    missing,
                });
            }
        }
        Ok(unready)
    }
}
