//! The task that keeps the columns up to date: loads them, then takes in what [`Live`](crate::live::Live) announces.
//!
//! A burst of changes is taken in together. Whoever missed too much loads everything again, beside what is there.

use super::load;
use super::state::Insights;
use crate::app::spawn_apart;
use crate::clock::Clock;
use crate::live::{Live, Numbered, Receiver};
use insight::facts::Columns;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use store::Db;
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
/// Everything is loaded again this often, should anything ever be written and not be announced.
const AFRESH_EVERY: Duration = Duration::from_hours(1);

/// Starts keeping the columns, until `stop`.
pub fn start(db: Db, clock: Clock, live: Live, stop: CancellationToken) -> (Insights, JoinHandle<()>) {
    let engine = db.engine();
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
    (insights, spawn_apart(engine, task))
}

/// What ended a stretch of following.
enum Ended {
    /// It is time to load again, or too much was missed.
    Afresh,
    /// Nothing is announced any more.
    Closed,
}

/// Changes that wait to be taken in.
#[derive(Default)]
struct Waiting {
    ids: BTreeSet<String>,
    /// Of the last one.
    number: u64,
    /// Some were lost.
    missed: bool,
}

impl Waiting {
    fn add(&mut self, change: Result<Arc<Numbered>, RecvError>) {
        match change {
            Ok(change) => {
                self.number = change.number;
                self.ids.insert(change.change.journey_id.clone());
            }
            Err(RecvError::Lagged(_)) => self.missed = true,
            Err(RecvError::Closed) => {}
        }
    }

    /// What has come by now, without waiting.
    fn add_all(&mut self, changes: &mut Receiver) {
        while self.ids.len() < BURST_MAX {
            match changes.try_recv() {
                Ok(change) => self.add(Ok(change)),
                Err(TryRecvError::Lagged(count)) => self.add(Err(RecvError::Lagged(count))),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}

async fn keep(insights: &Insights) {
    loop {
        // Before loading: what changes meanwhile is taken in twice rather than never.
        let mut subscription = insights.live().subscribe(None);
        let started = Instant::now();
        let Some((columns, waiting)) = load(insights, &mut subscription.receiver).await else {
            sleep(RETRY_AFTER).await;
            continue;
        };
        tracing::debug!(journeys = columns.len(), took = ?started.elapsed(), "journeys are loaded for the statistics");
        insights.replace(columns, subscription.number).await;
        if !waiting.ids.is_empty() {
            take_in(insights, waiting.ids.into_iter().collect(), waiting.number).await;
        }
        if waiting.missed {
            continue;
        }
        match follow(insights, subscription.receiver, started + AFRESH_EVERY).await {
            Ended::Afresh => {}
            Ended::Closed => return,
        }
    }
}

/// Loads everything, and notes what changes meanwhile: that may be more than the channel holds.
async fn load(insights: &Insights, changes: &mut Receiver) -> Option<(Columns, Waiting)> {
    let (mut waiting, mut closed) = (Waiting::default(), false);
    let mut loading = std::pin::pin!(load::everything(insights.db()));
    loop {
        tokio::select! {
            loaded = &mut loading => match loaded {
                Ok(columns) => return Some((columns, waiting)),
                Err(error) => {
                    tracing::warn!(%error, "journeys cannot be loaded for the statistics; trying again");
                    return None;
                }
            },
            change = changes.recv(), if !closed => {
                closed = matches!(change, Err(RecvError::Closed));
                waiting.add(change);
            }
        }
    }
}

async fn follow(insights: &Insights, mut changes: Receiver, until: Instant) -> Ended {
    loop {
        let first = tokio::select! {
            first = changes.recv() => first,
            () = sleep_until(until) => return Ended::Afresh,
        };
        if matches!(first, Err(RecvError::Closed)) {
            return Ended::Closed;
        }
        let mut waiting = Waiting::default();
        waiting.add(first);
        waiting.add_all(&mut changes);
        if waiting.missed {
            return Ended::Afresh;
        }
        take_in(insights, waiting.ids.into_iter().collect(), waiting.number).await;
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
    loop {
        let as_of = *held.borrow_and_update();
        if as_of.is_some() {
            insights.told().send_replace(as_of);
        }
        sleep(TELL_EVERY).await;
        if held.changed().await.is_err() {
            return;
        }
    }
}
