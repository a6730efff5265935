//! A connector: how one provider's API is reached and how its requests are signed.

use std::sync::Arc;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Actions, Grant, Method, OAuth, Platform, Template};

/// How finished a connector is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Works as described.
    #[default]
    GenerallyAvailable,
    /// Works, may change.
    Beta,
    /// Under construction.
    Alpha,
    /// Listed only.
    NotAvailable,
}

/// What a form field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line of text that is no secret: a subdomain, an account number.
    #[default]
    Text,
    /// A secret: sealed before it is stored, never shown again.
    Password,
    /// An absolute `http` or `https` URL that is no secret.
    Url,
    /// One of a few values.
    Select,
}

/// One field of the form that a person fills in to connect.
#[derive(Clone, Debug)]
pub struct FormField {
    /// Its key in `authFormData`: `NOTION_API_KEY`.
    pub name: String,
    /// What it takes.
    pub kind: FieldKind,
    /// What a person reads beside it.
    pub label: String,
    /// What stands in it while it is empty.
    pub placeholder: String,
    /// Where to find the value.
    pub help: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What the whole value must look like.
    pub pattern: Option<Regex>,
    /// What it may be, for a select.
    pub options: Vec<String>,
    /// What it is if left out.
    pub default: Option<String>,
    /// What a person sees before the value, which is no part of it: `https://`.
    pub prefix: String,
    /// What a person sees behind it: `.zendesk.com`.
    pub suffix: String,
    /// Whether the value has several lines: a private key.
    pub multiline: bool,
    /// Under which condition it is asked for at all.
    pub show_if: Option<ShowIf>,
}

/// A field is asked for only if another has one of some values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowIf {
    /// The other field.
    pub field: String,
    /// Its values.
    pub is: Vec<String>,
}

impl FormField {
    /// Whether it is asked for, with the other fields as `value` says.
    pub fn is_shown<'v>(&self, value: impl FnOnce(&str) -> Option<&'v str>) -> bool {
        self.show_if.as_ref().is_none_or(|condition| {
            value(&condition.field)
                .is_some_and(|value| condition.is.iter().any(|wanted| wanted == value))
        })
    }

    /// Whether its value is sealed.
    pub fn is_secret(&self) -> bool {
        self.kind == FieldKind::Password
    }

    /// A value that would be good for it.
    pub fn sample(&self) -> &str {
        let pattern = self.pattern.as_ref();
        let fits =
            |text: &&str| !text.is_empty() && pattern.is_none_or(|pattern| pattern.is_match(text));
        let first_option = self.options.first().map(String::as_str);
        let default = self.default.as_deref();
        let placeholder = Some(self.placeholder.as_str());
        [first_option, default, placeholder]
            .into_iter()
            .flatten()
            .find(fits)
            .unwrap_or("sample")
    }
}

/// How a request to the provider carries the credential.
///
/// Each template is rendered by itself, into its own place, and checked or encoded for that place.
#[derive(Clone, Debug, PartialEq)]
pub enum Auth {
    /// It carries none.
    None,
    /// `Authorization: Bearer …` (RFC 6750 section 2.1).
    Bearer(Template),
    /// Headers, each with its value.
    Headers(Vec<(Template, Template)>),
    /// Query parameters, each with its value.
    Query(Vec<(String, Template)>),
    /// HTTP Basic (RFC 7617).
    Basic {
        /// The user-id; has no colon.
        username: Template,
        /// The password; may be empty.
        password: Template,
    },
    /// An OAuth 2 access token in a header.
    OAuth2 {
        /// The header's name, `authorization` for most.
        header: String,
        /// What stands before the token, `Bearer ` for most.
        prefix: String,
    },
}

/// The form field that holds an OAuth 2 access token given by hand.
pub const ACCESS_TOKEN_FIELD: &str = "ACCESS_TOKEN";

/// The field that an OAuth 2 refresh token is kept as; never one of a form.
pub const REFRESH_TOKEN_FIELD: &str = "REFRESH_TOKEN";
/// The client's id: an OAuth app's, or a form field where the client is the person's own.
pub const CLIENT_ID_FIELD: &str = "CLIENT_ID";
/// The client's secret: the same.
pub const CLIENT_SECRET_FIELD: &str = "CLIENT_SECRET";

/// A request that answers 2xx exactly when the credential is good.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRequest {
    /// How it is called.
    pub method: Method,
    /// Where, below the base URL; may have a query.
    pub path: String,
    /// A body, sent as JSON.
    pub body: Option<String>,
}

/// What the development mock needs to know to answer as the provider would.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MockFacts {
    /// The body of the provider's 401.
    pub unauthorized: Option<String>,
    /// The status that it refuses a bad credential with, where that is not 401.
    pub unauthorized_status: Option<u16>,
}

/// How one provider's API is reached.
#[derive(Clone, Debug)]
pub struct Connector {
    /// A stable positive number, derived from the platform's name.
    pub id: u64,
    /// The id that older clients name it by: `conn_def::…::…`, derived from the platform's name.
    pub definition_id: String,
    /// Its name in URLs and keys.
    pub platform: Platform,
    /// The version of the API as far as keys are concerned: `v1`.
    pub version: String,
    /// Its name for people.
    pub name: String,
    /// One sentence, in our words.
    pub description: String,
    /// What it is for: `Communication`, `CRM`.
    pub category: String,
    /// For filters.
    pub tags: Vec<String>,
    /// How finished it is.
    pub status: Status,
    /// The provider's documentation.
    pub docs: Option<String>,
    /// How a person gets at a credential, step by step (Markdown).
    pub guide: String,
    /// Where requests go. Names only fields that are no secrets.
    pub base_url: Template,
    /// Headers that every request has unless the caller sends them: an API version.
    pub headers: Vec<(String, Template)>,
    /// What a person fills in.
    pub form: Vec<FormField>,
    /// How requests carry the credential.
    pub auth: Auth,
    /// How tokens are come by, for those that speak OAuth 2.
    pub oauth: Option<Arc<OAuth>>,
    /// How a credential is checked before it is stored.
    pub test: Option<TestRequest>,
    /// What can be done.
    pub actions: Actions,
    /// For the development mock.
    pub mock: MockFacts,
}

impl Connector {
    /// `api::{platform}::{version}`.
    pub fn key(&self) -> String {
        format!("api::{}::{}", self.platform, self.version)
    }

    /// Whether people sign in rather than enter a key.
    pub fn is_oauth(&self) -> bool {
        let by_signing_in = |oauth: &OAuth| oauth.grant == Grant::AuthorizationCode;
        matches!(self.auth, Auth::OAuth2 { .. }) && self.oauth.as_deref().is_none_or(by_signing_in)
    }

    /// What a person is asked who signs in: the form without the token and what the sign-in fills.
    /// For any other connector, the whole form.
    pub fn asked_fields(&self) -> impl Iterator<Item = &FormField> {
        let filled: Vec<&str> = match &self.oauth {
            Some(oauth) => oauth.filled_fields().collect(),
            None => Vec::new(),
        };
        let by_signing_in = self.oauth.is_some();
        self.form.iter().filter(move |field| {
            !(by_signing_in
                && (field.name == ACCESS_TOKEN_FIELD || filled.contains(&field.name.as_str())))
        })
    }

    /// The form field called `name`.
    pub fn field(&self, name: &str) -> Option<&FormField> {
        self.form.iter().find(|field| field.name == name)
    }

    /// The action that a request means, if the catalogue knows it: of those that match, the one
    /// with the most fixed segments.
    pub fn action_for(&self, method: &str, path: &str) -> Option<Arc<Action>> {
        let found = self.actions.at(path).into_iter();
        found
            .filter(|action| action.method.as_str() == method)
            // Of equals the first: what the descriptor describes counts more.
            .rev()
            .max_by_key(|action| {
                (
                    action.path.fixed_segments(),
                    std::cmp::Reverse(action.path.as_str().len()),
                )
            })
    }
}

/// The stable number of a platform, from the SHA-256 of its name: 1 to 2^48, so that JavaScript
/// keeps it exact.
pub fn connector_id(digest: &[u8; 32]) -> u64 {
    let [a, b, c, d, e, f, ..] = *digest;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f]) + 1
}
