//! The connector descriptor: what stands in `assets/connectors/<platform>.toml`.
//!
//! A descriptor says how a provider differs from the others; no provider has code of its own.
//! [`Descriptor`] is the file as written; `compile` turns it into a [`Connector`] or
//! says everything that is wrong with it.

mod oauth;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use oauth::{AnswerDescriptor, AssertionDescriptor, FollowUpDescriptor, OAuthDescriptor};

use crate::domain::{AnswerField, FieldKind, Method, Param, ShowIf, Status};

/// A connector as its file describes it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Magpie connector descriptor")]
pub struct Descriptor {
    /// Its name in URLs and keys; the file is called the same. Lower-case letters, digits, hyphens.
    pub platform: String,
    /// The version as far as keys are concerned.
    #[serde(default = "first_version")]
    pub version: String,
    /// Its name for people.
    pub name: String,
    /// One sentence on what it is, in our words.
    pub description: String,
    /// What it is for.
    pub category: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How finished it is.
    #[serde(default)]
    pub status: Status,
    /// The page of the provider's documentation that the facts were taken from.
    pub docs: Option<String>,
    /// How a person gets at a credential, step by step (Markdown).
    #[serde(default)]
    pub guide: String,
    /// Where requests go: an absolute URL without a slash at its end. May name form fields that
    /// are no secrets, as `{{SUBDOMAIN}}`.
    pub base_url: String,
    /// Headers that every request has unless the caller sends them. May name form fields.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What a person fills in. An `oauth2` connector has the field `ACCESS_TOKEN` without saying so.
    #[serde(default)]
    pub form: Vec<FieldDescriptor>,
    /// How a request carries the credential.
    pub auth: AuthDescriptor,
    /// How tokens are come by, for `auth.type = "oauth2"`. Without it they are entered by hand.
    pub oauth: Option<OAuthDescriptor>,
    /// A request that answers 2xx exactly when the credential is good.
    pub test: Option<TestDescriptor>,
    /// What the development mock needs to answer as the provider would.
    #[serde(default)]
    pub mock: MockDescriptor,
    /// What can be done.
    #[serde(default)]
    pub actions: Vec<ActionDescriptor>,
}

/// One field of the form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDescriptor {
    /// Its key in `authFormData`: capital letters, digits and underscores.
    pub name: String,
    /// `password` for a secret, which is sealed; the others are no secrets.
    #[serde(default, rename = "type")]
    pub kind: FieldKind,
    /// What a person reads beside it.
    pub label: String,
    /// What stands in it while it is empty.
    #[serde(default)]
    pub placeholder: String,
    /// Where to find the value.
    #[serde(default)]
    pub help: String,
    /// Whether it must be filled in.
    #[serde(default = "yes")]
    pub required: bool,
    /// A regular expression that the whole value must match. Needed for a field that stands in the
    /// base URL.
    pub pattern: Option<String>,
    /// What it may be, for a `select`.
    #[serde(default)]
    pub options: Vec<String>,
    /// What it is if left out.
    pub default: Option<String>,
    /// What a person sees before the value, which is no part of it: `https://`.
    #[serde(default)]
    pub prefix: String,
    /// What a person sees behind it: `.zendesk.com`.
    #[serde(default)]
    pub suffix: String,
    /// Whether the value has several lines: a private key.
    #[serde(default)]
    pub multiline: bool,
    /// Asked for only if another field has one of some values.
    pub show_if: Option<ShowIf>,
}

/// How a request carries the credential. Values may name form fields, as `{{API_KEY}}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum AuthDescriptor {
    /// No credential.
    None {},
    /// `Authorization: Bearer <token>`.
    Bearer {
        /// The token.
        token: String,
    },
    /// One or several headers: `X-Api-Key = "{{API_KEY}}"`, or with a prefix: `"Token {{API_KEY}}"`.
    Header {
        /// Each header's name and value. A name may be a field too: `"{{HEADER}}"`.
        headers: BTreeMap<String, String>,
    },
    /// One or several query parameters.
    Query {
        /// Each parameter's name and value.
        params: BTreeMap<String, String>,
    },
    /// HTTP Basic.
    Basic {
        /// The user-id: a field, or a fixed text.
        username: String,
        /// The password: a field, or a fixed text, or nothing.
        #[serde(default)]
        password: String,
    },
    /// An OAuth 2 access token in a header.
    Oauth2 {
        /// The header's name.
        #[serde(default = "authorization")]
        header: String,
        /// What stands before the token.
        #[serde(default = "bearer_prefix")]
        prefix: String,
    },
}

/// A request that tells good credentials from bad ones.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestDescriptor {
    /// How it is called.
    #[serde(default = "get")]
    pub method: Method,
    /// Where, below the base URL; may have a query.
    pub path: String,
    /// A JSON body.
    pub body: Option<String>,
}

/// What the development mock needs to answer as the provider would.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MockDescriptor {
    /// The JSON body with which the provider refuses a bad credential.
    pub unauthorized: Option<String>,
    /// The status that it does so with, where that is not 401.
    pub unauthorized_status: Option<u16>,
}

/// One operation: a table `[[actions]]` of a descriptor, or a line of an action file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionDescriptor {
    /// Camel-case name, unique within the connector: `createPage`.
    pub key: String,
    /// What it does, in a few words: `Create a page`.
    pub title: String,
    /// The kind of thing that it works on: `Pages`.
    pub model: String,
    /// How it is called.
    pub method: Method,
    /// Where, below the base URL: `/v1/pages/{page_id}`.
    pub path: String,
    /// For filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What it does and what to look out for, in our words (Markdown).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What it takes: path variables, query parameters, headers, body fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// OAuth scopes of which the token needs one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// A body that could be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// That body's content type; `application/json` if there is a body and nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// An answer of the shape that the provider gives, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// The fields of an answer, where there is no example of one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer: Vec<AnswerField>,
    /// Ids published elsewhere that existing programs carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

fn first_version() -> String {
    "v1".to_owned()
}

fn yes() -> bool {
    true
}

fn authorization() -> String {
    "authorization".to_owned()
}

fn bearer_prefix() -> String {
    "Bearer ".to_owned()
}

fn get() -> Method {
    Method::Get
}
