//! What a provider tells the bearer of a new token: the requests that follow a sign-in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::answer::name_account;
use super::call::Call;
use super::place::put;
use crate::domain::{Auth, Connector, FollowUp};
use crate::mock::credential::Refused;
use crate::mock::reply::{refusal, said, sent};

/// `follow-up/{number}`: the recorded answer, with the picked account in it.
pub fn follow_up(call: &Call<'_>, number: usize) -> HttpResponse {
    let Some(wanted) = call.oauth.follow_ups.get(number) else {
        return said(StatusCode::NOT_FOUND, "there is no such follow-up");
    };
    let token = match token(call.headers(), &call.connector, wanted.prefix.as_deref()) {
        Ok(token) => token,
        Err(refused) => return refusal(&call.connector, refused),
    };
    let Some(known) = call.provider.access(call.platform(), token) else {
        return refusal(&call.connector, Refused::NotGood);
    };
    if let Some(refused) = misasked(call, wanted) {
        return refused;
    }
    let vector = call.oauth.vector.as_ref();
    let recorded = vector.and_then(|vector| vector.follow_ups.get(number));
    let recorded = recorded.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut answer = recorded.unwrap_or_else(|| unrecorded(wanted));
    let account = known.consent.account.as_deref();
    name_account(&mut answer, wanted.account.as_ref(), &wanted.keep, account);
    sent(StatusCode::OK, &answer)
}

/// The token, behind `prefix` or what the provider usually wants before it.
fn token<'h>(
    headers: &'h HeaderMap,
    connector: &Connector,
    prefix: Option<&str>,
) -> Result<&'h str, Refused> {
    let (name, usual) = match &connector.auth {
        Auth::OAuth2 { header, prefix } => (header.as_str(), prefix.as_str()),
        _ => ("authorization", "Bearer "),
    };
    let value = headers.get(name).ok_or(Refused::Missing)?;
    let value = value.to_str().map_err(|_| Refused::NotGood)?;
    value
        .strip_prefix(prefix.unwrap_or(usual))
        .ok_or(Refused::NotGood)
}

/// The provider's words for a request that is not made as it must be.
fn misasked(call: &Call<'_>, wanted: &FollowUp) -> Option<HttpResponse> {
    if call.request.method().as_str() != wanted.method.as_str() {
        let mut response = said(
            StatusCode::METHOD_NOT_ALLOWED,
            "the request has another method",
        );
        let allowed = HeaderValue::from_static(wanted.method.as_str());
        response.headers_mut().insert(header::ALLOW, allowed);
        return Some(response);
    }
    let is_missing = |name: &&str| !call.headers().contains_key(*name);
    let mut names = wanted.headers.iter().map(|(name, _)| name.as_str());
    if let Some(name) = names.find(is_missing) {
        let message = format!("the request wants the header `{name}`");
        return Some(said(StatusCode::BAD_REQUEST, &message));
    }
    let body = call.body.content().map(serde_json::from_slice::<Value>);
    match (&wanted.body, body) {
        (None, _) | (Some(_), Some(Ok(_))) => None,
        (Some(_), _) => Some(said(
            StatusCode::BAD_REQUEST,
            "the request wants a JSON body",
        )),
    }
}

/// An answer where the catalogue has none: it names the account.
fn unrecorded(wanted: &FollowUp) -> Value {
    let mut answer = json!({});
    if let Some(path) = &wanted.account {
        put(&mut answer, path, json!("somebody"));
    }
    answer
}
