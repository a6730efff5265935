//! API keys of all kinds, made as an operator makes them.

use serde_json::{Value, json};

use super::{Client, TestApp};

impl TestApp {
    /// The operator, who comes by the control socket.
    pub fn operator(&self) -> Client {
        Client::over_socket(&self.data_dir().join("control.sock"))
    }

    /// Makes a key of the test environment with these `wishes`, and gives its id and the key.
    pub async fn key_with(&self, wishes: Value) -> (String, String) {
        let mut asked = json!({ "environment": "test", "name": "made by a test" });
        for (name, value) in wishes.as_object().unwrap() {
            asked[name] = value.clone();
        }
        let made = self.operator().post("/admin/api/keys", asked).await;
        assert_eq!(made.status, 200, "{}", made.text());
        let text = |name: &str| made.json()[name].as_str().unwrap().to_owned();
        (text("id"), text("key"))
    }

    /// A caller with a key of the test environment with these `wishes`.
    pub async fn client_wishing(&self, wishes: Value) -> Client {
        self.client_with(&self.key_with(wishes).await.1)
    }

    /// A key that was valid, and was revoked.
    pub async fn revoked_key(&self) -> String {
        let (id, key) = self.key_with(json!({})).await;
        assert_eq!(
            self.client_with(&key)
                .get("/v1/knowledge?limit=1")
                .await
                .status,
            200
        );
        let revoked = self
            .operator()
            .delete(&format!("/admin/api/keys/{id}"))
            .await;
        assert_eq!(revoked.status, 200, "{}", revoked.text());
        key
    }
}
