//! People who sign in to the admin pages.

use serde_json::json;

use super::{Answer, Client, TestApp};

/// Everybody's password.
pub const PASSWORD: &str = "purple otters juggle";

/// The token in an invitation's, or any other, link.
pub fn token_of(link: &str) -> &str {
    link.split("?token=").nth(1).unwrap()
}

/// `client` with the session that `answer` has begun, speaking of the test environment.
pub fn session_of(client: &Client, answer: &Answer) -> Client {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.header("set-cookie").unwrap();
    let view = answer.json();
    client
        .with_header("cookie", cookie.split(';').next().unwrap())
        .with_header("x-magpie-csrf", view["csrf"].as_str().unwrap())
        .with_header("x-magpie-environment", "test")
}

impl TestApp {
    /// Invites somebody, who joins: a caller with a session of this role, and the address.
    pub async fn member(&self, role: &str) -> (Client, String) {
        let email = format!("{role}-{}@example.com", uuid::Uuid::new_v4());
        let asked = json!({ "email": email, "role": role });
        let invited = self.operator().post("/admin/api/members", asked).await;
        assert_eq!(invited.status, 200, "{}", invited.text());
        let invited = invited.json();
        let token = token_of(invited["link"].as_str().unwrap());
        let accepted = json!({ "token": token, "name": "Ada", "password": PASSWORD });
        let anonymous = self.anonymous();
        let answer = anonymous
            .post("/admin/api/invitations/accept", accepted)
            .await;
        (session_of(&anonymous, &answer), email)
    }
}
