//! `store::journeys`: what happens to a journey on its way.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, hypothesis, id, journey, seed_journeys, usd, version};
use store::contents;
use store::journeys::{self, GivenVersion};

#[tokio::test]
async fn a_link_finds_its_journey_and_no_other() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 3).await;
        assert_eq!(journeys::by_token(&mut conn, "token-1").await.unwrap(), Some(journey(1)));
        for token in ["", "token", "token-", "TOKEN-1", "token-1 ", "%", "token-1\0"] {
            assert_eq!(journeys::by_token(&mut conn, token).await.unwrap(), None, "{token}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_journey_is_given_versions_one_after_the_other() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        contents::insert_version(&mut conn, &version(2)).await.unwrap();
        contents::insert_hypothesis(&mut conn, &hypothesis(1)).await.unwrap();
        let (jrn, ver, hyp) = (id("jrn", 0), id("ver", 2), id("hyp", 1));
        // Given twice within the millisecond of its start, and once with a clock that was set back.
        let mut given = Vec::new();
        for at_ms in [NOW_MS, NOW_MS, NOW_MS - 5_000, NOW_MS + 60_000] {
            given.push(journeys::give(&mut conn, &jrn, &ver, &hyp, usd(7), at_ms).await.unwrap());
        }
        assert_eq!(given, [1, 2, 3, 60_000].map(|after_ms| NOW_MS + after_ms));
        let now = journeys::get(&mut conn, &jrn).await.unwrap().unwrap();
        assert_eq!((&now.content_version_id, &now.hypothesis_id, now.price), (&ver, &hyp, usd(7)));
        assert_eq!(now.changed_at_ms, NOW_MS + 60_000);
        let rows = journeys::versions(&mut conn, vec![jrn.clone()]).await.unwrap();
        assert_eq!(rows.len(), 5);
        let last = GivenVersion {
            journey_id: jrn,
            given_at_ms: NOW_MS + 60_000,
            content_version_id: ver,
            hypothesis_id: hyp,
        };
        assert_eq!(rows.last(), Some(&last));
        assert_eq!(journeys::get(&mut conn, &id("jrn", 1)).await.unwrap(), Some(journey(1)), "nobody else");
        assert!(journeys::give(&mut conn, "jrn_none", "ver_none", "hyp_none", usd(1), 0).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn the_first_look_is_noted_once_and_outlives_a_save() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        let jrn = id("jrn", 0);
        assert!(journeys::set_first_viewed(&mut conn, &jrn, NOW_MS + 5).await.unwrap());
        assert!(!journeys::set_first_viewed(&mut conn, &jrn, NOW_MS + 9).await.unwrap());
        assert!(!journeys::set_first_viewed(&mut conn, "jrn_none", NOW_MS).await.unwrap());
        // Whoever judges the journey loaded it before the client looked.
        journeys::save(&mut conn, &[journey(0)]).await.unwrap();
        let now = journeys::get(&mut conn, &jrn).await.unwrap().unwrap();
        assert_eq!(now.first_viewed_at_ms, Some(NOW_MS + 5));
    })
    .await;
}
