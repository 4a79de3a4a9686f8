//! What cannot both be true.

use super::{assert_second_run_is_quiet, payments, reconcile_all, seed};
use crate::util::event::Pay;
use crate::util::stand_in::{events, listen, with_past, with_stand_in};
use serde_json::{Value, json};
use store::reconciliations::{self, DifferenceFilter};

/// (object, what, Stripe's, ours)
async fn named(
    app: &crate::util::TestApp,
    id: &str,
) -> Vec<(String, String, Option<String>, Option<String>)> {
    let mut conn = app.server.app.db.read().await.unwrap();
    let found =
        reconciliations::differences(&mut conn, id, &DifferenceFilter::default(), "", 100).await.unwrap();
    found.into_iter().map(|d| (d.object_id, d.what, d.stripe, d.ours)).collect()
}

#[tokio::test]
async fn one_amount_that_changed_is_named() {
    for kind in ["charge", "intent", "refund", "dispute", "session"] {
        with_past(86_400, async |app, stripe| {
            listen(app, stripe);
            seed(stripe, 60, 600, true);
            stripe.settled().await;
            app.settle().await;
            assert!(reconcile_all(app).await.agrees());
            let (id, field) = an_object(stripe, kind).await;
            let before = stripe.with(|account| account.object(&id)).unwrap()[field].as_i64().unwrap();
            assert!(stripe.with(|account| account.alter(&id, field, json!(before + 7))));
            app.advance(60);
            let report = reconcile_all(app).await;
            assert!(!report.agrees(), "{kind}");
            let want = (id, field.to_owned(), Some((before + 7).to_string()), Some(before.to_string()));
            assert_eq!(named(app, &report.stored.id).await, [want]);
            let off: i64 = report.progress.figures.iter().map(|f| f.stripe_minor - f.our_minor).sum();
            assert_eq!(off, 7, "{kind}: {:#?}", report.progress.figures);
            // Stripe's word is taken for it.
            app.advance(60);
            assert_second_run_is_quiet(app).await;
        })
        .await;
    }
}

/// One whose amount is told by nothing else.
async fn an_object(stripe: &stand_in::StandIn, kind: &str) -> (String, &'static str) {
    let (prefix, field) = match kind {
        "charge" => ("ch_", "amount_captured"),
        "intent" => ("pi_", "amount_received"),
        "refund" => ("re_", "amount"),
        "dispute" => ("du_", "amount"),
        _ => ("cs_", "amount_total"),
    };
    let object =
        |event: &String| stripe.with(|account| account.object(event)).map(|e| e["data"]["object"].clone());
    let fits = |o: &Value| {
        let id = o["id"].as_str().unwrap_or_default();
        let dispute = kind == "dispute" && id.starts_with("dp_");
        (id.starts_with(prefix) || dispute)
            && o[field].as_i64().is_some_and(|minor| minor > 0)
            && (kind != "session" || o["payment_status"] == "paid")
            && (kind != "dispute" || o["status"] == "lost")
            && (kind != "refund" || o["status"] == "succeeded")
    };
    let found = events(stripe).await.iter().filter_map(object).find(fits).expect("such an object");
    (found["id"].as_str().unwrap().to_owned(), field)
}

#[tokio::test]
async fn what_stripe_does_not_list_is_a_difference_each_time() {
    with_stand_in(async |app, _| {
        let pay = Pay { at_s: crate::util::app::NOW_S - 500, ..Pay::new("unheard") };
        app.deliver(&pay.success()).await;
        for _ in 0..2 {
            let report = reconcile_all(app).await;
            assert!(!report.agrees());
            let mut found: Vec<String> = named(app, &report.stored.id)
                .await
                .into_iter()
                .map(|(id, what, stripe, _)| {
                    assert_eq!((what.as_str(), stripe), ("Stripe does not list it", None));
                    id
                })
                .collect();
            found.sort();
            assert_eq!(found, [pay.charge_id(), pay.session_id(), pay.intent_id()]);
        }
        assert_eq!(payments(app).await.len(), 1, "and nothing is thrown away");
        // Live money is another account's business.
        let live = Pay { livemode: true, ..Pay { name: "live".to_owned(), ..pay } };
        app.deliver(&live.success()).await;
        assert_eq!(reconcile_all(app).await.progress.differences, 3);
    })
    .await;
}
