//! `GET /api/v1/insights/elements`, `hypotheses`, `funnel`, `contrast`, `scores` and `recommendations`. SPEC I3, I6–I8.

use super::{cohort, cohort_with, paid};
use crate::routes::client::link;
use crate::routes::client::views::view_id;
use crate::util::answer::Journey;
use crate::util::fake_stripe::with_stripe;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

/// Two versions that differ in one element, of which one is paid far more often.
async fn question_and_claim(app: &TestApp) -> (Vec<Journey>, Vec<Journey>) {
    let asks = cohort_with(app, "asks", 30, 40, &json!({"headline": "question", "anchor": "yes"})).await;
    let claims = cohort_with(app, "claims", 30, 40, &json!({"headline": "claim", "anchor": "yes"})).await;
    for journey in asks[..20].iter().chain(&claims[..6]) {
        paid(app, journey, 3).await;
    }
    (asks, claims)
}

#[tokio::test]
async fn elements_are_told_apart_or_named_as_constant() {
    on_both(async |app| {
        let none = app.insights("elements").await;
        assert_eq!((&none["groups"], &none["pairs"]), (&json!([]), &json!([])));
        assert_eq!(none["why"], "no data yet");
        question_and_claim(app).await;
        let answer = app.insights("elements").await;
        assert_eq!((&answer["matured"], &answer["constant"]), (&json!(60), &json!(["anchor=yes"])));
        let groups = answer["groups"].as_array().unwrap();
        assert_eq!(groups.len(), 1, "one of two exclusive elements is the reference: {answer:#}");
        assert!(["more", "less"].contains(&groups[0]["verdict"].as_str().unwrap()), "{answer:#}");
        let effect = groups[0]["effect"]["value"].as_f64().unwrap().abs();
        assert!((effect - 14.0 / 30.0).abs() < 0.05, "{answer:#}");
        assert_eq!(answer["pairs"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn hypotheses_are_held_against_what_happened() {
    on_both(async |app| {
        let (asks, _) = question_and_claim(app).await;
        let answer = app.insights("hypotheses").await;
        let of = |id: &str| {
            let groups = answer["groups"].as_array().unwrap();
            groups.iter().find(|group| group["conversion"]["key"] == id).cloned().unwrap()
        };
        let group = of(&asks[0].hypothesis_id);
        assert_eq!(group["standing"], "supported", "{group:#}");
        assert!(group["effectiveness"].as_f64().unwrap() > 90.0, "{group:#}");
        // 40 % were predicted, two thirds paid.
        let accuracy = &group["accuracy"];
        assert_eq!((&accuracy["n"], &accuracy["says"]), (&json!(30), &json!("30 observations")));
        assert!((accuracy["brier"].as_f64().unwrap() - (20.0 * 0.36 + 10.0 * 0.16) / 30.0).abs() < 1e-9);
        assert!(accuracy["p"].as_f64().unwrap() < 0.05);
        assert_eq!(answer["seller"]["n"], 60);
        let by_category = app.insights("hypotheses?by=category").await;
        assert_eq!(by_category["groups"][0]["conversion"]["key"], "risk-reversal");
    })
    .await;
}

#[tokio::test]
async fn the_funnel_follows_what_clients_look_at() {
    with_stripe(async |app, _| {
        let reached = async || -> Vec<u64> {
            let answer = app.insights("funnel").await;
            answer["steps"].as_array().unwrap().iter().map(|step| step["reached"].as_u64().unwrap()).collect()
        };
        let shows = async |want: [u64; 7]| {
            app.until("the funnel shows it", async || {
                let got = reached().await;
                if got == want { Ok(()) } else { Err(format!("{got:?}")) }
            })
            .await;
            app.assert_followed().await;
        };
        let (first, second) = (app.offered().await, app.offered().await);
        shows([2, 0, 0, 0, 0, 0, 0]).await;
        let view = view_id(&app.open_link(&link(&first)).await);
        app.open_link(&link(&second)).await;
        shows([2, 2, 0, 0, 0, 0, 0]).await;
        app.advance(30);
        app.seen(&first, &view, "12000").await;
        app.accepts(&first).await;
        app.open_link(&format!("{}/confirmation", link(&first))).await;
        shows([2, 2, 1, 1, 0, 0, 0]).await;
        app.until("twelve seconds are seen", async || {
            let answer = app.insights("funnel").await;
            let seen = answer["steps"][1]["median_seconds"].as_f64();
            if seen.is_some_and(|s| (s - 12.0).abs() < 0.5) { Ok(()) } else { Err(format!("{seen:?}")) }
        })
        .await;
        let path = format!("/api/v1/journeys/{}/checkout", first.id);
        app.call(Some(Role::Editor), "POST", &path, None).await.ok();
        shows([2, 2, 1, 1, 1, 1, 0]).await;
        paid(app, &second, 0).await;
        shows([2, 2, 2, 2, 2, 2, 1]).await;
    })
    .await;
}

#[tokio::test]
async fn paid_and_unpaid_side_by_side_leave_the_young_apart() {
    on_both(async |app| {
        question_and_claim(app).await;
        cohort(app, "young", 4, 5).await;
        let answer = app.insights("contrast").await;
        assert_eq!(
            (&answer["paid"], &answer["unpaid"], &answer["open"]),
            (&json!(26), &json!(34), &json!(4))
        );
        let question =
            answer["elements"].as_array().unwrap().iter().find(|e| e["key"] == "headline=question").unwrap();
        assert_eq!((&question["paid"], &question["unpaid"]), (&json!(20), &json!(10)));
        assert_eq!(question["distinct"], true, "{question:#}");
        assert_eq!(answer["pages"][0]["why"], "all observations are alike");
    })
    .await;
}

#[tokio::test]
async fn scores_are_of_open_journeys_and_come_in_pages() {
    on_both(async |app| {
        assert_eq!(app.insights("scores").await["why"], "no data yet");
        let young = cohort(app, "young", 5, 2).await;
        let none = app.insights("scores").await;
        assert_eq!((&none["items"], &none["why"]), (&json!([]), &json!("nothing was paid yet")));
        question_and_claim(app).await;
        let first = app.insights("scores?limit=3").await;
        let ids = |answer: &Value| -> Vec<String> {
            let items = answer["items"].as_array().unwrap();
            items.iter().map(|item| item["journey_id"].as_str().unwrap().to_owned()).collect()
        };
        let second = app.insights(&format!("scores?limit=3&after={}", first["next"].as_str().unwrap())).await;
        let mut want: Vec<String> = young.iter().map(|journey| journey.id.clone()).collect();
        want.sort();
        assert_eq!(([ids(&first), ids(&second)].concat(), &second["next"]), (want, &Value::Null));
        let item = &first["items"][0];
        assert_eq!((&item["method"], &item["label"]), (&json!("base rate given age"), &json!("Ana Lima")));
        let chance = item["probability"].as_f64().unwrap();
        // 26 of 60 were paid on the third day, which is still to come.
        assert!((chance - 26.0 / 60.0).abs() < 0.03, "{item}");
    })
    .await;
}

#[tokio::test]
async fn recommendations_prefer_what_is_known_and_say_how_well() {
    on_both(async |app| {
        let none = app.insights("recommendations").await;
        assert!(
            none["items"].as_array().unwrap().iter().all(|item| item["advice"] == "anything"),
            "{none:#}"
        );
        let (asks, _) = question_and_claim(app).await;
        let answer = app.insights("recommendations").await;
        let of = |choice: &str| {
            let items = answer["items"].as_array().unwrap();
            items.iter().find(|item| item["choice"] == choice).cloned().unwrap()
        };
        assert_eq!(of("content")["says"], "asks is associated with more payment than the others.");
        assert_eq!(of("headline")["options"][0]["key"], "headline=question");
        assert_eq!(
            (&of("category")["advice"], &of("anchor")["advice"]),
            (&json!("only_known"), &json!("only_known"))
        );
        let own = app.insights(&format!("recommendations?client_id={}", asks[0].client_id)).await;
        assert_eq!(own["segment"], "size=small", "what most of the client's likes share");
        let bad =
            app.call(Some(Role::Viewer), "GET", "/api/v1/insights/recommendations?client_id=x", None).await;
        assert_eq!(bad.problem(422, "invalid"), ["client_id"]);
    })
    .await;
}
