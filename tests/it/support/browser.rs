//! A person's browser, as far as a sign-in needs one: cookies, and redirects one by one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::Url;

use super::{Answer, Client, TestApp};

/// A browser that keeps cookies. What it is told to open it opens as if a page of ours did.
#[derive(Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
}

/// A person in the modal: a session, and a browser.
pub struct Person {
    /// Where the server is.
    pub url: String,
    /// The session's token.
    pub session: String,
    /// The modal's own requests.
    pub client: Client,
    /// The popup.
    pub browser: Browser,
}

/// A sign-in under way.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its id.
    pub id: String,
    /// Where the popup goes.
    pub start: String,
}

impl Browser {
    /// Opens an address, and follows nothing.
    pub async fn open(&mut self, address: &str) -> Answer {
        self.open_from(address, "same-origin").await
    }

    /// The same, as a navigation that `site` began: `same-origin`, `cross-site`, `none`.
    pub async fn open_from(&mut self, address: &str, site: &str) -> Answer {
        let url = Url::parse(address).unwrap();
        let origin = url.origin().ascii_serialization();
        let client = Client::new(&origin, None);
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let cookies = self.cookie_line();
        let mut request = client
            .request("GET", &path)
            .header("sec-fetch-site", site)
            .header("accept", "text/html");
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        let answer = client.send(request).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (pair, rest) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            match rest.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    /// What it sends as its cookies.
    pub fn cookie_line(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Opens an address that must lead on, and says where to.
    pub async fn led(&mut self, address: &str) -> String {
        let answer = self.open(address).await;
        let next = answer.header("location");
        next.unwrap_or_else(|| panic!("{address}: {} {}", answer.status, answer.text()))
            .to_owned()
    }
}

/// An address with one more parameter.
pub fn with(address: &str, name: &str, value: &str) -> String {
    let mut url = Url::parse(address).unwrap();
    url.query_pairs_mut().append_pair(name, value);
    url.into()
}

/// The parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.into_owned())
}

/// An address with a parameter replaced.
pub fn replaced(address: &str, name: &str, value: &str) -> String {
    let mut url = Url::parse(address).unwrap();
    let others: Vec<(String, String)> = url
        .query_pairs()
        .into_owned()
        .filter(|(other, _)| other != name)
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(name, value);
    url.into()
}

impl Person {
    /// A person with the identity `identity`, by the customer's back end with the test key.
    pub async fn new(app: &TestApp, identity: &str) -> Self {
        Self::asking(&app.client(), &app.url, json!({ "identity": identity })).await
    }

    /// A person for whom the back end asks for a session with `body`.
    pub async fn asking(client: &Client, url: &str, body: Value) -> Self {
        let answer = client.post("/v1/authkit", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let session = answer.json()["requestId"].as_str().unwrap().to_owned();
        Self::holding(url, &session)
    }

    /// A person with this session.
    pub fn holding(url: &str, session: &str) -> Self {
        Self {
            url: url.to_owned(),
            session: session.to_owned(),
            client: Client::new(url, None),
            browser: Browser::default(),
        }
    }

    /// A request of the modal's.
    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .client
            .request(method, &format!("/authkit/api{path}"))
            .header("authorization", format!("Bearer {}", self.session))
            .header("x-authkit-origin", "https://app.example.com");
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        self.client.send(request).await
    }

    /// Presses "Connect".
    pub async fn begin(&self, body: Value) -> Flow {
        let answer = self.ask("POST", "/flows", Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        Flow {
            id: text("id"),
            start: text("url"),
        }
    }

    /// Goes to the provider: the address of its authorization page.
    pub async fn depart(&mut self, flow: &Flow) -> String {
        self.browser.led(&flow.start).await
    }

    /// Decides at the built-in provider: where the browser is sent back to.
    pub async fn decide(&mut self, authorize: &str, decision: &str) -> String {
        let address = with(authorize, "mock_auto", decision);
        self.browser.led(&address).await
    }

    /// Comes back from the provider: where the popup ends, as `saved` or `failed`.
    pub async fn arrive(&mut self, callback: &str) -> String {
        let answer = self.browser.open_from(callback, "cross-site").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let location = answer.header("location").unwrap();
        location.split_once('#').unwrap().1.to_owned()
    }

    /// What became of a sign-in.
    pub async fn outcome(&self, flow: &Flow) -> Value {
        self.ask("GET", &format!("/flows/{}", flow.id), None)
            .await
            .json()
    }

    /// All of it, with `decision`; gives the outcome.
    pub async fn sign_in(&mut self, body: Value, decision: &str) -> Value {
        let flow = self.begin(body).await;
        let authorize = self.depart(&flow).await;
        let callback = self.decide(&authorize, decision).await;
        self.arrive(&callback).await;
        self.outcome(&flow).await
    }

    /// Connects a connector by signing in, and gives the record.
    pub async fn connect(&mut self, platform: &str) -> Value {
        let outcome = self
            .sign_in(json!({ "platform": platform }), "approve")
            .await;
        assert_eq!(outcome["state"], "saved", "{outcome}");
        outcome["connection"].clone()
    }
}
