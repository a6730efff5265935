//! From a descriptor as written to a connector that can be relied on.

mod actions;
mod fields;
mod oauth;

pub use actions::{action_id, action_id_digest, compile_action};

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use self::fields::{Fields, access_token_field, form};
use super::format::{AuthDescriptor, Descriptor, TestDescriptor};
use crate::crypto::{base64_url, sha256};
use crate::domain::{
    ACCESS_TOKEN_FIELD, Actions, Auth, Connector, FieldKind, FormField, Grant, InvalidPlatform,
    MockFacts, Platform, Template, TestRequest, connector_id,
};

/// Headers that belong to the connection between two hosts, or to us: no descriptor sets them.
const NOT_TO_BE_SET: [&str; 6] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "cookie",
    "upgrade",
];

/// The two parts of an id in Pica's form (11 and 22 characters), derived from `text`.
fn id_parts(text: &str) -> (String, String) {
    let [a, b, c, d, e, f, g, h, rest @ ..] = sha256(text.as_bytes());
    let second = rest
        .first_chunk::<16>()
        .map(|bytes| base64_url(bytes))
        .unwrap_or_default();
    (base64_url(&[a, b, c, d, e, f, g, h]), second)
}

/// The connector that `descriptor` describes, or everything that is wrong with it.
pub fn compile(mut descriptor: Descriptor) -> Result<Connector, Vec<String>> {
    let mut wrong = Vec::new();
    let platform = platform(&descriptor.platform, &mut wrong)?;
    check_texts(&descriptor, &mut wrong);
    let forms = forms(&mut descriptor, &mut wrong);
    let fields = forms.fields();
    let base_url = base_url(&descriptor.base_url, &fields, &mut wrong);
    let headers = fixed_headers(descriptor.headers, &fields, &mut wrong);
    let auth = auth(descriptor.auth, &fields, &mut wrong);
    let test = descriptor
        .test
        .and_then(|test| test_request(test, &mut wrong));
    let actions = actions::compile(descriptor.actions, &platform, &mut wrong);
    let oauth = descriptor
        .oauth
        .map(|written| oauth::oauth(written, forms.app.clone(), &fields, &mut wrong))
        .map(Arc::new);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Connector {
        id: connector_id(&sha256(platform.as_str().as_bytes())),
        definition_id: definition_id(&platform),
        platform,
        version: descriptor.version,
        name: descriptor.name,
        description: descriptor.description,
        category: descriptor.category,
        tags: descriptor.tags,
        status: descriptor.status,
        docs: descriptor.docs,
        guide: descriptor.guide,
        base_url,
        headers,
        auth,
        oauth,
        test,
        actions: Actions::written(actions),
        form: forms.form,
        mock: MockFacts {
            unauthorized: descriptor.mock.unauthorized,
            unauthorized_status: descriptor.mock.unauthorized_status,
        },
    })
}

/// The platform; if it is none, a stand-in, so that the rest is looked at as well.
fn platform(text: &str, wrong: &mut Vec<String>) -> Result<Platform, Vec<String>> {
    text.parse()
        .or_else(|error| {
            wrong.push(format!("platform: {error}"));
            "unnamed".parse()
        })
        .map_err(|error: InvalidPlatform| vec![error.to_string()])
}

fn definition_id(platform: &Platform) -> String {
    let (first, second) = id_parts(&format!("definition\n{platform}"));
    format!("conn_def::{first}::{second}")
}

fn check_texts(descriptor: &Descriptor, wrong: &mut Vec<String>) {
    for (key, text) in [
        ("name", &descriptor.name),
        ("description", &descriptor.description),
        ("category", &descriptor.category),
    ] {
        if text.trim().is_empty() {
            wrong.push(format!("{key}: must not be empty"));
        }
    }
}

/// What people fill in.
struct Forms {
    /// Whoever connects.
    form: Vec<FormField>,
    /// The operator, for an OAuth app.
    app: Vec<FormField>,
    /// Whether there is such an app.
    has_app: bool,
}

impl Forms {
    fn fields(&self) -> Fields<'_> {
        Fields {
            form: &self.form,
            app: &self.app,
            has_app: self.has_app,
        }
    }
}

/// Takes the forms out of the descriptor.
fn forms(descriptor: &mut Descriptor, wrong: &mut Vec<String>) -> Forms {
    let is_oauth = matches!(descriptor.auth, AuthDescriptor::Oauth2 { .. });
    let mut form = form("form", std::mem::take(&mut descriptor.form), wrong);
    let written = descriptor.oauth.as_mut();
    let by_signing_in = written
        .as_ref()
        .is_none_or(|oauth| oauth.grant == Grant::AuthorizationCode);
    if is_oauth && by_signing_in && !form.iter().any(|field| field.name == ACCESS_TOKEN_FIELD) {
        form.push(access_token_field());
    }
    if written.is_some() && !is_oauth {
        wrong.push("oauth: goes with `auth.type = \"oauth2\"` only".to_owned());
    }
    let has_app = written.is_some() && by_signing_in;
    let app = written
        .map(|oauth| std::mem::take(&mut oauth.app))
        .map(|written| fields::form("oauth.app", written, wrong))
        .unwrap_or_default();
    if let Some(field) = app.iter().find(|field| field.is_secret()) {
        let name = &field.name;
        wrong.push(format!(
            "oauth.app.{name}: must be no secret: only the client's secret is sealed"
        ));
    }
    Forms { form, app, has_app }
}

/// Checks that whatever a person enters, the base URL stays the provider's.
fn base_url(text: &str, fields: &Fields<'_>, wrong: &mut Vec<String>) -> Template {
    let template = fields.template("base_url", text, false, wrong);
    let names: Vec<&str> = template.fields().collect();
    let whole = names.len() == 1 && text == format!("{{{{{}}}}}", names.concat());
    for name in names {
        let Some(field) = fields.form.iter().find(|field| field.name == name) else {
            continue;
        };
        match field.kind {
            FieldKind::Url if !whole => {
                wrong.push(format!("base_url: the URL field `{name}` must be the whole of it"));
            }
            FieldKind::Text if field.pattern.is_none() => wrong.push(format!(
                "form.{name}: stands in the base URL and needs a pattern, so that nobody can lead requests elsewhere"
            )),
            _ => {}
        }
    }
    fields.check_hostile("base_url", &template, wrong);
    if whole {
        return template;
    }
    let sample = template.render(|_| Some("sample")).unwrap_or_default();
    match Url::parse(&sample) {
        Ok(url) if url.scheme() != "https" => wrong.push("base_url: must be https".to_owned()),
        Ok(url)
            if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() =>
        {
            wrong.push("base_url: must have no user, query or fragment".to_owned());
        }
        Ok(_) if text.ends_with('/') => wrong.push("base_url: must not end in a slash".to_owned()),
        Ok(_) => {}
        Err(error) => wrong.push(format!("base_url: {error}")),
    }
    template
}

fn fixed_headers(
    written: BTreeMap<String, String>,
    fields: &Fields<'_>,
    wrong: &mut Vec<String>,
) -> Vec<(String, Template)> {
    written
        .into_iter()
        .map(|(name, value)| {
            check_header_name("headers", &name, wrong);
            let value = fields.template(&format!("headers.{name}"), &value, false, wrong);
            (name.to_ascii_lowercase(), value)
        })
        .collect()
}

fn check_header_name(at: &str, name: &str, wrong: &mut Vec<String>) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(plain) {
        wrong.push(format!("{at}: `{name}` is no header name"));
    }
    let lower = name.to_ascii_lowercase();
    if NOT_TO_BE_SET.contains(&lower.as_str()) || lower.starts_with("x-pica-") {
        wrong.push(format!("{at}: the header `{name}` must not be set"));
    }
}

fn auth(written: AuthDescriptor, fields: &Fields<'_>, wrong: &mut Vec<String>) -> Auth {
    match written {
        AuthDescriptor::None {} => Auth::None,
        AuthDescriptor::Bearer { token } => {
            Auth::Bearer(fields.template("auth.token", &token, true, wrong))
        }
        AuthDescriptor::Header { headers } => {
            if headers.is_empty() {
                wrong.push("auth.headers: needs at least one".to_owned());
            }
            let pairs = headers.into_iter().map(|(name, value)| {
                let template = fields.template("auth.headers", &name, false, wrong);
                if template.as_literal().is_some() {
                    check_header_name("auth.headers", &name, wrong);
                }
                (
                    template,
                    fields.template(&format!("auth.headers.{name}"), &value, true, wrong),
                )
            });
            Auth::Headers(pairs.collect())
        }
        AuthDescriptor::Query { params } => {
            if params.is_empty() {
                wrong.push("auth.params: needs at least one".to_owned());
            }
            let pairs = params.into_iter().map(|(name, value)| {
                let value = fields.template(&format!("auth.params.{name}"), &value, true, wrong);
                (name, value)
            });
            Auth::Query(pairs.collect())
        }
        AuthDescriptor::Basic { username, password } => Auth::Basic {
            username: fields.template("auth.username", &username, true, wrong),
            password: fields.template("auth.password", &password, true, wrong),
        },
        AuthDescriptor::Oauth2 { header, prefix } => {
            check_header_name("auth.header", &header, wrong);
            Auth::OAuth2 {
                header: header.to_ascii_lowercase(),
                prefix,
            }
        }
    }
}

fn test_request(written: TestDescriptor, wrong: &mut Vec<String>) -> Option<TestRequest> {
    if !written.path.starts_with('/') {
        wrong.push("test.path: must begin with `/`".to_owned());
        return None;
    }
    if let Some(body) = &written.body
        && let Err(error) = serde_json::from_str::<serde_json::Value>(body)
    {
        wrong.push(format!("test.body: {error}"));
    }
    Some(TestRequest {
        method: written.method,
        path: written.path,
        body: written.body,
    })
}

#[cfg(test)]
mod tests;
