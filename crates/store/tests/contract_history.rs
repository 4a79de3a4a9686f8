//! `store::history`.

use crate::common::rows::{history, id, seed_journeys};
use crate::common::{HARD_TEXTS, ROW_COUNTS, TestDb, on_both};
use ledger::{Outcome, OutcomeSource};
use store::StoreError;
use store::history::{self, HistoryRow};

async fn seeded(t: &TestDb) {
    let mut conn = t.write().await;
    seed_journeys(&mut conn, 2).await;
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn every_field_comes_back_as_it_was() {
    on_both(async |t| {
        seeded(t).await;
        let mut rows = Vec::new();
        for (n, text) in HARD_TEXTS.into_iter().enumerate() {
            rows.push(HistoryRow {
                at_ms: if n == 0 { i64::MIN } else { i64::MAX },
                from: Outcome::ALL[n % Outcome::ALL.len()],
                to: Outcome::ALL[(n + 1) % Outcome::ALL.len()],
                source: OutcomeSource::ALL[n % OutcomeSource::ALL.len()],
                event_id: (n % 2 == 0).then(|| text.to_owned()),
                actor: (n % 2 == 1).then(|| text.to_owned()),
                note: text.to_owned(),
                outranked: n % 3 == 0,
                ..history(n + 1)
            });
        }
        let mut conn = t.write().await;
        history::insert(&mut conn, &rows).await.unwrap();
        rows.reverse();
        assert_eq!(history::of_journey(&mut conn, &id("jrn", 0), None, 100).await.unwrap(), rows);
    })
    .await;
}

#[tokio::test]
async fn any_number_of_rows_is_paged_newest_first() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        let mut written = 0;
        for count in ROW_COUNTS {
            let rows: Vec<_> = (written + 1..=written + count).map(history).collect();
            history::insert(&mut conn, &rows).await.unwrap();
            written += count;
        }
        let other = HistoryRow { journey_id: id("jrn", 1), ..history(1) };
        history::insert(&mut conn, std::slice::from_ref(&other)).await.unwrap();
        let mut seqs: Vec<i64> = Vec::new();
        loop {
            let before = seqs.last().copied();
            let page = history::of_journey(&mut conn, &id("jrn", 0), before, 100).await.unwrap();
            if page.is_empty() {
                break;
            }
            seqs.extend(page.into_iter().map(|row| row.seq));
        }
        assert_eq!(seqs, (1..=i64::try_from(written).unwrap()).rev().collect::<Vec<_>>());
        assert_eq!(history::of_journey(&mut conn, &id("jrn", 1), None, 9).await.unwrap(), [other]);
        assert_eq!(history::of_journey(&mut conn, "jrn_none", None, 9).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_place_in_history_is_taken_once_and_only_by_a_journey() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        history::insert(&mut conn, &[history(1)]).await.unwrap();
        conn.commit().await.unwrap();
        let nobody = HistoryRow { journey_id: "jrn_none".to_owned(), ..history(1) };
        for rows in [vec![history(1)], vec![history(2), history(2)], vec![history(2), nobody]] {
            let mut conn = t.write().await;
            let outcome = history::insert(&mut conn, &rows).await;
            assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{rows:?}: {outcome:?}");
        }
        let left = history::of_journey(&mut t.read().await, &id("jrn", 0), None, 9).await.unwrap();
        assert_eq!(left, [history(1)]);
    })
    .await;
}
