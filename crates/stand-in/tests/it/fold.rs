//! Everything that the stand-in tells is understood by our own reader and ledger, in any order.

use crate::util::{Client, events, start};
use ledger::{PaymentStatus as Status, Snapshot};
use serde_json::Value;
use stand_in::{Account, DisputeStep, Outcome};
use std::collections::BTreeMap;

type Act = fn(&mut Account, &str);
/// (status, gross, refunded, lost, at risk)
type Money = (Status, i64, i64, i64, i64);

fn pay(account: &mut Account, session: &str) {
    account.complete(session, Outcome::Paid).unwrap();
    account.advance(10);
}

fn refund(account: &mut Account, session: &str, amount_minor: Option<i64>) {
    account.refund(session, amount_minor).unwrap();
    account.advance(10);
}

const CASES: &[(&str, Act, Money)] = &[
    ("paid", pay, (Status::Paid, 50_000, 0, 0, 0)),
    ("declined", |a, s| a.complete(s, Outcome::Declined).unwrap(), (Status::Failed, 0, 0, 0, 0)),
    (
        "declined then paid",
        |a, s| a.complete(s, Outcome::DeclinedThenPaid).unwrap(),
        (Status::Paid, 50_000, 0, 0, 0),
    ),
    ("debit", |a, s| a.complete(s, Outcome::DebitPaid).unwrap(), (Status::Processing, 0, 0, 0, 0)),
    (
        "debit arrived",
        |a, s| {
            a.complete(s, Outcome::DebitPaid).unwrap();
            a.advance(100);
        },
        (Status::Paid, 50_000, 0, 0, 0),
    ),
    (
        "debit came back",
        |a, s| {
            a.complete(s, Outcome::DebitFailed).unwrap();
            a.advance(100);
        },
        (Status::Failed, 0, 0, 0, 0),
    ),
    (
        "declined, then left to expire",
        |a, s| {
            a.complete(s, Outcome::Declined).unwrap();
            a.advance(90_000);
        },
        (Status::Canceled, 0, 0, 0, 0),
    ),
    (
        "refunded in part",
        |a, s| {
            pay(a, s);
            refund(a, s, Some(20_000));
        },
        (Status::PartiallyRefunded, 50_000, 20_000, 0, 0),
    ),
    (
        "refunded in two parts",
        |a, s| {
            pay(a, s);
            refund(a, s, Some(20_000));
            refund(a, s, None);
        },
        (Status::Refunded, 50_000, 50_000, 0, 0),
    ),
    (
        "refund failed later",
        |a, s| {
            pay(a, s);
            a.refund_failing_later(s, None).unwrap();
            a.advance(100);
        },
        (Status::Paid, 50_000, 0, 0, 0),
    ),
    (
        "debit refunded, on its way",
        |a, s| {
            a.complete(s, Outcome::DebitPaid).unwrap();
            a.advance(100);
            refund(a, s, Some(1));
        },
        (Status::PartiallyRefunded, 50_000, 1, 0, 0),
    ),
    (
        "inquiry",
        |a, s| {
            pay(a, s);
            a.dispute(s, DisputeStep::Inquiry).unwrap();
        },
        (Status::Paid, 50_000, 0, 0, 0),
    ),
    (
        "disputed",
        |a, s| {
            pay(a, s);
            a.dispute(s, DisputeStep::Opened).unwrap();
        },
        (Status::Disputed, 50_000, 0, 0, 50_000),
    ),
    (
        "won",
        |a, s| {
            pay(a, s);
            a.dispute(s, DisputeStep::Opened).unwrap();
            a.advance(10);
            a.dispute(s, DisputeStep::Won).unwrap();
        },
        (Status::Paid, 50_000, 0, 0, 0),
    ),
    (
        "refunded in part, the rest lost",
        |a, s| {
            pay(a, s);
            refund(a, s, Some(20_000));
            a.dispute(s, DisputeStep::Lost).unwrap();
        },
        (Status::Lost, 50_000, 20_000, 30_000, 0),
    ),
];

#[tokio::test]
async fn every_way_folds_to_its_status() {
    for (name, act, want) in CASES {
        let stand_in = start().await;
        let client = Client::of(&stand_in);
        let session = client.session().await;
        stand_in.with(|account| act(account, &session));
        let told = events(&client).await;
        assert_eq!(fold(told.iter()), *want, "{name}");
        assert_eq!(fold(told.iter().rev()), *want, "{name}, backwards");
        assert_eq!(fold(told.iter().chain(&told)), *want, "{name}, twice");
        assert!(told.iter().all(|e| stripe::handled(e["type"].as_str().unwrap())), "{name}");
    }
}

#[tokio::test]
async fn authorised_money_is_not_paid_until_it_is_captured() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let session = client.session_with("&payment_intent_data[capture_method]=manual").await;
    stand_in.with(|account| account.complete(&session, Outcome::Paid)).unwrap();
    assert_eq!(fold(events(&client).await.iter()), (Status::Processing, 0, 0, 0, 0));
    let intent = stand_in.with(|account| account.object(&session).unwrap()["payment_intent"].clone());
    stand_in.with(|account| account.capture(intent.as_str().unwrap(), Some(20_000))).unwrap();
    let told = events(&client).await;
    assert_eq!(fold(told.iter()), (Status::Paid, 20_000, 0, 0, 0));
    assert_eq!(fold(told.iter().rev()), (Status::Paid, 20_000, 0, 0, 0));
}

#[tokio::test]
async fn authorised_money_lapses() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let session = client.session_with("&payment_intent_data[capture_method]=manual").await;
    stand_in.with(|account| {
        account.complete(&session, Outcome::Paid).unwrap();
        account.advance(8 * 86_400);
    });
    let told = events(&client).await;
    assert_eq!(fold(told.iter()), (Status::Canceled, 0, 0, 0, 0));
    assert_eq!(fold(told.iter().rev()), (Status::Canceled, 0, 0, 0, 0));
}

/// One payment's events, as the ledger judges them together.
fn fold<'a>(told: impl Iterator<Item = &'a Value>) -> Money {
    let mut snapshots = BTreeMap::<String, Snapshot>::new();
    for event in told {
        for observation in stripe::observe(event.to_string().as_bytes(), 0).unwrap() {
            let id = observation.id.clone();
            let told = Snapshot::new(observation);
            let joined = match snapshots.remove(&id) {
                Some(known) => known.merge(told),
                None => told,
            };
            snapshots.insert(id, joined);
        }
    }
    let members: Vec<(&String, &Snapshot)> = snapshots.iter().collect();
    let payment = ledger::fold(&members).unwrap();
    assert_eq!(payment.evidence.journey_ids.iter().collect::<Vec<_>>(), ["jrn_1"]);
    assert_eq!(payment.currency.map(|currency| currency.to_string()).as_deref(), Some("eur"));
    let p = payment;
    (p.status, p.gross_minor, p.refunded_minor, p.lost_minor, p.at_risk_minor)
}
