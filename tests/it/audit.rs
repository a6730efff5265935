//! Who changed what, as the audit log has it.

use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, Person, TestApp, run_in, session_of, token_of};

async fn rows(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/admin/api/audit?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["rows"].as_array().unwrap().clone()
}

/// What was done, latest first.
async fn deeds(client: &Client, query: &str) -> Vec<String> {
    let rows = rows(client, query).await;
    rows.iter()
        .map(|row| row["what"].as_str().unwrap().to_owned())
        .collect()
}

async fn check(client: &Client) -> Value {
    client.get("/admin/api/audit/check").await.json()
}

#[tokio::test]
async fn what_is_done_to_a_connection_is_written_down_with_who_did_it() {
    let app = TestApp::start();
    let client = app.client();
    let secret = "sk-very-secret-0123456789";
    let body = json!({
        "platform": "openai", "identity": "user_1", "name": "Mine", "authFormData": { "OPENAI_API_KEY": secret },
    });
    let made = client.post("/v1/vault/connections", body).await.json();
    let path = format!("/v1/vault/connections/{}", made["id"].as_str().unwrap());
    let change = json!({ "tags": ["x"], "name": "Mine" });
    assert_eq!(client.patch(&path, change).await.status, 200);
    assert_eq!(client.delete(&path).await.status, 200);

    let found = rows(&client, "what=connection").await;
    let deeds: Vec<&str> = found
        .iter()
        .map(|row| row["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        deeds,
        [
            "connection.deleted",
            "connection.updated",
            "connection.created"
        ]
    );
    for row in &found {
        assert_eq!(row["actor"]["kind"], "key");
        assert_eq!(row["actor"]["name"], "dev");
        assert_eq!(row["object"]["kind"], "connection");
        assert_eq!(row["object"]["id"], made["id"]);
        assert_eq!(row["object"]["name"], "Mine");
        assert_eq!(row["environment"], "test");
        assert_eq!(row["hash"].as_str().unwrap().len(), 64);
    }
    // Only what is another one now.
    assert_eq!(found[1]["detail"]["fields"], json!(["tags"]));
    assert!(!json!(found).to_string().contains(secret));
    assert_eq!(check(&client).await["whole"], true);
    // The other environment has a log of its own.
    let live = app.client_with(&app.live_key);
    assert_eq!(rows(&live, "what=connection").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_a_person_connects_and_a_key_refreshes_is_written_down() {
    let app = TestApp::start();
    let client = app.client();
    let mut person = Person::new(&app, "user_1").await;
    let connected = person.connect("gmail").await;
    let path = format!(
        "/v1/vault/connections/{}/refresh",
        connected["id"].as_str().unwrap()
    );
    assert_eq!(client.post(&path, json!({})).await.status, 200);
    let found = rows(&client, "what=connection").await;
    assert_eq!(found[0]["what"], "connection.refreshed");
    assert_eq!(found[0]["actor"]["kind"], "key");
    assert_eq!(found[1]["what"], "connection.created");
    assert_eq!(
        found[1]["actor"],
        json!({ "kind": "user", "id": "user_1", "name": "user_1" })
    );
}

#[tokio::test]
async fn integrations_keys_toolsets_and_imports_are_written_down_and_no_secret_is() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start_with(|command| command.env("MAGPIE_CONNECTORS_DIR", folder.path()));
    let client = app.client();
    let secret = "GOCSPX-0123456789abcdef";
    let change = json!({ "clientId": "id-1", "clientSecret": secret, "active": true });
    let changed = client.patch("/v1/integrations/gmail", change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(client.delete("/v1/integrations/gmail").await.status, 200);
    let (key, _) = app.key_with(json!({ "name": "for a test" })).await;
    assert_eq!(
        app.operator()
            .delete(&format!("/admin/api/keys/{key}"))
            .await
            .status,
        200
    );
    let toolset = json!({ "name": "t" });
    assert_eq!(client.post("/v1/toolsets", toolset).await.status, 200);
    let toolset = json!({ "description": "x" });
    assert_eq!(client.patch("/v1/toolsets/t", toolset).await.status, 200);
    assert_eq!(client.delete("/v1/toolsets/t").await.status, 200);
    let document = json!({ "document": crate::imports::SMALL });
    let imported = client.post("/v1/connectors/import", document).await;
    assert_eq!(imported.status, 200, "{}", imported.text());

    assert_eq!(
        deeds(&client, "").await,
        [
            "connector.imported",
            "toolset.deleted",
            "toolset.updated",
            "toolset.created",
            "key.revoked",
            "key.created",
            "integration.reset",
            "integration.updated",
            "key.created",
        ]
    );
    let all = rows(&client, "").await;
    assert_eq!(
        all[7]["detail"]["fields"],
        json!(["clientId", "clientSecret"])
    );
    assert_eq!(all[5]["actor"]["kind"], "operator");
    assert_eq!(all[8]["actor"]["kind"], "system");
    assert!(!json!(all).to_string().contains("GOCSPX"));

    for (query, count) in [
        ("what=toolset", 3),
        ("what=toolset.deleted", 1),
        ("what=tool", 0),
        ("actor=dev", 6),
        ("q=FOR%20A%20TEST", 2),
        ("from=2999-01-01T00:00:00Z", 0),
        ("to=2999-01-01T00:00:00Z", 9),
        ("limit=2", 2),
        ("before=4", 3),
    ] {
        assert_eq!(deeds(&client, query).await.len(), count, "{query}");
    }
    let first = client.get("/admin/api/audit?limit=4").await.json();
    let next = first["next"].as_str().unwrap();
    let rest = client
        .get(&format!("/admin/api/audit?before={next}"))
        .await
        .json();
    assert_eq!(rest["rows"].as_array().unwrap().len(), 5);
    assert_eq!(rest["next"], Value::Null);
    for bad in ["from=yesterday", "limit=x", "before=x"] {
        let answer = client.get(&format!("/admin/api/audit?{bad}")).await;
        answer.assert_error(400, 2000);
    }
}

#[tokio::test]
async fn the_log_goes_on_after_a_kill_and_with_the_command_line_on_the_folder() {
    let app = TestApp::start();
    let client = app.client();
    for _ in 0..3 {
        app.connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
            .await;
    }
    assert_eq!(check(&client).await["records"], 4);
    let folder = app.kill();
    let args = [
        "key",
        "create",
        "--env",
        "test",
        "--name",
        "cli",
        "--json",
        "--data-dir",
        "data",
    ];
    run_in(folder.path(), &args, |command| command).json();
    let app = TestApp::start_in(folder, |command| command);
    let client = app.client();
    let after = check(&client).await;
    assert_eq!(
        (&after["whole"], &after["records"]),
        (&json!(true), &json!(5))
    );
    let last = &rows(&client, "limit=1").await[0];
    assert_eq!(last["actor"]["kind"], "operator");
    assert_eq!(last["hash"], after["hash"]);
}

#[tokio::test]
async fn many_changes_at_once_make_one_chain() {
    let app = TestApp::start();
    let client = app.client();
    let made = client
        .post(
            "/v1/vault/connections",
            json!({ "platform": "openai", "authFormData": { "OPENAI_API_KEY": "sk-1" } }),
        )
        .await
        .json();
    let path = &format!("/v1/vault/connections/{}", made["id"].as_str().unwrap());
    let client = &client;
    // All of them of one record: most meet somebody else's change, and are decided again.
    let changes = (0..40).map(|number| async move {
        let change = json!({ "tags": [number.to_string()] });
        client.patch(path, change).await.status
    });
    let statuses = futures_util::future::join_all(changes).await;
    let good = statuses.iter().filter(|status| **status == 200).count();
    let checked = check(client).await;
    assert_eq!(checked["whole"], true, "{checked}");
    assert_eq!(
        deeds(client, "what=connection.updated&limit=500")
            .await
            .len(),
        good
    );
}

/// The first administrator of a development server, signed in, and the set-up link's token.
async fn owner(app: &TestApp) -> (Client, String) {
    let made = app.operator().post("/admin/api/links", json!({})).await;
    let token = token_of(made.json()["link"].as_str().unwrap()).to_owned();
    let form =
        json!({ "token": token, "email": "ada@example.com", "name": "Ada", "password": PASSWORD });
    let anonymous = app.anonymous();
    let entered = anonymous.post("/admin/api/setup", form).await;
    (session_of(&anonymous, &entered), token)
}

#[tokio::test]
async fn what_happens_to_people_is_written_down_and_no_password_code_or_link_is() {
    let app = TestApp::start();
    let (ada, set_up) = owner(&app).await;
    let asked = json!({ "email": "grace@example.com", "role": "member" });
    let invited = ada.post("/admin/api/members", asked).await.json();
    let path = format!(
        "/admin/api/members/{}",
        invited["member"]["id"].as_str().unwrap()
    );
    let link = ada.post(&format!("{path}/link"), json!({})).await.json();
    let token = token_of(link["link"].as_str().unwrap()).to_owned();
    let form = json!({ "token": token, "name": "Grace", "password": PASSWORD });
    let anonymous = app.anonymous();
    let joined = anonymous.post("/admin/api/invitations/accept", form).await;
    let grace = session_of(&anonymous, &joined);
    assert_eq!(
        grace
            .patch("/admin/api/me", json!({ "name": "Grace H." }))
            .await
            .status,
        200
    );
    let sign_in = async |password: &str| {
        let form = json!({ "email": "grace@example.com", "password": password });
        anonymous.post("/admin/api/session", form).await
    };
    assert_eq!(sign_in("a wrong one, twice").await.status, 401);
    let other = session_of(&anonymous, &sign_in(PASSWORD).await);
    let sessions = grace.get("/admin/api/me/sessions").await.json();
    let sessions = sessions["rows"].as_array().unwrap();
    let one = sessions.iter().find(|row| row["isThis"] == false).unwrap();
    let session = format!("/admin/api/me/sessions/{}", one["id"].as_str().unwrap());
    assert_eq!(grace.delete(&session).await.status, 204);
    assert_eq!(grace.delete("/admin/api/session").await.status, 204);
    drop(other);
    let third = session_of(&anonymous, &sign_in(PASSWORD).await);
    let new = "another purple otter";
    let form = json!({ "current": PASSWORD, "new": new });
    assert_eq!(third.put("/admin/api/me/password", form).await.status, 204);
    assert_eq!(
        ada.patch(&path, json!({ "role": "manager" })).await.status,
        200
    );
    // The same role again is no change.
    assert_eq!(
        ada.patch(&path, json!({ "role": "manager" })).await.status,
        200
    );
    let reset = json!({ "email": "grace@example.com" });
    let reset = app.operator().post("/admin/api/links", reset).await.json();
    let reset = token_of(reset["link"].as_str().unwrap()).to_owned();
    let form = json!({ "token": reset, "password": PASSWORD });
    let accepted = anonymous.post("/admin/api/invitations/accept", form).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    assert_eq!(ada.delete(&path).await.status, 204);

    let told = rows(&ada, "what=member&limit=500").await;
    let whats: Vec<&str> = told
        .iter()
        .rev()
        .map(|row| row["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        whats,
        [
            "member.set_up",
            "member.invited",
            "member.link_renewed",
            "member.joined",
            "member.renamed",
            "member.signed_in",
            "member.session_ended",
            "member.signed_out",
            "member.signed_in",
            "member.password_changed",
            "member.role_changed",
            "member.link_renewed",
            "member.password_reset",
            "member.removed",
        ]
    );
    for row in &told {
        assert_eq!(row["environment"], Value::Null, "{row}");
        assert_eq!(row["object"]["kind"], "member", "{row}");
        assert!(row["id"].as_str().unwrap().starts_with("server-"), "{row}");
    }
    let of = |what: &str| told.iter().rev().find(|row| row["what"] == what).unwrap();
    let invited = of("member.invited");
    assert_eq!(invited["actor"]["name"], "Ada");
    assert_eq!(
        invited["detail"],
        json!({ "email": "grace@example.com", "role": "member" })
    );
    let changed = of("member.role_changed");
    assert_eq!(
        changed["detail"],
        json!({ "before": "member", "after": "manager" })
    );
    let signed_in = of("member.signed_in");
    assert_eq!(signed_in["actor"]["id"], signed_in["object"]["id"]);
    assert_eq!(signed_in["detail"]["via"], "password");
    assert_eq!(signed_in["detail"]["address"], "127.0.0.1");
    assert_eq!(of("member.removed")["object"]["name"], "Grace H.");
    assert_eq!(
        rows(&ada, "what=member.link_renewed").await[0]["actor"]["kind"],
        "operator"
    );
    let text = json!(told).to_string();
    let secrets = [
        set_up.as_str(),
        &token[32..],
        &reset[32..],
        PASSWORD,
        new,
        "a wrong one",
    ];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_second_factor_is_told_of_from_its_first_code_to_its_end() {
    let app = TestApp::start();
    let (person, _) = app.member("member").await;
    let begun = person.post("/admin/api/me/totp", json!({})).await.json();
    let secret = begun["secret"].as_str().unwrap();
    let seen = async || deeds(&person, "what=member&limit=2").await;
    assert_eq!(seen().await, ["member.joined", "member.invited"]);
    let form = json!({ "code": crate::admin_sign_in::code(secret, 0) });
    let confirmed = person.put("/admin/api/me/totp", form).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    assert_eq!(seen().await[0], "member.second_factor_on");
    let form = json!({ "password": PASSWORD });
    let off = person.send_json("DELETE", "/admin/api/me/totp", form).await;
    assert_eq!(off.status, 204);
    assert_eq!(
        seen().await,
        ["member.second_factor_off", "member.second_factor_on"]
    );
    let all = json!(rows(&person, "").await).to_string();
    for code in confirmed.json()["recoveryCodes"].as_array().unwrap() {
        assert!(!all.contains(code.as_str().unwrap()));
    }
    assert!(!all.contains(secret));
}

#[tokio::test]
async fn people_see_what_belongs_to_no_environment_among_the_rest_and_keys_do_not() {
    let app = TestApp::start();
    let (person, _) = app.member("member").await;
    for n in 0..3 {
        app.connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
            .await;
        let asked = json!({ "email": format!("{n}@example.com"), "role": "member" });
        let invited = app.operator().post("/admin/api/members", asked).await;
        assert_eq!(invited.status, 200);
    }
    let expected = [
        "member.invited",
        "connection.created",
        "member.invited",
        "connection.created",
        "member.invited",
        "connection.created",
        "member.joined",
        "member.invited",
        "key.created",
    ];
    assert_eq!(deeds(&person, "").await, expected);
    for limit in 1..10 {
        let (mut seen, mut query) = (Vec::new(), format!("limit={limit}"));
        loop {
            let page = person
                .get(&format!("/admin/api/audit?{query}"))
                .await
                .json();
            let rows = page["rows"].as_array().unwrap();
            seen.extend(
                rows.iter()
                    .map(|row| row["what"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else {
                break;
            };
            query = format!("limit={limit}&before={next}");
        }
        assert_eq!(seen, expected, "{limit} a page");
    }
    assert_eq!(deeds(&person, "actor=operator").await.len(), 4);
    let live = person.with_header("x-magpie-environment", "live");
    assert!(
        !deeds(&live, "")
            .await
            .contains(&"connection.created".to_owned())
    );
    assert_eq!(deeds(&live, "what=member").await.len(), 5);
    let checked = check(&person).await;
    assert_eq!(
        (
            &checked["whole"],
            &checked["records"],
            &checked["serverRecords"]
        ),
        (&json!(true), &json!(4), &json!(5))
    );

    let client = app.client();
    assert!(rows(&client, "what=member").await.is_empty());
    assert_eq!(check(&client).await["serverRecords"], Value::Null);
    let next = person.get("/admin/api/audit?limit=1").await.json()["next"].clone();
    let strange = format!("/admin/api/audit?before={}", next.as_str().unwrap());
    client.get(&strange).await.assert_error(400, 2000);
}
