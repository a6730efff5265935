//! A real service as the provider: what comes through is what comes directly.

use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Httpbin, TOKEN, TestApp};

/// Headers that differ from one answer to the next, belong to one hop, or are not passed.
const NOT_COMPARED: [&str; 5] = [
    "date",
    "connection",
    "transfer-encoding",
    "set-cookie",
    "content-length",
];

/// A server, httpbin behind it, and the same httpbin asked directly.
struct Both {
    app: TestApp,
    httpbin: Httpbin,
    direct: Client,
    open: String,
}

impl Both {
    async fn start() -> Self {
        let (app, httpbin) = (TestApp::start(), Httpbin::start());
        let direct = Client::new(&httpbin.url, None);
        let open = app.open(&httpbin.url).await;
        Self {
            app,
            httpbin,
            direct,
            open,
        }
    }

    /// Sends one request both ways, and gives both answers: directly, and passed through.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> (Answer, Answer) {
        let with = |request: RequestBuilder| with(request.header("user-agent", "test/1"));
        let direct = with(self.direct.request(method, path));
        let passed = self.app.client().passthrough(method, &self.open, path);
        let passed = self.app.client().send(with(passed)).await;
        (self.direct.send(direct).await, passed)
    }

    /// Sends one request both ways, and asserts that the answers do not differ.
    async fn same(
        &self,
        method: &str,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let (direct, passed) = self.ask(method, path, with).await;
        assert_same_head(&direct, &passed, path);
        let is_same = direct.body == passed.body
            || lines(&direct).is_some_and(|all| Some(all) == lines(&passed));
        assert!(
            is_same,
            "{method} {path}:\n{}\n{}",
            direct.text(),
            passed.text()
        );
        passed
    }
}

/// The body as lines of JSON: what httpbin repeats of a request keeps the order of its headers,
/// which has no meaning between headers of different names.
fn lines(answer: &Answer) -> Option<Vec<Value>> {
    let text = answer.text();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().ok()
}

fn assert_same_head(direct: &Answer, passed: &Answer, path: &str) {
    assert_eq!(direct.status, passed.status, "{path}");
    let length = passed.header("x-pica-passthrough-content-length");
    assert_eq!(direct.header("content-length"), length, "{path}");
    for name in direct.headers.keys().map(|name| name.as_str()) {
        if NOT_COMPARED.contains(&name) || name.starts_with("access-control-") {
            continue;
        }
        for ours in [name.to_owned(), format!("x-pica-passthrough-{name}")] {
            let theirs: Vec<_> = direct.headers.get_all(name).iter().collect();
            let passed: Vec<_> = passed.headers.get_all(ours).iter().collect();
            assert_eq!(theirs, passed, "{path}: {name}");
        }
    }
    assert!(!passed.headers.contains_key("set-cookie"), "{path}");
}

fn as_it_is(request: RequestBuilder) -> RequestBuilder {
    request
}

#[tokio::test]
async fn answers_come_through_as_they_are() {
    let both = Both::start().await;
    for path in [
        "/get?a=1&a=2&b=%7B%7Bx%7D%7D&c=+",
        "/anything/a%2Fb/%C3%A4?x[]=1;2",
        "/headers",
        "/ip",
        "/user-agent",
        "/html",
        "/json",
        "/xml",
        "/robots.txt",
        "/deny",
        "/encoding/utf8",
        "/deflate",
        "/brotli",
        "/image/png",
        "/image/jpeg",
        "/image/webp",
        "/image/svg",
        "/bytes/100000?seed=7",
        "/range/5000",
        "/stream/20",
        "/stream-bytes/100000?seed=7&chunk_size=333",
        "/stream-bytes/0?seed=7",
        "/links/5/2",
        "/forms/post",
        "/cache/60",
        "/etag/abc",
        "/base64/bWFncGll",
        "/response-headers?X-One=1&X-Two=a&X-Two=b&Link=%3Ca%3E",
        "/cookies",
        "/cookies/set?a=b",
        "/redirect/3",
        "/relative-redirect/2",
        "/absolute-redirect/2",
        "/redirect-to?url=https%3A%2F%2Fexample.com%2F&status_code=307",
        "/no-such-page",
    ] {
        both.same("GET", path, as_it_is).await;
    }
    for path in ["/get", "/bytes/100?seed=1", "/status/404", "/stream/3"] {
        let answer = both.same("HEAD", path, as_it_is).await;
        assert!(answer.body.is_empty());
    }
    both.same("OPTIONS", "/get", as_it_is).await;
    both.same("POST", "/get", as_it_is).await;
}

#[tokio::test]
async fn a_compressed_answer_is_not_unpacked_on_the_way() {
    let both = Both::start().await;
    let (direct, passed) = both.ask("GET", "/gzip", as_it_is).await;
    assert_same_head(&direct, &passed, "/gzip");
    assert_eq!(passed.header("content-encoding"), Some("gzip"));
    // Bytes 4 to 7 are the time of packing (RFC 1952 section 2.3.1).
    assert_eq!(passed.body[..4], direct.body[..4]);
    assert_eq!(passed.body[8..], direct.body[8..]);
    assert_eq!(passed.body[..2], [0x1f, 0x8b]);
}

#[tokio::test]
async fn every_status_comes_through() {
    let both = Both::start().await;
    for status in 200..=599 {
        let answer = both
            .same("GET", &format!("/status/{status}"), as_it_is)
            .await;
        assert_eq!(answer.status, status);
    }
    for status in [200, 204, 304, 404, 418, 503] {
        for method in ["HEAD", "POST", "DELETE"] {
            both.same(method, &format!("/status/{status}"), as_it_is)
                .await;
        }
    }
}

#[tokio::test]
async fn bodies_of_every_kind_arrive() {
    let both = Both::start().await;
    let multipart = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
        content-type: text/plain\r\n\r\n{{content}}\r\n--b\r\ncontent-disposition: form-data; name=\"c\"\r\n\r\nd\r\n--b--\r\n";
    for (kind, body) in [
        (
            "application/json",
            "{\"a\": [1, {\"b\": \"{{x}}\"}], \"ä\": null}",
        ),
        ("application/json", "not json"),
        (
            "application/x-www-form-urlencoded",
            "a=1&a=2&b=%7B%7Bx%7D%7D&c=+%2B",
        ),
        ("multipart/form-data; boundary=b", multipart),
        ("application/octet-stream", "\0\u{1}\u{2}ÿ"),
    ] {
        for (method, path) in [
            ("POST", "/post?x=1"),
            ("PUT", "/put"),
            ("PATCH", "/patch"),
            ("DELETE", "/delete"),
            ("POST", "/anything"),
        ] {
            let with = |request: RequestBuilder| request.header("content-type", kind).body(body);
            let answer = both.same(method, path, with).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
    let form = |request: RequestBuilder| {
        let kind = "multipart/form-data; boundary=b";
        request.header("content-type", kind).body(multipart)
    };
    let answer = both.same("POST", "/post", form).await.json();
    assert_eq!(answer["files"], json!({ "file": "{{content}}" }));
    assert_eq!(answer["form"], json!({ "c": "d" }));
}

#[tokio::test]
async fn a_body_in_chunks_arrives_in_chunks() {
    let both = Both::start().await;
    let chunked = |request: RequestBuilder| {
        let pieces = ["{\"a\"", ":", "\"{{x}}\"}"].map(Ok::<_, std::io::Error>);
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
        request
            .header("content-type", "application/json")
            .body(body)
    };
    let answer = both.same("POST", "/post", chunked).await.json();
    assert_eq!(answer["json"], json!({ "a": "{{x}}" }));
    assert_eq!(answer["headers"]["Transfer-Encoding"], "chunked");
    assert!(answer["headers"]["Content-Length"].is_null());
}

#[tokio::test]
async fn requests_are_signed() {
    let both = Both::start().await;
    let (app, client) = (&both.app, both.app.client());
    let bearer = app.bearer(&both.httpbin.url).await;
    let answer = client
        .send(client.passthrough("GET", &bearer, "/bearer"))
        .await;
    let expected = json!({ "authenticated": true, "token": TOKEN });
    assert_eq!((answer.status, answer.json()), (200, expected));

    let basic = app.basic(&both.httpbin.url).await;
    for path in ["/basic-auth/ann/p%3Ass", "/hidden-basic-auth/ann/p%3Ass"] {
        let answer = client.send(client.passthrough("GET", &basic, path)).await;
        let expected = json!({ "authenticated": true, "user": "ann" });
        assert_eq!((answer.status, answer.json()), (200, expected), "{path}");
    }
    let answer = client
        .send(client.passthrough("GET", &basic, "/basic-auth/ann/other"))
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Basic realm=\"Fake Realm\"")
    );

    let api_key = app.api_key(&both.httpbin.url).await;
    let answer = client
        .send(client.passthrough("GET", &api_key, "/headers"))
        .await;
    assert_eq!(answer.json()["headers"]["X-Api-Key"], "key-1");

    let refused = both.same("GET", "/bearer", as_it_is).await;
    assert_eq!(refused.status, 401);
}

#[tokio::test]
async fn conditions_and_ranges_are_the_providers_business() {
    let both = Both::start().await;
    for (path, name, value, status) in [
        ("/etag/abc", "if-none-match", "\"abc\"", 304),
        ("/etag/abc", "if-none-match", "W/\"x\", \"abc\"", 304),
        ("/etag/abc", "if-match", "\"other\"", 412),
        (
            "/cache",
            "if-modified-since",
            "Tue, 15 Nov 1994 08:12:31 GMT",
            304,
        ),
        ("/range/1000", "range", "bytes=10-19", 206),
        ("/range/1000", "range", "bytes=2000-", 416),
    ] {
        let with = |request: RequestBuilder| request.header(name, value);
        let answer = both.same("GET", path, with).await;
        assert_eq!(answer.status, status, "{path} {name}: {value}");
    }
}

#[tokio::test]
async fn redirects_are_followed_if_that_is_asked_for() {
    let both = Both::start().await;
    let bearer = both.app.bearer(&both.httpbin.url).await;
    let client = both.app.client();
    for path in [
        "/redirect/3",
        "/relative-redirect/2",
        "/absolute-redirect/2",
    ] {
        let request = client
            .passthrough("GET", &bearer, path)
            .header("x-pica-follow-redirects", "true");
        let answer = client.send(request).await;
        assert_eq!(answer.status, 200, "{path}");
        let arrived = answer.json();
        assert_eq!(arrived["url"], format!("{}/get", both.httpbin.url));
        assert_eq!(
            arrived["headers"]["Authorization"],
            format!("Bearer {TOKEN}")
        );
    }
}

#[tokio::test]
async fn slow_answers_are_waited_for_and_come_as_they_are_sent() {
    let both = Both::start().await;
    let started = Instant::now();
    let client = both.app.client();
    let delayed = client.passthrough("GET", &both.open, "/delay/1");
    assert_eq!(client.send(delayed).await.status, 200);
    assert!(started.elapsed() >= Duration::from_secs(1));

    let path = "/drip?duration=1&numbytes=5&code=201&delay=0";
    let request = client.passthrough("GET", &both.open, path);
    let mut answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let mut bytes = answer.chunk().await.unwrap().unwrap().len();
    let first = Instant::now();
    while let Some(piece) = answer.chunk().await.unwrap() {
        bytes += piece.len();
    }
    assert_eq!(bytes, 5);
    // What was held back until the end would have come all at once.
    assert!(first.elapsed() >= Duration::from_millis(500));
}
