//! A message of the protocol, as far as whoever forwards it has to know it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

/// JSON-RPC 2.0 section 5.1: what was sent is not JSON.
const PARSE_ERROR: i32 = -32700;
/// The same: something went wrong on the way.
const INTERNAL_ERROR: i32 = -32603;
/// The first version in which the method and the name stand in headers too.
const NAMES_IN_HEADERS: &str = "2026-07-28";

/// What a program said to us.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its method; empty for an answer.
    pub method: String,
    /// Its id, as JSON, if it wants an answer.
    pub id: Option<Value>,
    params: Value,
    /// It itself, as it was.
    pub text: Bytes,
}

impl Message {
    /// Reads a line.
    ///
    /// # Errors
    /// With what is answered to a line that is no message.
    pub fn parse(line: &[u8]) -> Result<Self, Vec<u8>> {
        let Ok(mut value) = serde_json::from_slice::<Value>(line) else {
            return Err(error(&Value::Null, PARSE_ERROR, "this is not valid JSON"));
        };
        let mut field = |name: &str| value.get_mut(name).map(Value::take);
        let method = field("method")
            .and_then(|method| method.as_str().map(str::to_owned))
            .unwrap_or_default();
        let id = field("id").filter(|id| !id.is_null() && !method.is_empty());
        Ok(Self {
            method,
            id,
            params: field("params").unwrap_or_default(),
            text: Bytes::copy_from_slice(line.trim_ascii()),
        })
    }

    /// The request that this gives up.
    pub fn cancels(&self) -> Option<&Value> {
        (self.method == "notifications/cancelled")
            .then(|| self.params.get("requestId"))
            .flatten()
    }

    /// The headers that go with it over HTTP, where both sides have agreed on version `agreed`.
    pub fn headers(&self, agreed: Option<&str>) -> Vec<(&'static str, String)> {
        let own = self
            .params
            .get("_meta")
            .and_then(|meta| meta.get("io.modelcontextprotocol/protocolVersion"))
            .and_then(Value::as_str);
        let Some(version) = own.or(agreed).filter(|_| self.method != "initialize") else {
            return Vec::new();
        };
        let mut headers = vec![("mcp-protocol-version", version.to_owned())];
        // Dates compare as text.
        if version >= NAMES_IN_HEADERS && !self.method.is_empty() {
            headers.push(("mcp-method", self.method.clone()));
            headers.extend(self.name().map(|name| ("mcp-name", as_header(name))));
        }
        headers
    }

    fn name(&self) -> Option<&str> {
        let place = match self.method.as_str() {
            "tools/call" | "prompts/get" => "name",
            "resources/read" | "resources/subscribe" | "resources/unsubscribe" => "uri",
            _ => return None,
        };
        self.params.get(place)?.as_str()
    }

    /// The answer that it could not be forwarded, if it wants one.
    pub fn failed(&self, why: &str) -> Option<Vec<u8>> {
        self.id.as_ref().map(|id| error(id, INTERNAL_ERROR, why))
    }
}

fn error(id: &Value, code: i32, message: &str) -> Vec<u8> {
    let error = json!({ "code": code, "message": message });
    json!({ "jsonrpc": "2.0", "id": id, "error": error })
        .to_string()
        .into_bytes()
}

/// A name as a header may hold it: wrapped, if it is not plain.
fn as_header(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && name.trim() == name
        && !name.starts_with("=?");
    match is_plain {
        true => name.to_owned(),
        false => format!("=?base64?{}?=", STANDARD.encode(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(value: &Value) -> Message {
        Message::parse(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn headers_say_what_the_message_says() {
        let call = json!({ "id": 1, "method": "tools/call", "params": { "name": "é" } });
        let call = message(&call);
        assert_eq!(call.headers(None), []);
        let agreed = call.headers(Some("2025-11-25"));
        assert_eq!(agreed, [("mcp-protocol-version", "2025-11-25".to_owned())]);
        let new = call.headers(Some("2026-07-28"));
        let new: Vec<(&str, &str)> = new.iter().map(|(a, b)| (*a, b.as_str())).collect();
        assert_eq!(
            new,
            [
                ("mcp-protocol-version", "2026-07-28"),
                ("mcp-method", "tools/call"),
                ("mcp-name", "=?base64?w6k=?="),
            ]
        );
    }

    #[test]
    fn a_version_in_the_message_counts_before_the_agreed_one() {
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" });
        let read = json!({
            "id": "a", "method": "resources/read",
            "params": { "uri": "magpie://connectors/gmail", "_meta": meta },
        });
        let headers = message(&read).headers(Some("2025-11-25"));
        assert_eq!(headers.len(), 3);
        assert_eq!(headers[2].1, "magpie://connectors/gmail");
        let first = json!({ "id": 0, "method": "initialize", "params": {} });
        assert_eq!(message(&first).headers(Some("2025-11-25")), []);
    }

    #[test]
    fn only_what_wants_an_answer_is_told_of_a_failure() {
        let asks = message(&json!({ "id": 7, "method": "ping" }));
        let told: Value = serde_json::from_slice(&asks.failed("no").unwrap()).unwrap();
        assert_eq!(
            (&told["id"], &told["error"]["message"]),
            (&json!(7), &json!("no"))
        );
        for silent in [
            json!({ "method": "notifications/initialized" }),
            json!({ "id": 7, "result": {} }),
        ] {
            assert_eq!(message(&silent).failed("no"), None);
        }
        let refused = Message::parse(b"{").unwrap_err();
        assert!(String::from_utf8(refused).unwrap().contains("-32700"));
    }
}
