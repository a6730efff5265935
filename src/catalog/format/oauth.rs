//! The `[oauth]` table of a descriptor.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{FieldDescriptor, yes};
use crate::domain::{
    AssertionAlgorithm, ClientAuth, Encoding, Grant, LifeUnit, Method, RefreshPolicy, RevokeStyle,
    RevokedToken, ScopeInfo, StandardParam, Vector,
};

/// How the provider speaks OAuth 2. What is left out is as the RFCs say.
///
/// Templates (`{{NAME}}`) may name form fields and the operator's fields (`app`). Paths are names
/// joined by dots: `team.id`, `0.tenantId`, `id_token.@jwt.email`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuthDescriptor {
    /// How tokens are come by.
    #[serde(default)]
    pub grant: Grant,
    /// Where a person signs in.
    pub authorize_url: Option<String>,
    /// Where a code becomes tokens.
    pub token_url: String,
    /// Where a refresh token does, if elsewhere.
    pub refresh_url: Option<String>,
    /// How tokens are revoked.
    pub revoke: Option<RevokeDescriptor>,
    /// What `iss` in the callback must be (RFC 9207), if the provider sends it.
    pub issuer: Option<String>,
    /// `false` for a provider that fails when it gets PKCE parameters.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// How the client says who it is.
    #[serde(default)]
    pub client_auth: ClientAuth,
    /// How token requests are written.
    #[serde(default)]
    pub encoding: Encoding,
    /// The word for the grant, where it is another than the RFC's.
    pub grant_type: Option<String>,
    /// Parameters of the authorization request, besides the standard ones.
    #[serde(default)]
    pub authorize_params: BTreeMap<String, String>,
    /// Parameters of the token request, besides the standard ones.
    #[serde(default)]
    pub token_params: BTreeMap<String, String>,
    /// Parameters of the refresh request, besides the standard ones.
    #[serde(default)]
    pub refresh_params: BTreeMap<String, String>,
    /// Headers of token requests.
    #[serde(default)]
    pub token_headers: BTreeMap<String, String>,
    /// Standard parameters that the exchange leaves out.
    #[serde(default)]
    pub omit: Vec<StandardParam>,
    /// Standard parameters that a refresh sends besides `grant_type` and `refresh_token`.
    #[serde(default)]
    pub refresh_send: Vec<StandardParam>,
    /// Parameters under other names: `client_id = "client_key"`, `scope = "user_scope"`.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// What stands between scopes.
    #[serde(default = "space")]
    pub scope_separator: String,
    /// The scopes that can be asked for.
    #[serde(default)]
    pub scopes: Vec<ScopeInfo>,
    /// Where the parts of a token answer stand.
    #[serde(default)]
    pub answer: AnswerDescriptor,
    /// Form fields that are filled from the callback's parameters: `REALM_ID = "realmId"`.
    #[serde(default)]
    pub callback: BTreeMap<String, String>,
    /// Requests after the token is there, in order.
    #[serde(default)]
    pub follow_up: Vec<FollowUpDescriptor>,
    /// What becomes of a refresh token that was used.
    #[serde(default)]
    pub refresh: RefreshPolicy,
    /// How long before its end a token is refreshed; 10 minutes or a fifth of its life unless said.
    pub refresh_margin_seconds: Option<u64>,
    /// How long a token is good where the provider does not say. Nothing: until it is refused.
    pub lifetime_seconds: Option<u64>,
    /// Error codes besides `invalid_grant` that mean: the refresh token is of no use any more.
    #[serde(default)]
    pub invalid_grant: Vec<String>,
    /// What the operator enters besides the client's id and secret: a tenant, a host.
    #[serde(default)]
    pub app: Vec<FieldDescriptor>,
    /// The assertion of `jwt_bearer`.
    pub assertion: Option<AssertionDescriptor>,
    /// Where an operator registers an application.
    pub register_url: Option<String>,
    /// A recorded-shape answer, and what must come of it.
    pub vector: Option<Vector>,
}

/// How tokens are revoked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeDescriptor {
    /// Where.
    pub url: String,
    /// Which token.
    #[serde(default)]
    pub token: RevokedToken,
    /// How.
    #[serde(default)]
    pub style: RevokeStyle,
    /// By which method.
    #[serde(default = "post")]
    pub method: Method,
    /// What the token is called.
    #[serde(default = "token")]
    pub param: String,
    /// How the client says who it is, where that is not as at the token endpoint.
    pub client_auth: Option<ClientAuth>,
}

/// Where the parts of a token answer stand.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AnswerDescriptor {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
    /// For how long the access token is good.
    pub expires_in: String,
    /// The unit of `expires_in`.
    pub expires_unit: LifeUnit,
    /// When it ends instead: seconds since 1970, or an RFC 3339 text.
    pub expires_at: Option<String>,
    /// The scopes that were granted.
    pub scope: String,
    /// Who it is for, as a person would say: an address, a team's name.
    pub account: Option<String>,
    /// What must be `true`, for a provider that reports errors in a 200 so.
    pub ok: Option<String>,
    /// The error's code, also inside a 200.
    pub error: String,
    /// The error in words.
    pub error_description: String,
    /// Form fields that are filled from the answer: `TEAM_ID = "team.id"`.
    pub keep: BTreeMap<String, String>,
}

impl Default for AnswerDescriptor {
    fn default() -> Self {
        Self {
            access_token: "access_token".to_owned(),
            refresh_token: "refresh_token".to_owned(),
            expires_in: "expires_in".to_owned(),
            expires_unit: LifeUnit::Seconds,
            expires_at: None,
            scope: "scope".to_owned(),
            account: None,
            ok: None,
            error: "error".to_owned(),
            error_description: "error_description".to_owned(),
            keep: BTreeMap::new(),
        }
    }
}

/// A request after the token is there, whose answer is kept. It carries the token as every request
/// does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpDescriptor {
    /// How it is called.
    #[serde(default = "super::get")]
    pub method: Method,
    /// Where: absolute.
    pub url: String,
    /// Headers besides the token's.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What stands before the token, where that is not what requests use: `"OAuth "`.
    pub prefix: Option<String>,
    /// A JSON body.
    pub body: Option<String>,
    /// Who it is for.
    pub account: Option<String>,
    /// Form fields that are filled from the answer.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
    /// `false`: the sign-in succeeds without it.
    #[serde(default = "yes")]
    pub required: bool,
}

/// The assertion that a service account exchanges.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssertionDescriptor {
    /// How it is signed.
    pub algorithm: AssertionAlgorithm,
    /// The private key: `"{{PRIVATE_KEY}}"`, a PEM text in PKCS #8.
    pub key: String,
    /// The key's id.
    pub key_id: Option<String>,
    /// Its claims, besides `iat` and `exp`. An empty one is left out.
    pub claims: BTreeMap<String, String>,
    /// Whether the scopes are a claim rather than a parameter.
    #[serde(default)]
    pub scope_claim: bool,
    /// How long it is good.
    #[serde(default = "an_hour")]
    pub lifetime_seconds: u64,
}

fn post() -> Method {
    Method::Post
}

fn token() -> String {
    "token".to_owned()
}

fn space() -> String {
    " ".to_owned()
}

fn an_hour() -> u64 {
    3600
}
