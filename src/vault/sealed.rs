//! How much is still sealed with which data key: how far a rotation has come.

use std::collections::BTreeMap;

use super::connections::Vault;
use crate::crypto::Sealed;
use crate::domain::Environment;
use crate::store::StoreError;

/// Records are read in portions of so many.
const PORTION: usize = 512;
/// No more connections are looked at: an operator wants to know how far, not to the last one.
const MAX_LOOKED_AT: usize = 100_000;

impl Vault {
    /// How many secrets of connections and integrations are sealed with each data key, by its id.
    /// Of more than 100,000 connections in an environment, the first 100,000 are counted.
    pub fn sealed_with(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut counts = BTreeMap::new();
        for environment in Environment::ALL {
            self.count_sealed(environment, &mut counts)?;
        }
        Ok(counts)
    }

    fn count_sealed(
        &self,
        environment: Environment,
        counts: &mut BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        let mut count = |sealed: &Sealed| {
            if let Ok(id) = sealed.key_id() {
                *counts.entry(id.to_string()).or_default() += 1;
            }
        };
        self.integrations.each_secret(environment, &mut count)?;
        let (scope, mut after, mut seen) = (environment.as_str(), None::<String>, 0);
        while seen < MAX_LOOKED_AT {
            let some = self
                .records
                .credentials
                .scan(scope, after.as_deref(), PORTION)?;
            let Some((last, _)) = some.last() else { break };
            after = Some(last.clone());
            seen += some.len();
            for (_, credentials) in &some {
                credentials.fields.values().for_each(&mut count);
            }
        }
        Ok(())
    }
}
