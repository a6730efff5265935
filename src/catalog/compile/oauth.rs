//! The `[oauth]` table, checked.

use std::collections::BTreeMap;

use super::super::format::{
    AnswerDescriptor, AssertionDescriptor, FollowUpDescriptor, OAuthDescriptor,
};
use super::fields::Fields;
use crate::domain::{
    AnswerShape, Assertion, CLIENT_ID_FIELD, CLIENT_SECRET_FIELD, FollowUp, FormField, Grant,
    OAuth, REFRESH_TOKEN_FIELD, Revocation, Template, ValuePath,
};

/// Parameters of the authorization request that only we set.
const OURS: [&str; 7] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// What a refresh margin may be at the most, in seconds.
const MAX_MARGIN: u64 = 7 * 24 * 60 * 60;

/// How the provider speaks OAuth 2, or more sentences in `wrong`.
pub(super) fn oauth(
    written: OAuthDescriptor,
    app_form: Vec<FormField>,
    fields: &Fields<'_>,
    wrong: &mut Vec<String>,
) -> OAuth {
    check_grant(&written, fields, wrong);
    for name in OURS {
        if written.authorize_params.contains_key(name) {
            wrong.push(format!("oauth.authorize_params: `{name}` is not to be set"));
        }
    }
    if written
        .refresh_margin_seconds
        .is_some_and(|margin| margin > MAX_MARGIN)
    {
        wrong.push("oauth.refresh_margin_seconds: at most a week".to_owned());
    }
    for parameter in written.callback.keys() {
        check_filled("oauth.callback", parameter, fields, wrong);
        let field = fields.form.iter().find(|field| field.name == *parameter);
        if field.is_some_and(FormField::is_secret) {
            wrong.push(format!(
                "oauth.callback.{parameter}: must be no secret: it comes by a browser's address"
            ));
        }
    }
    let address = |at: &str, text: Option<String>, wrong: &mut Vec<String>| {
        text.map(|text| fields.address(&format!("oauth.{at}"), &text, wrong))
    };
    OAuth {
        grant: written.grant,
        authorize_url: address("authorize_url", written.authorize_url, wrong),
        token_url: fields.address("oauth.token_url", &written.token_url, wrong),
        refresh_url: address("refresh_url", written.refresh_url, wrong),
        revoke: written.revoke.map(|revoke| Revocation {
            url: fields.address("oauth.revoke.url", &revoke.url, wrong),
            token: revoke.token,
            style: revoke.style,
            method: revoke.method,
            param: revoke.param,
            client_auth: revoke.client_auth,
        }),
        issuer: written
            .issuer
            .map(|issuer| fields.template("oauth.issuer", &issuer, false, wrong)),
        pkce: written.pkce,
        client_auth: written.client_auth,
        encoding: written.encoding,
        grant_type: written.grant_type,
        authorize_params: pairs(
            "oauth.authorize_params",
            written.authorize_params,
            fields,
            wrong,
        ),
        token_params: pairs("oauth.token_params", written.token_params, fields, wrong),
        refresh_params: pairs(
            "oauth.refresh_params",
            written.refresh_params,
            fields,
            wrong,
        ),
        token_headers: pairs("oauth.token_headers", written.token_headers, fields, wrong),
        omit: written.omit,
        refresh_send: written.refresh_send,
        rename: written.rename,
        scope_separator: written.scope_separator,
        scopes: written.scopes,
        answer: answer(written.answer, fields, wrong),
        callback: written.callback,
        follow_ups: written
            .follow_up
            .into_iter()
            .enumerate()
            .map(|(index, each)| follow_up(index, each, fields, wrong))
            .collect(),
        refresh: written.refresh,
        refresh_margin_seconds: written.refresh_margin_seconds,
        lifetime_seconds: written.lifetime_seconds,
        invalid_grant: written.invalid_grant,
        assertion: written.assertion.map(|each| assertion(each, fields, wrong)),
        register_url: written.register_url,
        vector: written.vector,
        app_form,
    }
}

fn check_grant(written: &OAuthDescriptor, fields: &Fields<'_>, wrong: &mut Vec<String>) {
    let has = |name: &str| fields.form.iter().any(|field| field.name == name);
    match written.grant {
        Grant::AuthorizationCode if written.authorize_url.is_none() => {
            wrong.push("oauth.authorize_url: is needed, since a person signs in".to_owned());
        }
        Grant::ClientCredentials if !has(CLIENT_ID_FIELD) || !has(CLIENT_SECRET_FIELD) => {
            wrong.push(format!(
                "form: client_credentials needs the fields {CLIENT_ID_FIELD} and {CLIENT_SECRET_FIELD}"
            ));
        }
        Grant::JwtBearer if written.assertion.is_none() => {
            wrong.push("oauth.assertion: is needed for jwt_bearer".to_owned());
        }
        _ => {}
    }
    if has(REFRESH_TOKEN_FIELD) {
        wrong.push(format!("form.{REFRESH_TOKEN_FIELD}: the name is ours"));
    }
}

fn pairs(
    at: &str,
    written: BTreeMap<String, String>,
    fields: &Fields<'_>,
    wrong: &mut Vec<String>,
) -> Vec<(String, Template)> {
    let pair = |(name, value): (String, String)| {
        let value = fields.template(&format!("{at}.{name}"), &value, false, wrong);
        (name, value)
    };
    written.into_iter().map(pair).collect()
}

fn path(at: &str, text: &str, wrong: &mut Vec<String>) -> ValuePath {
    text.parse().unwrap_or_else(|error| {
        wrong.push(format!("{at}: {error}"));
        "unreadable".parse().expect("a name is a path")
    })
}

fn kept(
    at: &str,
    written: BTreeMap<String, String>,
    fields: &Fields<'_>,
    wrong: &mut Vec<String>,
) -> BTreeMap<String, ValuePath> {
    let mut keep = BTreeMap::new();
    for (field, text) in written {
        check_filled(at, &field, fields, wrong);
        let path = path(&format!("{at}.{field}"), &text, wrong);
        keep.insert(field, path);
    }
    keep
}

fn check_filled(at: &str, field: &str, fields: &Fields<'_>, wrong: &mut Vec<String>) {
    if !fields.form.iter().any(|other| other.name == field) {
        wrong.push(format!(
            "{at}: there is no form field `{field}` to be filled"
        ));
    }
}

fn answer(written: AnswerDescriptor, fields: &Fields<'_>, wrong: &mut Vec<String>) -> AnswerShape {
    let at = "oauth.answer";
    let optional =
        |text: Option<String>, wrong: &mut Vec<String>| text.map(|text| path(at, &text, wrong));
    AnswerShape {
        access_token: path(at, &written.access_token, wrong),
        refresh_token: path(at, &written.refresh_token, wrong),
        expires_in: path(at, &written.expires_in, wrong),
        expires_unit: written.expires_unit,
        expires_at: optional(written.expires_at, wrong),
        scope: path(at, &written.scope, wrong),
        account: optional(written.account, wrong),
        ok: optional(written.ok, wrong),
        error: path(at, &written.error, wrong),
        error_description: path(at, &written.error_description, wrong),
        keep: kept("oauth.answer.keep", written.keep, fields, wrong),
    }
}

fn follow_up(
    index: usize,
    written: FollowUpDescriptor,
    fields: &Fields<'_>,
    wrong: &mut Vec<String>,
) -> FollowUp {
    let at = format!("oauth.follow_up.{index}");
    if let Some(body) = &written.body
        && let Err(error) = serde_json::from_str::<serde_json::Value>(body)
    {
        wrong.push(format!("{at}.body: {error}"));
    }
    FollowUp {
        method: written.method,
        url: fields.address(&format!("{at}.url"), &written.url, wrong),
        headers: pairs(&format!("{at}.headers"), written.headers, fields, wrong),
        prefix: written.prefix,
        body: written.body,
        account: written.account.map(|text| path(&at, &text, wrong)),
        keep: kept(&format!("{at}.keep"), written.keep, fields, wrong),
        required: written.required,
    }
}

fn assertion(
    written: AssertionDescriptor,
    fields: &Fields<'_>,
    wrong: &mut Vec<String>,
) -> Assertion {
    let at = "oauth.assertion";
    if written.lifetime_seconds == 0 || written.lifetime_seconds > 24 * 60 * 60 {
        wrong.push(format!("{at}.lifetime_seconds: between 1 and a day"));
    }
    Assertion {
        algorithm: written.algorithm,
        key: fields.template(&format!("{at}.key"), &written.key, true, wrong),
        key_id: written
            .key_id
            .map(|text| fields.template(&format!("{at}.key_id"), &text, false, wrong)),
        claims: pairs(&format!("{at}.claims"), written.claims, fields, wrong),
        scope_claim: written.scope_claim,
        lifetime_seconds: written.lifetime_seconds,
    }
}
