//! How a connector's requests carry the credential, and how tokens are come by.

use toml::{Table, Value};

use super::base::Base;
use super::toml_text::{Field, Text};
use crate::catalog::openapi::told::is_told;
use crate::catalog::openapi::{Document, Flow, Scheme, SchemeKind};

/// How many scopes a descriptor lists.
const MAX_SCOPES: usize = 100;

/// How requests carry the credential.
#[derive(Debug)]
pub struct Auth {
    carried: Carried,
    oauth: Option<OAuth>,
    /// What a person fills in.
    pub form: Vec<Field>,
}

#[derive(Debug)]
enum Carried {
    Nowhere,
    Bearer,
    Basic,
    Token,
    Headers(Vec<(String, String)>),
    Params(Vec<(String, String)>),
}

#[derive(Debug)]
struct OAuth {
    authorize_url: Option<String>,
    token_url: String,
    refresh_url: Option<String>,
    scopes: Vec<String>,
}

/// The best of the document's schemes.
pub fn auth(document: &Document, base: &Base, notes: &mut Vec<String>) -> Auth {
    for scheme in &document.security {
        if let SchemeKind::Other(why) = &scheme.kind {
            notes.push(format!("the security scheme `{}`: {why}", scheme.name));
        }
    }
    let good = document
        .security
        .iter()
        .filter(|scheme| is_usable(&scheme.kind));
    let Some(scheme) = good.min_by_key(|scheme| rank(&scheme.kind)) else {
        if !document.security.is_empty() {
            notes.push("no security scheme can be used: requests carry no credential".to_owned());
        }
        return plain(Carried::Nowhere, Vec::new());
    };
    match &scheme.kind {
        SchemeKind::Bearer => plain(Carried::Bearer, vec![secret("API_TOKEN", "API token", "")]),
        SchemeKind::Basic => {
            let user = Field {
                name: "USERNAME".to_owned(),
                label: "User name".to_owned(),
                ..Field::default()
            };
            let mut password = secret("PASSWORD", "Password", "");
            password.optional = true;
            plain(Carried::Basic, vec![user, password])
        }
        SchemeKind::Header(_) | SchemeKind::Query(_) => keys(document, scheme),
        SchemeKind::OAuth2(flow) => of_flow(flow, base, notes),
        SchemeKind::Other(_) => plain(Carried::Nowhere, Vec::new()),
    }
}

fn plain(carried: Carried, form: Vec<Field>) -> Auth {
    Auth {
        carried,
        oauth: None,
        form,
    }
}

fn is_usable(kind: &SchemeKind) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match kind {
        SchemeKind::Header(name) => {
            let lower = name.to_ascii_lowercase();
            let reserved = [
                "host",
                "content-length",
                "transfer-encoding",
                "connection",
                "cookie",
                "upgrade",
            ];
            !name.is_empty()
                && name.bytes().all(plain)
                && !reserved.contains(&lower.as_str())
                && !lower.starts_with("x-pica-")
        }
        SchemeKind::Query(name) => !name.is_empty() && is_told(name),
        SchemeKind::Other(_) => false,
        SchemeKind::Basic | SchemeKind::Bearer | SchemeKind::OAuth2(_) => true,
    }
}

fn rank(kind: &SchemeKind) -> u8 {
    match kind {
        SchemeKind::OAuth2(flow) if flow.name == "authorizationCode" => 0,
        SchemeKind::Bearer => 1,
        SchemeKind::Header(_) => 2,
        SchemeKind::Query(_) => 3,
        SchemeKind::Basic => 4,
        SchemeKind::OAuth2(_) => 5,
        SchemeKind::Other(_) => 6,
    }
}

fn secret(name: &str, label: &str, help: &str) -> Field {
    Field {
        name: name.to_owned(),
        label: label.to_owned(),
        kind: "password",
        help: help.to_owned(),
        ..Field::default()
    }
}

/// A key in a header or the query, and those that go with it.
fn keys(document: &Document, scheme: &Scheme) -> Auth {
    let alike = |other: &&Scheme| {
        std::mem::discriminant(&other.kind) == std::mem::discriminant(&scheme.kind)
            && is_usable(&other.kind)
    };
    let together = document
        .together
        .iter()
        .find(|names| names.contains(&scheme.name));
    let all: Vec<&Scheme> = match together {
        Some(names) => document
            .security
            .iter()
            .filter(|other| names.contains(&other.name))
            .filter(alike)
            .collect(),
        None => vec![scheme],
    };
    let mut form = Vec::new();
    let mut pairs = Vec::new();
    for scheme in &all {
        let (SchemeKind::Header(name) | SchemeKind::Query(name)) = &scheme.kind else {
            continue;
        };
        let field = match all.len() {
            1 => "API_KEY".to_owned(),
            _ => field_name(name, form.len()),
        };
        let whole = name.eq_ignore_ascii_case("authorization");
        let help = match whole {
            true => {
                "The whole value of the header, with a word such as `Bearer` before the key if the provider asks for one."
            }
            false => "",
        };
        let label = if all.len() == 1 { "API key" } else { name };
        form.push(secret(&field, label, help));
        pairs.push((name.clone(), format!("{{{{{field}}}}}")));
    }
    match &scheme.kind {
        SchemeKind::Header(_) => plain(Carried::Headers(pairs), form),
        _ => plain(Carried::Params(pairs), form),
    }
}

fn field_name(name: &str, number: usize) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let field: String = name.chars().map(plain).take(40).collect();
    let field = field.trim_matches('_');
    match field.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => field.to_owned(),
        false => format!("KEY_{number}"),
    }
}

fn of_flow(flow: &Flow, base: &Base, notes: &mut Vec<String>) -> Auth {
    let absolute = |url: &Option<String>| url.as_deref().and_then(|url| base.absolute(url));
    let token_url = absolute(&flow.token_url);
    let authorize_url = absolute(&flow.authorize_url);
    let oauth = |authorize_url, token_url| OAuth {
        authorize_url,
        token_url,
        refresh_url: absolute(&flow.refresh_url),
        scopes: flow.scopes.iter().take(MAX_SCOPES).cloned().collect(),
    };
    match (flow.name, authorize_url, token_url) {
        ("authorizationCode", Some(authorize_url), Some(token_url)) => Auth {
            carried: Carried::Token,
            oauth: Some(oauth(Some(authorize_url), token_url)),
            form: Vec::new(),
        },
        ("clientCredentials", _, Some(token_url)) => Auth {
            carried: Carried::Token,
            oauth: Some(oauth(None, token_url)),
            form: vec![
                Field {
                    name: "CLIENT_ID".to_owned(),
                    label: "Client ID".to_owned(),
                    ..Field::default()
                },
                secret("CLIENT_SECRET", "Client secret", ""),
            ],
        },
        _ => {
            notes.push(format!(
                "OAuth 2 by the flow `{}` without usable https addresses: tokens are entered by hand",
                flow.name
            ));
            plain(Carried::Token, Vec::new())
        }
    }
}

impl Auth {
    /// Whether there is a credential at all.
    pub fn is_some(&self) -> bool {
        !matches!(self.carried, Carried::Nowhere)
    }

    /// The descriptor's word for it.
    pub fn word(&self) -> &'static str {
        match self.carried {
            Carried::Nowhere => "none",
            Carried::Bearer => "bearer",
            Carried::Basic => "basic",
            Carried::Token => "oauth2",
            Carried::Headers(_) => "header",
            Carried::Params(_) => "query",
        }
    }

    /// Writes the table `auth`.
    pub fn write(&self, text: &mut Text) {
        text.table("auth");
        text.pair("type", self.word());
        let table = |pairs: &[(String, String)]| {
            let pairs = pairs.iter().cloned();
            Value::Table(
                pairs
                    .map(|(name, value)| (name, Value::String(value)))
                    .collect(),
            )
        };
        match &self.carried {
            Carried::Bearer => text.pair("token", "{{API_TOKEN}}"),
            Carried::Basic => {
                text.pair("username", "{{USERNAME}}");
                text.pair("password", "{{PASSWORD}}");
            }
            Carried::Headers(pairs) => text.line("headers", &table(pairs)),
            Carried::Params(pairs) => text.line("params", &table(pairs)),
            Carried::Token | Carried::Nowhere => {}
        }
    }

    /// Writes the table `oauth` with its vector.
    pub fn write_oauth(&self, text: &mut Text) {
        let Some(oauth) = &self.oauth else {
            return;
        };
        text.table("oauth");
        match &oauth.authorize_url {
            Some(url) => text.pair("authorize_url", url),
            None => text.pair("grant", "client_credentials"),
        }
        text.pair("token_url", &oauth.token_url);
        if let Some(url) = &oauth.refresh_url {
            text.pair("refresh_url", url);
        }
        // Few scopes are all needed; of many, the operator chooses.
        let by_default = oauth.scopes.len() <= 5;
        let scopes: Vec<Value> = oauth
            .scopes
            .iter()
            .map(|name| scope(name, by_default))
            .collect();
        if !scopes.is_empty() {
            text.line("scopes", &Value::Array(scopes));
        }
        let refreshes = oauth.authorize_url.is_some();
        let answer = match refreshes {
            true => {
                r#"{"access_token": "at-1", "refresh_token": "rt-1", "expires_in": 3600, "token_type": "Bearer"}"#
            }
            false => r#"{"access_token": "at-1", "expires_in": 3600, "token_type": "Bearer"}"#,
        };
        text.table("oauth.vector");
        text.pair("answer", answer);
        if !refreshes {
            let form = [("CLIENT_ID", "client"), ("CLIENT_SECRET", "secret")];
            let form: Table = form
                .into_iter()
                .map(|(name, value)| (name.to_owned(), Value::String(value.to_owned())))
                .collect();
            text.line("form", &Value::Table(form));
        }
        text.table("oauth.vector.becomes");
        text.pair("access_token", "at-1");
        if refreshes {
            text.pair("refresh_token", "rt-1");
        }
        text.line("expires_in", &Value::Integer(3600));
    }
}

fn scope(name: &str, by_default: bool) -> Value {
    let last = name.rsplit('/').next().filter(|last| !last.is_empty());
    let words: Vec<&str> = last
        .unwrap_or(name)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut table = Table::new();
    table.insert("name".to_owned(), Value::String(name.to_owned()));
    let description = format!("Access to: {}", words.join(" "));
    table.insert("description".to_owned(), Value::String(description));
    if by_default {
        table.insert("default".to_owned(), Value::Boolean(true));
    }
    Value::Table(table)
}
