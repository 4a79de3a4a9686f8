//! `POST /api/v1/reconciliations`: a comparison that somebody asked for.

use super::{newest, seed};
use crate::util::TestApp;
use crate::util::answer::Answer;
use crate::util::on_both;
use crate::util::stand_in::{with_past, with_stand_in};
use serde_json::{Value, json};
use server::api::access::Role;
use server::reconcile;

async fn start(app: &TestApp, body: &Value) -> Answer {
    app.call(Some(Role::Editor), "POST", "/api/v1/reconciliations", Some(body)).await
}

async fn until_done(app: &TestApp) -> Value {
    app.until("the comparison is done", async || {
        let newest = newest(app).await;
        if newest["state"] == "done" { Ok(newest) } else { Err(newest.to_string()) }
    })
    .await
}

#[tokio::test]
async fn it_runs_in_the_background_and_takes_in_what_is_missing() {
    with_past(86_400, async |app, stripe| {
        seed(stripe, 20, 600, false);
        let answer = start(app, &json!({"since": "2d"})).await;
        assert_eq!((answer.status, &answer.json["state"]), (202, &json!("running")), "{}", answer.text);
        let done = until_done(app).await;
        assert_eq!((&done["id"], &done["differences_count"]), (&answer.json["id"], &json!(0)));
        assert_eq!(done["since"], "2026-11-20T02:14:15.000Z");
        assert!(done["objects_taken_in"].as_u64().unwrap() > 0, "{done}");
        let said = "SELECT actor FROM audit WHERE action = 'reconciliation.start'";
        assert_eq!(app.database.peek(said).await.as_deref(), Some("Test editor"));
        app.advance(60);
        assert_eq!(start(app, &json!({"since": "all"})).await.json["since"], Value::Null);
        until_done(app).await;
        assert_eq!(app.get("/api/v1/reconciliations?livemode=true").await["items"], json!([]));
        assert_eq!(app.get("/api/v1/reconciliations?differs=true").await["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn one_runs_at_a_time() {
    with_stand_in(async |app, _| {
        let Ok(begun) = reconcile::begin(&app.server.app, None).await else { panic!("it begins") };
        assert_eq!(newest(app).await["state"], "running");
        start(app, &json!({"since": "30d"})).await.problem(409, "already_running");
        drop(begun);
        // Nobody renews it, as after a kill.
        app.advance(60);
        assert_eq!(newest(app).await["state"], "stopped", "one whose process is gone is not running");
        let answer = start(app, &json!({"since": "all"})).await;
        assert_eq!(answer.json["id"], until_done(app).await["id"], "it is gone on with");
    })
    .await;
}

#[tokio::test]
async fn what_it_cannot_do_is_said() {
    on_both(async |app| {
        start(app, &json!({"since": "30d"})).await.problem(409, "stripe_not_configured");
        for wrong in [json!("30"), json!("x"), json!(""), json!(30)] {
            let answer = start(app, &json!({"since": wrong})).await;
            assert_eq!(answer.problem(422, "invalid"), ["since"], "{wrong}");
        }
    })
    .await;
}

/// A report that cannot be read must never pass for one without differences.
#[tokio::test]
async fn a_corrupt_report_is_an_error_and_not_an_agreement() {
    with_stand_in(async |app, _| {
        super::reconcile_all(app).await;
        app.database.meddle("UPDATE reconciliation SET progress = '{'").await;
        let id = app.database.peek("SELECT id FROM reconciliation").await.unwrap();
        for path in ["/api/v1/reconciliations".to_owned(), format!("/api/v1/reconciliations/{id}")] {
            app.call(Some(Role::Viewer), "GET", &path, None).await.problem(500, "internal");
        }
        for path in ["/", "/reconciliations", "/reconciliations.csv"] {
            assert_eq!(app.page(path).await.status, 500, "{path}");
        }
    })
    .await;
}

/// The alarm is of the newest comparison that came to its end: one that is under way has not seen anything yet.
#[tokio::test]
async fn the_alarm_survives_a_comparison_that_has_just_begun() {
    with_stand_in(async |app, _| {
        super::reconcile_all(app).await;
        let silent = r#"UPDATE reconciliation SET progress = '{"step":"done","last_missed_s":5}'"#;
        app.database.meddle(silent).await;
        app.advance(60);
        let Ok(begun) = reconcile::begin(&app.server.app, None).await else { panic!("it begins") };
        assert!(app.page("/").await.text.contains("webhooks do not arrive"));
        assert!(app.page("/").await.text.contains("href=\"/reconciliations?livemode=false\""));
        drop(begun);
    })
    .await;
}
