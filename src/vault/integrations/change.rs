//! A change of an integration, checked.

use std::collections::BTreeMap;

use super::super::error::VaultError;
use super::super::form::check_setting;
use crate::domain::{Connector, Integration, Secret};

const MAX_SCOPES: usize = 200;
const MAX_PARAMS: usize = 30;
const MAX_TEXT: usize = 2048;

/// A change of an integration; `None` leaves it, `Some(None)` takes it away.
#[derive(Clone, Debug, Default)]
pub struct IntegrationChange {
    /// Switches it on or off.
    pub active: Option<bool>,
    /// The OAuth app's id.
    pub client_id: Option<Option<String>>,
    /// Its secret.
    pub client_secret: Option<Option<Secret<String>>>,
    /// What is asked for.
    pub scopes: Option<Option<Vec<String>>>,
    /// Parameters of the authorization request.
    pub authorize_params: Option<BTreeMap<String, String>>,
    /// The connector's fields for operators.
    pub settings: Option<BTreeMap<String, String>>,
}

impl IntegrationChange {
    /// The names of what it changes between `old` and `new`. A secret that is sent counts as changed:
    /// nobody compares it with what is sealed.
    pub(super) fn fields(&self, old: &Integration, new: &Integration) -> Vec<&'static str> {
        let fields = [
            ("active", old.active != new.active),
            ("clientId", old.client_id != new.client_id),
            ("clientSecret", self.client_secret.is_some()),
            ("scopes", old.scopes != new.scopes),
            (
                "authorizeParams",
                old.authorize_params != new.authorize_params,
            ),
            ("settings", old.settings != new.settings),
        ];
        let changed = fields.into_iter().filter(|(_, differs)| *differs);
        changed.map(|(name, _)| name).collect()
    }
}

/// The change, trimmed, if it makes sense for `connector`.
pub(super) fn checked(
    connector: &Connector,
    change: IntegrationChange,
) -> Result<IntegrationChange, VaultError> {
    let invalid = |what: String| Err(VaultError::Invalid(what));
    let line = |text: &str| {
        !text.is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
    };
    let oauth = connector.oauth.as_deref().filter(|oauth| oauth.needs_app());
    let names_app = change.client_id.is_some()
        || change.client_secret.is_some()
        || change.scopes.is_some()
        || change.authorize_params.is_some()
        || change.settings.is_some();
    let Some(oauth) = oauth else {
        if names_app {
            return invalid(format!(
                "{} has no OAuth app: only `active` can be set",
                connector.name
            ));
        }
        return Ok(change);
    };
    let mut change = change;
    change.client_id = trimmed(change.client_id, |text| text.trim().to_owned());
    change.client_secret = trimmed(change.client_secret, |secret| {
        Secret::new(secret.expose().trim().to_owned())
    });
    if let Some(Some(id)) = &change.client_id
        && !line(id)
    {
        return invalid(format!(
            "clientId: must have 1 to {MAX_TEXT} bytes, on one line"
        ));
    }
    if let Some(Some(secret)) = &change.client_secret
        && !line(secret.expose())
    {
        return invalid(format!(
            "clientSecret: must have 1 to {MAX_TEXT} bytes, on one line"
        ));
    }
    if let Some(Some(scopes)) = &change.scopes {
        let separated = |scope: &String| {
            !line(scope)
                || scope.contains(char::is_whitespace)
                || scope.contains(&*oauth.scope_separator)
        };
        if scopes.len() > MAX_SCOPES || scopes.iter().any(separated) {
            return invalid(format!(
                "scopes: at most {MAX_SCOPES}, each one word without separators"
            ));
        }
    }
    if let Some(params) = &change.authorize_params {
        let wrong = params
            .iter()
            .any(|(name, value)| !line(name) || !line(value));
        if wrong || params.len() > MAX_PARAMS {
            return invalid(format!(
                "authorizeParams: at most {MAX_PARAMS}, names and values on one line"
            ));
        }
    }
    if let Some(settings) = &mut change.settings {
        for (name, value) in settings.iter_mut() {
            let Some(field) = oauth.app_form.iter().find(|field| field.name == *name) else {
                return invalid(format!(
                    "settings: there is no field `{}`",
                    name.chars().take(64).collect::<String>()
                ));
            };
            match check_setting(field, value) {
                Ok(checked) => *value = checked,
                Err(what) => return invalid(format!("settings: `{name}` {what}")),
            }
        }
    }
    Ok(change)
}

/// An empty text means: none.
fn trimmed<T>(given: Option<Option<T>>, trim: impl Fn(T) -> T) -> Option<Option<T>> {
    given.map(|given| given.map(trim))
}

/// A secret as it may be shown: its ends, if it is long enough to spare them.
pub(super) fn hint(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    match (characters.first_chunk::<4>(), characters.last_chunk::<4>()) {
        (Some(start), Some(end)) if characters.len() >= 16 => {
            format!("{}•••{}", String::from_iter(start), String::from_iter(end))
        }
        _ => "•••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_never_gives_away_most_of_a_secret() {
        assert_eq!(hint("GOCSPX-0123456789abcdef"), "GOCS•••cdef");
        for short in ["", "a", "0123456789abcde"] {
            assert_eq!(hint(short), "•••");
        }
    }
}
