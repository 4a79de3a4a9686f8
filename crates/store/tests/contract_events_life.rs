//! `store::events`: waiting, applied, failed, dead, parked, replayed.

use crate::common::rows::{NOW_MS, event, id, ids, strings};
use crate::common::{TestDb, on_both};
use store::StoreError;
use store::events::{self, Event, EventStatus, NewEvent, PARKED_MS};

async fn insert(t: &TestDb, all: Vec<NewEvent>) {
    let mut conn = t.write().await;
    events::insert(&mut conn, all).await.unwrap();
    conn.commit().await.unwrap();
}

async fn finish(t: &TestDb, ids: Vec<String>) -> u64 {
    let mut conn = t.write().await;
    let touched = events::finish(&mut conn, ids).await.unwrap();
    conn.commit().await.unwrap();
    touched
}

async fn fail(t: &TestDb, n: usize, status: EventStatus, due_at_ms: i64) -> store::Result<()> {
    let mut conn = t.write().await;
    events::fail(&mut conn, &id("evt", n), status, due_at_ms, "why: \u{1f4a5}").await?;
    conn.commit().await
}

async fn replay(t: &TestDb, ids: Vec<String>, now_ms: i64) -> u64 {
    let mut conn = t.write().await;
    let count = events::replay(&mut conn, ids, now_ms).await.unwrap();
    conn.commit().await.unwrap();
    count
}

async fn get(t: &TestDb, n: usize) -> Event {
    events::get(&mut t.read().await, &id("evt", n)).await.unwrap().expect("stored").0
}

async fn due(t: &TestDb, now_ms: i64, limit: i64) -> Vec<String> {
    let due = events::due(&mut t.read().await, now_ms, 0, limit).await.unwrap();
    due.into_iter().map(|e| e.id).collect()
}

#[tokio::test]
async fn what_is_due_comes_by_id_and_not_before_its_time() {
    on_both(async |t| {
        let at = |n, received, due| NewEvent { received_at_ms: received, due_at_ms: due, ..event(n) };
        insert(t, vec![at(0, 30, 30), at(1, 10, 50), at(2, 20, 20), at(3, 20, 20), at(4, 5, PARKED_MS)])
            .await;
        let cases: [(i64, i64, &[usize]); 8] = [
            (19, 9, &[]),
            (20, 9, &[2, 3]),
            (20, 1, &[2]),
            (29, 9, &[2, 3]),
            (49, 9, &[0, 2, 3]),
            (50, 9, &[0, 1, 2, 3]),
            (50, 2, &[0, 1]),
            (PARKED_MS - 1, 9, &[0, 1, 2, 3]),
        ];
        for (now_ms, limit, want) in cases {
            let want: Vec<_> = want.iter().map(|&n| id("evt", n)).collect();
            assert_eq!(due(t, now_ms, limit).await, want, "at {now_ms}, {limit} at most");
        }
    })
    .await;
}

#[tokio::test]
async fn only_waiting_events_are_finished() {
    on_both(async |t| {
        insert(t, (0..6).map(event).collect()).await;
        fail(t, 1, EventStatus::Failed, 0).await.unwrap();
        fail(t, 2, EventStatus::Dead, 0).await.unwrap();
        assert_eq!(finish(t, vec![id("evt", 3)]).await, 1);
        let before = [get(t, 2).await, get(t, 3).await];

        assert_eq!(finish(t, ids("evt", 5)).await, 3, "0, 1 and 4 waited");
        assert_eq!([get(t, 2).await, get(t, 3).await], before);
        assert_eq!((get(t, 1).await.status, get(t, 1).await.last_error), (EventStatus::Applied, None));
        assert_eq!(get(t, 5).await.status, EventStatus::Received, "was not named");

        assert_eq!(finish(t, ids("evt", 5)).await, 0);
        assert_eq!(finish(t, Vec::new()).await, 0);
        assert_eq!(finish(t, strings(["evt_none"])).await, 0);
        assert_eq!(get(t, 0).await.attempts, 1);
        assert_eq!(due(t, i64::MAX, 9).await, [id("evt", 5)]);
    })
    .await;
}

#[tokio::test]
async fn an_end_that_nobody_foretold_is_corrected() {
    on_both(async |t| {
        insert(t, (0..2).map(event).collect()).await;
        let mut conn = t.write().await;
        events::set_end(&mut conn, &id("evt", 0), false, 4).await.unwrap();
        conn.commit().await.unwrap();
        let waiting = get(t, 0).await;
        assert_eq!((waiting.status, waiting.attempts), (EventStatus::Received, 0), "while it waits");
        finish(t, ids("evt", 2)).await;
        assert_eq!((get(t, 0).await.status, get(t, 0).await.attempts), (EventStatus::Ignored, 4));
        assert_eq!((get(t, 1).await.status, get(t, 1).await.attempts), (EventStatus::Applied, 1));
    })
    .await;
}

/// An event that failed used to wait for the grace of new ones on top of its own time.
#[tokio::test]
async fn grace_is_for_events_on_their_way_through_memory() {
    on_both(async |t| {
        let at = |n, ms| NewEvent { received_at_ms: ms, due_at_ms: ms, ..event(n) };
        insert(t, vec![at(0, 10), at(1, 95), at(2, 20)]).await;
        fail(t, 2, EventStatus::Failed, 96).await.unwrap();
        let due = events::due(&mut t.read().await, 100, 10, 9).await.unwrap();
        assert_eq!(due.into_iter().map(|e| e.id).collect::<Vec<_>>(), [id("evt", 0), id("evt", 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_failed_event_waits_and_a_dead_one_does_not() {
    on_both(async |t| {
        insert(t, vec![event(0)]).await;
        for attempts in 1..=3 {
            let again_at_ms = NOW_MS + attempts * 1000;
            fail(t, 0, EventStatus::Failed, again_at_ms).await.unwrap();
            let failed = get(t, 0).await;
            assert_eq!((failed.status, failed.attempts), (EventStatus::Failed, attempts));
            assert_eq!(failed.last_error.as_deref(), Some("why: \u{1f4a5}"));
            assert_eq!(due(t, again_at_ms - 1, 9).await, Vec::<String>::new());
            assert_eq!(due(t, again_at_ms, 9).await, [id("evt", 0)]);
            let due = events::due(&mut t.read().await, again_at_ms, 0, 9).await.unwrap();
            assert_eq!(due[0].attempts, attempts);
        }
        fail(t, 0, EventStatus::Dead, NOW_MS).await.unwrap();
        assert_eq!((get(t, 0).await.status, get(t, 0).await.attempts), (EventStatus::Dead, 4));
        assert_eq!(due(t, i64::MAX, 9).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_failure_of_an_event_that_does_not_wait_is_a_lost_write() {
    on_both(async |t| {
        insert(t, (0..3).map(event).collect()).await;
        finish(t, vec![id("evt", 0)]).await;
        fail(t, 1, EventStatus::Dead, 0).await.unwrap();
        for n in [0, 1, 9] {
            let lost = fail(t, n, EventStatus::Failed, 0).await;
            assert!(matches!(lost, Err(StoreError::LostWrite(_))), "{n}: {lost:?}");
        }
        assert_eq!(get(t, 0).await.status, EventStatus::Applied);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_replayed_from_any_status_unless_parked() {
    on_both(async |t| {
        let parked = NewEvent { due_at_ms: PARKED_MS, ..event(5) };
        let ignored = NewEvent { handled: false, ..event(4) };
        insert(t, (0..4).map(event).chain([ignored, parked]).collect()).await;
        finish(t, vec![id("evt", 1)]).await;
        fail(t, 2, EventStatus::Failed, NOW_MS * 2).await.unwrap();
        fail(t, 3, EventStatus::Dead, NOW_MS * 2).await.unwrap();
        assert_eq!(due(t, NOW_MS * 2 - 1, 9).await, [id("evt", 0)]);

        let asked = ids("evt", 6).into_iter().chain(strings(["evt_none"])).collect();
        assert_eq!(replay(t, asked, NOW_MS + 77).await, 5);
        assert_eq!(due(t, NOW_MS + 76, 9).await, Vec::<String>::new());
        assert_eq!(due(t, NOW_MS + 77, 9).await, ids("evt", 5));
        assert_eq!(replay(t, Vec::new(), 0).await, 0);
        let body = events::get(&mut t.read().await, &id("evt", 3)).await.unwrap().unwrap().1;
        assert_eq!(body, event(3).body);
    })
    .await;
}

#[tokio::test]
async fn an_ignored_or_parked_event_arrives_as_such() {
    on_both(async |t| {
        let mut ignored = NewEvent { handled: false, ..event(0) };
        let mut parked = NewEvent { due_at_ms: PARKED_MS, ..event(1) };
        assert_eq!((ignored.due(), parked.due()), (None, None));
        insert(t, vec![ignored, parked]).await;
        assert_eq!(get(t, 0).await.status, EventStatus::Ignored);
        assert_eq!(get(t, 1).await.status, EventStatus::Received);
        assert_eq!(due(t, PARKED_MS - 1, 9).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn what_is_not_done_is_counted() {
    on_both(async |t| {
        let not_done = async || {
            let mut rows = events::not_done(&mut t.read().await).await.unwrap();
            rows.sort_by_key(|&(status, _, _)| status.as_str());
            rows
        };
        assert_eq!(not_done().await, []);
        insert(t, (0..6).map(event).collect()).await;
        finish(t, vec![id("evt", 0)]).await;
        finish(t, vec![id("evt", 1)]).await;
        fail(t, 2, EventStatus::Dead, 0).await.unwrap();
        fail(t, 3, EventStatus::Failed, 0).await.unwrap();
        let want = [
            (EventStatus::Dead, 1, NOW_MS + 2),
            (EventStatus::Failed, 1, NOW_MS + 3),
            (EventStatus::Received, 2, NOW_MS + 4),
        ];
        assert_eq!(not_done().await, want);
    })
    .await;
}

#[tokio::test]
async fn ids_of_a_status_are_paged_in_order() {
    on_both(async |t| {
        let older = |n: usize| NewEvent { received_at_ms: 100 - i64::try_from(n).unwrap(), ..event(n) };
        insert(t, (0..12).map(older).collect()).await;
        finish(t, vec![id("evt", 2)]).await;
        let mut conn = t.read().await;
        let mut got: Vec<String> = Vec::new();
        loop {
            let after = got.last().map(String::as_str);
            let page = events::ids_of_status(&mut conn, EventStatus::Received, after, 5).await.unwrap();
            if page.is_empty() {
                break;
            }
            got.extend(page);
        }
        let want: Vec<_> = ids("evt", 12).into_iter().filter(|i| *i != id("evt", 2)).collect();
        assert_eq!(got, want);
        let applied = events::ids_of_status(&mut conn, EventStatus::Applied, None, 9).await.unwrap();
        assert_eq!(applied, [id("evt", 2)]);
    })
    .await;
}

#[test]
fn a_status_reads_back() {
    let all = ["received", "applied", "ignored", "failed", "dead"];
    for word in all {
        assert_eq!(EventStatus::parse(word).map(EventStatus::as_str), Some(word));
    }
    assert_eq!(EventStatus::parse("Received"), None);
}
