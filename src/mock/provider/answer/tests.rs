use super::*;
use crate::mock::provider::place::unsigned_jwt;
use crate::mock::provider::tests::oauth;

const NOW: Timestamp = Timestamp::from_micros(1_750_000_000_000_000);

fn vector(shape: &str, answer: &str) -> OAuth {
    oauth(&format!(
        "refresh = \"rotates\"\n{shape}\n[oauth.vector]\nanswer = '''{answer}'''\n[oauth.vector.becomes]\naccess_token = \"x\""
    ))
}

fn issued(life: Option<u64>, refresh: Option<&str>) -> Issued {
    Issued {
        consent: Consent {
            platform: "acme".to_owned(),
            client: "c".to_owned(),
            account: Some("grace@example.com".to_owned()),
            scopes: vec!["a".to_owned(), "b".to_owned()],
            life: life.map(Duration::from_secs),
        },
        access_token: "at".to_owned(),
        refresh_token: refresh.map(str::to_owned),
    }
}

#[test]
fn a_provider_of_which_nothing_is_known_answers_as_the_rfc_says() {
    let answer = tokens(&oauth(""), &issued(Some(60), Some("rt")), NOW);
    assert_eq!(
        answer,
        json!({"token_type": "Bearer", "expires_in": 60, "scope": "a b", "access_token": "at", "refresh_token": "rt"})
    );
    let answer = tokens(&oauth(""), &issued(None, None), NOW);
    assert_eq!(
        answer,
        json!({"token_type": "Bearer", "scope": "a b", "access_token": "at"})
    );
}

#[test]
fn an_answer_has_the_shape_that_was_recorded() {
    let shape = "[oauth.answer]\naccess_token = \"user.token\"\nrefresh_token = \"user.refresh\"\nexpires_in = \"user.ttl\"\nexpires_unit = \"milliseconds\"\nscope = \"user.scope\"\naccount = \"team.name\"\nok = \"ok\"\nkeep = { TEAM_ID = \"team.id\" }";
    let recorded = r#"{"ok": true, "user": {"id": "U1", "token": "x", "refresh": "y", "ttl": "5", "scope": "p,q"}, "team": {"id": "t1", "name": "Acme"}, "more": null}"#;
    let oauth = vector(shape, recorded);
    assert!(is_refreshable(&oauth));
    assert_eq!(
        tokens(&oauth, &issued(Some(60), Some("rt")), NOW),
        json!({"ok": true, "user": {"id": "U1", "token": "at", "refresh": "rt", "ttl": "60000", "scope": "a,b"}, "team": {"id": "t1", "name": "grace@example.com"}, "more": null})
    );
    assert_eq!(
        error(&oauth, &Wrong::grant("no")),
        json!({"ok": false, "error": "invalid_grant", "error_description": "no"})
    );
}

#[test]
fn an_end_is_said_as_it_was_recorded() {
    let shape = "[oauth.answer]\nexpires_at = \"ends\"";
    for (recorded, said) in [
        ("1700000000", json!(1_750_000_060)),
        ("\"1700000000\"", json!("1750000060")),
        (
            "\"2020-01-01T00:00:00Z\"",
            json!("2025-06-15T15:07:40.000000Z"),
        ),
    ] {
        let oauth = vector(
            shape,
            &format!("{{\"access_token\": \"x\", \"ends\": {recorded}}}"),
        );
        assert_eq!(tokens(&oauth, &issued(Some(60), None), NOW)["ends"], said);
        let without = tokens(&oauth, &issued(None, None), NOW);
        assert_eq!(without, json!({"access_token": "at"}));
    }
}

#[test]
fn a_provider_that_does_not_say_when_a_token_ends_stays_silent() {
    let silent = vector("", r#"{"access_token": "x"}"#);
    assert!(!is_refreshable(&silent));
    assert_eq!(life(&silent, None), None);
    assert_eq!(life(&silent, Some(5)), Some(Duration::from_secs(5)));
    assert_eq!(
        tokens(&silent, &issued(Some(5), None), NOW),
        json!({"access_token": "at"})
    );

    let known = vector(
        "lifetime_seconds = 7200",
        r#"{"access_token": "x", "expires_in": null}"#,
    );
    assert_eq!(life(&known, None), Some(Duration::from_secs(7200)));

    let saying = vector("", r#"{"access_token": "x", "expires_in": 5}"#);
    assert_eq!(life(&saying, None), Some(Duration::from_secs(LIFE)));
    assert_eq!(life(&saying, Some(0)), None);
}

#[test]
fn the_account_is_named_inside_the_id_token_and_what_fills_a_field_is_not() {
    let id_token = unsigned_jwt(&json!({"sub": "1", "email": "x@example.com"}));
    let recorded = json!({"access_token": "x", "id_token": id_token}).to_string();
    let shape = "[oauth.answer]\naccount = \"id_token.@jwt.email\"";
    let oauth = vector(shape, &recorded);
    let answer = tokens(&oauth, &issued(None, None), NOW);
    let path = oauth.answer.account.as_ref().unwrap();
    assert_eq!(path.text(&answer).as_deref(), Some("grace@example.com"));

    let shape = "[oauth.answer]\naccount = \"team\"\nkeep = { TEAM_ID = \"team\" }";
    let oauth = vector(shape, r#"{"access_token": "x", "team": "t1"}"#);
    assert_eq!(tokens(&oauth, &issued(None, None), NOW)["team"], "t1");
}

#[test]
fn scopes_are_a_list_where_they_were_recorded_as_one() {
    let oauth = vector("", r#"{"access_token": "x", "scope": ["p"]}"#);
    assert_eq!(
        tokens(&oauth, &issued(None, None), NOW)["scope"],
        json!(["a", "b"])
    );
}
