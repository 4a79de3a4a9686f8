//! `PUT` and `DELETE /api/v1/journeys/{id}/override`, and `bulk-mark`: H8, 9.11.

use crate::util::answer::{Journey, read};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

async fn pin(app: &TestApp, id: &str, outcome: &str) -> Journey {
    let body = json!({"outcome": outcome, "reason": "They paid in cash."});
    read(
        &app.call(Some(Role::Editor), "PUT", &format!("/api/v1/journeys/{id}/override"), Some(&body))
            .await
            .ok(),
    )
}

async fn release(app: &TestApp, id: &str) -> Journey {
    read(&app.call(Some(Role::Owner), "DELETE", &format!("/api/v1/journeys/{id}/override"), None).await.ok())
}

#[tokio::test]
async fn an_override_outranks_everything_until_it_is_released() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("pinned", &journey.id);
        let pinned = pin(app, &journey.id, "ghosted").await;
        assert_eq!((pinned.outcome.as_str(), pinned.outcome_source.as_str()), ("ghosted", "override"));
        assert_eq!((pinned.derived_outcome.as_str(), pinned.flags.len()), ("pending", 0));
        let said = pinned.pinned.unwrap();
        assert_eq!((said.outcome.as_str(), said.reason.as_deref()), ("ghosted", Some("They paid in cash.")));
        assert_eq!((said.by.as_str(), said.at.as_str()), ("Test editor", "2026-11-22T02:14:15.120Z"));
        app.deliver(&pay.success()).await;
        let both = app.journey_now(&journey.id).await;
        assert_eq!(
            (both.outcome.as_str(), both.derived_outcome.as_str()),
            ("ghosted", "paid"),
            "both are shown"
        );
        assert_eq!(
            (both.payment_status.as_str(), both.payments[0].net_minor),
            ("paid", 50_000),
            "never the revenue"
        );
        assert_eq!(both.flags, ["override_conflict"]);
        assert_eq!(app.mark(&journey.id, "responded").await.outcome, "ghosted");
        let released = release(app, &journey.id).await;
        assert_eq!((released.outcome.as_str(), released.outcome_source.as_str()), ("paid", "payment"));
        assert_eq!((released.pinned, released.flags.len()), (None, 0));
        assert_eq!(release(app, &journey.id).await.outcome, "paid", "again changes nothing");
        let rows = app.history(&journey.id).await;
        let steps: Vec<_> =
            rows.iter().map(|r| (r.from.as_str(), r.to.as_str(), r.source.as_str(), r.outranked)).collect();
        assert_eq!(
            steps,
            [
                ("ghosted", "paid", "payment", false),
                ("ghosted", "ghosted", "mark", true),
                ("pending", "ghosted", "override", false),
            ]
        );
        assert!(
            rows[2].note.contains("They paid in cash.") && rows[0].actor.as_deref() == Some("Test owner")
        );
    })
    .await;
}

#[tokio::test]
async fn an_override_can_be_replaced_and_agree_with_stripe() {
    on_both(async |app| {
        let journey = app.journey().await;
        app.deliver(&Pay::of("agrees", &journey.id).success()).await;
        assert_eq!(pin(app, &journey.id, "refunded").await.flags, ["override_conflict"]);
        let agrees = pin(app, &journey.id, "paid").await;
        assert_eq!((agrees.outcome.as_str(), agrees.outcome_source.as_str()), ("paid", "override"));
        assert!(agrees.flags.is_empty(), "it says what Stripe says");
        assert_eq!(agrees.payments[0].refunded_minor, 0);
        assert_eq!(app.history(&journey.id).await[0].to, "paid");
    })
    .await;
}

/// A release goes back to the newest mark when there is no money.
#[tokio::test]
async fn a_release_goes_back_to_the_mark() {
    on_both(async |app| {
        let journey = app.journey().await;
        app.mark(&journey.id, "responded").await;
        pin(app, &journey.id, "paid").await;
        let released = release(app, &journey.id).await;
        assert_eq!((released.outcome.as_str(), released.outcome_source.as_str()), ("responded", "mark"));
        assert_eq!(released.paid_at, None);
    })
    .await;
}

#[tokio::test]
async fn a_bulk_mark_says_what_it_changed_and_what_not() {
    on_both(async |app| {
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(app.journey().await.id);
        }
        app.deliver(&Pay::of("bulk", &ids[1]).success()).await;
        pin(app, &ids[2], "refunded").await;
        app.mark(&ids[3], "ghosted").await;
        let unknown = "jrn_00000000000000000000000000000000";
        let asked = json!([ids[0], ids[1], ids[2], ids[3], ids[4], ids[0], unknown, "junk", "\u{0}"]);
        let body = json!({"ids": asked, "outcome": "ghosted", "note": "Silent for a month"});
        let answer = app.post("/api/v1/journeys/bulk-mark", &body).await;
        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["changed", "unchanged"]);
        assert_eq!(answer["changed"], json!([ids[0], ids[4]]));
        let unchanged = answer["unchanged"].as_array().unwrap();
        let named: Vec<&Value> = unchanged.iter().map(|row| &row["id"]).collect();
        assert_eq!(named, [&ids[1], &ids[2], &ids[3], unknown, "junk", "\u{0}"]);
        assert!(unchanged.iter().all(|row| row.as_object().unwrap().len() == 2));
        assert!(unchanged.iter().all(|row| row["why"].as_str().is_some_and(|why| !why.is_empty())));
        let rows = [(0, 1), (1, 2), (2, 2), (3, 1), (4, 1)];
        for (n, count) in rows {
            let history = app.history(&ids[n]).await;
            assert_eq!(history.len(), count, "journey {n}: {history:#?}");
            assert_eq!(history[0].to, app.journey_now(&ids[n]).await.outcome);
        }
        let own = app.history(&ids[0]).await;
        assert_eq!(
            (own[0].note.as_str(), own[0].actor.as_deref()),
            ("Silent for a month", Some("Test editor"))
        );
        assert!(app.history(&ids[1]).await[0].outranked, "kept, and outranked");
    })
    .await;
}
