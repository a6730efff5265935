//! The token endpoint: codes, refresh tokens, assertions and clients become access tokens.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::answer::{is_refreshable, life, tokens};
use super::assertion;
use super::call::Call;
use super::client::{Credentials, credentials};
use super::error::Wrong;
use super::grants::{Consent, Issued, NotGranted, Redeemer};
use super::journal::{Remark, fingerprint};
use super::names::Names;
use super::params::Params;
use super::said::{no_store, refused};
use crate::domain::{ClientAuth, Grant, OAuth, RefreshPolicy, StandardParam, Template};
use crate::mock::credential::is_bad;
use crate::mock::reply::sent;

/// The word for an assertion (RFC 7523 section 2.1).
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What a token request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    First(Grant),
    Refresh,
}

/// `POST token`.
pub fn token(call: &Call<'_>) -> HttpResponse {
    match issued(call) {
        Ok(issued) => given(call, &issued),
        Err(wrong) => refused(&call.oauth, &wrong),
    }
}

fn given(call: &Call<'_>, issued: &Issued) -> HttpResponse {
    let answer = tokens(&call.oauth, issued, call.provider.now());
    let mut response = no_store(sent(StatusCode::OK, &answer));
    Remark::on(&mut response, |remark| {
        let seen = |token: &String| fingerprint(token.as_bytes());
        remark
            .gave
            .insert("access_token", seen(&issued.access_token));
        let refresh = issued.refresh_token.as_ref();
        remark
            .gave
            .extend(refresh.map(|token| ("refresh_token", seen(token))));
    });
    response
}

/// The word for a provider's own grant.
pub fn grant_word(oauth: &OAuth) -> &str {
    let word = match oauth.grant {
        Grant::AuthorizationCode => "authorization_code",
        Grant::ClientCredentials => "client_credentials",
        Grant::JwtBearer => JWT_BEARER,
    };
    oauth.grant_type.as_deref().unwrap_or(word)
}

fn issued(call: &Call<'_>) -> Result<Issued, Wrong> {
    let oauth = call.oauth.as_ref();
    let params = call.params(oauth.encoding)?;
    let names = Names::of(oauth);
    let wanted = wanted(oauth, &params)?;
    let (extra, omits) = match wanted {
        Wanted::First(_) => (&oauth.token_params, oauth.omit.as_slice()),
        Wanted::Refresh => (&oauth.refresh_params, Default::default()),
    };
    for omitted in omits {
        let name = names.of_param(omitted.as_str());
        if params.has(name) {
            let message = format!("this provider wants no `{name}` here");
            return Err(Wrong::request(message));
        }
    }
    check_extra(call, extra, &params)?;
    match wanted {
        Wanted::First(Grant::AuthorizationCode) => code(call, &params, omits),
        Wanted::First(Grant::ClientCredentials) => own(call, &params),
        Wanted::First(Grant::JwtBearer) => asserted(call, &params),
        Wanted::Refresh => refresh(call, &params),
    }
}

fn wanted(oauth: &OAuth, params: &Params) -> Result<Wanted, Wrong> {
    let first = Wanted::First(oauth.grant);
    let name = Names::of(oauth).of_param("grant_type");
    let Some(word) = params.text(name)? else {
        return match oauth.omit.contains(&StandardParam::GrantType) {
            true => Ok(first),
            false => Err(Wrong::request(format!("`{name}` is missing"))),
        };
    };
    let has_refresh =
        oauth.grant == Grant::AuthorizationCode && oauth.refresh != RefreshPolicy::None;
    match word {
        "refresh_token" if has_refresh => Ok(Wanted::Refresh),
        word if word == grant_word(oauth) => Ok(first),
        word => Err(Wrong::new(
            "unsupported_grant_type",
            format!("this provider knows no `{word}`"),
        )),
    }
}

/// What this provider wants besides the standard, where that is the same for everybody.
fn check_extra(
    call: &Call<'_>,
    extra: &[(String, Template)],
    params: &Params,
) -> Result<(), Wrong> {
    for (name, value) in extra {
        let sent = params.text(name)?;
        let is_sent = match fixed(value) {
            Some(value) => value.is_empty() || sent == Some(value.as_str()),
            None => true,
        };
        if !is_sent {
            return Err(Wrong::request(format!(
                "`{name}` is not as this provider wants it"
            )));
        }
    }
    for (name, value) in &call.oauth.token_headers {
        let sent = call.headers().get(name.as_str());
        let is_sent = fixed(value)
            .is_none_or(|value| sent.is_some_and(|sent| sent.as_bytes() == value.as_bytes()));
        if !is_sent {
            let message = format!("the header `{name}` is not as this provider wants it");
            return Err(Wrong::request(message));
        }
    }
    Ok(())
}

/// The text of a template without holes.
fn fixed(template: &Template) -> Option<String> {
    template.render(|_| None).ok()
}

fn code(call: &Call<'_>, params: &Params, omits: &[StandardParam]) -> Result<Issued, Wrong> {
    let (oauth, names) = (call.oauth.as_ref(), Names::of(&call.oauth));
    let client = client(call, params, omits)?;
    let redirect_uri = match omits.contains(&StandardParam::RedirectUri) {
        true => None,
        false => Some(params.needed(names.of_param("redirect_uri"))?),
    };
    let by = Redeemer {
        platform: call.platform(),
        client: &client.id,
        redirect_uri,
        verifier: verifier(params, names)?,
        refreshable: is_refreshable(oauth),
    };
    let code = params.needed(names.of_param("code"))?;
    let now = call.provider.now();
    Ok(call.provider.state().grants.redeem(code, by, now)?)
}

/// The verifier, of the form that RFC 7636 section 4.1 gives it.
fn verifier<'p>(params: &'p Params, names: Names<'_>) -> Result<Option<&'p str>, Wrong> {
    let name = names.of_param("code_verifier");
    let Some(verifier) = params.text(name)? else {
        return Ok(None);
    };
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved) {
        true => Ok(Some(verifier)),
        false => Err(Wrong::request(format!(
            "`{name}` must be 43 to 128 letters, digits and -._~"
        ))),
    }
}

fn refresh(call: &Call<'_>, params: &Params) -> Result<Issued, Wrong> {
    let (oauth, names) = (call.oauth.as_ref(), Names::of(&call.oauth));
    let client = authenticated(call, params)?;
    let token = params.needed(names.of_param("refresh_token"))?;
    let scopes = scopes(names, params.text(names.of_param("scope"))?)?;
    let rotates = oauth.refresh == RefreshPolicy::Rotates;
    let by = (call.platform(), client.id.as_str());
    let now = call.provider.now();
    let mut state = call.provider.state();
    let refreshed = state.grants.refresh(token, by, &scopes, rotates, now);
    refreshed.map_err(|error| match (error, oauth.invalid_grant.first()) {
        (NotGranted::MoreThanAllowed, _) | (_, None) => error.into(),
        // The provider has a word of its own for a dead refresh token.
        (_, Some(code)) => Wrong::new(code.clone(), error.to_string()),
    })
}

/// The client that a request names, which has proved who it is.
///
/// # Errors
/// If it has not.
pub fn authenticated(call: &Call<'_>, params: &Params) -> Result<Credentials, Wrong> {
    client(call, params, &[])
}

fn client(call: &Call<'_>, params: &Params, omits: &[StandardParam]) -> Result<Credentials, Wrong> {
    let oauth = call.oauth.as_ref();
    let found = credentials(oauth, call.headers(), params, omits)?;
    let wants_secret =
        oauth.client_auth != ClientAuth::None && !omits.contains(&StandardParam::ClientSecret);
    call.provider
        .authenticate(call.platform(), &found, wants_secret)?;
    Ok(found)
}

/// A client that acts for itself: anybody's, so that any id and secret that do not look bad are
/// good, as with keys.
fn own(call: &Call<'_>, params: &Params) -> Result<Issued, Wrong> {
    let (oauth, names) = (call.oauth.as_ref(), Names::of(&call.oauth));
    let found = credentials(oauth, call.headers(), params, &oauth.omit)?;
    let is_good = |text: &str| !text.is_empty() && !is_bad(text);
    if !is_good(&found.id) || !found.secret.as_deref().is_none_or(is_good) {
        return Err(Wrong::client("this client has no access"));
    }
    let scopes = scopes(names, params.text(names.of_param("scope"))?)?;
    Ok(directly(call, found.id, scopes))
}

fn asserted(call: &Call<'_>, params: &Params) -> Result<Issued, Wrong> {
    let (oauth, names) = (call.oauth.as_ref(), Names::of(&call.oauth));
    let assertion = params.needed(names.of_param("assertion"))?;
    let algorithm = oauth.assertion.as_ref().map(|wanted| wanted.algorithm);
    let claims = assertion::read(assertion, algorithm, call.provider.now())?;
    if is_bad(&claims.issuer) {
        return Err(Wrong::grant("this account has no access"));
    }
    let as_parameter = params.text(names.of_param("scope"))?;
    let scopes = scopes(names, as_parameter.or(claims.scope.as_deref()))?;
    Ok(directly(call, claims.issuer, scopes))
}

fn directly(call: &Call<'_>, client: String, scopes: Vec<String>) -> Issued {
    let consent = Consent {
        platform: call.platform().to_owned(),
        client,
        account: None,
        scopes,
        life: life(&call.oauth, None),
    };
    let now = call.provider.now();
    call.provider.state().grants.directly(consent, now)
}

fn scopes(names: Names<'_>, text: Option<&str>) -> Result<Vec<String>, Wrong> {
    names
        .scopes(text)
        .map_err(|scope| Wrong::new("invalid_scope", format!("`{scope}` can be no scope")))
}
