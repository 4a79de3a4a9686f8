//! `store::parked`.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, event, id};
use store::events::{self, EventStatus, NewEvent, PARKED_MS};
use store::parked;

fn thin(n: usize) -> NewEvent {
    NewEvent { due_at_ms: PARKED_MS, ..event(n) }
}

#[tokio::test]
async fn thin_events_wait_until_their_object_was_fetched() {
    on_both(async |t| {
        let mut conn = t.write().await;
        events::insert(&mut conn, vec![thin(0), event(1), thin(2), thin(3)]).await.unwrap();
        let all = parked::waiting(&mut conn, "", 10).await.unwrap();
        assert_eq!(all, [id("evt", 0), id("evt", 2), id("evt", 3)]);
        assert_eq!(parked::waiting(&mut conn, &all[0], 1).await.unwrap(), [id("evt", 2)]);
        assert_eq!(events::finish(&mut conn, vec![id("evt", 0)]).await.unwrap(), 1);
        events::fail(&mut conn, &id("evt", 2), EventStatus::Dead, PARKED_MS, "no such object").await.unwrap();
        assert_eq!(parked::waiting(&mut conn, "", 10).await.unwrap(), [id("evt", 3)]);
        let ids = (0..5).map(|n| id("evt", n)).collect();
        assert_eq!(parked::again(&mut conn, ids).await.unwrap(), 3, "not the one that is no thin event");
        assert_eq!(parked::waiting(&mut conn, "", 10).await.unwrap().len(), 3);
        assert_eq!(
            events::due(&mut conn, NOW_MS + 9, 0, 10).await.unwrap().len(),
            1,
            "applying sees none of them"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reason_is_noted_of_those_that_wait() {
    on_both(async |t| {
        let mut conn = t.write().await;
        events::insert(&mut conn, vec![thin(0), event(1)]).await.unwrap();
        parked::note(&mut conn, vec![id("evt", 0), id("evt", 1)], "no key").await.unwrap();
        let why = async |conn: &mut store::Conn, n| {
            events::get(conn, &id("evt", n)).await.unwrap().unwrap().0.last_error
        };
        assert_eq!(why(&mut conn, 0).await.as_deref(), Some("no key"));
        assert_eq!(why(&mut conn, 1).await, None);
        parked::again(&mut conn, vec![id("evt", 0)]).await.unwrap();
        assert_eq!(why(&mut conn, 0).await, None);
    })
    .await;
}
