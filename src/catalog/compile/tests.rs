use super::super::check_text;
use super::*;
use crate::domain::Method;

const GOOD: &str = r#"
platform = "acme"
name = "Acme"
description = "A shop"
category = "Test"
base_url = "https://{{SITE}}.acme.test/api"
auth = { type = "header", headers = { X-Key = "Token {{KEY}}" } }
form = [
  { name = "SITE", label = "Site", pattern = "[a-z]+" },
  { name = "KEY", label = "Key", type = "password" },
]
[[actions]]
key = "getThing"
title = "Get a thing"
model = "Things"
method = "GET"
path = "/things/{id}"
summary = "Gets it."
params = [{ name = "id", in = "path" }]
"#;

fn problems(change: (&str, &str)) -> String {
    assert!(
        GOOD.contains(change.0),
        "{} is not in the descriptor",
        change.0
    );
    match check_text(&GOOD.replacen(change.0, change.1, 1)) {
        Ok(_) => String::new(),
        Err(problems) => problems.join("\n"),
    }
}

#[test]
fn a_good_descriptor_compiles() {
    let connector = check_text(GOOD).unwrap();
    assert_eq!(connector.key(), "api::acme::v1");
    assert_eq!(connector.actions.len(), 1);
    assert!(
        connector.actions.of_descriptor()[0].params[0].required,
        "a path variable is always required"
    );
}

#[test]
fn every_mistake_is_named() {
    for (from, to, says) in [
        (
            "name = \"Acme\"",
            "name = \"Acme\"\nnmae = 1",
            "unknown field `nmae`",
        ),
        (
            "platform = \"acme\"",
            "platform = \"Ac me\"",
            "no platform name",
        ),
        ("https://{{SITE}}", "http://{{SITE}}", "must be https"),
        (
            "{{SITE}}.acme",
            "{{NOPE}}.acme",
            "there is no form field `NOPE`",
        ),
        ("{{SITE}}.acme", "{{KEY}}.acme", "is a secret"),
        (", pattern = \"[a-z]+\"", "", "needs a pattern"),
        ("[a-z]+", "[a-z", "form.SITE.pattern"),
        ("/api\"", "/api/\"", "must not end in a slash"),
        ("/api\"", "/api?x=1\"", "query"),
        ("X-Key", "Host", "must not be set"),
        ("X-Key", "\"X Key\"", "no header name"),
        ("{{KEY}}", "{{KEY", "never closed"),
        (
            "\"/things/{id}\"",
            "\"/things\"",
            "`id` must stand in the path",
        ),
        ("in = \"path\"", "in = \"somewhere\"", "unknown variant"),
        ("method = \"GET\"", "method = \"GOT\"", "unknown variant"),
        (
            "summary = \"Gets it.\"",
            "summary = \"x\"\nresponse = \"{\"",
            "response",
        ),
        (
            "summary = \"Gets it.\"",
            "summary = \"x\"\naliases = [\"x\"]",
            "alias `x`",
        ),
        ("type = \"header\"", "type = \"magic\"", "unknown variant"),
        (
            "label = \"Site\"",
            "label = \"Site\", type = \"select\"",
            "a select, and nothing else, has options",
        ),
    ] {
        let problems = problems((from, to));
        assert!(
            problems.contains(says),
            "{to}: {problems:?} does not say {says:?}"
        );
    }
}

#[test]
fn several_mistakes_are_all_named() {
    let text = GOOD.replace("X-Key", "Host").replace("/api\"", "/api/\"");
    assert_eq!(check_text(&text).unwrap_err().len(), 2);
}

#[test]
fn a_pattern_must_match_the_whole_value() {
    let connector = check_text(&GOOD.replace("[a-z]+", "a|b")).unwrap();
    let pattern = connector.field("SITE").unwrap().pattern.clone().unwrap();
    assert!(pattern.is_match("a") && !pattern.is_match("a.evil.test") && !pattern.is_match("a\n"));
}

#[test]
fn an_action_id_depends_on_platform_method_and_path_alone() {
    let platform: Platform = "notion".parse().unwrap();
    let id = action_id(&platform, Method::Post, "/v1/pages").to_string();
    let parts: Vec<&str> = id.split("::").collect();
    assert_eq!(
        (parts[0], parts[1].len(), parts[2].len()),
        ("conn_mod_def", 11, 22)
    );
    assert_ne!(
        id,
        action_id(&platform, Method::Get, "/v1/pages").to_string()
    );
    // What was published once stays: this very id is in other people's programs.
    assert_eq!(id, "conn_mod_def::joJ9mT0B_eI::_pYXOdkg5aXd-xPA1oYtlw");
}
