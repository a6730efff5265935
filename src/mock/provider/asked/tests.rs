use proptest::prelude::*;

use super::*;
use crate::mock::provider::CLIENT_ID;
use crate::mock::provider::tests::{challenge, changed, encoded, oauth};

const REDIRECT: &str = "https://magpie.example/connections/oauth/callback";

fn find(id: &str) -> Option<Client> {
    (id == CLIENT_ID).then(|| Client::built_in("https://magpie.example"))
}

fn asked(more: &str, other: &[(&str, &str)]) -> Result<Asked, Unasked> {
    let challenge = challenge();
    let usual = [
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "read write"),
        ("state", "s"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let query = encoded(&changed(&usual, other));
    read(&oauth(more), &Params::urlencoded(query.as_bytes()), find)
}

/// The error's code, or nothing for one that the client is not told.
fn code(refused: Result<Asked, Unasked>) -> Option<String> {
    match refused.unwrap_err() {
        Unasked::Page(_) => None,
        Unasked::Redirect(to, wrong) => {
            assert_eq!(to.into_string(), format!("{REDIRECT}?state=s"));
            Some(wrong.code.into_owned())
        }
    }
}

#[test]
fn a_request_is_read() {
    let more = [
        ("mock_expires_in", "5"),
        ("mock_account", "eve@example.com"),
        ("mock_auto", "deny"),
    ];
    let asked = asked("", &more).unwrap();
    assert_eq!(asked.client, CLIENT_ID);
    assert_eq!(asked.scopes, ["read", "write"]);
    assert_eq!(asked.state.as_deref(), Some(&b"s"[..]));
    assert_eq!(asked.challenge, Some(challenge()));
    assert_eq!(asked.expires_in, Some(5));
    assert_eq!(asked.account.as_deref(), Some("eve@example.com"));
    assert_eq!(
        asked.auto,
        Some(Decision::Refuse("access_denied".to_owned()))
    );
}

#[test]
fn without_a_known_client_and_its_own_redirect_nobody_is_redirected() {
    for other in [
        ("client_id", ""),
        ("client_id", "magpie-dev2"),
        ("redirect_uri", ""),
        (
            "redirect_uri",
            "https://magpie.example/connections/oauth/callback/",
        ),
        (
            "redirect_uri",
            "https://magpie.example/connections/oauth/callback?x=1",
        ),
        (
            "redirect_uri",
            "http://magpie.example/connections/oauth/callback",
        ),
        (
            "redirect_uri",
            "https://MAGPIE.example/connections/oauth/callback",
        ),
        (
            "redirect_uri",
            "https://evil.example/connections/oauth/callback",
        ),
    ] {
        assert_eq!(code(asked("", &[other])), None, "{other:?}");
    }
    let short = ("redirect_uri", "https://magpie.example/oauth/callback");
    assert!(asked("", &[short]).is_ok());
}

#[test]
fn anything_else_that_is_wrong_is_told_to_the_client() {
    let padded = format!("{}=", challenge());
    for (other, expected) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge", padded.as_str()), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("scope", "read \"write\""), "invalid_scope"),
        (("mock_auto", "Approve!"), "invalid_request"),
        (("mock_account", "ada"), "invalid_request"),
        (("mock_expires_in", "-1"), "invalid_request"),
    ] {
        assert_eq!(
            code(asked("", &[other])).as_deref(),
            Some(expected),
            "{other:?}"
        );
    }
}

#[test]
fn a_provider_without_pkce_asks_for_none_but_looks_at_what_comes() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(asked("pkce = false", &without).unwrap().challenge, None);
    assert!(asked("pkce = false", &[]).unwrap().challenge.is_some());
    assert!(asked("pkce = false", &[("code_challenge_method", "plain")]).is_err());
}

#[test]
fn parameters_have_the_providers_own_names() {
    let more =
        "scope_separator = \",\"\nrename = { client_id = \"client_key\", scope = \"user_scope\" }";
    let other = [
        ("client_id", ""),
        ("scope", ""),
        ("client_key", CLIENT_ID),
        ("user_scope", "chat:write,users:read"),
    ];
    assert_eq!(
        asked(more, &other).unwrap().scopes,
        ["chat:write", "users:read"]
    );
    assert_eq!(code(asked(more, &[])), None);
}

proptest! {
    #[test]
    fn any_state_is_given_back_byte_for_byte(state in proptest::collection::vec(any::<u8>(), 1..40)) {
        let written: String = url::form_urlencoded::byte_serialize(&state).collect();
        let query = encoded(&[("client_id", CLIENT_ID), ("redirect_uri", REDIRECT)]);
        let params = Params::urlencoded(format!("{query}&state={written}").as_bytes());
        let Err(Unasked::Redirect(to, _)) = read(&oauth(""), &params, find) else { panic!() };
        prop_assert_eq!(to.into_string(), format!("{REDIRECT}?state={written}"));
    }

    #[test]
    fn no_query_makes_the_reader_panic(query in "[a-z_=&%0-9+]{0,200}") {
        let _ = read(&oauth(""), &Params::urlencoded(query.as_bytes()), find);
    }
}
