//! `store::payments`.

use crate::common::rows::{NOW_MS, id, ids, payment, seed_journeys, strings, told};
use crate::common::{HARD_TEXTS, ROW_COUNTS, TestDb, on_both};
use ledger::MatchedBy;
use ledger::matching::{Evidence, Suggestion};
use ledger::payment::{Checkout, CheckoutState};
use std::collections::BTreeMap;
use store::StoreError;
use store::payments::{self, HintKind, StoredPayment};

async fn upsert(t: &TestDb, rows: &[StoredPayment]) {
    let mut conn = t.write().await;
    payments::upsert(&mut conn, rows).await.unwrap();
    conn.commit().await.unwrap();
}

fn sorted(mut rows: Vec<StoredPayment>) -> Vec<StoredPayment> {
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows
}

/// Everything a payment can hold, in `text`.
fn full(n: usize, text: &str) -> StoredPayment {
    let some = || Some(text.to_owned());
    let mut full = payment(n);
    full.journey_id = some();
    full.matched_by = Some(MatchedBy::ALL[n % MatchedBy::ALL.len()]);
    full.content_version_id = some();
    full.hypothesis_id = some();
    let suggestion =
        Suggestion { journey_id: text.to_owned(), client_id: text.to_owned(), why: text.to_owned() };
    full.suggestions = vec![suggestion; 2];
    full.facts.gross_minor = i64::MAX;
    full.facts.refunded_minor = i64::MIN;
    full.facts.currency = None;
    full.facts.failure = some();
    full.facts.failed = Some(told());
    full.facts.checkouts = vec![Checkout {
        id: text.to_owned(),
        state: CheckoutState::Expired,
        opened_at_s: Some(i64::MIN),
        expired: Some(told()),
    }];
    full.facts.evidence = Evidence { customer: some(), email: some(), ..Evidence::default() };
    full
}

#[tokio::test]
async fn every_field_comes_back_as_it_was() {
    on_both(async |t| {
        let all: Vec<_> = HARD_TEXTS.into_iter().enumerate().map(|(n, text)| full(n, text)).collect();
        upsert(t, &all).await;
        let mut conn = t.read().await;
        assert_eq!(sorted(payments::by_ids(&mut conn, ids("pi", 8)).await.unwrap()), all);
        assert_eq!(payments::by_ids(&mut conn, Vec::new()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn any_number_is_written_and_rewritten() {
    on_both(async |t| {
        for count in ROW_COUNTS {
            for rows in [
                (0..count).map(payment).collect::<Vec<_>>(),
                (0..count).map(|n| full(n, "jrn_x")).collect(),
                (0..count).map(payment).collect(),
            ] {
                upsert(t, &rows).await;
                let found = payments::by_ids(&mut t.read().await, ids("pi", count)).await.unwrap();
                assert_eq!(sorted(found), rows, "{count} rows");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_payments_of_journeys_are_found_in_order() {
    on_both(async |t| {
        let of = |n: usize| StoredPayment { journey_id: Some(id("jrn", n % 3)), ..payment(n) };
        let all: Vec<_> = (0..9).map(of).chain([payment(9)]).collect();
        upsert(t, &all).await;
        let mut conn = t.read().await;
        assert_eq!(payments::by_journeys(&mut conn, ids("jrn", 3)).await.unwrap(), all[..9]);
        let of_one = payments::by_journeys(&mut conn, vec![id("jrn", 1)]).await.unwrap();
        assert_eq!(of_one, [of(1), of(4), of(7)]);
        assert_eq!(payments::by_journeys(&mut conn, strings(["", "jrn_none"])).await.unwrap(), []);
        assert_eq!(payments::by_journeys(&mut conn, Vec::new()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn hints_are_replaced_and_found() {
    on_both(async |t| {
        let hint = |kind, value: &str, n| (kind, value.to_owned(), id("pi", n));
        let hinted = async |conn: &mut _, kind, values| {
            let mut found = payments::hinted(conn, kind, values).await.unwrap();
            found.sort();
            found
        };
        let mut conn = t.write().await;
        let hints = vec![
            hint(HintKind::Email, "a@x.org", 0),
            hint(HintKind::Email, "a@x.org", 0),
            hint(HintKind::Email, "a@x.org", 1),
            hint(HintKind::Email, "b@x.org", 1),
            hint(HintKind::Customer, "a@x.org", 2),
        ];
        payments::set_hints(&mut conn, Vec::new(), hints).await.unwrap();
        let both = strings(["a@x.org", "b@x.org"]);
        assert_eq!(hinted(&mut conn, HintKind::Email, both.clone()).await, ids("pi", 2), "each once");
        assert_eq!(hinted(&mut conn, HintKind::Customer, both.clone()).await, [id("pi", 2)]);
        assert_eq!(hinted(&mut conn, HintKind::Email, strings(["%", "A@X.ORG"])).await, Vec::<String>::new());
        assert_eq!(hinted(&mut conn, HintKind::Email, Vec::new()).await, Vec::<String>::new());

        let stale = vec![hint(HintKind::Email, "a@x.org", 1), hint(HintKind::Email, "b@x.org", 1)];
        payments::set_hints(&mut conn, stale, vec![hint(HintKind::Journey, "jrn", 1)]).await.unwrap();
        assert_eq!(hinted(&mut conn, HintKind::Email, both).await, [id("pi", 0)]);
        let of_one = payments::hints_of(&mut conn, vec![id("pi", 1)]).await.unwrap();
        assert_eq!(of_one, [("journey".to_owned(), "jrn".to_owned())]);
        payments::set_hints(&mut conn, Vec::new(), Vec::new()).await.unwrap();
        let rest = vec![
            hint(HintKind::Journey, "jrn", 1),
            hint(HintKind::Email, "a@x.org", 0),
            hint(HintKind::Customer, "a@x.org", 2),
        ];
        payments::set_hints(&mut conn, rest, Vec::new()).await.unwrap();
        assert_eq!(payments::hints_of(&mut conn, ids("pi", 3)).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn any_number_of_hints_of_every_kind_is_kept_once() {
    on_both(async |t| {
        let kinds =
            [HintKind::Journey, HintKind::Session, HintKind::Client, HintKind::Customer, HintKind::Email];
        let mut conn = t.write().await;
        for count in ROW_COUNTS {
            let hints: Vec<_> = (0..count).map(|n| (kinds[n % 5], id("value", n), id("pi", n))).collect();
            let twice = [hints.clone(), hints.clone()].concat();
            payments::set_hints(&mut conn, hints.clone(), twice).await.unwrap();
            let mut kept = payments::hints_of(&mut conn, ids("pi", count)).await.unwrap();
            kept.sort_by(|a, b| a.1.cmp(&b.1));
            assert_eq!(kept.into_iter().map(|(_, value)| value).collect::<Vec<_>>(), ids("value", count));
        }
    })
    .await;
}

#[tokio::test]
async fn a_deleted_payment_takes_its_hints_along() {
    on_both(async |t| {
        upsert(t, &[payment(0), payment(1)]).await;
        let mut conn = t.write().await;
        let hints: Vec<_> = (0..2).map(|n| (HintKind::Session, "cs".to_owned(), id("pi", n))).collect();
        payments::set_hints(&mut conn, Vec::new(), hints.clone()).await.unwrap();
        payments::delete(&mut conn, Vec::new(), Vec::new()).await.unwrap();
        let gone = strings(["pi_000000", "pi_none"]);
        payments::delete(&mut conn, gone, hints[..1].to_vec()).await.unwrap();
        assert_eq!(payments::by_ids(&mut conn, ids("pi", 2)).await.unwrap(), [payment(1)]);
        let left = payments::hinted(&mut conn, HintKind::Session, strings(["cs"])).await.unwrap();
        assert_eq!(left, [id("pi", 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_link_is_set_anew_and_only_to_a_journey() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        payments::set_link(&mut conn, "ch_1", &id("jrn", 0), "ann", NOW_MS).await.unwrap();
        payments::set_link(&mut conn, "ch_2", &id("jrn", 0), "ann", NOW_MS).await.unwrap();
        payments::set_link(&mut conn, "ch_1", &id("jrn", 1), "bob", NOW_MS).await.unwrap();
        conn.commit().await.unwrap();
        let mut conn = t.read().await;
        let found = payments::links(&mut conn, strings(["ch_1", "ch_2", "ch_3"])).await.unwrap();
        let want = [("ch_1", id("jrn", 1)), ("ch_2", id("jrn", 0))];
        assert_eq!(found, want.map(|(object, journey)| (object.to_owned(), journey)).into());
        assert_eq!(payments::links(&mut conn, Vec::new()).await.unwrap(), BTreeMap::new());
        let nobody = payments::set_link(&mut t.write().await, "ch_3", "jrn_none", "ann", NOW_MS).await;
        assert!(matches!(nobody, Err(StoreError::Conflict(_))), "{nobody:?}");
    })
    .await;
}
