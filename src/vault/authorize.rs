//! A person's sign-in: where it leads, and what its code brings.

use std::collections::BTreeMap;
use std::future::Future;

use url::Url;

use super::connections::Vault;
use super::error::VaultError;
use super::form::check_field;
use super::integrations::App;
use super::material::Material;
use crate::domain::{Connector, Environment, OAuth, Secret};
use crate::oauth::authorize::{AuthorizationRequest, authorize_url};
use crate::oauth::client::Asking;
use crate::oauth::pkce::Verifier;
use crate::oauth::{Endpoints, GrantRequest, TokenError};

/// A sign-in that is asked for.
#[derive(Clone, Copy)]
pub struct Authorizing<'a> {
    /// Where its connection is going to live.
    pub environment: Environment,
    /// Where the person signs in.
    pub connector: &'a Connector,
    /// How that provider speaks.
    pub oauth: &'a OAuth,
    /// What the person entered.
    pub entered: &'a Material,
    /// Its own.
    pub verifier: &'a Verifier,
    /// Comes back as it is.
    pub state: &'a str,
}

impl Vault {
    /// Where to send the person.
    pub fn authorize(&self, asked: &Authorizing<'_>) -> Result<Url, VaultError> {
        let (app, values, endpoints) = self.prepared(asked, BTreeMap::new())?;
        let endpoint = endpoints.authorize.as_ref().ok_or_else(|| {
            VaultError::Invalid(format!("{} has no page to sign in", asked.connector.name))
        })?;
        let challenge = asked.verifier.challenge();
        let request = AuthorizationRequest {
            endpoint,
            client_id: &app.client.id,
            redirect_uri: &self.redirect_uri,
            scopes: &app.scopes,
            state: asked.state,
            challenge: Some(&challenge),
            extra: &app.authorize_params,
        };
        let value = |name: &str| values.get(name).map(String::as_str);
        authorize_url(asked.oauth, &request, value)
            .map_err(|error| VaultError::Invalid(error.to_string()))
    }

    /// What `iss` in the callback must be, where that is known.
    pub fn issuer(&self, asked: &Authorizing<'_>) -> Result<Option<String>, VaultError> {
        let (_, _, endpoints) = self.prepared(asked, BTreeMap::new())?;
        Ok(endpoints.issuer)
    }

    /// Exchanges a code, asks the follow-ups, and gives what a connection is made of.
    ///
    /// `kept` are fields that the callback fills; each must look as its descriptor says, because
    /// the client's secret may go where they say.
    pub async fn exchange(
        &self,
        asked: &Authorizing<'_>,
        code: &Secret<String>,
        kept: BTreeMap<String, String>,
    ) -> Result<Material, VaultError> {
        let refuse = |error: TokenError| VaultError::NoToken {
            connector: asked.connector.name.clone(),
            error,
        };
        for (name, value) in &kept {
            let field = asked.connector.field(name);
            if field.is_some_and(|field| check_field(field, value).is_err()) {
                return Err(refuse(TokenError::Malformed(
                    "the provider sent you back with a value that does not look as it should",
                )));
            }
        }
        let (app, values, endpoints) = self.prepared(asked, kept)?;
        let asking = Asking {
            connector: asked.connector,
            oauth: asked.oauth,
            endpoints: &endpoints,
            client: Some(&app.client),
            values: &values,
        };
        let grant = GrantRequest::Code {
            code,
            redirect_uri: &self.redirect_uri,
            verifier: Some(asked.verifier.text()),
        };
        let tokens = self.oauth.redeem(asking, &grant).await;
        if let Err(TokenError::ClientRefused(reason)) = &tokens {
            let platform = &asked.connector.platform;
            self.integrations
                .note_problem(asked.environment, platform, Some(reason))
                .await;
        }
        let mut tokens = tokens.map_err(refuse)?;
        // RFC 6749 section 5.1: what is not said was granted as asked.
        tokens.scopes.get_or_insert_with(|| app.scopes.clone());
        let granted = self.oauth.follow_up(asking, tokens).await.map_err(refuse)?;
        self.integrations
            .note_problem(asked.environment, &asked.connector.platform, None)
            .await;
        let material = Material {
            settings: values,
            ..asked.entered.clone()
        };
        self.with_tokens(asked.connector, asked.oauth, material, granted)
    }

    /// Runs `task` on the server's own behalf: whoever asked for it may leave.
    pub fn own_task<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.refreshing.spawn(task)
    }

    fn prepared(
        &self,
        asked: &Authorizing<'_>,
        kept: BTreeMap<String, String>,
    ) -> Result<(App, BTreeMap<String, String>, Endpoints), VaultError> {
        let app = self
            .integrations
            .app(asked.environment, asked.connector, asked.oauth)?;
        let mut values = asked.entered.settings.clone();
        values.extend(kept);
        values.extend(app.values.clone());
        let endpoints = self.authorize_endpoints(asked, &values)?;
        Ok((app, values, endpoints))
    }

    fn authorize_endpoints(
        &self,
        asked: &Authorizing<'_>,
        values: &BTreeMap<String, String>,
    ) -> Result<Endpoints, VaultError> {
        self.endpoints(asked.connector, asked.oauth, values)
            .map_err(|error| VaultError::Invalid(error.to_string()))
    }
}
