//! What holds for every connector and every action.

use serde_json::json;
use url::Url;

use super::*;
use crate::domain::{Auth, Method};
use crate::mock::upstream_url;

#[actix_web::test]
async fn every_action_answers_a_signed_request() {
    let app = app!();
    for connector in connectors() {
        for action in connector.actions.of_descriptor() {
            let request = signed(&connector, action.method.as_str(), &filled(action), GOOD);
            let answer = call(&app, with_body(request, action).to_request()).await;

            let which = format!("{}.{}: {}", connector.platform, action.key, answer.body);
            assert!(answer.status.is_success(), "{which}");
            assert_eq!(answer.header("x-mock"), "magpie", "{which}");
            assert!(answer.header("x-request-id").starts_with("mock-"));
            match answer.status {
                StatusCode::NO_CONTENT => assert_eq!(answer.body, "", "{which}"),
                _ => assert!(!answer.json().is_null() || action.response_example.is_some()),
            }
        }
    }
}

#[actix_web::test]
async fn every_action_refuses_a_request_without_a_good_credential() {
    let app = app!();
    for connector in connectors() {
        if connector.auth == Auth::None {
            continue;
        }
        for action in connector.actions.of_descriptor() {
            let (method, path) = (action.method.as_str(), filled(action));
            let refused = [
                unsigned(connector.platform.as_str(), method, &path),
                signed(&connector, method, &path, "revoked-1"),
            ];
            for request in refused {
                let answer = call(&app, with_body(request, action).to_request()).await;
                let which = format!("{}.{}", connector.platform, action.key);
                let status = connector.mock.unauthorized_status.unwrap_or(401);
                assert_eq!(answer.status.as_u16(), status, "{which}");
                assert_eq!(answer.header("content-type"), "application/json", "{which}");
                if let Some(body) = &connector.mock.unauthorized {
                    assert_eq!(&answer.body, body, "{which}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn the_request_that_checks_a_credential_tells_good_from_bad() {
    let app = app!();
    for connector in connectors() {
        let Some(test) = connector
            .test
            .as_ref()
            .filter(|_| connector.auth != Auth::None)
        else {
            continue;
        };
        let ask = async |value| {
            let request = signed(&connector, test.method.as_str(), &test.path, value);
            call(&app, request.to_request()).await.status
        };
        assert!(ask(GOOD).await.is_success(), "{}", connector.platform);
        assert!(!ask("expired").await.is_success(), "{}", connector.platform);
    }
}

#[actix_web::test]
async fn a_platform_without_actions_answers_everything() {
    let app = app!();
    for connector in connectors() {
        if !connector.actions.is_empty() {
            continue;
        }
        let request = signed(&connector, "POST", "/any/thing", GOOD).set_json(json!({"name": "x"}));
        let answer = call(&app, request.to_request()).await;
        assert_eq!(answer.json(), json!({"ok": true, "name": "x"}));
    }
}

#[test]
fn requests_are_led_here_unless_the_form_says_where_they_go() {
    let own = Url::parse("http://127.0.0.1:3005").unwrap();
    let led = |platform: &str| upstream_url(&own, &connector(platform)).map(String::from);
    assert_eq!(
        led("gmail").as_deref(),
        Some("http://127.0.0.1:3005/__mock/upstream/gmail")
    );
    assert_eq!(led("generic-bearer"), None);
}

#[test]
fn every_action_is_found_by_its_own_path() {
    for connector in connectors() {
        for action in connector.actions.of_descriptor() {
            let found = connector.action_for(action.method.as_str(), &filled(action));
            assert_eq!(
                found.map(|found| found.id.clone()),
                Some(action.id.clone()),
                "{}",
                action.key
            );
            assert_ne!(action.method, Method::Options);
        }
    }
}
