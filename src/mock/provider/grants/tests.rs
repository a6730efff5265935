use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const START: Timestamp = Timestamp::from_micros(1_750_000_000_000_000);
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn new_code(client: &str) -> NewCode {
    NewCode {
        consent: Consent {
            platform: "acme".to_owned(),
            client: client.to_owned(),
            account: Some("ada@example.com".to_owned()),
            scopes: vec!["read".to_owned(), "write".to_owned()],
            life: Some(Duration::from_secs(100)),
        },
        redirect_uri: "https://app.example/cb".to_owned(),
        challenge: Some(base64_url(&sha256(VERIFIER.as_bytes()))),
    }
}

fn by(client: &str) -> Redeemer<'_> {
    Redeemer {
        platform: "acme",
        client,
        redirect_uri: Some("https://app.example/cb"),
        verifier: Some(VERIFIER),
        refreshable: true,
    }
}

fn signed_in(grants: &mut Grants) -> Issued {
    let code = grants.code(new_code("c"), START);
    grants.redeem(&code, by("c"), START).unwrap()
}

#[test]
fn a_code_wants_what_it_was_asked_for_with() {
    let usual = by("c");
    for (redeemer, wrong) in [
        (by("d"), NotGranted::AnotherClient),
        (
            Redeemer {
                platform: "other",
                ..usual
            },
            NotGranted::Unknown,
        ),
        (
            Redeemer {
                redirect_uri: Some("https://app.example/cb/"),
                ..usual
            },
            NotGranted::AnotherRedirect,
        ),
        (
            Redeemer {
                verifier: None,
                ..usual
            },
            NotGranted::NoVerifier,
        ),
        (
            Redeemer {
                verifier: Some("x"),
                ..usual
            },
            NotGranted::WrongVerifier,
        ),
    ] {
        let mut grants = Grants::default();
        let code = grants.code(new_code("c"), START);
        assert_eq!(grants.redeem(&code, redeemer, START), Err(wrong));
    }
    let mut grants = Grants::default();
    let without = NewCode {
        challenge: None,
        ..new_code("c")
    };
    let code = grants.code(without, START);
    assert_eq!(
        grants.redeem(&code, usual, START),
        Err(NotGranted::NoChallenge)
    );
}

#[test]
fn a_code_is_good_for_a_minute() {
    let mut grants = Grants::default();
    let codes = [0, 0].map(|_| grants.code(new_code("c"), START));
    let last = START.plus(CODE_LIFE - Duration::from_micros(1));
    assert!(grants.redeem(&codes[0], by("c"), last).is_ok());
    let late = grants.redeem(&codes[1], by("c"), START.plus(CODE_LIFE));
    assert_eq!(late, Err(NotGranted::Expired));
}

#[test]
fn another_client_cannot_use_up_a_code_and_its_own_can() {
    let mut grants = Grants::default();
    let code = grants.code(new_code("c"), START);
    assert!(grants.redeem(&code, by("d"), START).is_err());
    assert!(grants.redeem(&code, by("c"), START).is_ok());

    let code = grants.code(new_code("c"), START);
    let wrong = Redeemer {
        verifier: Some("x"),
        ..by("c")
    };
    assert!(grants.redeem(&code, wrong, START).is_err());
    let again = grants.redeem(&code, by("c"), START);
    assert_eq!(again, Err(NotGranted::UsedBefore));
}

#[test]
fn a_code_that_comes_twice_ends_what_it_gave() {
    let mut grants = Grants::default();
    let code = grants.code(new_code("c"), START);
    let issued = grants.redeem(&code, by("c"), START).unwrap();
    assert!(grants.known("acme", &issued.access_token, START).is_some());
    assert_eq!(
        grants.redeem(&code, by("c"), START),
        Err(NotGranted::UsedBefore)
    );
    assert_eq!(grants.known("acme", &issued.access_token, START), None);
    assert_eq!(
        grants.known("acme", &issued.refresh_token.unwrap(), START),
        None
    );
}

#[test]
fn a_refresh_gives_no_more_than_was_allowed() {
    let mut grants = Grants::default();
    let token = signed_in(&mut grants).refresh_token.unwrap();
    let mut with = |scopes: &[&str]| {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let issued = grants.refresh(&token, ("acme", "c"), &scopes, false, START);
        issued.map(|issued| issued.consent.scopes)
    };
    assert_eq!(with(&[]).unwrap(), ["read", "write"]);
    assert_eq!(with(&["read"]).unwrap(), ["read"]);
    assert_eq!(with(&["read", "admin"]), Err(NotGranted::MoreThanAllowed));
    assert_eq!(with(&["write"]).unwrap(), ["write"]);
}

#[test]
fn a_token_lives_with_its_grant_and_its_time() {
    let mut grants = Grants::default();
    let issued = signed_in(&mut grants);
    let token = &issued.access_token;
    let known = |grants: &Grants, seconds| {
        let now = START.plus(Duration::from_secs(seconds));
        grants.known("acme", token, now).is_some()
    };
    assert!(known(&grants, 99) && !known(&grants, 100));
    assert!(grants.known("other", token, START).is_none());
    let refused = grants.revoke("acme", Some("d"), token, false);
    assert_eq!(refused, Err(NotGranted::AnotherClient));
    assert!(known(&grants, 0));
    grants.revoke("acme", Some("c"), token, false).unwrap();
    assert!(!known(&grants, 0));
    let refresh = issued.refresh_token.as_ref().unwrap();
    assert!(grants.known("acme", refresh, START).is_some());
    grants.revoke("acme", None, refresh, false).unwrap();
    assert!(grants.known("acme", refresh, START).is_none());
    assert_eq!(
        grants.revoke("acme", Some("c"), "never given", false),
        Ok(())
    );
}

#[test]
fn what_ends_everywhere_ends_at_one_platform() {
    let mut grants = Grants::default();
    let here = signed_in(&mut grants);
    let mut elsewhere = new_code("c");
    elsewhere.consent.platform = "other".to_owned();
    let there = grants.directly(elsewhere.consent, START);

    assert_eq!(grants.expire_all("acme", START), 1);
    assert_eq!(grants.expire_all("acme", START), 0);
    assert_eq!(grants.known("acme", &here.access_token, START), None);
    let refresh = here.refresh_token.unwrap();
    let renewed = grants
        .refresh(&refresh, ("acme", "c"), &[], false, START)
        .unwrap();

    assert_eq!(grants.revoke_all("acme"), 1);
    assert_eq!(grants.known("acme", &renewed.access_token, START), None);
    let refused = grants.refresh(&refresh, ("acme", "c"), &[], false, START);
    assert_eq!(refused, Err(NotGranted::Revoked));
    assert!(grants.known("other", &there.access_token, START).is_some());
}

/// What a client does; numbers pick one of what was given so far.
#[derive(Clone, Debug)]
enum Step {
    Ask,
    Redeem(usize),
    Refresh(usize),
    Revoke(usize),
    Wait(u64),
    RevokeAll,
    ExpireAll,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Ask),
        5 => any::<usize>().prop_map(Step::Redeem),
        6 => any::<usize>().prop_map(Step::Refresh),
        1 => any::<usize>().prop_map(Step::Revoke),
        2 => (0..70u64).prop_map(Step::Wait),
        1 => Just(Step::RevokeAll),
        1 => Just(Step::ExpireAll),
    ];
    proptest::collection::vec(step, 1..60)
}

fn pick(from: &[String], at: usize) -> Option<&String> {
    from.get(at.checked_rem(from.len())?)
}

proptest! {
    #[test]
    fn no_code_and_no_rotated_token_works_twice_and_nothing_works_after_its_end(steps in steps()) {
        let (mut grants, mut now) = (Grants::default(), START);
        let (mut codes, mut refresh, mut access) = (vec![], vec![], vec![]);
        let (mut used, mut ended) = (HashSet::new(), HashSet::new());
        for step in steps {
            let (spent, issued) = match step {
                Step::Ask => {
                    codes.push(grants.code(new_code("c"), now));
                    continue;
                }
                Step::Redeem(at) => match pick(&codes, at) {
                    Some(code) => (code.clone(), grants.redeem(code, by("c"), now)),
                    None => continue,
                },
                Step::Refresh(at) => match pick(&refresh, at) {
                    Some(token) => {
                        let issued = grants.refresh(token, ("acme", "c"), &[], true, now);
                        (token.clone(), issued)
                    }
                    None => continue,
                },
                Step::Revoke(at) => {
                    if let Some(token) = pick(&refresh, at) {
                        grants.revoke("acme", Some("c"), token, false).unwrap();
                        prop_assert!(grants.known("acme", token, now).is_none());
                        ended.insert(token.clone());
                    }
                    continue;
                }
                Step::Wait(seconds) => {
                    now = now.plus(Duration::from_secs(seconds));
                    continue;
                }
                Step::RevokeAll => {
                    grants.revoke_all("acme");
                    ended.extend(access.iter().chain(&refresh).cloned());
                    continue;
                }
                Step::ExpireAll => {
                    grants.expire_all("acme", now);
                    ended.extend(access.iter().cloned());
                    continue;
                }
            };
            if let Ok(issued) = issued {
                prop_assert!(used.insert(spent.clone()), "used twice");
                prop_assert!(!ended.contains(&spent), "used after its end");
                prop_assert!(grants.known("acme", &issued.access_token, now).is_some());
                access.push(issued.access_token);
                refresh.extend(issued.refresh_token);
            } else if used.contains(&spent) {
                // Whoever uses something twice ends the family: nothing more comes of the token.
                ended.insert(spent);
            }
            for token in &ended {
                prop_assert!(grants.known("acme", token, now).is_none(), "good after its end");
            }
        }
    }

    #[test]
    fn reuse_ends_every_token_of_the_family(length in 1..6usize, reused in any::<usize>()) {
        let mut grants = Grants::default();
        let first = signed_in(&mut grants);
        let mut chain = vec![first.refresh_token.unwrap()];
        let mut access = vec![first.access_token];
        for _ in 0..length {
            let last = chain.last().unwrap();
            let issued = grants.refresh(last, ("acme", "c"), &[], true, START).unwrap();
            chain.extend(issued.refresh_token);
            access.push(issued.access_token);
        }
        let again = grants.refresh(&chain[reused % length], ("acme", "c"), &[], true, START);
        prop_assert_eq!(again, Err(NotGranted::UsedBefore));
        for token in chain.iter().chain(&access) {
            prop_assert!(grants.known("acme", token, START).is_none());
            prop_assert!(grants.refresh(token, ("acme", "c"), &[], true, START).is_err());
        }
    }
}
