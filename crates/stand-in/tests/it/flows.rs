//! Each way a payment may go: the events in Stripe's order, and the objects at the end.

use crate::util::{Client, events, kinds, object, start};
use serde_json::{Value, json};
use stand_in::{DisputeStep, Outcome, StandIn};

async fn after(more: &str, act: impl FnOnce(&mut stand_in::Account, &str)) -> (StandIn, Client, String) {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let session = client.session_with(more).await;
    stand_in.with(|account| act(account, &session));
    (stand_in, client, session)
}

fn parts(stand_in: &StandIn, session: &str) -> (Value, Value, Value) {
    stand_in.with(|account| {
        let session = object(account, session);
        let intent = object(account, session["payment_intent"].as_str().unwrap());
        let charge = object(account, intent["latest_charge"].as_str().unwrap());
        (session, intent, charge)
    })
}

#[tokio::test]
async fn paid_by_card() {
    let (stand_in, client, session) = after("", |account, session| {
        account.complete(session, Outcome::Paid).unwrap();
        account.advance(5);
    })
    .await;
    let events = events(&client).await;
    let want = [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ];
    assert_eq!(kinds(&events), want);
    assert!(events[4]["data"]["previous_attributes"] == json!({"balance_transaction": null}));
    let (session, intent, charge) = parts(&stand_in, &session);
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!(session["url"], Value::Null);
    assert_eq!((&intent["status"], &intent["amount_received"]), (&json!("succeeded"), &json!(50_000)));
    assert_eq!(intent["metadata"], json!({"journeyId": "jrn_1"}));
    assert_eq!(charge["metadata"], intent["metadata"]);
    assert_eq!((&charge["paid"], &charge["captured"]), (&json!(true), &json!(true)));
}

#[tokio::test]
async fn declined_then_paid() {
    let (stand_in, client, session) =
        after("", |account, session| account.complete(session, Outcome::Declined).unwrap()).await;
    let (open, intent, _) = parts(&stand_in, &session);
    assert_eq!(open["status"], "open");
    assert_eq!(intent["last_payment_error"]["code"], "card_declined");
    stand_in.with(|account| account.complete(&session, Outcome::Paid)).unwrap();
    let want = [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ];
    assert_eq!(kinds(&events(&client).await), want);
    assert_eq!(parts(&stand_in, &session).1["last_payment_error"], Value::Null);
}

#[tokio::test]
async fn a_debit_takes_a_minute() {
    for (outcome, last, paid) in [
        (Outcome::DebitPaid, "checkout.session.async_payment_succeeded", "paid"),
        (Outcome::DebitFailed, "checkout.session.async_payment_failed", "unpaid"),
    ] {
        let (stand_in, client, session) = after("", |account, session| {
            account.complete(session, outcome).unwrap();
            account.advance(59);
        })
        .await;
        let (open, intent, charge) = parts(&stand_in, &session);
        assert_eq!((&open["status"], &open["payment_status"]), (&json!("complete"), &json!("unpaid")));
        assert_eq!((&intent["status"], &charge["status"]), (&json!("processing"), &json!("pending")));
        assert!(charge["id"].as_str().unwrap().starts_with("py_"));
        stand_in.with(|account| account.advance(1));
        assert_eq!(*kinds(&events(&client).await).last().unwrap(), last);
        assert_eq!(parts(&stand_in, &session).0["payment_status"], paid);
    }
}

#[tokio::test]
async fn sessions_expire_and_take_their_intent_along() {
    let (stand_in, client, session) = after("", |account, session| {
        account.complete(session, Outcome::Declined).unwrap();
        account.complete(session, Outcome::Abandoned).unwrap();
        account.advance(86_399);
        assert_eq!(object(account, session)["status"], "open");
        account.advance(1);
        assert_eq!(object(account, session)["status"], "expired");
    })
    .await;
    let told = events(&client).await;
    assert_eq!(kinds(&told)[3..], ["checkout.session.expired", "payment_intent.canceled"]);
    let refused = stand_in.with(|account| account.complete(&session, Outcome::Paid)).unwrap_err();
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn nothing_to_pay_needs_no_intent() {
    let (stand_in, client, session) =
        after("&line_items[0][price_data][unit_amount]=0", |account, session| {
            account.complete(session, Outcome::Paid).unwrap();
        })
        .await;
    assert_eq!(kinds(&events(&client).await), ["checkout.session.completed"]);
    let session = stand_in.with(|account| object(account, &session));
    assert_eq!(session["payment_status"], "no_payment_required");
    assert_eq!(session["payment_intent"], Value::Null);
}

#[tokio::test]
async fn authorised_then_captured_in_part() {
    let manual = "&payment_intent_data[capture_method]=manual";
    let (stand_in, client, session) =
        after(manual, |account, session| account.complete(session, Outcome::Paid).unwrap()).await;
    let (_, intent, charge) = parts(&stand_in, &session);
    assert_eq!((&intent["status"], &charge["captured"]), (&json!("requires_capture"), &json!(false)));
    let path = format!("/v1/payment_intents/{}/capture", intent["id"].as_str().unwrap());
    let (status, captured) = client.post(&path, "amount_to_capture=20000").await;
    assert_eq!((status, &captured["amount_received"]), (200, &json!(20_000)));
    let (_, _, charge) = parts(&stand_in, &session);
    assert_eq!((&charge["amount_captured"], &charge["amount_refunded"]), (&json!(20_000), &json!(30_000)));
    let told = events(&client).await;
    assert_eq!(kinds(&told)[4..], ["charge.captured", "payment_intent.succeeded"]);
}

#[tokio::test]
async fn a_refund_may_fail_later() {
    let (stand_in, client, session) = after("", |account, session| {
        account.complete(session, Outcome::Paid).unwrap();
        account.refund_failing_later(session, Some(20_000)).unwrap();
    })
    .await;
    assert_eq!(parts(&stand_in, &session).2["amount_refunded"], 20_000);
    stand_in.with(|account| account.advance(60));
    assert_eq!(parts(&stand_in, &session).2["amount_refunded"], 0);
    let (_, list) = client.get("/v1/refunds").await;
    assert_eq!(list["data"][0]["status"], "failed");
    let refused = stand_in.with(|account| account.refund(&session, Some(50_001))).unwrap_err();
    assert!(refused.message.contains("greater than"), "{refused}");
    stand_in.with(|account| account.refund(&session, None)).unwrap();
    let again = stand_in.with(|account| account.refund(&session, None)).unwrap_err();
    assert_eq!(again.code, Some("charge_already_refunded"));
}

#[tokio::test]
async fn a_dispute_takes_the_steps_before() {
    let (stand_in, client, session) = after("", |account, session| {
        account.complete(session, Outcome::Paid).unwrap();
        account.dispute(session, DisputeStep::Inquiry).unwrap();
    })
    .await;
    let dispute = |stand_in: &StandIn, step| {
        stand_in.with(|account| {
            let id = account.dispute(&session, step).unwrap();
            object(account, &id)["status"].clone()
        })
    };
    assert_eq!(dispute(&stand_in, DisputeStep::Won), "won");
    let told = events(&client).await;
    let want = [
        "charge.dispute.created",
        "charge.updated",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ];
    assert_eq!(kinds(&told)[4..], want);
    assert_eq!(told[4]["data"]["object"]["status"], "warning_needs_response");
    assert_eq!(dispute(&stand_in, DisputeStep::UnderReview), "under_review");
    assert_eq!(dispute(&stand_in, DisputeStep::Lost), "lost");
    let refused = stand_in.with(|account| account.refund(&session, None)).unwrap_err();
    assert_eq!(refused.code, Some("charge_disputed"));
}
