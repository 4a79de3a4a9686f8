//! The task that applies events: batches handed over by ingest, and a sweep of the table for what was left over by a
//! crash, a failure or a full hand-over.
//!
//! A batch that fails is tried event by event, so a poison event delays no other. An event that fails alone is tried
//! again with exponential backoff and jitter, then parked as dead for a person (SPEC H10).

use super::Context;
use super::batch::{self, Applied, Unreadable};
use crate::ids::random_fraction;
use crate::ingest::{Noted, OnTheWay};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use store::events::{self, DueEvent, EventStatus, NewEvent};
use store::{Db, StoreError};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Events applied in one transaction. Bounds how long others wait for the writer.
pub const BATCH_EVENTS_MAX: usize = 1024;
/// Least time between two batches from memory. Under load it makes fewer, larger transactions of what would otherwise be
/// as many as ingest's; far below the 100 ms in which a change must show (SPEC H11).
const PACE: Duration = Duration::from_millis(20);
/// How often the database is asked to take what is held: until then ingest may have no room for more.
const HELD_RETRY_EVERY: Duration = Duration::from_millis(200);
/// How often the table is swept while idle.
const SWEEP_EVERY: Duration = Duration::from_secs(2);
/// Younger events are still on their way through memory.
const SWEEP_GRACE_MS: i64 = 10_000;
/// Longest time that one batch, or one look at the table, may take. Longer than any wait inside the store; beyond it
/// the connection is taken for dead: one that fell silent would otherwise be waited for until TCP gives up.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(45);
/// Tries before an event is dead.
pub const ATTEMPTS_MAX: i64 = 8;
/// Wait after the first failure; doubles with each.
const BACKOFF_FIRST_MS: i64 = 1_000;
/// Longest wait.
const BACKOFF_MAX_MS: i64 = 3_600_000;

/// What ingest hands over.
#[derive(Debug)]
pub enum HandedOver {
    /// In the table; and the room they take meanwhile.
    Stored(Vec<DueEvent>, OwnedSemaphorePermit),
    /// In the inbox, to be moved into the table as well.
    Noted(Noted),
}

/// Applies events until told to stop.
pub struct Worker {
    /// The database.
    pub db: Db,
    /// Time, ids, and where changes are announced.
    pub context: Context,
    /// From ingest.
    pub handed_over: mpsc::UnboundedReceiver<HandedOver>,
    /// To tell what was moved.
    pub on_the_way: OnTheWay,
    /// From the inbox, when the database could not take it: nothing later is moved before.
    pub held: Option<Noted>,
    /// Asked to sweep now: after a replay.
    pub wake: mpsc::Receiver<()>,
    /// The database was away: told once, and what was left then is swept without grace.
    pub behind: bool,
    /// When the last batch from memory was taken.
    pub last_taken: Option<Instant>,
}

impl Worker {
    /// Runs until ingest has ended, and applies all that it handed over. After `stop` it looks for nothing else, and
    /// leaves to the next start what the database does not take.
    pub async fn run(mut self, stop: CancellationToken) {
        self.sweep(0, &stop).await;
        let mut tick = tokio::time::interval(SWEEP_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled(), if self.held.is_some() => {
                    self.move_in().await;
                    if self.held.is_some() {
                        // It stays in the inbox.
                        break;
                    }
                }
                batch = self.handed_over.recv(), if self.held.is_none() => match batch {
                    Some(_) if self.behind && stop.is_cancelled() => {}
                    Some(batch) => self.take(batch).await,
                    None => break,
                },
                Some(()) = self.wake.recv() => self.sweep(0, &stop).await,
                () = tokio::time::sleep(HELD_RETRY_EVERY), if self.held.is_some() => self.move_in().await,
                _ = tick.tick() => self.sweep(SWEEP_GRACE_MS, &stop).await,
            }
        }
    }

    /// Merges batches into one: what waits already, and, so soon after the last one, what comes until
    /// [`PACE`] is over. An idle server applies at once.
    async fn take(&mut self, first: HandedOver) {
        if let Some(last) = self.last_taken {
            // Not woken by each batch that comes meanwhile.
            tokio::time::sleep_until(last + PACE).await;
        }
        let (mut stored, mut noted) = (Vec::new(), None);
        let mut next = Some(first);
        while let Some(batch) = next {
            match batch {
                HandedOver::Stored(more, _) => stored.extend(more),
                HandedOver::Noted(more) => merge(&mut noted, more),
            }
            let full = stored.len() + noted.as_ref().map_or(0, |n| n.events.len()) >= BATCH_EVENTS_MAX;
            next = if full { None } else { self.handed_over.try_recv().ok() };
        }
        self.last_taken = Some(Instant::now());
        while !stored.is_empty() {
            let rest = stored.split_off(stored.len().min(BATCH_EVENTS_MAX));
            self.apply(std::mem::replace(&mut stored, rest)).await;
        }
        self.held = noted;
        self.move_in().await;
    }

    /// Moves what came from the inbox, if anything did. What the database does not take is held.
    async fn move_in(&mut self) {
        let Some(mut noted) = self.held.take() else { return };
        let moved = isolated(batch::move_in(&self.db, &self.context, &mut noted.events)).await;
        match moved {
            Ok(applied) => {
                self.on_the_way.moved(&noted);
                self.conclude(applied).await;
            }
            Err(Failure::Away(why)) => {
                self.note_behind(&why);
                self.held = Some(noted);
            }
            Err(Failure::Broken(_)) => self.move_one_by_one(noted).await,
        }
    }

    /// Into the table first, as waiting; from there a poison event delays no other.
    async fn move_one_by_one(&mut self, mut noted: Noted) {
        let stored = in_time(async {
            let mut conn = self.db.write().await?;
            events::insert(&mut conn, noted.events.clone()).await?;
            conn.commit().await
        });
        match stored.await {
            Ok(()) => {
                self.on_the_way.moved(&noted);
                for event in noted.events.iter_mut().filter_map(NewEvent::due) {
                    self.apply_alone(event).await;
                }
            }
            Err(error) => {
                self.note_behind(&error.to_string());
                self.held = Some(noted);
            }
        }
    }

    /// Applies everything due in the table that was received at least `grace_ms` ago.
    async fn sweep(&mut self, grace_ms: i64, stop: &CancellationToken) {
        let grace_ms = if self.behind { 0 } else { grace_ms };
        while !stop.is_cancelled() {
            let now_ms = self.context.clock.now_ms();
            let found = async {
                let limit = i64::try_from(BATCH_EVENTS_MAX).unwrap_or(i64::MAX);
                events::due(&mut self.db.read().await?, now_ms, grace_ms, limit).await
            };
            match in_time(found).await {
                Ok(batch) if batch.is_empty() => return self.note_caught_up(),
                Ok(batch) => {
                    if !self.apply(batch).await {
                        return;
                    }
                }
                Err(error) => return self.note_behind(&error.to_string()),
            }
        }
    }

    /// False when the database is away: the events stay in the table for a later sweep.
    async fn apply(&mut self, mut batch: Vec<DueEvent>) -> bool {
        match isolated(batch::apply(&self.db, &self.context, &mut batch)).await {
            Ok(applied) => self.conclude(applied).await,
            Err(Failure::Away(why)) => {
                self.note_behind(&why);
                return false;
            }
            Err(Failure::Broken(_)) => {
                for event in batch {
                    self.apply_alone(event).await;
                }
            }
        }
        true
    }

    async fn apply_alone(&mut self, event: DueEvent) {
        let (id, attempts) = (event.id.clone(), event.attempts);
        match isolated(batch::apply(&self.db, &self.context, &mut [event])).await {
            Ok(applied) => self.conclude(applied).await,
            Err(Failure::Away(why)) => self.note_behind(&why),
            Err(Failure::Broken(why)) => self.note_failure(Unreadable { id, attempts, why }).await,
        }
    }

    async fn conclude(&mut self, applied: Applied) {
        metrics::counter!("whypaid_events_applied_total").increment(applied.finished);
        for unreadable in applied.unreadable {
            self.note_failure(unreadable).await;
        }
    }

    /// An outage is one line, however often the database is asked meanwhile.
    fn note_behind(&mut self, why: &str) {
        if !self.behind {
            tracing::warn!(why, "the database is away; stored events will be applied when it is back");
        }
        self.behind = true;
    }

    fn note_caught_up(&mut self) {
        if self.behind {
            tracing::info!("the database is back; the events that waited are applied");
        }
        self.behind = false;
    }

    async fn note_failure(&mut self, failure: Unreadable) {
        let tried = failure.attempts + 1;
        let dead = tried >= ATTEMPTS_MAX;
        let status = if dead { EventStatus::Dead } else { EventStatus::Failed };
        let due_at_ms = self.context.clock.now_ms() + backoff_ms(failure.attempts, random_fraction());
        tracing::error!(
            event_id = failure.id,
            why = failure.why,
            tried,
            dead,
            "an event could not be applied"
        );
        metrics::counter!("whypaid_events_failed_total").increment(1);
        let noted = in_time(async {
            let mut conn = self.db.write().await?;
            events::fail(&mut conn, &failure.id, status, due_at_ms, &failure.why).await?;
            conn.commit().await
        });
        if let Err(error) = noted.await {
            tracing::warn!(event_id = failure.id, %error, "cannot note the failure; the event stays due");
        }
    }
}

fn merge(into: &mut Option<Noted>, more: Noted) {
    match into {
        None => *into = Some(more),
        Some(noted) => {
            noted.events.extend(more.events);
            noted.room.extend(more.room);
            noted.upto = more.upto;
        }
    }
}

/// A panic is a failure of this batch and not the end of applying. On the worker's own thread: as a task among others it
/// would hand that thread's place on, and take a new one, at each call into SQLite.
async fn isolated(work: impl Future<Output = Result<Applied, StoreError>>) -> Result<Applied, Failure> {
    match AssertUnwindSafe(in_time(work)).catch_unwind().await {
        Ok(Ok(applied)) => Ok(applied),
        Ok(Err(error)) if error.is_unavailable() => Err(Failure::Away(error.to_string())),
        Ok(Err(error)) => Err(Failure::Broken(error.to_string())),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
            Err(Failure::Broken(format!("the program failed on this event: {said}")))
        }
    }
}

/// Waits for the database no longer than [`DATABASE_TIMEOUT`].
async fn in_time<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable("it took too long to answer".to_owned());
    tokio::time::timeout(DATABASE_TIMEOUT, work).await.map_err(late)?
}

enum Failure {
    Away(String),
    Broken(String),
}

/// Wait before the next try: doubles from [`BACKOFF_FIRST_MS`] up to [`BACKOFF_MAX_MS`], of which the upper half is
/// random so that events that failed together are not tried together. `fraction` is in [0, 1).
pub fn backoff_ms(attempts: i64, fraction: f64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(0);
    let full = BACKOFF_FIRST_MS.saturating_mul(1_i64 << doublings).min(BACKOFF_MAX_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most an hour in ms")]
    let jitter = (full as f64 / 2.0 * fraction) as i64;
    full / 2 + jitter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        assert_eq!((backoff_ms(0, 0.0), backoff_ms(0, 0.999)), (500, 999));
        assert_eq!(backoff_ms(3, 0.0), 4_000);
        assert_eq!(backoff_ms(60, 0.0), BACKOFF_MAX_MS / 2);
    }
}
