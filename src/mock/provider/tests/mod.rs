//! The provider, as its clients see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, web};
use serde_json::{Value, json};
use url::Url;

use super::{CLIENT_ID, CLIENT_SECRET, Provider};
use crate::catalog::{Catalogue, check_text};
use crate::crypto::{base64_url, sha256};
use crate::domain::{Clock, OAuth, Timestamp};
use crate::mock::configure;

mod catalogue;
mod clients;
mod code;
mod consent;
mod control;
mod ends;
mod follow_up;
mod machines;
mod refusals;

const PUBLIC: &str = "http://127.0.0.1:3005";
const REDIRECT: &str = "http://127.0.0.1:3005/connections/oauth/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A clock that only tests move.
#[derive(Default)]
struct Moved(AtomicI64);

impl Moved {
    fn on(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_750_000_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// An answer, body and all.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// A parameter of the address that the browser is sent to.
    fn sent_with(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, 303, "{}", self.body);
        let to = Url::parse(self.header("location")).unwrap();
        let mut pairs = to.query_pairs();
        let found = pairs.find(|(other, _)| other == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// A text field of the answer.
    fn text(&self, name: &str) -> String {
        let text = self.json()[name].as_str().map(str::to_owned);
        text.unwrap_or_else(|| panic!("no `{name}`: {}", self.body))
    }

    fn assert_error(&self, status: u16, code: &str, said: &str) {
        let body = self.json();
        assert_eq!(
            (self.status, body["error"].as_str()),
            (status, Some(code)),
            "{body}"
        );
        let description = body["error_description"].as_str().unwrap();
        assert!(description.contains(said), "{description}");
        assert_eq!(self.header("cache-control"), "no-store");
    }
}

/// A connector whose `[oauth]` table has these lines more.
fn descriptor(platform: &str, oauth: &str) -> String {
    format!(
        r#"
platform = "{platform}"
name = "Acme <{platform}>"
description = "A provider for tests."
category = "Developer Tools"
guide = "Nothing."
base_url = "https://api.acme.example"
[auth]
type = "oauth2"
[test]
path = "/me"
[[form]]
name = "TEAM_ID"
label = "Team"
pattern = "[a-z0-9]*"
[[form]]
name = "CLIENT_ID"
label = "Client"
[[form]]
name = "CLIENT_SECRET"
label = "Secret"
type = "password"
[oauth]
authorize_url = "https://acme.example/authorize"
token_url = "https://acme.example/token"
{oauth}
"#
    )
}

/// How a provider with these lines in its `[oauth]` table speaks.
pub(super) fn oauth(lines: &str) -> OAuth {
    let connector = check_text(&descriptor("acme", lines)).unwrap();
    connector.oauth.unwrap().as_ref().clone()
}

/// The catalogue with these descriptors.
fn catalogue(descriptors: &[(&str, &str)]) -> Catalogue {
    let folder = tempfile::tempdir().unwrap();
    for (platform, oauth) in descriptors {
        let path = folder.path().join(format!("{platform}.toml"));
        std::fs::write(path, descriptor(platform, oauth)).unwrap();
    }
    let (catalogue, problems) = Catalogue::load(Some(folder.path().to_owned()));
    assert_eq!(problems, []);
    catalogue
}

/// A server with these connectors, and its clock.
macro_rules! app {
    ($($descriptor:expr),+ $(,)?) => {{
        let clock = Arc::new(Moved::default());
        let provider = Provider::new(Arc::clone(&clock) as Arc<dyn Clock>, PUBLIC);
        let app = init_service(
            App::new()
                .app_data(web::Data::new(catalogue(&[$($descriptor),+])))
                .app_data(web::Data::new(provider))
                .configure(configure),
        )
        .await;
        (app, clock)
    }};
}
use app;

async fn call<S, R, B>(app: &S, request: R) -> Answer
where
    S: Service<R, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let response = app.call(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    Answer {
        status,
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

pub(super) fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs);
    text.finish()
}

/// The pairs, with others in the place of those of the same name; an empty one takes a pair away.
pub(super) fn changed<'p>(
    pairs: &[(&'p str, &'p str)],
    other: &[(&'p str, &'p str)],
) -> Vec<(&'p str, &'p str)> {
    let named = |name: &str| other.iter().any(|(changed, _)| *changed == name);
    let kept = pairs.iter().filter(|(name, _)| !named(name));
    let added = other.iter().filter(|(_, value)| !value.is_empty());
    kept.chain(added).copied().collect()
}

pub(super) fn challenge() -> String {
    base64_url(&sha256(VERIFIER.as_bytes()))
}

/// An authorization request that is answered at once, with some parameters changed.
fn authorize(platform: &str, other: &[(&str, &str)]) -> TestRequest {
    let challenge = challenge();
    let usual = [
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "read write"),
        ("state", "s-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("mock_auto", "approve"),
    ];
    let query = encoded(&changed(&usual, other));
    TestRequest::with_uri(&format!("/__mock/oauth/{platform}/authorize?{query}"))
}

fn post(platform: &str, endpoint: &str, pairs: &[(&str, &str)]) -> TestRequest {
    TestRequest::post()
        .uri(&format!("/__mock/oauth/{platform}/{endpoint}"))
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(encoded(pairs))
}

/// The exchange of a code, with some parameters changed.
fn exchange(platform: &str, code: &str, other: &[(&str, &str)]) -> TestRequest {
    let usual = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("code_verifier", VERIFIER),
    ];
    post(platform, "token", &changed(&usual, other))
}

fn refresh(platform: &str, token: &str, other: &[(&str, &str)]) -> TestRequest {
    let usual = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
    ];
    post(platform, "token", &changed(&usual, other))
}

fn upstream(platform: &str, token: &str) -> TestRequest {
    TestRequest::with_uri(&format!("/__mock/upstream/{platform}/me"))
        .insert_header(("authorization", format!("Bearer {token}")))
}

/// Signs in, and gives the answer with the tokens.
macro_rules! signed_in {
    ($app:expr, $platform:expr, $asked:expr) => {{
        let sent = call($app, authorize($platform, $asked).to_request()).await;
        let code = sent.sent_with("code").unwrap_or_else(|| panic!("{sent:?}"));
        let answer = call($app, exchange($platform, &code, &[]).to_request()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }};
}
use signed_in;
