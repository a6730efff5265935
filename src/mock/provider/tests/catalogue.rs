//! Every provider of the catalogue that people sign in to, by a client that knows only what the
//! catalogue says.

use base64::Engine as _;

use super::*;
use crate::domain::{
    Auth, ClientAuth, Connector, Encoding, Grant, RefreshPolicy, StandardParam, Template,
    ValuePath, Vector,
};

/// A template with what the connector's vector fills in.
fn rendered(template: &Template, vector: &Vector) -> String {
    let filled = template.render(|name| {
        let value = vector.form.get(name).or_else(|| vector.app.get(name));
        let usual = if name == "CLIENT_ID" { CLIENT_ID } else { "x" };
        Some(value.map_or(usual, String::as_str))
    });
    filled.unwrap()
}

struct Walk {
    connector: Arc<Connector>,
    oauth: Arc<OAuth>,
    vector: Vector,
}

impl Walk {
    fn of(connector: &Arc<Connector>) -> Option<Self> {
        let oauth = Arc::clone(connector.oauth.as_ref()?);
        let vector = oauth.vector.clone().unwrap_or_default();
        (oauth.grant == Grant::AuthorizationCode).then(|| Self {
            connector: Arc::clone(connector),
            oauth,
            vector,
        })
    }

    fn name(&self, standard: &'static str) -> &str {
        let renamed = self.oauth.rename.get(standard);
        renamed.map_or(standard, String::as_str)
    }

    fn authorize(&self) -> TestRequest {
        let challenge = challenge();
        let scopes: Vec<&str> = self
            .oauth
            .scopes
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let scopes = scopes.join(&self.oauth.scope_separator);
        let mut pairs = vec![
            (self.name("client_id"), CLIENT_ID.to_owned()),
            (self.name("redirect_uri"), REDIRECT.to_owned()),
            (self.name("response_type"), "code".to_owned()),
            (self.name("scope"), scopes),
            (self.name("state"), "s".to_owned()),
            ("mock_auto", "approve".to_owned()),
            ("mock_account", "eve@example.com".to_owned()),
        ];
        if self.oauth.pkce {
            pairs.push((self.name("code_challenge"), challenge));
            pairs.push((self.name("code_challenge_method"), "S256".to_owned()));
        }
        let more = self.oauth.authorize_params.iter();
        pairs.extend(more.map(|(name, value)| (name.as_str(), rendered(value, &self.vector))));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        let platform = &self.connector.platform;
        TestRequest::with_uri(&format!(
            "/__mock/oauth/{platform}/authorize?{}",
            query.finish()
        ))
    }

    fn exchange(&self, code: &str) -> TestRequest {
        let grant = self
            .oauth
            .grant_type
            .as_deref()
            .unwrap_or("authorization_code");
        let mut pairs = vec![("code", code)];
        if self.oauth.pkce {
            pairs.push(("code_verifier", VERIFIER));
        }
        if !self.oauth.omit.contains(&StandardParam::GrantType) {
            pairs.push(("grant_type", grant));
        }
        if !self.oauth.omit.contains(&StandardParam::RedirectUri) {
            pairs.push(("redirect_uri", REDIRECT));
        }
        self.token_request(pairs, &self.oauth.token_params)
    }

    fn refresh(&self, token: &str) -> TestRequest {
        let pairs = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token_request(pairs, &self.oauth.refresh_params)
    }

    fn token_request(
        &self,
        standard: Vec<(&'static str, &str)>,
        more: &[(String, Template)],
    ) -> TestRequest {
        let uri = format!("/__mock/oauth/{}/token", self.connector.platform);
        let mut request = TestRequest::post().uri(&uri);
        let mut pairs: Vec<(String, String)> = standard
            .into_iter()
            .map(|(name, value)| (self.name(name).to_owned(), value.to_owned()))
            .collect();
        let id = (self.name("client_id").to_owned(), CLIENT_ID.to_owned());
        let secret = (
            self.name("client_secret").to_owned(),
            CLIENT_SECRET.to_owned(),
        );
        match self.oauth.client_auth {
            ClientAuth::Body => pairs.extend([id, secret]),
            ClientAuth::None => pairs.push(id),
            ClientAuth::Basic | ClientAuth::BasicRaw => {
                let pair = format!("{CLIENT_ID}:{CLIENT_SECRET}");
                let pair = base64::engine::general_purpose::STANDARD.encode(pair);
                request = request.insert_header(("authorization", format!("Basic {pair}")));
            }
        }
        for (name, value) in more {
            pairs.push((name.clone(), rendered(value, &self.vector)));
        }
        for (name, value) in &self.oauth.token_headers {
            request = request.insert_header((name.as_str(), rendered(value, &self.vector)));
        }
        written(request, self.oauth.encoding, &pairs)
    }

    /// A request with the token where the provider wants it.
    fn signed(&self, uri: &str, token: &str, prefix: Option<&str>) -> TestRequest {
        let (name, usual) = match &self.connector.auth {
            Auth::OAuth2 { header, prefix } => (header.as_str(), prefix.as_str()),
            _ => ("authorization", "Bearer "),
        };
        let value = format!("{}{token}", prefix.unwrap_or(usual));
        TestRequest::with_uri(uri).insert_header((name, value))
    }
}

fn written(request: TestRequest, encoding: Encoding, pairs: &[(String, String)]) -> TestRequest {
    let borrowed: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let (content_type, body) = match encoding {
        Encoding::Form => ("application/x-www-form-urlencoded", encoded(&borrowed)),
        Encoding::Json => {
            let fields = borrowed
                .into_iter()
                .map(|(name, value)| (name.to_owned(), json!(value)));
            (
                "application/json",
                Value::Object(fields.collect()).to_string(),
            )
        }
        Encoding::Multipart => {
            let part = |(name, value): &(&str, &str)| {
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let parts: String = borrowed.iter().map(part).collect();
            (
                "multipart/form-data; boundary=b",
                format!("{parts}--b--\r\n"),
            )
        }
    };
    request
        .insert_header(("content-type", content_type))
        .set_payload(body)
}

#[actix_web::test]
async fn everybody_can_sign_in_everywhere_as_the_catalogue_says() {
    let (app, clock) = app!(("acme", "refresh = \"rotates\""));
    let (catalogue, _) = Catalogue::load(None);
    let acme = catalogue_with(("acme", "refresh = \"rotates\""));
    let embedded = catalogue.now();
    for connector in embedded.connectors.values().chain([&acme]) {
        let Some(walk) = Walk::of(connector) else {
            continue;
        };
        let (platform, oauth) = (&connector.platform, &walk.oauth);
        let sent = call(&app, walk.authorize().to_request()).await;
        let code = sent
            .sent_with("code")
            .unwrap_or_else(|| panic!("{platform}: {sent:?}"));
        for (field, parameter) in &oauth.callback {
            assert!(sent.sent_with(parameter).is_some(), "{platform}.{field}");
        }
        let answer = call(&app, walk.exchange(&code).to_request()).await;
        assert_eq!(answer.status, 200, "{platform}: {}", answer.body);
        let body = answer.json();
        let token = oauth.answer.access_token.text(&body).unwrap();
        let is_kept = |path: &ValuePath| oauth.answer.keep.values().any(|kept| kept == path);
        if let Some(path) = oauth.answer.account.as_ref().filter(|path| !is_kept(path)) {
            assert!(path.text(&body).is_some(), "{platform}: {body}");
        }
        for (number, follow_up) in oauth.follow_ups.iter().enumerate() {
            let uri = format!("/__mock/oauth/{platform}/follow-up/{number}");
            let mut request = walk.signed(&uri, &token, follow_up.prefix.as_deref());
            for (name, value) in &follow_up.headers {
                request = request.insert_header((name.as_str(), rendered(value, &walk.vector)));
            }
            let request = request
                .method(follow_up.method.as_str().parse().unwrap())
                .set_payload(follow_up.body.clone().unwrap_or_default());
            let answer = call(&app, request.to_request()).await;
            assert_eq!(answer.status, 200, "{platform}: {}", answer.body);
            let kept = follow_up
                .keep
                .values()
                .all(|path| path.text(&answer.json()).is_some());
            assert!(kept, "{platform}: {}", answer.body);
        }
        let used = async || {
            let uri = format!("/__mock/upstream/{platform}/__nowhere");
            call(&app, walk.signed(&uri, &token, None).to_request())
                .await
                .status
        };
        let refusal = connector.mock.unauthorized_status.unwrap_or(401);
        assert_ne!(used().await, refusal, "{platform}");
        if let Some(renewing) = oauth.answer.refresh_token.text(&body) {
            assert_ne!(oauth.refresh, RefreshPolicy::None, "{platform}");
            let answer = call(&app, walk.refresh(&renewing).to_request()).await;
            assert_eq!(answer.status, 200, "{platform}: {}", answer.body);
        }
        call(
            &app,
            TestRequest::post()
                .uri(&format!("/__mock/admin/oauth/{platform}/revoke-all"))
                .to_request(),
        )
        .await;
        assert_eq!(used().await, refusal, "{platform}");
        clock.on(Duration::from_secs(1));
    }
}

fn catalogue_with(descriptor: (&str, &str)) -> Arc<Connector> {
    let catalogue = super::catalogue(&[descriptor]);
    let now = catalogue.now();
    Arc::clone(now.connector(descriptor.0).unwrap())
}
