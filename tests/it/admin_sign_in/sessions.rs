//! What a session opens, what else it needs, and when it ends.

use serde_json::json;

use super::House;
use crate::support::{Client, PASSWORD, TestApp, Upstream, session_of};

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_other_sites_and_plain_http() {
    let house = House::new();
    let link = house.printed_link().await;
    let made = house.set_up(&link).await;
    let cookie = made.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Strict"
    );
    let (name, token) = pair.split_once('=').unwrap();
    assert_eq!((name, token.len()), ("__Host-magpie", 43));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let owner = session_of(&house.anonymous(), &made);
    let out = owner.delete("/admin/api/session").await;
    assert_eq!(out.status, 204);
    let cookie = out.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-magpie=; Path=/; Max-Age=0;"),
        "{cookie}"
    );
    owner
        .get("/admin/api/members")
        .await
        .assert_error(401, 2010);
}

#[tokio::test]
async fn the_cookie_alone_opens_nothing() {
    let house = House::new();
    let owner = house.owner().await;
    let paths = [
        "/admin/api/members",
        "/admin/api/me/sessions",
        "/v1/vault/connections",
        "/v1/integrations",
    ];
    for path in paths {
        assert_eq!(owner.get(path).await.status, 200, "{path}");
        let without = owner.without_header("x-magpie-csrf");
        without.get(path).await.assert_error(403, 2002);
        let wrong = owner.with_header("x-magpie-csrf", "dev");
        wrong.get(path).await.assert_error(403, 2002);
        let nowhere = owner.without_header("x-magpie-environment");
        nowhere.get(path).await.assert_error(400, 2000);
        let odd = owner.with_header("x-magpie-environment", "production");
        odd.get(path).await.assert_error(400, 2000);
        let headers_only = owner.without_header("cookie");
        headers_only.get(path).await.assert_error(401, 2010);
        let other = owner.with_header(
            "cookie",
            "__Host-magpie=0000000000000000000000000000000000000000000",
        );
        other.get(path).await.assert_error(401, 2010);
    }
    // What only says who is signed in needs no header.
    let bare = owner
        .without_header("x-magpie-csrf")
        .without_header("x-magpie-environment");
    let view = bare.get("/admin/api/session").await.json();
    assert_eq!(
        (&view["signedIn"], &view["member"]["name"]),
        (&json!(true), &json!("Ada"))
    );
}

#[tokio::test]
async fn a_key_wins_over_a_session() {
    let house = House::new();
    let owner = house.owner().await;
    let garbage = owner.with_key("garbage");
    garbage
        .get("/v1/vault/connections")
        .await
        .assert_error(401, 2010);
    garbage
        .get("/admin/api/members")
        .await
        .assert_error(401, 2010);
    let key = house.server.client(house.folder.path());
    assert_eq!(key.get("/v1/vault/connections").await.status, 200);
    let answer = key.get("/v1/vault/connections").await;
    assert!(answer.header("x-pica-rate-limit-limit").is_some());
    let person = owner.get("/v1/vault/connections").await;
    assert!(
        person.header("x-pica-rate-limit-limit").is_none(),
        "people are not counted as keys"
    );
}

#[tokio::test]
async fn a_session_speaks_of_the_environment_that_its_header_says() {
    let app = TestApp::start();
    app.connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
        .await;
    let (test, _) = app.member("admin").await;
    let live = test.with_header("x-magpie-environment", "live");
    assert_eq!(test.get("/v1/vault/connections").await.json()["total"], 1);
    assert_eq!(live.get("/v1/vault/connections").await.json()["total"], 0);
}

#[tokio::test]
async fn every_session_ends_with_the_password() {
    let house = House::new();
    let owner = house.owner().await;
    let other = house.sign_in("ada@example.com", PASSWORD).await;
    let other = session_of(&house.anonymous(), &other);
    let rows = owner.get("/admin/api/me/sessions").await.json()["rows"].clone();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows.iter().filter(|row| row["isThis"] == true).count(), 1);
    assert!(
        rows.iter().all(|row| row["address"] == "127.0.0.1"),
        "{rows:?}"
    );

    let form = json!({ "current": "wrong wrong wrong", "new": "another good one" });
    let wrong = owner.put("/admin/api/me/password", form).await;
    wrong.assert_error(400, 2000);
    let form = json!({ "current": PASSWORD, "new": "another good one" });
    assert_eq!(owner.put("/admin/api/me/password", form).await.status, 204);
    for ended in [&owner, &other] {
        ended
            .get("/v1/vault/connections")
            .await
            .assert_error(401, 2010);
        let view = ended.get("/admin/api/session").await.json();
        assert_eq!(view["signedIn"], false);
    }
    assert_eq!(house.sign_in("ada@example.com", PASSWORD).await.status, 401);
    assert_eq!(
        house
            .sign_in("ada@example.com", "another good one")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_session_can_be_ended_from_another_one_and_by_its_owner_alone() {
    let house = House::new();
    let owner = house.owner().await;
    let (grace, email) = house.joined(&owner, "member").await;
    let phone = session_of(&house.anonymous(), &house.sign_in(&email, PASSWORD).await);
    let rows = grace.get("/admin/api/me/sessions").await.json()["rows"].clone();
    let mut rows = rows.as_array().unwrap().iter();
    let other = rows.find(|row| row["isThis"] == false).unwrap();
    let path = format!("/admin/api/me/sessions/{}", other["id"].as_str().unwrap());
    owner.delete(&path).await.assert_error(404, 2005);
    assert_eq!(phone.get("/admin/api/members").await.status, 200);
    assert_eq!(grace.delete(&path).await.status, 204);
    phone
        .get("/admin/api/members")
        .await
        .assert_error(401, 2010);
    assert_eq!(grace.get("/admin/api/members").await.status, 200);
}

#[tokio::test]
async fn a_role_and_a_membership_end_at_once_and_with_them_the_sessions() {
    let house = House::new();
    let owner = house.owner().await;
    let (manager, email) = house.joined(&owner, "manager").await;
    let rows = owner.get("/admin/api/members").await.json()["rows"].clone();
    let mut rows = rows.as_array().unwrap().iter();
    let row = rows.find(|row| row["email"] == email).unwrap();
    assert_eq!(
        (&row["state"], &row["role"]),
        (&json!("active"), &json!("manager"))
    );
    let path = format!("/admin/api/members/{}", row["id"].as_str().unwrap());
    let changed = owner.patch(&path, json!({ "role": "member" })).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    manager
        .get("/admin/api/members")
        .await
        .assert_error(401, 2010);
    let member = session_of(&house.anonymous(), &house.sign_in(&email, PASSWORD).await);
    assert_eq!(owner.delete(&path).await.status, 204);
    member
        .get("/admin/api/members")
        .await
        .assert_error(401, 2010);
    assert_eq!(house.sign_in(&email, PASSWORD).await.status, 401);
}

#[tokio::test]
async fn a_manager_does_everything_but_delete_connections_and_manage_members() {
    let app = TestApp::start();
    let (manager, _) = app.member("manager").await;
    let connection = app
        .connection("openai", json!({ "OPENAI_API_KEY": "sk-1" }))
        .await;
    let path = format!("/v1/vault/connections/{connection}");
    assert_eq!(
        manager.patch(&path, json!({ "tags": ["x"] })).await.status,
        200
    );
    let refused = manager.delete(&path).await;
    refused.assert_error(403, 2002);
    assert!(
        refused.text().contains("ask an Admin"),
        "{}",
        refused.text()
    );
    assert_eq!(manager.get(&path).await.status, 200);
    assert_eq!(manager.delete("/v1/integrations/openai").await.status, 200);
    // Keys do no more than their makers.
    for (role, permission, status) in [
        ("member", "read", 200),
        ("member", "write", 403),
        ("manager", "write", 200),
        ("manager", "admin", 403),
        ("admin", "admin", 200),
    ] {
        let (maker, _) = app.member(role).await;
        let form = json!({ "environment": "test", "name": "x", "permission": permission });
        let made = maker.post("/admin/api/keys", form).await;
        assert_eq!(made.status, status, "{role} {permission}: {}", made.text());
    }
    let (member, _) = app.member("member").await;
    let made = member
        .post(
            "/admin/api/keys",
            json!({ "environment": "test", "name": "x" }),
        )
        .await;
    let keys = member.get("/admin/api/keys").await.json();
    let own = keys["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == made.json()["id"]);
    assert_eq!(own.unwrap()["permission"], "read");
}

#[tokio::test]
async fn a_provider_learns_nothing_of_the_session() {
    let app = TestApp::start();
    let upstream = Upstream::start().await;
    let form = json!({ "BASE_URL": upstream.url(), "TOKEN": "t" });
    let connection = app.connection("generic-bearer", form).await;
    let (person, _) = app.member("member").await;
    let request = person
        .passthrough("GET", &connection, "/x")
        .header("origin", &app.url)
        .header("referer", format!("{}/admin/", app.url))
        .header("sec-fetch-site", "same-origin")
        .header("x-kept", "1");
    let answer = person.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let seen = upstream.seen();
    let head = String::from_utf8(seen.last().unwrap().head.clone())
        .unwrap()
        .to_lowercase();
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let names: Vec<&str> = lines.map(|(name, _)| name).collect();
    assert!(names.contains(&"x-kept"), "{names:?}");
    for name in names {
        let is_ours = name.starts_with("x-magpie-")
            || name.starts_with("x-pica-")
            || name.starts_with("sec-");
        assert!(
            !is_ours && !["cookie", "origin", "referer"].contains(&name),
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_a_page_asks_by_itself_is_no_use_and_is_refused_like_the_rest_once_it_is_over() {
    let house = House::new();
    let owner = house.owner().await;
    let page = owner.with_header("x-magpie-background", "true");
    let last_used = async |client: &Client| {
        let sessions = client.get("/admin/api/me/sessions").await;
        assert_eq!(sessions.status, 200, "{}", sessions.text());
        sessions.json()["rows"][0]["lastUsedAt"].clone()
    };
    let before = last_used(&owner).await;
    for path in [
        "/admin/api/overview?range=1h",
        "/v1/vault/connections",
        "/admin/api/session",
    ] {
        assert_eq!(page.get(path).await.status, 200);
    }
    assert_eq!(last_used(&page).await, before);
    assert_ne!(last_used(&owner).await, before);
    let unlike = owner.with_header("x-magpie-background", "false");
    let before = last_used(&owner).await;
    assert_ne!(last_used(&unlike).await, before);
    assert_eq!(owner.delete("/admin/api/session").await.status, 204);
    for path in ["/admin/api/overview?range=1h", "/v1/vault/connections"] {
        page.get(path).await.assert_error(401, 2010);
    }
}
