//! H7, 9.3, 9.4: each row of the table of outcomes, through the endpoint, in several orders: the state does not depend
//! on them (H4).

mod before;
mod paid;
mod returned;

use crate::util::answer::Journey;
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};

/// What a journey must be after some events of its one payment.
struct Case {
    name: &'static str,
    events: fn(&Pay) -> Vec<Value>,
    status: &'static str,
    outcome: &'static str,
    /// (gross, refunded, lost, at risk, net)
    money: [i64; 5],
}

const NOTHING: [i64; 5] = [0; 5];
const ALL: [i64; 5] = [50_000, 0, 0, 0, 50_000];

const fn case(
    name: &'static str,
    events: fn(&Pay) -> Vec<Value>,
    (status, outcome): (&'static str, &'static str),
    money: [i64; 5],
) -> Case {
    Case { name, events, status, outcome, money }
}

fn with(mut object: Value, changes: &Value) -> Value {
    let changes = changes.as_object().unwrap().clone();
    object.as_object_mut().unwrap().extend(changes);
    object
}

fn and(mut events: Vec<Value>, more: Vec<Value>) -> Vec<Value> {
    events.extend(more);
    events
}

fn assert_is(case: &Case, way: &str, journey: &Journey) {
    let context = format!("{} ({way}): {journey:#?}", case.name);
    assert_eq!(
        (journey.payment_status.as_str(), journey.outcome.as_str()),
        (case.status, case.outcome),
        "{context}"
    );
    assert_eq!(journey.derived_outcome, journey.outcome, "{context}");
    let money = journey
        .payments
        .first()
        .map_or(NOTHING, |p| [p.gross_minor, p.refunded_minor, p.lost_minor, p.at_risk_minor, p.net_minor]);
    assert_eq!(money, case.money, "{context}");
    assert!(journey.payments.len() <= 1, "{context}");
    let by_payment = case.outcome != "pending" || case.status == "failed";
    assert_eq!(journey.outcome_source, if by_payment { "payment" } else { "none" }, "{context}");
    assert!(
        journey.payments.iter().all(|p| p.matched_by.as_deref() == Some("journey_metadata")),
        "{context}"
    );
}

/// Each case forwards on one journey, backwards on another, and forwards in one burst on a third.
async fn check(app: &TestApp, cases: &[Case]) {
    let client = app.client("ana@example.com", None).await;
    let version = app.version().await;
    let body = json!({"client_id": client, "content_version_id": version});
    for (n, case) in cases.iter().enumerate() {
        for way in ["forwards", "backwards", "at once"] {
            let journey = app.journey_with(&body).await;
            let pay = Pay::of(&format!("{n}{}", way.replace(' ', "")), &journey.id);
            let mut events = (case.events)(&pay);
            if way == "backwards" {
                events.reverse();
            }
            if way == "at once" {
                futures_util::future::join_all(events.iter().map(|event| app.send(event))).await;
                app.settle().await;
            } else {
                app.deliver(&events).await;
            }
            assert_is(case, way, &app.journey_now(&journey.id).await);
            let newest =
                app.history(&journey.id).await.into_iter().next().map_or("pending".to_owned(), |row| row.to);
            assert_eq!(newest, case.outcome, "{} ({way})", case.name);
        }
    }
}

#[tokio::test]
async fn before_money_arrives() {
    on_both(async |app| check(app, before::CASES).await).await;
}

#[tokio::test]
async fn when_money_arrives() {
    on_both(async |app| check(app, paid::CASES).await).await;
}

#[tokio::test]
async fn when_money_is_refunded() {
    on_both(async |app| check(app, returned::REFUNDS).await).await;
}

#[tokio::test]
async fn when_money_is_disputed() {
    on_both(async |app| check(app, returned::DISPUTES).await).await;
}

/// H9, 9.7: the time of payment is Stripe's, and does not move.
#[tokio::test]
async fn the_time_of_payment_is_of_the_first_successful_charge() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("when", &journey.id);
        app.advance(500);
        let charge = with(pay.charge("succeeded"), &json!({"created": pay.at_s + 7}));
        app.deliver(&[pay.event("payment_intent.succeeded", 9, pay.intent("succeeded"))]).await;
        let told = app.journey_now(&journey.id).await;
        assert_eq!(
            told.paid_at.as_deref(),
            Some("2026-11-22T02:14:24.000Z"),
            "of the event that told of success"
        );
        app.deliver(&[pay.event("charge.succeeded", 9, charge.clone())]).await;
        app.deliver(&[pay.event("charge.updated", 999, charge)]).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!(now.paid_at.as_deref(), Some("2026-11-22T02:14:22.000Z"), "of the charge");
        assert_eq!(
            (&now.paid_at, now.payments[0].method.as_deref()),
            (&now.payments[0].paid_at, Some("card"))
        );
        assert_eq!((now.payments[0].currency.as_deref(), now.payments[0].livemode), (Some("usd"), false));
    })
    .await;
}
