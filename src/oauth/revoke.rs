//! Gives tokens back (RFC 7009).

use hyper::http::{HeaderMap, HeaderValue, Method, header};
use url::{Url, form_urlencoded};

use super::request::{ClientPair, basic};
use crate::domain::{ClientAuth, OAuth, Revocation, RevokeStyle, RevokedToken, Secret};
use crate::egress::fetch::FetchRequest;
use crate::egress::origin::Reach;

/// The request that revokes a connection's tokens, if it has one that the provider revokes.
pub fn revoke_request(
    oauth: &OAuth,
    revocation: &Revocation,
    url: &Url,
    reach: Reach,
    client: Option<&ClientPair>,
    access_token: &Secret<String>,
    refresh_token: Option<&Secret<String>>,
) -> Option<FetchRequest> {
    let (token, hint) = match (revocation.token, refresh_token) {
        (RevokedToken::RefreshToken, Some(token)) => (token, "refresh_token"),
        _ => (access_token, "access_token"),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let (id, secret) = match client {
        Some(client) => (
            client.id.as_str(),
            client.secret.as_ref().map_or("", |secret| secret.expose()),
        ),
        None => ("", ""),
    };
    if revocation.style == RevokeStyle::Bearer {
        let text = Secret::new(format!("Bearer {}", access_token.expose()));
        let mut value = HeaderValue::from_str(text.expose()).ok()?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    let mut parameters = vec![(revocation.param.clone(), token.expose().clone())];
    if revocation.style == RevokeStyle::Rfc7009 && revocation.param == "token" {
        parameters.push(("token_type_hint".to_owned(), hint.to_owned()));
    }
    match revocation.client_auth.unwrap_or(oauth.client_auth) {
        _ if revocation.style == RevokeStyle::Bearer => {}
        ClientAuth::Body | ClientAuth::None => {
            let named = |name: &str| {
                let other = oauth.rename.get(name);
                other.cloned().unwrap_or_else(|| name.to_owned())
            };
            parameters.push((named("client_id"), id.to_owned()));
            if !secret.is_empty() {
                parameters.push((named("client_secret"), secret.to_owned()));
            }
        }
        ClientAuth::Basic => {
            let quoted = |text: &str| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            headers.insert(header::AUTHORIZATION, basic(&quoted(id), &quoted(secret)));
        }
        ClientAuth::BasicRaw => {
            headers.insert(header::AUTHORIZATION, basic(id, secret));
        }
    }
    let body = match revocation.style {
        RevokeStyle::Bearer => None,
        RevokeStyle::Rfc7009 => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&parameters);
            Some((form.finish(), "application/x-www-form-urlencoded"))
        }
        RevokeStyle::Json => {
            let body: serde_json::Map<String, serde_json::Value> = parameters
                .into_iter()
                .map(|(name, value)| (name, value.into()))
                .collect();
            let body = serde_json::Value::Object(body);
            Some((body.to_string(), "application/json"))
        }
    };
    if let Some((_, kind)) = &body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Some(FetchRequest {
        method: revocation.method.as_str().parse().unwrap_or(Method::POST),
        url: url.clone(),
        headers,
        body: body.map(|(text, _)| text.into()),
        reach,
    })
}
