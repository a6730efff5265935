//! Signing in at an organisation's own provider, by OpenID Connect (Core 1.0): the authorization code
//! flow, with PKCE, state and nonce.
//!
//! What a sign-in under way needs stands sealed in a cookie of the browser that began it: nothing is
//! kept here, and a code is of no use to another browser.

mod provider;
mod token;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use url::Url;

use crate::config::OidcSettings;
use crate::crypto::{Keyring, SealContext, Sealed, base64_url, random_bytes, sha256};
use crate::domain::{Clock, Environment, Timestamp};
use crate::egress::Egress;

use provider::Provider;
pub use token::Person;

/// How long a person may take at the provider.
pub const LIFE: Duration = Duration::from_secs(10 * 60);

/// Why a sign-in at the provider led nowhere.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// Not begun here, not in this browser, or too long ago.
    #[error("the sign-in was not begun in this browser, or too long ago")]
    Lost,
    /// The person, or the provider, said no.
    #[error("the provider did not let the person in: {0}")]
    Refused(String),
    /// The provider cannot be reached, or makes no sense.
    #[error("the provider's answer cannot be used: {0}")]
    Broken(String),
}

/// What the browser keeps meanwhile.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    state: String,
    nonce: String,
    verifier: String,
    at: Timestamp,
}

/// What begins a sign-in.
#[derive(Debug)]
pub struct Departure {
    /// The provider's page.
    pub url: Url,
    /// For the cookie.
    pub cookie: String,
}

/// The provider of the organisation.
pub struct Oidc {
    settings: OidcSettings,
    redirect_uri: String,
    provider: Provider,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
}

impl Oidc {
    /// The provider that `settings` name, which leads back to `redirect_uri`.
    pub fn new(
        settings: OidcSettings,
        redirect_uri: String,
        egress: Arc<Egress>,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            provider: Provider::new(settings.clone(), egress),
            settings,
            redirect_uri,
            keyring,
            clock,
        }
    }

    /// What the operator has said.
    pub fn settings(&self) -> &OidcSettings {
        &self.settings
    }

    /// Begins a sign-in.
    pub async fn depart(&self) -> Result<Departure, OidcError> {
        let random = || base64_url(&random_bytes::<32>());
        let begun = Begun {
            state: random(),
            nonce: random(),
            verifier: random(),
            at: self.clock.now(),
        };
        let facts = self.provider.facts(self.clock.now()).await?;
        let mut url = facts.authorization_endpoint.clone();
        let challenge = base64_url(&sha256(begun.verifier.as_bytes()));
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid email profile"),
            ("state", &begun.state),
            ("nonce", &begun.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let plain = serde_json::to_vec(&begun).map_err(|_| OidcError::Lost)?;
        let cookie = self.keyring.seal(&CONTEXT, &plain).to_url_text();
        Ok(Departure { url, cookie })
    }

    /// Who came back from the provider, with these parameters and this cookie.
    pub async fn arrive(
        &self,
        parameter: impl Fn(&str) -> Option<String>,
        cookie: Option<&str>,
    ) -> Result<Person, OidcError> {
        let now = self.clock.now();
        let begun = cookie.and_then(|text| self.open(text));
        let begun = begun.filter(|begun| now.since(begun.at) < LIFE);
        let begun = begun.ok_or(OidcError::Lost)?;
        let state = parameter("state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(begun.state.as_bytes())) {
            return Err(OidcError::Lost);
        }
        // RFC 9207: an answer of another provider's is none of this one's.
        if parameter("iss").is_some_and(|iss| iss != self.settings.issuer) {
            return Err(OidcError::Broken("it is another provider's".to_owned()));
        }
        let code = match (parameter("error"), parameter("code")) {
            (None, Some(code)) => code,
            (error, _) => return Err(OidcError::Refused(plain(&error.unwrap_or_default()))),
        };
        self.provider
            .redeem(
                &code,
                &begun.verifier,
                &begun.nonce,
                &self.redirect_uri,
                now,
            )
            .await
    }

    fn open(&self, cookie: &str) -> Option<Begun> {
        let sealed = Sealed::from_url_text(cookie)?;
        let opened = self.keyring.open_sealed(&CONTEXT, &sealed).ok()?;
        serde_json::from_slice(opened.expose()).ok()
    }
}

const CONTEXT: SealContext<'_> = SealContext {
    environment: Environment::Live,
    kind: "oidc",
    record: "sign-in",
    field: "cookie",
};

/// A provider's word of why, as far as it can be one (RFC 6749 section 4.1.2.1).
fn plain(error: &str) -> String {
    let is_plain = |each: &char| each.is_ascii_alphanumeric() || *each == '_';
    error.chars().filter(is_plain).take(64).collect()
}
