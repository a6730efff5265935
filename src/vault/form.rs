//! What a person entered, checked against the connector's form.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use crate::domain::{Connector, FieldKind, FormField, Secret};

/// The longest value of a field, in bytes.
const MAX_FIELD_BYTES: usize = 16 * 1024;

/// A form, filled in and found good.
#[derive(Debug)]
pub struct Filled {
    /// What is no secret.
    pub settings: BTreeMap<String, String>,
    /// What is sealed before it is stored.
    pub secrets: BTreeMap<String, Secret<String>>,
}

/// Checks `data` against the connector's form.
///
/// # Errors
/// One sentence for everything that is wrong. Names fields, never values.
pub fn fill(connector: &Connector, data: &Map<String, Value>) -> Result<Filled, String> {
    fill_fields(connector, connector.form.iter().collect(), data)
}

/// The same for a person who signs in: without the token, and without what the sign-in fills.
pub fn fill_asked(connector: &Connector, data: &Map<String, Value>) -> Result<Filled, String> {
    fill_fields(connector, connector.asked_fields().collect(), data)
}

fn fill_fields(
    connector: &Connector,
    fields: Vec<&FormField>,
    data: &Map<String, Value>,
) -> Result<Filled, String> {
    let mut filled = Filled {
        settings: BTreeMap::new(),
        secrets: BTreeMap::new(),
    };
    let mut wrong: Vec<String> = data
        .keys()
        .filter(|name| !fields.iter().any(|field| field.name == **name))
        .map(|name| {
            format!(
                "there is no field `{}`",
                name.chars().take(64).collect::<String>()
            )
        })
        .collect();
    for field in &fields {
        if !field.is_shown(|name| filled.settings.get(name).map(String::as_str)) {
            continue;
        }
        match value(field, data.get(&field.name)) {
            Ok(None) => {}
            Ok(Some(value)) if field.is_secret() => {
                filled
                    .secrets
                    .insert(field.name.clone(), Secret::new(value));
            }
            Ok(Some(value)) => {
                filled.settings.insert(field.name.clone(), value);
            }
            Err(what) => wrong.push(format!("`{}` {what}", field.name)),
        }
    }
    if wrong.is_empty() {
        return Ok(filled);
    }
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let takes = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    Err(format!(
        "authFormData: {}. {} takes {takes}",
        wrong.join("; "),
        connector.name
    ))
}

fn value(field: &FormField, given: Option<&Value>) -> Result<Option<String>, String> {
    let given = match given {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => trimmed(field, text).to_owned(),
        Some(_) => return Err("must be a text".to_owned()),
    };
    let text = if given.is_empty() {
        field.default.clone().unwrap_or_default()
    } else {
        given
    };
    if text.is_empty() {
        return if field.required {
            Err("is missing".to_owned())
        } else {
            Ok(None)
        };
    }
    check_field(field, &text).map(Some)
}

/// Checks one value, which is there, against its field; gives it as it is kept.
///
/// # Errors
/// What is wrong, to stand behind the field's name. Never the value.
pub fn check_field(field: &FormField, text: &str) -> Result<String, String> {
    if text.len() > MAX_FIELD_BYTES {
        return Err(format!("is longer than {MAX_FIELD_BYTES} bytes"));
    }
    let is_allowed = |each: char| field.multiline && matches!(each, '\n' | '\r');
    if text
        .chars()
        .any(|each| each.is_control() && !is_allowed(each))
    {
        return Err("must have no line breaks or other control characters".to_owned());
    }
    if field
        .pattern
        .as_ref()
        .is_some_and(|pattern| !pattern.is_match(text))
    {
        return Err("does not look as it should".to_owned());
    }
    match field.kind {
        FieldKind::Select if !field.options.iter().any(|option| option == text) => {
            Err(format!("must be one of {}", field.options.join(", ")))
        }
        FieldKind::Url => base_url(text),
        _ => Ok(text.to_owned()),
    }
}

/// What is pasted often brings a line break along; a password may mean its spaces.
fn trimmed<'t>(field: &FormField, text: &'t str) -> &'t str {
    if field.is_secret() {
        text.trim_matches(['\r', '\n'])
    } else {
        text.trim()
    }
}

/// The same for a field that an operator fills: a URL keeps its query and its last slash, since it
/// may be an endpoint's.
///
/// # Errors
/// What is wrong, to stand behind the field's name.
pub fn check_setting(field: &FormField, text: &str) -> Result<String, String> {
    if field.kind != FieldKind::Url {
        return check_field(field, text);
    }
    let url = Url::parse(text).map_err(|_| "must be an absolute URL".to_owned())?;
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if !is_web || !is_plain || text.len() > MAX_FIELD_BYTES {
        return Err("must be an http or https URL without user name or fragment".to_owned());
    }
    // A server alone has no slash at its end: what follows it in a template begins with one.
    let is_server = url.path() == "/" && url.query().is_none();
    let url = String::from(url);
    Ok(match is_server {
        true => url.trim_end_matches('/').to_owned(),
        false => url,
    })
}

fn base_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| "must be an absolute URL".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("must be an http or https URL".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must have no user name or password in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must have no query or fragment".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_server_has_no_slash_at_its_end_and_other_addresses_stay_as_they_are() {
        let field = FormField {
            kind: FieldKind::Url,
            ..form_of(ACME).remove(0)
        };
        for (typed, kept) in [
            ("https://id.example.com", "https://id.example.com"),
            ("https://id.example.com/", "https://id.example.com"),
            (
                "https://id.example.com/auth/",
                "https://id.example.com/auth/",
            ),
            ("https://id.example.com/?a=/", "https://id.example.com/?a=/"),
        ] {
            assert_eq!(check_setting(&field, typed).unwrap(), kept, "{typed}");
        }
    }

    fn form_of(text: &str) -> Vec<FormField> {
        crate::catalog::check_text(text).unwrap().form
    }

    const ACME: &str = r#"
platform = "acme"
name = "Acme"
description = "A shop"
category = "Test"
base_url = "https://{{SITE}}.acme.test"
auth = { type = "bearer", token = "{{KEY}}" }
form = [
  { name = "SITE", label = "Site", pattern = "[a-z]+" },
  { name = "KEY", label = "Key", type = "password" },
  { name = "NOTE", label = "Note", required = false },
  { name = "ZONE", label = "Zone", type = "select", options = ["eu", "us"], default = "eu" },
]
"#;

    fn filled(data: Value) -> Result<Filled, String> {
        fill(
            &crate::catalog::check_text(ACME).unwrap(),
            data.as_object().unwrap(),
        )
    }

    #[test]
    fn secrets_and_settings_are_kept_apart() {
        let filled = filled(json!({"SITE": " shop ", "KEY": "s3cret \n"})).unwrap();
        assert_eq!(
            filled.settings,
            BTreeMap::from([("SITE".into(), "shop".into()), ("ZONE".into(), "eu".into())])
        );
        assert_eq!(filled.secrets["KEY"].expose(), "s3cret ");
        assert!(!format!("{filled:?}").contains("s3cret"));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_without_the_values() {
        let wrong =
            filled(json!({"SITE": "evil.test/", "KEY": 7, "ZONE": "mars", "OTHER": "s3cret"}))
                .unwrap_err();
        for part in [
            "`OTHER`",
            "`SITE` does not look",
            "`KEY` must be a text",
            "must be one of eu, us",
            "Acme takes SITE, KEY",
        ] {
            assert!(wrong.contains(part), "{wrong} does not say {part}");
        }
        assert!(
            !wrong.contains("evil") && !wrong.contains("s3cret"),
            "{wrong}"
        );
        assert!(
            filled(json!({"SITE": "shop"}))
                .unwrap_err()
                .contains("`KEY` is missing")
        );
        assert!(
            filled(json!({"SITE": "shop", "KEY": "a\r\nb: c"}))
                .unwrap_err()
                .contains("line breaks")
        );
        assert!(
            filled(json!({"SITE": "shop", "KEY": "x".repeat(20_000)}))
                .unwrap_err()
                .contains("longer than")
        );
    }

    #[test]
    fn a_base_url_is_absolute_and_carries_nothing_else() {
        for (text, kept) in [
            ("https://api.example.com/", Some("https://api.example.com")),
            (
                "http://127.0.0.1:8080/v1/",
                Some("http://127.0.0.1:8080/v1"),
            ),
            ("api.example.com", None),
            ("ftp://example.com", None),
            ("https://user:pass@example.com", None),
            ("https://example.com?x=1", None),
            ("https://example.com#x", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(base_url(text).ok().as_deref(), kept, "{text}");
        }
    }
}
