//! `store::attempts`.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, id, seed_journeys, usd};
use store::StoreError;
use store::attempts::{self, StoredAttempt};

fn attempt(number: i64) -> StoredAttempt {
    StoredAttempt {
        journey_id: id("jrn", 0),
        number,
        content_version_id: id("ver", 1),
        hypothesis_id: id("hyp", 0),
        price: usd(50_000),
        params: r#"[["mode","payment"]]"#.to_owned(),
        started_at_ms: NOW_MS,
        session_id: None,
        closed: false,
    }
}

#[tokio::test]
async fn the_newest_attempt_comes_back_as_it_was() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        assert_eq!(attempts::newest(&mut conn, &id("jrn", 0)).await.unwrap(), None);
        for number in [1, 10, 2] {
            attempts::insert(&mut conn, &attempt(number)).await.unwrap();
        }
        let other = StoredAttempt {
            journey_id: id("jrn", 1),
            session_id: Some("cs_1".to_owned()),
            closed: true,
            ..attempt(11)
        };
        attempts::insert(&mut conn, &other).await.unwrap();
        assert_eq!(attempts::newest(&mut conn, &id("jrn", 0)).await.unwrap(), Some(attempt(10)));
        assert_eq!(attempts::newest(&mut conn, &id("jrn", 1)).await.unwrap(), Some(other));
    })
    .await;
}

#[tokio::test]
async fn a_number_is_given_once() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        attempts::insert(&mut conn, &attempt(1)).await.unwrap();
        conn.commit().await.unwrap();
        let again = attempts::insert(&mut t.write().await, &attempt(1)).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn the_first_session_stays_and_what_is_closed_stays_closed() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        attempts::insert(&mut conn, &attempt(1)).await.unwrap();
        let jrn = id("jrn", 0);
        assert!(attempts::set_session(&mut conn, &jrn, 1, "cs_1").await.unwrap());
        assert!(!attempts::set_session(&mut conn, &jrn, 1, "cs_2").await.unwrap());
        assert!(!attempts::set_session(&mut conn, &jrn, 2, "cs_2").await.unwrap());
        for _ in 0..2 {
            attempts::close(&mut conn, &jrn, 1).await.unwrap();
        }
        let want = StoredAttempt { session_id: Some("cs_1".to_owned()), closed: true, ..attempt(1) };
        assert_eq!(attempts::newest(&mut conn, &jrn).await.unwrap(), Some(want));
        let lost = attempts::close(&mut conn, &jrn, 2).await;
        assert!(matches!(lost, Err(StoreError::LostWrite(_))), "{lost:?}");
    })
    .await;
}
