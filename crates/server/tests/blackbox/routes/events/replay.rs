//! `POST /api/v1/events/replay`: many at once, counted first (SPEC D6).

use crate::util::answer::{Answer, Event, List, read};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

async fn replay(app: &TestApp, body: &Value) -> Answer {
    app.call(Some(Role::Editor), "POST", "/api/v1/events/replay", Some(body)).await
}

#[tokio::test]
async fn they_are_counted_then_replayed_and_then_told_of() {
    on_both(async |app| {
        for n in 0..5 {
            app.dead_event(&n.to_string()).await;
        }
        let other = app.dead_event("kept").await;
        app.database.meddle(&format!("UPDATE event SET type = 'charge.failed' WHERE id = '{other}'")).await;
        let mut wanted = json!({"status": "dead", "type": "charge.succeeded", "dry_run": true});
        assert_eq!(replay(app, &wanted).await.ok(), json!({"dry_run": true, "events": 5, "more": false}));
        assert_eq!(app.events("dead").await.len(), 6, "only counted");
        wanted["dry_run"] = json!(false);
        let answer = replay(app, &wanted).await;
        assert_eq!(
            (answer.status, &answer.json["events"], &answer.json["more"]),
            (201, &json!(5), &json!(false))
        );
        app.settle().await;
        let path = format!("/api/v1/events/replays/{}", answer.json["id"].as_str().unwrap());
        let want = json!({
            "id": answer.json["id"], "at": "2026-11-22T02:14:15.120Z", "by": "Test editor", "events": 5,
            "received": 0, "applied": 5, "ignored": 0, "failed": 0, "dead": 0
        });
        assert_eq!(app.get(&path).await, want);
        let dead = app.events("dead").await;
        assert_eq!(dead.into_iter().map(|e| e.id).collect::<Vec<_>>(), [other]);
        let none = replay(app, &json!({"status": "failed"})).await.ok();
        assert_eq!((&none["events"], &none["applied"]), (&json!(0), &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn the_other_filters_of_the_list_count_as_well() {
    on_both(async |app| {
        app.dead_event("filtered").await;
        for (field, value, want) in [
            ("livemode", json!(false), 1),
            ("livemode", json!(true), 0),
            ("from", json!("2026-11-22"), 1),
            ("from", json!("2026-11-23"), 0),
            ("to", json!("2026-11-21"), 0),
            ("type", json!("charge.succeeded"), 1),
            ("type", json!("charge.failed"), 0),
        ] {
            let body = json!({"status": "dead", "dry_run": true, field: value});
            assert_eq!(replay(app, &body).await.ok()["events"], want, "{body}");
        }
        assert_eq!(replay(app, &json!({"dry_run": true})).await.problem(422, "invalid"), ["status"]);
        assert_eq!(replay(app, &json!({"status": "Dead"})).await.problem(422, "invalid"), ["status"]);
    })
    .await;
}

/// One go has a limit, and says that there are more.
#[tokio::test]
async fn one_go_replays_a_thousand_at_most() {
    on_both(async |app| {
        let id = app.dead_event("many").await;
        let copy = "INSERT INTO event SELECT id || n, type, api_version, account, livemode, created_at_ms, received_at_ms, \
                    handled, thin, attempts, body FROM event, (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL \
                    SELECT n + 1 FROM c WHERE n < 1100) SELECT n FROM c) x";
        assert_eq!(app.database.meddle(&format!("{copy} WHERE id = '{id}'")).await, 1100);
        let wait = "INSERT INTO event_waiting (event_id, status, attempts, received_at_ms, due_at_ms) \
                    SELECT id, 'dead', 8, received_at_ms, 0 FROM event";
        assert_eq!(app.database.meddle(&format!("{wait} WHERE id <> '{id}'")).await, 1100);
        let body = json!({"status": "dead"});
        let first = replay(app, &body).await.ok();
        assert_eq!((&first["events"], &first["more"]), (&json!(1000), &json!(true)));
        let second = replay(app, &body).await.ok();
        assert_eq!((&second["events"], &second["more"]), (&json!(101), &json!(false)));
        app.settle().await;
        assert_eq!(app.events("dead").await, []);
    })
    .await;
}

#[tokio::test]
async fn events_are_found_by_type_day_and_what_they_mention() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("found", &journey.id);
        app.deliver(&pay.success()).await;
        app.deliver(&Pay::new("other").success()).await;
        let found = async |query: &str| {
            let list: List<Event> = read(&app.get(&format!("/api/v1/events?{query}")).await);
            list.items.into_iter().map(|e| e.r#type).collect::<Vec<_>>()
        };
        assert_eq!(found("type=charge.succeeded").await.len(), 2);
        assert_eq!(found("type=charge.succeeded&status=ignored").await.len(), 0);
        assert_eq!(found("type=charge").await.len(), 0, "whole types only");
        assert_eq!(found("from=2026-11-22&to=2026-11-22").await.len(), 8);
        assert_eq!(found("to=2026-11-21").await.len(), 0);
        let about = found(&format!("q={}", pay.intent_id())).await;
        assert_eq!(about.len(), 4, "the charge names its intent as well: {about:?}");
        // The one that names it, and those that decided what is known of its intent and session.
        assert_eq!(found(&format!("q={}", pay.charge_id())).await.len(), 3);
        let id = app.events("applied").await[0].id.clone();
        assert_eq!(found(&format!("q={id}")).await.len(), 1);
        assert_eq!(found("q=pi_nobody").await.len(), 0);
        assert_eq!(found(&format!("q={}&type=charge.succeeded", pay.intent_id())).await.len(), 1);
    })
    .await;
}
