//! `GET /`: what a row says of each state of a payment, and what needs attention (SPEC D1, 9.9).

use super::{row, tiles};
use crate::util::event::{Pay, event};
use crate::util::on_both;
use serde_json::{Value, json};

/// A payment's name, its events, and what the row then says between the content and the price.
type Story = (&'static str, fn(&Pay) -> Vec<Value>, &'static str);

fn stories() -> Vec<Story> {
    vec![
        ("paid", Pay::success, "Paid Paid $500.00 · card · just now"),
        ("processing", processing, "Pending Processing · card · just now"),
        ("failed", failed, "Pending Failed · Your card was declined · card · just now"),
        ("canceled", canceled, "Pending Canceled · card · just now"),
        ("part", partly, "Paid Partly refunded $200.00 · $300.00 kept · card · just now"),
        ("refunded", refunded, "Refunded Refunded $500.00 · card · just now"),
        ("disputed", disputed, "Paid Disputed $500.00 · card · just now At risk: a dispute is open"),
        ("lost", lost, "Refunded Dispute lost $500.00 · card · just now"),
        ("fraud", warned, "Paid Paid $500.00 · card · just now Fraud warning"),
        ("less", less, "Paid Paid $400.00 · card · just now Amount differs from the price"),
        ("twice", twice, "Paid Paid $1,000.00 · card · just now Paid more than once"),
    ]
}

fn then(pay: &Pay, kind: &str, object: Value) -> Vec<Value> {
    pay.success().into_iter().chain([event(kind, pay.at_s + 3, object)]).collect()
}

fn processing(pay: &Pay) -> Vec<Value> {
    vec![pay.event("payment_intent.processing", 1, pay.intent("processing"))]
}

fn failed(pay: &Pay) -> Vec<Value> {
    vec![pay.event("payment_intent.payment_failed", 1, pay.declined())]
}

fn canceled(pay: &Pay) -> Vec<Value> {
    vec![pay.event("payment_intent.canceled", 1, pay.intent("canceled"))]
}

fn partly(pay: &Pay) -> Vec<Value> {
    then(pay, "refund.created", pay.refund("1", 20_000, "succeeded"))
}

fn refunded(pay: &Pay) -> Vec<Value> {
    then(pay, "refund.created", pay.refund("1", 50_000, "succeeded"))
}

fn disputed(pay: &Pay) -> Vec<Value> {
    then(pay, "charge.dispute.created", pay.dispute(50_000, "needs_response"))
}

fn lost(pay: &Pay) -> Vec<Value> {
    then(pay, "charge.dispute.closed", pay.dispute(50_000, "lost"))
}

fn warned(pay: &Pay) -> Vec<Value> {
    then(pay, "radar.early_fraud_warning.created", pay.warning())
}

fn less(pay: &Pay) -> Vec<Value> {
    Pay { amount: 40_000, ..pay.clone() }.success()
}

fn twice(pay: &Pay) -> Vec<Value> {
    let again = Pay { name: format!("{}_again", pay.name), ..pay.clone() };
    pay.success().into_iter().chain(again.success()).collect()
}

#[tokio::test]
async fn a_row_says_what_became_of_the_money() {
    on_both(async |app| {
        let mut expected = Vec::new();
        for (name, events, want) in stories() {
            let id = app.journey_named(name, false).await;
            app.deliver(&events(&Pay::of(name, &id))).await;
            expected.push((id, want));
        }
        let html = app.page("/").await.text;
        for (id, want) in expected {
            let row = row(&html, &id).unwrap();
            assert!(
                row.contains(&format!("Guarantee offer v1 {want} $500.00 just now")),
                "{row}\nlacks {want}"
            );
        }
        assert_eq!(tiles(&html), "Open 3 Paid 6 Ghosted 0 Refunded 2");
    })
    .await;
}

#[tokio::test]
async fn a_row_says_who_decided() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        app.mark(&id, "responded").await;
        let html = app.page("/").await.text;
        assert!(row(&html, &id).unwrap().contains("Responded marked by Test editor No payment yet"));
        assert_eq!(tiles(&html), "Open 1 1 responded Paid 0 Ghosted 0 Refunded 0");
        app.deliver(&Pay::of("x", &id).success()).await;
        let pin = json!({"outcome": "ghosted", "reason": "paid by mistake, agreed by phone"});
        let role = Some(server::api::access::Role::Editor);
        app.call(role, "PUT", &format!("/api/v1/journeys/{id}/override"), Some(&pin)).await.ok();
        let row = row(&app.page("/").await.text, &id).unwrap();
        assert!(row.contains("Ghosted pinned by Test editor Paid $500.00"), "{row}");
        assert!(row.contains("Stripe says paid, pinned to ghosted"), "{row}");
    })
    .await;
}

#[tokio::test]
async fn time_to_payment_is_counted_from_the_start() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        app.advance(2 * 86_400 + 3 * 3_600);
        let pay = Pay { at_s: app.now_s(), ..Pay::of("late", &id) };
        app.deliver(&pay.success()).await;
        app.advance(600);
        let row = row(&app.page("/").await.text, &id).unwrap();
        assert!(row.contains("Paid $500.00 · card · 10 min ago $500.00 2 d ago 2 d 2 h"), "{row}");
    })
    .await;
}
