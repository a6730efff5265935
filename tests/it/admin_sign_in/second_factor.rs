//! Codes, and what helps when the phone is lost.

use magpie::crypto::hmac_sha1;
use magpie::domain::{Clock, SystemClock};
use serde_json::{Value, json};

use super::{House, key_of};
use crate::support::{Answer, PASSWORD, token_of};

/// What an authenticator app does with the secret.
pub fn code(secret: &str, steps_later: u64) -> String {
    let mut bits = 0u64;
    let mut held = 0;
    let mut bytes = Vec::new();
    for letter in secret.bytes() {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let value = digits.iter().position(|digit| *digit == letter).unwrap();
        bits = bits << 5 | u64::try_from(value).unwrap();
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    let step = u64::try_from(SystemClock.now().micros() / 30_000_000).unwrap() + steps_later;
    let digest = hmac_sha1(&bytes, &step.to_be_bytes());
    let at = usize::from(digest[19] & 15);
    let four = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap());
    format!("{:06}", (four & 0x7fff_ffff) % 1_000_000)
}

async fn enter(house: &House, code: Option<&str>) -> Answer {
    let form = json!({ "email": "ada@example.com", "password": PASSWORD, "code": code });
    house.anonymous().post("/admin/api/session", form).await
}

#[tokio::test]
async fn a_code_is_asked_for_from_its_confirmation_on() {
    let house = House::new();
    let owner = house.owner().await;
    let begun: Value = owner.post("/admin/api/me/totp", json!({})).await.json();
    let secret = begun["secret"].as_str().unwrap();
    assert!(
        begun["uri"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/Magpie:ada%40example%2Ecom?secret="),
        "{begun}"
    );
    let wrong = owner
        .put("/admin/api/me/totp", json!({ "code": "000000" }))
        .await;
    wrong.assert_error(400, 2000);
    let first = code(secret, 0);
    let confirmed = owner
        .put("/admin/api/me/totp", json!({ "code": first }))
        .await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let recovery = confirmed.json()["recoveryCodes"].clone();
    let recovery: Vec<&str> = recovery
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap())
        .collect();
    assert_eq!(recovery.len(), 10);
    assert_eq!(
        owner.get("/admin/api/session").await.json()["member"]["totp"],
        true
    );

    let without = enter(&house, None).await;
    assert_eq!(
        (without.status, key_of(&without).as_str()),
        (401, "code_required")
    );
    assert!(without.header("set-cookie").is_none());
    let used = enter(&house, Some(&first)).await;
    assert_eq!((used.status, key_of(&used).as_str()), (401, "code_wrong"));
    // The next step's: a clock may be one step ahead.
    let next = code(secret, 1);
    assert_eq!(enter(&house, Some(&next)).await.status, 200);
    assert_eq!(enter(&house, Some(&next)).await.status, 401);
    assert_eq!(enter(&house, Some(recovery[0])).await.status, 200);
    assert_eq!(enter(&house, Some(recovery[0])).await.status, 401);

    let form = json!({ "password": "wrong wrong wrong" });
    owner
        .send_json("DELETE", "/admin/api/me/totp", form)
        .await
        .assert_error(400, 2000);
    let form = json!({ "password": PASSWORD });
    assert_eq!(
        owner
            .send_json("DELETE", "/admin/api/me/totp", form)
            .await
            .status,
        204
    );
    assert_eq!(enter(&house, None).await.status, 200);
}

#[tokio::test]
async fn a_link_of_the_command_line_helps_when_the_phone_is_lost() {
    let house = House::new();
    let owner = house.owner().await;
    let begun: Value = owner.post("/admin/api/me/totp", json!({})).await.json();
    let first = code(begun["secret"].as_str().unwrap(), 0);
    assert_eq!(
        owner
            .put("/admin/api/me/totp", json!({ "code": first }))
            .await
            .status,
        200
    );
    let id = owner.get("/admin/api/session").await.json()["member"]["id"].clone();
    let path = format!("/admin/api/members/{}/link", id.as_str().unwrap());
    let accept = async |link: &str| {
        let form = json!({ "token": token_of(link), "password": PASSWORD });
        house
            .anonymous()
            .post("/admin/api/invitations/accept", form)
            .await
    };
    // One's own link sets the password, and the code stays.
    let link = owner.post(&path, json!({})).await.json()["link"].clone();
    let accepted = accept(link.as_str().unwrap()).await;
    assert_eq!(
        (accepted.status, &accepted.json()["signedIn"]),
        (200, &json!(false))
    );
    assert_eq!(key_of(&enter(&house, None).await), "code_required");

    let accepted = accept(&house.link(&["--email", "ada@example.com"])).await;
    assert_eq!(
        (accepted.status, &accepted.json()["signedIn"]),
        (200, &json!(true))
    );
    assert_eq!(enter(&house, None).await.status, 200);
}
