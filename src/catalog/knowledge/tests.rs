use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::catalog::{action_id, check_text};
use crate::domain::{AnswerField, PathTemplate};

fn connector() -> Connector {
    check_text(
        r#"
platform = "example"
name = "Example"
description = "An example."
category = "Data"
base_url = "https://api.example.com/v1"
[auth]
type = "none"
"#,
    )
    .unwrap()
}

fn action(method: Method, path: &str, params: Vec<Param>) -> Action {
    let platform = "example".parse().unwrap();
    Action {
        id: action_id(&platform, method, path),
        aliases: Vec::new(),
        platform,
        key: "key".to_owned(),
        title: "List orders".to_owned(),
        model: "Orders".to_owned(),
        method,
        path: PathTemplate::parse(path).unwrap(),
        tags: Vec::new(),
        summary: String::new(),
        params,
        scopes: Vec::new(),
        request_example: None,
        content_type: None,
        response_example: None,
        answer: Vec::new(),
    }
}

/// `name:place:type`, with `!` behind it if it is required, and `=a|b` for what is allowed.
fn param(text: &str) -> Param {
    let (text, allowed) = text.split_once('=').unwrap_or((text, ""));
    let required = text.ends_with('!');
    let parts: Vec<&str> = text.trim_end_matches('!').split(':').collect();
    Param {
        name: parts[0].to_owned(),
        place: serde_json::from_value(Value::from(parts[1])).unwrap(),
        kind: parts[2].to_owned(),
        items: parts.get(3).map(|items| (*items).to_owned()),
        required,
        description: String::new(),
        allowed: allowed
            .split('|')
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect(),
        default: None,
    }
}

fn answer(names: &[&str]) -> Vec<AnswerField> {
    let field = |name: &&str| {
        let (name, kind) = name.split_once(':').unwrap_or((name, "string"));
        AnswerField {
            name: name.to_owned(),
            kind: kind.to_owned(),
        }
    };
    names.iter().map(field).collect()
}

#[test]
fn a_text_holds_what_a_call_needs() {
    let mut action = action(
        Method::Post,
        "/shops/{shop}/orders",
        [
            "shop:path:string!",
            "notify:query:string!=all|none",
            "Idempotency-Key:header:string",
            "customer:body:object!",
            "customer.email:body:string!",
            "customer.name:body:string",
            "lines:body:array:object!",
            "lines[].quantity:body:integer!",
            "lines[].product_id:body:string!",
            "gift:body:object",
            "gift.message:body:string!",
        ]
        .map(param)
        .to_vec(),
    );
    action.title = "Create an order".to_owned();
    action.answer = answer(&["id:integer", "lines[].id", "customer.email"]);
    action.scopes = vec!["orders.write".to_owned()];
    let text = knowledge(&connector(), &action);
    for part in [
        "# Create an order\n",
        "`POST https://api.example.com/v1/shops/{{shop}}/orders`",
        "- `shop` (path, string, required): The id or name of the shop.\n",
        "- `notify` (query, string, required) One of: `all`, `none`.\n",
        "- `Idempotency-Key` (header, string, optional): A text of your own",
        "- `customer.email` (body, string, required)\n",
        "- `gift.message` (body, string, required within `gift`)\n",
        "- `lines` (body, array of object, required)\n",
        "`POST https://api.example.com/v1/shops/SHOP/orders?notify=all` with `Content-Type: application/json`",
        "\"email\": \"ada@example.com\"",
        "\"product_id\": \"PRODUCT_ID\"",
        "\"lines\": [\n    {\n      \"id\": \"string\"",
        "The token needs one of: `orders.write`.",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert!(!text.contains("## Pages"), "{text}");
}

#[test]
fn pages_are_recognised_by_their_names() {
    let told = |params: &[&str], fields: &[&str]| {
        let mut action = action(
            Method::Get,
            "/orders",
            params.iter().map(|text| param(text)).collect(),
        );
        action.answer = answer(fields);
        paging::how(&action)
    };
    for (params, fields, said) in [
        (
            &["limit:query:integer", "cursor:query:string"][..],
            &["data[].id", "meta.next_cursor"][..],
            "`limit` says how many to return. While the answer has `meta.next_cursor`, send its value as `cursor` in the query.",
        ),
        (
            &["pageToken:query:string"],
            &["nextPageToken"],
            "While the answer has `nextPageToken`, send its value as `pageToken` in the query.",
        ),
        (
            &["$top:query:integer"],
            &["value[].id", "@odata.nextLink"],
            "`$top` says how many to return. While the answer has `@odata.nextLink`, call that address for the next page.",
        ),
        (
            &["starting_after:query:string"],
            &["data[].id", "has_more:boolean"],
            "While the answer's `has_more` is true, send the last item's id as `starting_after` in the query.",
        ),
        (
            &["per_page:query:integer", "page:query:integer"],
            &["[].id"],
            "`per_page` says how many to return. Count `page` in the query up until an answer has fewer than asked for, or none.",
        ),
        (
            &["limit:query:integer", "offset:query:integer"],
            &[],
            "`limit` says how many to return. For the next page, add to `offset` in the query the number of those received, until none come.",
        ),
    ] {
        assert_eq!(told(params, fields).as_deref(), Some(said));
    }
    assert_eq!(
        told(&["limit:query:integer", "after:query:string"], &[]),
        None
    );
    assert_eq!(told(&["id:path:string"], &["id", "name"]), None);
}

#[test]
fn forms_are_made_as_forms() {
    let fields = [
        "amount:body:integer!",
        "card:body:object!",
        "card.number:body:string!",
        "tags:body:array:string!",
    ];
    let mut action = action(Method::Post, "/charges", fields.map(param).to_vec());
    action.content_type = Some("application/x-www-form-urlencoded".to_owned());
    assert_eq!(
        example_request(&action).as_deref(),
        Some("amount=1000&card[number]=NUMBER&tags[0]=TAGS")
    );
    action.content_type = Some("multipart/form-data".to_owned());
    assert_eq!(example_request(&action), None);
    let text = knowledge(&connector(), &action);
    assert!(
        text.contains("with `Content-Type: multipart/form-data`"),
        "{text}"
    );
}

#[test]
fn of_what_need_not_be_sent_the_telling_fields_are_shown() {
    let made = |fields: &[&str]| {
        let params = fields.iter().map(|field| param(field)).collect();
        example_request(&action(Method::Post, "/orders", params))
            .unwrap()
            .replace(['\n', ' '], "")
    };
    let fields = [
        "agenda:body:string",
        "password:body:string",
        "topic:body:string",
        "type:body:integer=2|3",
    ];
    assert_eq!(made(&fields), r#"{"topic":"TOPIC","type":2}"#);
    assert_eq!(
        made(&["self:body:string", "agenda:body:string"]),
        r#"{"agenda":"AGENDA"}"#
    );
    assert_eq!(
        made(&["agenda:body:string", "gist:body:string!"]),
        r#"{"gist":"GIST"}"#
    );
}

#[test]
fn what_was_written_down_is_shown_as_it_is() {
    let mut action = action(Method::Post, "/orders", vec![param("a:body:string!")]);
    action.request_example = Some("{\"mine\": 1}".to_owned());
    action.summary = "Orders **now**.".to_owned();
    let text = knowledge(&connector(), &action);
    assert!(
        text.contains("{\"mine\": 1}") && text.contains("Orders **now**."),
        "{text}"
    );
    assert!(!text.contains("Works on"), "{text}");
}

#[test]
fn an_action_with_hundreds_of_fields_stays_readable() {
    let many = |place: &str| {
        (0..400)
            .map(|at| param(&format!("a_rather_long_field_name_{at}:{place}:string")))
            .collect::<Vec<_>>()
    };
    let mut params = many("body");
    params.extend(many("query"));
    params.push(param("needed:body:string!"));
    let mut action = action(Method::Post, "/orders", params);
    let fields: Vec<String> = (0..900).map(|at| format!("field_{at}")).collect();
    action.answer = answer(&fields.iter().map(String::as_str).collect::<Vec<_>>());
    let text = knowledge(&connector(), &action);
    assert!(text.len() <= MOST, "{}", text.len());
    assert!(text.contains("`needed` (body, string, required)"), "{text}");
    assert!(text.contains("more, which need not be sent."), "{text}");
}

#[test]
fn every_action_of_the_catalogue_can_be_told() {
    let (catalogue, _) = crate::catalog::Catalogue::load(None);
    let snapshot = catalogue.now();
    let all = snapshot.connectors.values().flat_map(|connector| {
        let actions = connector.actions.of_descriptor().iter().cloned();
        // Of the generated ones, the first few of each.
        let more = connector.actions.more();
        actions.chain(more.into_iter().flat_map(|more| more.load(0..16)))
    });
    for action in all {
        let connector = &snapshot.connectors[&action.platform];
        let text = knowledge(connector, &action);
        let url = format!("{}{}", connector.base_url, action.path.with_double_braces());
        assert!(text.contains(&url), "{url}");
        assert!(text.len() < MOST, "{url}: {}", text.len());
        for param in action
            .params
            .iter()
            .filter(|param| param.required && !param.name.is_empty())
        {
            assert!(
                text.contains(&format!("`{}` (", param.name)),
                "{url}: {}",
                param.name
            );
        }
        if let Some(example) = example_request(&action).filter(|_| example::is_json(&action)) {
            assert!(
                serde_json::from_str::<Value>(&example).is_ok(),
                "{url}: {example}"
            );
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-c]{1,2}(\\[\\])?", 0..4).prop_map(|steps| steps.join("."))
}

fn any_param() -> impl Strategy<Value = Param> {
    let kinds = prop::sample::select(vec![
        "string", "integer", "number", "boolean", "array", "object", "any",
    ]);
    let items = prop::option::of(prop::sample::select(vec!["string", "integer", "object"]));
    let places = prop::sample::select(vec![
        ParamPlace::Query,
        ParamPlace::Header,
        ParamPlace::Body,
    ]);
    let allowed = prop::collection::vec("[a-z]{1,4}", 0..3);
    (
        name(),
        places,
        kinds,
        items,
        any::<bool>(),
        allowed,
        prop::option::of("\\PC{0,6}"),
    )
        .prop_map(
            |(name, place, kind, items, required, allowed, default)| Param {
                name,
                place,
                kind: kind.to_owned(),
                items: items.map(str::to_owned),
                required,
                description: String::new(),
                allowed,
                default,
            },
        )
}

proptest! {
    #[test]
    fn any_action_can_be_told(
        params in prop::collection::vec(any_param(), 0..20),
        fields in prop::collection::vec(name(), 0..20),
        summary in "\\PC{0,200}",
    ) {
        let mut action = action(Method::Post, "/orders/{id}", params);
        action.answer = answer(&fields.iter().map(String::as_str).collect::<Vec<_>>());
        action.summary = summary;
        let text = knowledge(&connector(), &action);
        prop_assert!(text.len() <= MOST);
        prop_assert!(text.contains("https://api.example.com/v1/orders/{{id}}"));
        if let Some(example) = example_request(&action) {
            prop_assert!(serde_json::from_str::<Value>(&example).is_ok(), "{}", example);
        }
    }

    #[test]
    fn a_made_example_has_what_is_required_and_allowed_values_alone(
        fields in prop::collection::btree_map("[a-z]{1,6}", (any::<bool>(), 0..4_usize, prop::collection::vec("[a-z]{1,4}", 0..3)), 1..12),
    ) {
        let kinds = ["string", "integer", "boolean", "array"];
        let params: Vec<Param> = fields
            .iter()
            .map(|(name, (required, kind, allowed))| Param {
                allowed: if kinds[*kind] == "string" { allowed.clone() } else { Vec::new() },
                required: *required,
                ..param(&format!("{name}:body:{}", kinds[*kind]))
            })
            .collect();
        let action = action(Method::Post, "/orders", params.clone());
        let made: Value = serde_json::from_str(&example_request(&action).unwrap()).unwrap();
        for param in &params {
            let value = made.get(&param.name);
            prop_assert!(value.is_some() || !param.required, "{} is not in {}", param.name, made);
            let Some(value) = value else { continue };
            let fits = match param.kind.as_str() {
                "string" => value.is_string(),
                "integer" => value.is_i64(),
                "boolean" => value.is_boolean(),
                _ => value.is_array(),
            };
            prop_assert!(fits, "{} is {}", param.name, value);
            if !param.allowed.is_empty() {
                prop_assert!(param.allowed.iter().any(|allowed| value == allowed.as_str()));
            }
        }
    }
}
