//! `store::people`, and what hangs on them: `invitations`, `sessions`, `browsers`, `set_up`.

use crate::common::rows::{NOW_MS, id};
use crate::common::{HARD_TEXTS, on_both};
use store::people::{self, StoredPerson};
use store::sessions::{self, Alive, StoredSession};
use store::{Conn, StoreError, browsers, first_steps, invitations, set_up};

const ALIVE: Alive = Alive { created_after_ms: NOW_MS - 1, seen_after_ms: NOW_MS - 1 };

fn person(n: usize, role: &str) -> StoredPerson {
    StoredPerson {
        id: id("per", n),
        email: format!("{n}@example.com"),
        name: HARD_TEXTS[n % HARD_TEXTS.len()].to_owned(),
        role: role.to_owned(),
        password_hash: Some("$argon2id$".to_owned()),
        active: true,
        created_at_ms: NOW_MS,
    }
}

fn session(n: usize, of: usize) -> StoredSession {
    StoredSession {
        id: id("ses", n),
        person_id: id("per", of),
        created_at_ms: NOW_MS,
        seen_at_ms: NOW_MS,
        address: Some("::1".to_owned()),
        agent: None,
    }
}

async fn sessions_of(conn: &mut Conn, of: usize) -> Vec<String> {
    let found = sessions::of_person(conn, &id("per", of), ALIVE, None, 9).await.unwrap();
    found.into_iter().map(|session| session.id).collect()
}

#[tokio::test]
async fn people_are_found_and_changed() {
    on_both(async |t| {
        let mut conn = t.write().await;
        assert_eq!(people::count(&mut conn).await.unwrap(), 0);
        for n in 0..3 {
            people::insert(&mut conn, &person(n, "viewer")).await.unwrap();
        }
        let mut changed = person(1, "owner");
        (changed.name, changed.active) = ("New".to_owned(), false);
        people::change(&mut conn, &changed).await.unwrap();
        people::set_password(&mut conn, &changed.id, "other").await.unwrap();
        changed.password_hash = Some("other".to_owned());
        assert_eq!(people::get(&mut conn, &changed.id).await.unwrap(), Some(changed.clone()));
        assert_eq!(people::by_email(&mut conn, "1@example.com").await.unwrap(), Some(changed.clone()));
        assert_eq!(people::by_email(&mut conn, "1@EXAMPLE.com").await.unwrap(), None);
        assert_eq!(people::by_ids(&mut conn, vec![id("per", 1), id("per", 9)]).await.unwrap(), [changed]);
        let after = people::list(&mut conn, Some(&id("per", 1)), 9).await.unwrap();
        assert_eq!(after, [person(2, "viewer")]);
        assert_eq!(people::count(&mut conn).await.unwrap(), 3);
        let lost = people::set_password(&mut conn, "per_none", "x").await;
        assert!(matches!(lost, Err(StoreError::LostWrite(_))));
    })
    .await;
}

#[tokio::test]
async fn an_address_is_one_persons() {
    on_both(async |t| {
        let mut conn = t.write().await;
        people::insert(&mut conn, &person(1, "viewer")).await.unwrap();
        let again = StoredPerson { id: id("per", 2), ..person(1, "viewer") };
        let outcome = people::insert(&mut conn, &again).await;
        assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn only_owners_who_can_sign_in_count() {
    on_both(async |t| {
        let mut conn = t.write().await;
        let shut_out = StoredPerson { active: false, ..person(2, "owner") };
        let invited = StoredPerson { password_hash: None, ..person(3, "owner") };
        for p in [person(0, "owner"), person(1, "editor"), shut_out, invited] {
            people::insert(&mut conn, &p).await.unwrap();
        }
        assert_eq!(people::other_owners(&mut conn, &id("per", 0)).await.unwrap(), 0);
        assert_eq!(people::other_owners(&mut conn, &id("per", 1)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_its_persons_while_both_live() {
    on_both(async |t| {
        let mut conn = t.write().await;
        people::insert(&mut conn, &person(1, "editor")).await.unwrap();
        sessions::insert(&mut conn, &session(1, 1), "hash").await.unwrap();
        let held = sessions::by_hash(&mut conn, "hash", ALIVE).await.unwrap().unwrap();
        assert_eq!((held.person_id, held.role.as_str()), (id("per", 1), "editor"));
        let too_old = Alive { created_after_ms: NOW_MS, ..ALIVE };
        let idle = Alive { seen_after_ms: NOW_MS, ..ALIVE };
        for alive in [too_old, idle] {
            assert_eq!(sessions::by_hash(&mut conn, "hash", alive).await.unwrap(), None);
        }
        sessions::seen(&mut conn, &id("ses", 1), NOW_MS + 5).await.unwrap();
        sessions::seen(&mut conn, &id("ses", 1), NOW_MS + 1).await.unwrap();
        let held = sessions::by_hash(&mut conn, "hash", idle).await.unwrap().unwrap();
        assert_eq!(held.seen_at_ms, NOW_MS + 5);
        people::change(&mut conn, &StoredPerson { active: false, ..person(1, "editor") }).await.unwrap();
        assert_eq!(sessions::by_hash(&mut conn, "hash", ALIVE).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn sessions_end_one_by_one_and_together() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for n in [1, 2] {
            people::insert(&mut conn, &person(n, "viewer")).await.unwrap();
        }
        for (n, of) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
            sessions::insert(&mut conn, &session(n, of), &format!("hash-{n}")).await.unwrap();
        }
        assert!(sessions::end(&mut conn, &id("ses", 1)).await.unwrap());
        assert!(!sessions::end(&mut conn, &id("ses", 1)).await.unwrap());
        assert_eq!(sessions_of(&mut conn, 1).await, [id("ses", 3), id("ses", 2)]);
        assert_eq!(sessions::end_others(&mut conn, &id("per", 1), Some(&id("ses", 2))).await.unwrap(), 1);
        assert_eq!(sessions_of(&mut conn, 1).await, [id("ses", 2)]);
        sessions::end_by_hash(&mut conn, "hash-2").await.unwrap();
        assert_eq!(sessions_of(&mut conn, 1).await, Vec::<String>::new());
        sessions::sweep(&mut conn, NOW_MS - 1).await.unwrap();
        assert!(sessions::get(&mut conn, &id("ses", 4)).await.unwrap().is_some());
        sessions::sweep(&mut conn, NOW_MS).await.unwrap();
        assert!(sessions::get(&mut conn, &id("ses", 4)).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_new_link_replaces_the_old_one() {
    on_both(async |t| {
        let mut conn = t.write().await;
        people::insert(&mut conn, &person(1, "viewer")).await.unwrap();
        for hash in ["old", "new"] {
            invitations::put(&mut conn, &id("per", 1), hash, NOW_MS + 5).await.unwrap();
        }
        let found = async |conn: &mut Conn, hash: &str, now_ms| {
            invitations::by_hash(conn, hash, now_ms).await.unwrap()
        };
        assert_eq!(found(&mut conn, "old", NOW_MS).await, None);
        assert_eq!(found(&mut conn, "new", NOW_MS).await, Some(id("per", 1)));
        assert_eq!(found(&mut conn, "new", NOW_MS + 5).await, None, "its time is over");
        let open = invitations::open(&mut conn, vec![id("per", 1)]).await.unwrap();
        assert_eq!(open, [(id("per", 1), NOW_MS + 5)]);
        assert!(invitations::end(&mut conn, &id("per", 1)).await.unwrap());
        assert!(!invitations::end(&mut conn, &id("per", 1)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_known_for_a_time() {
    on_both(async |t| {
        let mut conn = t.write().await;
        people::insert(&mut conn, &person(1, "viewer")).await.unwrap();
        browsers::put(&mut conn, "hash", &id("per", 1), NOW_MS + 5).await.unwrap();
        assert_eq!(browsers::of(&mut conn, "hash", NOW_MS).await.unwrap(), Some(id("per", 1)));
        assert_eq!(browsers::of(&mut conn, "hash", NOW_MS + 5).await.unwrap(), None);
        browsers::sweep(&mut conn, NOW_MS + 4).await.unwrap();
        assert!(browsers::of(&mut conn, "hash", NOW_MS).await.unwrap().is_some());
        browsers::forget(&mut conn, &id("per", 1)).await.unwrap();
        assert!(browsers::of(&mut conn, "hash", NOW_MS).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn codes_are_listed_newest_first_and_swept() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for (hash, at_ms) in [("a", 1), ("b", 3), ("c", 2)] {
            set_up::put(&mut conn, hash, at_ms).await.unwrap();
        }
        assert_eq!(set_up::newest(&mut conn, 2).await.unwrap(), ["b", "c"]);
        set_up::sweep(&mut conn, 2).await.unwrap();
        assert_eq!(set_up::newest(&mut conn, 9).await.unwrap(), ["b"]);
    })
    .await;
}

#[tokio::test]
async fn a_new_database_has_seen_nothing() {
    on_both(async |t| {
        let seen = first_steps::seen(&mut t.write().await).await.unwrap();
        assert_eq!(seen, first_steps::FirstSteps::default());
    })
    .await;
}
