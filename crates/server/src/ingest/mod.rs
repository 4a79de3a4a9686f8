//! The durable inbox: verified events are committed before they are acknowledged (SPEC H2).
//!
//! One task writes. Whatever arrives while a commit runs goes into the next one: no timer, no added latency when idle,
//! few fsyncs under load. The queue is bounded; what does not fit is refused with 503, and Stripe tries again.
//!
//! On PostgreSQL a commit is one statement. On SQLite it is an append to the [`store::inbox`], from which apply moves
//! events into the database in larger transactions: whoever else writes there holds no acknowledgement up.

mod on_the_way;
mod writer;

pub use on_the_way::{Noted, OnTheWay, left_behind};
pub use writer::{Closed, HANDED_OVER_EVENTS_MAX, start};

use crate::ids;
use bytes::Bytes;
use ledger::Observation;
use std::sync::Arc;
use std::time::Duration;
use store::events::{NewEvent, PARKED_MS};
use stripe::{Envelope, ReadError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Events waiting for the writer.
pub const QUEUE_EVENTS_MAX: usize = 4096;
/// Bytes of their bodies together, however large each may be.
pub const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a larger event says is read by apply, so that no request keeps others waiting, and no queue holds much of it.
const READ_AT_ONCE_BYTES_MAX: usize = 32 * 1024;
/// Longest wait for a commit before the sender is told to try again (SPEC 9.1).
pub const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);

/// An event as it is to be stored, from the bytes that Stripe sent or listed.
pub fn read(body: &[u8], now_ms: i64) -> Result<NewEvent, ReadError> {
    let (envelope, said) = envelope(body, now_ms)?;
    let id = if stripe::is_dashboard_test(&envelope.id) {
        format!("{}_{}", envelope.id, &ids::secret()[..24])
    } else {
        envelope.id.to_string()
    };
    if jiff::Timestamp::from_second(envelope.created_s).is_err() {
        return Err(ReadError::Invalid { field: "created", fault: "is a time that nobody will see" });
    }
    let handled = stripe::handled(&envelope.event_type);
    // A thin event says nothing itself; it waits until its object can be fetched.
    let parked = handled && envelope.thin.is_some();
    Ok(NewEvent {
        id,
        kind: envelope.event_type.to_string(),
        api_version: envelope.api_version.as_deref().map(str::to_owned),
        account: envelope.account.as_deref().map(str::to_owned),
        livemode: envelope.livemode,
        created_at_ms: envelope.created_s.saturating_mul(1000),
        received_at_ms: now_ms,
        handled,
        due_at_ms: if parked { PARKED_MS } else { now_ms },
        // A copy of its own size: the connection's buffer that it lies in is larger, and would be kept until it is applied.
        body: Bytes::copy_from_slice(body),
        said,
    })
}

/// With what the event says, where that is read at once: here many are read side by side, and apply is one after the
/// other. Nothing in `data` may keep an event from being stored, so where reading it fails, apply will say so.
fn envelope(body: &[u8], now_ms: i64) -> Result<(Envelope<'_>, Option<Vec<Observation>>), ReadError> {
    if body.len() <= READ_AT_ONCE_BYTES_MAX
        && let Ok(read) = std::panic::catch_unwind(|| stripe::receive(body, now_ms))
    {
        return read.map(|(envelope, said)| (envelope, Some(said)));
    }
    Ok((Envelope::read(body)?, None))
}

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

/// Whom to answer, and the event's place in the queue.
struct Reply {
    to: oneshot::Sender<Result<Stored, Refused>>,
    place: OwnedSemaphorePermit,
}

impl Reply {
    /// The place is free once it is dropped.
    fn send(self, answer: Result<Stored, Refused>) -> OwnedSemaphorePermit {
        // The sender may have gone away; what was stored is stored all the same.
        let _ = self.to.send(answer);
        self.place
    }
}

/// Takes events; cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    queue: mpsc::Sender<Incoming>,
    bytes: Arc<Semaphore>,
    /// Acknowledged, and not in the database yet.
    pub on_the_way: OnTheWay,
}

impl Ingest {
    /// Returns once the event is durable.
    pub async fn store(&self, event: NewEvent) -> Result<Stored, Refused> {
        let (to, answer) = oneshot::channel();
        // A body larger than the whole queue waits for the whole queue.
        let bytes = u32::try_from(event.body.len().min(QUEUE_BYTES_MAX)).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.bytes).try_acquire_many_owned(bytes);
        let reply = Reply { to, place: place.map_err(|_| Refused::QueueFull)? };
        self.queue.try_send(Incoming { event, reply }).map_err(|_| Refused::QueueFull)?;
        match tokio::time::timeout(COMMIT_TIMEOUT, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Refused::NotCommitted),
        }
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
            said: None,
        }
    }

    #[test]
    fn what_an_event_says_is_read_as_it_comes_unless_it_is_large() {
        let event = |padding: usize| {
            let space = " ".repeat(padding);
            format!(
                r#"{{"id":"evt_1","type":"charge.succeeded","created":1700000000,"data":{{"object":{{"id":"ch_1",
                "object":"charge","status":"succeeded","amount":500,"currency":"usd"}}}}{space}}}"#
            )
        };
        let small = read(event(0).as_bytes(), 5).unwrap();
        let said = stripe::observe(&small.body, 5).unwrap();
        assert!(!said.is_empty());
        assert_eq!(small.said, Some(said));
        let large = read(event(READ_AT_ONCE_BYTES_MAX).as_bytes(), 5).unwrap();
        assert_eq!((large.id.as_str(), large.said), ("evt_1", None));
        let code = |body: &str| read(body.as_bytes(), 5).unwrap_err().code();
        assert_eq!((code("{}"), code(&" ".repeat(READ_AT_ONCE_BYTES_MAX + 1))), ("invalid", "malformed"));
    }

    /// Memory is bounded by what events weigh, not by how many they are.
    #[tokio::test]
    async fn a_queue_full_of_bytes_refuses_and_is_free_again() {
        let (queue, mut waiting) = mpsc::channel(QUEUE_EVENTS_MAX);
        let ingest = Ingest {
            queue,
            bytes: Arc::new(Semaphore::new(QUEUE_BYTES_MAX)),
            on_the_way: OnTheWay::default(),
        };
        let other = ingest.clone();
        let large = tokio::spawn(async move { other.store(event(QUEUE_BYTES_MAX + 1)).await });
        let taken: Incoming = waiting.recv().await.unwrap();
        assert_eq!(ingest.store(event(1)).await, Err(Refused::QueueFull));
        drop(taken.reply.send(Ok(Stored::New)));
        assert_eq!(large.await.unwrap(), Ok(Stored::New));
        let small = tokio::spawn(async move { ingest.store(event(1)).await });
        drop(waiting.recv().await.unwrap().reply.send(Ok(Stored::Duplicate)));
        assert_eq!(small.await.unwrap(), Ok(Stored::Duplicate));
    }
}
