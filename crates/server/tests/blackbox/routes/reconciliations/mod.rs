//! H12, 9.14: the books and Stripe, after webhooks were lost, in accounts with a past, through kills and faults.

mod differences;
mod dropped;
mod report;
mod resume;
mod start;

use crate::util::TestApp;
use crate::util::answer::{List, Payment, read};
use serde_json::Value;
use server::reconcile::{self, ReconcileError, Report};
use stand_in::{Seed, StandIn};
use std::collections::BTreeMap;

/// The newest comparison, as the API tells of it.
async fn newest(app: &TestApp) -> Value {
    app.get("/api/v1/reconciliations?limit=1").await["items"][0].clone()
}

/// Compares everything.
async fn reconcile_all(app: &TestApp) -> Report {
    reconcile::run(&app.server.app, None, |_| {}).await.expect("comes to its end")
}

async fn try_reconcile(app: &TestApp) -> Result<Report, ReconcileError> {
    reconcile::run(&app.server.app, None, |_| {}).await
}

fn seed(stripe: &StandIn, payments: usize, every_s: i64, tell: bool) {
    stripe.with(|account| account.seed(Seed { payments, every_s, tell })).expect("seeds");
}

/// Every payment, by id.
async fn payments(app: &TestApp) -> BTreeMap<String, Payment> {
    let mut all = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page: List<Payment> = read(&app.get(&format!("/api/v1/payments?limit=200{after}")).await);
        all.extend(page.items.into_iter().map(|payment| (payment.id.clone(), payment)));
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

/// Nothing is left to take in.
async fn assert_second_run_is_quiet(app: &TestApp) {
    let again = reconcile_all(app).await;
    let found = &again.progress;
    assert!(again.agrees(), "{found:#?}");
    assert_eq!((found.events_taken_in, found.objects_taken_in), (0, 0), "{found:#?}");
    for figure in &found.figures {
        let (theirs, ours) =
            ((figure.stripe_count, figure.stripe_minor), (figure.our_count, figure.our_minor));
        assert_eq!(theirs, ours, "{figure:?}");
    }
}
