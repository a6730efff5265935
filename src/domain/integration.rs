//! An integration: a connector in an environment, switched on or off, with its OAuth app.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClientAuth, Connector, Environment, Platform, Timestamp};

/// What an operator has decided about a connector in an environment. The client's secret is
/// another record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    /// Where it counts.
    pub environment: Environment,
    /// The connector.
    pub platform: Platform,
    /// Whether people can connect to it.
    pub active: bool,
    /// When it was switched on.
    pub activated_at: Option<Timestamp>,
    /// The OAuth app's id at the provider.
    pub client_id: Option<String>,
    /// The first and last characters of its secret.
    pub client_secret_hint: Option<String>,
    /// What is asked for instead of the usual scopes.
    pub scopes: Option<Vec<String>>,
    /// Parameters of the authorization request besides the connector's own.
    pub authorize_params: BTreeMap<String, String>,
    /// The connector's fields for operators, filled in.
    pub settings: BTreeMap<String, String>,
    /// What the provider said when it last refused the app.
    pub problem: Option<String>,
    /// When something was first decided.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Integration {
    /// Nothing decided yet.
    pub fn new(environment: Environment, platform: Platform, now: Timestamp) -> Self {
        Self {
            environment,
            platform,
            active: false,
            activated_at: None,
            client_id: None,
            client_secret_hint: None,
            scopes: None,
            authorize_params: BTreeMap::new(),
            settings: BTreeMap::new(),
            problem: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// What is still missing before people can sign in, by the names that the API has for it.
    pub fn missing(&self, connector: &Connector) -> Vec<String> {
        let Some(oauth) = connector.oauth.as_deref().filter(|oauth| oauth.needs_app()) else {
            return Vec::new();
        };
        let mut missing = Vec::new();
        if self.client_id.is_none() {
            missing.push("clientId".to_owned());
        }
        if self.client_secret_hint.is_none() && oauth.client_auth != ClientAuth::None {
            missing.push("clientSecret".to_owned());
        }
        for field in &oauth.app_form {
            let is_filled = self.settings.contains_key(&field.name) || field.default.is_some();
            if field.required && !is_filled {
                missing.push(format!("settings.{}", field.name));
            }
        }
        missing
    }
}
