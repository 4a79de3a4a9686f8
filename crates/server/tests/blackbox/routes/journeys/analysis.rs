//! `GET /api/v1/journeys/{id}/analysis`. SPEC D2, I1.

use crate::routes::insights::{cohort, paid};
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;

#[tokio::test]
async fn an_open_journey_has_a_score_once_something_was_paid() {
    on_both(async |app| {
        let journey = app.journey().await;
        app.caught_up().await;
        let path = format!("/api/v1/journeys/{}/analysis", journey.id);
        let answer = app.get(&path).await;
        assert_eq!((&answer["state"], &answer["score"]), (&json!("open"), &Value::Null));
        assert_eq!((&answer["predicted"], &answer["predicted_days"]), (&json!(0.4), &json!(5.0)));
        assert_eq!((&answer["brier"], &answer["hypothesis"]["without"]), (&Value::Null, &Value::Null));
        for old in cohort(app, "old", 20, 40).await.iter().take(10) {
            paid(app, old, 3).await;
        }
        app.caught_up().await;
        let answer = app.get(&path).await;
        assert!((answer["score"]["probability"].as_f64().unwrap() - 0.5).abs() < 0.02, "{answer:#}");
        let factors: Vec<(&str, &str)> = answer["factors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| (f["kind"].as_str().unwrap(), f["group"]["label"].as_str().unwrap()))
            .collect();
        let want = [
            ("content", "Guarantee offer"),
            ("version", "Guarantee offer v1"),
            ("category", "risk-reversal"),
            ("element", "anchor=yes"),
            ("element", "headline=question"),
        ];
        assert_eq!(factors, want);
    })
    .await;
}

#[tokio::test]
async fn a_payment_moves_its_hypothesis() {
    on_both(async |app| {
        let (good, bad) = (cohort(app, "good", 22, 40).await, cohort(app, "bad", 22, 40).await);
        for journey in good[..15].iter().chain(&bad[..3]) {
            paid(app, journey, 4).await;
        }
        app.caught_up().await;
        let answer = app.get(&format!("/api/v1/journeys/{}/analysis", good[0].id)).await;
        assert_eq!((&answer["state"], &answer["days"]), (&json!("paid"), &json!(4.0)));
        assert!((answer["brier"].as_f64().unwrap() - 0.36).abs() < 1e-9, "40 % were predicted");
        let (with, without) = (&answer["hypothesis"]["with"], &answer["hypothesis"]["without"]);
        let counts = |standing: &Value| (standing["n"].as_u64(), standing["paid"].as_u64());
        assert_eq!((counts(with), counts(without)), ((Some(22), Some(15)), (Some(21), Some(14))));
        assert!(with["effectiveness"].as_f64() > without["effectiveness"].as_f64(), "{answer:#}");
        assert_eq!((&with["standing"], &answer["strongest"]["group"]["verdict"]), (&json!("supported"), &json!("more")));
        let note = answer["note"].as_str().unwrap();
        assert!(
            note.starts_with("Paid after 4 days. The hypothesis predicted a chance of 40 % and payment in 5 days. Its hypothesis"),
            "{note}"
        );
        assert!(note.contains("15 of 22 journeys paid") && note.contains("Associated with more payment"), "{note}");
        let unpaid = app.get(&format!("/api/v1/journeys/{}/analysis", bad[20].id)).await;
        assert!((unpaid["brier"].as_f64().unwrap() - 0.16).abs() < 1e-9, "open for the whole horizon: not paid");
        assert_eq!(unpaid["score_why"], "not computable: older than the horizon: not scored");
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    on_both(async |app| {
        app.caught_up().await;
        for id in ["none", "jrn_00000000000000000000000000000000", "cli_00000000000000000000000000000000"] {
            let path = format!("/api/v1/journeys/{id}/analysis");
            app.call(Some(Role::Viewer), "GET", &path, None).await.problem(404, "not_found");
        }
        let journey = app.journey().await;
        let path = format!("/api/v1/journeys/{}/analysis?horizon_days=x", journey.id);
        let answer = app.call(Some(Role::Viewer), "GET", &path, None).await;
        assert_eq!(answer.problem(422, "invalid"), ["horizon_days"]);
    })
    .await;
}
