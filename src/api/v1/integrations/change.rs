//! What is asked to be changed about an integration.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

use crate::domain::{Connector, Secret};
use crate::vault::IntegrationChange;

/// What can be decided. What is left out stays; null takes away, and lists and objects are replaced
/// whole.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateIntegration {
    /// Switches it on or off.
    #[serde(default, deserialize_with = "never_null")]
    active: Option<bool>,
    /// The OAuth app's id at the provider.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    client_id: Option<Option<String>>,
    /// Its secret. Sealed before it is stored; never answered.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, write_only)]
    client_secret: Option<Option<Secret<String>>>,
    /// What to ask for: a list, or one text as the provider's console shows it. Null and an empty
    /// text mean the usual scopes.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    scopes: Option<Option<Scopes>>,
    /// Parameters of the authorization request besides the connector's own.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    authorize_params: Option<Option<BTreeMap<String, String>>>,
    /// The connector's `fields`, filled in. A null or empty one is taken for left out.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    settings: Option<Option<BTreeMap<String, Option<String>>>>,
}

/// Tells a field that is null from one that is not there.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

fn never_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Scopes, as people have them at hand.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scopes {
    List(Vec<String>),
    Text(String),
}

impl Scopes {
    /// Each once, in the order given; nothing for an empty text.
    fn split(self, connector: &Connector) -> Option<Vec<String>> {
        let separator = connector
            .oauth
            .as_deref()
            .map(|oauth| oauth.scope_separator.clone())
            .filter(|separator| !separator.is_empty())
            .unwrap_or_else(|| " ".to_owned());
        let (mut scopes, is_text) = match self {
            Self::List(scopes) => (scopes, false),
            Self::Text(text) => {
                let parts = text.split(separator.as_str());
                let parts = parts.flat_map(|part| part.split([',', ' ', '\t', '\r', '\n']));
                let parts = parts.filter(|part| !part.is_empty());
                (parts.map(str::to_owned).collect(), true)
            }
        };
        let mut seen = BTreeSet::new();
        scopes.retain(|scope| seen.insert(scope.clone()));
        (!(is_text && scopes.is_empty())).then_some(scopes)
    }
}

impl UpdateIntegration {
    /// The change that is meant; `connector` knows how its scopes are separated.
    pub fn change(self, connector: &Connector) -> IntegrationChange {
        let filled = |settings: BTreeMap<String, Option<String>>| {
            let trimmed = settings
                .into_iter()
                .map(|(name, value)| (name, value.unwrap_or_default().trim().to_owned()));
            trimmed.filter(|(_, value)| !value.is_empty()).collect()
        };
        IntegrationChange {
            active: self.active,
            client_id: self.client_id,
            client_secret: self.client_secret,
            scopes: self
                .scopes
                .map(|scopes| scopes.and_then(|scopes| scopes.split(connector))),
            authorize_params: self.authorize_params.map(Option::unwrap_or_default),
            settings: self
                .settings
                .map(|settings| settings.map(filled).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn connector(separator: &str) -> Connector {
        let text = format!(
            r#"
platform = "acme"
name = "Acme"
description = "A shop"
category = "Test"
base_url = "https://api.acme.test"
auth = {{ type = "oauth2" }}
[oauth]
authorize_url = "https://acme.test/authorize"
token_url = "https://acme.test/token"
scope_separator = "{separator}"
"#
        );
        crate::catalog::check_text(&text).unwrap()
    }

    fn change(separator: &str, body: Value) -> IntegrationChange {
        let body: UpdateIntegration = serde_json::from_value(body).unwrap();
        body.change(&connector(separator))
    }

    #[test]
    fn scopes_are_taken_as_people_have_them_at_hand() {
        for (separator, given, taken) in [
            (" ", json!(["b", "a", "b"]), Some(vec!["b", "a"])),
            (" ", json!("a b  a\nc"), Some(vec!["a", "b", "c"])),
            (",", json!("a, b,c"), Some(vec!["a", "b", "c"])),
            ("+", json!("a+b c"), Some(vec!["a", "b", "c"])),
            (" ", json!(" "), None),
            (" ", json!(""), None),
            (" ", json!(null), None),
            (" ", json!([]), Some(vec![])),
        ] {
            let scopes = change(separator, json!({ "scopes": given }))
                .scopes
                .unwrap();
            let taken = taken.map(|taken| taken.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(scopes, taken, "{given}");
        }
    }

    #[test]
    fn what_is_left_out_stays_and_null_takes_away() {
        let nothing = change(" ", json!({}));
        assert!(
            nothing.active.is_none() && nothing.client_id.is_none() && nothing.scopes.is_none()
        );
        assert!(nothing.client_secret.is_none() && nothing.settings.is_none());
        let all = json!({ "clientId": null, "clientSecret": null, "authorizeParams": null, "settings": null });
        let all = change(" ", all);
        assert!(all.client_id == Some(None) && matches!(all.client_secret, Some(None)));
        assert_eq!(all.authorize_params, Some(BTreeMap::new()));
        assert_eq!(all.settings, Some(BTreeMap::new()));
        let some = change(
            " ",
            json!({ "settings": { "A": " x ", "B": "", "C": null } }),
        );
        assert_eq!(
            some.settings,
            Some(BTreeMap::from([("A".to_owned(), "x".to_owned())]))
        );
    }
}
