//! Signing in, from the authorization request to the end of the grant.

use super::*;

const ROTATES: (&str, &str) = ("acme", "refresh = \"rotates\"");

#[actix_web::test]
async fn a_sign_in_gives_tokens_that_the_upstream_knows_and_a_refresh_renews() {
    let (app, clock) = app!(ROTATES);
    let first = signed_in!(&app, "acme", &[]);
    assert_eq!(first.header("cache-control"), "no-store");
    let body = first.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], "read write");
    let access = first.text("access_token");
    assert!(access.starts_with("mock_at_") && access.len() > 40);
    assert!(first.text("refresh_token").starts_with("mock_rt_"));

    assert_eq!(
        call(&app, upstream("acme", &access).to_request())
            .await
            .status,
        200
    );
    clock.on(Duration::from_secs(3599));
    assert_eq!(
        call(&app, upstream("acme", &access).to_request())
            .await
            .status,
        200
    );
    clock.on(Duration::from_secs(1));
    assert_eq!(
        call(&app, upstream("acme", &access).to_request())
            .await
            .status,
        401
    );

    let request = refresh("acme", &first.text("refresh_token"), &[]);
    let second = call(&app, request.to_request()).await;
    let access = second.text("access_token");
    assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
    assert_eq!(
        call(&app, upstream("acme", &access).to_request())
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn a_rotated_refresh_token_ends_its_whole_family() {
    let (app, _) = app!(ROTATES);
    let first = signed_in!(&app, "acme", &[]);
    let request = || refresh("acme", &first.text("refresh_token"), &[]).to_request();
    let second = call(&app, request()).await;
    assert_eq!(second.status, 200);

    call(&app, request())
        .await
        .assert_error(400, "invalid_grant", "used before");
    let latest = refresh("acme", &second.text("refresh_token"), &[]);
    call(&app, latest.to_request())
        .await
        .assert_error(400, "invalid_grant", "revoked");
    for token in [first.text("access_token"), second.text("access_token")] {
        assert_eq!(
            call(&app, upstream("acme", &token).to_request())
                .await
                .status,
            401
        );
    }
}

#[actix_web::test]
async fn a_token_of_another_platform_and_one_that_was_never_given_are_refused() {
    let (app, _) = app!(ROTATES, ("other", ""));
    let token = signed_in!(&app, "acme", &[]).text("access_token");
    assert_eq!(
        call(&app, upstream("other", &token).to_request())
            .await
            .status,
        401
    );
    assert_eq!(
        call(&app, upstream("acme", "mock_at_x").to_request())
            .await
            .status,
        401
    );
    assert_eq!(
        call(&app, upstream("acme", "by-hand").to_request())
            .await
            .status,
        200
    );
}
