//! Every route and every kind of caller: who comes in, and what they see there.

use std::collections::{BTreeMap, BTreeSet};

use magpie::access::PlainKey;
use magpie::domain::Environment;
use serde_json::{Value, json};

use crate::support::{Client, Person, TestApp};

/// The callers, in the order of the table's columns. All keys but the live one are of the test
/// environment, in which the connection is that the table is about: `openai`, of `user_1`.
const CALLERS: [&str; 15] = [
    "anonymous",
    "garbage",
    "unknown",
    "revoked",
    "expired",
    "live",
    "read",
    "write",
    "admin",
    "for openai",
    "of user_1",
    "command line",
    "a Member",
    "a Manager",
    "an Admin",
];

/// What each caller is answered, in the order of [`CALLERS`].
type Answers = [u16; 15];

/// Nobody of a kind that comes in with an API key, nor the command line, nor people.
const NO: u16 = 401;

/// What the keys of [`CALLERS`] are answered, from `live` to `of user_1`, and people in turn; others
/// are nobody here.
const fn keys(keys: [u16; 6], people: [u16; 3]) -> Answers {
    let [live, read, write, admin, platform, identity] = keys;
    let [member, manager, admin_person] = people;
    [
        NO,
        NO,
        NO,
        NO,
        NO,
        live,
        read,
        write,
        admin,
        platform,
        identity,
        NO,
        member,
        manager,
        admin_person,
    ]
}

/// The same with the command line as well.
const fn overseen(of_keys: [u16; 6], people: [u16; 3], command_line: u16) -> Answers {
    let mut answers = keys(of_keys, people);
    answers[11] = command_line;
    answers
}

/// Our own API: no key helps, the command line always does.
const fn own(people: [u16; 3], command_line: u16) -> Answers {
    let [member, manager, admin] = people;
    [
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        command_line,
        member,
        manager,
        admin,
    ]
}

const PUBLIC: Answers = [200; 15];
/// With any key.
const READING: Answers = keys([200; 6], [200; 3]);
/// With any key, and not as a person: for agents.
const READING_BY_KEY: Answers = keys([200; 6], [NO; 3]);
/// With a key that may write.
const WRITING: Answers = keys([200, 403, 200, 200, 200, 200], [403, 200, 200]);
/// The same for what is not in the live environment.
const READING_THIS: Answers = keys([404, 200, 200, 200, 200, 200], [200; 3]);
const WRITING_THIS: Answers = keys([404, 403, 200, 200, 200, 200], [403, 200, 200]);
const REMOVING_THIS: Answers = keys([404, 403, 403, 200, 200, 200], [403, 200, 200]);
/// Connections are deleted by Admins alone.
const DELETING_THIS: Answers = keys([404, 403, 403, 200, 200, 200], [403, 403, 200]);
/// With a key that may do what is asked for, whatever the method: here, read.
const CALLING_THIS: Answers = READING_THIS;
/// With the key that asked for it, or one that decides for everybody.
const OWN_THIS: Answers = keys([404, 404, 404, 200, 404, 404], [404, 200, 200]);
const DECIDING_THIS: Answers = keys([404, 403, 403, 200, 403, 403], [403, 200, 200]);
/// With a key that decides for everybody.
const DECIDING: Answers = keys([200, 403, 403, 200, 403, 403], [403, 200, 200]);
/// With a key that decides for everybody, and for people. The command line has to say of which
/// environment it speaks.
const OVERSEEING: Answers = overseen([200, 403, 403, 200, 403, 403], [200; 3], 400);
const OVERSEEING_NOWHERE: Answers = overseen([404, 403, 403, 404, 403, 403], [404; 3], 400);
/// The same for what cannot be done to this connection, which has nothing to refresh.
const REFRESHING_THIS: Answers = keys([404, 403, 409, 409, 409, 409], [403, 409, 409]);
/// What is not there, for any key.
const NOWHERE: Answers = keys([404; 6], [NO; 3]);
/// To everybody, on to another address.
const LEADING_ON: Answers = [308; 15];
/// With an AuthKit session; no key helps.
const WITH_A_SESSION: Answers = [401; 15];
/// Whoever brings nothing that leads on is led to a page that says so. Such a way is gone once, so
/// that HEAD, which must change nothing, is not for it.
const AWAY: Answers = [303; 15];
/// By the control socket alone.
const OPERATING: Answers = own([NO; 3], 200);
/// People by their role, and the command line.
const SEEING: Answers = own([200; 3], 200);
const MANAGING: Answers = own([403, 200, 200], 200);
const ADMINISTRATING: Answers = own([403, 403, 200], 200);
/// The same with an answer that has no body.
const ADMINISTRATING_SILENTLY: Answers = own([403, 403, 204], 204);
/// About one's own account, which the command line has not.
const OF_ONESELF: Answers = own([200; 3], 403);
/// The same, and what is sent makes no sense: who comes in is told so.
const OF_ONESELF_WRONG: Answers = own([400; 3], 403);
const OF_ONESELF_NOWHERE: Answers = own([404; 3], 403);
/// With a link that is good no more.
const BY_LINK: Answers = [404; 15];
/// There is no provider to sign in at.
const NOT_SET_UP: Answers = [404; 15];
/// With a password, which nobody here has got right.
const BY_PASSWORD: Answers = [401; 15];
/// What everybody but people is refused, and people do as themselves, at the end: it ends the session.
const SIGNING_OUT: Answers = own([204; 3], 403);

/// `{id}` is the connection, or the key, that the route is about.
const TABLE: &[(&str, &str, Answers)] = &[
    ("GET", "/v1/vault/connections", READING),
    ("POST", "/v1/vault/connections", WRITING),
    ("GET", "/v1/vault/connections/{id}", READING_THIS),
    ("PATCH", "/v1/vault/connections/{id}", WRITING_THIS),
    ("DELETE", "/v1/vault/connections/{id}", DELETING_THIS),
    (
        "POST",
        "/v1/vault/connections/{id}/refresh",
        REFRESHING_THIS,
    ),
    ("GET", "/v1/connections", READING),
    ("POST", "/v1/connections", WRITING),
    ("GET", "/v1/connections/{id}", READING_THIS),
    ("PATCH", "/v1/connections/{id}", WRITING_THIS),
    ("DELETE", "/v1/connections/{id}", DELETING_THIS),
    ("POST", "/v1/connections/{id}/refresh", REFRESHING_THIS),
    ("GET", "/v1/passthrough/{path}", READING_THIS),
    ("HEAD", "/v1/passthrough/{path}", READING_THIS),
    ("OPTIONS", "/v1/passthrough/{path}", READING_THIS),
    ("POST", "/v1/passthrough/{path}", WRITING_THIS),
    ("PUT", "/v1/passthrough/{path}", WRITING_THIS),
    ("PATCH", "/v1/passthrough/{path}", WRITING_THIS),
    ("DELETE", "/v1/passthrough/{path}", REMOVING_THIS),
    ("GET", "/v1/available-connectors", READING),
    ("GET", "/v1/available-actions/{platform}", READING),
    ("GET", "/v1/available-actions/search/{platform}", READING),
    ("GET", "/v1/available-actions/search", READING),
    ("POST", "/v1/connectors/import", DECIDING),
    ("GET", "/v1/knowledge", READING),
    ("GET", "/v1/public/connection-definitions", PUBLIC),
    ("GET", "/icons/{platform}.svg", PUBLIC),
    ("GET", "/v1/integrations", READING),
    ("GET", "/v1/integrations/{platform}", READING),
    ("PATCH", "/v1/integrations/{platform}", DECIDING),
    ("DELETE", "/v1/integrations/{platform}", DECIDING),
    ("GET", "/v1/actions/{id}", READING),
    ("POST", "/v1/actions/{id}/run", CALLING_THIS),
    ("GET", "/v1/toolsets", READING),
    ("POST", "/v1/toolsets", DECIDING),
    ("GET", "/v1/toolsets/{name}", READING_THIS),
    ("PATCH", "/v1/toolsets/{name}", DECIDING_THIS),
    ("DELETE", "/v1/toolsets/{name}", DECIDING_THIS),
    ("GET", "/v1/approvals", READING),
    ("GET", "/v1/approvals/{id}", OWN_THIS),
    ("POST", "/v1/approvals/{id}/approve", DECIDING_THIS),
    ("POST", "/v1/approvals/{id}/deny", DECIDING_THIS),
    ("POST", "/v1/settings/get", WRITING),
    ("POST", "/internal/v1/settings/get", WRITING),
    ("GET", "/v1/public/generate-id/{prefix}", PUBLIC),
    ("POST", "/v1/event-links/create", WRITING),
    ("POST", "/internal/v1/event-links/create", WRITING),
    ("POST", "/v1/embed-tokens/create", WRITING),
    ("POST", "/internal/v1/embed-tokens/create", WRITING),
    ("POST", "/v1/authkit", WRITING),
    ("POST", "/v1/authkit/links", WRITING),
    ("GET", "/v1/users/flags", READING),
    ("GET", "/authkit/api/session", WITH_A_SESSION),
    ("POST", "/authkit/api/links/open", WITH_A_SESSION),
    ("GET", "/authkit/api/connections", WITH_A_SESSION),
    ("POST", "/authkit/api/connections", WITH_A_SESSION),
    ("DELETE", "/authkit/api/connections/{id}", WITH_A_SESSION),
    ("POST", "/authkit/api/flows", WITH_A_SESSION),
    ("GET", "/authkit/api/flows/{id}", WITH_A_SESSION),
    ("DELETE", "/authkit/api/flows/{id}", WITH_A_SESSION),
    ("GET", "/connect/start/{ticket}", AWAY),
    ("GET", "/connections/oauth/callback", AWAY),
    ("GET", "/oauth/callback", AWAY),
    ("GET", "/authkit", PUBLIC),
    ("GET", "/authkit/", LEADING_ON),
    ("GET", "/connect/popup", PUBLIC),
    ("GET", "/connect/done", PUBLIC),
    ("GET", "/connect/{token}", PUBLIC),
    ("GET", "/assets/bundles/{file}", PUBLIC),
    ("GET", "/assets/{path}", PUBLIC),
    // Every message is a POST; what a key may do is asked of each tool.
    ("POST", "/mcp", READING_BY_KEY),
    ("POST", "/mcp/{toolset}", NOWHERE),
    ("GET", "/llms.txt", PUBLIC),
    ("GET", "/admin/api/keys", SEEING),
    ("POST", "/admin/api/keys", SEEING),
    ("DELETE", "/admin/api/keys/{id}", MANAGING),
    ("GET", "/admin/api/session", PUBLIC),
    ("POST", "/admin/api/session", BY_PASSWORD),
    ("GET", "/admin/api/session/oidc/start", NOT_SET_UP),
    ("GET", "/admin/api/session/oidc/callback", NOT_SET_UP),
    ("POST", "/admin/api/setup", BY_LINK),
    ("POST", "/admin/api/invitations/accept", BY_LINK),
    ("POST", "/admin/api/links", OPERATING),
    ("PATCH", "/admin/api/me", OF_ONESELF),
    ("PUT", "/admin/api/me/password", OF_ONESELF_WRONG),
    ("POST", "/admin/api/me/totp", OF_ONESELF),
    ("PUT", "/admin/api/me/totp", OF_ONESELF_WRONG),
    ("DELETE", "/admin/api/me/totp", OF_ONESELF_WRONG),
    ("GET", "/admin/api/me/sessions", OF_ONESELF),
    ("DELETE", "/admin/api/me/sessions/{id}", OF_ONESELF_NOWHERE),
    ("GET", "/admin/api/members", SEEING),
    ("POST", "/admin/api/members", ADMINISTRATING),
    ("PATCH", "/admin/api/members/{id}", ADMINISTRATING),
    ("DELETE", "/admin/api/members/{id}", ADMINISTRATING_SILENTLY),
    ("POST", "/admin/api/members/{id}/link", ADMINISTRATING),
    ("GET", "/admin/api/logs", OVERSEEING),
    ("GET", "/admin/api/logs/stream", OVERSEEING),
    ("GET", "/admin/api/logs/{id}", OVERSEEING_NOWHERE),
    ("GET", "/admin/api/overview", OVERSEEING),
    ("POST", "/admin/api/connections/bulk", DECIDING),
    ("GET", "/admin/api/connections.csv", OVERSEEING),
    ("GET", "/admin/api/audit", OVERSEEING),
    ("GET", "/admin/api/audit/check", OVERSEEING),
    ("GET", "/admin/api/settings", OVERSEEING),
    ("PATCH", "/admin/api/settings", ADMINISTRATING),
    ("GET", "/admin/api/webhooks", DECIDING),
    ("POST", "/admin/api/webhooks", DECIDING),
    ("GET", "/admin/api/webhooks/{id}", DECIDING_THIS),
    ("PATCH", "/admin/api/webhooks/{id}", DECIDING_THIS),
    ("DELETE", "/admin/api/webhooks/{id}", DECIDING_THIS),
    ("GET", "/admin/api/webhooks/{id}/deliveries", DECIDING_THIS),
    ("POST", "/admin/api/webhooks/{id}/test", DECIDING_THIS),
    ("POST", "/admin/api/webhooks/{id}/secret", DECIDING_THIS),
    ("GET", "/health", PUBLIC),
    ("GET", "/ready", PUBLIC),
    ("GET", "/metrics", PUBLIC),
    ("GET", "/openapi.json", PUBLIC),
    ("GET", "/admin/", PUBLIC),
    ("GET", "/", PUBLIC),
    // At the end: it is.
    ("DELETE", "/admin/api/session", SIGNING_OUT),
];

/// For whom the command line makes links.
const OWNER: &str = "owner@example.com";

async fn callers(app: &TestApp) -> Vec<Client> {
    let unknown = PlainKey::generate(Environment::Test);
    let made = async |wishes: Value| app.client_wishing(wishes).await;
    vec![
        app.anonymous(),
        app.client_with("garbage"),
        app.client_with(unknown.text().expose()),
        app.client_with(&app.revoked_key().await),
        made(json!({ "expiresInSeconds": 0 })).await,
        app.client_with(&app.live_key),
        made(json!({ "permission": "read" })).await,
        made(json!({ "permission": "write" })).await,
        app.client(),
        made(json!({ "platforms": ["openai"] })).await,
        made(json!({ "identity": "user_1" })).await,
        app.operator(),
        app.member("member").await.0,
        app.member("manager").await.0,
        app.member("admin").await.0,
    ]
}

async fn openai_of(client: &Client, identity: &str) -> Value {
    let made = client.post("/v1/vault/connections", openai(identity)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()
}

fn openai(identity: &str) -> Value {
    json!({ "platform": "openai", "identity": identity, "authFormData": { "OPENAI_API_KEY": "sk-1" } })
}

/// The name of the admin pages' script.
async fn bundle(app: &TestApp) -> String {
    let page = app.anonymous().get("/admin/").await.text();
    let (_, name) = page.split_once("/bundles/").unwrap();
    name.split('"').next().unwrap().to_owned()
}

/// The id of an action that needs nothing but a connection.
async fn list_models(app: &TestApp) -> String {
    let client = app.client();
    let found = client.get("/v1/available-actions/openai?key=listModels");
    found.await.json()["rows"][0]["systemId"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A toolset of the test environment.
async fn toolset(app: &TestApp) -> String {
    let name = format!("t-{}", uuid::Uuid::new_v4());
    let made = json!({ "name": name });
    let made = app.client().post("/v1/toolsets", made).await;
    assert_eq!(made.status, 200, "{}", made.text());
    name
}

/// Somebody who has been invited.
async fn invited(app: &TestApp) -> String {
    let made = app
        .operator()
        .post("/admin/api/members", invitation())
        .await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()["member"]["id"].as_str().unwrap().to_owned()
}

fn invitation() -> Value {
    json!({ "email": format!("{}@example.com", uuid::Uuid::new_v4()), "role": "member" })
}

/// What our own API is sent, where that is not what makes a key.
fn of_people(method: &str, route: &str) -> Option<Value> {
    let email = format!("{}@example.com", uuid::Uuid::new_v4());
    let password = "wrong wrong wrong";
    Some(match (method, route) {
        ("POST", "/admin/api/session") => json!({ "email": email, "password": password }),
        ("POST", "/admin/api/setup") => {
            json!({ "token": "x", "email": email, "name": "x", "password": password })
        }
        ("POST", "/admin/api/invitations/accept") => json!({ "token": "x", "password": password }),
        ("POST", "/admin/api/links") => json!({ "email": OWNER }),
        ("PATCH", "/admin/api/me") => json!({ "name": "Ada" }),
        ("PUT", "/admin/api/me/password") => json!({ "current": "x", "new": password }),
        ("PUT", "/admin/api/me/totp") => json!({ "code": "x" }),
        ("DELETE", "/admin/api/me/totp") => json!({ "password": "x" }),
        ("POST", "/admin/api/members") => invitation(),
        ("PATCH", "/admin/api/settings") => json!({ "retention": { "days": 30 } }),
        ("PATCH", "/admin/api/members/{id}") => json!({ "role": "manager" }),
        _ => return None,
    })
}

/// A webhook of the test environment that is told of nothing.
async fn webhook(app: &TestApp) -> String {
    let client = app.client();
    // There is a limit to how many there may be.
    for row in client.get("/admin/api/webhooks").await.json()["rows"]
        .as_array()
        .unwrap()
    {
        let path = format!("/admin/api/webhooks/{}", row["id"].as_str().unwrap());
        assert_eq!(client.delete(&path).await.status, 200);
    }
    let made = client.post("/admin/api/webhooks", quiet_webhook()).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

fn quiet_webhook() -> Value {
    json!({ "url": "http://127.0.0.1:1/", "events": ["connection.recovered"] })
}

/// A call of the test environment that waits for a yes.
async fn waiting(app: &TestApp) -> String {
    let asking = app.client_wishing(json!({ "approval": ["*/*"] })).await;
    let connection = openai_of(&app.client(), "user_1").await;
    let call = json!({ "connectionKey": connection["key"] });
    let path = format!("/v1/actions/{}/run", list_models(app).await);
    let answer = asking.post(&path, call).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["approvalId"].as_str().unwrap().to_owned()
}

/// What a route needs to be answered well.
async fn attempt(app: &TestApp, caller: &Client, method: &str, route: &str) -> u16 {
    let connections = route.starts_with("/v1/vault/") || route.starts_with("/v1/connections");
    let id = match (
        connections && route.contains("{id}"),
        route.contains("/keys/{id}"),
    ) {
        (true, _) => openai_of(&app.client(), "user_1").await["id"]
            .as_str()
            .unwrap()
            .to_owned(),
        (_, true) => app.key_with(json!({})).await.0,
        _ if route.contains("/members/{id}") => invited(app).await,
        _ if route.contains("/approvals/{id}") => waiting(app).await,
        _ if route.contains("/actions/{id}") => list_models(app).await,
        _ if route.contains("/webhooks/{id}") => webhook(app).await,
        _ => uuid::Uuid::nil().to_string(),
    };
    let name = match route.contains("{name}") {
        true => toolset(app).await,
        false => String::new(),
    };
    let file = match route.contains("{file}") {
        true => bundle(app).await,
        false => String::new(),
    };
    let path = route
        .replace("{id}", &id)
        .replace("{file}", &file)
        .replace("{platform}", "openai")
        .replace("{name}", &name)
        .replace("{prefix}", "session_id")
        .replace("/assets/{path}", "/assets/kit/base.css")
        .replace("{path}", "models");
    let mut request = caller.request(method, &path);
    if route.starts_with("/v1/passthrough") {
        let connection = openai_of(&app.client(), "user_1").await;
        request = request
            .header("x-pica-connection-key", connection["key"].as_str().unwrap())
            .header("x-mock-status", "200");
    } else if let Some(body) = of_people(method, route) {
        request = request
            .header("content-type", "application/json")
            .body(body.to_string());
    } else if method == "POST" || method == "PATCH" {
        let body = match (connections, method) {
            (true, "POST") => openai("user_1"),
            (true, _) => json!({ "tags": ["x"] }),
            _ if route.ends_with("/embed-tokens/create") => {
                // A token of the caller's own environment, if there is one to be had.
                let session = caller.post("/v1/authkit", json!({})).await;
                let token = session.json()["requestId"]
                    .as_str()
                    .unwrap_or("x")
                    .to_owned();
                json!({ "linkSettings": { "eventIncToken": token } })
            }
            _ if route.starts_with("/mcp") => {
                json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" })
            }
            _ if route == "/authkit/api/links/open" => json!({ "token": "test_x" }),
            _ if route.ends_with("/run") => {
                let connection = openai_of(&app.client(), "user_1").await;
                json!({ "connectionKey": connection["key"] })
            }
            _ if route.starts_with("/v1/approvals") => json!({ "note": "x" }),
            _ if route == "/v1/connectors/import" => {
                json!({ "document": crate::imports::SMALL, "dryRun": true })
            }
            _ if route == "/v1/toolsets" => {
                json!({ "name": format!("t-{}", uuid::Uuid::new_v4()) })
            }
            _ if route.starts_with("/v1/toolsets") => json!({ "description": "x" }),
            _ if route.starts_with("/v1/integrations") => json!({ "active": true }),
            _ if route == "/admin/api/webhooks" => quiet_webhook(),
            _ if route.starts_with("/admin/api/webhooks") => json!({ "description": "x" }),
            _ if route == "/admin/api/connections/bulk" => {
                json!({ "ids": ["x"], "addTags": ["x"] })
            }
            _ => json!({ "environment": "test", "name": "x" }),
        };
        request = request
            .header("content-type", "application/json")
            .body(body.to_string());
    }
    if route.ends_with("/stream") {
        // Its body has no end.
        return request.send().await.unwrap().status().as_u16();
    }
    caller.send(request).await.status
}

#[tokio::test]
async fn everybody_is_answered_as_the_table_says() {
    let app = TestApp::start();
    let callers = callers(&app).await;
    let owner = json!({ "email": OWNER, "role": "member" });
    assert_eq!(
        app.operator()
            .post("/admin/api/members", owner)
            .await
            .status,
        200
    );
    let mut wrong = Vec::new();
    for (method, route, expected) in TABLE {
        for ((name, caller), expected) in CALLERS.iter().zip(&callers).zip(expected) {
            let status = attempt(&app, caller, method, route).await;
            if status != *expected {
                wrong.push(format!(
                    "{method} {route}: {name} is answered {status}, not {expected}"
                ));
            }
            let is_once = *expected == 303 || route.ends_with("/callback");
            if *method == "GET" && !is_once {
                let head = attempt(&app, caller, "HEAD", route).await;
                if head != *expected {
                    wrong.push(format!(
                        "HEAD {route}: {name} is answered {head}, not {expected}"
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Paths and methods as `/openapi.json` has them.
async fn described(app: &TestApp) -> BTreeMap<String, BTreeSet<String>> {
    let document = app.anonymous().get("/openapi.json").await.json();
    let methods = |item: &Value| {
        let names = item.as_object().unwrap().keys();
        names.map(|name| name.to_ascii_uppercase()).collect()
    };
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .map(|(path, item)| (path.clone(), methods(item)))
        .collect()
}

#[tokio::test]
async fn the_table_and_the_description_have_the_same_routes() {
    let app = TestApp::start();
    let mut table: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, route, _) in TABLE {
        table
            .entry((*route).to_owned())
            .or_default()
            .insert((*method).to_owned());
    }
    assert_eq!(described(&app).await, table);
}

#[tokio::test]
async fn the_description_has_every_route_of_the_source_and_no_method_that_is_not_there() {
    let app = TestApp::start();
    let described = described(&app).await;
    let source = include_str!("../../src/api/mod.rs");
    let routes = source
        .split("pub fn routes")
        .nth(1)
        .unwrap()
        .split("\nfn ")
        .next()
        .unwrap();
    let written = routes
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| text.starts_with('/'));
    let mut count = 0;
    for path in written {
        assert!(described.contains_key(path), "{path} is not described");
        count += 1;
    }
    assert!(
        count > 10,
        "the source is not read as it is written: {count}"
    );
    let client = app.client();
    for (path, methods) in &described {
        let is_passthrough = path.starts_with("/v1/passthrough");
        let nil = uuid::Uuid::nil().to_string();
        let path = path
            .replace("{id}", &nil)
            .replace("{platform}", "openai")
            .replace("{name}", "x");
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND",
        ] {
            if path.ends_with("/stream") && method == "GET" {
                continue;
            }
            let answer = client.send(client.request(method, &path)).await;
            let is_there = answer.status != 405;
            assert_eq!(
                is_there,
                is_passthrough || methods.contains(method),
                "{method} {path}"
            );
            if !is_there {
                answer.assert_error(405, 2004);
            }
        }
    }
}

#[tokio::test]
async fn nobody_learns_what_is_wrong_with_a_body_before_the_key_is_right() {
    let app = TestApp::start();
    for caller in [app.anonymous(), app.client_with("garbage")] {
        for (method, path) in [
            ("POST", "/v1/vault/connections"),
            ("PATCH", "/v1/vault/connections/x"),
            ("POST", "/v1/passthrough/models"),
            ("PATCH", "/v1/integrations/openai"),
            ("POST", "/v1/actions/x/run"),
            ("POST", "/v1/toolsets"),
            ("POST", "/v1/approvals/x/approve"),
            ("POST", "/admin/api/keys"),
            ("POST", "/admin/api/members"),
            ("PUT", "/admin/api/me/password"),
            ("POST", "/admin/api/connections/bulk"),
            ("POST", "/admin/api/webhooks"),
        ] {
            let request = caller.request(method, path).body("{");
            caller.send(request).await.assert_error(401, 2010);
        }
    }
}

/// Two keys at once, an empty one, and one in another's place are no key.
#[tokio::test]
async fn only_one_whole_key_in_its_header_is_a_key() {
    let app = TestApp::start();
    let anonymous = app.anonymous();
    let path = "/v1/vault/connections";
    let lower = app.test_key.to_lowercase();
    let cut = app.test_key.get(..app.test_key.len() - 1).unwrap();
    let longer = format!("{}0", app.test_key);
    let other = app.test_key.replace("sk_test_", "sk_live_");
    for key in ["", " ", "sk_test_", &lower, cut, &longer, &other, "\u{e9}"] {
        let request = anonymous.request("GET", path).header("x-pica-secret", key);
        anonymous.send(request).await.assert_error(401, 2010);
    }
    let client = app.client();
    let twice = client
        .request("GET", path)
        .header("x-pica-secret", &app.test_key);
    client.send(twice).await.assert_error(401, 2010);
    let elsewhere = anonymous.request("GET", path).bearer_auth(&app.test_key);
    anonymous.send(elsewhere).await.assert_error(401, 2010);
    let shouted = anonymous
        .request("GET", path)
        .header("X-PICA-SECRET", &app.test_key);
    assert_eq!(anonymous.send(shouted).await.status, 200);
}

/// What a bound key sees of three connections: one within its bounds both ways, and two beyond one.
struct Bounds {
    app: TestApp,
    ours: Value,
    of_another: Value,
    of_another_platform: Value,
}

impl Bounds {
    async fn new() -> Self {
        let app = TestApp::start();
        let client = app.client();
        let exa = json!({ "platform": "exa", "identity": "user_1", "authFormData": { "EXA_API_KEY": "x" } });
        let made = client.post("/v1/vault/connections", exa).await;
        assert_eq!(made.status, 200, "{}", made.text());
        Self {
            ours: openai_of(&client, "user_1").await,
            of_another: openai_of(&client, "user_2").await,
            of_another_platform: made.json(),
            app,
        }
    }

    /// Asserts that `client` sees `seen` and not `unseen`, whichever way it looks.
    async fn assert_sees(&self, client: &Client, seen: [&Value; 2], unseen: &Value) {
        let list = client.get("/v1/vault/connections").await.json();
        let listed: BTreeSet<&str> = list["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().unwrap())
            .collect();
        assert_eq!(
            listed,
            seen.iter().map(|row| row["id"].as_str().unwrap()).collect()
        );
        assert_eq!(list["total"], 2);
        for (connection, sees) in [(seen[0], true), (seen[1], true), (unseen, false)] {
            self.assert_sees_one(client, connection, sees).await;
        }
    }

    async fn assert_sees_one(&self, client: &Client, connection: &Value, sees: bool) {
        let text = |name: &str| connection[name].as_str().unwrap();
        let key = text("key").replace('|', "%7C");
        for filter in [
            format!("key={key}"),
            format!("keys={key},{key}"),
            format!(
                "platform={}&identity={}",
                text("platform"),
                text("identity")
            ),
        ] {
            let list = client
                .get(&format!("/v1/vault/connections?{filter}"))
                .await
                .json();
            assert_eq!(list["total"], u64::from(sees), "{filter}");
        }
        let expected = if sees { 200 } else { 404 };
        for id in [text("id"), &key] {
            for base in ["/v1/vault/connections", "/v1/connections"] {
                let path = format!("{base}/{id}");
                assert_eq!(client.get(&path).await.status, expected, "{path}");
                assert_eq!(
                    client.patch(&path, json!({ "tags": [] })).await.status,
                    expected,
                    "{path}"
                );
                if !sees {
                    client.delete(&path).await.assert_error(404, 2005);
                }
            }
        }
        let request = client
            .passthrough("GET", text("key"), "/x")
            .header("x-mock-status", "200");
        assert_eq!(client.send(request).await.status, expected);
        // What was refused was not done.
        let path = format!("/v1/vault/connections/{}", text("id"));
        assert_eq!(self.app.client().get(&path).await.status, 200);
    }
}

#[tokio::test]
async fn a_key_for_a_platform_sees_that_platform_alone() {
    let bounds = Bounds::new().await;
    let client = bounds
        .app
        .client_wishing(json!({ "platforms": ["openai"] }))
        .await;
    bounds
        .assert_sees(
            &client,
            [&bounds.ours, &bounds.of_another],
            &bounds.of_another_platform,
        )
        .await;
    let exa = json!({ "platform": "exa", "authFormData": { "EXA_API_KEY": "x" } });
    client
        .post("/v1/vault/connections", exa)
        .await
        .assert_error(404, 2005);
    let connectors = client.get("/v1/available-connectors").await.json();
    assert_eq!(
        (&connectors["total"], &connectors["rows"][0]["platform"]),
        (&json!(1), &json!("openai"))
    );
    for (path, is_there) in [
        ("/v1/available-actions/openai", true),
        ("/v1/available-actions/exa", false),
        ("/v1/available-actions/search/openai?query=chat", true),
        ("/v1/available-actions/search/exa?query=search", false),
    ] {
        let expected = if is_there { 200 } else { 404 };
        assert_eq!(client.get(path).await.status, expected, "{path}");
    }
    let exa = bounds
        .app
        .client()
        .get("/v1/available-actions/exa")
        .await
        .json();
    let action = exa["rows"][0]["systemId"].as_str().unwrap();
    for (query, some) in [
        ("connectionPlatform=openai".to_owned(), true),
        ("connectionPlatform=exa".to_owned(), false),
        (format!("_id={action}"), false),
    ] {
        let found = client.get(&format!("/v1/knowledge?{query}")).await.json();
        assert_eq!(found["total"] != 0, some, "{query}");
    }
    let all = client.get("/v1/knowledge?limit=500").await.json();
    assert!(
        all["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["connectionPlatform"] == "openai")
    );
}

#[tokio::test]
async fn a_key_of_an_identity_sees_that_identity_alone_and_acts_for_no_other() {
    let bounds = Bounds::new().await;
    let client = bounds
        .app
        .client_wishing(json!({ "identity": "user_1" }))
        .await;
    bounds
        .assert_sees(
            &client,
            [&bounds.ours, &bounds.of_another_platform],
            &bounds.of_another,
        )
        .await;
    let other = client
        .get("/v1/vault/connections?identity=user_2")
        .await
        .json();
    assert_eq!((&other["total"], &other["rows"]), (&json!(0), &json!([])));
    client
        .post("/v1/vault/connections", openai("user_2"))
        .await
        .assert_error(403, 2002);
    let mut nobodys = openai("");
    nobodys.as_object_mut().unwrap().remove("identity");
    let made = client.post("/v1/vault/connections", nobodys).await.json();
    assert_eq!(made["identity"], "user_1");
}

#[tokio::test]
async fn a_connection_of_nobody_is_not_one_of_an_identity() {
    let app = TestApp::start();
    let made = app
        .connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
        .await;
    let client = app.client_wishing(json!({ "identity": "user_1" })).await;
    assert_eq!(client.get("/v1/vault/connections").await.json()["total"], 0);
    client
        .get(&format!("/v1/vault/connections/{made}"))
        .await
        .assert_error(404, 2005);
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_keys_are_made_for_the_command_line_alone() {
    let app = TestApp::start();
    let (id, key) = app.key_with(json!({ "permission": "read" })).await;
    let client = app.client_with(&key);
    assert_eq!(client.get("/v1/knowledge?limit=1").await.status, 200);
    // Whoever has a key of ours still has no way to the keys.
    client.get("/admin/api/keys").await.assert_error(401, 2010);
    let revoked = app
        .operator()
        .delete(&format!("/admin/api/keys/{id}"))
        .await;
    assert!(
        revoked.json()["revokedAt"].is_string(),
        "{}",
        revoked.text()
    );
    client
        .get("/v1/knowledge?limit=1")
        .await
        .assert_error(401, 2010);
    // Once more changes nothing; another one is not there.
    let again = app
        .operator()
        .delete(&format!("/admin/api/keys/{id}"))
        .await;
    assert_eq!(again.json()["revokedAt"], revoked.json()["revokedAt"]);
    let other = uuid::Uuid::nil();
    app.operator()
        .delete(&format!("/admin/api/keys/{other}"))
        .await
        .assert_error(404, 2005);
    app.operator()
        .delete("/admin/api/keys/x")
        .await
        .assert_error(400, 2000);
}

#[tokio::test]
async fn a_session_of_authkit_opens_nothing_but_the_modal() {
    let app = TestApp::start();
    let person = Person::new(&app, "user_1").await;
    let anonymous = app.anonymous();
    for (method, route, expected) in TABLE {
        let [of_nobody, ..] = *expected;
        let is_open = *method == "POST" && *route == "/admin/api/session";
        if of_nobody != 401 || is_open || route.starts_with("/authkit/api/") {
            continue;
        }
        let request = anonymous
            .request(method, &route.replace("{id}", "x"))
            .header("authorization", format!("Bearer {}", person.session))
            .header("x-pica-secret", &person.session);
        let answer = anonymous.send(request).await;
        assert_eq!(answer.status, 401, "{method} {route}: {}", answer.text());
    }
    let shown = person.ask("GET", "/session", None).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
}
