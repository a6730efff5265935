use std::sync::atomic::AtomicI64;
use std::time::Duration;

use super::totp::accepted;
use super::*;
use crate::crypto::{KeyPurpose, MasterKey, WrappedKey, hmac_sha1};
use crate::domain::{Actor, Secret};
use crate::journal::{AuditFilter, AuditPlace};
use crate::store::MemoryEngine;

const PASSWORD: &str = "purple otters juggle";

/// A clock that tests move.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

struct House {
    members: Members,
    engine: SharedEngine,
    audit: Arc<Audit>,
    hand: Arc<Hand>,
}

impl House {
    fn new() -> Self {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let hand = Arc::new(Hand(AtomicI64::new(1_700_000_000_000_000)));
        let master = MasterKey::new(&Secret::new([1; 32]));
        let stored =
            KeyPurpose::ALL.map(|purpose| WrappedKey::generate(&master, purpose, hand.now()));
        let (keyring, _) = Keyring::open(&master, &stored).unwrap();
        let clock: Arc<dyn Clock> = Arc::clone(&hand) as Arc<dyn Clock>;
        let audit = Arc::new(Audit::new(&engine, Arc::clone(&clock)));
        Self {
            members: Members::new(
                &engine,
                Arc::new(keyring),
                Arc::clone(&clock),
                Arc::clone(&audit),
            ),
            audit,
            engine,
            hand,
        }
    }

    fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).unwrap();
        self.hand.0.fetch_add(micros, Ordering::Relaxed);
    }

    async fn owner(&self) -> Entered {
        let link = self.members.set_up_link().await.unwrap().unwrap();
        self.set_up(&link, "ada@example.com").await.unwrap()
    }

    async fn set_up(&self, link: &Link, email: &str) -> Result<Entered, MemberError> {
        let (token, email) = (link.token.expose(), email.parse().unwrap());
        let visitor = Visitor::default();
        self.members
            .set_up(token, email, "Ada", secret(PASSWORD), &visitor)
            .await
    }

    async fn joined(&self, email: &str, role: Role) -> Entered {
        let invited = self
            .members
            .invite(email.parse().unwrap(), role, &by())
            .await;
        let (_, link) = invited.unwrap();
        self.accept(&link).await.unwrap().unwrap()
    }

    async fn accept(&self, link: &Link) -> Result<Option<Entered>, MemberError> {
        let visitor = Visitor::default();
        self.members
            .accept(
                link.token.expose(),
                Some("Grace"),
                secret(PASSWORD),
                &visitor,
            )
            .await
    }

    async fn sign_in(&self, password: &str, code: Option<&str>) -> Result<Entered, MemberError> {
        let asked = SignIn {
            email: "ada@example.com".parse().unwrap(),
            password: secret(password),
            code: code.map(secret),
        };
        let visitor = Visitor {
            address: "192.0.2.1".to_owned(),
            browser: "x".to_owned(),
        };
        self.members.sign_in(asked, &visitor).await
    }

    fn opens(&self, entered: &Entered) -> bool {
        let found = self.members.of_token(entered.token.expose(), true).unwrap();
        found.is_some()
    }
}

fn by() -> Actor {
    Actor::operator()
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn the_set_up_link_is_good_once_and_the_one_before_not_at_all() {
    let house = House::new();
    let before = house.members.set_up_link().await.unwrap().unwrap();
    let link = house.members.set_up_link().await.unwrap().unwrap();
    let refused = house.set_up(&before, "eve@example.com").await;
    assert!(matches!(refused, Err(MemberError::LinkEnded)));
    let owner = house.set_up(&link, "ada@example.com").await.unwrap();
    assert!(owner.member.is_owner && owner.member.role == Role::Admin);
    assert!(house.opens(&owner));
    let again = house.set_up(&link, "eve@example.com").await;
    assert!(matches!(again, Err(MemberError::LinkEnded)));
    assert!(house.members.set_up_link().await.unwrap().is_none());
}

#[tokio::test]
async fn two_who_set_up_at_once_make_one_administrator() {
    let house = House::new();
    let link = house.members.set_up_link().await.unwrap().unwrap();
    let (one, other) = tokio::join!(
        house.set_up(&link, "ada@example.com"),
        house.set_up(&link, "eve@example.com")
    );
    assert_eq!(one.is_ok() as u8 + other.is_ok() as u8, 1);
    assert_eq!(house.members.list().unwrap().len(), 1);
}

#[tokio::test]
async fn links_expire() {
    let house = House::new();
    let set_up = house.members.set_up_link().await.unwrap().unwrap();
    house.pass(links::LIFE);
    let late = house.set_up(&set_up, "ada@example.com").await;
    assert!(matches!(late, Err(MemberError::LinkEnded)));
    house.owner().await;
    let email = "grace@example.com".parse().unwrap();
    let (member, link) = house
        .members
        .invite(email, Role::Member, &by())
        .await
        .unwrap();
    house.pass(links::LIFE);
    let late = house.accept(&link).await;
    assert!(matches!(late, Err(MemberError::LinkEnded)));
    assert_eq!(house.members.state(&member), MemberState::Invited);
    let link = house
        .members
        .new_link(member.id, false, &by())
        .await
        .unwrap();
    assert!(house.accept(&link).await.unwrap().is_some());
    assert!(matches!(
        house.accept(&link).await,
        Err(MemberError::LinkEnded)
    ));
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_or_old() {
    let house = House::new();
    let owner = house.owner().await;
    for _ in 0..3 {
        house.pass(sessions::IDLE - Duration::from_secs(1));
        assert!(house.opens(&owner));
        house.members.flush_usage().await.unwrap();
    }
    house.pass(sessions::IDLE);
    assert!(!house.opens(&owner));

    let entered = house.sign_in(PASSWORD, None).await.unwrap();
    for _ in 0..60 {
        house.pass(sessions::IDLE - Duration::from_secs(1));
        assert!(house.opens(&entered));
    }
    house.pass(Duration::from_secs(60));
    assert!(!house.opens(&entered), "thirty days have passed");

    house.members.sweep().await.unwrap();
    assert!(
        house
            .members
            .sessions
            .scan(NO_ENVIRONMENT, None, 9)
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn all_sessions_end_with_the_password_the_role_and_the_member() {
    let house = House::new();
    let owner = house.owner().await;
    let (id, visitor) = (owner.member.id, Visitor::default());
    let other = house.sign_in(PASSWORD, None).await.unwrap();
    assert_eq!(house.members.sessions_of(id).unwrap().len(), 2);
    let (guess, new) = (secret("wrong wrong wrong"), secret("another good one"));
    let wrong = house.members.change_password(id, &guess, &new, &visitor);
    assert!(matches!(wrong.await, Err(MemberError::Invalid(_))));
    assert!(house.opens(&owner));
    house
        .members
        .change_password(id, &secret(PASSWORD), &secret("another good one"), &visitor)
        .await
        .unwrap();
    assert!(!house.opens(&owner) && !house.opens(&other));
    assert!(house.members.sessions_of(id).unwrap().is_empty());
    assert!(house.sign_in(PASSWORD, None).await.is_err());
    assert!(house.sign_in("another good one", None).await.is_ok());

    let grace = house.joined("grace@example.com", Role::Member).await;
    let id = grace.member.id;
    house
        .members
        .change_role(None, id, Role::Manager, &by())
        .await
        .unwrap();
    assert!(!house.opens(&grace));
    let link = house.members.new_link(id, false, &by()).await.unwrap();
    let grace = house.accept(&link).await.unwrap().unwrap();
    assert!(house.opens(&grace));
    house.members.remove(None, id, &by()).await.unwrap();
    assert!(!house.opens(&grace));
    // The address is free again.
    house.joined("grace@example.com", Role::Member).await;
}

#[tokio::test]
async fn the_last_admin_stays_and_the_owner_is_nobodys_to_remove() {
    let house = House::new();
    let ada = house.owner().await.member.id;
    let members = &house.members;
    for refused in [
        members.remove(Some(ada), ada, &by()).await,
        members.change_role(None, ada, Role::Member, &by()).await,
    ] {
        assert!(matches!(refused, Err(MemberError::LastAdmin)));
    }
    // One who never came in does not count.
    let email = "eve@example.com".parse().unwrap();
    let (eve, _) = members.invite(email, Role::Admin, &by()).await.unwrap();
    assert!(matches!(
        members.remove(None, ada, &by()).await,
        Err(MemberError::LastAdmin)
    ));
    members.remove(None, eve.id, &by()).await.unwrap();

    let grace = house
        .joined("grace@example.com", Role::Admin)
        .await
        .member
        .id;
    for refused in [
        members.remove(Some(grace), ada, &by()).await.map(drop),
        members
            .change_role(Some(grace), ada, Role::Member, &by())
            .await
            .map(drop),
        members.link_by(Some(grace), ada, &by()).await.map(drop),
    ] {
        assert!(matches!(refused, Err(MemberError::NotAllowed(_))));
    }
    members.remove(Some(ada), ada, &by()).await.unwrap();
    assert!(members.find(grace).unwrap().unwrap().is_owner);
    assert!(matches!(
        members.remove(None, grace, &by()).await,
        Err(MemberError::LastAdmin)
    ));
}

#[tokio::test]
async fn the_first_admin_to_join_owns_what_nobody_owns() {
    let house = House::new();
    assert!(
        !house
            .joined("eve@example.com", Role::Manager)
            .await
            .member
            .is_owner
    );
    assert!(
        house
            .joined("ada@example.com", Role::Admin)
            .await
            .member
            .is_owner
    );
    assert!(
        !house
            .joined("grace@example.com", Role::Admin)
            .await
            .member
            .is_owner
    );
}

#[tokio::test]
async fn two_admins_who_remove_each_other_at_once_leave_one() {
    let house = House::new();
    let ada = house.owner().await.member.id;
    let grace = house
        .joined("grace@example.com", Role::Admin)
        .await
        .member
        .id;
    let members = &house.members;
    let by = by();
    let (one, other) = tokio::join!(
        members.remove(None, ada, &by),
        members.remove(None, grace, &by)
    );
    assert_eq!(one.is_ok() as u8 + other.is_ok() as u8, 1);
}

#[tokio::test]
async fn unknown_and_wrong_are_answered_alike_and_locked_alike() {
    let house = House::new();
    house.owner().await;
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut answers = Vec::new();
        for each in 0..11 {
            let asked = SignIn {
                email: email.parse().unwrap(),
                password: secret("wrong wrong wrong"),
                code: None,
            };
            let visitor = Visitor {
                address: format!("192.0.2.{each}"),
                browser: String::new(),
            };
            if each > 5 {
                house.pass(Duration::from_secs(1 << (each - 6)));
            }
            answers.push(
                house
                    .members
                    .sign_in(asked, &visitor)
                    .await
                    .unwrap_err()
                    .to_string(),
            );
        }
        assert!(
            answers[..5]
                .iter()
                .all(|text| text.contains("email address or the password"))
        );
        assert_eq!(
            answers[5],
            "too many failed attempts; try again in 1 seconds"
        );
    }
}

/// The code of an app with the secret that `uri` has.
fn code(secret: &[u8], now: Timestamp) -> String {
    let step = u64::try_from(now.micros() / 30_000_000).unwrap();
    let digest = hmac_sha1(secret, &step.to_be_bytes());
    let at = usize::from(digest[19] & 15);
    let four = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap());
    format!("{:06}", (four & 0x7fff_ffff) % 1_000_000)
}

#[tokio::test]
async fn a_code_is_asked_for_once_it_was_confirmed_and_each_is_good_once() {
    let house = House::new();
    let owner = house.owner().await;
    let id = owner.member.id;
    house.members.begin_totp(id).await.unwrap();
    assert!(
        house.sign_in(PASSWORD, None).await.is_ok(),
        "not confirmed yet"
    );
    let sealed = house.members.read(id).unwrap().value.pending_totp.unwrap();
    let app = house.members.open_totp(id, &sealed).unwrap();
    let now = || house.hand.now();
    assert!(accepted(app.expose(), &code(app.expose(), now()), None, now()).is_some());
    assert!(house.members.confirm_totp(id, "000000").await.is_err());
    let confirmed = house
        .members
        .confirm_totp(id, &code(app.expose(), now()))
        .await;
    let recovery = confirmed.unwrap();
    assert_eq!(recovery.len(), 10);

    let without = house.sign_in(PASSWORD, None).await;
    assert!(matches!(without, Err(MemberError::CodeRequired)));
    let same = house
        .sign_in(PASSWORD, Some(&code(app.expose(), now())))
        .await;
    assert!(
        matches!(same, Err(MemberError::CodeWrong)),
        "it was used to confirm"
    );
    house.pass(Duration::from_secs(30));
    let fresh = code(app.expose(), now());
    let wrong = house.sign_in("wrong wrong wrong", Some(&fresh)).await;
    assert!(matches!(wrong, Err(MemberError::Wrong)));
    assert!(house.sign_in(PASSWORD, Some(&fresh)).await.is_ok());
    assert!(house.sign_in(PASSWORD, Some(&fresh)).await.is_err());
    let lost = recovery[3].to_uppercase().replace('-', " ");
    assert!(house.sign_in(PASSWORD, Some(&lost)).await.is_ok());
    assert!(house.sign_in(PASSWORD, Some(&lost)).await.is_err());

    // A link of an admin's leaves it; one of the command line's takes it away.
    let link = house.members.new_link(id, false, &by()).await.unwrap();
    assert!(house.accept(&link).await.unwrap().is_none());
    let link = house.members.new_link(id, true, &by()).await.unwrap();
    assert!(house.accept(&link).await.unwrap().is_some());
    assert!(house.sign_in(PASSWORD, None).await.is_ok());
}

#[tokio::test]
async fn no_password_token_or_code_is_in_the_store() {
    let house = House::new();
    let owner = house.owner().await;
    let email = "grace@example.com".parse().unwrap();
    let (_, link) = house
        .members
        .invite(email, Role::Member, &by())
        .await
        .unwrap();
    let begun = house.members.begin_totp(owner.member.id).await.unwrap();
    let all = house.engine.scan(b"", None, usize::MAX).unwrap();
    let all: Vec<u8> = all
        .into_iter()
        .flat_map(|(key, value)| [key, value].concat())
        .collect();
    let all = String::from_utf8_lossy(&all);
    for secret in [
        PASSWORD,
        owner.token.expose(),
        link.token.expose().get(32..).unwrap(),
        begun.secret.expose(),
    ] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[tokio::test]
async fn what_a_page_asks_by_itself_is_no_use_of_a_session() {
    let house = House::new();
    let owner = house.owner().await;
    let by_itself = || {
        let found = house.members.of_token(owner.token.expose(), false);
        found.unwrap().is_some()
    };
    let begun = house.hand.now();
    house.pass(sessions::IDLE - Duration::from_secs(1));
    assert!(by_itself());
    let seen = house.members.sessions_of(owner.member.id).unwrap();
    assert_eq!(seen[0].last_used_at, begun);
    house.pass(Duration::from_secs(1));
    assert!(!by_itself() && !house.opens(&owner));
}

#[tokio::test]
async fn a_lock_is_told_once_and_only_of_somebody_who_is_there() {
    let house = House::new();
    house.owner().await;
    for email in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..12 {
            house.pass(Duration::from_secs(20));
            let asked = SignIn {
                email: email.parse().unwrap(),
                password: secret("wrong wrong wrong"),
                code: None,
            };
            let visitor = Visitor::default();
            assert!(house.members.sign_in(asked, &visitor).await.is_err());
        }
    }
    // It is told by a task that nobody waits for; there is one thread, so that it has its turn here.
    tokio::task::yield_now().await;
    let filter = AuditFilter {
        what: Some("member.locked_out".to_owned()),
        ..AuditFilter::default()
    };
    let (told, _) = house
        .audit
        .list(&[None], &filter, &AuditPlace::default(), 9)
        .unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].record.object.name.as_deref(), Some("Ada"));
}
