//! H8, 9.2, 9.5: what outranks what.

use crate::util::event::Pay;
use crate::util::{TestApp, on_both};

async fn outcome(app: &TestApp, id: &str) -> (String, String) {
    let now = app.journey_now(id).await;
    (now.outcome, now.outcome_source)
}

fn is(outcome: &str, source: &str) -> (String, String) {
    (outcome.to_owned(), source.to_owned())
}

#[tokio::test]
async fn money_outranks_a_mark_whenever_it_is_made() {
    on_both(async |app| {
        for before in [true, false] {
            let journey = app.journey().await;
            let pay = Pay::of(&format!("strong{before}"), &journey.id);
            if before {
                assert_eq!(app.mark(&journey.id, "ghosted").await.outcome, "ghosted");
                app.deliver(&pay.success()).await;
            } else {
                app.deliver(&pay.success()).await;
                app.advance(60);
                assert_eq!(app.mark(&journey.id, "ghosted").await.outcome, "paid");
            }
            assert_eq!(outcome(app, &journey.id).await, is("paid", "payment"));
            let now = app.journey_now(&journey.id).await;
            assert_eq!(now.mark.map(|m| m.outcome).as_deref(), Some("ghosted"), "kept and shown");
            app.deliver(&[pay.event("charge.refunded", 99, pay.refunded(50_000))]).await;
            assert_eq!(outcome(app, &journey.id).await, is("refunded", "payment"));
            assert_eq!(app.mark(&journey.id, "responded").await.outcome, "refunded");
        }
    })
    .await;
}

/// A failed attempt and an expiry are weak: between them and a mark, the newest wins.
#[tokio::test]
async fn between_weak_evidence_and_a_mark_the_newest_wins() {
    on_both(async |app| {
        for kind in ["payment_intent.payment_failed", "checkout.session.expired"] {
            let journey = app.journey().await;
            let told = if kind.ends_with("expired") { "ghosted" } else { "pending" };
            let at = |name: &str| Pay { at_s: app.now_s(), ..Pay::of(&format!("{told}{name}"), &journey.id) };
            let event = |pay: &Pay| match told {
                "ghosted" => pay.event(kind, 0, pay.session("expired", "unpaid")),
                _ => pay.event(kind, 0, pay.declined()),
            };
            app.mark(&journey.id, "responded").await;
            assert_eq!(outcome(app, &journey.id).await, is("responded", "mark"));
            app.advance(60);
            app.deliver(&[event(&at("one"))]).await;
            assert_eq!(outcome(app, &journey.id).await, is(told, "payment"), "{kind} after the mark");
            app.advance(60);
            app.mark(&journey.id, "responded").await;
            assert_eq!(outcome(app, &journey.id).await, is("responded", "mark"), "a mark after {kind}");
            // Older than the mark, though it arrives later.
            let late = Pay { at_s: app.now_s() - 30, ..at("two") };
            app.deliver(&[event(&late)]).await;
            assert_eq!(outcome(app, &journey.id).await, is("responded", "mark"), "Stripe's clock counts");
            app.advance(60);
            app.deliver(&[event(&at("three"))]).await;
            assert_eq!(outcome(app, &journey.id).await, is(told, "payment"));
        }
    })
    .await;
}

/// Inside one second of Stripe's, the order in which we heard of it decides.
#[tokio::test]
async fn a_mark_and_a_failure_in_one_second_keep_their_order() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("second", &journey.id);
        app.deliver(&[pay.event("payment_intent.payment_failed", 0, pay.declined())]).await;
        app.clock.advance(std::time::Duration::from_millis(1));
        assert_eq!(app.mark(&journey.id, "ghosted").await.outcome, "ghosted", "marked a millisecond later");
        app.clock.advance(std::time::Duration::from_millis(1));
        let again = Pay::of("again", &journey.id);
        app.deliver(&[again.event("payment_intent.payment_failed", 0, again.declined())]).await;
        assert_eq!(outcome(app, &journey.id).await, is("pending", "payment"));
    })
    .await;
}

#[tokio::test]
async fn a_failure_after_success_and_an_expiry_after_payment_change_nothing() {
    on_both(async |app| {
        let journey = app.journey().await;
        let (pay, other) = (Pay::of("done", &journey.id), Pay::of("other", &journey.id));
        app.deliver(&pay.success()).await;
        app.deliver(&[
            other.event("payment_intent.payment_failed", 500, other.declined()),
            other.event("checkout.session.expired", 86_400, other.session("expired", "unpaid")),
            pay.event("payment_intent.payment_failed", 900, pay.declined()),
        ])
        .await;
        assert_eq!(outcome(app, &journey.id).await, is("paid", "payment"));
        assert_eq!(app.history(&journey.id).await.len(), 1);
    })
    .await;
}

/// 9.5: ghosted reopens when a payment becomes processing after the expiry.
#[tokio::test]
async fn a_ghosted_journey_reopens_by_itself() {
    on_both(async |app| {
        let journey = app.journey().await;
        let (old, mut new) = (Pay::of("old", &journey.id), Pay::of("new", &journey.id));
        new.at_s += 90_000;
        app.deliver(&[old.event("checkout.session.expired", 86_400, old.session("expired", "unpaid"))]).await;
        assert_eq!(outcome(app, &journey.id).await, is("ghosted", "payment"));
        app.deliver(&[new.event("payment_intent.processing", 1, new.intent("processing"))]).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payment_status.as_str()), ("pending", "processing"));
        app.deliver(&[new.event("payment_intent.payment_failed", 400_000, new.declined())]).await;
        assert_eq!(
            outcome(app, &journey.id).await,
            is("pending", "payment"),
            "an attempt is newer than the expiry"
        );
        let told: Vec<String> = app.history(&journey.id).await.into_iter().map(|row| row.to).collect();
        assert_eq!(told, ["pending", "ghosted"]);
    })
    .await;
}

/// H7: no expiry ghosts a journey while another of its sessions is under way.
#[tokio::test]
async fn an_expiry_beside_money_on_its_way_changes_nothing() {
    on_both(async |app| {
        let journey = app.journey().await;
        let (slow, idle) = (Pay::of("slow", &journey.id), Pay::of("idle", &journey.id));
        app.deliver(&[
            slow.event("checkout.session.completed", 2, slow.session("complete", "unpaid")),
            idle.event("checkout.session.expired", 86_400, idle.session("expired", "unpaid")),
        ])
        .await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payment_status.as_str()), ("pending", "processing"));
    })
    .await;
}
