//! Where a provider's endpoints are, for one connection.

use std::sync::Arc;

use url::Url;

use crate::domain::{Connector, FollowUp, MissingField, OAuth, Template};
use crate::egress::origin::Reach;

/// Endpoints that stand in for a provider's.
#[derive(Clone, Debug)]
pub struct Override {
    /// As a browser reaches them.
    pub public: Url,
    /// As this program does.
    pub own: Url,
}

/// Whose endpoints are elsewhere; `None`: where the descriptor says.
pub type Overrides = Arc<dyn Fn(&Connector) -> Option<Override> + Send + Sync>;

/// A provider's endpoints.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Where a person signs in.
    pub authorize: Option<Url>,
    /// Where a code becomes tokens.
    pub token: Url,
    /// Where a refresh token does.
    pub refresh: Url,
    /// Where tokens are revoked.
    pub revoke: Option<Url>,
    /// What `iss` must be, if it comes.
    pub issuer: Option<String>,
    /// How far requests may reach.
    pub reach: Reach,
    elsewhere: Option<Url>,
}

/// Why there are no endpoints.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEndpoints {
    /// A field that an address names is not filled.
    #[error(transparent)]
    MissingField(#[from] MissingField),
    /// What came of the template is none.
    #[error("the address of the provider's OAuth endpoint is none")]
    NoUrl,
}

impl Endpoints {
    /// The endpoints that `oauth` describes, its fields filled by `value`.
    pub fn of<'v>(
        oauth: &OAuth,
        value: impl Fn(&str) -> Option<&'v str>,
        elsewhere: Option<Override>,
    ) -> Result<Self, NoEndpoints> {
        if let Some(elsewhere) = elsewhere {
            return Ok(Self::elsewhere(oauth, &elsewhere));
        }
        let url = |template: &Template| -> Result<Url, NoEndpoints> {
            Url::parse(&template.render(&value)?).map_err(|_| NoEndpoints::NoUrl)
        };
        // An address of fields that the operator left out is one that there is not.
        let is_filled = |template: &&Template| template.fields().all(|name| value(name).is_some());
        let optional =
            |template: Option<&Template>| template.filter(is_filled).map(url).transpose();
        let token = url(&oauth.token_url)?;
        Ok(Self {
            authorize: optional(oauth.authorize_url.as_ref())?,
            refresh: optional(oauth.refresh_url.as_ref())?.unwrap_or_else(|| token.clone()),
            token,
            revoke: optional(oauth.revoke.as_ref().map(|revoke| &revoke.url))?,
            issuer: oauth
                .issuer
                .as_ref()
                .filter(is_filled)
                .map(|issuer| issuer.render(&value))
                .transpose()?,
            reach: Reach::Public,
            elsewhere: None,
        })
    }

    fn elsewhere(oauth: &OAuth, elsewhere: &Override) -> Self {
        let below = |base: &Url, name: &str| {
            let mut url = base.clone();
            url.set_path(&format!("{}/{name}", base.path()));
            url
        };
        let token = below(&elsewhere.own, "token");
        Self {
            authorize: oauth
                .authorize_url
                .as_ref()
                .map(|_| below(&elsewhere.public, "authorize")),
            refresh: token.clone(),
            token,
            revoke: oauth
                .revoke
                .as_ref()
                .map(|_| below(&elsewhere.own, "revoke")),
            issuer: oauth.issuer.as_ref().map(|_| elsewhere.public.to_string()),
            reach: Reach::BuiltIn,
            elsewhere: Some(elsewhere.own.clone()),
        }
    }

    /// Where the follow-up with this number is.
    pub fn follow_up<'v>(
        &self,
        number: usize,
        follow_up: &FollowUp,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<Url, NoEndpoints> {
        match &self.elsewhere {
            Some(base) => {
                let mut url = base.clone();
                url.set_path(&format!("{}/follow-up/{number}", base.path()));
                Ok(url)
            }
            None => Url::parse(&follow_up.url.render(value)?).map_err(|_| NoEndpoints::NoUrl),
        }
    }
}
