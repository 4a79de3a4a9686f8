//! 9.16: a session in subscription mode that completed and paid makes the journey paid, with the money of its first
//! invoice's charge, counted once; in the shapes before and since 2025-03-31.basil.

use crate::util::event::{Pay, event};
use crate::util::on_both;
use serde_json::{Value, json};

/// The events of one first payment.
type Shape = fn(&Pay) -> Vec<Value>;

fn session(pay: &Pay) -> Value {
    let mut session = pay.session("complete", "paid");
    session["mode"] = "subscription".into();
    session["payment_intent"] = Value::Null;
    session["subscription"] = format!("sub_{}", pay.name).into();
    session["invoice"] = format!("in_{}", pay.name).into();
    session
}

fn invoice(pay: &Pay) -> Value {
    json!({
        "id": format!("in_{}", pay.name), "object": "invoice", "status": "paid", "amount_paid": pay.amount,
        "amount_due": pay.amount, "currency": pay.currency, "billing_reason": "subscription_create",
        "created": pay.at_s, "livemode": false, "metadata": {}
    })
}

fn subscription(pay: &Pay) -> Value {
    json!({
        "id": format!("sub_{}", pay.name), "object": "subscription", "status": "active",
        "latest_invoice": format!("in_{}", pay.name), "metadata": {}, "created": pay.at_s, "livemode": false
    })
}

/// Invoice, intent and charge name each other.
fn old_shape(pay: &Pay) -> Vec<Value> {
    let (mut bill, mut intent, mut charge) = (invoice(pay), pay.intent("succeeded"), pay.charge("succeeded"));
    bill["subscription"] = format!("sub_{}", pay.name).into();
    bill["charge"] = pay.charge_id().into();
    bill["payment_intent"] = pay.intent_id().into();
    bill["paid"] = true.into();
    for object in [&mut intent, &mut charge] {
        object["metadata"] = json!({});
        object["invoice"] = format!("in_{}", pay.name).into();
    }
    vec![
        event("charge.succeeded", pay.at_s, charge),
        event("payment_intent.succeeded", pay.at_s, intent),
        event("customer.subscription.created", pay.at_s, subscription(pay)),
        event("invoice.paid", pay.at_s, bill),
        event("checkout.session.completed", pay.at_s + 1, session(pay)),
    ]
}

/// Only the InvoicePayment ties the invoice to its intent.
fn basil_shape(pay: &Pay) -> Vec<Value> {
    let (mut bill, mut intent, mut charge) = (invoice(pay), pay.intent("succeeded"), pay.charge("succeeded"));
    bill["parent"] = json!({"type": "subscription_details",
        "subscription_details": {"subscription": format!("sub_{}", pay.name), "metadata": {}}});
    (intent["metadata"], charge["metadata"]) = (json!({}), json!({}));
    let tie = json!({
        "id": format!("inpay_{}", pay.name), "object": "invoice_payment", "invoice": format!("in_{}", pay.name),
        "status": "paid", "amount_paid": pay.amount, "currency": pay.currency, "created": pay.at_s, "livemode": false,
        "payment": {"type": "payment_intent", "payment_intent": pay.intent_id()}
    });
    vec![
        event("charge.succeeded", pay.at_s, charge),
        event("payment_intent.succeeded", pay.at_s, intent),
        event("customer.subscription.created", pay.at_s, subscription(pay)),
        event("invoice.paid", pay.at_s, bill),
        event("invoice_payment.paid", pay.at_s, tie),
        event("checkout.session.completed", pay.at_s + 1, session(pay)),
    ]
}

#[tokio::test]
async fn the_first_invoice_is_counted_once_in_any_order() {
    on_both(async |app| {
        let shapes: [(&str, Shape); 2] = [("old", old_shape), ("basil", basil_shape)];
        for (name, shape) in shapes {
            for backwards in [false, true] {
                let journey = app.journey().await;
                let pay = Pay::of(&format!("{name}{backwards}"), &journey.id);
                let mut events = shape(&pay);
                if backwards {
                    events.reverse();
                }
                for event in &events {
                    app.deliver(std::slice::from_ref(event)).await;
                    let gross: i64 =
                        app.journey_now(&journey.id).await.payments.iter().map(|p| p.gross_minor).sum();
                    assert!(gross <= 50_000, "never twice, not even in between");
                }
                let now = app.journey_now(&journey.id).await;
                let context = format!("{name}, backwards: {backwards}: {now:#?}");
                assert_eq!(
                    (now.outcome.as_str(), now.payment_status.as_str()),
                    ("paid", "paid"),
                    "{context}"
                );
                assert_eq!((now.payments.len(), now.payments[0].gross_minor), (1, 50_000), "{context}");
                assert_eq!(now.payments[0].id, pay.intent_id(), "{context}");
                assert!(now.flags.is_empty(), "{context}");
                app.deliver(&[pay.event("charge.refunded", 99, pay.refunded(50_000))]).await;
                assert_eq!(app.journey_now(&journey.id).await.outcome, "refunded", "{context}");
            }
        }
        assert_eq!(app.unmatched().await, []);
    })
    .await;
}

#[tokio::test]
async fn the_session_alone_is_enough() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("alone", &journey.id);
        app.deliver(&[event("checkout.session.completed", pay.at_s, session(&pay))]).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payments[0].gross_minor), ("paid", 50_000));
    })
    .await;
}
