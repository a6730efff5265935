//! The engine of refreshing, with a real vault over a store in memory, a clock that the tests move,
//! and a provider that answers as it is told to.

mod engine;
mod house;
mod provider;
mod steps;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use house::{House, carried, nobody, run_on, scope};
use provider::Reply;

use super::Outcome;
use crate::domain::{Clock, Connection, Health};
use crate::vault::{Revoked, VaultError};

/// A connection whose token has just ended.
fn ended(house: &House) -> Connection {
    let connection = house.connect(10).unwrap();
    house.clock.advance(20);
    connection
}

fn refresh(house: &House, connection: &Connection, seen: u64) -> Outcome {
    let (vault, key) = (house.vault(), (connection.environment, connection.id));
    house.run(async move { vault.refresh(key, seen).await })
}

#[test]
fn a_thousand_who_wait_cost_one_redeem() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.provider.says(Reply::Tokens, true);
    let served = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for _ in 0..1000 {
        let (vault, key) = (house.vault(), connection.key.to_string());
        let served = Arc::clone(&served);
        drop(house.caller(async move {
            let live = vault.ready(&scope(), &key).await.unwrap();
            assert_eq!(carried(&vault, &live), 2);
            served.fetch_add(1, Ordering::SeqCst);
        }));
    }
    let bell = &house.provider.bell;
    bell.wait("the redeem", || house.provider.held() == 1);
    house.let_all_wait();
    assert_eq!(house.callers(), 1000);
    house.provider.release();
    bell.wait("all served", || house.callers() == 0);
    assert_eq!(
        (served.load(Ordering::SeqCst), house.provider.redeems()),
        (1000, 1)
    );
}

#[test]
fn the_end_of_the_program_waits_for_the_answer_to_be_written() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.provider.says(Reply::Tokens, true);
    let (vault, key) = (house.vault(), connection.key.to_string());
    let caller = house.caller(async move { drop(vault.ready(&scope(), &key).await) });
    let bell = &house.provider.bell;
    bell.wait("the redeem", || house.provider.held() == 1);
    // Whoever asked leaves; that ends nothing.
    caller.abort();
    bell.wait("the caller left", || house.callers() == 0);
    let vault = house.vault();
    let is_over = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_over);
    drop(house.caller(async move {
        vault.finish_refreshes().await;
        told.store(true, Ordering::SeqCst);
    }));
    house.let_all_wait();
    assert!(!is_over.load(Ordering::SeqCst));
    house.provider.release();
    bell.wait("the end", || is_over.load(Ordering::SeqCst));
    assert_eq!(house.stored(&connection).unwrap().refresh, 2);
    assert!(matches!(
        refresh(&house, &connection, 2),
        Outcome::Later { .. }
    ));
    assert_eq!(house.provider.redeems(), 1);
}

#[test]
fn what_comes_for_a_connection_that_was_removed_is_given_back() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.provider.says(Reply::Tokens, true);
    let (vault, key) = (house.vault(), connection.key.to_string());
    let removing = (house.vault(), key.clone());
    drop(house.caller(async move { drop(vault.ready(&scope(), &key).await) }));
    let bell = &house.provider.bell;
    bell.wait("the redeem", || house.provider.held() == 1);
    house
        .run(async move { removing.0.delete(&scope(), &removing.1, &nobody()).await })
        .unwrap();
    house.provider.release();
    let revoked = || house.provider.state().revoked.join(" ");
    bell.wait("both revoked", || revoked().contains("rt-2"));
    assert!(revoked().contains("rt-1"));
    assert!(house.stored(&connection).is_none());
}

#[test]
fn a_sign_in_between_two_reads_is_not_spent_on_an_answer_that_is_dropped() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    let (other, key) = (house.another(), connection.key.to_string());
    let material = house.signs_in(1000);
    let sign_in = move || {
        let (handle, vault) = (other.handle.clone(), Arc::clone(&other.vault));
        run_on(&handle, async move {
            let also = crate::store::Batch::default();
            vault
                .signed_in_again(&scope(), &key, material, None, also, &nobody())
                .await
                .unwrap();
        });
    };
    house.engine.before_read("credentials", Box::new(sign_in));
    assert_eq!(refresh(&house, &connection, 1), Outcome::Gone);
    assert_eq!(house.provider.redeems(), 0);
    assert_eq!(house.stored(&connection).unwrap().refresh, 2);
    let live = house.ready(&connection).unwrap();
    assert_eq!(carried(&house.vault(), &live), 2);
}

#[test]
fn whoever_looked_before_a_failure_waits_as_well() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.provider.will(Reply::Limited(300));
    let first = refresh(&house, &connection, 1);
    let Outcome::Later { at, .. } = &first else {
        panic!("{first:?}");
    };
    assert_eq!(at.since(house.clock.now()).as_secs(), 300);
    assert_eq!(refresh(&house, &connection, 1), first);
    assert_eq!(house.provider.redeems(), 1);
}

#[test]
fn whoever_looked_before_the_end_asks_for_nothing_more() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.provider.will(Reply::InvalidGrant);
    let first = refresh(&house, &connection, 1);
    assert!(matches!(first, Outcome::Failed { .. }), "{first:?}");
    let written = house.stored(&connection).unwrap().connection;
    house.clock.advance(10_000);
    assert_eq!(refresh(&house, &connection, 1), first);
    let error = house.ready(&connection).unwrap_err();
    assert!(
        matches!(error, VaultError::MustReconnect { .. }),
        "{error:?}"
    );
    assert_eq!(house.stored(&connection).unwrap().connection, written);
    assert_eq!(house.provider.redeems(), 1);
    house.reconnect(&connection, 1000).unwrap();
    let cured = house.ready(&connection).unwrap().connection.health;
    assert_eq!(cured, Health::Operational);
}

#[test]
fn whoever_looked_before_a_sign_in_finds_its_token() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.ready(&connection).unwrap();
    house.reconnect(&connection, 1000).unwrap();
    assert_eq!(refresh(&house, &connection, 2), Outcome::Fresh);
    assert_eq!(house.provider.redeems(), 1);
}

#[test]
fn of_many_who_are_refused_at_once_one_refreshes_and_all_go_on() {
    let house = House::new("generic-oauth2");
    let connection = house.connect(10_000).unwrap();
    let live = house.ready(&connection).unwrap();
    let refused = |live: &Arc<crate::vault::Live>, count: usize| {
        let (vault, live) = (house.vault(), Arc::clone(live));
        house.run(async move {
            let scope = scope();
            let all = (0..count).map(|_| vault.after_refusal(&scope, &live));
            let all = futures_util::future::join_all(all).await;
            all.into_iter()
                .map(|live| live.map(|live| carried(&vault, &live)))
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(refused(&live, 100), vec![Some(2); 100]);
    assert_eq!(refused(&live, 1), [Some(2)]);
    let new = house.ready(&connection).unwrap();
    assert_eq!(refused(&new, 10), vec![None; 10]);
    assert_eq!(house.provider.redeems(), 1);
    house.clock.advance(61);
    house.provider.will(Reply::Limited(1000));
    assert_eq!(refused(&new, 1), [None]);
    house.clock.advance(61);
    // A wait that the provider asked for holds here as well.
    assert_eq!(refused(&new, 1), [None]);
    assert_eq!(house.provider.redeems(), 2);
}

#[test]
fn a_token_that_lasts_is_used_although_its_refresh_failed() {
    let house = House::new("generic-oauth2");
    let connection = house.connect(20).unwrap();
    house.clock.advance(17);
    house.provider.will(Reply::Status(500));
    let live = house.ready(&connection).unwrap();
    assert_eq!(carried(&house.vault(), &live), 1);
    assert_eq!(live.connection.health, Health::Degraded);
    house.clock.advance(4);
    let error = house.ready(&connection).unwrap_err();
    assert!(
        matches!(
            error,
            VaultError::TryLater {
                seconds: 9..=13,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(house.provider.redeems(), 1);
    house.clock.advance(20);
    assert_eq!(
        carried(&house.vault(), &house.ready(&connection).unwrap()),
        2
    );
}

#[test]
fn new_tokens_are_written_however_often_others_are_faster() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.engine.refuse("credentials", 100);
    house.ready(&connection).unwrap();
    assert_eq!(house.stored(&connection).unwrap().refresh, 2);
}

#[test]
fn no_token_is_asked_for_that_could_not_be_kept() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.engine.fill(true);
    let error = house.ready(&connection).unwrap_err();
    assert!(matches!(error, VaultError::TryLater { .. }), "{error:?}");
    assert_eq!(house.provider.redeems(), 0);
    house.engine.fill(false);
    house.ready(&connection).unwrap();
}

#[test]
fn a_wrong_client_secret_is_the_integrations_problem() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.provider.will(Reply::InvalidClient);
    house.ready(&connection).unwrap_err();
    let problem = || {
        let found = house.vault().integrations.get(&scope(), "generic-oauth2");
        found.unwrap().1.problem
    };
    assert!(problem().unwrap().contains("invalid_client"));
    let health = house.stored(&connection).unwrap().connection.health;
    assert_eq!(health, Health::Degraded);
    house.clock.advance(60);
    house.ready(&connection).unwrap();
    assert_eq!(problem(), None);
}

#[test]
fn a_connector_that_is_gone_stands_in_nobodys_way() {
    let house = House::new("generic-oauth2");
    let connection = ended(&house);
    house.lose_platform(&connection);
    let vault = house.vault();
    house.run(async move { vault.refresh_due().await }).unwrap();
    let records = crate::vault::records::Records::new(&house.engine.shared());
    let found = records.connections.get("test", &connection.id.to_string());
    let found = found.unwrap().unwrap();
    assert_eq!(found.health, Health::Degraded);
    assert!(found.due_at().unwrap() > house.clock.now());
}

#[test]
fn a_revocation_is_tried_again_until_it_is_done_or_given_up() {
    let house = House::new("generic-oauth2");
    for (failures, revocations) in [(2, 3), (100, 30)] {
        let connection = house.connect(1000).unwrap();
        {
            let mut state = house.provider.state();
            state.revoked.clear();
            state.revokes_later = failures;
        }
        let vault = house.vault();
        let deleted = house.run(async move {
            let key = connection.key.as_str();
            vault.delete(&scope(), key, &nobody()).await
        });
        assert_eq!(deleted.unwrap().1, Revoked::Pending);
        for _ in 0..40 {
            // Later failures are waited for longer, up to half an hour.
            house.clock.advance(31 * 60);
            let vault = house.vault();
            house.run(async move { vault.revoke_due().await }).unwrap();
        }
        assert_eq!(house.provider.state().revoked.len(), revocations);
    }
}
