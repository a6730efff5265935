//! What holds whatever a client does, and in whatever order.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

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
