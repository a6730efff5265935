//! Tokens that stay good by themselves: the whole program, and the built-in provider that tests let
//! fail.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, Client, Person, TestApp, eventually, with};

/// A provider of the given name that rotates refresh tokens.
fn descriptor(platform: &str, more: &str) -> String {
    let refresh = match more.contains("refresh = ") {
        true => "",
        false => "refresh = \"rotates\"",
    };
    format!(
        r#"
platform = "{platform}"
name = "{platform}"
description = "For tests."
category = "Tests"
guide = "None."
base_url = "https://api.{platform}.example"
auth = {{ type = "oauth2" }}
[oauth]
authorize_url = "https://{platform}.example/authorize"
token_url = "https://{platform}.example/token"
{refresh}
{more}
[oauth.revoke]
url = "https://{platform}.example/revoke"
"#
    )
}

/// A development server with providers of its own.
struct House {
    app: TestApp,
    connectors: TempDir,
}

/// A connection, and whoever made it.
struct Connected {
    person: Person,
    record: Value,
    platform: String,
}

impl House {
    fn start(providers: &[(&str, &str)]) -> Self {
        let connectors = tempfile::tempdir().unwrap();
        for (platform, more) in providers {
            let path = connectors.path().join(format!("{platform}.toml"));
            std::fs::write(path, descriptor(platform, more)).unwrap();
        }
        let app =
            TestApp::start_with(|command| command.env("MAGPIE_CONNECTORS_DIR", connectors.path()));
        Self { app, connectors }
    }

    /// The same server, stopped as an operator does, and started again.
    fn restart(self) -> Self {
        let folder = self.app.stop();
        let path = self.connectors.path();
        let app = TestApp::start_in(folder, |command| command.env("MAGPIE_CONNECTORS_DIR", path));
        Self {
            app,
            connectors: self.connectors,
        }
    }

    /// A connection of `identity`, whose tokens are good for `life` seconds each.
    async fn connect(&self, platform: &str, identity: &str, life: u64) -> Connected {
        let person = Person::new(&self.app, identity).await;
        let mut connected = Connected {
            person,
            record: Value::Null,
            platform: platform.to_owned(),
        };
        connected
            .sign_in(json!({ "platform": platform }), life)
            .await;
        connected
    }

    async fn control(&self, method: &str, platform: &str, what: &str, body: Value) -> Value {
        let path = format!("/__mock/admin/oauth/{platform}/{what}");
        let client = self.app.anonymous();
        let request = client
            .request(method, &path)
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = client.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Lets something go wrong with refreshes.
    async fn fault(&self, platform: &str, mut fault: Value) {
        if fault["on"].is_null() {
            fault["grant"] = "refresh_token".into();
        }
        self.control("POST", platform, "faults", fault).await;
    }

    /// What was asked of the provider: refreshes only, or revocations only.
    async fn asked(&self, platform: &str, endpoint: &str) -> Vec<Value> {
        let all = self.control("GET", platform, "requests", Value::Null).await;
        let all = all["requests"].as_array().unwrap().iter().cloned();
        let is_one = |request: &Value| {
            request["endpoint"] == endpoint && request["grant"] != "authorization_code"
        };
        all.filter(is_one).collect()
    }

    async fn refreshes(&self, platform: &str) -> usize {
        self.asked(platform, "token").await.len()
    }

    /// Waits until a refresh has reached the provider.
    async fn refresh_arrives(&self, platform: &str) {
        eventually("a refresh arrives", async || {
            (self.refreshes(platform).await > 0).then_some(())
        })
        .await;
    }

    async fn expire_all(&self, platform: &str) {
        self.control("POST", platform, "expire-all", json!({}))
            .await;
    }

    async fn record(&self, connected: &Connected) -> Value {
        let path = format!("/v1/vault/connections/{}", connected.id());
        self.app.client().get(&path).await.json()
    }

    /// Waits until the record is as wanted.
    async fn becomes(
        &self,
        connected: &Connected,
        what: &str,
        is: impl Fn(&Value) -> bool,
    ) -> Value {
        eventually(what, async || {
            Some(self.record(connected).await).filter(&is)
        })
        .await
    }

    async fn state(&self, connected: &Connected, state: &str) -> Value {
        let what = format!("{} is {state}", connected.platform);
        self.becomes(connected, &what, |record| record["state"] == state)
            .await
    }

    async fn get(&self, connected: &Connected) -> Answer {
        let client = self.app.client();
        client
            .send(client.passthrough("GET", connected.key(), "/me"))
            .await
    }

    async fn send(&self, connected: &Connected, body: impl Into<reqwest::Body>) -> Answer {
        let client = self.app.client();
        let request = client
            .passthrough("POST", connected.key(), "/things")
            .header("x-mock-echo", "true")
            .header("content-type", "text/plain")
            .body(body);
        client.send(request).await
    }
}

impl Connected {
    fn key(&self) -> &str {
        self.record["key"].as_str().unwrap()
    }

    fn id(&self) -> &str {
        self.record["id"].as_str().unwrap()
    }

    async fn sign_in(&mut self, body: Value, life: u64) {
        let flow = self.person.begin(body).await;
        let authorize = self.person.depart(&flow).await;
        let authorize = with(&authorize, "mock_expires_in", &life.to_string());
        let callback = self.person.decide(&authorize, "approve").await;
        assert_eq!(self.person.arrive(&callback).await, "saved");
        self.record = self.person.outcome(&flow).await["connection"].clone();
    }
}

/// Chunks, so that nobody knows how many.
fn chunked(text: &'static str) -> reqwest::Body {
    let pieces = [text].map(Ok::<_, std::io::Error>);
    reqwest::Body::wrap_stream(futures_util::stream::iter(pieces))
}

#[actix_web::test]
async fn a_token_is_renewed_by_itself_before_it_ends() {
    let house = House::start(&[("acme", "refresh_margin_seconds = 27")]);
    let ada = house.connect("acme", "ada", 30).await;
    let first = house.record(&ada).await;
    assert_eq!(first["lastRefreshedAt"], Value::Null);
    let is_renewed = |record: &Value| {
        let moved = |name: &str| record[name].as_str() > first[name].as_str();
        moved("expiresAt") && record["lastRefreshedAt"].is_string()
    };
    let second = house.becomes(&ada, "renewed", is_renewed).await;
    // Nobody asked for it, and it was before the end.
    assert!(
        second["lastRefreshedAt"].as_str() < first["expiresAt"].as_str(),
        "{second}"
    );
    assert_eq!(second["state"], "operational");
    assert_eq!(house.get(&ada).await.status, 200);
}

#[actix_web::test]
async fn a_thousand_callers_of_an_ended_token_cost_one_request() {
    let house = House::start(&[("acme", "")]);
    let ada = house.connect("acme", "ada", 5).await;
    house
        .fault("acme", json!({ "effect": "slow", "delayMs": 4000 }))
        .await;
    house.refresh_arrives("acme").await;
    let end = ada.record["expiresAt"].as_str().unwrap().to_owned();
    eventually("the old token ends", async || (now() > end).then_some(())).await;

    let since = std::time::Instant::now();
    let client = house.app.client();
    let all = (0..1000).map(|_| client.send(client.passthrough("GET", ada.key(), "/me")));
    let all = join_all(all).await;
    let mut statuses = BTreeMap::new();
    for answer in &all {
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(200, 1000)]), "{}", all[0].text());
    // One for the token that had ended; the next ones end, too, as time goes by.
    let refreshes = house.asked("acme", "token").await;
    let spent = |request: &Value| request["sent"]["refresh_token"].clone();
    let tokens: BTreeSet<String> = refreshes
        .iter()
        .map(|each| spent(each).to_string())
        .collect();
    assert_eq!(tokens.len(), refreshes.len(), "{refreshes:#?}");
    let ends = usize::try_from(since.elapsed().as_secs() / 3).unwrap();
    assert!(refreshes.len() <= 1 + ends, "{refreshes:#?}");
}

/// The time as the API writes it.
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

#[actix_web::test]
async fn after_a_401_one_token_serves_all_who_were_refused() {
    let house = House::start(&[("acme", "")]);
    let ada = house.connect("acme", "ada", 3600).await;
    house.expire_all("acme").await;
    house
        .fault("acme", json!({ "effect": "slow", "delayMs": 1500 }))
        .await;
    let all = join_all((0..100).map(|_| house.get(&ada))).await;
    assert!(
        all.iter().all(|answer| answer.status == 200),
        "{}",
        all[0].text()
    );
    assert_eq!(house.refreshes("acme").await, 1);
}

#[actix_web::test]
async fn a_caller_who_leaves_cancels_nothing() {
    let house = House::start(&[("acme", "")]);
    let ada = house.connect("acme", "ada", 3600).await;
    house.expire_all("acme").await;
    house
        .fault("acme", json!({ "effect": "slow", "delayMs": 1500 }))
        .await;
    tokio::select! {
        answer = house.get(&ada) => panic!("served already: {}", answer.status),
        () = house.refresh_arrives("acme") => {}
    }
    house
        .becomes(&ada, "renewed", |record| {
            record["lastRefreshedAt"].is_string()
        })
        .await;
    assert_eq!(house.get(&ada).await.status, 200);
    assert_eq!(house.refreshes("acme").await, 1);
}

#[actix_web::test]
async fn a_401_leads_to_one_refresh_and_a_repeat_of_what_can_be_repeated() {
    let house = House::start(&[("acme", "")]);
    let get = house.connect("acme", "get", 3600).await;
    let small = house.connect("acme", "small", 3600).await;
    let large = house.connect("acme", "large", 3600).await;
    let streamed = house.connect("acme", "streamed", 3600).await;
    house.expire_all("acme").await;

    assert_eq!(house.get(&get).await.status, 200);
    assert_eq!(house.refreshes("acme").await, 1);
    let answer = house.send(&small, "said twice").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["body"]["text"], "said twice");
    assert_eq!(house.refreshes("acme").await, 2);

    assert_eq!(house.send(&large, "x".repeat(65 * 1024)).await.status, 401);
    assert_eq!(house.send(&streamed, chunked("once")).await.status, 401);
    assert_eq!(house.refreshes("acme").await, 2);
    // What cannot be repeated by us can be by the caller, and then there is a new token.
    assert_eq!(house.get(&large).await.status, 200);
    assert_eq!(house.refreshes("acme").await, 3);
}

#[actix_web::test]
async fn an_api_that_always_says_401_costs_one_refresh() {
    let house = House::start(&[("acme", "")]);
    let ada = house.connect("acme", "ada", 3600).await;
    let client = house.app.client();
    for _ in 0..20 {
        let request = client.passthrough("GET", ada.key(), "/me");
        let answer = client.send(request.header("x-mock-status", "401")).await;
        assert_eq!(answer.status, 401);
    }
    assert_eq!(house.refreshes("acme").await, 1);
    assert_eq!(house.record(&ada).await["state"], "operational");
}

/// The journal tells of the refresh that failed and of the calls that it cost, and the overview says
/// whose connection it is.
async fn assert_told(client: &Client, failed: &Connected) {
    let rows = async |query: &str| {
        let page = client.get(&format!("/admin/api/logs?{query}")).await;
        page.json()["rows"].as_array().unwrap().clone()
    };
    let refreshes = rows("kind=refresh&outcome=failed").await;
    assert_eq!(refreshes.len(), 1, "{refreshes:?}");
    let reason = refreshes[0]["error"].as_str().unwrap();
    assert!(reason.contains("invalid_grant"), "{reason}");
    let calls = rows("kind=passthrough&status=424").await;
    assert!(!calls.is_empty());
    for call in calls {
        assert_eq!(call["outcome"], "failed", "{call}");
        assert_eq!(call["platform"], failed.platform.as_str(), "{call}");
    }
    let overview = client.get("/admin/api/overview?range=1h").await.json();
    assert_eq!(overview["connections"]["failed"], 1);
    let attention = &overview["attention"][0];
    assert_eq!(attention["kind"], "connection_failed", "{attention}");
    assert_eq!(attention["connectionId"], failed.id());
}

#[actix_web::test]
async fn a_refusal_for_good_is_said_once_and_ends_all_tries() {
    let house = House::start(&[("acme", ""), ("other", "")]);
    let bob = house.connect("other", "bob", 2).await;
    let mut ada = house.connect("acme", "ada", 2).await;
    house
        .fault("acme", json!({ "effect": "invalid_grant" }))
        .await;
    let record = house.state(&ada, "failed").await;
    assert!(
        record["stateReason"]
            .as_str()
            .unwrap()
            .contains("invalid_grant"),
        "{record}"
    );
    let answer = house.get(&ada).await;
    assert_eq!(answer.status, 424, "{}", answer.text());
    assert!(answer.text().contains("invalid_grant"), "{}", answer.text());

    // Others' tokens are renewed meanwhile, so there was time enough to try again.
    for _ in 0..2 {
        let last = house.record(&bob).await["lastRefreshedAt"].clone();
        let is_later = |record: &Value| record["lastRefreshedAt"].as_str() > last.as_str();
        house.becomes(&bob, "bob is renewed", is_later).await;
        assert_eq!(house.get(&ada).await.status, 424);
    }
    assert_eq!(house.refreshes("acme").await, 1);
    assert_eq!(house.app.log().matches("connection.failed").count(), 1);
    assert_told(&house.app.client(), &ada).await;

    let (id, key) = (ada.id().to_owned(), ada.key().to_owned());
    let body = json!({ "tags": ["kept"] });
    let path = format!("/v1/vault/connections/{id}");
    assert_eq!(house.app.client().patch(&path, body).await.status, 200);
    ada.sign_in(json!({ "platform": "acme", "connection": id }), 3600)
        .await;
    let record = house.record(&ada).await;
    assert_eq!((ada.id(), ada.key()), (id.as_str(), key.as_str()));
    assert_eq!(
        (&record["state"], &record["stateReason"]),
        (&json!("operational"), &Value::Null)
    );
    assert_eq!(record["tags"], json!(["kept"]));
    assert_eq!(house.get(&ada).await.status, 200);
}

/// What goes wrong for a while, each at a provider of its own.
const TROUBLES: [&str; 11] = [
    "temporarily_unavailable",
    "rate_limited",
    "server_error",
    "malformed_json",
    "html",
    "empty",
    "huge",
    "missing_access_token",
    "wrong_types",
    "reset",
    "invalid_client",
];

#[actix_web::test]
async fn other_trouble_degrades_and_the_old_token_is_used_while_it_lasts() {
    let names: Vec<String> = TROUBLES.iter().map(|name| name.replace('_', "-")).collect();
    // Due at once, and good for a long time after that.
    let more = "refresh_margin_seconds = 590";
    let providers: Vec<_> = names.iter().map(|name| (name.as_str(), more)).collect();
    let house = House::start(&providers);
    let mut all = Vec::new();
    for (platform, effect) in names.iter().zip(TROUBLES) {
        house
            .fault(platform, json!({ "effect": effect, "times": 1000 }))
            .await;
        all.push(house.connect(platform, "ada", 600).await);
    }
    for connected in &all {
        let record = house.state(connected, "degraded").await;
        assert!(record["stateReason"].is_string(), "{record}");
        assert_eq!(record["lastRefreshedAt"], Value::Null);
        let answer = house.get(connected).await;
        assert_eq!(
            answer.status,
            200,
            "{}: {}",
            connected.platform,
            answer.text()
        );
        house
            .control("DELETE", &connected.platform, "faults", Value::Null)
            .await;
    }
    for connected in &all {
        let record = house.state(connected, "operational").await;
        assert_eq!(record["stateReason"], Value::Null);
        assert_eq!(house.get(connected).await.status, 200);
        // One that failed, after that a wait, and one that did not.
        let refreshes = house.asked(&connected.platform, "token").await;
        let failed = refreshes
            .iter()
            .filter(|request| request["fault"].is_string());
        assert_eq!(failed.count(), 1, "{refreshes:#?}");
    }
}

#[actix_web::test]
async fn an_ended_token_that_cannot_be_renewed_yet_is_answered_with_503_and_when() {
    let house = House::start(&[("acme", "")]);
    let fault = json!({ "effect": "rate_limited", "retryAfter": 4, "times": 1000 });
    house.fault("acme", fault).await;
    let ada = house.connect("acme", "ada", 2).await;
    let answer = eventually("503", async || {
        Some(house.get(&ada).await).filter(|answer| answer.status == 503)
    })
    .await;
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    // What the provider asks for is less than the first wait, and so does not count.
    assert!((1..=17).contains(&seconds), "{seconds}");
    assert!(answer.text().contains("429"), "{}", answer.text());
    assert_eq!(house.record(&ada).await["state"], "degraded");
    house.control("DELETE", "acme", "faults", Value::Null).await;
    house.state(&ada, "operational").await;
    assert_eq!(house.get(&ada).await.status, 200);
}

#[actix_web::test]
async fn a_token_that_nothing_renews_fails_when_it_ends() {
    let house = House::start(&[("acme", "refresh = \"none\"")]);
    let ada = house.connect("acme", "ada", 2).await;
    assert_eq!(house.get(&ada).await.status, 200);
    let record = house.state(&ada, "failed").await;
    assert!(
        record["updatedAt"].as_str() >= record["expiresAt"].as_str(),
        "{record}"
    );
    let answer = house.get(&ada).await;
    assert_eq!(answer.status, 424, "{}", answer.text());
    assert_eq!(house.refreshes("acme").await, 0);
}

#[actix_web::test]
async fn a_removed_connections_token_is_given_back() {
    let house = House::start(&[("acme", "")]);
    let client: Client = house.app.client();
    let remove = async |connected: &Connected| {
        let path = format!("/v1/vault/connections/{}", connected.id());
        client.delete(&path).await.json()
    };
    let ada = house.connect("acme", "ada", 3600).await;
    assert_eq!(remove(&ada).await["revocation"], "revoked");
    let revoked = house.asked("acme", "revoke").await;
    assert_eq!(revoked.len(), 1, "{revoked:#?}");
    assert_eq!(revoked[0]["status"], 200);
    assert_eq!(house.get(&ada).await.status, 404);

    let bob = house.connect("acme", "bob", 3600).await;
    let fault = json!({ "effect": "temporarily_unavailable", "on": "revoke" });
    house.fault("acme", fault).await;
    assert_eq!(remove(&bob).await["revocation"], "pending");
    assert_eq!(house.get(&bob).await.status, 404);
}

#[actix_web::test]
async fn a_stop_waits_for_a_refresh_under_way() {
    let house = House::start(&[("acme", "")]);
    let ada = house.connect("acme", "ada", 3600).await;
    house.expire_all("acme").await;
    house
        .fault("acme", json!({ "effect": "slow", "delayMs": 2000 }))
        .await;
    tokio::select! {
        answer = house.get(&ada) => panic!("served already: {}", answer.status),
        () = house.refresh_arrives("acme") => {}
    }
    let house = house.restart();
    let record = house.record(&ada).await;
    assert!(record["lastRefreshedAt"].is_string(), "{record}");
    assert!(
        !house.app.log().contains("a refresh was cut off"),
        "{}",
        house.app.log()
    );
}
