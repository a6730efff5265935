//! The pages that a person sees: plain HTML, which works without scripts and runs none.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Origin, Url};

use super::asked::Asked;
use super::authorize::ACCOUNTS;
use crate::crypto::sha256;
use crate::domain::{Connector, OAuth};

const CONSENT: &str = include_str!("../../../assets/mock/consent.html");
const ERROR: &str = include_str!("../../../assets/mock/error.html");
const STYLE: &str = include_str!("../../../assets/mock/consent.css");

/// Puts a request before a person. The page names it by `ticket` alone, so that nothing of it can
/// be changed there.
pub fn consent(connector: &Connector, oauth: &OAuth, asked: &Asked, ticket: &str) -> HttpResponse {
    let page = filled(
        CONSENT,
        &[
            ("style", STYLE),
            ("name", &escaped(&connector.name)),
            ("platform", connector.platform.as_str()),
            ("client", &escaped(&asked.client)),
            ("ticket", ticket),
            ("accounts", &accounts(asked)),
            ("scopes", &scopes(oauth, asked)),
            ("redirect", &escaped(&asked.redirect_uri)),
        ],
    );
    sent(StatusCode::OK, page, &form_action(&asked.redirect_uri))
}

/// Says why nobody can be asked. The browser stays here.
pub fn error(message: &str) -> HttpResponse {
    let page = filled(ERROR, &[("style", STYLE), ("message", &escaped(message))]);
    sent(StatusCode::BAD_REQUEST, page, "'none'")
}

fn sent(status: StatusCode, page: String, form_action: &str) -> HttpResponse {
    let style = STANDARD.encode(sha256(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src 'self'; \
         form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .body(page)
}

/// Where the form may lead: here, and on to where the answer goes. Browsers hold the redirect that
/// answers a form to it too.
fn form_action(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else {
        return "'self'".to_owned();
    };
    match url.origin() {
        origin @ Origin::Tuple(..) => format!("'self' {}", origin.ascii_serialization()),
        Origin::Opaque(_) => format!("'self' {}:", url.scheme()),
    }
}

fn accounts(asked: &Asked) -> String {
    let named = asked.account.as_deref();
    let others = ACCOUNTS.into_iter().filter(|other| Some(*other) != named);
    let all = named.into_iter().chain(others).enumerate();
    let row = |(at, account): (usize, &str)| {
        let (account, checked) = (escaped(account), if at == 0 { " checked" } else { "" });
        format!(
            "<label><input type=\"radio\" name=\"account\" value=\"{account}\"{checked}> {account}</label>\n"
        )
    };
    all.map(row).collect()
}

fn scopes(oauth: &OAuth, asked: &Asked) -> String {
    if asked.scopes.is_empty() {
        return "<li>Do what the application is registered for</li>\n".to_owned();
    }
    let row = |scope: &String| {
        let known = oauth.scopes.iter().find(|known| known.name == *scope);
        let description = known.map_or(
            "Use a permission that the catalogue does not describe",
            |known| known.description.as_str(),
        );
        format!(
            "<li>{}<code>{}</code></li>\n",
            escaped(description),
            escaped(scope)
        )
    };
    asked.scopes.iter().map(row).collect()
}

/// The page with every `{name}` replaced; what is put in is not looked at again.
fn filled(page: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(page.len() * 2);
    let mut rest = page;
    while let Some((before, behind)) = rest.split_once('{') {
        let name = behind.split_once('}');
        let value = name.and_then(|(name, rest)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, rest))
        });
        text.push_str(before);
        match value {
            Some((value, behind)) => {
                text.push_str(value);
                rest = behind;
            }
            None => {
                text.push('{');
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests;
