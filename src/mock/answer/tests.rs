use super::*;
use crate::catalog::check_text;
use proptest::prelude::*;
use std::sync::Arc;

fn action(method: &str, path: &str, more: &str) -> Arc<Action> {
    let params: String = path
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| format!("{{ name = \"{name}\", in = \"path\" }},"))
        .collect();
    let text = format!(
        r#"
        platform = "acme"
        name = "Acme"
        description = "Sells everything."
        category = "Commerce"
        base_url = "https://api.acme.test"
        auth = {{ type = "none" }}
        [[actions]]
        key = "listThings"
        title = "Do it"
        model = "Things"
        method = "{method}"
        path = "{path}"
        summary = "Does it."
        params = [{params}]
        {more}
        "#
    );
    Arc::clone(&check_text(&text).unwrap().actions.of_descriptor()[0])
}

fn answered(method: &str, template: &str, more: &str, path: &str, sent: Value) -> Value {
    let action = action(method, template, more);
    let sent = Some(sent).filter(|sent| !sent.is_null());
    to_action(&action, path, sent.as_ref()).unwrap_or(Value::Null)
}

#[test]
fn what_was_asked_for_is_what_is_answered() {
    for (method, template, example, path, answer) in [
        (
            "GET",
            "/pages/{page_id}",
            r#"{"id":"1"}"#,
            "/pages/a%20b",
            r#"{"id":"a b"}"#,
        ),
        (
            "GET",
            "/p/{ref}",
            r#"{"id":4711,"ref":"x"}"#,
            "/p/abc",
            r#"{"id":4711,"ref":"abc"}"#,
        ),
        ("GET", "/p/{id}", r#"{"id":4711}"#, "/p/12", r#"{"id":12}"#),
        (
            "GET",
            "/p/{id}",
            r#"{"id":4711}"#,
            "/p/me",
            r#"{"id":4711}"#,
        ),
        (
            "PATCH",
            "/u/{user}",
            r#"{"ok":true,"user":{"id":"1"}}"#,
            "/u/7",
            r#"{"ok":true,"user":{"id":"7"}}"#,
        ),
        (
            "GET",
            "/u/{u}/things",
            r#"{"id":"1"}"#,
            "/u/7/things",
            r#"{"id":"1"}"#,
        ),
        ("POST", "/u/{u}", r#"{"id":"1"}"#, "/u/7", r#"{"id":"1"}"#),
        (
            "POST",
            "/u/{id}/pause",
            r#"{"id":"1"}"#,
            "/u/7/pause",
            r#"{"id":"7"}"#,
        ),
        (
            "GET",
            "/u/{id}",
            r#"{"a":{"id":"1"},"b":{"id":"2"}}"#,
            "/u/7",
            r#"{"a":{"id":"1"},"b":{"id":"2"}}"#,
        ),
        (
            "GET",
            "/u/{id}",
            r#"[{"id":"1"}]"#,
            "/u/7",
            r#"[{"id":"1"}]"#,
        ),
    ] {
        let more = format!("response = '{example}'");
        let seen = answered(method, template, &more, path, Value::Null);
        assert_eq!(seen.to_string(), answer, "{method} {template}");
    }
}

#[test]
fn what_was_sent_comes_back() {
    let example = r#"response = '{"id":"1","data":{"name":"x"},"props":{"a":{"t":1},"b":2}}'"#;
    let sent = json!({"name": "Ada", "props": {"a": {"u": 3}}, "new": [1], "id": null});
    for method in ["POST", "PUT", "PATCH"] {
        assert_eq!(
            answered(method, "/things", example, "/things", sent.clone()),
            json!({
                "id": null,
                "data": {"name": "Ada"},
                "props": {"a": {"t": 1, "u": 3}, "b": 2},
                "new": [1],
            })
        );
    }
}

#[test]
fn a_search_does_not_find_its_own_question() {
    let more = "response = '{\"results\":[]}'\ntags = [\"read\"]";
    let sent = json!({"results": 7, "query": "x"});
    let seen = answered("POST", "/search", more, "/search", sent);
    assert_eq!(seen, json!({"results": []}));
}

#[test]
fn without_an_example_something_is_made_up_and_always_the_same() {
    let post = || answered("POST", "/things", "", "/things", json!({"name": "Ada"}));
    assert_eq!(post(), post());
    assert_eq!(post()["name"], "Ada");
    assert_eq!(post()["id"].as_str().unwrap().len(), 20);
    let put = answered("PUT", "/things/{x}", "", "/things/7", Value::Null);
    assert_eq!(put, json!({"id": "7"}));
    let list = answered("GET", "/things", "", "/things", Value::Null);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    let delete = answered("DELETE", "/things/{x}", "", "/things/7", Value::Null);
    assert_eq!(delete, Value::Null);
}

proptest! {
    #[test]
    fn whatever_is_in_the_path_an_object_stays_one(value in "[^/?#\\x00-\\x20]{1,20}") {
        let more = "response = '{\"id\":\"1\",\"n\":2}'";
        let seen = answered("GET", "/t/{id}/{n}", more, &format!("/t/x/{value}"), Value::Null);
        prop_assert_eq!(&seen["id"], "x");
        prop_assert!(seen["n"].is_u64());
    }
}
