//! A connection at a glance: as much of its record as lists are filtered and sorted by.
//!
//! **Why:** a list may look at every connection there is. Reading the rest of each, and its times
//! as more than texts, would take three times as long.

use serde::{Deserialize, Serialize};

use super::Filter;
use crate::domain::{ConnectionId, Health, Identity, IdentityType, Platform, Scope};

/// Some fields of a stored [`crate::domain::Connection`].
///
/// Times stay the texts that they are stored as, which sort as the times do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Glance {
    pub id: ConnectionId,
    key: String,
    pub platform: String,
    platform_version: String,
    pub identity: Option<String>,
    identity_type: Option<IdentityType>,
    pub name: Option<String>,
    tags: Vec<String>,
    active: bool,
    pub health: Health,
    pub account: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub expires_at: Option<String>,
    pub last_refreshed_at: Option<String>,
}

impl Glance {
    /// Whether it is wanted, and `scope`'s to see. Its environment is where it was found.
    pub fn fits(&self, scope: &Scope, filter: &Filter) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        filter.active.is_none_or(|active| self.active == active)
            && self.is_seen(scope)
            && is(&filter.platform, &self.platform)
            && is(&filter.platform_version, &self.platform_version)
            && (filter.name.is_none() || filter.name == self.name)
            && self.is_of(filter.identity.as_ref())
            && filter
                .identity_type
                .is_none_or(|kind| self.identity_type == Some(kind))
            && filter.health.is_none_or(|health| self.health == health)
            && filter.tags.iter().all(|tag| self.tags.contains(tag))
            && filter.text.as_deref().is_none_or(|text| self.says(text))
    }

    fn is_seen(&self, scope: &Scope) -> bool {
        let is_own = |platform: &Platform| platform.as_str() == self.platform;
        (scope.platforms.is_empty() || scope.platforms.iter().any(is_own))
            && self.is_of(scope.identity.as_ref())
    }

    fn is_of(&self, wanted: Option<&Identity>) -> bool {
        wanted.is_none_or(|wanted| self.identity.as_deref() == Some(wanted.as_str()))
    }

    /// Whether `text`, in small letters, stands in something that a person knows it by.
    fn says(&self, text: &str) -> bool {
        let places = [
            Some(&self.key),
            self.name.as_ref(),
            self.identity.as_ref(),
            self.account.as_ref(),
            Some(&self.platform),
        ];
        let mut places = places.into_iter().flatten();
        places.any(|place| place.to_lowercase().contains(text))
    }
}
