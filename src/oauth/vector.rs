//! A descriptor's own test: a recorded-shape answer, and what must come of it.

use std::collections::BTreeMap;

use hyper::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::answer;
use super::authorize::{AuthorizationRequest, authorize_url};
use super::client::keep;
use super::endpoints::Endpoints;
use super::request::{ClientPair, GrantRequest, token_request};
use crate::domain::{CLIENT_ID_FIELD, Connector, OAuth, Secret, Timestamp, Vector};
use crate::egress::fetch::Fetched;
use crate::egress::origin::Reach;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const REDIRECT: &str = "https://magpie.example/connections/oauth/callback";

/// Everything that is wrong with the connector's vector, or with what comes of it.
pub fn check(connector: &Connector) -> Vec<String> {
    let Some(oauth) = &connector.oauth else {
        return Vec::new();
    };
    let Some(vector) = &oauth.vector else {
        return vec!["oauth.vector: is missing".to_owned()];
    };
    match run(connector, oauth, vector) {
        Ok(wrong) => wrong,
        Err(what) => vec![format!("oauth.vector: {what}")],
    }
}

fn run(connector: &Connector, oauth: &OAuth, vector: &Vector) -> Result<Vec<String>, String> {
    let mut values: BTreeMap<String, String> = vector.app.clone();
    for field in &oauth.app_form {
        if let Some(default) = &field.default {
            values
                .entry(field.name.clone())
                .or_insert_with(|| default.clone());
        }
    }
    values.extend(vector.form.clone());
    values.insert(CLIENT_ID_FIELD.to_owned(), "client".to_owned());
    for (field, parameter) in &oauth.callback {
        if let Some(value) = vector.callback.get(parameter) {
            values.insert(field.clone(), value.clone());
        }
    }
    let (endpoints, sent) = requests(oauth, &values)?;
    let fetched = Fetched {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: vector.answer.clone().into(),
    };
    drop(sent);
    let tokens = answer::read(oauth, &fetched, NOW, &[]).map_err(|error| error.to_string())?;
    let mut filled = tokens.kept.clone();
    let mut account = tokens.account.clone();
    if vector.follow_ups.len() != oauth.follow_ups.len() {
        return Err("must have an answer for each follow-up".to_owned());
    }
    for (number, (follow_up, text)) in oauth.follow_ups.iter().zip(&vector.follow_ups).enumerate() {
        let value = |name: &str| {
            filled
                .get(name)
                .or_else(|| values.get(name))
                .map(String::as_str)
        };
        endpoints
            .follow_up(number, follow_up, value)
            .map_err(|error| error.to_string())?;
        let answer: Value =
            serde_json::from_str(text).map_err(|error| format!("follow_ups.{number}: {error}"))?;
        keep(connector, follow_up, &answer, &mut filled, &mut account)
            .map_err(|error| error.to_string())?;
    }
    for field in oauth.callback.keys() {
        if let Some(value) = values.get(field) {
            filled.insert(field.clone(), value.clone());
        }
    }
    Ok(differences(
        connector,
        oauth,
        vector,
        &tokens,
        &filled,
        account.as_deref(),
    ))
}

fn requests(
    oauth: &OAuth,
    values: &BTreeMap<String, String>,
) -> Result<(Endpoints, Option<bytes::Bytes>), String> {
    let value = |name: &str| values.get(name).map(String::as_str);
    let endpoints = Endpoints::of(oauth, value, None).map_err(|error| error.to_string())?;
    if let Some(endpoint) = &endpoints.authorize {
        let request = AuthorizationRequest {
            endpoint,
            client_id: "client",
            redirect_uri: REDIRECT,
            scopes: &oauth.scopes_asked(None),
            state: "state",
            challenge: Some("challenge"),
            extra: &[],
        };
        authorize_url(oauth, &request, value).map_err(|error| error.to_string())?;
    }
    let code = Secret::new("code".to_owned());
    let client = ClientPair {
        id: "client".to_owned(),
        secret: Some(Secret::new("secret".to_owned())),
    };
    let grant = GrantRequest::Code {
        code: &code,
        redirect_uri: REDIRECT,
        verifier: None,
    };
    let reach = Reach::Public;
    let request = token_request(oauth, &endpoints.token, reach, &grant, Some(&client), value)
        .map_err(|error| error.to_string())?;
    Ok((endpoints, request.body))
}

fn differences(
    connector: &Connector,
    oauth: &OAuth,
    vector: &Vector,
    tokens: &answer::Tokens,
    filled: &BTreeMap<String, String>,
    account: Option<&str>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, got: String, wanted: String| {
        if got != wanted {
            wrong.push(format!(
                "oauth.vector.becomes.{what}: is {got}, must be {wanted}"
            ));
        }
    };
    let becomes = &vector.becomes;
    let shown = |text: Option<&str>| format!("{text:?}");
    same(
        "access_token",
        tokens.access_token.expose().clone(),
        becomes.access_token.clone(),
    );
    same(
        "refresh_token",
        shown(
            tokens
                .refresh_token
                .as_ref()
                .map(|token| token.expose().as_str()),
        ),
        shown(becomes.refresh_token.as_deref()),
    );
    same("account", shown(account), shown(becomes.account.as_deref()));
    // An end that is written as a date is compared by whether there is one.
    if oauth.answer.expires_at.is_none() {
        let life = tokens.expires_at.map(|at| at.since(NOW).as_secs());
        same(
            "expires_in",
            format!("{life:?}"),
            format!("{:?}", becomes.expires_in),
        );
    }
    same(
        "settings",
        format!("{filled:?}"),
        format!("{:?}", becomes.settings),
    );
    for (name, value) in filled {
        let field = connector.field(name);
        if let Some(pattern) = field.and_then(|field| field.pattern.as_ref())
            && !pattern.is_match(value)
        {
            wrong.push(format!("form.{name}: its pattern refuses `{value}`"));
        }
    }
    for name in oauth.filled_fields() {
        let is_required = connector.field(name).is_some_and(|field| field.required);
        if is_required && !filled.contains_key(name) {
            wrong.push(format!("form.{name}: is required, and nothing fills it"));
        }
    }
    wrong
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::catalog::Catalogue;

    /// A provider that does everything as the RFCs say.
    pub(crate) fn plain() -> OAuth {
        let text = r#"
            platform = "plain"
            name = "Plain"
            description = "As the RFCs say"
            category = "Test"
            base_url = "https://p.example"
            [auth]
            type = "oauth2"
            [oauth]
            authorize_url = "https://p.example/authorize"
            token_url = "https://p.example/token"
        "#;
        let connector = crate::catalog::check_text(text).unwrap();
        OAuth::clone(connector.oauth.as_deref().unwrap())
    }

    #[test]
    fn every_connector_passes_its_own_test() {
        let (catalogue, problems) = Catalogue::load(None);
        assert!(problems.is_empty(), "{problems:?}");
        let mut wrong = Vec::new();
        for connector in catalogue.now().connectors.values() {
            let platform = &connector.platform;
            wrong.extend(
                check(connector)
                    .into_iter()
                    .map(|what| format!("{platform}: {what}")),
            );
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
