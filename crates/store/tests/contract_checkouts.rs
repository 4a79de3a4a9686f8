//! `store::checkouts`.

use crate::common::rows::{checkout, id, ids, seed_journeys, strings};
use crate::common::{ROW_COUNTS, TestDb, on_both};
use ledger::{Currency, Money};
use store::StoreError;
use store::checkouts::{self, StoredCheckout};

async fn seeded(t: &TestDb) {
    let mut conn = t.write().await;
    seed_journeys(&mut conn, 3).await;
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn every_field_comes_back_as_it_was() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        let extremes = [i64::MIN, -1, 0, 1, i64::MAX];
        for (n, amount) in extremes.into_iter().enumerate() {
            let want = StoredCheckout {
                price: Money::new(amount, Currency::parse("KWD").unwrap()),
                livemode: n % 2 == 0,
                opened_at_ms: amount,
                ..checkout(n)
            };
            checkouts::insert(&mut conn, &want).await.unwrap();
            let got = checkouts::by_sessions(&mut conn, vec![want.session_id.clone()]).await.unwrap();
            assert_eq!(got, [want]);
        }
    })
    .await;
}

#[tokio::test]
async fn sessions_and_journeys_are_found_in_any_number() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        for n in 0..70 {
            let journey_id = id("jrn", n % 2);
            checkouts::insert(&mut conn, &StoredCheckout { journey_id, ..checkout(n) }).await.unwrap();
        }
        for count in ROW_COUNTS {
            let found = checkouts::by_sessions(&mut conn, ids("cs", count)).await.unwrap();
            let mut found: Vec<_> = found.into_iter().map(|c| c.session_id).collect();
            found.sort();
            assert_eq!(found, ids("cs", count.min(70)));
        }
        let sessions =
            |found: Vec<StoredCheckout>| found.into_iter().map(|c| c.session_id).collect::<Vec<_>>();
        let of_one = checkouts::by_journeys(&mut conn, vec![id("jrn", 1)]).await.unwrap();
        assert_eq!(sessions(of_one), (0..70).filter(|n| n % 2 == 1).map(|n| id("cs", n)).collect::<Vec<_>>());
        let of_all = checkouts::by_journeys(&mut conn, ids("jrn", 3)).await.unwrap();
        assert_eq!(sessions(of_all), ids("cs", 70), "ascending by id");
        let without = checkouts::by_journeys(&mut conn, strings(["jrn_000002", "jrn_none"])).await.unwrap();
        assert_eq!(without, []);
        assert_eq!(checkouts::by_journeys(&mut conn, Vec::new()).await.unwrap(), []);
    })
    .await;
}

/// Stripe's ids mix cases; a database that sorts like a dictionary would disagree with SQLite and with Rust.
#[tokio::test]
async fn ids_sort_by_their_bytes() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        let sorted = ["cs_A", "cs_B", "cs__", "cs_a", "cs_aB", "cs_ab", "cs_b"];
        for session_id in ["cs_ab", "cs_B", "cs_a", "cs__", "cs_aB", "cs_b", "cs_A"] {
            let checkout = StoredCheckout { session_id: session_id.to_owned(), ..checkout(0) };
            checkouts::insert(&mut conn, &checkout).await.unwrap();
        }
        let found = checkouts::by_journeys(&mut conn, vec![id("jrn", 0)]).await.unwrap();
        assert_eq!(found.into_iter().map(|c| c.session_id).collect::<Vec<_>>(), sorted);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_opened_once_and_for_a_journey() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        checkouts::insert(&mut conn, &checkout(0)).await.unwrap();
        conn.commit().await.unwrap();
        let nobodys = StoredCheckout { journey_id: "jrn_none".to_owned(), ..checkout(1) };
        for refused in [checkout(0), nobodys] {
            let mut conn = t.write().await;
            let outcome = checkouts::insert(&mut conn, &refused).await;
            assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{refused:?}: {outcome:?}");
        }
    })
    .await;
}
