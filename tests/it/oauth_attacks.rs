//! What RFC 9700 says that others try on an OAuth client, tried. Whatever fails stores nothing.

use serde_json::{Value, json};

use crate::support::{Browser, Client, Flow, Person, TestApp, parameter, replaced, with};

const GMAIL: &str = "gmail";

/// A person who has been to the provider and is about to come back.
async fn about_to_return(app: &TestApp) -> (Person, Flow, String) {
    let mut person = Person::new(app, "victim").await;
    let flow = person.begin(json!({ "platform": GMAIL })).await;
    let authorize = person.depart(&flow).await;
    let callback = person.decide(&authorize, "approve").await;
    (person, flow, callback)
}

async fn connections(app: &TestApp) -> u64 {
    let mut total = 0;
    for key in [&app.test_key, &app.live_key] {
        let listed = app.client_with(key).get("/v1/vault/connections").await;
        total += listed.json()["total"].as_u64().unwrap();
    }
    total
}

/// How often the provider's token endpoint was asked.
async fn token_requests(app: &TestApp, platform: &str) -> usize {
    let path = format!("/__mock/admin/oauth/{platform}/requests");
    let seen = app.anonymous().get(&path).await.json();
    let requests = seen["requests"].as_array().unwrap();
    let of_token = |each: &&Value| each["endpoint"] == "token";
    requests.iter().filter(of_token).count()
}

async fn fault(app: &TestApp, platform: &str, fault: Value) {
    let path = format!("/__mock/admin/oauth/{platform}/faults");
    let answer = app.anonymous().post(&path, fault).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[actix_web::test]
async fn a_state_that_is_missing_unknown_or_doubled_leads_nowhere() {
    let app = TestApp::start();
    let (mut person, flow, callback) = about_to_return(&app).await;
    let state = parameter(&callback, "state").unwrap();
    let without = callback.replace(&format!("state={state}"), "x=1");
    for (forged, landing) in [
        (without, "unknown"),
        (replaced(&callback, "state", "forged"), "unknown"),
        (with(&callback, "state", &state), "unknown"),
        (
            replaced(&callback, "state", &format!("{state}x")),
            "unknown",
        ),
    ] {
        assert_eq!(person.arrive(&forged).await, landing, "{forged}");
    }
    assert_eq!(
        (connections(&app).await, token_requests(&app, GMAIL).await),
        (0, 0)
    );
    // None of that has ended the real one.
    assert_eq!(person.arrive(&callback).await, "saved");
    assert_eq!(person.outcome(&flow).await["state"], "saved");
}

#[actix_web::test]
async fn a_callback_works_once_on_either_path() {
    let app = TestApp::start();
    let (mut person, _, callback) = about_to_return(&app).await;
    let other_path = callback.replace("/connections/oauth/callback", "/oauth/callback");
    assert_eq!(person.arrive(&other_path).await, "saved");
    assert_eq!(person.arrive(&callback).await, "unknown");
    assert_eq!(
        (connections(&app).await, token_requests(&app, GMAIL).await),
        (1, 1)
    );
}

#[actix_web::test]
async fn of_two_callbacks_at_once_one_counts() {
    let app = TestApp::start();
    let (person, _, callback) = about_to_return(&app).await;
    let url = url::Url::parse(&callback).unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let cookie = person.browser.cookie_line();
    let client = Client::new(&app.url, None);
    let once = || client.send(client.request("GET", &path).header("cookie", &cookie));
    let (one, other) = tokio::join!(once(), once());
    let mut words = [one, other].map(|answer| {
        let location = answer.header("location").unwrap();
        location.split_once('#').unwrap().1.to_owned()
    });
    words.sort();
    assert_eq!(words, ["saved", "unknown"]);
    assert_eq!(
        (connections(&app).await, token_requests(&app, GMAIL).await),
        (1, 1)
    );
}

#[actix_web::test]
async fn another_browser_cannot_end_what_this_one_began() {
    let app = TestApp::start();
    let (mut victim, _, callback) = about_to_return(&app).await;
    let mut stranger = Browser::default();
    let answer = stranger.open_from(&callback, "cross-site").await;
    assert!(
        answer
            .header("location")
            .unwrap()
            .ends_with("#wrong-browser")
    );
    assert_eq!(
        (connections(&app).await, token_requests(&app, GMAIL).await),
        (0, 0)
    );
    assert_eq!(victim.arrive(&callback).await, "saved");
}

#[actix_web::test]
async fn nobody_is_led_into_a_sign_in_by_an_address_that_somebody_sends() {
    let app = TestApp::start();
    let attacker = Person::new(&app, "attacker").await;
    for site in ["cross-site", "same-site", "none"] {
        let flow = attacker.begin(json!({ "platform": GMAIL })).await;
        let mut victim = Browser::default();
        let answer = victim.open_from(&flow.start, site).await;
        assert!(
            answer.header("location").unwrap().ends_with("#unknown"),
            "{site}"
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
    // And a ticket is good once.
    let flow = attacker.begin(json!({ "platform": GMAIL })).await;
    let mut browser = Browser::default();
    assert!(browser.led(&flow.start).await.contains("/__mock/oauth/"));
    assert!(browser.led(&flow.start).await.ends_with("#unknown"));
}

#[actix_web::test]
async fn an_injected_code_is_refused_by_its_verifier() {
    let app = TestApp::start();
    let (_, _, stolen) = about_to_return(&app).await;
    let (mut attacker, flow, own) = about_to_return(&app).await;
    let code = parameter(&stolen, "code").unwrap();
    let injected = replaced(&own, "code", &code);
    assert_eq!(attacker.arrive(&injected).await, "failed");
    let outcome = attacker.outcome(&flow).await;
    assert!(
        outcome["message"]
            .as_str()
            .unwrap()
            .contains("invalid_grant"),
        "{outcome}"
    );
    assert!(!outcome.to_string().contains(&code), "{outcome}");
    assert_eq!(connections(&app).await, 0);
}

#[actix_web::test]
async fn an_answer_of_another_issuer_is_not_taken_to_the_token_endpoint() {
    let app = TestApp::start();
    let (mut person, flow, callback) = about_to_return(&app).await;
    assert!(parameter(&callback, "iss").is_some(), "{callback}");
    let mixed_up = replaced(&callback, "iss", "https://evil.example");
    assert_eq!(person.arrive(&mixed_up).await, "failed");
    let outcome = person.outcome(&flow).await;
    assert!(
        outcome["message"]
            .as_str()
            .unwrap()
            .contains("another server"),
        "{outcome}"
    );
    assert_eq!(
        (connections(&app).await, token_requests(&app, GMAIL).await),
        (0, 0)
    );
}

#[actix_web::test]
async fn a_callback_without_one_code_asks_the_provider_nothing() {
    let app = TestApp::start();
    for (change, message) in [
        ("none", "without a code"),
        ("two", "without a code"),
        ("empty", "without a code"),
        ("error", "access_denied"),
    ] {
        let (mut person, flow, callback) = about_to_return(&app).await;
        let code = parameter(&callback, "code").unwrap();
        let forged = match change {
            "none" => callback.replace(&format!("code={code}"), "x=1"),
            "two" => with(&callback, "code", "another"),
            "empty" => replaced(&callback, "code", ""),
            _ => with(&callback, "error", "access_denied"),
        };
        let landing = if change == "error" {
            "denied"
        } else {
            "failed"
        };
        assert_eq!(person.arrive(&forged).await, landing, "{change}");
        let outcome = person.outcome(&flow).await;
        assert!(
            outcome["message"].as_str().unwrap().contains(message),
            "{outcome}"
        );
    }
    assert_eq!(
        (connections(&app).await, token_requests(&app, GMAIL).await),
        (0, 0)
    );
}

#[actix_web::test]
async fn a_provider_that_refuses_is_heard_in_words() {
    let app = TestApp::start();
    for (decision, state, words) in [
        ("deny", "denied", "access_denied"),
        ("server_error", "failed", "server_error"),
        ("invalid_scope", "failed", "invalid_scope"),
    ] {
        let mut person = Person::new(&app, "ada").await;
        let outcome = person.sign_in(json!({ "platform": GMAIL }), decision).await;
        assert_eq!(outcome["state"], state, "{outcome}");
        assert!(
            outcome["message"].as_str().unwrap().contains(words),
            "{outcome}"
        );
    }
    assert_eq!(connections(&app).await, 0);
}

#[actix_web::test]
async fn an_answer_that_is_no_token_stores_nothing_and_says_why() {
    let app = TestApp::start();
    for (effect, words) in [
        ("html", "cannot be used"),
        ("empty", "cannot be used"),
        ("huge", "too large"),
        ("malformed_json", "cannot be used"),
        ("missing_access_token", "no access token"),
        ("wrong_types", "no text"),
        ("error_in_200", "invalid_grant"),
        ("invalid_grant", "invalid_grant"),
        ("invalid_client", "client id or secret"),
        ("server_error", "just now"),
        ("rate_limited", "just now"),
        ("temporarily_unavailable", "just now"),
        ("reset", "just now"),
    ] {
        fault(&app, GMAIL, json!({ "effect": effect })).await;
        let mut person = Person::new(&app, "ada").await;
        let outcome = person
            .sign_in(json!({ "platform": GMAIL }), "approve")
            .await;
        assert_eq!(outcome["state"], "failed", "{effect}: {outcome}");
        let message = outcome["message"].as_str().unwrap();
        assert!(message.contains(words), "{effect}: {message}");
    }
    assert_eq!(connections(&app).await, 0);
    let log = app.log();
    for secret in ["mock_at_", "mock_rt_", "magpie-dev-secret", "code="] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[actix_web::test]
async fn a_connection_deleted_during_its_reconnecting_stays_gone() {
    let app = TestApp::start();
    let mut person = Person::new(&app, "ada").await;
    let made = person.connect(GMAIL).await;
    let id = made["id"].as_str().unwrap();
    let flow = person
        .begin(json!({ "platform": GMAIL, "connection": id }))
        .await;
    let authorize = person.depart(&flow).await;
    let callback = person.decide(&authorize, "approve").await;
    let deleted = app
        .client()
        .delete(&format!("/v1/vault/connections/{id}"))
        .await;
    assert_eq!(
        deleted.json()["revocation"],
        "revoked",
        "{}",
        deleted.text()
    );
    assert_eq!(person.arrive(&callback).await, "failed");
    assert_eq!(connections(&app).await, 0);
}

#[actix_web::test]
async fn a_cancelled_sign_in_stores_nothing() {
    let app = TestApp::start();
    let (mut person, flow, callback) = about_to_return(&app).await;
    let path = format!("/flows/{}", flow.id);
    assert_eq!(person.ask("DELETE", &path, None).await.status, 200);
    assert_eq!(person.arrive(&callback).await, "unknown");
    assert_eq!(person.outcome(&flow).await["state"], "cancelled");
    assert_eq!(connections(&app).await, 0);
}

#[actix_web::test]
async fn no_value_from_a_browser_leads_a_secret_elsewhere() {
    let app = TestApp::start();
    let mut person = Person::new(&app, "ada").await;
    // By the callback: Zoho names its accounts server there.
    for hostile in [
        "https://evil.example",
        "https://accounts.zoho.eu.evil.example",
        "https://accounts.zoho.eu@evil.example",
        "https://accounts.zoho.eu/.evil.example",
        "http://accounts.zoho.eu",
    ] {
        let flow = person.begin(json!({ "platform": "zoho-crm" })).await;
        let authorize = person.depart(&flow).await;
        let callback = person.decide(&authorize, "approve").await;
        let forged = replaced(&callback, "accounts-server", hostile);
        assert_eq!(person.arrive(&forged).await, "failed", "{hostile}");
        let outcome = person.outcome(&flow).await;
        assert!(
            !outcome["message"].as_str().unwrap().contains("evil"),
            "{outcome}"
        );
    }
    assert_eq!(token_requests(&app, "zoho-crm").await, 0);
    // By a form: Gorgias, Zendesk and others ask for a subdomain.
    let session = person.ask("GET", "/session", None).await.json();
    let connectors = session["connectors"].as_array().unwrap();
    let mut tried = 0;
    for connector in connectors.iter().filter(|each| each["method"] == "oauth") {
        for field in connector["form"].as_array().unwrap() {
            for hostile in [
                "evil.example/",
                "evil.example#",
                "a@evil.example",
                "evil.example",
            ] {
                let name = field["name"].as_str().unwrap();
                let body = json!({ "platform": connector["platform"], "form": { name: hostile } });
                let answer = person.ask("POST", "/flows", Some(body)).await;
                answer.assert_error(400, 2000);
                assert!(!answer.text().contains("evil"), "{}", answer.text());
                tried += 1;
            }
        }
    }
    assert!(tried > 0);
    assert_eq!(connections(&app).await, 0);
}

#[actix_web::test]
async fn a_session_is_good_for_its_environment_identity_and_origin_alone() {
    let app = TestApp::start();
    let mut ada = Person::new(&app, "ada").await;
    let connection = ada.connect(GMAIL).await;
    let id = connection["id"].as_str().unwrap();

    // Another identity, no identity, and the same identity in the other environment see nothing.
    let eve = Person::new(&app, "eve").await;
    let nobody = Person::asking(&app.client(), &app.url, json!({})).await;
    let live = app.client_with(&app.live_key);
    let ada_live = Person::asking(&live, &app.url, json!({ "identity": "ada" })).await;
    for stranger in [&eve, &nobody, &ada_live] {
        let own = stranger.ask("GET", "/connections", None).await.json();
        assert_eq!(own["rows"], json!([]));
        let path = format!("/connections/{id}");
        stranger
            .ask("DELETE", &path, None)
            .await
            .assert_error(404, 2005);
        let again = json!({ "platform": GMAIL, "connection": id });
        stranger
            .ask("POST", "/flows", Some(again))
            .await
            .assert_error(404, 2005);
    }
    // A sign-in is known to its own session only.
    let flow = ada.begin(json!({ "platform": GMAIL })).await;
    for stranger in [&eve, &ada_live] {
        let path = format!("/flows/{}", flow.id);
        stranger
            .ask("GET", &path, None)
            .await
            .assert_error(404, 2005);
        stranger
            .ask("DELETE", &path, None)
            .await
            .assert_error(404, 2005);
    }
    // A token that was changed, or is no session's, opens nothing.
    let swapped = ada.session.replacen("akt_test_", "akt_live_", 1);
    let cut = ada.session.get(..ada.session.len() - 2).unwrap().to_owned();
    for token in [
        swapped,
        cut,
        String::new(),
        app.test_key.clone(),
        "x".repeat(20_000),
    ] {
        let forged = Person::holding(&app.url, &token);
        let answer = forged.ask("GET", "/session", None).await;
        assert!(
            matches!(answer.status, 400 | 401 | 431),
            "{}",
            answer.status
        );
    }
    // A session that is bound to an origin is refused on any other page.
    let bound = json!({ "identity": "ada", "origin": "https://other.example" });
    let bound = Person::asking(&app.client(), &app.url, bound).await;
    bound
        .ask("GET", "/session", None)
        .await
        .assert_error(403, 2002);
    assert_eq!(
        ada.ask("DELETE", &format!("/connections/{id}"), None)
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn a_link_can_be_opened_until_something_was_connected_by_it() {
    let app = TestApp::start();
    let wanted = json!({
        "identity": "ada", "platforms": [GMAIL, "openai"], "companyName": "Acme",
        "returnUrl": "https://acme.example/done",
    });
    let link = app.client().post("/v1/authkit/links", wanted).await.json();
    let url = link["url"].as_str().unwrap();
    let token = url.rsplit('/').next().unwrap();
    let open = async || {
        let body = json!({ "token": token });
        app.anonymous().post("/authkit/api/links/open", body).await
    };
    let session = open().await.json()["session"].as_str().unwrap().to_owned();
    let again = open().await.json()["session"].as_str().unwrap().to_owned();
    let mut ada = Person::holding(&app.url, &session);
    let shown = ada.ask("GET", "/session", None).await.json();
    assert_eq!(shown["companyName"], "Acme");
    assert_eq!(shown["returnUrl"], "https://acme.example/done");
    assert_eq!(shown["connectors"].as_array().unwrap().len(), 2);
    assert_eq!(ada.connect(GMAIL).await["identity"], "ada");
    // Used: the address, and every session that was opened by it.
    open().await.assert_error(401, 2010);
    let body = json!({ "platform": "openai", "form": { "OPENAI_API_KEY": "sk-1" } });
    for session in [session, again] {
        let late = Person::holding(&app.url, &session);
        let answer = late.ask("POST", "/connections", Some(body.clone())).await;
        answer.assert_error(401, 2010);
    }
    assert_eq!(connections(&app).await, 1);
    // A link's token is no session, and a session is no link.
    Person::holding(&app.url, token)
        .ask("GET", "/session", None)
        .await
        .assert_error(401, 2010);
    for (wrong, what) in [
        (json!({ "returnUrl": "javascript:alert(1)" }), "returnUrl"),
        (json!({ "expiresInSeconds": 0 }), "expiresInSeconds"),
        (json!({ "platforms": ["nothing"] }), "platforms"),
        (json!({ "origin": "https://a.example/path" }), "origin"),
        (json!({ "identityType": "robot" }), ""),
    ] {
        let answer = app.client().post("/v1/authkit/links", wrong).await;
        answer.assert_error(400, 2000);
        assert!(answer.text().contains(what), "{}", answer.text());
    }
}

#[actix_web::test]
async fn whoever_holds_a_link_connects_and_sees_and_ends_nothing_else() {
    let app = TestApp::start();
    let mut ada = Person::new(&app, "ada").await;
    let old = ada.connect(GMAIL).await;
    let id = old["id"].as_str().unwrap();
    let link = json!({ "identity": "ada", "platforms": [GMAIL] });
    let link = app.client().post("/v1/authkit/links", link).await.json();
    let token = link["url"].as_str().unwrap().rsplit('/').next().unwrap();
    let opened = app
        .anonymous()
        .post("/authkit/api/links/open", json!({ "token": token }))
        .await;
    let holder = Person::holding(&app.url, opened.json()["session"].as_str().unwrap());
    let shown = holder.ask("GET", "/session", None).await.json();
    assert_eq!(shown["connections"], json!([]));
    let path = format!("/connections/{id}");
    holder
        .ask("DELETE", &path, None)
        .await
        .assert_error(404, 2005);
    let again = json!({ "platform": GMAIL, "connection": id });
    holder
        .ask("POST", "/flows", Some(again))
        .await
        .assert_error(404, 2005);
    // A session for connecting one again sees it, and may not end it.
    let renewing = Person::asking(&app.client(), &app.url, json!({ "connection": id })).await;
    let shown = renewing.ask("GET", "/session", None).await.json();
    assert_eq!(shown["reconnect"]["id"], id);
    renewing
        .ask("DELETE", &path, None)
        .await
        .assert_error(404, 2005);
}

#[actix_web::test]
async fn a_user_is_not_the_organization_of_the_same_name() {
    let app = TestApp::start();
    let as_a = |kind: &str| json!({ "identity": "42", "identityType": kind });
    let mut user = Person::asking(&app.client(), &app.url, as_a("user")).await;
    let organization = Person::asking(&app.client(), &app.url, as_a("organization")).await;
    let own = user.connect(GMAIL).await;
    let path = format!("/connections/{}", own["id"].as_str().unwrap());
    let seen = organization.ask("GET", "/connections", None).await.json();
    assert_eq!(seen["rows"], json!([]));
    organization
        .ask("DELETE", &path, None)
        .await
        .assert_error(404, 2005);
    assert_eq!(user.ask("DELETE", &path, None).await.status, 200);
}

#[actix_web::test]
async fn a_later_session_of_the_same_person_hears_how_a_sign_in_went() {
    let app = TestApp::start();
    let (mut ada, flow, callback) = about_to_return(&app).await;
    assert_eq!(ada.arrive(&callback).await, "saved");
    let renewed = Person::new(&app, "victim").await;
    assert_eq!(renewed.outcome(&flow).await["state"], "saved");
    let other = Person::new(&app, "other").await;
    let path = format!("/flows/{}", flow.id);
    other.ask("GET", &path, None).await.assert_error(404, 2005);
}

#[actix_web::test]
async fn what_cannot_work_is_refused_before_anybody_signs_in() {
    let app = TestApp::start();
    for (path, body) in [
        ("/v1/authkit", json!({ "identity": "" })),
        ("/v1/authkit", json!({ "platforms": [] })),
        ("/v1/authkit", json!({ "tags": ["a,b"] })),
        ("/v1/authkit", json!({ "identity": "x".repeat(129) })),
        ("/v1/authkit", json!({ "identityType": "robot" })),
        (
            "/v1/authkit/links",
            json!({ "origin": "https://app.example.com" }),
        ),
    ] {
        let answer = app.client().post(path, body).await;
        answer.assert_error(400, 2000);
    }
    let ada = Person::new(&app, "ada").await;
    let named = json!({ "platform": GMAIL, "name": "x".repeat(10_000) });
    ada.ask("POST", "/flows", Some(named))
        .await
        .assert_error(400, 2000);
    let shown = ada.ask("GET", "/session", None).await;
    assert_eq!(shown.header("cache-control"), Some("no-store"));
}
