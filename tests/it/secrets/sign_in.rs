//! The secrets of signing in: client secret, code, tokens, session, link.

use serde_json::json;

use super::{Garden, random};
use crate::support::{Person, Reply, Upstream, ok};

impl Garden {
    /// People sign in at a provider that repeats whatever it is sent.
    pub async fn sign_people_in(&mut self) {
        let (secret, access, refresh, code) =
            (self.secret(), self.secret(), self.secret(), self.secret());
        let tokens = json!({
            "access_token": access, "refresh_token": refresh, "expires_in": 3600,
            "scope": "read", "echo": secret,
        });
        let provider = Upstream::answering(move |seen| {
            let body = String::from_utf8_lossy(&seen.body).into_owned();
            let answer = match seen.target().as_str() {
                "/token" if body.contains("grant_type=authorization_code") => tokens.to_string(),
                _ => json!({ "error": "server_error", "error_description": body }).to_string(),
            };
            Reply::Then(ok(&answer))
        })
        .await;
        let client = self.app.client();
        let settings = json!({
            "BASE_URL": provider.url(),
            "AUTHORIZE_URL": format!("{}/authorize", provider.url()),
            "TOKEN_URL": format!("{}/token", provider.url()),
            "REVOKE_URL": format!("{}/revoke", provider.url()),
        });
        for body in [
            json!({ "clientId": "app", "clientSecret": secret, "settings": settings }),
            json!({ "clientSecret": { "x": self.secret() } }),
            json!({ "clientSecret": format!("{}\n", self.secret().repeat(200)) }),
        ] {
            let answer = client.patch("/v1/integrations/generic-oauth2", body).await;
            self.keep("integration", &answer);
        }
        let shown = client.get("/v1/integrations/generic-oauth2").await;
        assert_eq!(shown.json()["ready"], true, "{}", shown.text());
        self.keep("integration", &shown);

        let mut ada = Person::new(&self.app, "ada").await;
        self.traffic.push(ada.session.clone());
        let key = self.signed_in(&mut ada, &code).await;
        self.signed_in_badly(&mut ada).await;
        let request = client.passthrough("GET", &key, "/x");
        self.send("by token", request, 200).await;
        let path = format!("/v1/vault/connections/{}", key.replace('|', "%7C"));
        self.send("get", client.request("GET", &path), 200).await;
        self.send("delete", client.request("DELETE", &path), 200)
            .await;

        let link = client.post("/v1/authkit/links", json!({})).await.json();
        let token = link["url"].as_str().unwrap().rsplit('/').next().unwrap();
        self.traffic.push(token.to_owned());
        let anonymous = self.app.anonymous();
        self.send(
            "link",
            anonymous.request("GET", &format!("/connect/{token}")),
            200,
        )
        .await;
        let opened = anonymous
            .post("/authkit/api/links/open", json!({ "token": token }))
            .await;
        let session = opened.json()["session"].as_str().unwrap().to_owned();
        self.traffic.push(session);
    }

    /// Signs in, and gives the connection's key.
    async fn signed_in(&mut self, person: &mut Person, code: &str) -> String {
        let flow = person.begin(json!({ "platform": "generic-oauth2" })).await;
        let authorize = person.depart(&flow).await;
        let state = crate::support::parameter(&authorize, "state").unwrap();
        self.traffic.push(state.clone());
        let callback = format!(
            "{}/connections/oauth/callback?code={code}&state={state}",
            self.app.url
        );
        assert_eq!(person.arrive(&callback).await, "saved");
        let outcome = person.outcome(&flow).await;
        self.said.push(("outcome".to_owned(), outcome.to_string()));
        outcome["connection"]["key"].as_str().unwrap().to_owned()
    }

    /// The provider refuses the code, repeating it, or is not the one that was asked.
    async fn signed_in_badly(&mut self, person: &mut Person) {
        for query in [
            "error=server_error&error_description=",
            "iss=https://evil.example&code=",
        ] {
            let flow = person.begin(json!({ "platform": "gmail" })).await;
            let authorize = person.depart(&flow).await;
            let state = crate::support::parameter(&authorize, "state").unwrap();
            let code = random();
            if !query.starts_with("error") {
                self.secrets.push(code.clone());
            }
            let callback = format!(
                "{}/connections/oauth/callback?state={state}&{query}{code}",
                self.app.url
            );
            assert_eq!(person.arrive(&callback).await, "failed");
            let outcome = person.outcome(&flow).await;
            self.said.push(("outcome".to_owned(), outcome.to_string()));
        }
    }
}
