//! What is sent to a token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use url::{Url, form_urlencoded};

use crate::crypto::{hex, random_bytes};
use crate::domain::{ClientAuth, Encoding, Grant, MissingField, OAuth, Secret, StandardParam};
use crate::egress::fetch::FetchRequest;
use crate::egress::origin::Reach;

/// Who asks.
#[derive(Clone, Debug)]
pub struct ClientPair {
    /// The client's id.
    pub id: String,
    /// Its secret; none for a public client.
    pub secret: Option<Secret<String>>,
}

/// What is exchanged for tokens.
#[derive(Clone, Debug)]
pub enum GrantRequest<'a> {
    /// A code that a person's sign-in brought (RFC 6749 section 4.1.3).
    Code {
        /// The code.
        code: &'a Secret<String>,
        /// The redirect URI of the authorization request.
        redirect_uri: &'a str,
        /// The verifier to its challenge.
        verifier: Option<&'a Secret<String>>,
    },
    /// A refresh token (section 6).
    Refresh {
        /// The token.
        token: &'a Secret<String>,
        /// For providers that want it again.
        redirect_uri: &'a str,
        /// For providers that want them again.
        scopes: &'a [String],
    },
    /// Nothing but the client (section 4.4).
    ClientCredentials {
        /// What is asked for.
        scopes: &'a [String],
    },
    /// A signed assertion (RFC 7523 section 2.1).
    Assertion {
        /// It.
        assertion: &'a Secret<String>,
        /// What is asked for, unless the assertion says it.
        scopes: &'a [String],
    },
}

/// Why a token request cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotAsk {
    /// A field that a parameter names is not filled.
    #[error(transparent)]
    MissingField(#[from] MissingField),
    /// A header of the descriptor has characters that no header may have.
    #[error("the header `{0}` of the token request has characters that no header may have")]
    NotAHeader(String),
}

type Parameters = Vec<(String, Secret<String>)>;

/// The request by which `grant` becomes tokens.
pub fn token_request<'v>(
    oauth: &OAuth,
    url: &Url,
    reach: Reach,
    grant: &GrantRequest<'_>,
    client: Option<&ClientPair>,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<FetchRequest, CannotAsk> {
    let mut parameters = parameters(oauth, grant);
    let extra = match grant {
        GrantRequest::Refresh { .. } => &oauth.refresh_params,
        _ => &oauth.token_params,
    };
    for (name, template) in extra {
        let text = template.render(&value)?;
        if !text.is_empty() {
            parameters.retain(|(other, _)| other != name);
            parameters.push((name.clone(), Secret::new(text)));
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    for (name, template) in &oauth.token_headers {
        let text = template.render(&value)?;
        let wrong = |_| CannotAsk::NotAHeader(name.clone());
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| CannotAsk::NotAHeader(name.clone()))?;
        headers.insert(name, HeaderValue::from_str(&text).map_err(wrong)?);
    }
    if let Some(client) = client {
        authenticate(oauth, client, &mut parameters, &mut headers);
    }
    let is_exchange = !matches!(grant, GrantRequest::Refresh { .. });
    parameters.retain(|(name, _)| {
        !(is_exchange && oauth.omit.iter().any(|omitted| omitted.as_str() == name))
    });
    for (name, _) in &mut parameters {
        if let Some(other) = oauth.rename.get(name) {
            other.clone_into(name);
        }
    }
    let (content_type, body) = encoded(oauth.encoding, &parameters);
    headers.insert(header::CONTENT_TYPE, content_type);
    Ok(FetchRequest {
        method: Method::POST,
        url: url.clone(),
        headers,
        body: Some(body),
        reach,
    })
}

fn parameters(oauth: &OAuth, grant: &GrantRequest<'_>) -> Parameters {
    let mut parameters = Parameters::new();
    let mut put = |name: &str, value: &str| {
        parameters.push((name.to_owned(), Secret::new(value.to_owned())));
    };
    let own_word = oauth.grant_type.as_deref();
    let joined = |scopes: &[String]| scopes.join(&oauth.scope_separator);
    match grant {
        GrantRequest::Code {
            code,
            redirect_uri,
            verifier,
        } => {
            put("grant_type", own_word.unwrap_or("authorization_code"));
            put("code", code.expose());
            put("redirect_uri", redirect_uri);
            if let Some(verifier) = verifier.filter(|_| oauth.pkce) {
                put("code_verifier", verifier.expose());
            }
        }
        GrantRequest::Refresh {
            token,
            redirect_uri,
            scopes,
        } => {
            put("grant_type", "refresh_token");
            put("refresh_token", token.expose());
            for wanted in &oauth.refresh_send {
                match wanted {
                    StandardParam::RedirectUri => put("redirect_uri", redirect_uri),
                    StandardParam::Scope => put("scope", &joined(scopes)),
                    _ => {}
                }
            }
        }
        GrantRequest::ClientCredentials { scopes } => {
            put("grant_type", own_word.unwrap_or("client_credentials"));
            if !scopes.is_empty() {
                put("scope", &joined(scopes));
            }
        }
        GrantRequest::Assertion { assertion, scopes } => {
            let word = own_word.unwrap_or("urn:ietf:params:oauth:grant-type:jwt-bearer");
            put("grant_type", word);
            put("assertion", assertion.expose());
            let is_claimed = oauth
                .assertion
                .as_ref()
                .is_some_and(|assertion| assertion.scope_claim);
            if !scopes.is_empty() && !is_claimed {
                put("scope", &joined(scopes));
            }
        }
    }
    parameters
}

fn authenticate(
    oauth: &OAuth,
    client: &ClientPair,
    parameters: &mut Parameters,
    headers: &mut HeaderMap,
) {
    let secret = client.secret.as_ref().map_or("", |secret| secret.expose());
    let id = || ("client_id".to_owned(), Secret::new(client.id.clone()));
    match oauth.client_auth {
        ClientAuth::Body => {
            parameters.push(id());
            if !secret.is_empty() {
                let secret = Secret::new(secret.to_owned());
                parameters.push(("client_secret".to_owned(), secret));
            }
        }
        ClientAuth::None => parameters.push(id()),
        ClientAuth::Basic => {
            // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
            let quoted = |text: &str| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            headers.insert(
                header::AUTHORIZATION,
                basic(&quoted(&client.id), &quoted(secret)),
            );
        }
        ClientAuth::BasicRaw => {
            headers.insert(header::AUTHORIZATION, basic(&client.id, secret));
        }
    }
    if oauth.grant == Grant::JwtBearer {
        // The assertion says who asks (RFC 7523 section 3.1).
        parameters.retain(|(name, _)| !name.starts_with("client_"));
    }
}

/// HTTP Basic, with the standard alphabet: the URL-safe one is another text.
pub(super) fn basic(id: &str, secret: &str) -> HeaderValue {
    let pair = zeroize::Zeroizing::new(format!("{id}:{secret}"));
    let encoded = zeroize::Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value =
        HeaderValue::from_str(&encoded).expect("base64 has only characters that a header may have");
    value.set_sensitive(true);
    value
}

fn encoded(encoding: Encoding, parameters: &Parameters) -> (HeaderValue, Bytes) {
    let pairs = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.expose().as_str()));
    match encoding {
        Encoding::Form => {
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish();
            (
                HeaderValue::from_static("application/x-www-form-urlencoded"),
                body.into(),
            )
        }
        Encoding::Json => {
            let body: serde_json::Map<String, serde_json::Value> = pairs
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            (
                HeaderValue::from_static("application/json"),
                serde_json::Value::Object(body).to_string().into(),
            )
        }
        Encoding::Multipart => {
            let boundary = hex(&random_bytes::<16>());
            let mut body = String::new();
            for (name, value) in pairs {
                body.push_str(&format!(
                    "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                ));
            }
            body.push_str(&format!("--{boundary}--\r\n"));
            let kind = format!("multipart/form-data; boundary={boundary}");
            (
                HeaderValue::from_str(&kind).expect("a boundary of hex digits fits a header"),
                body.into(),
            )
        }
    }
}

#[cfg(test)]
mod tests;
