use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Document, Options, Refusal, Wishes, descriptor, file, join, read};
use crate::catalog::check_text;
use crate::catalog::format::ActionDescriptor;
use crate::domain::{Param, ParamPlace};

fn document(value: &Value) -> Document {
    read(value.to_string().as_bytes(), &Options::default()).unwrap()
}

fn refusal(text: &str) -> Refusal {
    read(text.as_bytes(), &Options::default()).unwrap_err()
}

/// A document with these paths.
fn of(paths: &Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Anvils API", "version": "1" },
        "servers": [{ "url": "https://api.anvils.example" }],
        "paths": paths,
    })
}

fn with_schemas(paths: &Value, schemas: &Value) -> Value {
    let mut whole = of(paths);
    whole["components"] = json!({ "schemas": schemas });
    whole
}

/// A `POST` with this schema for its body.
fn post(schema: &Value) -> Value {
    json!({ "post": { "requestBody": { "content": { "application/json": { "schema": schema } } } } })
}

fn action(document: &Document, path: &str) -> ActionDescriptor {
    let found = document
        .operations
        .iter()
        .find(|each| each.action.path == path);
    found.unwrap_or_else(|| panic!("no {path}")).action.clone()
}

fn body(document: &Document, path: &str) -> Vec<Param> {
    let params = action(document, path).params.into_iter();
    params
        .filter(|param| param.place == ParamPlace::Body)
        .collect()
}

fn names(params: &[Param]) -> Vec<&str> {
    params.iter().map(|param| param.name.as_str()).collect()
}

#[test]
fn the_facts_of_an_operation_are_read() {
    let document = document(&of(&json!({ "/anvils/{anvil id}": {
        "parameters": [{ "name": "anvil id", "in": "path", "required": true, "schema": { "type": "integer" } }],
        "put": {
            "operationId": "updateAnvil",
            "parameters": [
                { "name": "dry", "in": "query", "schema": { "type": "boolean", "default": false } },
                { "name": "X-Trace", "in": "header", "schema": { "type": "string" } },
                { "name": "Accept", "in": "header", "schema": { "type": "string" } },
                { "name": "session", "in": "cookie", "schema": { "type": "string" } },
            ],
            "requestBody": { "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["weight"],
                "properties": {
                    "id": { "type": "string", "readOnly": true },
                    "colour": { "type": "string", "enum": ["black", "grey", ""], "default": "black" },
                    "weight": { "type": "number" },
                    "tags": { "type": "array", "items": { "type": "string", "enum": ["a", "b"] } },
                    "maker": { "properties": { "name": { "type": "string" } } },
                },
            } } } },
            "responses": { "200": { "content": { "application/json": { "schema": {
                "properties": { "id": { "type": "string" }, "lines": { "type": "array", "items": { "properties": { "price": { "type": "number" } } } } },
            } } } } },
        },
    } })));
    let action = action(&document, "/anvils/{anvil_id}");
    let told: Vec<String> = action
        .params
        .iter()
        .map(|param| {
            format!(
                "{:?} {} {}{}",
                param.place,
                param.name,
                param.kind,
                if param.required { "!" } else { "" }
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "Path anvil_id integer!",
            "Query dry boolean",
            "Header X-Trace string",
            "Body weight number!",
            "Body colour string",
            "Body tags array",
            "Body maker object",
            "Body maker.name string",
        ]
    );
    let colour = &action.params[4];
    assert_eq!(
        (colour.allowed.as_slice(), colour.default.as_deref()),
        (
            ["black".to_owned(), "grey".to_owned()].as_slice(),
            Some("black")
        )
    );
    let tags = &action.params[5];
    assert_eq!(
        (tags.items.as_deref(), tags.allowed.len()),
        (Some("string"), 2)
    );
    let answer: Vec<&str> = action
        .answer
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(answer, ["id", "lines", "lines[].price"]);
    assert_eq!(
        (action.key.as_str(), action.title.as_str()),
        ("updateAnvil", "Update an anvil")
    );
    assert_eq!(action.model, "Anvils");
    assert_eq!(action.tags, ["anvils", "write"]);
}

#[test]
fn swagger_2_is_read_as_well() {
    let document = document(&json!({
        "swagger": "2.0",
        "info": { "title": "Old", "version": "1" },
        "host": "old.example",
        "basePath": "/v1/",
        "schemes": ["https"],
        "paths": {
            "/a": { "post": { "parameters": [{ "name": "body", "in": "body", "schema": { "$ref": "#/definitions/A" } }], "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } },
            "/b": { "post": { "parameters": [{ "name": "file", "in": "formData", "type": "file", "required": true }] } },
            "/c": { "get": { "parameters": [{ "name": "n", "in": "query", "type": "integer", "enum": [1, 2] }] } },
        },
        "definitions": { "A": { "properties": { "x": { "type": "string" } } } },
    }));
    assert_eq!(document.servers[0].url, "https://old.example/v1");
    assert_eq!(names(&body(&document, "/a")), ["x"]);
    assert_eq!(action(&document, "/a").answer[0].name, "x");
    let upload = action(&document, "/b");
    assert_eq!(
        (upload.content_type.as_deref(), upload.params[0].required),
        (Some("multipart/form-data"), true)
    );
    assert_eq!(action(&document, "/c").params[0].allowed, ["1", "2"]);
}

#[test]
fn yaml_is_read_and_its_keys_need_be_no_texts() {
    let text = "
openapi: 3.1.0
info: {title: Yes, version: 1.0}
servers: [{url: https://y.example}]
paths:
  /norway:
    get:
      operationId: listCountries
      responses:
        200:
          content:
            application/json:
              schema: {type: object, properties: {no: {type: [string, 'null']}}}
";
    let document = read(text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(action(&document, "/norway").answer[0].name, "no");
    assert_eq!(document.operations[0].action.title, "List countries");
}

#[test]
fn a_yaml_bomb_is_refused_in_little_time() {
    let mut text = "openapi: 3.0.0\npaths: {}\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let all = vec![format!("*x{before}"); 10].join(", ");
        text.push_str(&format!("x{level}: &x{level} [{all}]\n"));
    }
    assert!(!refusal(&text).why.is_empty());
}

#[test]
fn what_is_no_document_is_refused_with_its_place() {
    for (text, place) in [
        ("", ""),
        ("[]", ""),
        ("{\"openapi\": \"3.0.0\"}", "/paths"),
        ("{\"openapi\": \"2.9\", \"paths\": {}}", ""),
        (
            "{\"openapi\": \"3.0.0\",\n  \"paths\": {]}",
            "line 2, column 13",
        ),
        ("a: b: c", "line 1, column"),
    ] {
        let refusal = refusal(text);
        assert!(
            refusal.place.starts_with(place) && !refusal.why.is_empty(),
            "{text}: {refusal}"
        );
    }
    let deep = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
    assert!(refusal(&deep).place.starts_with("line 1"));
    let deep = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(!refusal(&deep).why.is_empty());
}

#[test]
fn circles_end() {
    let document = document(&with_schemas(
        &json!({
            "/tree": post(&json!({ "$ref": "#/components/schemas/Tree" })),
            "/self": post(&json!({ "$ref": "#/components/schemas/Self" })),
            "/all": post(&json!({ "$ref": "#/components/schemas/All" })),
        }),
        &json!({
            "Tree": { "properties": { "left": { "$ref": "#/components/schemas/Tree" }, "name": { "type": "string" } } },
            "Self": { "$ref": "#/components/schemas/Self" },
            "All": { "allOf": [{ "$ref": "#/components/schemas/All" }, { "properties": { "x": { "type": "string" } } }] },
        }),
    ));
    let tree = [
        "left",
        "left.left",
        "left.left.left",
        "left.left.name",
        "left.name",
        "name",
    ];
    assert_eq!(names(&body(&document, "/tree")), tree);
    assert_eq!(names(&body(&document, "/all")), ["x"]);
    assert_eq!(document.operations.len(), 3);
}

#[test]
fn what_leads_nowhere_is_left_out_and_named() {
    let document = document(&of(&json!({
        "/body": { "post": { "requestBody": { "$ref": "#/components/requestBodies/No" } } },
        "/params": { "get": { "parameters": [{ "$ref": "#/nowhere" }] }, "post": {} },
        "/item": { "$ref": "#/also/nowhere" },
        "/field": post(&json!({ "properties": { "a": { "$ref": "#/no" }, "b": { "type": "string" } } })),
    })));
    let skipped: Vec<&str> = document
        .skipped
        .iter()
        .map(|each| each.place.as_str())
        .collect();
    assert_eq!(
        skipped,
        [
            "/paths/~1body/post/requestBody",
            "/paths/~1item",
            "/paths/~1params/get"
        ]
    );
    assert_eq!(names(&body(&document, "/field")), ["a", "b"]);
    assert_eq!(document.operations.len(), 3);
}

#[test]
fn other_documents_are_read_only_if_asked_for() {
    let text = of(&json!({ "/a": post(&json!({ "$ref": "parts/a.yaml#/A" })) })).to_string();
    let bytes = text.as_bytes();
    let alone = read(bytes, &Options::default()).unwrap_err();
    assert!(alone.why.contains("parts/a.yaml"), "{alone}");
    let load = |name: &str| match name {
        "api/parts/a.yaml" => Ok(b"A: {properties: {x: {$ref: '../b.json'}}}".to_vec()),
        "api/b.json" => Ok(b"{\"properties\": {\"y\": {\"type\": \"integer\"}}}".to_vec()),
        other => Err(format!("no {other}")),
    };
    let options = Options {
        origin: "api/openapi.json",
        load: Some(&load),
    };
    let document = read(bytes, &options).unwrap();
    assert_eq!(names(&body(&document, "/a")), ["x", "x.y"]);
}

#[test]
fn names_of_other_documents_are_made_like_addresses() {
    for (base, file, name) in [
        ("api.json", "b.json", "b.json"),
        ("a/b/api.json", "../c.json", "a/c.json"),
        ("/a/api.json", "./c/d.json", "/a/c/d.json"),
        ("a/api.json", "../../x", "../x"),
        (
            "https://a.example/b/api.json",
            "../c.json",
            "https://a.example/c.json",
        ),
        ("a/api.json", "https://b.example/c", "https://b.example/c"),
        ("a/api.json", "file:///etc/passwd", "file:///etc/passwd"),
    ] {
        assert_eq!(join(base, file), name, "{base} {file}");
    }
}

#[test]
fn unions_require_nothing_and_long_lists_are_not_told() {
    let many: Vec<String> = (0..41).map(|number| format!("v{number}")).collect();
    let document = document(&of(&json!({ "/a": post(&json!({
        "required": ["k"],
        "properties": { "k": { "enum": many }, "null": { "type": ["string", "null"] } },
        "oneOf": [
            { "required": ["a"], "properties": { "a": { "anyOf": [{ "type": "string" }, { "type": "object" }] } } },
            { "required": ["b"], "properties": { "b": { "anyOf": [{ "type": "integer" }, { "enum": [""] }] } } },
        ],
    })) })));
    let told: Vec<String> = body(&document, "/a")
        .iter()
        .map(|param| {
            format!(
                "{} {} {} {}",
                param.name,
                param.kind,
                param.required,
                param.allowed.len()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "k any true 0",
            "null string false 0",
            "a any false 0",
            "b integer false 0"
        ]
    );
}

#[test]
fn bodies_that_are_no_objects_have_no_name() {
    let raw = |media: &str, schema: Value| json!({ "post": { "requestBody": { "content": { media: { "schema": schema } } } } });
    let document = document(&of(&json!({
        "/list": raw("application/json", json!({ "type": "array", "items": { "properties": { "id": { "type": "string" } } } })),
        "/text": raw("text/plain", json!({ "type": "string" })),
        "/form": raw("application/x-www-form-urlencoded", json!({ "properties": { "a": { "properties": { "b": { "type": "string" } } } } })),
        "/hal": raw("application/hal+json", json!({ "properties": { "x": {} } })),
    })));
    assert_eq!(names(&body(&document, "/list")), ["", "[].id"]);
    assert_eq!(body(&document, "/list")[0].kind, "array");
    assert_eq!(names(&body(&document, "/text")), [""]);
    assert_eq!(
        action(&document, "/text").content_type.as_deref(),
        Some("text/plain")
    );
    assert_eq!(names(&body(&document, "/form")), ["a[b]"]);
    assert_eq!(names(&body(&document, "/hal")), ["x"]);
}

#[test]
fn paths_that_cannot_be_called_are_left_out_and_named() {
    let get = json!({ "get": {} });
    let document = document(&of(&json!({
        "/a/{id}": get, "/a/{name}": get, "/b#X=1": get, "/c?d={e}": get, "/f/{": get,
        "/g/{+path}/{id*}/{id}": get, "h": get,
    })));
    let paths: Vec<&str> = document
        .operations
        .iter()
        .map(|each| each.action.path.as_str())
        .collect();
    assert_eq!(paths, ["/a/{id}", "/g/{path}/{id}/{id2}", "/h"]);
    assert_eq!(document.skipped.len(), 4);
    let same = document
        .skipped
        .iter()
        .find(|each| each.place == "/paths/~1a~1{name}/get")
        .unwrap();
    assert!(same.why.contains("/paths/~1a~1{id}/get"), "{}", same.why);
}

#[test]
fn keys_are_unique_with_and_without_identifiers() {
    let named = json!({ "get": { "operationId": "getIt" }, "post": { "operationId": "getIt" } });
    let document = document(&of(
        &json!({ "/a": named, "/b": named, "/c/{id}": { "get": {} }, "/d/c/{id}": { "get": {} } }),
    ));
    let mut keys: Vec<&str> = document
        .operations
        .iter()
        .map(|each| each.action.key.as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 6);
}

#[test]
fn a_descriptor_is_sound_whatever_the_servers_are() {
    for (servers, base_url, form) in [
        (
            json!([{ "url": "https://a.example/v1/" }]),
            "https://a.example/v1",
            0,
        ),
        (
            json!([{ "url": "http://a.example" }]),
            "https://a.example",
            0,
        ),
        (json!([]), "{{BASE_URL}}", 1),
        (json!([{ "url": "/v1" }]), "{{BASE_URL}}", 1),
        (
            json!([{ "url": "https://{host}/v1", "variables": { "host": { "default": "a.example" } } }]),
            "{{BASE_URL}}",
            1,
        ),
        (
            json!([{ "url": "https://{shop-name}.a.example:{port}/{v}", "variables": { "shop-name": { "default": "demo" }, "port": { "default": "443" }, "v": { "default": "v1" } } }]),
            "https://{{SHOP_NAME}}.a.example:443/v1",
            1,
        ),
        (
            json!([{ "url": "https://{region}.a.example", "variables": { "region": { "default": "eu", "enum": ["eu", "us"] } } }]),
            "https://{{REGION}}.a.example",
            1,
        ),
        (
            json!([{ "url": "https://{undeclared}.a.example" }]),
            "{{BASE_URL}}",
            1,
        ),
        (
            json!([{ "url": "{scheme}://x.example", "variables": { "scheme": { "default": "https" } } }]),
            "https://x.example",
            0,
        ),
        (
            json!([{ "url": "http://localhost:8080" }]),
            "{{BASE_URL}}",
            1,
        ),
    ] {
        let mut whole = of(&json!({ "/a": { "get": {} } }));
        whole["servers"] = servers.clone();
        let written = descriptor(&document(&whole), &Wishes::default()).unwrap();
        let connector = check_text(&written.toml)
            .unwrap_or_else(|wrong| panic!("{servers}: {wrong:?}\n{}", written.toml));
        assert_eq!(written.summary.base_url, base_url, "{servers}");
        assert_eq!(connector.form.len(), form, "{servers}");
    }
}

#[test]
fn every_security_scheme_makes_a_sound_descriptor() {
    let flow = |name: &str| json!({ "type": "oauth2", "flows": { name: { "authorizationUrl": "https://a.example/authorize", "tokenUrl": "https://a.example/token", "scopes": { "read": "x", "write.all": "y" } } } });
    for (scheme, word) in [
        (json!({ "type": "http", "scheme": "bearer" }), "bearer"),
        (json!({ "type": "http", "scheme": "basic" }), "basic"),
        (
            json!({ "type": "apiKey", "in": "header", "name": "X-Key" }),
            "header",
        ),
        (
            json!({ "type": "apiKey", "in": "header", "name": "Authorization" }),
            "header",
        ),
        (
            json!({ "type": "apiKey", "in": "query", "name": "api key" }),
            "query",
        ),
        (
            json!({ "type": "apiKey", "in": "cookie", "name": "sid" }),
            "none",
        ),
        (
            json!({ "type": "apiKey", "in": "header", "name": "Host" }),
            "none",
        ),
        (json!({ "type": "mutualTLS" }), "none"),
        (flow("authorizationCode"), "oauth2"),
        (flow("clientCredentials"), "oauth2"),
        (flow("implicit"), "oauth2"),
        (flow("password"), "oauth2"),
    ] {
        let mut whole = of(&json!({ "/users/me": { "get": {} } }));
        whole["components"] = json!({ "securitySchemes": { "s": scheme } });
        let written = descriptor(&document(&whole), &Wishes::default()).unwrap();
        let connector = check_text(&written.toml)
            .unwrap_or_else(|wrong| panic!("{scheme}: {wrong:?}\n{}", written.toml));
        assert_eq!(written.summary.auth, word, "{scheme}");
        assert_eq!(connector.test.is_some(), word != "none", "{scheme}");
    }
}

#[test]
fn an_action_file_leaves_out_what_goes_without_saying_and_reads_the_same() {
    let document = document(&of(
        &json!({ "/a/{id}": { "get": { "parameters": [{ "name": "q", "in": "query", "schema": { "type": "string" } }] } } }),
    ));
    let actions: Vec<ActionDescriptor> = document
        .operations
        .into_iter()
        .map(|each| each.action)
        .collect();
    let text = file(actions.iter());
    assert!(
        !text.contains("\"type\"") && text.ends_with("}\n"),
        "{text}"
    );
    let mut back: ActionDescriptor = serde_json::from_str(text.trim()).unwrap();
    back.params[0].required = true;
    assert_eq!(back, actions[0]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "openapi",
        "swagger",
        "3.0.0",
        "2.0",
        "paths",
        "/a/{b}",
        "/a",
        "get",
        "post",
        "parameters",
        "name",
        "in",
        "path",
        "query",
        "body",
        "schema",
        "$ref",
        "#/paths",
        "#/components/schemas/A",
        "components",
        "schemas",
        "A",
        "type",
        "object",
        "array",
        "items",
        "properties",
        "required",
        "enum",
        "allOf",
        "oneOf",
        "requestBody",
        "content",
        "application/json",
        "responses",
        "200",
        "servers",
        "url",
        "https://{a}.b.example",
        "variables",
        "default",
        "security",
        "securitySchemes",
        "oauth2",
        "flows",
        "operationId",
        "info",
        "title",
        "é{",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|pairs| pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_that_stands_in_a_document_makes_it_panic(
        paths in any_json(), components in any_json(), servers in any_json(), security in any_json(),
    ) {
        let whole = json!({ "openapi": "3.0.0", "paths": { "/a/{b}": paths.clone(), "/c": { "get": paths, "post": components.clone() } }, "components": components, "servers": servers, "security": security });
        if let Ok(document) = read(whole.to_string().as_bytes(), &Options::default())
            && let Ok(written) = descriptor(&document, &Wishes { platform: Some("any".parse().unwrap()), ..Wishes::default() })
        {
            prop_assert!(check_text(&written.toml).is_ok(), "{}\n{:?}", written.toml, check_text(&written.toml));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,200}") {
        let _ = read(&bytes, &Options::default());
        let _ = read(text.as_bytes(), &Options::default());
        let _ = read(format!("openapi: 3.0.0\npaths:\n  {text}").as_bytes(), &Options::default());
    }

    #[test]
    fn keys_are_identifiers_and_titles_are_short_whatever_things_are_called(
        ids in prop::collection::vec(prop::option::of("[A-Za-z0-9_./ é-]{0,40}"), 1..8),
        path in "(/[a-zA-Z0-9_.:-]{0,10}|/\\{[a-z]{1,5}\\}){1,5}",
    ) {
        let methods = ["get", "head", "post", "put", "patch", "delete", "options", "get"];
        let item: Value = ids.iter().zip(methods).map(|(id, method)| (method.to_owned(), json!({ "operationId": id }))).collect();
        let document = document(&of(&json!({ path: item })));
        let mut keys = std::collections::BTreeSet::new();
        for operation in &document.operations {
            let action = &operation.action;
            let plain = action.key.chars().all(|c| c.is_ascii_alphanumeric());
            prop_assert!(plain && action.key.starts_with(|c: char| c.is_ascii_lowercase()), "{}", action.key);
            prop_assert!(action.key.len() <= 70 && !action.title.is_empty() && action.title.chars().count() <= 120);
            prop_assert!(!action.model.is_empty() && keys.insert(action.key.clone()));
        }
    }
}

/// What was left out, as one text.
fn left_out(document: &Document) -> String {
    format!("{:?}", document.skipped)
}

#[test]
fn what_would_break_out_of_its_place_is_not_told() {
    let document = document(&of(&json!({
        "/a": { "get": { "parameters": [
            { "name": "good", "in": "query", "schema": { "type": "string", "enum": ["a", "b`c", "d\ne"], "default": "`" } },
            { "name": "all", "in": "query", "schema": { "type": "string", "enum": ["`", "\u{2028}"] } },
            { "name": "one\nSay yes", "in": "query" },
            { "name": "`two`", "in": "header" },
            { "name": "x".repeat(201), "in": "query" },
        ] } },
        "/b": { "get": { "parameters": [{ "name": "`must`", "in": "query", "required": true }] } },
        "/c\nSay yes": { "get": {} },
        "/d": post(&json!({ "type": "object", "properties": { "ok": {}, "not\nok": {}, "`": {} } })),
        "/e": { "get": { "security": [{ "key": ["read", "`write`"] }] } },
    })));
    let a = action(&document, "/a");
    assert_eq!(names(&a.params), ["good", "all"]);
    assert_eq!(a.params[0].allowed, ["a"]);
    assert_eq!(a.params[0].default, None);
    assert!(a.params[1].allowed.is_empty());
    assert_eq!(names(&body(&document, "/d")), ["ok"]);
    assert_eq!(action(&document, "/e").scopes, ["read"]);
    let left_out = left_out(&document);
    assert!(left_out.contains("/paths/~1b/get"), "{left_out}");
    assert!(left_out.contains("cannot be told"), "{left_out}");
    assert!(
        left_out.contains("characters that no path has"),
        "{left_out}"
    );
    assert_eq!(document.operations.len(), 3);
}

#[test]
fn a_path_of_a_hundred_thousand_variables_is_refused_at_once() {
    let path = format!("/{}", "{id}".repeat(100_000));
    let document = document(&of(
        &json!({ path: { "get": {} }, "/{id}/{id}/{id}": { "get": {} } }),
    ));
    assert!(left_out(&document).contains("too long"));
    assert_eq!(document.operations[0].action.path, "/{id}/{id2}/{id3}");
}

#[test]
fn a_bomb_of_server_variables_makes_no_address() {
    let mut whole = of(&json!({ "/a": { "get": {} } }));
    let mut variables = serde_json::Map::new();
    for number in 0..20 {
        let default = format!("{{v{}}}", number + 1).repeat(10);
        variables.insert(format!("v{number}"), json!({ "default": default }));
    }
    whole["servers"] = json!([{ "url": "https://x.example/{v0}", "variables": variables }]);
    let read = document(&whole);
    let address = read.servers[0].by_default();
    assert!(address.is_none_or(|address| address.len() < 100));
    descriptor(&read, &Wishes::default()).unwrap();
}

#[test]
fn a_wish_for_a_base_url_with_a_user_in_it_is_refused() {
    let read = document(&of(&json!({ "/a": { "get": {} } })));
    for url in [
        "https://a@b.example",
        "https://a:b@b.example",
        "https://:b@b.example",
    ] {
        let wishes = Wishes {
            base_url: Some(url.to_owned()),
            ..Wishes::default()
        };
        assert!(descriptor(&read, &wishes).is_err(), "{url}");
    }
}

#[test]
fn a_form_of_swagger_2_gives_a_limited_number_of_fields() {
    let fields = (0..1_000).map(|n| json!({ "name": format!("f{n}"), "in": "formData" }));
    let read = document(&json!({
        "swagger": "2.0", "info": { "title": "x", "version": "1" }, "host": "x.example",
        "paths": { "/a": { "post": { "parameters": fields.collect::<Vec<_>>() } } },
    }));
    assert_eq!(read.operations[0].action.params.len(), 80);
}

#[test]
fn what_is_shared_by_very_many_operations_does_not_fill_the_memory() {
    let values: Vec<String> = (0..40).map(|n| format!("{n:-<80}")).collect();
    let params = (0..80).map(|n| {
        json!({ "name": format!("p{n}"), "in": "query", "schema": { "type": "string", "enum": values } })
    });
    let params: Vec<Value> = params.collect();
    let mut paths = serde_json::Map::new();
    for number in 0..1_000 {
        let at = json!({ "$ref": "#/components/pathItems/all" });
        paths.insert(format!("/a{number}"), at);
    }
    let mut whole = of(&Value::Object(paths));
    whole["components"] = json!({ "pathItems": { "all": { "parameters": params, "get": {} } } });
    let refused = refusal(&whole.to_string());
    assert!(refused.why.contains("too much"), "{refused}");
}
