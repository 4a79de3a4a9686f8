//! Reconciliation in `serve`: every hour on one of the nodes, with overlap.

use super::{ReconcileError, run};
use crate::app::App;
use std::time::Duration;
use store::{StoreError, reconciliations};

/// How often it is due, in ms.
const EVERY_MS: i64 = 3_600_000;
/// How often is looked whether it is due.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// The first time goes back as far as Stripe keeps events, in ms.
const FIRST_MS: i64 = 30 * 24 * 3_600_000;
/// Later ones go back this far before the last one began: lists may lag, and webhooks are tried again for three days.
const OVERLAP_MS: i64 = 4 * 24 * 3_600_000;

/// Runs until the program stops.
pub async fn run_hourly(app: App) {
    if app.stripe.is_none() {
        return;
    }
    let stop = app.stop.clone();
    let work = async {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            once(&app).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

async fn once(app: &App) {
    match due_since_s(app).await {
        Ok(Some(since_s)) => match run(app, Some(since_s), |_| {}).await {
            // Said where they happened, or nothing to say.
            Ok(_) | Err(ReconcileError::Busy { .. } | ReconcileError::TakenOver) => {}
            Err(error) => tracing::warn!(%error, "the hourly reconciliation did not come to its end"),
        },
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "cannot see whether a reconciliation is due"),
    }
}

/// From when on to compare, Unix seconds, if it is time.
pub async fn due_since_s(app: &App) -> Result<Option<i64>, StoreError> {
    let now_ms = app.context.clock.now_ms();
    let livemode = app.config.livemode();
    let last = reconciliations::newest_finished(&mut app.db.read().await?, livemode).await?;
    let since_ms = match last {
        Some(last) if now_ms.saturating_sub(last.started_at_ms) < EVERY_MS => return Ok(None),
        Some(last) => (last.started_at_ms - OVERLAP_MS).max(now_ms - FIRST_MS),
        None => now_ms - FIRST_MS,
    };
    Ok(Some(since_ms.div_euclid(1000)))
}
