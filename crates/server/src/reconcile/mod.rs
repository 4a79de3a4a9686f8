//! Reconciliation: the books are compared with Stripe, and what is missing is taken in (SPEC H12, 9.14).
//!
//! Events first, as Stripe keeps them for 30 days: those that no webhook brought are stored and applied like the others.
//! Then every kind of object: one that says something new is stored as a reading (docs/decisions/0012) and applied.
//! Last, what we have and Stripe did not list. All of it page by page: memory does not grow with the account, each page
//! is committed together with the place to go on from, and one node does it at a time.
//!
//! Must never write to payments or journeys itself: everything goes through `apply`.

mod compare;
mod events;
pub mod hourly;
mod lease;
mod objects;
mod ours;
pub mod progress;
mod span;

pub use compare::{Face, Verdict, compare, face};
pub use progress::{Figure, Progress, Step};
pub use span::span_s;

use crate::app::App;
use crate::ids::IdKind;
use lease::Lease;
use std::time::Duration;
use store::reconciliations::{self, ReconciliationFilter, StoredReconciliation};
use store::{Conn, StoreError};
use stripe::api::{Api, ApiError};

/// Longest time for one call with all its tries: nobody waits for it, and Stripe may be away for a while.
const CALL_DEADLINE: Duration = Duration::from_mins(2);
/// A comparison that was not finished is gone on with if it began at most so long ago; Stripe has moved on since.
const RESUME_MAX_MS: i64 = 24 * 3_600_000;
/// Comparisons looked at for one to go on with.
const RECENT: i64 = 10;

/// Why a comparison did not come to its end. What was done is kept, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// No `STRIPE_SECRET_KEY`.
    #[error(
        "set STRIPE_SECRET_KEY to the secret key of your Stripe account (sk_… or rk_…), so that Stripe can be asked"
    )]
    NotConfigured,
    /// Another node is at it.
    #[error("another reconciliation is under way")]
    Busy {
        /// Unless it is renewed, Unix ms.
        until_ms: i64,
    },
    /// The lease was lost: this node stood still for too long.
    #[error("another reconciliation took over")]
    TakenOver,
    /// Stripe.
    #[error(transparent)]
    Stripe(#[from] ApiError),
    /// Database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A finished comparison.
#[derive(Clone, Debug)]
pub struct Report {
    /// As stored.
    pub stored: StoredReconciliation,
    /// What it found.
    pub progress: Progress,
}

/// Compares from `since_s` (Unix seconds; everything when absent) to now. `told` hears of every page.
pub async fn run(
    app: &App,
    since_s: Option<i64>,
    told: impl FnMut(&Progress) + Send,
) -> Result<Report, ReconcileError> {
    begin(app, since_s).await?.finish(told).await
}

/// Makes sure that it is this node's turn, and begins a comparison or goes on with one. `since_s` as for [`run`].
pub async fn begin(app: &App, since_s: Option<i64>) -> Result<Begun, ReconcileError> {
    let api = app.stripe.as_ref().ok_or(ReconcileError::NotConfigured)?.patient(CALL_DEADLINE);
    let lease = Lease::take(app).await?;
    match Progressing::begin(app, api.livemode(), since_s).await {
        Ok(at) => Ok(Begun { app: app.clone(), api, lease, at }),
        Err(error) => {
            lease.release().await;
            Err(error.into())
        }
    }
}

/// True while a comparison is under way, on any node.
pub async fn is_running(app: &App, conn: &mut Conn) -> Result<bool, StoreError> {
    lease::is_held(app, conn).await
}

/// A comparison that nobody else is at.
pub struct Begun {
    app: App,
    api: Api,
    lease: Lease,
    at: Progressing,
}

impl Begun {
    /// `rec_…`
    pub fn id(&self) -> &str {
        &self.at.stored.id
    }

    /// Goes through all of it while nobody waits; ends when the program stops, to be gone on with.
    pub fn finish_in_background(self) {
        let (app, stop) = (self.app.clone(), self.app.stop.clone());
        app.background.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                done = self.finish(|_| {}) => if let Err(error) = done {
                    tracing::warn!(%error, "a reconciliation that was asked for did not come to its end");
                }
            }
        });
    }

    /// Goes through all of it. `told` hears of every page.
    pub async fn finish(self, told: impl FnMut(&Progress) + Send) -> Result<Report, ReconcileError> {
        let Self { app, api, lease, at } = self;
        let Progressing { stored, progress } = at;
        let mut run = Run { app: &app, api, stored, progress };
        let done = run.finish(&lease, told).await.map(|()| run.report());
        lease.release().await;
        let result = if done.is_ok() { "done" } else { "failed" };
        metrics::counter!("whypaid_reconciliations_total", "result" => result).increment(1);
        done
    }
}

/// A row and what it says.
struct Progressing {
    stored: StoredReconciliation,
    progress: Progress,
}

impl Progressing {
    /// Goes on with the newest comparison that was not finished and reaches as far back, or begins one.
    async fn begin(app: &App, livemode: bool, since_s: Option<i64>) -> Result<Self, StoreError> {
        let mut conn = app.db.write().await?;
        let now_ms = app.context.clock.now_ms();
        let of_mode = ReconciliationFilter { livemode: Some(livemode), differs: false };
        let recent = reconciliations::list(&mut conn, of_mode, None, RECENT).await?;
        let fits = |r: &StoredReconciliation| {
            let reaches = match (r.since_s, since_s) {
                (None, _) => true,
                (Some(theirs), Some(wanted)) => theirs <= wanted,
                (Some(_), None) => false,
            };
            let young = now_ms.saturating_sub(r.started_at_ms) <= RESUME_MAX_MS;
            r.finished_at_ms.is_none() && reaches && young
        };
        if let Some(stored) = recent.into_iter().find(fits) {
            match Progress::read(&stored) {
                Ok(progress) => {
                    tracing::info!(
                        id = stored.id,
                        step = progress.step.as_str(),
                        "going on with a reconciliation"
                    );
                    return Ok(Self { stored, progress });
                }
                // What cannot be read cannot be gone on with; a new one looks at everything again.
                Err(error) => {
                    tracing::error!(id = stored.id, %error, "a reconciliation cannot be gone on with");
                }
            }
        }
        let progress = Progress::default();
        let stored = StoredReconciliation {
            id: app.context.ids.make(IdKind::Reconciliation),
            livemode,
            since_s,
            started_at_ms: now_ms,
            finished_at_ms: None,
            progress: progress.to_json()?,
        };
        reconciliations::insert(&mut conn, &stored).await?;
        conn.commit().await?;
        tracing::info!(id = stored.id, since_s, "a reconciliation begins");
        Ok(Self { stored, progress })
    }
}

struct Run<'a> {
    app: &'a App,
    api: Api,
    stored: StoredReconciliation,
    progress: Progress,
}

impl Run<'_> {
    async fn finish(
        &mut self,
        lease: &Lease,
        mut told: impl FnMut(&Progress) + Send,
    ) -> Result<(), ReconcileError> {
        // What an earlier one stored and did not come to apply.
        self.app.apply_due().await;
        while self.progress.step != Step::Done {
            lease.check()?;
            if let Err(error) = self.page().await {
                self.note(&error).await;
                return Err(error);
            }
            told(&self.progress);
        }
        Ok(())
    }

    async fn page(&mut self) -> Result<(), ReconcileError> {
        match self.progress.step {
            Step::Events => events::page(self).await,
            Step::Ours => Ok(ours::page(self).await?),
            Step::Done => Ok(()),
            step => match step.kind() {
                Some(kind) => objects::page(self, kind).await,
                None => Ok(()),
            },
        }
    }

    /// Writes how far it has come, within a transaction of the page's.
    async fn save(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        self.progress.differences = reconciliations::count_differences(conn, &self.stored.id).await?;
        if self.progress.step == Step::Done {
            self.stored.finished_at_ms = Some(self.app.context.clock.now_ms());
        }
        self.stored.progress = self.progress.to_json()?;
        reconciliations::save(conn, &self.stored).await
    }

    /// Best effort: the place to go on from is stored already.
    async fn note(&mut self, error: &ReconcileError) {
        let request_id = if let ReconcileError::Stripe(error) = error { error.request_id() } else { None };
        tracing::warn!(id = self.stored.id, request_id, %error, "a reconciliation stopped; the next one goes on from there");
        self.progress.error = Some(error.to_string());
        let noted = async {
            let mut conn = self.app.db.write().await?;
            self.save(&mut conn).await?;
            conn.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "and that could not be noted");
        }
    }

    fn report(&self) -> Report {
        let report = Report { stored: self.stored.clone(), progress: self.progress.clone() };
        report.tell(self.app.context.clock.now_s());
        report
    }
}

impl Report {
    /// True when nothing differs now that what was missing is taken in.
    pub fn agrees(&self) -> bool {
        self.progress.differences == 0
    }

    /// Log and metrics.
    fn tell(&self, now_s: i64) {
        let found = &self.progress;
        tracing::info!(
            id = self.stored.id,
            events_taken_in = found.events_taken_in,
            objects_taken_in = found.objects_taken_in,
            differences = found.differences,
            "a reconciliation is done"
        );
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("whypaid_reconciliation_differences").set(found.differences as f64);
        let silence_s =
            found.silent_since_s().map_or(0, |since_s| now_s.saturating_sub(since_s.unwrap_or(0)));
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("whypaid_webhook_silence_seconds").set(silence_s as f64);
        if found.differences > 0 {
            tracing::error!(
                id = self.stored.id,
                differences = found.differences,
                "the books and Stripe differ; GET /api/v1/reconciliations/{{id}} names the objects"
            );
        }
        if let Some(since_s) = found.silent_since_s() {
            tracing::error!(
                last_received_s = since_s,
                newest_missed_s = found.last_missed_s,
                "webhooks do not arrive: Stripe has newer events than the last that it delivered; check the endpoint in its dashboard"
            );
        }
    }
}
