//! What the provider says about itself and its tokens.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::Wrong;
use super::grants::Known;
use super::said::{no_store, refused};
use super::token::{authenticated, grant_word};
use crate::crypto::{hex, sha256};
use crate::domain::{ClientAuth, Encoding, Grant, OAuth, RefreshPolicy};
use crate::mock::reply::sent;

/// `GET .well-known/oauth-authorization-server` (RFC 8414), and with what OpenID Connect Discovery
/// wants besides.
pub fn metadata(call: &Call<'_>, is_openid: bool) -> HttpResponse {
    let oauth = call.oauth.as_ref();
    let issuer = call.provider.issuer(call.platform());
    let at = |endpoint: &str| format!("{issuer}/{endpoint}");
    let names: Vec<&str> = oauth
        .scopes
        .iter()
        .map(|scope| scope.name.as_str())
        .collect();
    let mut said = json!({
        "issuer": issuer,
        "token_endpoint": at("token"),
        "revocation_endpoint": at("revoke"),
        "introspection_endpoint": at("introspect"),
        "userinfo_endpoint": at("userinfo"),
        "registration_endpoint": at("register"),
        "jwks_uri": at("jwks"),
        "scopes_supported": names,
        "response_types_supported": ["code"],
        "grant_types_supported": grants(oauth),
        "token_endpoint_auth_methods_supported": [auth_method(oauth)],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": oauth.issuer.is_some(),
    });
    let mut add = |name: &str, value: Value| {
        said.as_object_mut()
            .map(|said| said.insert(name.to_owned(), value))
    };
    if oauth.grant == Grant::AuthorizationCode {
        add("authorization_endpoint", json!(at("authorize")));
    }
    if is_openid {
        add("subject_types_supported", json!(["public"]));
        add("id_token_signing_alg_values_supported", json!(["RS256"]));
    }
    sent(StatusCode::OK, &said)
}

/// `GET jwks`: no keys, since nothing is signed.
pub fn keys() -> HttpResponse {
    sent(StatusCode::OK, &json!({ "keys": [] }))
}

/// The word for how clients say who they are (RFC 7591 section 2).
pub fn auth_method(oauth: &OAuth) -> &'static str {
    match oauth.client_auth {
        ClientAuth::Body => "client_secret_post",
        ClientAuth::Basic | ClientAuth::BasicRaw => "client_secret_basic",
        ClientAuth::None => "none",
    }
}

/// `GET userinfo` (OpenID Connect Core section 5.3).
pub fn user_info(call: &Call<'_>) -> HttpResponse {
    let value = call.headers().get(header::AUTHORIZATION);
    let value = value.and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    let known = token.and_then(|token| call.provider.access(call.platform(), token));
    let Some(known) = known else {
        let wrong = Wrong::new("invalid_token", "the access token is missing or not good");
        let body = json!({ "error": wrong.code, "error_description": wrong.description });
        let mut response = no_store(sent(StatusCode::UNAUTHORIZED, &body));
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
        return response;
    };
    let mut said = Map::from_iter([("sub".to_owned(), json!(subject(&known)))]);
    if let Some(account) = &known.consent.account {
        let name = account.split('@').next().unwrap_or_default();
        said.insert("email".to_owned(), json!(account));
        said.insert("email_verified".to_owned(), json!(true));
        said.insert("name".to_owned(), json!(name));
    }
    no_store(sent(StatusCode::OK, &Value::Object(said)))
}

/// `POST introspect` (RFC 7662). Of a token that is not good nothing is said but that.
pub fn introspect(call: &Call<'_>) -> HttpResponse {
    let asked = || {
        let params = call.params(Encoding::Form)?;
        authenticated(call, &params)?;
        Ok::<_, Wrong>(params.needed("token")?.to_owned())
    };
    let token = match asked() {
        Ok(token) => token,
        Err(wrong) => return refused(&call.oauth, &wrong),
    };
    let now = call.provider.now();
    let known = call
        .provider
        .state()
        .grants
        .known(call.platform(), &token, now);
    let said = known.map_or_else(
        || json!({ "active": false }),
        |known| described(call, &known),
    );
    no_store(sent(StatusCode::OK, &said))
}

fn described(call: &Call<'_>, known: &Known) -> Value {
    let mut said = json!({
        "active": true,
        "iss": call.provider.issuer(call.platform()),
        "client_id": known.consent.client,
        "sub": subject(known),
        "scope": known.consent.scopes.join(" "),
    });
    let mut add = |name: &str, value: Value| {
        said.as_object_mut()
            .map(|said| said.insert(name.to_owned(), value))
    };
    if let Some(account) = &known.consent.account {
        add("username", json!(account));
    }
    if let Some(until) = known.until {
        add("exp", json!(until.micros().div_euclid(1_000_000)));
    }
    if !known.is_refresh {
        add("token_type", json!("Bearer"));
    }
    said
}

/// The same for the same account at the same provider.
fn subject(known: &Known) -> String {
    let who = known.consent.account.as_ref();
    let who = who.unwrap_or(&known.consent.client);
    let digest = sha256(format!("{}\n{who}", known.consent.platform).as_bytes());
    hex(&digest).chars().take(20).collect()
}

fn grants(oauth: &OAuth) -> Vec<&str> {
    let has_refresh =
        oauth.grant == Grant::AuthorizationCode && oauth.refresh != RefreshPolicy::None;
    let mut grants = vec![grant_word(oauth)];
    grants.extend(has_refresh.then_some("refresh_token"));
    grants
}
