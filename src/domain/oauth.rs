//! How one provider speaks OAuth 2: what a descriptor says, checked.
//!
//! The protocol is the same for all (RFC 6749, RFC 7636, RFC 9700); this is the list of what
//! providers were found to do differently.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FormField, Method, Template, ValuePath};

/// How tokens are come by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// A person signs in (RFC 6749 section 4.1).
    #[default]
    AuthorizationCode,
    /// The client acts for itself (RFC 6749 section 4.4); its id and secret are form fields.
    ClientCredentials,
    /// A signed assertion is exchanged (RFC 7523 section 2.1): service accounts.
    JwtBearer,
}

/// How the client says who it is at the token endpoint (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `client_id` and `client_secret` among the parameters.
    #[default]
    Body,
    /// HTTP Basic, each part form-encoded first, as the RFC says.
    Basic,
    /// HTTP Basic with the parts as they are: providers that do not decode them.
    BasicRaw,
    /// A public client: `client_id` alone.
    None,
}

/// How the parameters of a token request are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`, as the RFC says.
    #[default]
    Form,
    /// A JSON object.
    Json,
    /// A form; the answer, too, may be one.
    Multipart,
}

/// What becomes of a refresh token that was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefreshPolicy {
    /// It stays good; a new one may come all the same.
    #[default]
    Reusable,
    /// Each refresh brings a new one, and the old one ends.
    Rotates,
    /// There is none: an expired token needs its owner, or never expires.
    None,
}

/// The unit of a token's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LifeUnit {
    /// As the RFC says.
    #[default]
    Seconds,
    /// Some.
    Milliseconds,
}

/// Which token a revocation names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevokedToken {
    /// The refresh token if there is one, which ends the whole grant with most providers.
    #[default]
    RefreshToken,
    /// The access token.
    AccessToken,
}

/// How a revocation request carries the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevokeStyle {
    /// A form with `token` and the client's authentication (RFC 7009 section 2.1).
    #[default]
    Rfc7009,
    /// JSON with the same.
    Json,
    /// The access token itself in `Authorization: Bearer`, no body.
    Bearer,
}

/// A standard parameter of the token request.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StandardParam {
    /// `grant_type`
    GrantType,
    /// `redirect_uri`
    RedirectUri,
    /// `scope`
    Scope,
    /// `client_id`
    ClientId,
    /// `client_secret`
    ClientSecret,
}

impl StandardParam {
    /// Its name in the RFC.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GrantType => "grant_type",
            Self::RedirectUri => "redirect_uri",
            Self::Scope => "scope",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
        }
    }
}

/// A scope that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeInfo {
    /// As the provider calls it.
    pub name: String,
    /// What it lets an application do, in our words, for the person who is asked.
    pub description: String,
    /// Whether it is asked for unless the operator chooses otherwise.
    #[serde(default)]
    pub default: bool,
    /// Whether it is always asked for: without it there is no refresh token, or no account name.
    #[serde(default)]
    pub required: bool,
}

/// Where the parts of a token answer stand.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerShape {
    /// The access token.
    pub access_token: ValuePath,
    /// The refresh token.
    pub refresh_token: ValuePath,
    /// For how long the access token is good.
    pub expires_in: ValuePath,
    /// The unit of `expires_in`.
    pub expires_unit: LifeUnit,
    /// When it ends instead: seconds since 1970, or an RFC 3339 text.
    pub expires_at: Option<ValuePath>,
    /// The scopes that were granted.
    pub scope: ValuePath,
    /// Who it is for.
    pub account: Option<ValuePath>,
    /// What must be `true` in an answer that is none of an error.
    pub ok: Option<ValuePath>,
    /// The error's code, also inside a 200.
    pub error: ValuePath,
    /// The error in words.
    pub error_description: ValuePath,
    /// Fields that are filled from the answer.
    pub keep: BTreeMap<String, ValuePath>,
}

/// A request after the token is there, whose answer is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    /// How it is called.
    pub method: Method,
    /// Where. May name fields, also those that an earlier answer filled.
    pub url: Template,
    /// Headers besides the token's.
    pub headers: Vec<(String, Template)>,
    /// What stands before the token, where that is not what requests use.
    pub prefix: Option<String>,
    /// A JSON body.
    pub body: Option<String>,
    /// Who it is for.
    pub account: Option<ValuePath>,
    /// Fields that are filled from the answer.
    pub keep: BTreeMap<String, ValuePath>,
    /// Whether the sign-in fails without its answer.
    pub required: bool,
}

/// Where and how a token is revoked.
#[derive(Clone, Debug, PartialEq)]
pub struct Revocation {
    /// Where.
    pub url: Template,
    /// Which token.
    pub token: RevokedToken,
    /// How.
    pub style: RevokeStyle,
    /// By which method.
    pub method: Method,
    /// What the token is called.
    pub param: String,
    /// How the client says who it is, where that is not as at the token endpoint.
    pub client_auth: Option<ClientAuth>,
}

/// How an assertion is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AssertionAlgorithm {
    /// RSA PKCS #1 v1.5 with SHA-256 (RFC 7518 section 3.3).
    RS256,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4).
    ES256,
}

/// The assertion that a service account exchanges.
#[derive(Clone, Debug, PartialEq)]
pub struct Assertion {
    /// How it is signed.
    pub algorithm: AssertionAlgorithm,
    /// The private key: PEM, PKCS #8.
    pub key: Template,
    /// The key's id.
    pub key_id: Option<Template>,
    /// Its claims, besides `iat` and `exp`. An empty one is left out.
    pub claims: Vec<(String, Template)>,
    /// Whether the scopes are a claim (`scope`) rather than a parameter.
    pub scope_claim: bool,
    /// How long it is good, in seconds.
    pub lifetime_seconds: u64,
}

/// A recorded-shape token answer and what must come of it: a test, and what the mock answers.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What a person entered.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// What the operator entered.
    #[serde(default)]
    pub app: BTreeMap<String, String>,
    /// Parameters of the callback, besides `code` and `state`.
    #[serde(default)]
    pub callback: BTreeMap<String, String>,
    /// The token endpoint's answer, JSON.
    pub answer: String,
    /// The answers of the follow-ups, JSON, in order.
    #[serde(default)]
    pub follow_ups: Vec<String>,
    /// What must come of them.
    pub becomes: Outcome,
}

/// What must come of a [`Vector`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: Option<String>,
    /// For how many seconds it is good; nothing for a token that does not expire.
    pub expires_in: Option<u64>,
    /// Who it is for.
    pub account: Option<String>,
    /// The fields that were filled.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// How one provider speaks OAuth 2.
#[derive(Clone, Debug)]
pub struct OAuth {
    /// How tokens are come by.
    pub grant: Grant,
    /// Where a person signs in; there for [`Grant::AuthorizationCode`].
    pub authorize_url: Option<Template>,
    /// Where a code becomes tokens.
    pub token_url: Template,
    /// Where a refresh token does, if elsewhere.
    pub refresh_url: Option<Template>,
    /// Where tokens are revoked.
    pub revoke: Option<Revocation>,
    /// What `iss` in the callback must be, if it is there (RFC 9207).
    pub issuer: Option<Template>,
    /// Whether the provider takes PKCE (RFC 7636); always S256.
    pub pkce: bool,
    /// How the client says who it is.
    pub client_auth: ClientAuth,
    /// How token requests are written.
    pub encoding: Encoding,
    /// The word for the grant, where it is another than the RFC's.
    pub grant_type: Option<String>,
    /// Parameters of the authorization request, besides the standard ones.
    pub authorize_params: Vec<(String, Template)>,
    /// Parameters of the token request, besides the standard ones.
    pub token_params: Vec<(String, Template)>,
    /// Parameters of the refresh request, besides the standard ones.
    pub refresh_params: Vec<(String, Template)>,
    /// Headers of token requests.
    pub token_headers: Vec<(String, Template)>,
    /// Standard parameters that the exchange leaves out.
    pub omit: Vec<StandardParam>,
    /// Standard parameters that a refresh sends besides `grant_type` and `refresh_token`.
    pub refresh_send: Vec<StandardParam>,
    /// Parameters under other names: `client_id` → `client_key`. In all requests.
    pub rename: BTreeMap<String, String>,
    /// What stands between scopes.
    pub scope_separator: String,
    /// The scopes that can be asked for.
    pub scopes: Vec<ScopeInfo>,
    /// Where the parts of a token answer stand.
    pub answer: AnswerShape,
    /// Fields that are filled from the callback's parameters.
    pub callback: BTreeMap<String, String>,
    /// Requests whose answers are kept.
    pub follow_ups: Vec<FollowUp>,
    /// What becomes of a refresh token that was used.
    pub refresh: RefreshPolicy,
    /// How long before its end a token is refreshed, in seconds.
    pub refresh_margin_seconds: Option<u64>,
    /// How long a token is good where the provider does not say, in seconds.
    pub lifetime_seconds: Option<u64>,
    /// Error codes that mean `invalid_grant`.
    pub invalid_grant: Vec<String>,
    /// What the operator enters besides the client's id and secret.
    pub app_form: Vec<FormField>,
    /// The assertion of [`Grant::JwtBearer`].
    pub assertion: Option<Assertion>,
    /// Where an operator registers an application.
    pub register_url: Option<String>,
    /// A test, and what the mock answers.
    pub vector: Option<Vector>,
}

impl OAuth {
    /// Whether the client is an OAuth app of the environment, rather than the person's own.
    pub fn needs_app(&self) -> bool {
        self.grant == Grant::AuthorizationCode
    }

    /// The names of the fields that a sign-in fills, so that nobody is asked for them.
    pub fn filled_fields(&self) -> impl Iterator<Item = &str> {
        let answers = self.follow_ups.iter().map(|follow_up| &follow_up.keep);
        let kept = std::iter::once(&self.answer.keep).chain(answers);
        kept.flat_map(|keep| keep.keys())
            .chain(self.callback.keys())
            .map(String::as_str)
    }

    /// The scopes that are asked for: those the operator chose, or the usual ones, and in any case
    /// the required ones.
    pub fn scopes_asked(&self, chosen: Option<&[String]>) -> Vec<String> {
        let mut asked: Vec<String> = match chosen {
            Some(chosen) => chosen.to_vec(),
            None => self.named_scopes(|scope| scope.default && !scope.required),
        };
        for name in self.named_scopes(|scope| scope.required) {
            if !asked.contains(&name) {
                asked.push(name);
            }
        }
        asked
    }

    fn named_scopes(&self, wanted: impl Fn(&ScopeInfo) -> bool) -> Vec<String> {
        let wanted = self.scopes.iter().filter(|scope| wanted(scope));
        wanted.map(|scope| scope.name.clone()).collect()
    }
}
