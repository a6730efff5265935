//! Sign-in at an organisation's own provider.

use super::*;
use crate::domain::Role;

#[test]
fn a_provider_is_taken_letter_for_letter_and_named_by_its_host() {
    assert!(with_environment(&[]).unwrap().oidc.is_none());
    let config = with_file(
        "[admin.oidc]\nissuer = 'https://id.example.com/'\nclient_id = 'magpie'\nallowed_domains = ['Example.COM']\n\
         default_role = 'manager'",
    );
    let oidc = config.unwrap().oidc.unwrap();
    assert_eq!(
        (oidc.issuer.as_str(), oidc.name.as_str()),
        ("https://id.example.com/", "id.example.com")
    );
    assert_eq!(
        (oidc.allowed_domains, oidc.default_role),
        (vec!["example.com".to_owned()], Some(Role::Manager))
    );
    let by_variables = with_environment(&[
        ("MAGPIE_ADMIN__OIDC__ISSUER", "http://127.0.0.1:8080"),
        ("MAGPIE_ADMIN__OIDC__CLIENT_ID", "magpie"),
        ("MAGPIE_ADMIN__OIDC__CLIENT_SECRET", "hunter2"),
    ]);
    let config = by_variables.unwrap();
    let oidc = config.oidc.as_ref().unwrap();
    assert_eq!(oidc.client_secret.expose(), "hunter2");
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(
        config
            .shown()
            .row("admin.oidc.client_secret")
            .unwrap()
            .value,
        "•••"
    );
}

#[test]
fn a_provider_that_could_be_anybody_is_refused_and_every_mistake_is_named() {
    let loaded = with_file(
        "[admin.oidc]\nissuer = 'http://id.example.com'\nallowed_domains = ['@example.com']\ndefault_role = 'king'",
    );
    let mistakes = mistakes(loaded);
    for (key, what) in [
        ("admin.oidc.issuer", "https"),
        ("admin.oidc.client_id", "must be set"),
        ("admin.oidc.allowed_domains", "is no domain"),
        ("admin.oidc.default_role", "`manager`"),
    ] {
        assert!(
            mistakes
                .iter()
                .any(|mistake| mistake.starts_with(key) && mistake.contains(what)),
            "{key}: {mistakes:?}"
        );
    }
    assert_eq!(mistakes.len(), 4, "{mistakes:?}");
}

#[test]
fn a_section_within_a_section_is_one() {
    assert!(with_file("[admin]").is_ok());
    assert!(with_file("[admin.oidc]").is_ok());
    for wrong in ["admin = 1", "[admin]\noidc = 'x'"] {
        let mistakes = mistakes(with_file(wrong));
        assert!(mistakes[0].contains("is a section"), "{mistakes:?}");
    }
}
