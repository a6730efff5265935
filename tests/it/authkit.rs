//! People connect their accounts: sessions, sign-ins at the built-in provider, forms, links.

use serde_json::{Value, json};

use crate::support::{Person, TestApp, parameter};

#[actix_web::test]
async fn a_person_signs_in_and_the_application_gets_a_working_connection() {
    let app = TestApp::start();
    let mut ada = Person::new(&app, "user_1").await;

    let flow = ada
        .begin(json!({ "platform": "gmail", "form": {}, "name": "Work" }))
        .await;
    let authorize = ada.depart(&flow).await;
    let callback = ada.decide(&authorize, "approve").await;
    assert_eq!(ada.arrive(&callback).await, "saved");

    let outcome = ada.outcome(&flow).await;
    let connection = &outcome["connection"];
    assert_eq!(outcome["state"], "saved", "{outcome}");
    assert_eq!(connection["platform"], "gmail");
    assert_eq!(connection["identity"], "user_1");
    assert_eq!(connection["identityType"], "user");
    assert_eq!(connection["name"], "Work");
    assert_eq!(connection["state"], "operational");
    assert!(connection["expiresAt"].is_string(), "{connection}");
    let key = connection["key"].as_str().unwrap();
    let request = app.client().passthrough("GET", key, "/users/me/profile");
    let answer = app.client().send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[actix_web::test]
async fn every_connector_that_signs_people_in_does_so() {
    let app = TestApp::start();
    let mut ada = Person::new(&app, "user_1").await;
    let session = ada.ask("GET", "/session", None).await.json();
    let connectors = session["connectors"].as_array().unwrap().clone();
    let mut wrong = Vec::new();
    let mut signed_in = 0;
    for connector in connectors.iter().filter(|each| each["method"] == "oauth") {
        let platform = connector["platform"].as_str().unwrap();
        let outcome = ada
            .sign_in(
                json!({ "platform": platform, "form": filled(connector) }),
                "approve",
            )
            .await;
        if outcome["state"] != "saved" {
            wrong.push(format!("{platform}: {outcome}"));
            continue;
        }
        signed_in += 1;
        let key = outcome["connection"]["key"].as_str().unwrap();
        let request = app
            .client()
            .passthrough("GET", key, "/anything")
            .header("x-mock-echo", "true");
        let answer = app.client().send(request).await;
        if answer.status != 200 {
            wrong.push(format!("{platform}: {} {}", answer.status, answer.text()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(signed_in >= 60, "{signed_in}");
}

/// A form filled with what its fields suggest.
fn filled(connector: &Value) -> Value {
    let fields = connector["form"].as_array().unwrap().iter();
    let pairs = fields
        .filter(|field| field["required"] == true)
        .map(|field| {
            let text = |name: &str| field[name].as_str().filter(|text| !text.is_empty());
            let option = field["options"][0].as_str();
            let value = option
                .or_else(|| text("default"))
                .or_else(|| text("placeholder"));
            (
                field["name"].as_str().unwrap().to_owned(),
                Value::from(value.unwrap_or("sample")),
            )
        });
    Value::Object(pairs.collect())
}

#[actix_web::test]
async fn the_provider_is_asked_with_state_challenge_and_the_exact_redirect() {
    let app = TestApp::start();
    let mut ada = Person::new(&app, "user_1").await;
    let flow = ada.begin(json!({ "platform": "gmail" })).await;
    let authorize = ada.depart(&flow).await;
    let of = |name: &str| parameter(&authorize, name).unwrap_or_default();
    assert_eq!(
        of("redirect_uri"),
        format!("{}/connections/oauth/callback", app.url)
    );
    assert_eq!(of("code_challenge_method"), "S256");
    assert_eq!((of("state").len(), of("code_challenge").len()), (43, 43));
    assert_eq!(of("access_type"), "offline");
}
