//! Dynamic registration of clients (RFC 7591).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::call::Call;
use super::client::Client;
use super::error::Wrong;
use super::grants::secret;
use super::metadata::auth_method;
use super::said::no_store;
use super::token::grant_word;
use crate::domain::{ClientAuth, Grant};
use crate::mock::reply::sent;

/// So many redirect URIs may a client have.
const MOST_URIS: usize = 20;
/// So long may one be.
const LONGEST_URI: usize = 2000;

/// What a client says about itself. What is not known is ignored, as the RFC says.
#[derive(Debug, Deserialize)]
struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    token_endpoint_auth_method: Option<String>,
    client_name: Option<String>,
    mock_expires_in: Option<u64>,
}

/// `POST register`: a client of its own, for whoever asks.
pub fn register(call: &Call<'_>) -> HttpResponse {
    let asked = match read(call) {
        Ok(asked) => asked,
        Err(wrong) => {
            let body = json!({ "error": wrong.code, "error_description": wrong.description });
            return no_store(sent(StatusCode::BAD_REQUEST, &body));
        }
    };
    let id = secret("mock_client_");
    let has_secret = call.oauth.client_auth != ClientAuth::None;
    let secret = has_secret.then(|| secret("mock_secret_"));
    let mut answer = json!({
        "client_id": id,
        "client_id_issued_at": call.provider.now().micros().div_euclid(1_000_000),
        "client_name": asked.client_name,
        "redirect_uris": asked.redirect_uris,
        "token_endpoint_auth_method": auth_method(&call.oauth),
        "grant_types": [grant_word(&call.oauth)],
        "response_types": ["code"],
    });
    if let (Some(secret), Some(answer)) = (&secret, answer.as_object_mut()) {
        answer.insert("client_secret".to_owned(), json!(secret));
        answer.insert("client_secret_expires_at".to_owned(), json!(0));
    }
    let client = Client {
        secret,
        redirect_uris: asked.redirect_uris,
        expires_in: asked.mock_expires_in,
    };
    let key = (call.platform().to_owned(), id);
    call.provider.state().clients.put(key, client);
    no_store(sent(StatusCode::CREATED, &answer))
}

fn read(call: &Call<'_>) -> Result<Registration, Wrong> {
    let metadata = |said: String| Wrong::new("invalid_client_metadata", said);
    let body = call.body.content().unwrap_or_default();
    let asked: Registration = serde_json::from_slice(body)
        .map_err(|error| metadata(format!("the body is not as it must be: {error}")))?;
    let wanted = auth_method(&call.oauth);
    if let Some(other) = &asked.token_endpoint_auth_method
        && other != wanted
    {
        return Err(metadata(format!("this provider's clients use `{wanted}`")));
    }
    let has_uris = !asked.redirect_uris.is_empty() && asked.redirect_uris.len() <= MOST_URIS;
    let wants_uris = call.oauth.grant == Grant::AuthorizationCode;
    if wants_uris && !has_uris {
        let said = format!("between 1 and {MOST_URIS} redirect_uris are needed");
        return Err(Wrong::new("invalid_redirect_uri", said));
    }
    match asked.redirect_uris.iter().find(|uri| !can_be_sent_to(uri)) {
        None => Ok(asked),
        Some(_) => Err(Wrong::new(
            "invalid_redirect_uri",
            "a redirect URI must be absolute, without fragment, and lead to an application",
        )),
    }
}

/// Whether a browser may be sent there: an absolute address without a fragment (RFC 6749
/// section 3.1.2) that is no script.
fn can_be_sent_to(uri: &str) -> bool {
    let is_plain = uri.len() <= LONGEST_URI && uri.bytes().all(|byte| byte.is_ascii_graphic());
    let scheme_is_fine =
        |url: &Url| !["javascript", "data", "blob", "file"].contains(&url.scheme());
    is_plain && !uri.contains('#') && Url::parse(uri).as_ref().is_ok_and(scheme_is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_applications_only() {
        for (uri, is_fine) in [
            ("https://app.example/cb?x=1", true),
            ("http://127.0.0.1:9/cb", true),
            ("com.example.app:/cb", true),
            ("/cb", false),
            ("https://app.example/cb#x", false),
            ("https://app.example/\n", false),
            ("https://app.example/ä", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
        ] {
            assert_eq!(can_be_sent_to(uri), is_fine, "{uri}");
        }
    }
}
