//! What a connection is made of: what was entered, and the tokens that it brought.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::connections::Vault;
use super::error::VaultError;
use super::form::{self, check_field};
use super::refresh::due;
use crate::domain::{
    ACCESS_TOKEN_FIELD, CLIENT_ID_FIELD, CLIENT_SECRET_FIELD, Connector, Environment, Grant, OAuth,
    REFRESH_TOKEN_FIELD, Secret, Timestamp, TokenState,
};
use crate::oauth::client::Asking;
use crate::oauth::{ClientPair, Endpoints, Granted, TokenError, Tokens};

/// What a connection is made of.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// What is no secret.
    pub settings: BTreeMap<String, String>,
    /// What is sealed.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// How its token is kept good, if there is one to look after.
    pub token: Option<TokenState>,
    /// When that token ends.
    pub expires_at: Option<Timestamp>,
    /// Who it is signed in as.
    pub account: Option<String>,
}

impl Vault {
    /// What `entered` makes: as it is, or by a token that the party gets with it.
    pub(super) async fn material(
        &self,
        environment: Environment,
        connector: &Connector,
        entered: &Map<String, Value>,
    ) -> Result<Material, VaultError> {
        let signs_in = connector.oauth.as_deref().is_some_and(acts_alone);
        let filled = match signs_in {
            true => form::fill_asked(connector, entered),
            false => form::fill(connector, entered),
        };
        let filled = filled.map_err(VaultError::Invalid)?;
        let mut material = Material {
            settings: filled.settings,
            secrets: filled.secrets,
            ..Material::default()
        };
        let Some(oauth) = connector.oauth.as_deref() else {
            return Ok(material);
        };
        if oauth.needs_app() {
            let own = self.integrations.values(environment, connector, oauth)?;
            material.settings.extend(own);
            return Ok(material);
        }
        let granted = self
            .act_alone(connector, oauth, &material)
            .await
            .map_err(|error| VaultError::NoToken {
                connector: connector.name.clone(),
                error,
            })?;
        self.with_tokens(connector, oauth, material, granted)
    }

    pub(super) fn endpoints(
        &self,
        connector: &Connector,
        oauth: &OAuth,
        values: &BTreeMap<String, String>,
    ) -> Result<Endpoints, TokenError> {
        let value = |name: &str| values.get(name).map(String::as_str);
        Endpoints::of(oauth, value, (self.oauth_overrides)(connector))
            .map_err(|error| TokenError::Refused(error.to_string()))
    }

    async fn act_alone(
        &self,
        connector: &Connector,
        oauth: &OAuth,
        material: &Material,
    ) -> Result<Granted, TokenError> {
        let endpoints = self.endpoints(connector, oauth, &material.settings)?;
        let client = own_client(material);
        let asking = Asking {
            connector,
            oauth,
            endpoints: &endpoints,
            client: client.as_ref(),
            values: &material.settings,
        };
        let scopes = oauth.scopes_asked(None);
        let tokens = self
            .oauth
            .act_alone(asking, &scopes, &material.secrets)
            .await?;
        self.oauth.follow_up(asking, tokens).await
    }

    /// `material` with the tokens of a sign-in, and what it filled, checked.
    pub fn with_tokens(
        &self,
        connector: &Connector,
        oauth: &OAuth,
        mut material: Material,
        granted: Granted,
    ) -> Result<Material, VaultError> {
        let refuse = |error: TokenError| VaultError::NoToken {
            connector: connector.name.clone(),
            error,
        };
        for (name, value) in &granted.filled {
            keep(connector, &mut material, name, value).map_err(refuse)?;
        }
        let lacks = oauth.filled_fields().find(|name| {
            let is_there =
                material.settings.contains_key(*name) || material.secrets.contains_key(*name);
            connector.field(name).is_some_and(|field| field.required) && !is_there
        });
        if let Some(name) = lacks {
            let what = format!("its answers do not tell `{name}`, without which it cannot be used");
            return Err(refuse(TokenError::Refused(what)));
        }
        material.account = granted.account;
        material.take(oauth, granted.tokens, None, self.clock.now());
        Ok(material)
    }
}

/// Puts what a provider said into its field, if it looks as it must.
fn keep(
    connector: &Connector,
    material: &mut Material,
    name: &str,
    value: &str,
) -> Result<(), TokenError> {
    let Some(field) = connector.field(name) else {
        return Ok(());
    };
    let checked = check_field(field, value).map_err(|_| {
        TokenError::Malformed("a value that the connection needs does not look as it should")
    })?;
    if field.is_secret() {
        material
            .secrets
            .insert(name.to_owned(), Secret::new(checked));
    } else {
        material.settings.insert(name.to_owned(), checked);
    }
    Ok(())
}

impl Material {
    /// Takes `tokens` in: an access token always, a refresh token if there is a new one.
    pub(super) fn take(
        &mut self,
        oauth: &OAuth,
        tokens: Tokens,
        before: Option<&TokenState>,
        now: Timestamp,
    ) {
        self.secrets
            .insert(ACCESS_TOKEN_FIELD.to_owned(), tokens.access_token);
        if let Some(token) = tokens.refresh_token {
            self.secrets.insert(REFRESH_TOKEN_FIELD.to_owned(), token);
        }
        let refreshable = !oauth.needs_app() || self.secrets.contains_key(REFRESH_TOKEN_FIELD);
        self.expires_at = tokens.expires_at;
        self.token = Some(TokenState {
            version: before.map_or(0, |before| before.version) + 1,
            refreshable,
            due_at: tokens
                .expires_at
                .map(|end| due(oauth, now, end, refreshable)),
            failures: 0,
            scopes: tokens
                .scopes
                .or_else(|| before.map(|before| before.scopes.clone()))
                .unwrap_or_default(),
        });
    }
}

/// The client that a party entered itself.
pub(super) fn own_client(material: &Material) -> Option<ClientPair> {
    let shown = material.settings.get(CLIENT_ID_FIELD).cloned();
    let sealed = material.secrets.get(CLIENT_ID_FIELD);
    Some(ClientPair {
        id: shown.or_else(|| sealed.map(|id| id.expose().clone()))?,
        secret: material.secrets.get(CLIENT_SECRET_FIELD).cloned(),
    })
}

/// Whether the grant needs nobody.
pub(super) fn acts_alone(oauth: &OAuth) -> bool {
    oauth.grant != Grant::AuthorizationCode
}
