//! Sends what [`super::request`] writes, reads what comes, and asks the follow-ups.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyper::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;

use super::answer::{self, TokenError, Tokens};
use super::assertion::assertion;
use super::endpoints::Endpoints;
use super::request::{ClientPair, GrantRequest, token_request};
use crate::domain::{Auth, Clock, Connector, FollowUp, Grant, OAuth, Secret};
use crate::egress::fetch::FetchRequest;
use crate::egress::{Egress, EgressError};

/// Nobody waits longer than this for a token.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// Nobody waits longer than this for a follow-up.
const FOLLOW_UP_TIMEOUT: Duration = Duration::from_secs(15);
/// The largest token answer that is read.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// The largest answer of a follow-up.
const MAX_FOLLOW_UP_BYTES: usize = 1 << 20;

/// What a sign-in brought, follow-ups included.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The tokens.
    pub tokens: Tokens,
    /// The fields that were filled, from the answer and the follow-ups.
    pub filled: BTreeMap<String, String>,
    /// Who it is for.
    pub account: Option<String>,
}

/// Speaks OAuth 2 to providers.
#[derive(Clone)]
pub struct OAuthClient {
    egress: Arc<Egress>,
    clock: Arc<dyn Clock>,
}

/// One party's side of a conversation with one provider.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The provider.
    pub connector: &'a Connector,
    /// How it speaks.
    pub oauth: &'a OAuth,
    /// Where.
    pub endpoints: &'a Endpoints,
    /// Who asks; nobody for a service account.
    pub client: Option<&'a ClientPair>,
    /// The fields that are filled.
    pub values: &'a BTreeMap<String, String>,
}

impl OAuthClient {
    /// Reaches providers through `egress`.
    pub fn new(egress: Arc<Egress>, clock: Arc<dyn Clock>) -> Self {
        Self { egress, clock }
    }

    /// Exchanges `grant` for tokens: one request.
    pub async fn redeem(
        &self,
        asking: Asking<'_>,
        grant: &GrantRequest<'_>,
    ) -> Result<Tokens, TokenError> {
        let url = match grant {
            GrantRequest::Refresh { .. } => &asking.endpoints.refresh,
            _ => &asking.endpoints.token,
        };
        let value = |name: &str| asking.values.get(name).map(String::as_str);
        let request = token_request(
            asking.oauth,
            url,
            asking.endpoints.reach,
            grant,
            asking.client,
            value,
        )
        .map_err(|error| TokenError::Refused(error.to_string()))?;
        let answer = self
            .egress
            .fetch(request, MAX_ANSWER_BYTES, TIMEOUT)
            .await
            .map_err(not_answered)?;
        answer::read(
            asking.oauth,
            &answer,
            self.clock.now(),
            &secrets(asking, grant),
        )
    }

    /// Gets a token for a party that signs in by itself, with what it entered.
    ///
    /// # Errors
    /// As [`Self::redeem`]; `Refused` also if its key is none.
    pub async fn act_alone(
        &self,
        asking: Asking<'_>,
        scopes: &[String],
        secrets: &BTreeMap<String, Secret<String>>,
    ) -> Result<Tokens, TokenError> {
        match (asking.oauth.grant, &asking.oauth.assertion) {
            (Grant::JwtBearer, Some(described)) => {
                let value = |name: &str| {
                    let secret = secrets.get(name).map(|secret| secret.expose().as_str());
                    secret.or_else(|| asking.values.get(name).map(String::as_str))
                };
                let joined = scopes.join(&asking.oauth.scope_separator);
                let assertion = assertion(described, Some(&joined), self.clock.now(), value)
                    .map_err(|error| TokenError::Refused(error.to_string()))?;
                let assertion = &assertion;
                self.redeem(asking, &GrantRequest::Assertion { assertion, scopes })
                    .await
            }
            _ => {
                self.redeem(asking, &GrantRequest::ClientCredentials { scopes })
                    .await
            }
        }
    }

    /// Asks the follow-ups of fresh `tokens`, each with what the earlier ones filled.
    pub async fn follow_up(
        &self,
        asking: Asking<'_>,
        tokens: Tokens,
    ) -> Result<Granted, TokenError> {
        let mut filled = BTreeMap::new();
        for (field, value) in &tokens.kept {
            fill(asking.connector, &mut filled, field, value.clone())?;
        }
        let mut account = tokens.account.clone();
        for (number, follow_up) in asking.oauth.follow_ups.iter().enumerate() {
            let answer = self.ask(asking, number, follow_up, &tokens, &filled).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if follow_up.required => return Err(error),
                Err(_) => continue,
            };
            keep(
                asking.connector,
                follow_up,
                &answer,
                &mut filled,
                &mut account,
            )?;
        }
        Ok(Granted {
            tokens,
            filled,
            account,
        })
    }

    async fn ask(
        &self,
        asking: Asking<'_>,
        number: usize,
        follow_up: &FollowUp,
        tokens: &Tokens,
        filled: &BTreeMap<String, String>,
    ) -> Result<Value, TokenError> {
        let value = |name: &str| {
            let found = filled.get(name).or_else(|| asking.values.get(name));
            found.map(String::as_str)
        };
        let refused = |what: String| TokenError::Refused(what);
        let url = asking
            .endpoints
            .follow_up(number, follow_up, value)
            .map_err(|error| refused(error.to_string()))?;
        let headers = follow_up_headers(asking.connector, follow_up, tokens, value)?;
        let request = FetchRequest {
            method: follow_up.method.as_str().parse().unwrap_or_default(),
            url,
            headers,
            body: follow_up.body.clone().map(Into::into),
            reach: asking.endpoints.reach,
        };
        let answer = self
            .egress
            .fetch(request, MAX_FOLLOW_UP_BYTES, FOLLOW_UP_TIMEOUT)
            .await
            .map_err(not_answered)?;
        match answer.status.as_u16() {
            200..=299 => serde_json::from_slice(&answer.body)
                .map_err(|_| TokenError::Malformed("a request about the account is no JSON")),
            status @ (429 | 500..=599) => Err(TokenError::Unavailable {
                what: format!("a request about the account was answered with {status}"),
                retry_after: None,
            }),
            status => Err(refused(format!(
                "a request about the account was answered with {status}"
            ))),
        }
    }
}

fn follow_up_headers<'v>(
    connector: &Connector,
    follow_up: &FollowUp,
    tokens: &Tokens,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<HeaderMap, TokenError> {
    let unusable = TokenError::Malformed("a field cannot stand in a header");
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    for (name, template) in connector.headers.iter().chain(&follow_up.headers) {
        // A fixed header may name a field that only this follow-up fills.
        let Ok(text) = template.render(&value) else {
            continue;
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable.clone())?;
        headers.insert(
            name,
            HeaderValue::from_str(&text).map_err(|_| unusable.clone())?,
        );
    }
    if follow_up.body.is_some() {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    let (name, prefix) = match &connector.auth {
        Auth::OAuth2 { header, prefix } => (header.as_str(), prefix.as_str()),
        _ => ("authorization", "Bearer "),
    };
    let prefix = follow_up.prefix.as_deref().unwrap_or(prefix);
    let text = Secret::new(format!("{prefix}{}", tokens.access_token.expose()));
    let mut token = HeaderValue::from_str(text.expose()).map_err(|_| unusable.clone())?;
    token.set_sensitive(true);
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable)?;
    headers.insert(name, token);
    Ok(headers)
}

/// Takes from a follow-up's answer what the descriptor names.
pub(super) fn keep(
    connector: &Connector,
    follow_up: &FollowUp,
    answer: &Value,
    filled: &mut BTreeMap<String, String>,
    account: &mut Option<String>,
) -> Result<(), TokenError> {
    for (field, path) in &follow_up.keep {
        if let Some(text) = path.text(answer) {
            fill(connector, filled, field, text)?;
        }
    }
    let named = follow_up
        .account
        .as_ref()
        .and_then(|path| path.text(answer));
    if let Some(named) = answer::account(named) {
        *account = Some(named);
    }
    Ok(())
}

/// Fills a field, if the value looks as the field's must: the next address may name it, and the
/// token goes there.
fn fill(
    connector: &Connector,
    filled: &mut BTreeMap<String, String>,
    field: &str,
    value: String,
) -> Result<(), TokenError> {
    let pattern = connector
        .field(field)
        .and_then(|field| field.pattern.as_ref());
    if pattern.is_some_and(|pattern| !pattern.is_match(&value)) {
        return Err(TokenError::Malformed(
            "a value that the connection needs does not look as it should",
        ));
    }
    filled.insert(field.to_owned(), value);
    Ok(())
}

fn secrets<'a>(asking: Asking<'a>, grant: &GrantRequest<'a>) -> Vec<&'a Secret<String>> {
    let mut secrets: Vec<&Secret<String>> = Vec::new();
    secrets.extend(asking.client.and_then(|client| client.secret.as_ref()));
    match grant {
        GrantRequest::Code { code, verifier, .. } => {
            secrets.push(code);
            secrets.extend(*verifier);
        }
        GrantRequest::Refresh { token, .. } => secrets.push(token),
        GrantRequest::Assertion { assertion, .. } => secrets.push(assertion),
        GrantRequest::ClientCredentials { .. } => {}
    }
    secrets
}

/// A token endpoint that was not reached, or said nothing useful: to be asked again later.
fn not_answered(error: EgressError) -> TokenError {
    match error {
        EgressError::TooLarge { .. } => TokenError::Malformed("it is too large"),
        other => TokenError::Unavailable {
            what: other.to_string(),
            retry_after: None,
        },
    }
}
