use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn connector() -> Connector {
    let text = r#"
platform = "acme"
name = "Acme"
description = "A shop"
category = "Test"
base_url = "https://acme.test"
auth = { type = "query", params = { key = "{{KEY}}" } }
headers = { "X-Version" = "1" }
form = [{ name = "KEY", type = "password", label = "Key" }]

[[actions]]
key = "createOrder"
title = "Create an order"
model = "Orders"
method = "POST"
path = "/shops/{shopId}/orders"
summary = "Makes an order."
params = [
  { name = "shopId", in = "path", type = "string", required = true },
  { name = "notify", in = "query", type = "boolean" },
  { name = "fields", in = "query", type = "string" },
  { name = "ids[]", in = "query", type = "array", items = "integer" },
  { name = "created", in = "query", type = "object" },
  { name = "key", in = "query", required = true },
  { name = "X-Version", in = "header", required = true },
  { name = "to", in = "body", type = "array", items = "string", required = true },
  { name = "state", in = "body", enum = ["open", "closed"] },
  { name = "lines", in = "body", type = "array", items = "object" },
  { name = "lines[].price", in = "body", type = "number", required = true },
  { name = "customer", in = "body", type = "object" },
  { name = "customer.email", in = "body", required = true },
]

[[actions]]
key = "charge"
title = "Charge"
model = "Charges"
method = "POST"
path = "/charges"
content_type = "application/x-www-form-urlencoded"
summary = "Takes money."
params = [
  { name = "amount", in = "body", type = "integer", required = true },
  { name = "methods", in = "body", type = "array", items = "string" },
  { name = "card.number", in = "body", type = "string" },
]

[[actions]]
key = "say"
title = "Say"
model = "Words"
method = "POST"
path = "/say/{id}.txt"
content_type = "text/plain"
summary = "Says it."
params = [{ name = "id", in = "path", type = "integer", required = true }]
"#;
    crate::catalog::check_text(text).unwrap()
}

fn make(key: &str, call: Value, validation: Validation) -> Result<Request, AgentError> {
    let connector = connector();
    let actions = connector.actions.of_descriptor();
    let action = actions.iter().find(|action| action.key == key).unwrap();
    let call: ActionCall = serde_json::from_value(call).unwrap();
    request(&connector, action, &call, validation)
}

fn wrong(key: &str, call: Value) -> Vec<String> {
    match make(key, call, Validation::Strict) {
        Err(AgentError::Invalid(all)) => all,
        other => panic!("{other:?}"),
    }
}

fn body(request: &Request) -> String {
    String::from_utf8(request.body.clone().unwrap().to_vec()).unwrap()
}

#[test]
fn a_sound_call_becomes_its_request() {
    let request = make(
        "createOrder",
        json!({
            "pathVariables": { "shopId": "a/b c" },
            "query": { "notify": true, "fields": ["a", "b"], "ids": [1, 2], "created": { "gte": 5 } },
            "headers": { "X-Trace": 1 },
            "body": { "to": ["x"], "state": "open", "lines": [{ "price": 1.5 }], "customer": { "email": "e" } },
        }),
        Validation::Strict,
    )
    .unwrap();
    assert_eq!(request.path, "/shops/a%2Fb%20c/orders");
    assert_eq!(
        request.query.as_deref(),
        Some("notify=true&fields=a%2Cb&ids%5B%5D=1&ids%5B%5D=2&created%5Bgte%5D=5")
    );
    assert_eq!(
        request.headers,
        [
            ("x-trace".to_owned(), "1".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned())
        ]
    );
    assert_eq!(
        serde_json::from_str::<Value>(&body(&request)).unwrap()["lines"][0]["price"],
        1.5
    );
    assert_eq!(request.notes, Vec::<String>::new());
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_where() {
    let all = wrong(
        "createOrder",
        json!({
            "pathVariables": { "shopID": "x" },
            "query": { "notify": "perhaps", "key": "mine" },
            "headers": { "Authorization": "Bearer x", "Host": "elsewhere" },
            "body": { "to": "x", "state": "ajar", "lines": [{ "price": 1 }, {}, { "price": "2" }], "customer": {} },
        }),
    );
    for expected in [
        "there is no path variable `shopID`; did you mean `shopId`?",
        "`shopId` is required in the path: a string",
        "`notify` in the query must be a boolean, not a string",
        "`key` in the query is set by the connection; leave it out",
        "the header `Authorization` is set by the connection; leave it out",
        "the header `Host` is set by this server; leave it out",
        "`to` in the body must be an array of strings, not a string",
        "`state` in the body must be one of `open`, `closed`",
        "`lines[1].price` is required in the body: a number",
        "`lines[2].price` in the body must be a number, not a string",
        "`customer.email` is required in the body: a string",
    ] {
        assert!(
            all.iter().any(|said| said == expected),
            "{expected}: {all:#?}"
        );
    }
    assert_eq!(all.len(), 11, "{all:#?}");
}

#[test]
fn a_missing_body_and_missing_fields_are_named_with_their_types() {
    for call in [
        json!({ "pathVariables": { "shopId": 1 } }),
        json!({ "pathVariables": { "shopId": 1 }, "body": {} }),
    ] {
        assert_eq!(
            wrong("createOrder", call),
            ["`to` is required in the body: an array of strings"]
        );
    }
}

#[test]
fn what_is_not_known_is_a_hint_and_says_where_it_belongs() {
    let call = json!({
        "pathVariables": { "shopId": 1 },
        "query": { "state": "open", "notfy": true },
        "body": { "to": [], "stat": "x", "lines": [{ "price": 1, "pryce": 2 }] },
    });
    let request = make("createOrder", call.clone(), Validation::Strict).unwrap();
    assert_eq!(
        request.notes,
        [
            "`state` is not known in the query; it goes into the body",
            "`notfy` is not known in the query; did you mean `notify`?",
            "`stat` is not known in the body; did you mean `state`?",
            "`lines[0].pryce` is not known in the body; did you mean `price`?",
        ]
    );
    let off = make("createOrder", call, Validation::Off).unwrap();
    assert!(off.notes.is_empty());
}

#[test]
fn the_switch_lets_wrong_arguments_through_but_nothing_impossible() {
    let call = json!({ "pathVariables": { "shopId": 1 }, "body": { "to": 5 } });
    assert!(make("createOrder", call.clone(), Validation::Strict).is_err());
    let warned = make("createOrder", call.clone(), Validation::Warn).unwrap();
    assert_eq!(
        warned.notes,
        ["`to` in the body must be an array of strings, not a number"]
    );
    assert!(
        make("createOrder", call, Validation::Off)
            .unwrap()
            .notes
            .is_empty()
    );
    assert!(
        make(
            "createOrder",
            json!({ "body": { "to": [] } }),
            Validation::Off
        )
        .is_err()
    );
}

#[test]
fn a_body_goes_in_the_form_that_its_content_type_asks_for() {
    let form =
        json!({ "body": { "amount": "100", "methods": ["a", "b&c"], "card": { "number": 4 } } });
    let request = make("charge", form, Validation::Strict).unwrap();
    assert_eq!(
        body(&request),
        "amount=100&methods%5B0%5D=a&methods%5B1%5D=b%26c&card%5Bnumber%5D=4"
    );
    let text = json!({ "pathVariables": { "id": 7 }, "body": "a {b}" });
    let request = make("say", text, Validation::Strict).unwrap();
    assert_eq!(
        (request.path.as_str(), body(&request).as_str()),
        ("/say/7.txt", "a {b}")
    );
    assert!(
        make(
            "say",
            json!({ "pathVariables": { "id": 7 }, "body": {} }),
            Validation::Off
        )
        .is_err()
    );
    let as_text = json!({ "pathVariables": { "shopId": 1 }, "body": "{\"to\":[\"x\"]}" });
    let request = make("createOrder", as_text, Validation::Strict).unwrap();
    assert_eq!(body(&request), "{\"to\":[\"x\"]}");
    assert_eq!(request.notes.len(), 1);
}

proptest! {
    #[test]
    fn no_value_leaves_its_segment(value in "\\PC{1,20}") {
        let call = json!({ "pathVariables": { "shopId": value }, "body": { "to": [] } });
        if let Ok(request) = make("createOrder", call, Validation::Strict) {
            let url = url::Url::parse(&format!("https://acme.test{}", request.path)).unwrap();
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            prop_assert_eq!((segments[0], segments[2]), ("shops", "orders"));
            let decoded = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
            prop_assert_eq!(decoded.as_ref(), value.as_str());
            prop_assert!(connector().actions.of_descriptor()[0].path.matches(&request.path));
        }
    }

    #[test]
    fn a_query_reads_back_as_it_was_given(name in "[a-z]{1,8}", value in "\\PC{0,20}") {
        let call = json!({ "query": { &name: value }, "body": { "amount": 1 } });
        let request = make("charge", call, Validation::Strict).unwrap();
        if name != "key" {
            let query = request.query.unwrap();
            let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            prop_assert_eq!(pairs, vec![(name, value)]);
        }
    }

    #[test]
    fn no_arguments_make_us_panic(text in "\\PC{0,12}", number in any::<f64>(), depth in 0usize..6) {
        let mut value = json!({ &text: [number, text, null, true] });
        for _ in 0..depth {
            value = json!({ "lines": [value.clone(), [value]] });
        }
        for key in ["createOrder", "charge", "say"] {
            let call = json!({ "pathVariables": value, "query": value, "headers": value, "body": value });
            let _ = make(key, call, Validation::Off);
            let call = json!({ "pathVariables": { "shopId": "x", "id": 1 }, "query": value, "body": value });
            let _ = make(key, call, Validation::Strict);
        }
    }
}
