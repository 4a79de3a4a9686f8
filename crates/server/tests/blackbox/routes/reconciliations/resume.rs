//! Kills, faults and company.

use super::{assert_second_run_is_quiet, payments, reconcile_all, seed, try_reconcile};
use crate::util::TestApp;
use crate::util::stand_in::with_past;
use server::reconcile::{self, ReconcileError};
use stand_in::{Fault, StandIn};
use std::sync::Arc;
use tokio::sync::Notify;

const DAY_S: i64 = 86_400;

/// Lists asked for so far.
fn lists(stripe: &StandIn) -> usize {
    stripe.calls().iter().filter(|call| call.method == "GET").count()
}

/// Stops it after so many pages, as a kill would.
async fn killed_after(app: &TestApp, pages: usize) {
    let (running, reached) = (app.server.app.clone(), Arc::new(Notify::new()));
    let told = Arc::clone(&reached);
    let run = tokio::spawn(async move {
        let mut count = 0;
        let _ = reconcile::run(&running, None, |_| {
            count += 1;
            if count == pages {
                told.notify_one();
            }
        })
        .await;
    });
    reached.notified().await;
    run.abort();
    let _ = run.await;
}

#[tokio::test]
async fn a_killed_one_is_gone_on_with() {
    with_past(300 * DAY_S, async |app, stripe| {
        seed(stripe, 250, DAY_S, false);
        for pages in [1, 3, 4] {
            killed_after(app, pages).await;
            assert!(
                matches!(try_reconcile(app).await, Err(ReconcileError::Busy { .. })),
                "its lease lives a little longer"
            );
            app.advance(16);
        }
        let before = lists(stripe);
        let report = reconcile_all(app).await;
        assert!(report.agrees(), "{:#?}", report.progress);
        let rest = lists(stripe) - before;
        assert_second_run_is_quiet(app).await;
        let whole = lists(stripe) - before - rest;
        assert!(rest + 5 <= whole, "{rest} of {whole} pages: it went on, it did not begin again");
        assert_eq!(
            report.progress.figures.iter().map(|f| f.stripe_count).sum::<u64>(),
            report.progress.objects_listed
        );
        assert_eq!(
            payments(app).await.values().filter(|p| p.gross_minor > 0).count(),
            250 - 30 - 3,
            "30 leave, 3 debits fail"
        );
    })
    .await;
}

#[tokio::test]
async fn faults_stop_it_and_lose_nothing() {
    with_past(100 * DAY_S, async |app, stripe| {
        seed(stripe, 60, DAY_S, false);
        for fault in [Fault::Status(500), Fault::Status(429), Fault::Garbage, Fault::Cut] {
            // More than the tries of one call.
            stripe.fail_next(vec![fault; 5]);
            let error = try_reconcile(app).await.unwrap_err();
            assert!(matches!(&error, ReconcileError::Stripe(why) if why.is_passing()), "{error:?}");
            let newest = app.get("/api/v1/reconciliations?limit=1").await["items"][0].clone();
            assert_eq!((newest["state"].as_str(), newest["finished_at"].is_null()), (Some("stopped"), true));
            assert_eq!(newest["error"], error.to_string());
        }
        stripe.fail_next(vec![Fault::Status(503), Fault::Garbage]);
        assert!(reconcile_all(app).await.agrees());
        assert_second_run_is_quiet(app).await;
        assert_eq!(app.get("/api/v1/reconciliations").await["items"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn one_runs_at_a_time() {
    with_past(100 * DAY_S, async |app, stripe| {
        seed(stripe, 60, DAY_S, false);
        let (one, other) = tokio::join!(try_reconcile(app), try_reconcile(app));
        let busy =
            [&one, &other].into_iter().filter(|r| matches!(r, Err(ReconcileError::Busy { .. }))).count();
        assert_eq!(busy, 1, "{:?}", [one.err(), other.err()]);
        reconcile_all(app).await;
    })
    .await;
}
