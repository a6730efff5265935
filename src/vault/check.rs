//! Whether the provider accepts a credential.

use std::time::Duration;

use hyper::http::{HeaderMap, HeaderValue, header};

use url::Url;

use super::connections::Vault;
use super::error::VaultError;
use super::live::Live;
use crate::domain::Secret;
use crate::egress::fetch::FetchRequest;

/// Nobody waits longer than this for a form to be accepted.
const TIMEOUT: Duration = Duration::from_secs(20);
/// What is read of the answer; only its status counts.
const MAX_ANSWER_BYTES: usize = 1 << 20;

impl Vault {
    /// Sends the connector's test request, if it has one, signed as `live` would.
    ///
    /// # Errors
    /// `CredentialsRefused` if the provider says no; `CannotCheck` if it says nothing useful.
    pub(super) async fn check(&self, live: &Live) -> Result<(), VaultError> {
        let Some(test) = &live.connector.test else {
            // What can't be asked can at least be put in its place.
            return live.sign(&self.keyring).map(drop);
        };
        let signature = live.sign(&self.keyring)?;
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.extend(live.fixed_headers.iter().cloned());
        headers.extend(signature.headers);
        if test.body.is_some() {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
        }
        let mut address = Secret::new(format!("{}{}{}", live.origin, live.base_path, test.path));
        if let Some(query) = &signature.query {
            let separator = if test.path.contains('?') { '&' } else { '?' };
            address = Secret::new(format!("{}{separator}{}", address.expose(), query.expose()));
        }
        let url = Url::parse(address.expose()).map_err(|_| {
            VaultError::Invalid("the address of the test request is none".to_owned())
        })?;
        let request = FetchRequest {
            method: test.method.as_str().parse().unwrap_or_default(),
            url,
            headers,
            body: test.body.clone().map(Into::into),
            reach: live.reach,
        };
        let answer = self
            .egress
            .fetch(request, MAX_ANSWER_BYTES, TIMEOUT)
            .await
            .map_err(VaultError::CannotCheck)?;
        match answer.status.as_u16() {
            200..=299 => Ok(()),
            status => Err(VaultError::CredentialsRefused {
                connector: live.connector.name.clone(),
                status,
            }),
        }
    }
}
