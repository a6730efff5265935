use super::*;
use crate::domain::Template;
use crate::oauth::vector::tests::plain;

fn pair() -> ClientPair {
    ClientPair {
        id: "id:1".to_owned(),
        secret: Some(Secret::new("s+/ä".to_owned())),
    }
}

fn ask(oauth: &OAuth, grant: &GrantRequest<'_>) -> FetchRequest {
    let url = Url::parse("https://p.example/token").unwrap();
    token_request(oauth, &url, Reach::Public, grant, Some(&pair()), |_| {
        Some("field")
    })
    .unwrap()
}

fn code<'a>(code: &'a Secret<String>, verifier: &'a Secret<String>) -> GrantRequest<'a> {
    GrantRequest::Code {
        code,
        redirect_uri: "https://here.example/cb",
        verifier: Some(verifier),
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn form(request: &FetchRequest) -> Vec<(String, String)> {
    form_urlencoded::parse(request.body.as_ref().unwrap())
        .into_owned()
        .collect()
}

fn names(request: &FetchRequest) -> Vec<String> {
    form(request).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_code_is_redeemed_with_verifier_redirect_and_client() {
    let request = ask(&plain(), &code(&secret("c&d"), &secret("v")));
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "c&d"),
        ("redirect_uri", "https://here.example/cb"),
        ("code_verifier", "v"),
        ("client_id", "id:1"),
        ("client_secret", "s+/ä"),
    ];
    assert_eq!(
        form(&request),
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(request.url.query(), None, "no secret is ever in an address");
}

#[test]
fn basic_authentication_is_encoded_as_the_rfc_says_and_raw_where_it_is_not_read_so() {
    let mut oauth = plain();
    for (way, written) in [
        (ClientAuth::Basic, "id%3A1:s%2B%2F%C3%A4"),
        (ClientAuth::BasicRaw, "id:1:s+/ä"),
    ] {
        oauth.client_auth = way;
        let request = ask(&oauth, &code(&secret("c"), &secret("v")));
        let sent = &request.headers[header::AUTHORIZATION];
        assert_eq!(
            sent.to_str().unwrap(),
            format!("Basic {}", STANDARD.encode(written))
        );
        assert!(sent.is_sensitive());
        assert!(
            !names(&request)
                .iter()
                .any(|name| name.starts_with("client_"))
        );
    }
}

#[test]
fn what_a_provider_does_not_want_is_left_out_and_its_own_names_are_used() {
    let mut oauth = plain();
    oauth.omit = vec![StandardParam::GrantType, StandardParam::RedirectUri];
    oauth.pkce = false;
    oauth
        .rename
        .insert("client_id".to_owned(), "client_key".to_owned());
    oauth.token_params = vec![("extra".to_owned(), Template::parse("{{X}}!").unwrap())];
    let request = ask(&oauth, &code(&secret("c"), &secret("v")));
    assert_eq!(
        names(&request),
        ["code", "extra", "client_key", "client_secret"]
    );
}

#[test]
fn a_refresh_sends_what_the_provider_wants_again() {
    let mut oauth = plain();
    let token = secret("r");
    let scopes = ["a".to_owned(), "b".to_owned()];
    let grant = GrantRequest::Refresh {
        token: &token,
        redirect_uri: "https://here.example/cb",
        scopes: &scopes,
    };
    assert_eq!(
        names(&ask(&oauth, &grant)),
        ["grant_type", "refresh_token", "client_id", "client_secret"]
    );
    oauth.refresh_send = vec![StandardParam::RedirectUri, StandardParam::Scope];
    oauth.scope_separator = ",".to_owned();
    oauth.omit = vec![StandardParam::GrantType];
    let sent = form(&ask(&oauth, &grant));
    assert!(sent.contains(&("scope".to_owned(), "a,b".to_owned())));
    assert!(sent.iter().any(|(name, _)| name == "grant_type"));
}

#[test]
fn every_encoding_carries_the_same() {
    let mut oauth = plain();
    oauth.encoding = Encoding::Json;
    let request = ask(&oauth, &code(&secret("c\"d"), &secret("v")));
    let body: serde_json::Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
    assert_eq!(body["code"], "c\"d");
    oauth.encoding = Encoding::Multipart;
    let request = ask(&oauth, &code(&secret("c"), &secret("v")));
    let body = String::from_utf8(request.body.unwrap().to_vec()).unwrap();
    assert!(body.contains("name=\"code\"\r\n\r\nc\r\n"), "{body}");
}

#[test]
fn a_service_account_is_known_by_its_assertion_alone() {
    let mut oauth = plain();
    oauth.grant = Grant::JwtBearer;
    let assertion = secret("a.b.c");
    let grant = GrantRequest::Assertion {
        assertion: &assertion,
        scopes: &["s".to_owned()],
    };
    assert_eq!(
        names(&ask(&oauth, &grant)),
        ["grant_type", "assertion", "scope"]
    );
}
