//! A caller of the API.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Talks to one server with one key, or with none.
#[derive(Clone)]
pub struct Client {
    url: String,
    key: Option<String>,
    /// Sent with every request.
    headers: Vec<(String, String)>,
    http: reqwest::Client,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Client {
    /// A caller of the server at `url`.
    pub fn new(url: &str, key: Option<&str>) -> Self {
        // Only loopback and plain HTTP are ever reached here; the library wants a provider all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            url: url.to_owned(),
            key: key.map(str::to_owned),
            headers: Vec::new(),
            http,
        }
    }

    /// A request that can still be changed.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let request = self.http.request(
            method.parse::<Method>().unwrap(),
            format!("{}{path}", self.url),
        );
        let request = match &self.key {
            Some(key) => request.header("x-pica-secret", key),
            None => request,
        };
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    /// Sends a request, and waits for the whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer {
            status,
            headers,
            body: answer.bytes().await.unwrap(),
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request("DELETE", path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send_json("POST", path, body).await
    }

    /// PATCH with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send_json("PATCH", path, body).await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send_json("PUT", path, body).await
    }

    /// A request with JSON, by any method.
    pub async fn send_json(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = self
            .request(method, path)
            .header("content-type", "application/json")
            .body(body.to_string());
        self.send(request).await
    }

    /// A passthrough request for `connection`.
    pub fn passthrough(&self, method: &str, connection: &str, path: &str) -> RequestBuilder {
        self.request(method, &format!("/v1/passthrough{path}"))
            .header("x-pica-connection-key", connection)
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let name: HeaderName = name.parse().unwrap();
        self.headers
            .get(name)
            .map(HeaderValue::to_str)
            .map(Result::unwrap)
    }

    /// Asserts that this is an error of the contract's shape.
    pub fn assert_error(&self, status: u16, code: u16) -> &Self {
        let body = self.json();
        assert_eq!(
            (self.status, body["code"].as_u64()),
            (status, Some(u64::from(code))),
            "{body}"
        );
        assert_eq!(body["status"].as_u64(), Some(u64::from(status)));
        assert_eq!(body["requestId"].as_str(), self.header("x-request-id"));
        assert!(
            body["meta"].is_null()
                && body["message"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
            "{body}"
        );
        assert!(
            body["key"]
                .as_str()
                .unwrap()
                .starts_with("err::application::")
        );
        self
    }
}

impl Client {
    /// A caller by a server's control socket, without a key: what the command line is.
    pub fn over_socket(socket: &std::path::Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .unix_socket(socket)
            .build()
            .unwrap();
        Self {
            url: "http://localhost".to_owned(),
            key: None,
            headers: Vec::new(),
            http,
        }
    }

    /// The same caller, who sends this header with every request.
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(own, _)| own != name);
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same caller without this header.
    pub fn without_header(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(own, _)| own != name);
        other
    }

    /// The same caller with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }
}
