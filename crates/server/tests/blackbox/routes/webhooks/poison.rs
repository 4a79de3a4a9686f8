//! H10: an event that cannot be applied is tried again with growing waits, then parked as dead; it delays no other;
//! once its cause is repaired, a replay applies it.

use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;
use server::apply::worker::ATTEMPTS_MAX;
use std::time::Duration;

/// Events in the batch around the poison one.
const OTHERS: usize = 20;
/// Rows that an event of the poisoned payment must read: (table, column, key column)
const ROWS: [(&str, &str); 3] = [("snapshot", "facts"), ("payment", "facts"), ("journey", "judgement")];

/// A paid journey whose payment cannot be read any more, and the event that would refund it.
struct Poisoned {
    journey_id: String,
    refund: Value,
    repair: String,
}

async fn poison(app: &TestApp, table: &str, column: &str) -> Poisoned {
    let journey = app.journey().await;
    let pay = Pay::of(&format!("poison{table}"), &journey.id);
    app.deliver(&pay.success()).await;
    let id = if table == "journey" { journey.id.clone() } else { pay.intent_id() };
    let select = format!("SELECT {column} FROM {table} WHERE id = '{id}'");
    let good = app.database.peek(&select).await.expect("a row").replace('\'', "''");
    let set = |value: &str| format!("UPDATE {table} SET {column} = '{value}' WHERE id = '{id}'");
    assert_eq!(app.database.meddle(&set("{\"not\": \"this\"")).await, 1);
    let refund = pay.event("charge.refunded", 60, pay.refunded(pay.amount));
    Poisoned { journey_id: journey.id, refund, repair: set(&good) }
}

fn id(event: &Value) -> &str {
    event["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_poison_event_delays_no_other_in_its_batch() {
    on_both(async |app| {
        for (table, column) in ROWS {
            let poisoned = poison(app, table, column).await;
            let journey = app.journey().await;
            let others: Vec<Value> = (0..OTHERS)
                .map(|n| Pay::of(&format!("beside{table}{n}"), &journey.id))
                .map(|pay| pay.event("payment_intent.succeeded", 0, pay.intent("succeeded")))
                .collect();
            let mut batch: Vec<&Value> = others.iter().collect();
            batch.insert(OTHERS / 2, &poisoned.refund);
            let answers =
                futures_util::future::join_all(batch.into_iter().map(|event| app.send(event))).await;
            assert!(answers.iter().all(|answer| answer.status == 200), "taken, whatever comes of it");
            app.settle().await;
            let failed = app.events("failed").await;
            assert_eq!(
                failed.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(),
                [id(&poisoned.refund)],
                "{table}"
            );
            assert_eq!(failed[0].attempts, 1);
            assert!(failed[0].last_error.as_deref().is_some_and(|why| !why.is_empty()), "{failed:?}");
            assert_eq!(app.journey_now(&journey.id).await.payments.len(), OTHERS, "{table}");
            app.database.meddle(&poisoned.repair).await;
            app.post(&format!("/api/v1/events/{}/replay", id(&poisoned.refund)), &json!({})).await;
            app.settle().await;
            assert_eq!(app.journey_now(&poisoned.journey_id).await.outcome, "refunded", "{table}");
        }
    })
    .await;
}

async fn attempts(app: &TestApp, event: &Value) -> (i64, String) {
    app.sweep().await;
    let now = app.event(id(event)).await;
    (now.attempts, now.status)
}

#[tokio::test]
async fn the_waits_double_until_the_event_is_dead() {
    on_both(async |app| {
        let poisoned = poison(app, "snapshot", "facts").await;
        app.send(&poisoned.refund).await.ok();
        app.settle().await;
        for tried in 1..ATTEMPTS_MAX {
            // Between half of the full wait and the whole of it.
            let full_ms = 1000 << (tried - 1);
            let failed = (tried, "failed".to_owned());
            assert_eq!(attempts(app, &poisoned.refund).await, failed, "at once");
            app.clock.advance(Duration::from_millis(full_ms / 2 - 1));
            assert_eq!(attempts(app, &poisoned.refund).await, failed, "before half of {full_ms} ms");
            app.clock.advance(Duration::from_millis(full_ms / 2 + 1));
            assert_eq!(attempts(app, &poisoned.refund).await.0, tried + 1, "after {full_ms} ms");
        }
        let dead = (ATTEMPTS_MAX, "dead".to_owned());
        assert_eq!(attempts(app, &poisoned.refund).await, dead);
        app.advance(86_400);
        assert_eq!(attempts(app, &poisoned.refund).await, dead, "nothing tries a dead event again by itself");
        assert_eq!(app.events("dead").await.len(), 1);
        replay(app, &poisoned).await;
    })
    .await;
}

/// A replay starts afresh: as many tries as a new event has.
async fn replay(app: &TestApp, poisoned: &Poisoned) {
    let path = format!("/api/v1/events/{}/replay", id(&poisoned.refund));
    assert_eq!(app.call(Some(Role::Editor), "POST", &path, None).await.status, 202);
    app.settle().await;
    assert_eq!(attempts(app, &poisoned.refund).await, (1, "failed".to_owned()), "the cause is still there");
    app.database.meddle(&poisoned.repair).await;
    assert_eq!(app.journey_now(&poisoned.journey_id).await.outcome, "paid");
    assert_eq!(app.call(Some(Role::Editor), "POST", &path, None).await.status, 202);
    app.settle().await;
    let now = app.event(id(&poisoned.refund)).await;
    assert_eq!((now.status.as_str(), now.attempts, now.last_error), ("applied", 1, None));
    assert_eq!(app.journey_now(&poisoned.journey_id).await.outcome, "refunded");
}

/// Nobody needs to replay what is repaired before it is dead.
#[tokio::test]
async fn once_its_cause_is_gone_a_failed_event_is_applied_by_itself() {
    on_both(async |app| {
        let poisoned = poison(app, "payment", "facts").await;
        app.send(&poisoned.refund).await.ok();
        app.settle().await;
        app.database.meddle(&poisoned.repair).await;
        app.advance(1);
        assert_eq!(attempts(app, &poisoned.refund).await, (2, "applied".to_owned()));
        assert_eq!(app.journey_now(&poisoned.journey_id).await.outcome, "refunded");
    })
    .await;
}
