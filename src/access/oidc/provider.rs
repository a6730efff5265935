//! What is asked of the provider itself: its description, its keys, and whose a code is.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::OidcError;
use super::token::{Expected, Person, described, person};
use crate::config::OidcSettings;
use crate::crypto::PublicKey;
use crate::domain::Timestamp;
use crate::egress::Egress;
use crate::egress::fetch::FetchRequest;
use crate::egress::origin::Reach;

/// The largest answer that is read.
const MAX_BYTES: usize = 256 * 1024;
const TIMEOUT: Duration = Duration::from_secs(15);
/// After so long the description and the keys are asked for again.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// A key that is not known is looked for again this often at most: anybody can name one.
const LOOKED_AGAIN: Duration = Duration::from_secs(60);

/// What the provider says of itself (OpenID Connect Discovery 1.0 section 3).
#[derive(Clone, Debug)]
pub struct Facts {
    pub authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    /// Whether the secret goes into the body, and not into a header.
    secret_in_body: bool,
    keys: Vec<PublicKey>,
    at: Timestamp,
}

/// The provider.
pub struct Provider {
    settings: OidcSettings,
    egress: Arc<Egress>,
    facts: Mutex<Option<Arc<Facts>>>,
}

impl Provider {
    /// The one that `settings` name.
    pub fn new(settings: OidcSettings, egress: Arc<Egress>) -> Self {
        Self {
            settings,
            egress,
            facts: Mutex::default(),
        }
    }

    /// What it says of itself; asked for when first needed, and now and then.
    pub async fn facts(&self, now: Timestamp) -> Result<Arc<Facts>, OidcError> {
        self.facts_since(now, KEPT).await
    }

    async fn facts_since(&self, now: Timestamp, kept: Duration) -> Result<Arc<Facts>, OidcError> {
        let mut held = self.facts.lock().await;
        if let Some(facts) = held.as_ref().filter(|facts| now.since(facts.at) < kept) {
            return Ok(Arc::clone(facts));
        }
        let facts = Arc::new(self.discover(now).await?);
        *held = Some(Arc::clone(&facts));
        Ok(facts)
    }

    async fn discover(&self, now: Timestamp) -> Result<Facts, OidcError> {
        let base = self.settings.issuer.trim_end_matches('/');
        let said = self
            .get(
                &url(&format!("{base}/.well-known/openid-configuration"))?,
                None,
            )
            .await?;
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        if text("issuer") != Some(self.settings.issuer.as_str()) {
            return Err(broken("its description names another issuer"));
        }
        let endpoint = |name: &str| url(text(name).unwrap_or_default());
        let keys = self.get(&endpoint("jwks_uri")?, None).await?;
        let keys = keys.get("keys").and_then(Value::as_array);
        let methods = said.get("token_endpoint_auth_methods_supported");
        let methods = methods.and_then(Value::as_array);
        let knows = |name: &str| methods.is_some_and(|all| all.iter().any(|one| one == name));
        Ok(Facts {
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            userinfo_endpoint: endpoint("userinfo_endpoint").ok(),
            secret_in_body: !knows("client_secret_basic") && knows("client_secret_post"),
            keys: keys
                .into_iter()
                .flatten()
                .filter_map(PublicKey::of_jwk)
                .collect(),
            at: now,
        })
    }

    /// Whose `code` is.
    pub async fn redeem(
        &self,
        code: &str,
        verifier: &str,
        nonce: &str,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<Person, OidcError> {
        let facts = self.facts(now).await?;
        let answer = self.token(&facts, code, verifier, redirect_uri).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let token = text("id_token").ok_or_else(|| broken("it gave no ID token"))?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce,
            now,
        };
        let found = match person(token, &facts.keys, expected)? {
            Some(found) => found,
            // It may have taken another key since.
            None => {
                let again = self.facts_since(now, LOOKED_AGAIN).await?;
                let found = person(token, &again.keys, expected)?;
                found.ok_or_else(|| broken("the ID token's key is not among its keys"))?
            }
        };
        match (&found.email, &facts.userinfo_endpoint, text("access_token")) {
            (None, Some(endpoint), Some(access)) => self.ask(endpoint, access, found).await,
            _ => Ok(found),
        }
    }

    async fn token(
        &self,
        facts: &Facts,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Value, OidcError> {
        let (id, secret) = (
            &self.settings.client_id,
            self.settings.client_secret.expose(),
        );
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri),
        ]);
        let mut headers = HeaderMap::new();
        if facts.secret_in_body || secret.is_empty() {
            form.append_pair("client_id", id);
            if !secret.is_empty() {
                form.append_pair("client_secret", secret);
            }
        } else {
            // Encoded first, or a colon could not be told (RFC 6749 section 2.3.1).
            let encode = |text: &str| {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
            };
            let pair = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
            headers.insert(
                header::AUTHORIZATION,
                secret_header(&format!("Basic {pair}"))?,
            );
        }
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        let body = form.finish();
        self.fetch(Method::POST, &facts.token_endpoint, headers, Some(body))
            .await
    }

    /// `found` with what the provider tells of that one elsewhere (Core section 5.3).
    async fn ask(&self, endpoint: &Url, access: &str, found: Person) -> Result<Person, OidcError> {
        let told = self.get(endpoint, Some(access)).await?;
        let told = described(&told).ok_or_else(|| broken("it tells of nobody"))?;
        if told.subject != found.subject {
            return Err(broken("it tells of somebody else"));
        }
        Ok(Person {
            name: told.name.or(found.name),
            ..told
        })
    }

    async fn get(&self, url: &Url, access: Option<&str>) -> Result<Value, OidcError> {
        let mut headers = HeaderMap::new();
        if let Some(access) = access {
            headers.insert(
                header::AUTHORIZATION,
                secret_header(&format!("Bearer {access}"))?,
            );
        }
        self.fetch(Method::GET, url, headers, None).await
    }

    async fn fetch(
        &self,
        method: Method,
        url: &Url,
        mut headers: HeaderMap,
        body: Option<String>,
    ) -> Result<Value, OidcError> {
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let request = FetchRequest {
            method,
            url: url.clone(),
            headers,
            body: body.map(Into::into),
            reach: Reach::Public,
        };
        let fetched = self.egress.fetch(request, MAX_BYTES, TIMEOUT).await;
        let fetched = fetched.map_err(|error| OidcError::Broken(error.to_string()))?;
        if !fetched.status.is_success() {
            // Of what it says no more than the code: the rest may repeat what was sent.
            let said: Option<Value> = serde_json::from_slice(&fetched.body).ok();
            let error = said.as_ref().and_then(|said| said.get("error")?.as_str());
            let error = super::plain(error.unwrap_or_default());
            return Err(OidcError::Broken(format!("{} {error}", fetched.status)));
        }
        serde_json::from_slice(&fetched.body).map_err(|_| broken("it is no JSON"))
    }
}

fn broken(what: &str) -> OidcError {
    OidcError::Broken(what.to_owned())
}

fn url(text: &str) -> Result<Url, OidcError> {
    Url::parse(text).map_err(|_| broken("an address in its description is none"))
}

fn secret_header(text: &str) -> Result<HeaderValue, OidcError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| broken("a token is none"))?;
    value.set_sensitive(true);
    Ok(value)
}
