//! Connections of the generic connectors, which go where their base URL says.

use serde_json::json;

use super::app::TestApp;

/// The bearer token of [`TestApp::bearer`].
pub const TOKEN: &str = "tok-0123456789";

impl TestApp {
    /// A connection that carries `Authorization: Bearer` and [`TOKEN`].
    pub async fn bearer(&self, base_url: &str) -> String {
        let form = json!({ "BASE_URL": base_url, "TOKEN": TOKEN });
        self.connection("generic-bearer", form).await
    }

    /// A connection that carries `X-Api-Key: key-1`.
    pub async fn api_key(&self, base_url: &str) -> String {
        let form = json!({ "BASE_URL": base_url, "HEADER": "X-Api-Key", "API_KEY": "key-1" });
        self.connection("generic-api-key", form).await
    }

    /// A connection that carries user `ann` and password `p:ss`.
    pub async fn basic(&self, base_url: &str) -> String {
        let form = json!({ "BASE_URL": base_url, "USERNAME": "ann", "PASSWORD": "p:ss" });
        self.connection("generic-basic", form).await
    }

    /// A connection that carries nothing.
    pub async fn open(&self, base_url: &str) -> String {
        self.connection("generic-none", json!({ "BASE_URL": base_url }))
            .await
    }
}
