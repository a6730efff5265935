//! Signing in at an organisation's own provider, by one that others wrote.

use std::net::TcpListener;

use super::House;
use crate::clients::run_at;
use crate::support::Client;

const SECRET: &str = "se cret:+%&=/?~1, and so on for long enough";

#[tokio::test]
async fn people_sign_in_at_a_provider_that_others_wrote() {
    // The provider is made once the server's own address is known; the server asks it when first needed.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let issuer = format!("http://127.0.0.1:{port}");
    let mut house = House::with(|command| {
        command
            .env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8")
            .env("MAGPIE_ADMIN__OIDC__ISSUER", &issuer)
            .env("MAGPIE_ADMIN__OIDC__CLIENT_ID", "magpie:1")
            .env("MAGPIE_ADMIN__OIDC__CLIENT_SECRET", SECRET)
            .env("MAGPIE_ADMIN__OIDC__NAME", "Acme SSO")
            .env("MAGPIE_ADMIN__OIDC__ALLOWED_DOMAINS", "example.com")
    });
    let nobody_there = house.anonymous().get("/admin/api/session/oidc/start").await;
    nobody_there.assert_error(502, 2012);
    let link = house.printed_link().await;
    let url = house.server.url.replace("127.0.0.1", "localhost");
    let settings = [
        ("PORT", port.as_str()),
        ("LINK", &link),
        ("CLIENT_SECRET", SECRET),
    ];
    let report = run_at(&url, "", "admin-oidc.mjs", &settings);
    assert_eq!(report["passed"].as_array().unwrap().len(), 8);
    let socket = house.folder.path().join("data/control.sock");
    let operator = Client::over_socket(&socket).with_header("x-magpie-environment", "test");
    let told = operator.get("/admin/api/audit?q=isFirst").await.json();
    let first = &told["rows"][0];
    assert_eq!(first["detail"]["via"], "provider", "{told}");
    assert_eq!(first["actor"]["id"], first["object"]["id"], "{told}");
    house.server.signal("TERM");
    house.server.ended();
    assert!(!house.server.log().contains(SECRET));
    assert!(
        !house.server.log().contains("code="),
        "{}",
        house.server.log()
    );
}
