//! People sign in: the first link, passwords and codes, sessions and their ends, and who is let in
//! without any of it.

mod elsewhere;
mod pages;
mod second_factor;
mod sessions;

pub use second_factor::code;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, Server, eventually, run_in, session_of, token_of};

/// A server in earnest, with what it printed.
struct House {
    server: Server,
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        Self::with(|command| command)
    }

    fn with(settings: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Self::start(folder.path(), settings);
        Self { server, folder }
    }

    fn start(folder: &Path, settings: impl FnOnce(&mut Command) -> &mut Command) -> Server {
        let printed = std::fs::File::create(folder.join("printed.txt")).unwrap();
        Server::start(folder, |command| {
            settings(command.stdout(Stdio::from(printed)))
        })
    }

    fn anonymous(&self) -> Client {
        Client::new(&self.server.url, None)
    }

    /// The link that the server printed.
    async fn printed_link(&self) -> String {
        let path = self.folder.path().join("printed.txt");
        eventually("the link is printed", async || {
            let text = std::fs::read_to_string(&path).unwrap();
            let word = text
                .split_whitespace()
                .find(|word| word.contains("#/setup"));
            word.map(str::to_owned)
        })
        .await
    }

    /// A link that the command line makes.
    fn link(&self, more: &[&str]) -> String {
        let args = ["admin", "link", "--data-dir", "data", "--json"];
        let made = run_in(self.folder.path(), &[&args, more].concat(), |command| {
            command
        });
        made.json()["link"].as_str().unwrap().to_owned()
    }

    async fn set_up(&self, link: &str) -> Answer {
        let form = json!({ "token": token_of(link), "email": "Ada@Example.com", "name": "Ada", "password": PASSWORD });
        self.anonymous().post("/admin/api/setup", form).await
    }

    /// The first administrator, signed in.
    async fn owner(&self) -> Client {
        let link = self.printed_link().await;
        session_of(&self.anonymous(), &self.set_up(&link).await)
    }

    /// Somebody whom the owner invites, signed in, and the address.
    async fn joined(&self, owner: &Client, role: &str) -> (Client, String) {
        let email = format!("{role}-{}@example.com", uuid::Uuid::new_v4());
        let asked = json!({ "email": email, "role": role });
        let invited = owner.post("/admin/api/members", asked).await.json();
        let token = token_of(invited["link"].as_str().unwrap());
        let form = json!({ "token": token, "name": "Grace", "password": PASSWORD });
        let anonymous = self.anonymous();
        let joined = anonymous.post("/admin/api/invitations/accept", form).await;
        (session_of(&anonymous, &joined), email)
    }

    async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let form = json!({ "email": email, "password": password });
        self.anonymous().post("/admin/api/session", form).await
    }
}

/// The last part of an error's key.
fn key_of(answer: &Answer) -> String {
    let key = answer.json()["key"].as_str().unwrap().to_owned();
    key.rsplit("::").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_printed_link_makes_the_first_administrator_once() {
    let house = House::new();
    let link = house.printed_link().await;
    assert!(link.starts_with("http://localhost:"), "{link}");
    let before = house.anonymous().get("/admin/api/session").await.json();
    assert_eq!(
        (&before["signedIn"], &before["needsSetUp"], &before["mode"]),
        (&json!(false), &json!(true), &json!("serve"))
    );
    let made = house.set_up(&link).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let view = made.json();
    assert_eq!(view["member"]["email"], "ada@example.com");
    assert_eq!(
        (&view["member"]["role"], &view["member"]["isOwner"]),
        (&json!("admin"), &json!(true))
    );
    assert_eq!(view["needsSetUp"], false);
    let owner = session_of(&house.anonymous(), &made);
    assert_eq!(owner.get("/admin/api/members").await.status, 200);

    let again = house.set_up(&link).await;
    assert_eq!((again.status, key_of(&again).as_str()), (404, "link_ended"));
    // There is somebody now: no other first link is to be had.
    let args = ["admin", "link", "--data-dir", "data"];
    run_in(house.folder.path(), &args, |command| command).assert_fails(1, &["members already"]);
}

#[tokio::test]
async fn each_start_and_each_request_make_another_first_link_until_there_is_somebody() {
    let house = House::new();
    let printed = house.printed_link().await;
    let made = house.link(&[]);
    assert_eq!(house.set_up(&printed).await.status, 404);
    let House { server, folder } = house;
    server.stop();
    let server = House::start(folder.path(), |command| command);
    let house = House { server, folder };
    assert_eq!(house.set_up(&made).await.status, 404);
    house.owner().await;
    let House { server, folder } = house;
    server.stop();
    let server = House::start(folder.path(), |command| command);
    let printed = std::fs::read_to_string(folder.path().join("printed.txt")).unwrap();
    assert_eq!(printed, "", "there is nothing to be told");
    // Members outlive a restart, and a link is made also while nothing runs.
    server.stop();
    let stopped = House {
        server: House::start(folder.path(), |command| command),
        folder,
    };
    assert_eq!(
        stopped.sign_in("ada@example.com", PASSWORD).await.status,
        200
    );
}

#[tokio::test]
async fn no_secret_of_signing_in_is_in_the_log_or_the_folder() {
    let mut house = House::with(|command| command.env("MAGPIE_LOG", "debug"));
    let link = house.printed_link().await;
    let made = house.set_up(&link).await;
    let cookie = made.header("set-cookie").unwrap().to_owned();
    let session = cookie.split([';', '=']).nth(1).unwrap().to_owned();
    let csrf = made.json()["csrf"].as_str().unwrap().to_owned();
    let owner = session_of(&house.anonymous(), &made);
    let secrets = owner.post("/admin/api/me/totp", json!({})).await.json();
    house
        .sign_in("ada@example.com", "a wrong one, and long")
        .await;
    let reset = house.link(&["--email", "ada@example.com"]);
    house.server.signal("TERM");
    house.server.ended();

    let mut places = vec![house.server.log().to_owned()];
    for folder in ["log", "snapshots"] {
        let folder = house.folder.path().join("data").join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            places.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    for secret in [
        PASSWORD,
        "a wrong one, and long",
        token_of(&link),
        &token_of(&reset)[32..],
        &session,
        &csrf,
        secrets["secret"].as_str().unwrap(),
    ] {
        assert!(secret.len() > 12, "{secret}");
        for text in &places {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_are_answered_alike_and_then_locked() {
    let house = House::new();
    house.owner().await;
    let mut told = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut answers = Vec::new();
        // The fifth has to be followed within a second to be made to wait; on a busy machine a later one is.
        for _ in 0..10 {
            let answer = house.sign_in(email, "wrong wrong wrong").await;
            let mut body: Value = answer.json();
            body["requestId"] = Value::Null;
            if answer.status == 429 {
                let retry: u64 = answer.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=16).contains(&retry), "{retry}");
                break;
            }
            assert_eq!(
                (answer.status, key_of(&answer).as_str()),
                (401, "wrong_password")
            );
            answers.push(body);
        }
        assert!((5..10).contains(&answers.len()), "{answers:?}");
        told.extend(answers);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:?}");
    // Whoever can run commands on the machine gets in by another way.
    let link = house.link(&["--email", "ada@example.com"]);
    let form = json!({ "token": token_of(&link), "password": "another good one" });
    let reset = house
        .anonymous()
        .post("/admin/api/invitations/accept", form)
        .await;
    assert_eq!(reset.status, 200, "{}", reset.text());
    assert_eq!(
        house
            .sign_in("ada@example.com", "another good one")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_weak_password_is_refused_with_a_reason_and_the_link_stays_good() {
    let house = House::new();
    let link = house.printed_link().await;
    let anonymous = house.anonymous();
    for (password, says) in [
        ("short", "12 characters"),
        ("password1234", "first that anybody"),
        ("ada@example.com", "email address or your name"),
    ] {
        let form = json!({ "token": token_of(&link), "email": "ada@example.com", "name": "Ada", "password": password });
        let answer = anonymous.post("/admin/api/setup", form).await;
        answer.assert_error(400, 2000);
        assert!(answer.text().contains(says), "{}", answer.text());
        assert!(!answer.text().contains(&format!("\"{password}\"")));
    }
    assert_eq!(house.set_up(&link).await.status, 200);
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_sign_anybody_in() {
    let house = House::new();
    let form = json!({ "email": "ada@example.com", "password": PASSWORD });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let evil = house.anonymous().with_header(name, value);
        for path in [
            "/admin/api/session",
            "/admin/api/setup",
            "/admin/api/invitations/accept",
        ] {
            let mut body = form.clone();
            if path != "/admin/api/session" {
                body = json!({ "token": "x", "email": "a@b.c", "name": "x", "password": "x" });
            }
            if path.ends_with("accept") {
                body = json!({ "token": "x", "password": "x" });
            }
            evil.post(path, body).await.assert_error(403, 2002);
        }
    }
    let own = house.anonymous().with_header("origin", &house.server.url);
    own.post("/admin/api/session", form)
        .await
        .assert_error(401, 2010);
}
