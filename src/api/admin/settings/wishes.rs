//! What an Admin wants changed.

use serde::{Deserialize, Deserializer};

use crate::config::TuneWishes;

/// What can be changed while the server runs. What is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsWishes {
    retention: Option<RetentionWishes>,
    authkit: Option<AuthKitWishes>,
    rate_limit: Option<RateLimitWishes>,
}

/// How long and how much the journal is to keep.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetentionWishes {
    /// 1 to 3650.
    days: Option<i64>,
    /// 1 to 1048576.
    megabytes: Option<i64>,
}

/// The pages on which people connect.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthKitWishes {
    /// The origins of pages that may embed the modal, as in `https://app.example.com`; any if empty.
    allowed_origins: Option<Vec<String>>,
}

/// What one API key is to be allowed.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimitWishes {
    /// Null: no limit.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    requests_per_minute: Option<Option<i64>>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl From<SettingsWishes> for TuneWishes {
    fn from(wishes: SettingsWishes) -> Self {
        let retention = wishes.retention.unwrap_or_default();
        let limit = wishes.rate_limit.unwrap_or_default().requests_per_minute;
        Self {
            days: retention.days,
            megabytes: retention.megabytes,
            allowed_origins: wishes.authkit.unwrap_or_default().allowed_origins,
            requests_per_minute: limit.map(|limit| limit.unwrap_or(0)),
        }
    }
}
