use super::*;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);
const MY: [u8; 32] = [1; 32];
const ME: Owner = Owner {
    session: Uuid::nil(),
    party: MY,
};

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn is(outcome: &watch::Receiver<FlowState>, word: &str) -> bool {
    format!("{:?}", *outcome.borrow()).starts_with(word)
}

#[test]
fn a_sign_in_goes_from_ticket_to_state_to_its_end_once_each() {
    let flows = Flows::default();
    let (id, ticket) = flows.begin(ME, "data", NOW);
    let started = flows.start(&ticket, NOW).unwrap();
    assert_eq!(started.id, id);
    assert_eq!(flows.start(&ticket, NOW).unwrap_err(), Lost::Unknown);
    let cookie = Some(started.cookie.expose().as_str());
    assert_eq!(flows.arrive(&started.state, cookie, NOW), Ok((id, "data")));
    assert_eq!(
        flows.arrive(&started.state, cookie, NOW),
        Err(Lost::Unknown)
    );
}

#[test]
fn another_browser_gets_nowhere_and_ends_nothing() {
    let flows = Flows::default();
    let (_, ticket) = flows.begin(ME, (), NOW);
    let started = flows.start(&ticket, NOW).unwrap();
    for cookie in [None, Some(""), Some("guess")] {
        assert_eq!(
            flows.arrive(&started.state, cookie, NOW),
            Err(Lost::OtherBrowser)
        );
    }
    let own = Some(started.cookie.expose().as_str());
    assert!(flows.arrive(&started.state, own, NOW).is_ok());
}

#[test]
fn what_took_too_long_is_over() {
    let flows = Flows::default();
    let (id, ticket) = flows.begin(ME, (), NOW);
    let outcome = flows.outcome(&MY, id).unwrap();
    let started = flows.start(&ticket, later(1)).unwrap();
    let own = Some(started.cookie.expose().as_str());
    assert_eq!(
        flows.arrive(&started.state, own, later(601)),
        Err(Lost::Expired)
    );
    assert!(is(&outcome, "Expired"));
    let (_, ticket) = flows.begin(ME, (), NOW);
    assert_eq!(flows.start(&ticket, later(600)).unwrap_err(), Lost::Expired);
    flows.sweep(later(3600));
    assert!(flows.outcome(&MY, id).is_none());
}

#[test]
fn only_whoever_began_it_hears_of_it_or_ends_it() {
    let flows = Flows::default();
    let (id, ticket) = flows.begin(ME, (), NOW);
    let stranger = [7; 32];
    assert!(flows.outcome(&stranger, id).is_none());
    assert_eq!(flows.cancel(&stranger, id), Cancel::Unknown);
    assert_eq!(flows.cancel(&MY, id), Cancel::Done);
    assert_eq!(flows.start(&ticket, NOW).unwrap_err(), Lost::Unknown);
    flows.settle(id, FlowState::Failed("late".to_owned()));
    assert!(is(&flows.outcome(&MY, id).unwrap(), "Cancelled"));
}

#[test]
fn what_is_being_stored_cannot_be_cancelled_and_what_was_cancelled_not_stored() {
    let flows = Flows::default();
    let (id, _) = flows.begin(ME, (), NOW);
    assert!(flows.claim(id));
    assert_eq!(flows.cancel(&MY, id), Cancel::TooLate);
    let (id, _) = flows.begin(ME, (), NOW);
    assert_eq!(flows.cancel(&MY, id), Cancel::Done);
    assert!(!flows.claim(id));
}

#[test]
fn nobody_pushes_others_out() {
    let flows = Flows::default();
    let other = Owner {
        session: Uuid::from_u128(9),
        party: [9; 32],
    };
    let (kept, _) = flows.begin(other, (), NOW);
    let mut mine = Vec::new();
    for second in 0..100 {
        mine.push(flows.begin(ME, (), later(second)).0);
    }
    assert!(flows.outcome(&[9; 32], kept).is_some());
    let left = mine.iter().filter(|id| flows.outcome(&MY, **id).is_some());
    assert_eq!(left.count(), MAX_EACH);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Begin,
    Start(usize),
    Arrive(usize, bool),
    Cancel(usize),
    Wait(u64),
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Begin),
        (0..4_usize).prop_map(Step::Start),
        (0..4_usize, any::<bool>()).prop_map(|(which, own)| Step::Arrive(which, own)),
        (0..4_usize).prop_map(Step::Cancel),
        (0..400_u64).prop_map(Step::Wait),
        Just(Step::Sweep),
    ]
}

proptest! {
    #[test]
    fn no_order_of_things_brings_a_sign_in_back_twice(steps in proptest::collection::vec(step(), 0..40)) {
        let flows = Flows::default();
        let mut now = NOW;
        let (mut begun, mut started) = (Vec::new(), Vec::new());
        let mut arrived = std::collections::HashSet::new();
        for step in steps {
            match step {
                Step::Begin => begun.push((flows.begin(Owner { session: Uuid::from_u128(begun.len() as u128), party: MY }, begun.len(), now), now)),
                Step::Start(which) => {
                    if let Some(((_, ticket), since)) = begun.get(which)
                        && let Ok(start) = flows.start(ticket, now)
                    {
                        prop_assert!(now.since(*since) < LIFE);
                        prop_assert_eq!(start.data, which);
                        started.push(start);
                    }
                }
                Step::Arrive(which, own) => {
                    if let Some(start) = started.get(which) {
                        let cookie = own.then_some(start.cookie.expose().as_str());
                        if let Ok((id, data)) = flows.arrive(&start.state, cookie, now) {
                            prop_assert!(own && id == start.id && data == start.data);
                            prop_assert!(now.since(begun[data].1) < LIFE);
                            prop_assert!(arrived.insert(id.0), "it arrived twice");
                        }
                    }
                }
                Step::Cancel(which) => {
                    if let Some(((id, _), _)) = begun.get(which) {
                        flows.cancel(&MY, *id);
                    }
                }
                Step::Wait(seconds) => now = now.plus(Duration::from_secs(seconds)),
                Step::Sweep => flows.sweep(now),
            }
        }
    }
}
