use super::*;
use crate::crypto::{KeyPurpose, MasterKey, WrappedKey};
use crate::domain::SystemClock;
use crate::store::MemoryEngine;

fn access(per_minute: Option<u32>) -> Access {
    let engine: SharedEngine = Arc::new(MemoryEngine::new());
    let clock = Arc::new(SystemClock);
    let master = MasterKey::new(&Secret::new([1; 32]));
    let stored = KeyPurpose::ALL.map(|purpose| WrappedKey::generate(&master, purpose, clock.now()));
    let (keyring, _) = Keyring::open(&master, &stored).unwrap();
    let audit = Arc::new(Audit::new(&engine, Arc::new(SystemClock)));
    Access::new(&engine, Arc::new(keyring), clock, per_minute, audit)
}

fn new(permission: Permission) -> NewKey {
    NewKey {
        scope: Scope::all(Environment::Test),
        name: "mine".to_owned(),
        permission,
        guards: Guards::default(),
        expires_in: None,
    }
}

#[tokio::test]
async fn a_key_opens_until_it_is_revoked() {
    let access = access(None);
    let (key, text) = access
        .create(new(Permission::Admin), &Actor::operator())
        .await
        .unwrap();
    assert_eq!(access.admit(text.expose()).unwrap().key.id, key.id);
    access
        .revoke(Environment::Test, key.id, &Actor::operator())
        .await
        .unwrap();
    assert!(matches!(
        access.admit(text.expose()),
        Err(AccessError::UnknownKey)
    ));
    assert!(
        access.list(Environment::Test).unwrap()[0].1.is_some(),
        "its last use is known"
    );
}

#[tokio::test]
async fn the_other_environments_keys_are_not_there() {
    let access = access(None);
    let (key, _) = access
        .create(new(Permission::Admin), &Actor::operator())
        .await
        .unwrap();
    assert!(access.list(Environment::Live).unwrap().is_empty());
    assert!(matches!(
        access
            .revoke(Environment::Live, key.id, &Actor::operator())
            .await,
        Err(AccessError::NoSuchKey(_))
    ));
}

#[tokio::test]
async fn an_expired_key_is_refused() {
    let access = access(None);
    let expired = NewKey {
        expires_in: Some(Duration::ZERO),
        ..new(Permission::Admin)
    };
    let (_, text) = access.create(expired, &Actor::operator()).await.unwrap();
    assert!(matches!(
        access.admit(text.expose()),
        Err(AccessError::UnknownKey)
    ));
}

#[tokio::test]
async fn a_permission_holds_for_the_methods_it_names() {
    let access = access(None);
    for (permission, allowed) in [
        (Permission::Read, &["GET", "HEAD"][..]),
        (Permission::Write, &["GET", "HEAD", "POST", "PATCH"]),
        (
            Permission::Admin,
            &["GET", "HEAD", "POST", "PATCH", "DELETE"],
        ),
    ] {
        let (_, text) = access
            .create(new(permission), &Actor::operator())
            .await
            .unwrap();
        for method in ["GET", "HEAD", "POST", "PATCH", "DELETE"] {
            assert_eq!(
                Admitted::may(&access.admit(text.expose()).unwrap().key, method).is_ok(),
                allowed.contains(&method),
                "{permission:?} {method}"
            );
        }
    }
}

#[tokio::test]
async fn one_request_too_many_is_told_when_to_come_back() {
    let access = access(Some(1));
    let (_, text) = access
        .create(new(Permission::Admin), &Actor::operator())
        .await
        .unwrap();
    assert_eq!(access.admit(text.expose()).unwrap().window.remaining, 0);
    let refused = (0..2)
        .map(|_| access.admit(text.expose()))
        .find_map(Result::err);
    assert!(
        matches!(
            refused,
            Some(AccessError::TooMany(Window { reset: 1..=60, .. }))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_plain_key_is_not_kept() {
    let access = access(None);
    let (key, text) = access
        .create(new(Permission::Admin), &Actor::operator())
        .await
        .unwrap();
    let kept = serde_json::to_string(&key).unwrap();
    assert!(!kept.contains(text.expose()));
    assert!(
        !kept.contains(text.expose().trim_start_matches("sk_test_")),
        "not even without its prefix"
    );
}

#[tokio::test]
async fn a_name_is_asked_for() {
    let access = access(None);
    for name in ["", "  ", "a\nb"] {
        let nameless = NewKey {
            name: name.to_owned(),
            ..new(Permission::Admin)
        };
        assert!(
            matches!(
                access.create(nameless, &Actor::operator()).await,
                Err(AccessError::Invalid(_))
            ),
            "{name:?}"
        );
    }
}
