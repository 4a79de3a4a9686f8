//! `GET /api/v1/journeys/{id}/history`: H7, 9.6. Newest first; the newest row's `to` is the outcome.

use crate::util::answer::{HistoryRow, List, read};
use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;

const FIELDS: [&str; 9] = ["actor", "at", "event_id", "from", "id", "note", "outranked", "source", "to"];

fn step(row: &HistoryRow) -> (&str, &str, &str, bool) {
    (&row.from, &row.to, &row.source, row.outranked)
}

#[tokio::test]
async fn each_change_is_a_row_with_its_cause_and_note() {
    on_both(async |app| {
        let journey = app.journey().await;
        assert_eq!(app.history(&journey.id).await, []);
        let pay = Pay::of("told", &journey.id);
        let paid = pay.event("payment_intent.succeeded", 1, pay.intent("succeeded"));
        let refunded = pay.event("charge.refunded", 99, pay.refunded(50_000));
        app.deliver(&[pay.event("charge.succeeded", 1, pay.charge("succeeded")), paid]).await;
        app.clock.advance(std::time::Duration::from_millis(7));
        app.deliver(std::slice::from_ref(&refunded)).await;
        let rows = app.history(&journey.id).await;
        let steps: Vec<_> = rows.iter().map(step).collect();
        assert_eq!(steps, [("paid", "refunded", "payment", false), ("pending", "paid", "payment", false)]);
        assert_eq!(rows[1].note, "Payment completed via Stripe: $500.00, card, pi_told");
        assert_eq!(rows[0].event_id.as_deref(), refunded["id"].as_str());
        assert!(rows[0].note.contains("$500.00") && rows.iter().all(|row| row.actor.is_none()));
        assert_eq!(
            (rows[1].at.as_str(), rows[0].at.as_str()),
            ("2026-11-22T02:14:15.120Z", "2026-11-22T02:14:15.127Z")
        );
        let json = app.get(&format!("/api/v1/journeys/{}/history", journey.id)).await;
        assert_eq!(json["items"][0].as_object().unwrap().keys().collect::<Vec<_>>(), FIELDS);
    })
    .await;
}

/// An outranked mark is a row too; the newest row always says the outcome.
#[tokio::test]
async fn the_newest_row_says_the_outcome() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("newest", &journey.id);
        app.mark(&journey.id, "responded").await;
        app.mark(&journey.id, "responded").await;
        app.deliver(&pay.success()).await;
        app.mark(&journey.id, "ghosted").await;
        let rows = app.history(&journey.id).await;
        let steps: Vec<_> = rows.iter().map(step).collect();
        assert_eq!(
            steps,
            [
                ("paid", "paid", "mark", true),
                ("responded", "paid", "payment", false),
                ("responded", "responded", "mark", false),
                ("pending", "responded", "mark", false),
            ]
        );
        assert_eq!((rows[0].actor.as_deref(), rows[0].note.as_str()), (Some("Test editor"), "saw ghosted"));
        assert_eq!(rows[0].to, app.journey_now(&journey.id).await.outcome);
        assert!(rows.iter().zip(&rows[1..]).all(|(newer, older)| newer.from == older.to), "no gap");
    })
    .await;
}

#[tokio::test]
async fn a_mark_without_a_note_has_one_in_history() {
    on_both(async |app| {
        let journey = app.journey().await;
        let path = format!("/api/v1/journeys/{}/mark", journey.id);
        for body in [json!({"outcome": "ghosted"}), json!({"outcome": "responded", "note": null})] {
            let marked = app.post(&path, &body).await;
            assert_eq!((&marked["outcome"], &marked["mark"]["note"]), (&body["outcome"], &Value::Null));
            assert_eq!(marked["mark"]["by"], "Test editor");
            assert!(!app.history(&journey.id).await[0].note.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn history_is_paged() {
    on_both(async |app| {
        let journey = app.journey().await;
        for n in 0..7 {
            app.mark(&journey.id, if n % 2 == 0 { "responded" } else { "ghosted" }).await;
        }
        let (mut seen, mut after) = (Vec::new(), String::new());
        for _ in 0..3 {
            let path = format!("/api/v1/journeys/{}/history?limit=3&after={after}", journey.id);
            let page: List<HistoryRow> = read(&app.get(&path).await);
            seen.extend(page.items);
            after = page.next.unwrap_or_default();
        }
        assert_eq!((seen.len(), after.as_str()), (7, ""));
        assert_eq!(seen, app.history(&journey.id).await);
        let unknown = app.call(Some(Role::Viewer), "GET", "/api/v1/journeys/jrn_none/history", None).await;
        unknown.problem(404, "not_found");
    })
    .await;
}
