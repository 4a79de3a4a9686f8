//! The running program: what every handler needs, and how its tasks start and stop.

use crate::apply::Context;
use crate::apply::worker::Worker;
use crate::clock::Clock;
use crate::config::Config;
use crate::fetch;
use crate::first_steps::KeyCheck;
use crate::ingest::{self, Ingest};
use crate::insights::{self, Insights};
use crate::limit::Limit;
use crate::live::{self, Live};
use crate::people::{People, last_seen};
use crate::visits::{self, Visits};
use metrics_exporter_prometheus::PrometheusHandle;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use store::events::{self, EventStatus};
use store::{Conn, Db, Engine, StoreError};
use stripe::api::Api;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
pub struct Inner {
    /// Settings.
    pub config: Config,
    /// Database.
    pub db: Db,
    /// Time and ids.
    pub context: Context,
    /// Takes events.
    pub ingest: Ingest,
    /// Webhooks that nobody signed, by address.
    pub unverified: Limit<IpAddr>,
    /// Speaks with Stripe; absent without a secret key.
    pub stripe: Option<Api>,
    /// Tells open streams.
    pub live: Live,
    /// What gets clients to pay.
    pub insights: Insights,
    /// Notes what clients saw.
    pub visits: Visits,
    /// What is remembered of those who sign in.
    pub people: People,
    /// What Stripe last said of the secret key.
    pub key_check: KeyCheck,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Pages need no sign-in: only in the demo, whose data is made up.
    pub open_pages: bool,
    /// Tells that a thin event waits.
    pub fetch: Notify,
    /// Asks apply to look at the table now.
    pub wake: mpsc::Sender<()>,
    /// Cancelled when the program stops; streams end then.
    pub stop: CancellationToken,
    /// Work that somebody asked for and does not wait for. It ends at a stop.
    pub background: TaskTracker,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// A connection that sees every event acknowledged before.
    pub async fn events(&self) -> Result<Conn, StoreError> {
        self.ingest.on_the_way.settled().await;
        self.db.read().await
    }

    /// (status, count, oldest reception) of every event that is not done, wherever it lies.
    pub async fn not_done(&self) -> Result<Vec<(EventStatus, i64, i64)>, StoreError> {
        let on_the_way = self.ingest.on_the_way.waiting();
        let mut rows = events::not_done(&mut self.db.read().await?).await?;
        if let Some((count, oldest_ms)) = on_the_way {
            match rows.iter_mut().find(|row| row.0 == EventStatus::Received) {
                Some(row) => *row = (row.0, row.1 + count, row.2.min(oldest_ms)),
                None => rows.push((EventStatus::Received, count, oldest_ms)),
            }
        }
        Ok(rows)
    }

    /// Lets apply look for due events, and waits until it has.
    pub async fn apply_due(&self) {
        // One is asked for while the one before runs; when there is room for a third, the first is over.
        for _ in 0..3 {
            if self.wake.send(()).await.is_err() {
                return;
            }
        }
    }
}

/// What [`start`] needs.
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// Migrated.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// See [`Inner::stripe`].
    pub stripe: Option<Api>,
    /// See [`Inner::metrics`].
    pub metrics: PrometheusHandle,
    /// See [`Inner::open_pages`].
    pub open_pages: bool,
}

/// The background tasks.
pub struct Tasks {
    /// Once it is dropped, nothing more is taken in. A task on a thread of its own would outlive its runtime otherwise.
    closing: DropGuard,
    writer: JoinHandle<ingest::Closed>,
    worker: JoinHandle<()>,
    fetcher: JoinHandle<()>,
    visits: JoinHandle<()>,
    insights: JoinHandle<()>,
    listening: JoinHandle<()>,
    last_seen: JoinHandle<()>,
}

impl Tasks {
    /// Takes no more events in, and waits until those taken in are stored and applied.
    pub async fn finish(self) {
        // The writer's end closes the hand-over, which ends the worker.
        drop(self.closing);
        let writer = self.writer.await;
        let _ = self.worker.await;
        if let Ok(closed) = writer {
            closed.clear();
        }
        let _ = self.fetcher.await;
        let _ = self.visits.await;
        let _ = self.insights.await;
        let _ = self.listening.await;
        let _ = self.last_seen.await;
    }
}

/// Webhooks without a good signature that an address may send at once. A wrong secret in the settings sends some; what
/// Stripe signed is never counted.
const UNVERIFIED_BURST: u32 = 600;
/// And how often afterwards.
const UNVERIFIED_PERIOD: Duration = Duration::from_secs(1);

/// Starts the tasks.
pub fn start(parts: Parts) -> (App, Tasks) {
    let Parts { config, db, clock, stripe, metrics, open_pages } = parts;
    let context = Context::new(clock);
    let live = context.live.clone();
    let stop = CancellationToken::new();
    let (hand_over, handed_over) = mpsc::unbounded_channel();
    let (wake, woken) = mpsc::channel(1);
    let closing = CancellationToken::new();
    let (ingest, writer) = ingest::start(db.clone(), hand_over, closing.clone());
    let worker = Worker {
        db: db.clone(),
        context: context.clone(),
        handed_over,
        on_the_way: ingest.on_the_way.clone(),
        held: None,
        wake: woken,
        behind: false,
        last_taken: None,
    };
    let worker = spawn_apart(db.engine(), worker.run(stop.clone()));
    let (insights, following) =
        insights::start(db.clone(), context.clock.clone(), live.clone(), closing.clone());
    let (visits, noting) = visits::start(db.clone(), live.clone(), closing.clone());
    let listening = tokio::spawn(live::listen(&db, &context.clock, &live, closing.clone()));
    let (seen, noting_seen) = last_seen::start(db.clone(), closing.clone());
    let inner = Inner {
        unverified: Limit::new(UNVERIFIED_BURST, UNVERIFIED_PERIOD, &context.clock),
        config,
        db,
        context,
        ingest,
        stripe,
        live,
        insights,
        visits,
        people: People::new(seen),
        key_check: KeyCheck::default(),
        metrics,
        open_pages,
        fetch: Notify::new(),
        wake,
        stop,
        background: TaskTracker::new(),
    };
    let app = App(Arc::new(inner));
    let fetcher = tokio::spawn(fetch::run(app.clone()));
    let tasks = Tasks {
        closing: closing.drop_guard(),
        writer,
        worker,
        fetcher,
        visits: noting,
        insights: following,
        listening,
        last_seen: noting_seen,
    };
    (app, tasks)
}

/// For tasks that use the database without pause. Calls into SQLite run where they are made: on a thread that requests
/// share, each would hand those over to another thread. PostgreSQL is waited for, so there they may share.
pub(crate) fn spawn_apart<T: Send + 'static>(
    engine: Engine,
    task: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    match engine {
        Engine::Sqlite => {
            let runtime = tokio::runtime::Handle::current();
            tokio::task::spawn_blocking(move || runtime.block_on(task))
        }
        Engine::Postgres => tokio::spawn(task),
    }
}
