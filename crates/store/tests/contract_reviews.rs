//! `store::reviews`.

use crate::common::rows::{NOW_MS, id, seed_journeys};
use crate::common::{HARD_TEXTS, on_both};
use store::StoreError;
use store::reviews::{self, StoredReview, Texts};

fn review(revision: i64, text: &str) -> StoredReview {
    StoredReview {
        journey_id: id("jrn", 0),
        revision,
        analysis_revision: revision,
        learning_revision: 0,
        texts: Texts { factors: text.to_owned(), to_repeat: "ask again".to_owned(), ..Texts::default() },
        changed_at_ms: NOW_MS + revision,
        changed_by: "Ana".to_owned(),
    }
}

#[tokio::test]
async fn a_review_is_what_was_saved_last() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        assert_eq!(reviews::get(&mut conn, &id("jrn", 0)).await.unwrap(), None);
        for (revision, text) in (1..).zip(HARD_TEXTS) {
            reviews::save(&mut conn, &review(revision, text)).await.unwrap();
            let found = reviews::get(&mut conn, &id("jrn", 0)).await.unwrap();
            assert_eq!(found, Some(review(revision, text)));
        }
        assert_eq!(reviews::get(&mut conn, &id("jrn", 1)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_save_that_does_not_follow_the_last_is_refused() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        reviews::save(&mut conn, &review(1, "first")).await.unwrap();
        for revision in [0, 1, 3] {
            let lost = reviews::save(&mut conn, &review(revision, "late")).await;
            assert!(matches!(lost, Err(StoreError::LostWrite(_))), "{revision}: {lost:?}");
        }
        let found = reviews::get(&mut conn, &id("jrn", 0)).await.unwrap();
        assert_eq!(found, Some(review(1, "first")));
    })
    .await;
}

#[tokio::test]
async fn only_a_journey_has_a_review() {
    on_both(async |t| {
        let mut conn = t.write().await;
        assert!(reviews::save(&mut conn, &review(1, "nobody's")).await.is_err());
    })
    .await;
}
