//! What every answer has: shape of lists, headers, HEAD, the root.

use serde_json::json;

use super::rows;
use crate::support::TestApp;

const LISTS: [&str; 5] = [
    "/v1/vault/connections",
    "/v1/connections",
    "/v1/available-connectors",
    "/v1/available-actions/gmail",
    "/v1/knowledge",
];

#[tokio::test]
async fn every_list_has_one_shape_a_default_and_a_cap_and_refuses_bad_numbers() {
    let app = TestApp::start();
    let (client, anonymous) = (app.client(), app.anonymous());
    for path in LISTS
        .into_iter()
        .chain(["/v1/public/connection-definitions"])
    {
        let caller = if path.contains("public") {
            &anonymous
        } else {
            &client
        };
        let get = async |query: &str| caller.get(&format!("{path}{query}")).await;
        let first = get("").await.json();
        rows(&first);
        assert_eq!(
            (&first["limit"], &first["page"], &first["skip"]),
            (&json!(20), &json!(1), &json!(0)),
            "{path}"
        );
        assert_eq!(get("?limit=99999").await.json()["limit"], 500, "{path}");
        assert_eq!(
            get("?limit=&page=&skip=").await.json()["limit"],
            20,
            "{path}"
        );
        let beyond = get("?page=1000&limit=500").await.json();
        assert_eq!(
            (rows(&beyond).len(), &beyond["total"]),
            (0, &first["total"]),
            "{path}"
        );
        for number in [
            "x",
            "-1",
            "1.5",
            "99999999999999999999",
            "0x1",
            "1e2",
            "%20",
        ] {
            for name in ["limit", "page", "skip"] {
                get(&format!("?{name}={number}"))
                    .await
                    .assert_error(400, 2000);
            }
        }
        get("?limit=0").await.assert_error(400, 2000);
        get("?page=0").await.assert_error(400, 2000);
    }
}

#[tokio::test]
async fn the_rate_limit_is_on_every_keyed_answer_and_on_no_other() {
    let app = TestApp::start();
    let client = app.client();
    let connection = app
        .connection("openai", json!({ "OPENAI_API_KEY": "k" }))
        .await;
    let bound = app.client_wishing(json!({ "permission": "read" })).await;
    for answer in [
        client.get("/v1/vault/connections").await,
        client.get("/v1/vault/connections/x").await,
        client.get("/v1/knowledge?limit=x").await,
        client.post("/v1/vault/connections", json!({})).await,
        bound.delete("/v1/vault/connections/x").await,
        client
            .send(client.passthrough("GET", &connection, "/models"))
            .await,
        client
            .send(client.request("GET", "/v1/passthrough/models"))
            .await,
    ] {
        let number = |name: &str| {
            answer
                .header(name)
                .unwrap_or_else(|| panic!("{name}: {answer:?}"))
                .parse::<u64>()
                .unwrap()
        };
        assert_eq!(number("x-pica-rate-limit-limit"), 60_000);
        assert!(number("x-pica-rate-limit-remainings") < 60_000);
        assert!((1..=60).contains(&number("x-pica-rate-limit-reset")));
    }
    for path in [
        "/health",
        "/v1/public/connection-definitions",
        "/v1/nothing",
    ] {
        assert_eq!(
            client.get(path).await.header("x-pica-rate-limit-limit"),
            None,
            "{path}"
        );
    }
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let app = TestApp::start_with(|command| command.env("MAGPIE_LIMITS__REQUESTS_PER_MINUTE", "3"));
    let client = app.client();
    let mut refused = None;
    // Seven, so that one is refused even where a new minute begins in between.
    for _ in 0..7 {
        let answer = client.get("/v1/knowledge?limit=1").await;
        if answer.status != 200 {
            refused = Some(answer);
        }
    }
    let refused = refused.unwrap();
    refused.assert_error(429, 2009);
    assert_eq!(refused.header("x-pica-rate-limit-limit"), Some("3"));
    assert_eq!(refused.header("x-pica-rate-limit-remainings"), Some("0"));
    assert_eq!(
        refused.header("retry-after"),
        refused.header("x-pica-rate-limit-reset")
    );
    assert!(
        (1..=60).contains(
            &refused
                .header("retry-after")
                .unwrap()
                .parse::<u64>()
                .unwrap()
        )
    );
    // Another key has its own minute, and what needs no key has none.
    assert_eq!(
        app.client_with(&app.live_key)
            .get("/v1/knowledge?limit=1")
            .await
            .status,
        200
    );
    assert_eq!(client.get("/health").await.status, 200);
}

#[tokio::test]
async fn every_answer_has_a_request_id_the_callers_own_where_it_is_sane() {
    let app = TestApp::start();
    let client = app.client();
    let connection = app
        .connection("openai", json!({ "OPENAI_API_KEY": "k" }))
        .await;
    for (method, path) in [
        ("GET", "/health"),
        ("GET", "/v1/vault/connections"),
        ("GET", "/v1/vault/connections/x"),
        ("POST", "/v1/vault/connections"),
        ("GET", "/v1/nothing"),
        ("PUT", "/health"),
        ("GET", "/v1/passthrough/models"),
        ("GET", "/v1/passthrough/nothing"),
        ("GET", "/"),
    ] {
        let ask = async |id: Option<&str>| {
            let mut request = client
                .request(method, path)
                .header("x-pica-connection-key", &connection);
            if let Some(id) = id {
                request = request.header("x-request-id", id);
            }
            client.send(request).await
        };
        let id =
            |answer: &crate::support::Answer| answer.header("x-request-id").unwrap().to_owned();
        let answer = ask(Some("caller-1.a_b:c")).await;
        assert_eq!(id(&answer), "caller-1.a_b:c", "{method} {path}");
        if answer.status >= 400 && answer.header("x-mock").is_none() {
            assert_eq!(answer.json()["requestId"], "caller-1.a_b:c");
        }
        let (one, other) = (ask(None).await, ask(None).await);
        assert!(
            id(&one).len() == 32 && id(&one) != id(&other),
            "{path}: {}",
            id(&one)
        );
        let long = "x".repeat(129);
        for insane in ["a b", "<script>", "", &long, "ä"] {
            assert_ne!(id(&ask(Some(insane)).await), insane, "{path}");
        }
    }
}

#[tokio::test]
async fn the_root_leads_a_browser_to_the_admin_ui_and_tells_a_program_that_it_is_right() {
    let app = TestApp::start();
    let anonymous = app.anonymous();
    for accept in [None, Some("*/*"), Some("application/json")] {
        let mut request = anonymous.request("GET", "/");
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let answer = anonymous.send(request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json(), json!({ "type": "success", "success": true }));
    }
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let answer = anonymous
        .send(anonymous.request("GET", "/").header("accept", browser))
        .await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some("/admin/"))
    );
    let page = anonymous.get("/admin/").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let app = TestApp::start();
    let client = app.client();
    for path in [
        "/",
        "/health",
        "/openapi.json",
        "/v1/vault/connections",
        "/v1/available-connectors",
        "/icons/gmail.svg",
        "/v1/nothing",
    ] {
        let (get, head) = (
            client.get(path).await,
            client.send(client.request("HEAD", path)).await,
        );
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        for name in ["content-type", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
    }
}
