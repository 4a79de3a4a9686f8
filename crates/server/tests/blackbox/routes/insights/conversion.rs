//! `GET /api/v1/insights/conversion`. SPEC I1, I2.

use super::{close, cohort, group, paid};
use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::{Value, json};

#[tokio::test]
async fn nothing_yet_is_said_and_not_made_up() {
    on_both(async |app| {
        for by in
            ["hypothesis", "category", "content", "version", "element", "element_pair", "segment", "arm"]
        {
            let answer = app.insights(&format!("conversion?by={by}")).await;
            assert_eq!(answer["groups"], json!([]), "{by}");
            assert_eq!(
                (&answer["unit"], &answer["as_of"]),
                (&json!("fraction"), &json!("2026-11-22T02:14:15.000Z"))
            );
            assert_eq!((&answer["overall"]["value"], &answer["overall"]["n"]), (&Value::Null, &json!(0)));
        }
    })
    .await;
}

#[tokio::test]
async fn one_journey_has_counts_and_no_rate() {
    on_both(async |app| {
        let journey = app.journey().await;
        let table = [
            (
                "hypothesis",
                &journey.hypothesis_id,
                "A money-back guarantee removes the risk that stops small…",
            ),
            ("version", &journey.content_version_id, "Guarantee offer v1"),
        ];
        for (by, key, label) in table {
            let answer = app.insights(&format!("conversion?by={by}")).await;
            let group = group(&answer, key);
            assert_eq!((&group["label"], &group["n"], &group["open"]), (&json!(label), &json!(1), &json!(1)));
            assert_eq!((&group["rate"], &group["interval"]), (&Value::Null, &Value::Null));
            assert_eq!((&group["verdict"], &group["needed"]), (&json!("insufficient"), &json!(20)));
            assert_eq!(group["says"], "insufficient: 0 of 20 needed");
        }
        for (by, keys) in [
            ("category", json!(["risk-reversal"])),
            ("element", json!(["anchor=yes", "headline=question"])),
            ("element_pair", json!(["anchor=yes + headline=question"])),
        ] {
            let answer = app.insights(&format!("conversion?by={by}")).await;
            let found: Vec<&Value> =
                answer["groups"].as_array().unwrap().iter().map(|group| &group["key"]).collect();
            assert_eq!(json!(found), keys);
        }
    })
    .await;
}

/// Never "100 %", never "0 %": a bound.
#[tokio::test]
async fn all_paid_and_none_paid_give_a_bound() {
    on_both(async |app| {
        let old = cohort(app, "old", 25, 40).await;
        let answer = app.insights("conversion?by=version").await;
        let none = group(&answer, &old[0].content_version_id);
        assert_eq!((&none["rate"], &none["state"]), (&Value::Null, &json!("upper_bound")));
        let high = none["interval"][1].as_f64().unwrap();
        assert!(none["interval"][0] == 0.0 && high > 0.01 && high < 0.15, "{none}");
        for journey in &old {
            paid(app, journey, 2).await;
        }
        let answer = app.insights("conversion?by=version").await;
        let all = group(&answer, &old[0].content_version_id);
        assert_eq!((&all["rate"], &all["state"]), (&Value::Null, &json!("lower_bound")));
        let low = all["interval"][0].as_f64().unwrap();
        assert!(all["interval"][1] == 1.0 && low < 0.99 && low > 0.85, "{all}");
        assert_eq!((&all["n"], &all["paid"], &answer["log_rank"]), (&json!(25), &json!(25), &Value::Null));
        assert_eq!(all["verdict"], "not_distinct", "one group is not compared with anything");
    })
    .await;
}

#[tokio::test]
async fn two_versions_far_apart_are_told_apart() {
    on_both(async |app| {
        let (good, bad) = (cohort(app, "good", 24, 40).await, cohort(app, "bad", 24, 40).await);
        for journey in &good[..16] {
            paid(app, journey, 3).await;
        }
        for journey in &bad[..2] {
            paid(app, journey, 3).await;
        }
        let answer = app.insights("conversion?by=version").await;
        let (more, less) =
            (group(&answer, &good[0].content_version_id), group(&answer, &bad[0].content_version_id));
        assert_eq!((&more["verdict"], &less["verdict"]), (&json!("more"), &json!("less")), "{answer:#}");
        assert_eq!(more["says"], "associated with more payment than the others");
        assert!((more["rate"].as_f64().unwrap() - 16.0 / 24.0).abs() < 1e-9, "{more}");
        assert!(more["needed"].is_null() && more["needed_for_difference"].is_null());
        assert!(answer["log_rank"]["p"].as_f64().unwrap() < 0.001);
    })
    .await;
}

/// STATISTICS: a journey is closed by a person only.
#[tokio::test]
async fn a_refund_a_mark_and_an_override_each_move_one_journey() {
    on_both(async |app| {
        let journey = app.journey().await;
        let counts = async |want: [u64; 4]| {
            let answer = app.insights("conversion?by=content").await;
            let group = &answer["groups"][0];
            let got = ["open", "paid", "refunded", "closed"].map(|field| group[field].as_u64().unwrap());
            assert_eq!(got, want, "{group}");
            app.assert_followed().await;
        };
        counts([1, 0, 0, 0]).await;
        app.mark(&journey.id, "ghosted").await;
        counts([0, 0, 0, 1]).await;
        app.mark(&journey.id, "responded").await;
        counts([1, 0, 0, 0]).await;
        let pay = Pay::of("counted", &journey.id);
        app.advance(100);
        app.deliver(&[pay.event("checkout.session.expired", 60, pay.session("expired", "unpaid"))]).await;
        assert_eq!(app.journey_now(&journey.id).await.outcome, "ghosted");
        counts([1, 0, 0, 0]).await;
        app.deliver(&pay.success()).await;
        counts([0, 1, 0, 0]).await;
        app.deliver(&[pay.event("charge.refunded", 9, pay.refunded(20_000))]).await;
        counts([0, 1, 0, 0]).await;
        app.deliver(&[pay.event("charge.refunded", 10, pay.refunded(50_000))]).await;
        counts([0, 0, 1, 0]).await;
        close(app, &journey, "ghosted").await;
        counts([0, 0, 0, 1]).await;
        close(app, &journey, "paid").await;
        counts([0, 1, 0, 0]).await;
        let path = format!("/api/v1/journeys/{}/override", journey.id);
        app.call(Some(server::api::access::Role::Editor), "DELETE", &path, None).await.ok();
        counts([0, 0, 1, 0]).await;
    })
    .await;
}

#[tokio::test]
async fn filters_choose_journeys() {
    on_both(async |app| {
        let (a, b) = (cohort(app, "a", 3, 40).await, cohort(app, "b", 2, 5).await);
        let n = async |query: &str| {
            let answer = app.insights(&format!("conversion?by=content{query}")).await;
            answer["overall"]["n"].as_u64().unwrap()
        };
        let version = &b[0].content_version_id;
        let table = [
            (String::new(), 5),
            ("&livemode=false".to_owned(), 5),
            ("&livemode=true".to_owned(), 0),
            ("&currency=USD".to_owned(), 5),
            ("&currency=eur".to_owned(), 0),
            ("&from=2026-11-01".to_owned(), 2),
            ("&to=2026-11-01".to_owned(), 3),
            ("&from=2026-11-17&to=2026-11-17".to_owned(), 2),
            ("&from=2026-11-17T02:14:16Z".to_owned(), 0),
            ("&to=2026-11-17T02:14:15Z".to_owned(), 5),
            (format!("&version={version}"), 2),
            (format!("&hypothesis={}", a[0].hypothesis_id), 3),
            ("&category=risk-reversal".to_owned(), 5),
            ("&category=none".to_owned(), 0),
            ("&segment=industry%3Da".to_owned(), 3),
            ("&element=anchor%3Dyes".to_owned(), 5),
            ("&element=anchor%3Dno".to_owned(), 0),
        ];
        for (query, want) in table {
            assert_eq!(n(&query).await, want, "{query}");
        }
        let answer = app.insights("conversion?by=segment&segment_key=industry").await;
        assert_eq!(group(&answer, "industry=a")["n"], 3);
        let answer = app.insights("conversion?by=segment").await;
        assert_eq!(
            (&group(&answer, "industry=b")["n"], &group(&answer, "size=small")["n"]),
            (&json!(2), &json!(5))
        );
    })
    .await;
}
