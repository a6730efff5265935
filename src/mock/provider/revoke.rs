//! The revocation endpoint, in the style of each provider.

use actix_web::HttpResponse;
use actix_web::http::header;

use super::call::Call;
use super::client::{Credentials, basic};
use super::error::Wrong;
use super::names::Names;
use super::params::Params;
use super::said::{no_store, refused};
use crate::domain::{ClientAuth, Encoding, RevokeStyle, RevokedToken};

/// `POST revoke`. A token that is not known has ended already (RFC 7009 section 2.2).
pub fn revoke(call: &Call<'_>) -> HttpResponse {
    let ended = named(call).and_then(|(client, token)| {
        let platform = call.platform();
        let mut state = call.provider.state();
        let whole = ends_the_grant(call);
        Ok(state
            .grants
            .revoke(platform, client.as_deref(), &token, whole)?)
    });
    match ended {
        Ok(()) => no_store(HttpResponse::Ok().finish()),
        Err(wrong) => refused(&call.oauth, &wrong),
    }
}

/// Whether the access token's end is the grant's: with providers that want that one revoked.
fn ends_the_grant(call: &Call<'_>) -> bool {
    let revocation = call.oauth.revoke.as_ref();
    revocation.is_some_and(|wanted| wanted.token == RevokedToken::AccessToken)
}

/// Which client wants which token ended.
fn named(call: &Call<'_>) -> Result<(Option<String>, String), Wrong> {
    let wanted = call.oauth.revoke.as_ref();
    let style = wanted.map(|wanted| wanted.style).unwrap_or_default();
    let param = wanted.map_or("token", |wanted| wanted.param.as_str());
    let encoding = match style {
        RevokeStyle::Rfc7009 => Encoding::Form,
        RevokeStyle::Json => Encoding::Json,
        RevokeStyle::Bearer => return in_header(call).map(|token| (None, token)),
    };
    let params = call.params(encoding)?;
    let client = client(call, &params)?;
    Ok((Some(client.id), params.needed(param)?.to_owned()))
}

fn in_header(call: &Call<'_>) -> Result<String, Wrong> {
    let value = call.headers().get(header::AUTHORIZATION);
    let value = value.and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    let token = token
        .ok_or_else(|| Wrong::request("the access token belongs into the Authorization header"))?;
    match call.body.length {
        0 => Ok(token.to_owned()),
        _ => Err(Wrong::request("there is to be no body")),
    }
}

/// The client, known in the way that the descriptor says.
fn client(call: &Call<'_>, params: &Params) -> Result<Credentials, Wrong> {
    let own = call
        .oauth
        .revoke
        .as_ref()
        .and_then(|wanted| wanted.client_auth);
    let names = Names::of(&call.oauth);
    let found = match own.unwrap_or(call.oauth.client_auth) {
        ClientAuth::Basic => basic(call.headers(), true)?,
        ClientAuth::BasicRaw => basic(call.headers(), false)?,
        ClientAuth::Body | ClientAuth::None => Credentials {
            id: params.needed(names.of_param("client_id"))?.to_owned(),
            secret: params
                .text(names.of_param("client_secret"))?
                .map(str::to_owned),
        },
    };
    let is_public = call.oauth.client_auth == ClientAuth::None;
    call.provider
        .authenticate(call.platform(), &found, !is_public)?;
    Ok(found)
}
