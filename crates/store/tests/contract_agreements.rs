//! `store::agreements`.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, id, seed_journeys};
use store::agreements::{self, Agreement};

fn agreement(journey: usize, after_ms: i64) -> Agreement {
    Agreement {
        journey_id: id("jrn", journey),
        at_ms: NOW_MS + after_ms,
        content_version_id: id("ver", 1),
        text_sha256: format!("{after_ms:064x}"),
    }
}

#[tokio::test]
async fn each_acceptance_is_kept_newest_first() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        assert_eq!(agreements::newest(&mut conn, &id("jrn", 0)).await.unwrap(), None);
        for after_ms in [5, 1, 9, 3] {
            assert!(agreements::insert(&mut conn, &agreement(0, after_ms)).await.unwrap());
        }
        assert!(agreements::insert(&mut conn, &agreement(1, 99)).await.unwrap());
        let twice = Agreement { text_sha256: "other".to_owned(), ..agreement(0, 9) };
        assert!(!agreements::insert(&mut conn, &twice).await.unwrap(), "what was recorded stays");
        assert_eq!(agreements::newest(&mut conn, &id("jrn", 0)).await.unwrap(), Some(agreement(0, 9)));
        let page = agreements::of_journey(&mut conn, &id("jrn", 0), None, 3).await.unwrap();
        assert_eq!(page, [9, 5, 3].map(|after_ms| agreement(0, after_ms)));
        let rest = agreements::of_journey(&mut conn, &id("jrn", 0), Some(page[2].at_ms), 3).await.unwrap();
        assert_eq!(rest, [agreement(0, 1)]);
        assert!(agreements::insert(&mut conn, &agreement(7, 0)).await.is_err(), "there is no such journey");
    })
    .await;
}
