//! 9.9: what a person should look at. Two payments, other currencies, other amounts.

use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::json;

async fn flags(app: &TestApp, id: &str) -> Vec<String> {
    app.journey_now(id).await.flags
}

#[tokio::test]
async fn a_journey_without_anything_odd_has_no_flag() {
    on_both(async |app| {
        let journey = app.journey().await;
        assert!(journey.flags.is_empty());
        app.deliver(&Pay::of("plain", &journey.id).success()).await;
        assert!(flags(app, &journey.id).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_dispute_is_a_risk_until_it_is_closed_and_a_warning_stays() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("risk", &journey.id);
        app.deliver(&pay.success()).await;
        let told = async |after_s, status| {
            app.deliver(&[pay.event("charge.dispute.updated", after_s, pay.dispute(50_000, status))]).await;
            flags(app, &journey.id).await
        };
        assert!(told(10, "warning_needs_response").await.is_empty(), "a mere inquiry");
        assert_eq!(told(20, "needs_response").await, ["at_risk"]);
        assert_eq!(told(30, "under_review").await, ["at_risk"]);
        assert!(told(40, "won").await.is_empty());
        app.deliver(&[pay.event("radar.early_fraud_warning.created", 50, pay.warning())]).await;
        assert_eq!(flags(app, &journey.id).await, ["early_fraud_warning"]);
    })
    .await;
}

/// Both are counted, and a person is told; once one is given back there is nothing left to look at.
#[tokio::test]
async fn two_payments_are_summed_and_flagged() {
    on_both(async |app| {
        let journey = app.journey().await;
        let (one, two) = (
            Pay::of("one", &journey.id),
            Pay { at_s: Pay::new("").at_s + 60, ..Pay::of("two", &journey.id) },
        );
        app.deliver(&one.success()).await;
        app.deliver(&two.success()).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!(
            (now.outcome.as_str(), now.payment_status.as_str(), now.payments.len()),
            ("paid", "paid", 2)
        );
        assert_eq!(now.flags, ["double_payment"]);
        assert_eq!(now.payments.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["pi_one", "pi_two"]);
        assert_eq!(now.paid_at, now.payments[0].paid_at, "the first success counts");
        app.deliver(&[two.event("charge.refunded", 99, two.refunded(50_000))]).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payment_status.as_str()), ("paid", "partially_refunded"));
        assert!(now.flags.is_empty());
    })
    .await;
}

#[tokio::test]
async fn another_amount_or_currency_than_asked_for_is_flagged() {
    on_both(async |app| {
        let less = app.journey().await;
        app.deliver(&Pay { amount: 49_999, ..Pay::of("less", &less.id) }.success()).await;
        assert_eq!(flags(app, &less.id).await, ["amount_mismatch"]);
        let other = app.journey().await;
        app.deliver(&Pay { currency: "eur".to_owned(), ..Pay::of("other", &other.id) }.success()).await;
        let now = app.journey_now(&other.id).await;
        assert_eq!((now.outcome.as_str(), now.flags), ("paid", vec!["amount_mismatch".to_owned()]));
        assert_eq!(now.payments[0].currency.as_deref(), Some("eur"));
    })
    .await;
}

/// Money of another currency is never added up.
#[tokio::test]
async fn a_refund_in_one_currency_does_not_touch_the_other() {
    on_both(async |app| {
        let journey = app.journey().await;
        let usd = Pay::of("usd", &journey.id);
        let yen = Pay { currency: "jpy".to_owned(), ..Pay::of("yen", &journey.id) };
        app.deliver(&usd.success()).await;
        app.deliver(&yen.success()).await;
        app.deliver(&[yen.event("charge.refunded", 99, yen.refunded(50_000))]).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payment_status.as_str()), ("paid", "paid"));
        app.deliver(&[usd.event("charge.refunded", 99, usd.refunded(50_000))]).await;
        assert_eq!(app.journey_now(&journey.id).await.outcome, "refunded");
    })
    .await;
}

/// A journey's own price is what counts, and currencies are taken in any case.
#[tokio::test]
async fn the_price_of_the_journey_is_the_one_compared() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let price = json!({"amount_minor": 1, "currency": "JPY"});
        let body = json!({"client_id": client, "content_version_id": app.version().await, "price": price});
        let journey = app.journey_with(&body).await;
        assert_eq!((journey.price.amount_minor, journey.price.currency.as_str()), (1, "jpy"));
        let pay = Pay { amount: 1, currency: "jpy".to_owned(), ..Pay::of("own", &journey.id) };
        app.deliver(&pay.success()).await;
        assert!(flags(app, &journey.id).await.is_empty());
        let note = app.history(&journey.id).await[0].note.clone();
        assert!(note.contains("¥1"), "{note}");
    })
    .await;
}
