//! The authorization endpoint: a person is asked, or a test answers in the person's stead.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;

use super::answer::life;
use super::asked::{self, Asked, Decision, Unasked};
use super::call::Call;
use super::error::Wrong;
use super::grants::{Consent, NewCode};
use super::journal::{Remark, fingerprint};
use super::page;
use super::params::Params;
use super::redirect::Redirect;
use crate::domain::Grant;

/// Who can be picked. The first is picked unless another is.
pub const ACCOUNTS: [&str; 3] = ["ada@example.com", "grace@example.com", "alan@example.com"];

/// `GET authorize`: puts a request before a person.
pub fn ask(call: &Call<'_>) -> HttpResponse {
    decided(call, None)
}

/// Answers a request with an error, if it is one that may be answered.
pub fn fail(call: &Call<'_>, code: &str) -> HttpResponse {
    decided(call, Some(Decision::Refuse(code.to_owned())))
}

fn decided(call: &Call<'_>, decision: Option<Decision>) -> HttpResponse {
    if call.oauth.grant != Grant::AuthorizationCode {
        return page::error("Nobody signs in to this provider: its clients act for themselves.");
    }
    let params = Params::urlencoded(call.query().as_bytes());
    let find = |id: &str| call.provider.client(call.platform(), id);
    let asked = match asked::read(&call.oauth, &params, find) {
        Ok(asked) => asked,
        Err(Unasked::Page(message)) => return page::error(&message),
        Err(Unasked::Redirect(to, wrong)) => return gone_wrong(call, to, &wrong),
    };
    match decision.or_else(|| asked.auto.clone()) {
        Some(decision) => answered(call, &asked, None, &decision),
        None => {
            let ticket = call
                .provider
                .wait_for_a_person(call.platform(), asked.clone());
            page::consent(&call.connector, &call.oauth, &asked, &ticket)
        }
    }
}

/// `POST authorize`: what the person said to the page.
pub fn answer(call: &Call<'_>) -> HttpResponse {
    let read = || {
        let params = call.params(crate::domain::Encoding::Form)?;
        let ticket = params.needed("ticket")?;
        let asked = call.provider.asked(call.platform(), ticket);
        let account = params.text("account")?.map(str::to_owned);
        Ok::<_, Wrong>((asked, account, params.needed("decision")? == "approve"))
    };
    let (asked, account, is_allowed) = match read() {
        Ok((Some(asked), account, is_allowed)) => (asked, account, is_allowed),
        Ok((None, ..)) => {
            return page::error(
                "This page has been open for too long. Begin again in the application.",
            );
        }
        Err(wrong) => return page::error(&wrong.description),
    };
    let known = |account: &String| {
        asked.account.as_ref() == Some(account) || ACCOUNTS.contains(&account.as_str())
    };
    if !account.as_ref().is_none_or(known) {
        return page::error("There is no such account.");
    }
    let decision = match is_allowed {
        true => Decision::Approve,
        false => Decision::Refuse("access_denied".to_owned()),
    };
    answered(call, &asked, account, &decision)
}

fn answered(
    call: &Call<'_>,
    asked: &Asked,
    account: Option<String>,
    decision: &Decision,
) -> HttpResponse {
    let to = Redirect::to(&asked.redirect_uri);
    let code = match decision {
        Decision::Approve => code(call, asked, account),
        Decision::Refuse(code) => {
            let to = to.with_some("state", asked.state.as_deref());
            let said = "the person at the mock's consent page did not allow it";
            return gone_wrong(call, to, &Wrong::new(code.clone(), said));
        }
    };
    let to = to
        .with("code", code.as_bytes())
        .with_some("state", asked.state.as_deref());
    let vector = call.oauth.vector.as_ref();
    let more = vector.map(|vector| &vector.callback).into_iter().flatten();
    let to = more.fold(to, |to, (name, value)| to.with(name, value.as_bytes()));
    let mut response = go(call, to);
    Remark::on(&mut response, |remark| {
        remark.gave.insert("code", fingerprint(code.as_bytes()));
    });
    response
}

fn code(call: &Call<'_>, asked: &Asked, account: Option<String>) -> String {
    let [first, ..] = ACCOUNTS;
    let account = account.or_else(|| asked.account.clone());
    let consent = Consent {
        platform: call.platform().to_owned(),
        client: asked.client.clone(),
        account: Some(account.unwrap_or_else(|| first.to_owned())),
        scopes: asked.scopes.clone(),
        life: life(&call.oauth, asked.expires_in),
    };
    let new = NewCode {
        consent,
        redirect_uri: asked.redirect_uri.clone(),
        challenge: asked.challenge.clone(),
    };
    let now = call.provider.now();
    call.provider.state().grants.code(new, now)
}

/// Tells the client.
fn gone_wrong(call: &Call<'_>, to: Redirect, wrong: &Wrong) -> HttpResponse {
    let to = to.with("error", wrong.code.as_bytes());
    let to = to.with("error_description", wrong.description.as_bytes());
    let mut response = go(call, to);
    Remark::on(&mut response, |remark| {
        remark.error = Some(wrong.code.to_string())
    });
    response
}

/// Sends the browser on, with the issuer where the provider names itself (RFC 9207).
fn go(call: &Call<'_>, to: Redirect) -> HttpResponse {
    let issuer = call.provider.issuer(call.platform());
    let is_named = call.oauth.issuer.is_some();
    let to = to.with_some("iss", is_named.then_some(issuer.as_bytes()));
    HttpResponse::build(StatusCode::SEE_OTHER)
        .insert_header((header::LOCATION, to.into_string()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}
