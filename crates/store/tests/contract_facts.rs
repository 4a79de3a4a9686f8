//! `store::facts` and `store::names`.

use crate::common::on_both;
use crate::common::rows::{self, NOW_MS, checkout, id, ids, journey, judgement, seed, seed_journeys};
use ledger::{Mark, Outcome, Override, PaymentStatus};
use std::collections::BTreeMap;
use store::clients::StoredClient;
use store::contents::StoredVersion;
use store::facts::{self, FactNumbers, FactRow, WINDOW_MS};
use store::journeys::StoredJourney;
use store::views::PageView;
use store::{Conn, checkouts, clients, contents, journeys, names, views};

/// (outcome, when it ended, numbers) of one journey.
async fn fact(conn: &mut Conn, n: usize) -> (String, String, FactNumbers) {
    let mut found = Vec::new();
    facts::by_ids(conn, vec![id("jrn", n)], |row| {
        let row = row.fact;
        assert_eq!((row.id, row.client_id), (id("jrn", n).as_str(), id("cli", 0).as_str()));
        found.push((row.outcome.to_owned(), row.counted_currency.to_owned(), row.numbers));
    })
    .await
    .unwrap();
    found.pop().expect("a row")
}

#[tokio::test]
async fn a_row_is_what_was_judged() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        let (outcome, currency, numbers) = fact(&mut conn, 0).await;
        let fresh = FactNumbers {
            price_minor: 50_000,
            livemode: true,
            started_at_ms: NOW_MS,
            gross_minor: 0,
            refunded_minor: 0,
            lost_minor: 0,
            net_minor: 0,
            at_risk_minor: 0,
            ended_at_ms: None,
            returned_at_ms: None,
            stage: 0,
            page_ms: [0; 4],
        };
        assert_eq!((outcome.as_str(), currency.as_str(), numbers), ("pending", "usd", fresh));
        let mut paid = journey(0);
        paid.judgement = judgement(Outcome::Paid, PaymentStatus::PartiallyRefunded);
        paid.judgement.gross_minor = i64::MAX;
        (paid.judgement.refunded_minor, paid.judgement.lost_minor) = (20_000, 7);
        (paid.judgement.net_minor, paid.judgement.at_risk_minor) = (i64::MAX - 20_007, 3);
        paid.judgement.paid_at_ms = Some(NOW_MS + 5);
        paid.judgement.returned_at_ms = Some(NOW_MS + 9);
        journeys::save(&mut conn, &[paid]).await.unwrap();
        let want = FactNumbers {
            gross_minor: i64::MAX,
            refunded_minor: 20_000,
            lost_minor: 7,
            net_minor: i64::MAX - 20_007,
            at_risk_minor: 3,
            ended_at_ms: Some(NOW_MS + 5),
            returned_at_ms: Some(NOW_MS + 9),
            ..fresh
        };
        assert_eq!(fact(&mut conn, 0).await.2, want);
    })
    .await;
}

/// Outcome, mark, override, and when it then ended.
type Case = (Outcome, Option<Mark>, Option<Override>, Option<i64>);

#[tokio::test]
async fn only_a_person_closes_a_journey() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        let mark = |outcome| Mark { outcome, at_ms: NOW_MS + 1, by: "Ana".to_owned(), note: None };
        let pin =
            |outcome| Override { outcome, reason: "x".to_owned(), at_ms: NOW_MS + 2, by: "Ana".to_owned() };
        let table: [Case; 6] = [
            (Outcome::Ghosted, None, None, None),
            (Outcome::Ghosted, Some(mark(Outcome::Responded)), None, None),
            (Outcome::Ghosted, Some(mark(Outcome::Ghosted)), None, Some(NOW_MS + 1)),
            (Outcome::Ghosted, Some(mark(Outcome::Ghosted)), Some(pin(Outcome::Ghosted)), Some(NOW_MS + 2)),
            (Outcome::Paid, Some(mark(Outcome::Paid)), None, Some(NOW_MS + 1)),
            (Outcome::Pending, Some(mark(Outcome::Ghosted)), Some(pin(Outcome::Pending)), None),
        ];
        for (outcome, mark, pinned, ended_at_ms) in table {
            let case = format!("{outcome} {mark:?} {pinned:?}");
            let judgement = judgement(outcome, PaymentStatus::None);
            let now = StoredJourney { mark, pinned, judgement, ..journey(0) };
            journeys::save(&mut conn, &[now]).await.unwrap();
            assert_eq!(fact(&mut conn, 0).await.2.ended_at_ms, ended_at_ms, "{case}");
        }
    })
    .await;
}

fn view(n: usize, step: &str, after_ms: i64, visible_ms: i64) -> PageView {
    PageView {
        journey_id: id("jrn", 0),
        id: id("viw", n),
        at_ms: NOW_MS + after_ms,
        step: step.to_owned(),
        content_version_id: id("ver", 1),
        visible_ms,
    }
}

#[tokio::test]
async fn looks_count_in_the_first_window_and_steps_always() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        let table = [
            (view(0, "activation", 0, 1_000), [1_000, 0, 0, 0], 1),
            (view(1, "activation", 5_000, 2_000), [3_000, 0, 0, 0], 1),
            (view(2, "agreement", WINDOW_MS - 500, 9_000), [3_000, 500, 0, 0], 2),
            (view(3, "agreement", WINDOW_MS, 9_000), [3_000, 500, 0, 0], 2),
            (view(4, "confirmation", -1, 9_000), [3_000, 500, 0, 0], 3),
            (view(5, "processing", WINDOW_MS * 9, 9_000), [3_000, 500, 0, 0], 4),
            (view(6, "elsewhere", 1, 9_000), [3_000, 500, 0, 0], 4),
        ];
        for (view, page_ms, stage) in table {
            let case = format!("{view:?}");
            views::insert(&mut conn, &[view]).await.unwrap();
            facts::note_views(&mut conn, ids("jrn", 2)).await.unwrap();
            let (_, _, numbers) = fact(&mut conn, 0).await;
            assert_eq!((numbers.page_ms, numbers.stage), (page_ms, stage), "{case}");
        }
        checkouts::insert(&mut conn, &checkout(0)).await.unwrap();
        assert_eq!(fact(&mut conn, 0).await.2.stage, facts::STAGE_CHECKOUT);
        facts::note_views(&mut conn, ids("jrn", 2)).await.unwrap();
        assert_eq!(fact(&mut conn, 0).await.2.stage, facts::STAGE_CHECKOUT, "a checkout stays opened");
        // What is judged again leaves the looks alone.
        journeys::save(&mut conn, &[journey(0)]).await.unwrap();
        let (_, _, numbers) = fact(&mut conn, 0).await;
        assert_eq!((numbers.page_ms, numbers.stage), ([3_000, 500, 0, 0], facts::STAGE_CHECKOUT));
        assert_eq!(fact(&mut conn, 1).await.2.stage, 0);
    })
    .await;
}

#[tokio::test]
async fn every_journey_comes_once_in_order() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed(&mut conn).await;
        let mut none = 0;
        facts::each(&mut conn, |_| none += 1).await.unwrap();
        assert_eq!(none, 0);
        // Around the size of a chunk.
        let all: Vec<StoredJourney> = (0..20_003).map(journey).collect();
        for some in all.chunks(5_000) {
            journeys::save(&mut conn, some).await.unwrap();
        }
        let mut got = Vec::new();
        facts::each(&mut conn, |row| got.push(row.id.to_owned())).await.unwrap();
        assert_eq!(got, ids("jrn", 20_003));
    })
    .await;
}

#[tokio::test]
async fn walked_or_in_order_rows_are_the_same() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed(&mut conn).await;
        facts::all(&mut conn, |_| panic!("there is none")).await.unwrap();
        let mut paid = journey(1);
        paid.judgement = judgement(Outcome::Paid, PaymentStatus::Paid);
        (paid.judgement.gross_minor, paid.judgement.net_minor) = (i64::MAX, -3);
        paid.judgement.paid_at_ms = Some(NOW_MS + 5);
        journeys::save(&mut conn, &[journey(2), journey(0), paid, journey(3)]).await.unwrap();
        journeys::save(&mut conn, &[journey(0)]).await.unwrap();
        let (mut in_order, mut walked, mut by_id) = (Vec::new(), Vec::new(), Vec::new());
        let told = |row: &FactRow<'_>| format!("{row:?}");
        facts::each(&mut conn, |row| in_order.push(told(row))).await.unwrap();
        facts::all(&mut conn, |row| walked.push(told(row))).await.unwrap();
        facts::by_ids(&mut conn, ids("jrn", 9), |row| by_id.push(told(&row.fact))).await.unwrap();
        walked.sort();
        assert_eq!(in_order.len(), 4);
        assert_eq!((&in_order, &in_order), (&walked, &by_id));
        // The connection is of use afterwards.
        facts::all(&mut conn, |_| in_order.clear()).await.unwrap();
        assert!(in_order.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_journeys_refer_to() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed(&mut conn).await;
        let elements = BTreeMap::from([("headline".to_owned(), "a \"question\"".to_owned())]);
        let version = StoredVersion { elements, ..rows::version(2) };
        contents::insert_version(&mut conn, &version).await.unwrap();
        let attributes = BTreeMap::from([("size".to_owned(), "small".to_owned())]);
        clients::insert(&mut conn, &StoredClient { attributes, ..rows::client(1) }).await.unwrap();
        let (mut versions, mut hypotheses, mut attributes) = (Vec::new(), Vec::new(), Vec::new());
        facts::each_version(&mut conn, |row| versions.push((row.id.to_owned(), row.elements.to_owned())))
            .await
            .unwrap();
        facts::each_hypothesis(&mut conn, |row| hypotheses.push((row.predicted, row.predicted_days)))
            .await
            .unwrap();
        facts::each_attributes(&mut conn, |row| attributes.push(row.client_id.to_owned())).await.unwrap();
        let quoted = r#"{"headline":"a \"question\""}"#.to_owned();
        assert_eq!(versions, [(id("ver", 1), "{}".to_owned()), (id("ver", 2), quoted)]);
        assert_eq!((hypotheses, attributes), (vec![(Some(0.25), Some(7))], vec![id("cli", 1)]));
        let given = StoredJourney { client_id: id("cli", 1), content_version_id: id("ver", 2), ..journey(0) };
        journeys::save(&mut conn, &[given, journey(1)]).await.unwrap();
        let mut some = Vec::new();
        facts::by_ids(&mut conn, ids("jrn", 9), |row| {
            let texts = [row.version.content_id, row.version.elements, row.attributes.attributes];
            assert_eq!((row.hypothesis.predicted, row.hypothesis.predicted_days), (Some(0.25), Some(7)));
            some.push(texts.map(str::to_owned));
        })
        .await
        .unwrap();
        let quoted = r#"{"headline":"a \"question\""}"#;
        let (con, small) = (id("con", 0), r#"{"size":"small"}"#);
        assert_eq!(some, [[con.as_str(), quoted, small], [con.as_str(), "{}", "{}"]]);
    })
    .await;
}

#[tokio::test]
async fn names_of_what_is_known() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        let contents = names::contents(&mut conn, ids("con", 3)).await.unwrap();
        assert_eq!(contents, BTreeMap::from([(id("con", 0), "Content 0".to_owned())]));
        let versions = names::versions(&mut conn, ids("ver", 3)).await.unwrap();
        assert_eq!(versions, BTreeMap::from([(id("ver", 1), ("Content 0".to_owned(), 1))]));
        let hypotheses = names::hypotheses(&mut conn, ids("hyp", 3)).await.unwrap();
        assert_eq!(
            hypotheses.values().collect::<Vec<_>>(),
            ["A question in the headline makes them read on"]
        );
        let clients = names::clients_of(&mut conn, ids("jrn", 3)).await.unwrap();
        assert_eq!(clients, BTreeMap::from([(id("jrn", 0), "Client 0".to_owned())]));
        assert!(names::contents(&mut conn, Vec::new()).await.unwrap().is_empty());
    })
    .await;
}
