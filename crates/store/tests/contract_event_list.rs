//! `store::event_list`, `store::put_aside` and `store::replays`.

use crate::common::rows::{NOW_MS, event, id, ids, strings};
use crate::common::{TestDb, on_both};
use store::event_list::{self, Counts, EventFilter, LOOKED_AT_MAX, Listed};
use store::events::{self, EventStatus, NewEvent};
use store::put_aside::{self, PutAside};
use store::replays::{self, Replay};

async fn insert(t: &TestDb, all: Vec<NewEvent>) {
    let mut conn = t.write().await;
    events::insert(&mut conn, all).await.unwrap();
    conn.commit().await.unwrap();
}

async fn page_through(t: &TestDb, filter: &EventFilter, limit: i64) -> Vec<String> {
    let mut conn = t.read().await;
    let mut got: Vec<String> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = event_list::list(&mut conn, filter, after.as_deref(), limit).await.unwrap().unwrap();
        assert!(i64::try_from(page.events.len()).unwrap() <= limit);
        got.extend(page.events.into_iter().map(|e| e.id));
        after = page.looked_at.or_else(|| got.last().cloned().filter(|last| after.as_ref() != Some(last)));
        if after.is_none() {
            return got;
        }
    }
}

/// Five events share each moment, so that the order needs the id; the filters halve and fifth them.
fn listed(n: usize) -> NewEvent {
    let at_ms = NOW_MS + i64::try_from(n / 5).unwrap();
    NewEvent { received_at_ms: at_ms, livemode: n.is_multiple_of(2), ..event(n) }
}

#[tokio::test]
async fn pages_lose_and_double_nothing_under_any_filter() {
    on_both(async |t| {
        // Not in the order of their ids, which no list must rely on.
        insert(t, (0..37).map(|n| listed(n * 10 % 37)).collect()).await;
        let dead: Vec<usize> = (0..37).filter(|n| n % 5 == 0).collect();
        let mut conn = t.write().await;
        for &n in &dead {
            events::fail(&mut conn, &id("evt", n), EventStatus::Dead, 0, "x").await.unwrap();
        }
        conn.commit().await.unwrap();
        for limit in [1, 4, 5, 36, 37, 38] {
            for status in
                [None, Some(EventStatus::Received), Some(EventStatus::Dead), Some(EventStatus::Ignored)]
            {
                for livemode in [None, Some(true), Some(false)] {
                    let is_wanted = |&n: &usize| {
                        livemode.is_none_or(|live| live == (n % 2 == 0))
                            && match status {
                                None => true,
                                Some(EventStatus::Dead) => dead.contains(&n),
                                Some(EventStatus::Received) => !dead.contains(&n),
                                Some(_) => false,
                            }
                    };
                    let want: Vec<_> = (0..37).rev().filter(is_wanted).map(|n| id("evt", n)).collect();
                    let filter = EventFilter { status, livemode, ..EventFilter::default() };
                    let got = page_through(t, &filter, limit).await;
                    assert_eq!(got, want, "{status:?} {livemode:?} by {limit}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_cursor_is_said_to_be_unknown() {
    on_both(async |t| {
        insert(t, vec![event(0)]).await;
        let mut conn = t.read().await;
        let all = EventFilter::default();
        let page = event_list::list(&mut conn, &all, Some("evt_none"), 10).await.unwrap();
        assert_eq!(page, None);
        let page = event_list::list(&mut conn, &all, Some(&id("evt", 0)), 10).await.unwrap();
        assert_eq!(page, Some(Listed::default()), "the last page is empty, not unknown");
    })
    .await;
}

#[tokio::test]
async fn one_type_and_a_span_of_time_are_found() {
    on_both(async |t| {
        let of_type = |n: usize| {
            let kind = if n.is_multiple_of(3) { "charge.refunded" } else { "charge.succeeded" };
            NewEvent { kind: kind.to_owned(), ..listed(n) }
        };
        insert(t, (0..40).map(of_type).collect()).await;
        let kind = Some("charge.refunded".to_owned());
        let (from_ms, to_ms) = (Some(NOW_MS + 2), Some(NOW_MS + 6));
        let is_wanted = |&n: &usize| n % 3 == 0 && (2..6).contains(&(n / 5));
        let want: Vec<_> = (0..40).rev().filter(is_wanted).map(|n| id("evt", n)).collect();
        for status in [None, Some(EventStatus::Received)] {
            let filter = EventFilter { status, kind: kind.clone(), from_ms, to_ms, livemode: None };
            for limit in [1, 3, 50] {
                assert_eq!(page_through(t, &filter, limit).await, want, "{status:?} by {limit}");
            }
        }
    })
    .await;
}

/// A filter that few events pass must not be looked for in all of them at once.
#[tokio::test]
async fn a_search_for_what_is_rare_says_where_to_go_on() {
    on_both(async |t| {
        let rare = |n: usize| NewEvent { livemode: n == 3, ..event(n) };
        let looked = usize::try_from(LOOKED_AT_MAX).unwrap();
        insert(t, (0..looked + 10).map(rare).collect()).await;
        let live = EventFilter { livemode: Some(true), ..EventFilter::default() };
        let page = event_list::list(&mut t.read().await, &live, None, 5).await.unwrap().unwrap();
        assert_eq!(page, Listed { events: Vec::new(), looked_at: Some(id("evt", 10)) });
        assert_eq!(page_through(t, &live, 5).await, [id("evt", 3)]);
        let kind = Some("charge.succeeded".to_owned());
        let of_type = EventFilter { kind, ..live };
        assert_eq!(page_through(t, &of_type, 5).await, [id("evt", 3)]);
    })
    .await;
}

#[tokio::test]
async fn what_mentions_an_object_is_found() {
    on_both(async |t| {
        let about = |n: usize, object: &str| NewEvent {
            body: format!("{{\"id\":\"{}\",\"data\":{{\"object\":\"{object}\"}}}}", id("evt", n)).into(),
            ..event(n)
        };
        insert(t, vec![about(0, "pi_1"), about(1, "pi_12"), about(2, "pi_1"), about(3, "pi_9")]).await;
        let all = EventFilter::default();
        let mut conn = t.read().await;
        let mut found = async |filter: &EventFilter, q: &str, known: Option<Vec<String>>| {
            let found = event_list::search(&mut conn, filter, q, known).await.unwrap();
            assert_eq!(found.searched, None, "all of them");
            found.events.into_iter().map(|e| e.id).collect::<Vec<_>>()
        };
        assert_eq!(found(&all, "pi_1", None).await, [id("evt", 2), id("evt", 0)]);
        assert_eq!(found(&all, &id("evt", 3), None).await, [id("evt", 3)], "by its own id");
        assert_eq!(found(&all, "pi_9", Some(vec![id("evt", 0)])).await, [id("evt", 3), id("evt", 0)]);
        let test = EventFilter { livemode: Some(false), ..EventFilter::default() };
        assert_eq!(found(&test, "pi_1", None).await, Vec::<String>::new());
        let newer = EventFilter { from_ms: Some(NOW_MS + 1), ..EventFilter::default() };
        assert_eq!(found(&newer, "pi_1", None).await, [id("evt", 2)]);
    })
    .await;
}

#[tokio::test]
async fn they_are_counted_by_what_became_of_them() {
    on_both(async |t| {
        let ignored = |n: usize| NewEvent { handled: n != 5, ..event(n) };
        insert(t, (0..6).map(ignored).collect()).await;
        let mut conn = t.write().await;
        events::finish(&mut conn, ids("evt", 2)).await.unwrap();
        events::fail(&mut conn, &id("evt", 2), EventStatus::Dead, 0, "x").await.unwrap();
        let waiting = [("dead", 1), ("received", 2)].into();
        let counts = event_list::counts(&mut conn, true, NOW_MS).await.unwrap();
        assert_eq!(counts, Counts { waiting, applied: 2, ignored: 1 });
        let later = event_list::counts(&mut conn, true, NOW_MS + 5).await.unwrap();
        assert_eq!((later.applied, later.ignored), (0, 1), "of the newest only");
        assert_eq!(event_list::counts(&mut conn, false, 0).await.unwrap(), Counts::default());
    })
    .await;
}

#[tokio::test]
async fn only_what_failed_is_put_aside_until_it_is_replayed() {
    on_both(async |t| {
        insert(t, (0..4).map(event).collect()).await;
        let mut conn = t.write().await;
        events::finish(&mut conn, vec![id("evt", 0)]).await.unwrap();
        events::fail(&mut conn, &id("evt", 2), EventStatus::Failed, NOW_MS, "why").await.unwrap();
        events::fail(&mut conn, &id("evt", 3), EventStatus::Dead, NOW_MS, "why").await.unwrap();
        let put = [false, false, true, true];
        for (n, want) in put.into_iter().enumerate() {
            let done =
                put_aside::put(&mut conn, &id("evt", n), "a test of ours", "Ana", NOW_MS).await.unwrap();
            assert_eq!(done, want, "{n}");
        }
        assert!(!put_aside::put(&mut conn, "evt_none", "x", "Ana", NOW_MS).await.unwrap());
        assert!(
            put_aside::put(&mut conn, &id("evt", 3), "a test of ours", "Ana", NOW_MS).await.unwrap(),
            "again"
        );
        let (event, _) = events::get(&mut conn, &id("evt", 3)).await.unwrap().unwrap();
        assert_eq!((event.status, event.attempts), (EventStatus::Ignored, 1));
        let why = PutAside {
            reason: "a test of ours".to_owned(),
            actor: "Ana".to_owned(),
            at_ms: NOW_MS,
            last_error: Some("why".to_owned()),
        };
        let aside = put_aside::by_ids(&mut conn, ids("evt", 4)).await.unwrap();
        assert_eq!(aside, [(id("evt", 2), why.clone()), (id("evt", 3), why)].into());
        assert_eq!(events::replay(&mut conn, vec![id("evt", 3)], NOW_MS).await.unwrap(), 1);
        let (event, _) = events::get(&mut conn, &id("evt", 3)).await.unwrap().unwrap();
        assert_eq!(event.status, EventStatus::Received);
        let aside = put_aside::by_ids(&mut conn, ids("evt", 4)).await.unwrap();
        assert_eq!(aside.into_keys().collect::<Vec<_>>(), [id("evt", 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_replay_comes_back_as_it_was() {
    on_both(async |t| {
        let mut conn = t.write().await;
        let event_ids = strings(["evt_1", "evt_\"2\""]);
        let replay = Replay { id: "rpl_1".to_owned(), at_ms: NOW_MS, actor: "Ana".to_owned(), event_ids };
        replays::insert(&mut conn, &replay).await.unwrap();
        assert_eq!(replays::get(&mut conn, "rpl_1").await.unwrap(), Some(replay));
        assert_eq!(replays::get(&mut conn, "rpl_2").await.unwrap(), None);
    })
    .await;
}
