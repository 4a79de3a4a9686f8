//! The durable inbox: verified events are committed before they are acknowledged (SPEC H2).
//!
//! One task writes. Whatever arrives while a commit runs goes into the next one: no timer, no added latency when idle,
//! few fsyncs under load. The queue is bounded; what does not fit is refused with 503, and Stripe tries again.

use crate::app::spawn_writing;
use crate::apply::worker::BATCH_EVENTS_MAX;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use store::events::{self, DueEvent, NewEvent};
use store::{Db, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Events waiting for the writer.
pub const QUEUE_EVENTS_MAX: usize = 4096;
/// Bytes of their bodies together, however large each may be.
pub const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Longest wait for a commit before the sender is told to try again (SPEC 9.1).
pub const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);
/// Turns given to other tasks before a commit, for requests that are being read.
const GATHER_YIELDS: usize = 2;
/// How long apply may make ingest wait before a batch is left to the sweep.
const HAND_OVER_TIMEOUT: Duration = Duration::from_millis(500);

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Committed now.
    New,
    /// It was there already.
    Duplicate,
}

/// Why an event was not taken. Nothing was acknowledged; the sender should try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More is waiting than the database takes.
    #[error("too many events are waiting to be stored")]
    QueueFull,
    /// The database did not commit.
    #[error("the event could not be stored")]
    NotCommitted,
}

struct Incoming {
    event: NewEvent,
    reply: Reply,
}

/// Whom to answer. The event's place in the queue is free once this is gone.
struct Reply {
    to: oneshot::Sender<Result<Stored, Refused>>,
    _place: OwnedSemaphorePermit,
}

impl Reply {
    fn send(self, answer: Result<Stored, Refused>) {
        // The sender may have gone away; what was stored is stored all the same.
        let _ = self.to.send(answer);
    }
}

/// Takes events; cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    queue: mpsc::Sender<Incoming>,
    bytes: Arc<Semaphore>,
}

impl Ingest {
    /// Returns once the event is durable.
    pub async fn store(&self, event: NewEvent) -> Result<Stored, Refused> {
        let (to, answer) = oneshot::channel();
        // A body larger than the whole queue waits for the whole queue.
        let bytes = u32::try_from(event.body.len().min(QUEUE_BYTES_MAX)).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.bytes).try_acquire_many_owned(bytes);
        let reply = Reply { to, _place: place.map_err(|_| Refused::QueueFull)? };
        self.queue.try_send(Incoming { event, reply }).map_err(|_| Refused::QueueFull)?;
        match tokio::time::timeout(COMMIT_TIMEOUT, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Refused::NotCommitted),
        }
    }
}

/// Starts the writer. Once `closing` is cancelled it refuses what comes, stores what waits, and ends.
pub fn start(
    db: Db,
    hand_over: mpsc::Sender<Vec<DueEvent>>,
    closing: CancellationToken,
) -> (Ingest, tokio::task::JoinHandle<()>) {
    let (queue, waiting) = mpsc::channel(QUEUE_EVENTS_MAX);
    let engine = db.engine();
    let writer = Writer { db, waiting, hand_over, away: false, apply_is_behind: false };
    (
        Ingest { queue, bytes: Arc::new(Semaphore::new(QUEUE_BYTES_MAX)) },
        spawn_writing(engine, writer.run(closing)),
    )
}

struct Writer {
    db: Db,
    waiting: mpsc::Receiver<Incoming>,
    hand_over: mpsc::Sender<Vec<DueEvent>>,
    /// The database was away at the last commit: logged once, not per event.
    away: bool,
    /// Apply did not take the last batch in time: the next ones do not wait for it.
    apply_is_behind: bool,
}

impl Writer {
    async fn run(mut self, closing: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH_EVENTS_MAX);
        loop {
            tokio::select! {
                biased;
                () = closing.cancelled(), if !self.waiting.is_closed() => self.waiting.close(),
                taken = self.waiting.recv_many(&mut batch, BATCH_EVENTS_MAX) => if taken == 0 { break } else {
                    self.gather(&mut batch).await;
                    self.take(std::mem::take(&mut batch)).await;
                },
            }
        }
    }

    /// Lets requests that have arrived already be read, so that they share this commit: the last commit woke many
    /// senders at once. Costs microseconds when there is none.
    async fn gather(&mut self, batch: &mut Vec<Incoming>) {
        for _ in 0..GATHER_YIELDS {
            tokio::task::yield_now().await;
            while batch.len() < BATCH_EVENTS_MAX
                && let Ok(incoming) = self.waiting.try_recv()
            {
                batch.push(incoming);
            }
        }
    }

    async fn take(&mut self, batch: Vec<Incoming>) {
        let (events, replies): (Vec<NewEvent>, Vec<_>) =
            batch.into_iter().map(|i| (i.event, i.reply)).unzip();
        let ids: Vec<String> = events.iter().map(|e| e.id.clone()).collect();
        let to_apply = events.iter().filter_map(NewEvent::due).collect();
        match self.commit(events).await {
            Ok(fresh) => {
                self.note_back();
                Self::acknowledge(&ids, &fresh, replies);
                self.pass_on(to_apply, &fresh).await;
            }
            Err(error) => {
                self.note_away(&error, replies.len());
                metrics::counter!("whypaid_events_refused_total").increment(replies.len() as u64);
                for reply in replies {
                    reply.send(Err(Refused::NotCommitted));
                }
            }
        }
    }

    async fn commit(&self, events: Vec<NewEvent>) -> Result<BTreeSet<String>, StoreError> {
        let commit = async {
            let mut conn = self.db.write().await?;
            let fresh = events::insert(&mut conn, events).await?;
            conn.commit().await?;
            Ok(fresh)
        };
        let late = |_| StoreError::Unavailable("it took too long to commit".to_owned());
        tokio::time::timeout(COMMIT_TIMEOUT, commit).await.map_err(late)?
    }

    /// The first of several copies in one batch is the new one.
    fn acknowledge(ids: &[String], fresh: &BTreeSet<String>, replies: Vec<Reply>) {
        let mut first = BTreeSet::new();
        for (id, reply) in ids.iter().zip(replies) {
            let new = fresh.contains(id) && first.insert(id);
            reply.send(Ok(if new { Stored::New } else { Stored::Duplicate }));
        }
        metrics::counter!("whypaid_events_stored_total").increment(fresh.len() as u64);
        metrics::counter!("whypaid_events_duplicate_total").increment((ids.len() - first.len()) as u64);
    }

    /// Waits a little for apply to keep up, once: what it cannot take, its sweep finds in the table.
    async fn pass_on(&mut self, mut batch: Vec<DueEvent>, fresh: &BTreeSet<String>) {
        let mut passed = BTreeSet::new();
        batch.retain(|event| fresh.contains(&event.id) && passed.insert(event.id.clone()));
        if !batch.is_empty() {
            let wait = if self.apply_is_behind { Duration::ZERO } else { HAND_OVER_TIMEOUT };
            self.apply_is_behind = self.hand_over.send_timeout(batch, wait).await.is_err();
        }
    }

    fn note_away(&mut self, error: &StoreError, refused: usize) {
        if !self.away {
            tracing::error!(%error, refused, "events cannot be stored; answering 503 until the database is back");
        }
        self.away = true;
    }

    fn note_back(&mut self) {
        if self.away {
            tracing::info!("the database is back; events are stored again");
        }
        self.away = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(bytes: usize) -> NewEvent {
        NewEvent {
            id: "evt_1".to_owned(),
            kind: "charge.succeeded".to_owned(),
            api_version: None,
            account: None,
            livemode: false,
            created_at_ms: 0,
            received_at_ms: 0,
            handled: true,
            due_at_ms: 0,
            body: vec![b' '; bytes].into(),
        }
    }

    /// Memory is bounded by what events weigh, not by how many they are.
    #[tokio::test]
    async fn a_queue_full_of_bytes_refuses_and_is_free_again() {
        let (queue, mut waiting) = mpsc::channel(QUEUE_EVENTS_MAX);
        let ingest = Ingest { queue, bytes: Arc::new(Semaphore::new(QUEUE_BYTES_MAX)) };
        let other = ingest.clone();
        let large = tokio::spawn(async move { other.store(event(QUEUE_BYTES_MAX + 1)).await });
        let taken: Incoming = waiting.recv().await.unwrap();
        assert_eq!(ingest.store(event(1)).await, Err(Refused::QueueFull));
        taken.reply.send(Ok(Stored::New));
        assert_eq!(large.await.unwrap(), Ok(Stored::New));
        let small = tokio::spawn(async move { ingest.store(event(1)).await });
        waiting.recv().await.unwrap().reply.send(Ok(Stored::Duplicate));
        assert_eq!(small.await.unwrap(), Ok(Stored::Duplicate));
    }
}
