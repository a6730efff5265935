//! Parties that sign in by themselves: client credentials, and service accounts.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use magpie::crypto::sign_jwt;
use magpie::domain::{AssertionAlgorithm, Secret};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Map, Value, json};

use crate::support::TestApp;

/// An RSA key as service accounts get one: the private half as PEM, and the public half as DER.
fn key(kind: &str) -> (String, Vec<u8>) {
    let script = format!(
        "const k = require('crypto').generateKeyPairSync('rsa', {{ modulusLength: 2048 }});
         console.log(JSON.stringify({{
           pem: k.privateKey.export({{ type: '{kind}', format: 'pem' }}),
           der: k.publicKey.export({{ type: 'pkcs1', format: 'der' }}).toString('base64'),
         }}))"
    );
    let output = Command::new("node").args(["-e", &script]).output().unwrap();
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let der = STANDARD.decode(made["der"].as_str().unwrap()).unwrap();
    (made["pem"].as_str().unwrap().to_owned(), der)
}

#[test]
fn a_service_accounts_signature_is_one_that_others_verify() {
    for kind in ["pkcs8", "pkcs1"] {
        let (pem, public) = key(kind);
        let pem = Secret::new(pem);
        let signature = sign_jwt(AssertionAlgorithm::RS256, &pem, b"head.claims").unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
            .verify(b"head.claims", &signature)
            .unwrap();
    }
}

/// The connectors that get a token with what is entered.
async fn machines(app: &TestApp) -> Vec<Value> {
    let path = "/v1/public/connection-definitions?limit=500";
    let listed = app.anonymous().get(path).await.json();
    let rows = listed["rows"].as_array().unwrap().clone();
    let named = |row: &Value, name: &str| {
        let form = row["frontend"]["connectionForm"]["formData"]
            .as_array()
            .unwrap();
        form.iter().any(|field| field["name"] == name)
    };
    rows.into_iter()
        .filter(|row| row["settings"]["oauth"] == false)
        .filter(|row| named(row, "CLIENT_SECRET") || named(row, "PRIVATE_KEY"))
        .collect()
}

fn filled(row: &Value, pem: &str) -> Value {
    let form = row["frontend"]["connectionForm"]["formData"]
        .as_array()
        .unwrap();
    let mut data = Map::new();
    for field in form.iter().filter(|field| field["required"] == true) {
        let name = field["name"].as_str().unwrap();
        let text = |key: &str| field[key].as_str().filter(|text| !text.is_empty());
        let option = field["options"][0]["value"].as_str();
        let value = match name {
            "PRIVATE_KEY" => pem,
            _ => option
                .or_else(|| text("default"))
                .or_else(|| text("placeholder"))
                .unwrap_or("sample"),
        };
        data.insert(name.to_owned(), value.into());
    }
    Value::Object(data)
}

#[actix_web::test]
async fn every_party_that_signs_in_by_itself_gets_a_token_and_keeps_it_good() {
    let app = TestApp::start();
    let (pem, _) = key("pkcs8");
    // As it stands in the file that the provider gives out.
    let pem = pem.replace('\n', "\\n");
    let machines = machines(&app).await;
    assert!(machines.len() >= 4, "{}", machines.len());
    for row in machines {
        let platform = row["platform"].as_str().unwrap();
        let body = json!({ "platform": platform, "authFormData": filled(&row, &pem) });
        let made = app.client().post("/v1/vault/connections", body).await;
        assert_eq!(made.status, 200, "{platform}: {}", made.text());
        let made = made.json();
        assert!(made["expiresAt"].is_string(), "{platform}: {made}");
        let call = async || {
            let key = made["key"].as_str().unwrap();
            let request = app
                .client()
                .passthrough("GET", key, "/anything")
                .header("x-mock-echo", "true");
            app.client().send(request).await
        };
        let answer = call().await;
        assert_eq!(answer.status, 200, "{platform}: {}", answer.text());
        // The provider has forgotten the token: a new one is fetched, and the request repeated.
        let path = format!("/__mock/admin/oauth/{platform}/expire-all");
        app.anonymous().post(&path, json!({})).await;
        let answer = call().await;
        assert_eq!(answer.status, 200, "{platform}: {}", answer.text());
    }
}

#[actix_web::test]
async fn what_gets_no_token_is_not_stored() {
    let app = TestApp::start();
    for machine in machines(&app).await {
        let platform = machine["platform"].as_str().unwrap();
        let mut data = filled(&machine, "no key");
        let form = data.as_object_mut().unwrap();
        if let Some(value) = form.get_mut("CLIENT_SECRET") {
            *value = "invalid".into();
        }
        let body = json!({ "platform": platform, "authFormData": data });
        let answer = app.client().post("/v1/vault/connections", body).await;
        answer.assert_error(400, 2000);
        assert!(
            answer.text().contains("nothing was stored"),
            "{}",
            answer.text()
        );
    }
    let listed = app.client().get("/v1/vault/connections").await.json();
    assert_eq!(listed["total"], 0);
}
