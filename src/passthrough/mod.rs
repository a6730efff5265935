//! A caller's request, signed and sent to the provider; the provider's answer, given back as it is.
//!
//! [`Passthrough::prepare`] decides everything before a byte leaves; [`Prepared::send`] sends.
//! [`headers`], [`path`] and [`guards`] are the rules, free of everything else.

mod guards;
mod headers;
pub mod overrides;
mod path;
mod whole;

use std::sync::Arc;

use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use url::Url;

pub use guards::{meant, with_slashes};
pub use headers::{BadHeaders, returned};
pub use whole::{Shown, Whole};

use crate::catalog::Catalogue;
use crate::domain::{Action, ActionId, Guards, Permission, Scope};
use crate::egress::EgressError;
use crate::egress::body::{Download, Upload};
use crate::egress::client::Client;
use crate::egress::limits::Limits;
use crate::egress::redirect::Redirects;
use crate::vault::{Live, Vault, VaultError};

/// How we introduce ourselves where the caller does not.
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("magpie/", env!("CARGO_PKG_VERSION")));

/// Why a request was not passed on, or its answer not back.
#[derive(Debug, thiserror::Error)]
pub enum PassthroughError {
    /// No connection was named.
    #[error("send the connection's key in the `x-pica-connection-key` header")]
    NoConnectionKey,
    /// The action id is unknown.
    #[error("there is no action `{0}`; GET /v1/available-actions/{{platform}} lists them")]
    NoSuchAction(String),
    /// The action belongs to another platform than the connection.
    #[error("the action is one of `{action}`, and the connection is for `{connection}`")]
    OtherPlatform {
        /// The action's platform.
        action: String,
        /// The connection's platform.
        connection: String,
    },
    /// Strict matching is on, and the request is not what the action id says.
    #[error("the action `{title}` is {method} {path}; this request is another one")]
    Mismatch {
        /// The action's title.
        title: String,
        /// The action's method.
        method: &'static str,
        /// The action's path.
        path: String,
    },
    /// The key may not send this.
    #[error("{0}")]
    NotAllowed(String),
    /// The path could lead out of the connection's base URL.
    #[error("the path must have no `.` or `..` segments, encoded or not")]
    DotSegment,
    /// The query sets what the credential sets.
    #[error("the query parameter `{0}` is set by the connection; leave it out")]
    QueryIsTheCredentials(String),
    /// Headers that cannot be sent on.
    #[error(transparent)]
    Headers(#[from] BadHeaders),
    /// The method or address is not of a form that can be sent on.
    #[error("the request's {0} is not of a form that can be sent on")]
    Malformed(&'static str),
    /// A redirect can be followed only for a request that can be repeated.
    #[error("`x-pica-follow-redirects` goes with GET and HEAD only")]
    CannotFollow,
    /// The connection is not there, or not usable.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The provider did not answer.
    #[error(transparent)]
    Egress(#[from] EgressError),
}

/// A caller's request, but for its body.
#[derive(Clone, Debug)]
pub struct Call<'a, H> {
    /// What the caller sees.
    pub scope: &'a Scope,
    /// What the caller's key may do. Held against methods that the request asks to be taken for; the
    /// method itself was let through before.
    pub permission: Permission,
    /// What the caller's key is limited to.
    pub guards: &'a Guards,
    /// The connection's key.
    pub connection_key: Option<&'a str>,
    /// The action's id.
    pub action_id: Option<&'a str>,
    /// The method.
    pub method: &'a str,
    /// The path, percent-encoded as it came, behind the fixed part.
    pub path: &'a str,
    /// The query, as it came.
    pub query: Option<&'a str>,
    /// Gives the headers, names in lower case.
    pub headers: H,
    /// Whether redirects are to be followed.
    pub follow: bool,
}

/// Signs requests and sends them.
pub struct Passthrough {
    vault: Arc<Vault>,
    catalogue: Arc<Catalogue>,
    /// Whether a request must be what its action id says.
    strict: bool,
}

/// A signed request, ready to be sent.
#[derive(Debug)]
pub struct Prepared {
    /// The connection that it is for.
    pub live: Arc<Live>,
    /// The action that was named.
    pub action: Option<Arc<Action>>,
    method: Method,
    path_and_query: String,
    headers: HeaderMap,
    injected: Vec<HeaderName>,
    /// The query parameters that are the credential's.
    injected_query: Vec<String>,
    follow: bool,
}

impl Passthrough {
    /// Passes requests on for the connections of `vault`.
    pub fn new(vault: Arc<Vault>, catalogue: Arc<Catalogue>, strict: bool) -> Self {
        Self {
            vault,
            catalogue,
            strict,
        }
    }

    /// Looks up and checks everything, refreshes the token if too little life is left of it, and
    /// signs the request. Nothing is sent yet.
    pub async fn prepare<'a, H, I>(&self, call: &Call<'a, H>) -> Result<Prepared, PassthroughError>
    where
        H: Fn() -> I,
        I: Iterator<Item = (&'a str, &'a [u8])>,
    {
        let key = call
            .connection_key
            .ok_or(PassthroughError::NoConnectionKey)?;
        let live = self.vault.ready(call.scope, key).await?;
        self.signed(call, live)
    }

    /// The same request once more, after the provider has refused the token of `live`: with a newer
    /// one, if there is one to be had.
    pub async fn prepare_again<'a, H, I>(
        &self,
        call: &Call<'a, H>,
        live: &Live,
    ) -> Option<Result<Prepared, PassthroughError>>
    where
        H: Fn() -> I,
        I: Iterator<Item = (&'a str, &'a [u8])>,
    {
        let renewed = self.vault.after_refusal(call.scope, live).await?;
        Some(self.signed(call, renewed))
    }

    fn signed<'a, H, I>(
        &self,
        call: &Call<'a, H>,
        live: Arc<Live>,
    ) -> Result<Prepared, PassthroughError>
    where
        H: Fn() -> I,
        I: Iterator<Item = (&'a str, &'a [u8])>,
    {
        let action = call
            .action_id
            .map(|id| self.action(id, &live))
            .transpose()?;
        if let Some(action) = action.as_deref().filter(|_| self.strict) {
            check_match(action, call.method, call.path)?;
        }
        let others = overrides::methods((call.headers)(), call.query);
        for other in &others {
            guards::check_permission(call.permission, other)?;
        }
        if !call.guards.are_open() {
            let catalogue = self.catalogue.now();
            let connector = catalogue.connectors.get(&live.connection.platform);
            let check = |named: Option<&Action>, method: &str| {
                let connector = connector.map(Arc::as_ref);
                guards::check(call.guards, named, connector, method, call.path)
            };
            check(action.as_deref(), call.method)?;
            for other in &others {
                check(None, other)?;
            }
        }
        if call.follow && !matches!(call.method, "GET" | "HEAD") {
            return Err(PassthroughError::CannotFollow);
        }
        let signature = self.vault.sign(&live)?;
        let added = signature
            .query
            .as_ref()
            .map(|query| (query, signature.query_names.as_slice()));
        let path_and_query = path::path_and_query(&live.base_path, call.path, call.query, added)?;
        let mut headers =
            headers::outgoing(&call.headers, &live.fixed_headers, &signature.headers)?;
        headers.entry(header::USER_AGENT).or_insert(USER_AGENT);
        let method = call
            .method
            .parse()
            .map_err(|_| PassthroughError::Malformed("method"))?;
        let injected = signature
            .headers
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        Ok(Prepared {
            live,
            action,
            method,
            path_and_query,
            headers,
            injected,
            injected_query: signature.query_names,
            follow: call.follow,
        })
    }

    fn action(&self, id: &str, live: &Live) -> Result<Arc<Action>, PassthroughError> {
        let unknown = || PassthroughError::NoSuchAction(id.chars().take(80).collect());
        let id: ActionId = id.parse().map_err(|_| unknown())?;
        let catalogue = self.catalogue.now();
        let action = catalogue.action(&id).ok_or_else(unknown)?;
        if action.platform != live.connection.platform {
            return Err(PassthroughError::OtherPlatform {
                action: action.platform.to_string(),
                connection: live.connection.platform.to_string(),
            });
        }
        Ok(action)
    }
}

impl Prepared {
    /// The headers that the provider is sent; the credential's are marked as sensitive.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The names of the query parameters that are the credential's.
    pub fn injected_query(&self) -> &[String] {
        &self.injected_query
    }

    /// Sends the request with `body`, and gives the answer as soon as its head is there.
    pub async fn send(
        self,
        client: &Client,
        body: Upload,
        limits: &Limits,
    ) -> Result<Response<Download>, PassthroughError> {
        let uri = self.path_and_query.as_str();
        let mut request = Request::builder()
            .method(self.method)
            .uri(uri)
            .body(())
            .map_err(|_| PassthroughError::Malformed("path or query"))?;
        *request.headers_mut() = self.headers;
        if self.follow {
            let url = Url::parse(&format!("{}{uri}", self.live.origin))
                .map_err(|_| PassthroughError::Malformed("path or query"))?;
            let redirects = Redirects {
                secret_headers: self.injected,
                ..Redirects::default()
            };
            return Ok(client
                .send_following(request, &url, self.live.reach, limits, &redirects)
                .await?);
        }
        let request = request.map(|()| body);
        Ok(client
            .send(request, &self.live.origin, self.live.reach, limits)
            .await?)
    }
}

fn check_match(action: &Action, method: &str, path: &str) -> Result<(), PassthroughError> {
    if action.method.as_str() == method && action.path.matches(path) {
        return Ok(());
    }
    Err(PassthroughError::Mismatch {
        title: action.title.clone(),
        method: action.method.as_str(),
        path: action.path.as_str().to_owned(),
    })
}
