//! Secrets are planted everywhere and looked for everywhere: none may turn up where it doesn't belong.

mod sign_in;

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use magpie::access::PlainKey;
use magpie::domain::Environment;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Gate, TestApp, run_in};

/// 32 bytes that nobody could guess.
const MASTER_KEY: &str = "q83vEjRWeJq83v7cupjlecMVnHTSYbOPXEzpFgpyQ5s=";

/// A connector whose key goes into the query: that is, into URLs, which errors like to repeat.
const IN_THE_QUERY: &str = r#"
platform = "in-the-query"
name = "In the query"
description = "x"
category = "Own"
base_url = "{{BASE_URL}}"
auth = { type = "query", params = { key = "{{KEY}}" } }
form = [
  { name = "BASE_URL", type = "url", label = "Base URL" },
  { name = "KEY", type = "password", label = "Key" },
]
test = { path = "/ping" }
"#;

/// Like [`IN_THE_QUERY`], with a password for HTTP Basic.
const AS_A_PASSWORD: &str = r#"
platform = "as-a-password"
name = "As a password"
description = "x"
category = "Own"
base_url = "{{BASE_URL}}"
auth = { type = "basic", username = "ada", password = "{{KEY}}" }
form = [
  { name = "BASE_URL", type = "url", label = "Base URL" },
  { name = "KEY", type = "password", label = "Key" },
]
test = { path = "/ping" }
"#;

/// What was planted, and what was said.
struct Garden {
    app: TestApp,
    own: tempfile::TempDir,
    /// Those that no file, log or answer may have.
    secrets: Vec<String>,
    /// What callers sent through: no log, metric or file may have it; answers may.
    traffic: Vec<String>,
    /// What stood in the addresses of requests: the same, but for the journal, which is about them.
    addresses: Vec<String>,
    /// What was answered, by what was asked.
    said: Vec<(String, String)>,
}

impl Garden {
    fn new(format: &'static str) -> Self {
        let own = tempfile::tempdir().unwrap();
        fs::write(own.path().join("in-the-query.toml"), IN_THE_QUERY).unwrap();
        fs::write(own.path().join("as-a-password.toml"), AS_A_PASSWORD).unwrap();
        let app = TestApp::start_with(|command| {
            command
                .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
                .env("MAGPIE_MASTER_KEY", MASTER_KEY)
                .env("MAGPIE_CONNECTORS_DIR", own.path())
                .env("MAGPIE_LOG", "debug")
                .env("MAGPIE_LOG_FORMAT", format)
        });
        let secrets = vec![
            MASTER_KEY.to_owned(),
            app.test_key.clone(),
            app.live_key.clone(),
        ];
        Self {
            app,
            own,
            secrets,
            traffic: Vec::new(),
            addresses: Vec::new(),
            said: Vec::new(),
        }
    }

    /// A new secret, of which any piece is as telling as the whole.
    fn secret(&mut self) -> String {
        let secret = random();
        self.secrets.push(secret.clone());
        secret
    }

    /// The same for what a caller sends through.
    fn passing(&mut self) -> String {
        let secret = random();
        self.traffic.push(secret.clone());
        secret
    }

    /// The same for what stands in the address of a request.
    fn in_an_address(&mut self) -> String {
        let secret = random();
        self.addresses.push(secret.clone());
        secret
    }

    fn keep(&mut self, what: &str, answer: &Answer) {
        let text = format!("{} {:?} {}", answer.status, answer.headers, answer.text());
        self.said.push((what.to_owned(), text));
    }

    /// Tries to make a connection, and keeps what is answered.
    async fn connect(&mut self, platform: &str, form: Value, expected: u16) -> Option<String> {
        let body = json!({ "platform": platform, "authFormData": form });
        let answer = self.app.client().post("/v1/vault/connections", body).await;
        assert_eq!(answer.status, expected, "{platform}: {}", answer.text());
        self.keep(platform, &answer);
        answer.json()["key"].as_str().map(str::to_owned)
    }

    async fn send(&mut self, what: &str, request: reqwest::RequestBuilder, expected: u16) {
        let answer = self.app.client().send(request).await;
        assert_eq!(answer.status, expected, "{what}: {}", answer.text());
        self.keep(what, &answer);
    }

    /// Good credentials of every kind, stored and used, shown and changed.
    async fn use_all_kinds(&mut self) {
        let base = format!("{}/__mock/upstream/generic-none", self.app.url);
        let kinds = [
            ("openai", json!({ "OPENAI_API_KEY": self.secret() })),
            (
                "openweather",
                json!({ "OPENWEATHER_API_KEY": self.secret() }),
            ),
            ("gmail", json!({ "ACCESS_TOKEN": self.secret() })),
            ("exa", json!({ "EXA_API_KEY": self.secret() })),
            (
                "generic-bearer",
                json!({ "BASE_URL": base, "TOKEN": self.secret() }),
            ),
            (
                "generic-api-key",
                json!({ "BASE_URL": base, "HEADER": "x-key", "API_KEY": self.secret() }),
            ),
            (
                "generic-basic",
                json!({ "BASE_URL": base, "USERNAME": "ada", "PASSWORD": self.secret() }),
            ),
        ];
        for (platform, form) in kinds {
            let key = self.connect(platform, form, 200).await.unwrap();
            let client = self.app.client();
            for (header, value, expected) in [
                ("x-mock-status", "200", 200),
                ("x-mock-status", "401", 401),
                ("x-mock-status", "500", 500),
            ] {
                let (query, body) = (self.in_an_address(), self.passing());
                let path = format!("/models?q={query}&access_token={}", self.passing());
                let request = client
                    .passthrough("POST", &key, &path)
                    .header(header, value)
                    .bearer_auth(self.passing())
                    .header("cookie", self.passing())
                    .body(body);
                self.send(platform, request, expected).await;
            }
            let path = format!("/v1/vault/connections/{}", key.replace('|', "%7C"));
            self.send("get", client.request("GET", &path), 200).await;
            self.send("delete", client.request("DELETE", &path), 200)
                .await;
            self.send("gone", client.passthrough("GET", &key, "/models"), 404)
                .await;
        }
    }

    /// Credentials that are entered wrongly.
    async fn enter_wrongly(&mut self) {
        let bad = format!("{}revoked", self.secret());
        for form in [
            json!({ "OPENAI_API_KEY": bad }),
            json!({ "OPENAI_API_KEY": { "x": self.secret() } }),
            json!({ "OPENAI_API_KEY": [self.secret()] }),
            json!({ "OPENAI_API_KEY": "k", "OTHER": self.secret() }),
            json!({ "OTHER": self.secret() }),
            json!({ "OPENAI_API_KEY": format!("{}\u{7}", self.secret()) }),
            json!({ "OPENAI_API_KEY": self.secret().repeat(2000) }),
            json!(self.secret()),
            json!([self.secret()]),
        ] {
            let body = json!({ "platform": "openai", "authFormData": form });
            let answer = self.app.client().post("/v1/vault/connections", body).await;
            answer.assert_error(400, 2000);
            self.keep("entered wrongly", &answer);
        }
        let url = format!("http://ada:{}@127.0.0.1:1/", self.secret());
        self.connect("generic-none", json!({ "BASE_URL": url }), 400)
            .await;
        let url = format!("http://127.0.0.1:1/?key={}", self.secret());
        self.connect("generic-none", json!({ "BASE_URL": url }), 400)
            .await;
        let client = self.app.client();
        for (method, path) in [
            ("POST", "/v1/vault/connections"),
            ("PATCH", "/v1/vault/connections/x"),
        ] {
            for kind in ["application/json", "text/plain"] {
                for body in [
                    format!("{{\"tags\": {}", self.secret()),
                    format!("\"{}\"", self.secret()),
                    self.secret(),
                ] {
                    let request = client
                        .request(method, path)
                        .header("content-type", kind)
                        .body(body);
                    self.send("malformed", request, 400).await;
                }
            }
        }
    }

    /// Providers that are not there, or make no sense.
    async fn reach_nobody(&mut self) {
        let silent = Gate::new().url;
        let odd = odd_provider();
        for platform in ["in-the-query", "as-a-password"] {
            for (base, expected) in [
                ("http://127.0.0.1:1".to_owned(), 502),
                ("http://10.0.0.1".to_owned(), 403),
                ("http://nowhere.invalid".to_owned(), 502),
                (silent.replace("http:", "https:"), 502),
                (odd.clone(), 502),
            ] {
                let form = json!({ "BASE_URL": base, "KEY": self.secret() });
                if !base.starts_with("https") {
                    self.connect(platform, form, expected).await;
                }
            }
            let gate = Gate::new();
            let form = json!({ "BASE_URL": gate.url, "KEY": self.secret() });
            let (made, ()) = tokio::join!(self.connect(platform, form, 200), async {
                let mut request = gate.request().await;
                request.begin(2);
                request.send(b"{}");
            });
            let key = made.unwrap();
            let client = self.app.client();
            let path = format!("/{}?q={}", self.in_an_address(), self.in_an_address());
            self.send("unreachable", client.passthrough("GET", &key, &path), 502)
                .await;
            let following = client
                .passthrough("GET", &key, &path)
                .header("x-pica-follow-redirects", "true");
            self.send("unreachable", following, 502).await;
            let own = format!("/x?key={}", self.passing());
            let expected = if platform == "in-the-query" { 400 } else { 502 };
            self.send("own key", client.passthrough("GET", &key, &own), expected)
                .await;
        }
    }

    /// API keys: good, bad, revoked, listed.
    async fn use_keys(&mut self) {
        let revoked = self.app.revoked_key().await;
        let unknown = PlainKey::generate(Environment::Test)
            .text()
            .expose()
            .clone();
        let garbage = self.secret();
        self.secrets.extend([revoked.clone(), unknown.clone()]);
        for key in [revoked, unknown, garbage, format!("{}x", self.app.test_key)] {
            let client = self.app.client_with(&key);
            self.send(
                "bad key",
                client.request("GET", "/v1/vault/connections"),
                401,
            )
            .await;
            self.send("bad key", client.passthrough("GET", "x", "/x"), 401)
                .await;
        }
        let data = self.app.data_dir();
        for args in [
            &["key", "list"] as &[&str],
            &["key", "list", "--json"],
            &["config", "show"],
            &["config", "show", "--json"],
            &["config", "check"],
            &["connector", "list"],
        ] {
            let ran = run_in(self.app.folder.path(), args, |command| {
                command
                    .env("MAGPIE_DATA_DIR", &data)
                    .env("MAGPIE_MASTER_KEY", MASTER_KEY)
                    .env("MAGPIE_CONNECTORS_DIR", self.own.path())
            });
            assert_eq!(ran.code, Some(0), "{ran:?}");
            self.said.push((args.join(" "), ran.stdout + &ran.stderr));
        }
        let made = run_in(
            self.app.folder.path(),
            &["key", "create", "--env", "test", "--name", "x", "--json"],
            |command| command.env("MAGPIE_DATA_DIR", &data),
        );
        let key = made.json()["key"].as_str().unwrap().to_owned();
        let client = self.app.client_with(&key);
        self.secrets.push(key);
        self.send(
            "good key",
            client.request("GET", "/v1/vault/connections"),
            200,
        )
        .await;
        let operator = self.app.operator();
        let listed = operator.get("/admin/api/keys").await;
        self.keep("keys", &listed);
    }

    /// Everything that the journal tells.
    async fn journal(&self) -> String {
        let client = self.app.client();
        let (mut text, mut before, mut count) = (String::new(), String::new(), 0);
        loop {
            let path = format!("/admin/api/logs?limit=100{before}");
            let page = client.get(&path).await.json();
            for row in page["rows"].as_array().unwrap() {
                count += 1;
                let id = row["id"].as_str().unwrap();
                let whole = client.get(&format!("/admin/api/logs/{id}")).await;
                text.push_str(&whole.text());
            }
            text.push_str(&page.to_string());
            let Some(next) = page["next"].as_str() else {
                assert!(count > 30, "that is no journal: {count}");
                return text;
            };
            before = format!("&before={next}");
        }
    }

    async fn assert_clean(mut self) {
        let journal = self.journal().await;
        let anonymous: Client = self.app.anonymous();
        for path in ["/metrics", "/openapi.json", "/health", "/v1/nothing"] {
            let answer = anonymous.get(path).await;
            self.keep(path, &answer);
        }
        let shown = fs::read(format!("/proc/{}/cmdline", self.app.pid())).unwrap();
        self.said
            .push(("ps".to_owned(), String::from_utf8(shown).unwrap()));
        let secrets = needles(&self.secrets);
        for (what, text) in &self.said {
            assert_none(what, text.as_bytes(), &secrets);
        }
        let metrics = anonymous.get("/metrics").await;
        let hidden = needles(&[self.secrets.as_slice(), &self.traffic].concat());
        assert_none("the journal's answers", journal.as_bytes(), &hidden);
        let all = needles(&[self.secrets, self.traffic, self.addresses].concat());
        assert_none("metrics", &metrics.body, &all);
        let folder = self.app.stop();
        let log = fs::read(folder.path().join("log.txt")).unwrap();
        assert!(log.len() > 10_000, "that is no log on level debug");
        assert_none("log", &log, &all);
        // Keys are in the ready file, on purpose. In the data they are not.
        let (data, journal) = (folder.path().join("data"), folder.path().join("journal"));
        fs::rename(data.join("journal"), &journal).unwrap();
        assert!(assert_folder(&data, &all) > 3);
        assert!(assert_folder(&journal, &hidden) > 1);
    }
}

/// A provider whose answers are none.
fn odd_provider() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            use std::io::Read as _;
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4096]);
            let _ = std::io::Write::write_all(&mut stream, b"this is no HTTP\r\n\r\n");
        }
    });
    url
}

fn random() -> String {
    let plain = PlainKey::generate(Environment::Test);
    plain
        .text()
        .expose()
        .trim_start_matches("sk_test_")
        .to_owned()
}

/// A piece from the middle of each secret in every form in which it could be written down.
fn needles(secrets: &[String]) -> Vec<Vec<u8>> {
    let mut needles = Vec::new();
    for secret in secrets {
        let piece = &secret.as_bytes()[10..28];
        needles.push(piece.to_vec());
        let hex: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
        needles.extend([hex.to_uppercase().into_bytes(), hex.into_bytes()]);
        needles.push(
            format!("{piece:?}")
                .trim_matches(['[', ']'])
                .to_owned()
                .into_bytes(),
        );
        // Whatever stands before it, it begins at one of three places in a group.
        for skip in 0..3 {
            for engine in [&STANDARD, &URL_SAFE] {
                let encoded = engine.encode(&piece[skip..skip + 15]);
                needles.push(encoded.into_bytes());
            }
        }
    }
    let bytes = STANDARD.decode(MASTER_KEY).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    needles.extend([bytes, hex.into_bytes()]);
    needles
}

fn assert_none(what: &str, text: &[u8], needles: &[Vec<u8>]) {
    let first: std::collections::HashSet<[u8; 4]> = needles
        .iter()
        .map(|needle| needle[..4].try_into().unwrap())
        .collect();
    for at in 0..text.len().saturating_sub(4) {
        let start: [u8; 4] = text[at..at + 4].try_into().unwrap();
        if first.contains(&start) && needles.iter().any(|needle| text[at..].starts_with(needle)) {
            let (from, to) = (at.saturating_sub(300), (at + 100).min(text.len()));
            panic!(
                "a secret stands in {what}: {}",
                String::from_utf8_lossy(&text[from..to])
            );
        }
    }
}

fn assert_folder(folder: &Path, needles: &[Vec<u8>]) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += assert_folder(&path, needles);
        } else {
            assert_none(
                &path.display().to_string(),
                &fs::read(&path).unwrap(),
                needles,
            );
            count += 1;
        }
    }
    count
}

async fn plant_and_look(format: &'static str) {
    let mut garden = Garden::new(format);
    garden.use_all_kinds().await;
    garden.enter_wrongly().await;
    garden.reach_nobody().await;
    garden.use_keys().await;
    garden.sign_people_in().await;
    garden.assert_clean().await;
}

#[tokio::test]
async fn no_secret_turns_up_in_any_answer_json_log_metric_or_file() {
    plant_and_look("json").await;
}

#[tokio::test]
async fn no_secret_turns_up_in_the_log_for_people() {
    plant_and_look("human").await;
}

#[test]
fn a_planted_secret_would_be_found() {
    let secret = random();
    let needles = needles(std::slice::from_ref(&secret));
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    for text in [
        secret.clone(),
        format!("Bearer {secret}\""),
        hex,
        STANDARD.encode(format!("user:{secret}")),
        STANDARD.encode(format!("users:{secret}")),
        URL_SAFE.encode(format!("user1:{secret}")),
        format!("{:?}", secret.as_bytes()),
    ] {
        let found = std::panic::catch_unwind(|| assert_none("x", text.as_bytes(), &needles));
        assert!(found.is_err(), "{text}");
    }
    assert_none("x", b"nothing at all in here", &needles);
}
