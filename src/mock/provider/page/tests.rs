use super::*;
use crate::mock::provider::tests::oauth;

fn asked() -> Asked {
    Asked {
        client: "<b>evil</b>".to_owned(),
        redirect_uri: "https://app.example/cb?a=1&b=\"x\"".to_owned(),
        state: None,
        scopes: vec!["read".to_owned(), "<img src=x>".to_owned()],
        challenge: None,
        expires_in: None,
        account: Some("\"><script>@x".to_owned()),
        auto: None,
    }
}

#[test]
fn whatever_is_shown_is_text() {
    let scopes = scopes(
        &oauth("scopes = [{ name = \"read\", description = \"Read & see <everything>\" }]"),
        &asked(),
    );
    assert!(scopes.contains("<li>Read &amp; see &lt;everything&gt;<code>read</code></li>"));
    assert!(
        scopes.contains("<code>&lt;img src=x&gt;</code>"),
        "{scopes}"
    );
    let accounts = accounts(&asked());
    assert!(!accounts.contains("<script>"), "{accounts}");
    assert_eq!(accounts.matches("type=\"radio\"").count(), 4);
    assert_eq!(accounts.matches(" checked").count(), 1);
}

#[test]
fn what_is_put_in_is_not_looked_at_again() {
    assert_eq!(
        filled("{a}-{b}-{c}{", &[("a", "{b}"), ("b", "1")]),
        "{b}-1-{c}{"
    );
}

#[test]
fn the_form_leads_here_and_to_the_application() {
    for (uri, policy) in [
        ("https://app.example/cb?x", "'self' https://app.example"),
        ("http://127.0.0.1:3005/cb", "'self' http://127.0.0.1:3005"),
        ("com.example.app:/cb", "'self' com.example.app:"),
        ("nonsense", "'self'"),
    ] {
        assert_eq!(form_action(uri), policy);
    }
}

#[test]
fn every_hole_of_the_pages_is_filled() {
    for page in [CONSENT, ERROR] {
        let without = [
            "style", "name", "platform", "client", "ticket", "accounts", "scopes", "redirect",
            "message",
        ]
        .map(|name| (name, ""));
        assert!(!filled(page, &without).contains('{'));
        assert!(!page.contains("<script") && !page.contains(" style="));
    }
}
