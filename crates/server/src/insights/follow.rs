//! The task that keeps the columns up to date: loads them, then takes in what [`Live`](crate::live::Live) announces.
//!
//! A burst of changes is taken in together. Whoever missed too much loads everything again, beside what is there.

use super::load;
use super::state::Insights;
use crate::clock::Clock;
use crate::live::{Live, Numbered};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use store::Db;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// Between two words to open pages.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Between tries while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Changes taken in together.
const BURST_MAX: usize = 4_096;
/// Everything is loaded again this often: what a command of another process changed is announced to nobody here.
const AFRESH_EVERY: Duration = Duration::from_hours(1);

/// Starts keeping the columns, until `stop`.
pub fn start(db: Db, clock: Clock, live: Live, stop: CancellationToken) -> (Insights, JoinHandle<()>) {
    let insights = Insights::new(db, clock, live);
    let task = {
        let insights = insights.clone();
        async move {
            tokio::select! {
                () = keep(&insights) => {}
                () = tell(&insights) => {}
                () = stop.cancelled() => {}
            }
        }
    };
    (insights, tokio::spawn(task))
}

/// What ended a stretch of following.
enum Ended {
    /// It is time to load again, or too much was missed.
    Afresh,
    /// Nothing is announced any more.
    Closed,
}

async fn keep(insights: &Insights) {
    loop {
        // Before loading: what changes meanwhile is taken in twice rather than never.
        let subscription = insights.live().subscribe(None);
        let started = Instant::now();
        match load::everything(insights.db()).await {
            Ok(columns) => {
                let journeys = columns.len();
                insights.replace(columns, subscription.number).await;
                tracing::debug!(journeys, took = ?started.elapsed(), "journeys are loaded for the statistics");
            }
            Err(error) => {
                tracing::warn!(%error, "journeys cannot be loaded for the statistics; trying again");
                sleep(RETRY_AFTER).await;
                continue;
            }
        }
        match follow(insights, subscription.receiver, started + AFRESH_EVERY).await {
            Ended::Afresh => {}
            Ended::Closed => return,
        }
    }
}

async fn follow(insights: &Insights, mut changes: Receiver<Arc<Numbered>>, until: Instant) -> Ended {
    loop {
        let first = tokio::select! {
            first = changes.recv() => first,
            () = sleep_until(until) => return Ended::Afresh,
        };
        let first = match first {
            Ok(first) => first,
            Err(RecvError::Lagged(_)) => return Ended::Afresh,
            Err(RecvError::Closed) => return Ended::Closed,
        };
        let mut number = first.number;
        let mut ids = BTreeSet::from([first.change.journey_id.clone()]);
        while ids.len() < BURST_MAX {
            match changes.try_recv() {
                Ok(next) => {
                    number = next.number;
                    ids.insert(next.change.journey_id.clone());
                }
                Err(TryRecvError::Lagged(_)) => return Ended::Afresh,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        take_in(insights, ids.into_iter().collect(), number).await;
    }
}

/// Until it is done: what was announced must not be lost because the database is away for a moment.
async fn take_in(insights: &Insights, ids: Vec<String>, number: u64) {
    loop {
        match load::reload(insights.db(), &ids).await {
            Ok(facts) => return insights.take_in(facts, number).await,
            Err(error) => {
                tracing::warn!(%error, "changed journeys cannot be read for the statistics; trying again");
                sleep(RETRY_AFTER).await;
            }
        }
    }
}

/// Passes on what the columns hold, at most once per [`TELL_EVERY`].
async fn tell(insights: &Insights) {
    let mut held = insights.held();
    while held.changed().await.is_ok() {
        let as_of = *held.borrow_and_update();
        insights.told().send_replace(as_of);
        sleep(TELL_EVERY).await;
    }
}
