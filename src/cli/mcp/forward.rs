//! Messages on their way to the server, and its answers.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::Value;
use tokio::task::{AbortHandle, JoinSet};
use url::Url;

use super::message::Message;
use crate::domain::Secret;
use crate::egress::fetch::{FetchRequest, Fetched};
use crate::egress::origin::Reach;
use crate::egress::{Egress, EgressError, Settings};

/// Longer than any action is given by the server.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// More than any answer of the server.
const MAX_ANSWER: usize = 64 << 20;
/// So many are under way at once; what else is said waits. Giving one up waits with it.
const MOST: usize = 64;

/// Forwards messages, several at once.
pub struct Forward {
    egress: Arc<Egress>,
    endpoint: Url,
    headers: HeaderMap,
    /// What is under way, and by the ids of the requests.
    running: JoinSet<(Message, Result<Fetched, EgressError>)>,
    by_id: HashMap<String, AbortHandle>,
    /// The version of the protocol, once the server has said it.
    agreed: Option<String>,
}

impl Forward {
    /// Forwards to `endpoint`, with `key`. It may be anywhere, on this machine too: the operator
    /// named it.
    pub fn new(
        endpoint: Url,
        key: &Secret<String>,
        ca_file: Option<PathBuf>,
    ) -> anyhow::Result<Self> {
        let everywhere = ["0.0.0.0/0", "::/0"];
        let egress = Egress::new(Settings {
            allow: everywhere
                .iter()
                .filter_map(|net| net.parse().ok())
                .collect(),
            ca_files: ca_file.into_iter().collect(),
            ..Settings::default()
        })?;
        let mut headers = HeaderMap::new();
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", key.expose()))
            .context("the API key has a character that no key has")?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let both = HeaderValue::from_static("application/json, text/event-stream");
        headers.insert(ACCEPT, both);
        Ok(Self {
            egress: Arc::new(egress),
            endpoint,
            headers,
            running: JoinSet::new(),
            by_id: HashMap::new(),
            agreed: None,
        })
    }

    /// Sends `message` on its way. One that gives up a request ends that request's way, by which
    /// the server learns of it.
    pub fn take(&mut self, message: Message) {
        if let Some(given_up) = message.cancels() {
            if let Some(request) = self.by_id.remove(&given_up.to_string()) {
                request.abort();
            }
            return;
        }
        let request = FetchRequest {
            method: Method::POST,
            url: self.endpoint.clone(),
            headers: self.headers_of(&message),
            body: Some(message.text.clone()),
            reach: Reach::Public,
        };
        let egress = Arc::clone(&self.egress);
        let id = message.id.as_ref().map(Value::to_string);
        let handle = self.running.spawn(async move {
            let answer = egress.fetch(request, MAX_ANSWER, TIMEOUT).await;
            (message, answer)
        });
        if let Some(id) = id {
            self.by_id.insert(id, handle);
        }
    }

    fn headers_of(&self, message: &Message) -> HeaderMap {
        let mut headers = self.headers.clone();
        for (name, value) in message.headers(self.agreed.as_deref()) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        headers
    }

    /// Whether anything is under way.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// Whether one more may be under way.
    pub fn has_room(&self) -> bool {
        self.running.len() < MOST
    }

    /// Waits for something under way to end, and gives what is to be said of it: nothing, if it
    /// wanted no answer or was given up. Can be dropped and asked again.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        let (message, answer) = self.running.join_next().await?.ok()?;
        if let Some(id) = &message.id {
            self.by_id.remove(&id.to_string());
        }
        let said = match answer {
            Ok(answer) => answered(&message, &answer),
            Err(error) => {
                let why = format!("{error}; is Magpie running at {}?", self.endpoint);
                message.failed(&why)
            }
        };
        if message.method == "initialize" {
            self.agreed = said.as_deref().and_then(version);
        }
        said
    }
}

/// What is said of the server's answer.
fn answered(message: &Message, answer: &Fetched) -> Option<Vec<u8>> {
    if answer.status == StatusCode::ACCEPTED || answer.body.is_empty() {
        return None;
    }
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let Some(value) = value else {
        return message.failed("what answers there is not Magpie: its answer is not JSON");
    };
    if value.get("jsonrpc").is_some() {
        return message.id.as_ref().map(|_| answer.body.to_vec());
    }
    let why = value.get("message").and_then(Value::as_str);
    message.failed(why.unwrap_or("what answers there is not Magpie"))
}

fn version(answer: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let version = answer.get("result")?.get("protocolVersion")?.as_str()?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::*;

    fn fetched(status: u16, body: &str) -> Fetched {
        Fetched {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn whatever_answers_a_request_is_answered() {
        let message = Message::parse(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).unwrap();
        let said = |status, body: &str| -> Value {
            let said = answered(&message, &fetched(status, body)).unwrap();
            serde_json::from_slice(&said).unwrap()
        };
        let own = json!({ "jsonrpc": "2.0", "id": 1, "result": {} });
        assert_eq!(said(200, &own.to_string()), own);
        let ours = json!({ "type": "Unauthorized", "message": "not valid" });
        let told = said(401, &ours.to_string());
        assert_eq!(told["error"]["message"], "not valid");
        assert!(said(502, "<html>")["error"]["message"].is_string());
        assert_eq!(answered(&message, &fetched(202, "")), None);
    }
}
