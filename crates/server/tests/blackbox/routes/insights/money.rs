//! `GET /api/v1/insights/revenue`, `time-to-payment`, `time-to-refund` and `forecast`. SPEC I4, I5, B3.

use super::{DAY_S, cohort, group, paid, paid_with};
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;

fn earned<'a>(group: &'a Value, currency: &str) -> &'a Value {
    let all = group["earned"].as_array().expect("earned");
    all.iter()
        .find(|earned| earned["currency"] == currency)
        .unwrap_or_else(|| panic!("no {currency} in {group:#}"))
}

#[tokio::test]
async fn currencies_are_never_added() {
    on_both(async |app| {
        let all = cohort(app, "five", 6, 40).await;
        let table = [("usd", 50_000_i32), ("eur", 40_000), ("jpy", 7_000), ("gbp", 30_000), ("kwd", 12_345)];
        for (journey, (currency, amount)) in all.iter().zip(table) {
            paid_with(app, journey, 2, i64::from(amount), currency).await;
        }
        let answer = app.insights("revenue?by=content").await;
        let group = &answer["groups"][0];
        assert_eq!((&answer["unit"], &group["n"]), (&json!("minor_units_per_journey"), &json!(6)));
        assert_eq!(group["earned"].as_array().unwrap().len(), 5);
        for (currency, amount) in table {
            let earned = earned(group, currency);
            assert_eq!(earned["net_minor"], amount);
            let mean = earned["per_journey"]["value"].as_f64().unwrap();
            assert!((mean * 6.0 - f64::from(amount)).abs() < 1e-6, "{currency}: {mean} per started journey");
            assert_eq!(earned["average_order"]["value"].as_f64(), Some(f64::from(amount)));
        }
        let one = app.insights("revenue?by=content&currency=EUR").await;
        let earned: Vec<&Value> =
            one["groups"][0]["earned"].as_array().unwrap().iter().map(|e| &e["currency"]).collect();
        assert_eq!((json!(earned), &one["groups"][0]["n"]), (json!(["eur"]), &json!(1)));
        let asked = app.call(Some(Role::Viewer), "GET", "/api/v1/insights/forecast", None).await;
        assert_eq!(asked.problem(422, "invalid"), ["currency"]);
    })
    .await;
}

#[tokio::test]
async fn refunds_and_lost_disputes_subtract_and_an_override_does_not() {
    on_both(async |app| {
        let all = cohort(app, "back", 2, 40).await;
        let net = async |want: i64| {
            let answer = app.insights("revenue?by=content").await;
            assert_eq!(earned(&answer["groups"][0], "usd")["net_minor"], want, "{answer:#}");
            app.assert_followed().await;
        };
        let (first, second) = (paid(app, &all[0], 1).await, paid(app, &all[1], 1).await);
        net(100_000).await;
        app.deliver(&[first.event("charge.refunded", 9, first.refunded(20_000))]).await;
        net(80_000).await;
        super::close(app, &all[0], "ghosted").await;
        net(80_000).await;
        let dispute = |status: &str| second.dispute(50_000, status);
        app.deliver(&[second.event("charge.dispute.created", 9, dispute("needs_response"))]).await;
        net(80_000).await;
        assert_eq!(app.insights("revenue?by=content").await["groups"][0]["at_risk"], 1);
        app.deliver(&[second.event("charge.dispute.closed", 10, dispute("lost"))]).await;
        net(30_000).await;
        let group = &app.insights("revenue?by=content").await["groups"][0];
        assert_eq!(group["loss_rate"]["value"].as_f64(), Some(0.5));
        assert_eq!(group["refund_rate"]["value"].as_f64(), Some(0.5));
    })
    .await;
}

#[tokio::test]
async fn one_huge_payment_is_said_to_carry_the_mean() {
    on_both(async |app| {
        let all = cohort(app, "huge", 30, 40).await;
        for (number, journey) in all.iter().take(12).enumerate() {
            let amount = if number == 0 { 900_000_000_000 } else { 50_000 };
            paid_with(app, journey, 2, amount, "usd").await;
        }
        let answer = app.insights("revenue?by=content").await;
        let earned = earned(&answer["groups"][0], "usd");
        assert_eq!(earned["net_minor"], 900_000_000_000_i64 + 11 * 50_000);
        let low = earned["per_journey"]["interval"][0].as_f64().unwrap();
        assert!(low < 0.0, "with one such payment next to nothing is known: {earned:#}");
        assert_eq!(earned["cap_minor"].as_i64().map(|cap| cap > 50_000), Some(true), "{earned:#}");
    })
    .await;
}

#[tokio::test]
async fn time_to_payment_says_not_reached_rather_than_a_mean_of_payers() {
    on_both(async |app| {
        let (quick, slow) = (cohort(app, "quick", 20, 60).await, cohort(app, "slow", 20, 60).await);
        for journey in &quick[..14] {
            paid(app, journey, 2).await;
        }
        for journey in &slow[..6] {
            paid(app, journey, 20).await;
        }
        let answer = app.insights("time-to-payment?by=version").await;
        assert_eq!(answer["unit"], "days");
        let (quick, slow) =
            (group(&answer, &quick[0].content_version_id), group(&answer, &slow[0].content_version_id));
        assert_eq!(quick["median"]["value"].as_f64(), Some(2.0));
        assert_eq!((&slow["median"]["value"], &slow["median"]["why"]), (&Value::Null, &json!("not reached")));
        assert_eq!(slow["median_of_payers"]["value"].as_f64(), Some(20.0));
        assert_eq!(quick["curve"].as_array().unwrap().last().unwrap()["paid"].as_f64(), Some(0.7));
        assert!(answer["log_rank"]["p"].as_f64().unwrap() < 0.01);
        let elements = app.insights("time-to-payment?by=element").await;
        assert_eq!(elements["log_rank"], Value::Null, "groups that overlap are not compared");
    })
    .await;
}

/// Time runs from each payment; what has been kept for a day is no proof that it stays.
#[tokio::test]
async fn time_to_refund_is_told_from_stripes_own_times() {
    on_both(async |app| {
        let few = app.insights("time-to-refund?by=content").await;
        assert_eq!(
            (&few["groups"], &few["expected"], &few["log_rank"]),
            (&json!([]), &json!([]), &Value::Null)
        );
        let all = cohort(app, "old", 30, 200).await;
        let mut payments = Vec::new();
        for journey in &all {
            payments.push(paid(app, journey, 2).await);
        }
        // Six by a refund with a time of its own, one by a charge that only shows it, one by a lost dispute.
        for pay in &payments[..6] {
            let mut refund = pay.refund("a", 50_000, "succeeded");
            refund["created"] = (pay.at_s + 10 * DAY_S).into();
            app.deliver(&[pay.event("refund.created", 20 * DAY_S, refund)]).await;
        }
        let [shown, lost] = [&payments[6], &payments[7]];
        app.deliver(&[shown.event("charge.refunded", 10 * DAY_S, shown.refunded(20_000))]).await;
        app.deliver(&[lost.event("charge.dispute.closed", 40 * DAY_S, lost.dispute(50_000, "lost"))]).await;
        // A refund that failed gave nothing back.
        let failed = payments[8].refund("b", 50_000, "failed");
        app.deliver(&[payments[8].event("refund.failed", 5, failed)]).await;
        for journey in cohort(app, "young", 6, 3).await {
            paid(app, &journey, 2).await;
        }
        let answer = app.insights("time-to-refund?by=content").await;
        let [old, young] = answer["groups"].as_array().unwrap().as_slice() else { panic!("{answer:#}") };
        assert_eq!((&old["label"], &old["n"], &old["returned"]), (&json!("old"), &json!(30), &json!(8)));
        let near = |figure: &Value, want: f64| (figure["value"].as_f64().unwrap() - want).abs() < 1e-9;
        assert!(near(&old["within_30_days"], 7.0 / 30.0), "{old:#}");
        assert!(near(&old["within_90_days"], 8.0 / 30.0), "{old:#}");
        assert!(near(&old["median_days"], 10.0), "{old:#}");
        assert_eq!((&young["state"], &young["needed"]), (&json!("insufficient"), &json!(20)));
        assert_eq!(
            (&young["within_90_days"]["state"], &young["curve"]),
            (&json!("insufficient"), &json!([]))
        );
        let expected = &answer["expected"][0];
        assert_eq!(
            (&expected["currency"], &expected["net_minor"]),
            (&json!("usd"), &json!(28 * 50_000 + 30_000))
        );
        // Six payments one day old: 8 in 30 that give back lose most of it.
        let back = expected["back_minor"].as_f64().unwrap();
        assert!(back > 60_000.0 && back < 80_000.0, "{expected:#}");
        app.assert_followed().await;
    })
    .await;
}

#[tokio::test]
async fn a_forecast_needs_history() {
    on_both(async |app| {
        let none = app.insights("forecast?currency=usd").await;
        assert_eq!((&none["windows"], &none["method"]), (&json!([]), &Value::Null));
        assert!(none["why"].as_str().unwrap().contains("needed"), "{none:#}");
        for (name, days_ago) in [("a", 70), ("b", 45), ("c", 20)] {
            for journey in cohort(app, name, 8, days_ago).await.iter().take(5) {
                paid(app, journey, 4).await;
            }
        }
        // All journeys have one currency, so it need not be named.
        let answer = app.insights("forecast").await;
        let windows = answer["windows"].as_array().unwrap();
        let days: Vec<&Value> = windows.iter().map(|window| &window["days"]).collect();
        assert_eq!((json!(days), &answer["currency"]), (json!([30, 60, 90]), &json!("usd")));
        for window in windows {
            let low = window["interval"][0].as_f64().unwrap();
            assert!(low >= 0.0 && window["mean_minor"].as_f64().unwrap() >= low, "{window}");
        }
    })
    .await;
}
