use super::*;
use crate::domain::RefreshPolicy;
use crate::oauth::vector::tests::plain;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

fn fetched(status: u16, kind: &str, body: &str) -> Fetched {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
    Fetched {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: body.to_owned().into(),
    }
}

fn json(status: u16, body: &str) -> Result<Tokens, TokenError> {
    read(
        &plain(),
        &fetched(status, "application/json", body),
        NOW,
        &[],
    )
}

fn life(tokens: &Tokens) -> Option<u64> {
    tokens.expires_at.map(|at| at.since(NOW).as_secs())
}

#[test]
fn tokens_are_found_whatever_form_their_life_is_written_in() {
    for (expiry, seconds) in [
        ("3600", Some(3600)),
        ("\"3600\"", Some(3600)),
        ("3599.9", Some(3599)),
        ("null", None),
        ("\"\"", None),
        ("0", None),
        ("-1", None),
        ("1e300", Some(MAX_LIFE.as_secs())),
    ] {
        let body = format!(r#"{{"access_token":"a","expires_in":{expiry}}}"#);
        let tokens = json(200, &body).unwrap();
        assert_eq!(life(&tokens), seconds, "{expiry}");
        assert_eq!(tokens.access_token.expose(), "a");
        assert!(tokens.refresh_token.is_none());
    }
}

#[test]
fn an_end_is_read_as_seconds_or_as_a_time() {
    let mut oauth = plain();
    oauth.answer.expires_at = Some("ends".parse().unwrap());
    for end in ["1003600", "\"1003600\"", "\"1970-01-12T14:46:40Z\""] {
        let body = format!(r#"{{"access_token":"a","ends":{end}}}"#);
        let tokens = read(&oauth, &fetched(200, "application/json", &body), NOW, &[]).unwrap();
        assert_eq!(life(&tokens), Some(3600), "{end}");
    }
}

#[test]
fn an_end_that_is_past_on_arrival_is_not_believed() {
    let mut oauth = plain();
    oauth.answer.expires_at = Some("ends".parse().unwrap());
    for (body, expected) in [
        (r#"{"access_token":"a","ends":999999}"#, None),
        (r#"{"access_token":"a","ends":1000000}"#, None),
        (r#"{"access_token":"a","ends":5,"expires_in":60}"#, Some(60)),
    ] {
        let tokens = read(&oauth, &fetched(200, "application/json", body), NOW, &[]).unwrap();
        assert_eq!(life(&tokens), expected, "{body}");
    }
}

#[test]
fn a_form_is_read_where_the_provider_answers_so() {
    let answer = fetched(
        200,
        "application/x-www-form-urlencoded; charset=utf-8",
        "access_token=a%20b&scope=x%2Cy",
    );
    let tokens = read(&plain(), &answer, NOW, &[]).unwrap();
    assert_eq!(tokens.access_token.expose(), "a b");
    assert_eq!(tokens.scopes.unwrap(), ["x", "y"]);
}

#[test]
fn what_cannot_be_used_is_refused_without_a_word_of_it() {
    for body in [
        "<html>hunter2</html>",
        "",
        "\"hunter2\"",
        "{}",
        r#"{"access_token":null}"#,
        r#"{"access_token":["hunter2"]}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":"hunter2\n"}"#,
        r#"{"access_token":"hunter2","refresh_token":{"a":1}}"#,
        r#"{"access_token":"hunter2","expires_in":[1]}"#,
        r#"{"access_token":"hunter2","expires_in":"soon"}"#,
    ] {
        let error = json(200, body).unwrap_err();
        assert!(matches!(error, TokenError::Malformed(_)), "{body}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let long = format!(
        r#"{{"access_token":"{}"}}"#,
        "x".repeat(MAX_TOKEN_BYTES + 1)
    );
    assert!(json(200, &long).is_err());
}

#[test]
fn errors_are_told_apart_by_what_can_be_done() {
    let kind = |status, body: &str| match json(status, body).unwrap_err() {
        TokenError::GrantRefused(_) => "grant",
        TokenError::ClientRefused(_) => "client",
        TokenError::Refused(_) => "refused",
        TokenError::Unavailable { .. } => "later",
        TokenError::Malformed(_) => "malformed",
    };
    for (status, body, expected) in [
        (400, r#"{"error":"invalid_grant"}"#, "grant"),
        (401, r#"{"error":"invalid_grant"}"#, "grant"),
        (200, r#"{"error":"invalid_grant"}"#, "grant"),
        (500, r#"{"error":"invalid_grant"}"#, "grant"),
        (401, r#"{"error":"invalid_client"}"#, "client"),
        (400, r#"{"error":"unauthorized_client"}"#, "client"),
        (401, "<html>", "client"),
        (400, r#"{"error":"invalid_request"}"#, "refused"),
        (403, "", "refused"),
        (400, r#"{"error":"temporarily_unavailable"}"#, "later"),
        (429, r#"{"error":"invalid_client"}"#, "later"),
        (500, "", "later"),
        (503, "<html>", "later"),
        (302, "", "malformed"),
        (200, "<html>", "malformed"),
    ] {
        assert_eq!(kind(status, body), expected, "{status} {body}");
    }
}

#[test]
fn a_providers_own_words_for_a_dead_grant_count() {
    let mut oauth = plain();
    oauth.invalid_grant = vec!["token_revoked".to_owned()];
    oauth.answer.ok = Some("ok".parse().unwrap());
    let answer = fetched(
        200,
        "application/json",
        r#"{"ok":false,"error":"token_revoked"}"#,
    );
    assert!(matches!(
        read(&oauth, &answer, NOW, &[]),
        Err(TokenError::GrantRefused(_))
    ));
    let silent = fetched(200, "application/json", r#"{"ok":false}"#);
    assert!(matches!(
        read(&oauth, &silent, NOW, &[]),
        Err(TokenError::Refused(_))
    ));
}

#[test]
fn what_was_sent_is_not_repeated() {
    let body = r#"{"error":"invalid_grant","error_description":"code c0de-1234 is\nused"}"#;
    let code = Secret::new("c0de-1234".to_owned());
    let error = read(
        &plain(),
        &fetched(400, "application/json", body),
        NOW,
        &[&code],
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "the provider refused it: invalid_grant: code ••• is used"
    );
}

#[test]
fn retry_after_is_heard() {
    let mut answer = fetched(503, "text/plain", "");
    answer
        .headers
        .insert(header::RETRY_AFTER, "17".parse().unwrap());
    let Err(TokenError::Unavailable { retry_after, .. }) = read(&plain(), &answer, NOW, &[]) else {
        panic!("it is unavailable");
    };
    assert_eq!(retry_after, Some(Duration::from_secs(17)));
}

#[test]
fn a_life_that_the_provider_does_not_tell_is_the_descriptors() {
    let mut oauth = plain();
    oauth.lifetime_seconds = Some(7200);
    oauth.refresh = RefreshPolicy::Reusable;
    let answer = fetched(200, "application/json", r#"{"access_token":"a"}"#);
    assert_eq!(life(&read(&oauth, &answer, NOW, &[]).unwrap()), Some(7200));
}

proptest! {
    #[test]
    fn no_answer_makes_the_reader_panic(
        status in 200_u16..600,
        body in "[\\[\\]{}\":,a-z_0-9.]{0,60}",
    ) {
        let _ = json(status, &body);
    }

    #[test]
    fn no_typed_answer_makes_the_reader_panic(
        field in proptest::sample::select(vec!["access_token", "refresh_token", "expires_in", "scope", "error"]),
        value in proptest::sample::select(vec!["1", "-1", "1e99", "true", "null", "[]", "{}", "\"x\"", "\"\""]),
    ) {
        let _ = json(200, &format!(r#"{{"access_token":"a","{field}":{value}}}"#));
    }
}
