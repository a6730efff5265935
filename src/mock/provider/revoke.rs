//! The revocation endpoint, in the style of each provider.

use actix_web::HttpResponse;
use actix_web::http::header;

use super::call::Call;
use super::client::{Credentials, basic};
use super::error::Wrong;
use super::names::Names;
use super::params::Params;
use super::said::{no_store, refused};
use super::token::authenticated;
use crate::domain::{Encoding, RevokeStyle, RevokedToken};

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
    let style = call.oauth.revoke.as_ref().map(|wanted| wanted.style);
    match style.unwrap_or_default() {
        RevokeStyle::Rfc7009 => {
            let params = call.params(Encoding::Form)?;
            let client = authenticated(call, &params)?;
            Ok((Some(client.id), params.needed("token")?.to_owned()))
        }
        RevokeStyle::Json => {
            let params = call.params(Encoding::Json)?;
            let client = in_json(call, &params)?;
            Ok((Some(client.id), params.needed("token")?.to_owned()))
        }
        RevokeStyle::BasicJson => {
            let client = basic(call.headers(), true)?;
            call.provider.authenticate(call.platform(), &client, true)?;
            let params = call.params(Encoding::Json)?;
            Ok((Some(client.id), params.needed("access_token")?.to_owned()))
        }
        RevokeStyle::Bearer => {
            let value = call.headers().get(header::AUTHORIZATION);
            let value = value.and_then(|value| value.to_str().ok());
            let token = value.and_then(|value| value.strip_prefix("Bearer "));
            let token = token.ok_or_else(|| {
                Wrong::request("the access token belongs into the Authorization header")
            })?;
            match call.body.length {
                0 => Ok((None, token.to_owned())),
                _ => Err(Wrong::request("there is to be no body")),
            }
        }
    }
}

fn in_json(call: &Call<'_>, params: &Params) -> Result<Credentials, Wrong> {
    let names = Names::of(&call.oauth);
    let text = |name: &'static str| params.text(names.of_param(name));
    let found = Credentials {
        id: params.needed(names.of_param("client_id"))?.to_owned(),
        secret: text("client_secret")?.map(str::to_owned),
    };
    call.provider.authenticate(call.platform(), &found, true)?;
    Ok(found)
}
