//! What is wrong, and how it is told.

use serde_json::{Value, json};

use super::{body, make};
use crate::support::TestApp;

#[tokio::test]
async fn what_is_sent_wrong_is_told_in_the_contracts_shape_and_names_the_field() {
    let app = TestApp::start();
    let client = app.client();
    let create = "/v1/vault/connections";
    let made = make(&client, body(None)).await;
    let one = &format!("{create}/{}", made["id"].as_str().unwrap());
    let form = |form: Value| json!({ "platform": "openai", "authFormData": form });
    let with = |name: &str, value: Value| {
        let mut body = body(None);
        body[name] = value;
        body
    };
    let good = json!({ "OPENAI_API_KEY": "k" });
    let long = "x".repeat(129);
    for (method, path, body, status, code, says) in [
        ("POST", create, json!([]), 400, 2000, "the body"),
        ("POST", create, json!({}), 400, 2000, "authFormData"),
        (
            "POST",
            create,
            json!({ "authFormData": good }),
            400,
            2000,
            "platform",
        ),
        (
            "POST",
            create,
            json!({ "platform": "openai" }),
            400,
            2000,
            "authFormData",
        ),
        (
            "POST",
            create,
            json!({ "platform": "nothing", "authFormData": {} }),
            404,
            2005,
            "available-connectors",
        ),
        (
            "POST",
            create,
            json!({ "connectionDefinitionId": "conn_def::x::y", "authFormData": {} }),
            404,
            2005,
            "available-connectors",
        ),
        (
            "POST",
            create,
            form(json!({})),
            400,
            2000,
            "`OPENAI_API_KEY` is missing",
        ),
        (
            "POST",
            create,
            form(json!({ "OPENAI_API_KEY": "" })),
            400,
            2000,
            "`OPENAI_API_KEY` is missing",
        ),
        (
            "POST",
            create,
            form(json!({ "OPENAI_API_KEY": null })),
            400,
            2000,
            "`OPENAI_API_KEY` is missing",
        ),
        (
            "POST",
            create,
            form(json!({ "OPENAI_API_KEY": 7 })),
            400,
            2000,
            "`OPENAI_API_KEY` must be a text",
        ),
        (
            "POST",
            create,
            form(json!({ "OPENAI_API_KEY": "k", "OTHER": "x" })),
            400,
            2000,
            "no field `OTHER`",
        ),
        (
            "POST",
            create,
            form(json!({ "OPENAI_API_KEY": "a\u{1b}b" })),
            400,
            2000,
            "`OPENAI_API_KEY` must have no",
        ),
        (
            "POST",
            create,
            form(json!({ "OPENAI_API_KEY": "k".repeat(20_000) })),
            400,
            2000,
            "`OPENAI_API_KEY` is longer",
        ),
        (
            "POST",
            create,
            form(json!("k")),
            400,
            2000,
            "not of the type",
        ),
        (
            "POST",
            create,
            with("identity", json!(long)),
            400,
            2000,
            "128 bytes",
        ),
        (
            "POST",
            create,
            with("identity", json!("ü".repeat(65))),
            400,
            2000,
            "128 bytes",
        ),
        (
            "POST",
            create,
            with("identity", json!(" ")),
            400,
            2000,
            "identity",
        ),
        (
            "POST",
            create,
            with("identity", json!(7)),
            400,
            2000,
            "not of the type",
        ),
        (
            "POST",
            create,
            with("identityType", json!("robot")),
            400,
            2000,
            "user, team, organization, project",
        ),
        (
            "POST",
            create,
            with("tags", json!("x")),
            400,
            2000,
            "not of the type",
        ),
        ("POST", create, with("name", json!("")), 400, 2000, "name"),
        (
            "PATCH",
            one,
            json!({ "active": "yes" }),
            400,
            2000,
            "not of the type",
        ),
        (
            "PATCH",
            one,
            json!({ "tags": ["x".repeat(101)] }),
            400,
            2000,
            "tags",
        ),
        (
            "PATCH",
            one,
            json!({ "metadata": { "x": "y".repeat(20_000) } }),
            400,
            2000,
            "metadata",
        ),
        (
            "PATCH",
            "/v1/vault/connections/x",
            json!({}),
            404,
            2005,
            "connection",
        ),
    ] {
        let request = client
            .request(method, path)
            .header("content-type", "application/json");
        let answer = client.send(request.body(body.to_string())).await;
        let message = answer.assert_error(status, code).json()["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.contains(says), "{method} {path}: {message}");
    }
    assert_eq!(client.get(create).await.json()["total"], 1);
    assert_eq!(
        make(&client, with("identity", json!("x".repeat(128)))).await["identity"],
        "x".repeat(128)
    );
}

#[tokio::test]
async fn what_is_no_request_at_all_gets_the_same_shape() {
    let app = TestApp::start_with(|command| command.env("MAGPIE_LIMITS__JSON_BODY_BYTES", "2000"));
    let client = app.client();
    let json = Some("application/json");
    let long = format!("\"{}\"", "x".repeat(2000));
    for (method, path, kind, body, status, code) in [
        ("POST", "/v1/vault/connections", json, "{", 400, 2000),
        ("POST", "/v1/vault/connections", json, "", 400, 2000),
        ("POST", "/v1/vault/connections", json, "{} {}", 400, 2000),
        ("POST", "/v1/vault/connections", json, "\u{0}", 400, 2000),
        ("POST", "/v1/vault/connections", None, "{}", 400, 2000),
        (
            "POST",
            "/v1/vault/connections",
            Some("text/plain"),
            "{}",
            400,
            2000,
        ),
        (
            "POST",
            "/v1/vault/connections",
            Some("application/x-www-form-urlencoded"),
            "a=b",
            400,
            2000,
        ),
        (
            "PATCH",
            "/v1/vault/connections/x",
            Some("text/json; charset"),
            "{}",
            400,
            2000,
        ),
        (
            "POST",
            "/v1/vault/connections",
            json,
            long.as_str(),
            413,
            2014,
        ),
        ("GET", "/v1/nothing", None, "", 404, 2005),
        ("POST", "/v1/nothing", None, "", 404, 2005),
        ("GET", "/v1", None, "", 404, 2005),
        ("GET", "//", None, "", 404, 2005),
        ("GET", "/v1/vault/connections/", None, "", 404, 2005),
        ("GET", "/v1/vault/connections/a/b", None, "", 404, 2005),
        ("GET", "/v1/vault/connections/%ff", None, "", 404, 2005),
        ("GET", "/v1/vault/connections/%00", None, "", 404, 2005),
        ("GET", "/icons/../master.key", None, "", 404, 2005),
        ("GET", "/icons/%2e%2e%2fx.svg", None, "", 404, 2005),
        ("PUT", "/v1/vault/connections", json, "{}", 405, 2004),
        ("POST", "/v1/knowledge", json, "{}", 405, 2004),
        ("DELETE", "/", None, "", 405, 2004),
        ("GET", "/v1/passthrough/models", None, "", 400, 2000),
    ] {
        let mut request = client.request(method, path).body(body.to_owned());
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let answer = client.send(request).await;
        let error = answer.json();
        assert_eq!(
            answer.status, status,
            "{method} {path} {kind:?} {body:.20}: {error}"
        );
        answer.assert_error(status, code);
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{path}"
        );
        let names: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            [
                "type",
                "code",
                "status",
                "key",
                "message",
                "meta",
                "requestId"
            ]
        );
    }
}

#[tokio::test]
async fn each_error_has_the_type_and_the_key_of_its_code() {
    let app = TestApp::start();
    let client = app.client();
    let made = make(&client, body(None)).await;
    let off = format!("/v1/vault/connections/{}", made["id"].as_str().unwrap());
    client.patch(&off, json!({ "active": false })).await;
    let key = made["key"].as_str().unwrap();
    let bound = app.client_wishing(json!({ "permission": "read" })).await;
    for (answer, name, key) in [
        (
            client.get("/v1/vault/connections?limit=x").await,
            "BadRequest",
            "bad_request",
        ),
        (
            app.anonymous().get("/v1/knowledge").await,
            "Unauthorized",
            "unauthorized",
        ),
        (
            bound.delete("/v1/vault/connections/x").await,
            "Forbidden",
            "forbidden",
        ),
        (client.get("/v1/nothing").await, "NotFound", "not_found"),
        (
            client.delete("/health").await,
            "MethodNotAllowed",
            "method_not_allowed",
        ),
        (
            client.send(client.passthrough("GET", key, "/models")).await,
            "FailedDependency",
            "failed_dependency",
        ),
    ] {
        let error = answer.json();
        assert_eq!(
            (&error["type"], &error["key"]),
            (&json!(name), &json!(format!("err::application::{key}"))),
            "{error}"
        );
        assert_eq!(error["status"], answer.status);
    }
}
