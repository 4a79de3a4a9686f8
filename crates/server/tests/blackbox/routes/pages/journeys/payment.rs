//! `GET /journeys/{id}/payment`: the money, its way, and what the client saw.

use super::panel;
use crate::util::event::Pay;
use crate::util::make::{content, hypothesis};
use crate::util::on_both;
use serde_json::json;

#[tokio::test]
async fn five_hundred_dollars_paid_and_a_part_of_it_back() {
    on_both(async |app| {
        let journey = app.journey().await;
        let path = format!("/journeys/{}/payment", journey.id);
        assert!(panel(&app.page(&path).await.text).starts_with("No payment yet. $500.00 is asked for."));
        let pay = Pay::of("tab", &journey.id);
        app.deliver(&pay.success()).await;
        app.sweep().await;
        let html = app.page(&path).await.text;
        let shown = panel(&html);
        assert!(shown.starts_with("Paid Test Gross $500.00 Net $500.00 Method card Paid"), "{shown}");
        assert!(shown.contains("Matched by the journey’s id in its metadata"), "{shown}");
        assert!(shown.contains("Timeline") && shown.contains("Paid $500.00"), "{shown}");
        let link = format!("https://dashboard.stripe.com/test/payments/{}", pay.intent_id());
        assert!(
            html.contains(&format!(r#"href="{link}" target="_blank" rel="noopener noreferrer""#)),
            "{html}"
        );
        let back = pay.event("refund.created", 60, pay.refund("re_tab", 10_000, "succeeded"));
        app.deliver(&[back]).await;
        app.sweep().await;
        let shown = panel(&app.page(&path).await.text);
        assert!(
            shown.starts_with("Partly refunded Test Gross $500.00 Refunded $100.00 Net $400.00"),
            "{shown}"
        );
        assert!(shown.contains("Refunded $100.00"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn what_the_client_saw_when_they_paid_stays() {
    on_both(async |app| {
        let journey = app.journey().await;
        app.deliver(&Pay::of("frozen", &journey.id).success()).await;
        app.sweep().await;
        app.advance(60);
        let mut own = content();
        own["pages"]["activation"] = json!("# Quite another text");
        own["hypothesis"] = hypothesis();
        own.as_object_mut().unwrap().remove("name");
        app.post(&format!("/api/v1/journeys/{}/content", journey.id), &own).await;
        let shown = panel(&app.page(&format!("/journeys/{}/payment", journey.id)).await.text);
        assert!(shown.contains("What the client saw when they paid: version 1 for $500.00"), "{shown}");
        assert!(shown.contains("Hello") && !shown.contains("Quite another text"), "{shown}");
        let given = panel(&app.page(&format!("/journeys/{}/correlation", journey.id)).await.text);
        assert!(
            given.contains("Version 2 Own copy Now $500.00") && given.contains("Version 1 $500.00"),
            "{given}"
        );
        assert!(given.contains("40 % likely") && given.contains("within the 5 days predicted"), "{given}");
    })
    .await;
}

/// Live money links into Stripe's live pages (SPEC H13).
#[tokio::test]
async fn live_money_is_looked_up_in_live_mode() {
    on_both(async |app| {
        let id = app.journey_named("Live", true).await;
        let mut events = Pay::of("live", &id).success();
        for event in &mut events {
            event["livemode"] = json!(true);
            event["data"]["object"]["livemode"] = json!(true);
        }
        app.deliver(&events).await;
        app.sweep().await;
        let html = app.page(&format!("/journeys/{id}/payment")).await.text;
        assert!(html.contains("https://dashboard.stripe.com/payments/pi_live"), "{html}");
        assert!(!html.contains("dashboard.stripe.com/test") && !html.contains("Test mode"), "{html}");
    })
    .await;
}
