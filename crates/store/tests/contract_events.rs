//! `store::events`: what goes in, and how it is found again. Their life is in `contract_events_life`.

use crate::common::rows::{event, id, ids};
use crate::common::{HARD_TEXTS, ROW_COUNTS, TestDb, on_both};
use std::collections::BTreeSet;
use store::events::{self, EventStatus, NewEvent, PARKED_MS};

async fn insert(t: &TestDb, all: Vec<NewEvent>) -> BTreeSet<String> {
    let mut conn = t.write().await;
    let fresh = events::insert(&mut conn, all).await.unwrap();
    conn.commit().await.unwrap();
    fresh
}

fn with_body(n: usize, body: &[u8]) -> NewEvent {
    NewEvent { body: body.to_vec().into(), ..event(n) }
}

async fn body(t: &TestDb, n: usize) -> Vec<u8> {
    events::get(&mut t.read().await, &id("evt", n)).await.unwrap().expect("stored").1
}

#[tokio::test]
async fn any_number_of_events_arrives_whole() {
    on_both(async |t| {
        let mut stored = 0;
        for count in ROW_COUNTS {
            let batch: Vec<_> = (stored..stored + count).map(event).collect();
            let want: BTreeSet<_> = batch.iter().map(|e| e.id.clone()).collect();
            assert_eq!(insert(t, batch).await, want, "{count} rows");
            stored += count;
        }
        let all = i64::try_from(stored).unwrap();
        let due = events::due(&mut t.read().await, i64::MAX, 0, all + 1).await.unwrap();
        assert_eq!(due.len(), stored);
        for (n, got) in due.into_iter().enumerate() {
            let want = event(n);
            assert_eq!((got.id, got.kind, got.body), (want.id, want.kind, want.body));
            assert_eq!((got.received_at_ms, got.attempts), (want.received_at_ms, 0));
        }
        assert_eq!(t.raw_number("SELECT count(*) FROM event_waiting").await, all);
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_in_one_batch_keeps_the_first_payload() {
    on_both(async |t| {
        for count in ROW_COUNTS.into_iter().filter(|&count| count > 0) {
            t.raw("DELETE FROM event").await.unwrap();
            t.raw("DELETE FROM event_waiting").await.unwrap();
            let firsts = (0..count).map(|n| with_body(n, b"first"));
            let seconds = (0..count).map(|n| with_body(n, b"second"));
            let fresh = insert(t, firsts.chain(seconds).collect()).await;
            assert_eq!(Vec::from_iter(fresh), ids("evt", count));
            for n in [0, count - 1] {
                assert_eq!(body(t, n).await, b"first", "{n} of {count}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_across_batches_changes_nothing() {
    on_both(async |t| {
        insert(t, (0..70).map(|n| with_body(n, b"first")).collect()).await;
        let mut conn = t.write().await;
        events::finish(&mut conn, vec![id("evt", 3)]).await.unwrap();
        conn.commit().await.unwrap();
        let before = events::get(&mut t.read().await, &id("evt", 3)).await.unwrap();

        let again = |n| NewEvent { kind: "x".to_owned(), livemode: false, ..with_body(n, b"second") };
        assert_eq!(insert(t, (0..70).map(again).collect()).await, BTreeSet::new());
        let mixed = (60..80).map(|n| with_body(n, b"third")).collect();
        assert_eq!(Vec::from_iter(insert(t, mixed).await), ids("evt", 80)[70..]);

        assert_eq!(events::get(&mut t.read().await, &id("evt", 3)).await.unwrap(), before);
        for (n, want) in [(3, "first"), (69, "first"), (70, "third"), (79, "third")] {
            assert_eq!(body(t, n).await, want.as_bytes(), "{n}");
        }
    })
    .await;
}

/// PostgreSQL is asked once instead of in a transaction of several steps, and must make the same of it.
#[tokio::test]
async fn storing_at_once_leaves_what_a_transaction_leaves() {
    on_both(async |t| {
        let of_kind = |n: usize| {
            let due_at_ms = if n.is_multiple_of(3) { PARKED_MS } else { event(n).received_at_ms };
            NewEvent { handled: n % 3 != 1, due_at_ms, ..with_body(n, b"first") }
        };
        let left = async || {
            let conn = &mut t.read().await;
            let mut left = Vec::new();
            for n in 0..9 {
                left.push(events::get(conn, &id("evt", n)).await.unwrap());
            }
            let due = events::due(conn, i64::MAX - 1, 0, 100).await.unwrap();
            let parked =
                t.raw_number("SELECT count(*) FROM event_waiting WHERE due_at_ms = 9223372036854775807");
            (left, due, events::not_done(conn).await.unwrap(), parked.await)
        };
        let twice = || (0..9).rev().flat_map(|n| [of_kind(n), with_body(n, b"second")]).collect::<Vec<_>>();

        insert(t, twice()).await;
        let want = left().await;
        t.raw("DELETE FROM event").await.unwrap();
        t.raw("DELETE FROM event_waiting").await.unwrap();

        assert_eq!(Vec::from_iter(events::store(&t.db, twice()).await.unwrap()), ids("evt", 9));
        assert_eq!(left().await, want);
        assert_eq!((want.1.len(), want.3), (3, 3));
        assert_eq!(events::store(&t.db, twice()).await.unwrap(), BTreeSet::new());
        assert_eq!(left().await, want);
        assert_eq!(events::store(&t.db, Vec::new()).await.unwrap(), BTreeSet::new());
    })
    .await;
}

/// Two nodes hear the same events at once, each in another order: neither waits for the other without end.
#[tokio::test]
async fn two_who_store_the_same_events_in_other_orders_both_succeed() {
    on_both(async |t| {
        for round in 0..20 {
            let events = |backwards: bool| {
                let mut all: Vec<_> = (0..50).map(|n| event(50 * round + n)).collect();
                if backwards {
                    all.reverse();
                }
                all
            };
            let (a, b) =
                tokio::join!(events::store(&t.db, events(false)), events::store(&t.db, events(true)));
            assert_eq!(a.unwrap().len() + b.unwrap().len(), 50);
        }
    })
    .await;
}

/// Two nodes hear the same event at once: the second waits for the first to commit, then has nothing to add.
#[tokio::test]
async fn a_duplicate_in_two_open_transactions_is_fresh_in_one() {
    on_both(async |t| {
        let mut first = t.write().await;
        assert_eq!(events::insert(&mut first, vec![with_body(0, b"first")]).await.unwrap().len(), 1);
        let second = async {
            let mut conn = t.write().await;
            let fresh = events::insert(&mut conn, vec![with_body(0, b"second")]).await.unwrap();
            conn.commit().await.unwrap();
            fresh
        };
        let (fresh, ()) = tokio::join!(second, async { first.commit().await.unwrap() });
        assert_eq!(fresh, BTreeSet::new());
        assert_eq!(body(t, 0).await, b"first");
    })
    .await;
}

#[tokio::test]
async fn a_payload_comes_back_byte_for_byte() {
    on_both(async |t| {
        let every_byte: Vec<u8> = (0..=255).collect();
        let large = every_byte.repeat(8192);
        let bodies: [&[u8]; 8] = [
            b"",
            b"\0",
            b"{\"a\": \"\\u0000\"}\r\n",
            b"\xff\xfe not UTF-8 \xc3\x28",
            b"\\x41 \\\\ '' \"\"",
            "{\"name\":\"J\u{f6}rg \u{1f468}\u{200d}\u{1f469}\"}".as_bytes(),
            &every_byte,
            &large,
        ];
        insert(t, bodies.iter().enumerate().map(|(n, bytes)| with_body(n, bytes)).collect()).await;
        let due = events::due(&mut t.read().await, i64::MAX, 0, 100).await.unwrap();
        for (n, want) in bodies.iter().enumerate() {
            assert!(body(t, n).await == *want, "body {n} by id");
            assert!(due[n].body == *want, "body {n} when due");
        }
    })
    .await;
}

#[tokio::test]
async fn every_field_comes_back_as_it_was() {
    on_both(async |t| {
        let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::from(u32::MAX), i64::MAX - 1, i64::MAX];
        for (n, (text, ms)) in HARD_TEXTS.into_iter().zip(extremes).enumerate() {
            let want = NewEvent {
                kind: text.to_owned(),
                api_version: (n % 2 == 0).then(|| text.to_owned()),
                account: (n % 3 == 0).then(|| text.to_owned()),
                livemode: n % 2 == 1,
                created_at_ms: ms,
                received_at_ms: ms,
                due_at_ms: ms,
                ..event(n)
            };
            insert(t, vec![want.clone()]).await;
            let (got, _) = events::get(&mut t.read().await, &want.id).await.unwrap().expect("stored");
            let want = events::Event {
                id: want.id,
                kind: want.kind,
                api_version: want.api_version,
                account: want.account,
                livemode: want.livemode,
                created_at_ms: ms,
                received_at_ms: ms,
                status: EventStatus::Received,
                attempts: 0,
                last_error: None,
            };
            assert_eq!(got, want);
        }
        assert_eq!(events::get(&mut t.read().await, "evt_none").await.unwrap(), None);
    })
    .await;
}

/// An id with U+0000 cannot come from Stripe; should it, its payload must not be lost over it.
#[tokio::test]
async fn an_id_no_database_can_hold_keeps_its_payload() {
    on_both(async |t| {
        insert(t, vec![NewEvent { id: "evt_\0".to_owned(), ..with_body(0, b"kept") }]).await;
        let (_, body) = events::get(&mut t.read().await, "evt_\0").await.unwrap().expect("stored");
        assert_eq!(body, b"kept");
    })
    .await;
}

#[tokio::test]
async fn stored_ids_are_told_from_unknown_ones() {
    on_both(async |t| {
        insert(t, (0..65).map(event).collect()).await;
        let mut conn = t.read().await;
        for count in ROW_COUNTS {
            let found = events::existing(&mut conn, ids("evt", count)).await.unwrap();
            assert_eq!(Vec::from_iter(found), ids("evt", count.min(65)));
        }
        for odd in ["EVT_000001", "evt_00000_", "evt_%", "\"evt_000001\"", "[]", ""] {
            assert!(events::existing(&mut conn, vec![odd.to_owned()]).await.unwrap().is_empty(), "{odd}");
        }
    })
    .await;
}
