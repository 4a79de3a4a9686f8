//! Events that are acknowledged and lie in the inbox beside a SQLite file: how they are written there, and which of
//! them are not in the database yet.

use serde::Deserialize as _;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::events::{self, NewEvent};
use store::inbox::{Inbox, Record};
use store::{Db, StoreError};
use tokio::sync::{OwnedSemaphorePermit, watch};

/// How long somebody who asks for events waits for those acknowledged before. Apply moves them within milliseconds,
/// unless the database is away.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(2);

/// Events of the inbox for apply to move.
#[derive(Debug)]
pub struct Noted {
    /// Not in the database, unless a crash came between their commit and the next append.
    pub events: Vec<NewEvent>,
    /// Number of the last one's record; all records up to it are here, or were handed over before.
    pub upto: u64,
    /// The room they take, free once they are moved.
    pub room: Vec<OwnedSemaphorePermit>,
}

/// Which events are acknowledged and not in the database yet; cheap to clone. Always empty on PostgreSQL.
#[derive(Clone, Debug, Default)]
pub struct OnTheWay(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    noted: Mutex<State>,
    moved: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    /// By id, when each was received.
    received_at_ms: HashMap<String, i64>,
    /// Number of the newest record.
    upto: u64,
}

impl OnTheWay {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this event is on its way.
    pub fn contains(&self, id: &str) -> bool {
        self.state().received_at_ms.contains_key(id)
    }

    /// These have been appended.
    pub fn noted(&self, events: &[NewEvent], upto: u64) {
        let mut state = self.state();
        state.received_at_ms.extend(events.iter().map(|e| (e.id.clone(), e.received_at_ms)));
        state.upto = upto;
    }

    /// These are in the database.
    pub fn moved(&self, noted: &Noted) {
        let mut state = self.state();
        for event in &noted.events {
            state.received_at_ms.remove(&event.id);
        }
        drop(state);
        self.0.moved.send_replace(noted.upto);
    }

    /// The number up to which records are in the database.
    pub fn moved_upto(&self) -> u64 {
        *self.0.moved.borrow()
    }

    /// How many, and when the oldest was received.
    pub fn waiting(&self) -> Option<(i64, i64)> {
        let state = self.state();
        let oldest_ms = state.received_at_ms.values().min()?;
        Some((i64::try_from(state.received_at_ms.len()).unwrap_or(i64::MAX), *oldest_ms))
    }

    /// Returns once everything acknowledged before is in the database, so that whoever sent an event finds it.
    pub async fn settled(&self) {
        let goal = self.state().upto;
        let mut moved = self.0.moved.subscribe();
        let _ = tokio::time::timeout(SETTLE_TIMEOUT, moved.wait_for(|upto| *upto >= goal)).await;
    }
}

/// An event as a record: what was read of it as JSON, then its body.
pub(super) fn encode(event: &NewEvent) -> Result<Vec<u8>, serde_json::Error> {
    let mut payload = Vec::with_capacity(event.body.len() + 512);
    serde_json::to_writer(&mut payload, event)?;
    payload.extend_from_slice(&event.body);
    Ok(payload)
}

/// The event of a record. Fails for one that another version of this program wrote.
pub(super) fn decode(record: Record) -> Result<NewEvent, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(&record.payload).into_iter::<serde_json::Value>();
    let head = reader.next().unwrap_or(Ok(serde_json::Value::Null))?;
    let at = reader.byte_offset();
    let event = NewEvent::deserialize(head)?;
    Ok(NewEvent { body: bytes::Bytes::from(record.payload).slice(at..), ..event })
}

/// How many acknowledged events lie beside the database and not in it: after a crash, until `whypaid serve` runs again.
pub async fn left_behind(db: &Db) -> Result<usize, StoreError> {
    let Some(path) = db.path() else { return Ok(0) };
    let ids: Vec<String> =
        Inbox::peek(path)?.into_iter().filter_map(|record| Some(decode(record).ok()?.id)).collect();
    let stored = events::existing(&mut db.read().await?, ids.clone()).await?;
    Ok(ids.iter().filter(|id| !stored.contains(*id)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(body: &'static [u8]) -> NewEvent {
        NewEvent {
            id: "evt_1".to_owned(),
            kind: "charge.succeeded".to_owned(),
            api_version: Some("2026-10-28.endive".to_owned()),
            account: None,
            livemode: true,
            created_at_ms: 1,
            received_at_ms: 2,
            handled: true,
            due_at_ms: events::PARKED_MS,
            body: body.into(),
            said: None,
        }
    }

    #[test]
    fn an_event_comes_back_as_it_was_byte_for_byte() {
        for body in [&b"{\"id\": \"evt_1\"}\n"[..], b"", b"\0\xff}{"] {
            let payload = encode(&event(body)).unwrap();
            let got = decode(Record { number: 1, payload }).unwrap();
            assert_eq!(format!("{got:?}"), format!("{:?}", event(body)));
        }
    }

    #[tokio::test]
    async fn who_asks_waits_for_what_was_noted_before() {
        let on_the_way = OnTheWay::default();
        on_the_way.settled().await;
        let events = vec![event(b"{}")];
        on_the_way.noted(&events, 7);
        assert!(on_the_way.contains("evt_1"));
        assert_eq!(on_the_way.waiting(), Some((1, 2)));
        let asks = tokio::spawn({
            let on_the_way = on_the_way.clone();
            async move { on_the_way.settled().await }
        });
        tokio::task::yield_now().await;
        assert!(!asks.is_finished());
        on_the_way.moved(&Noted { events, upto: 7, room: Vec::new() });
        asks.await.unwrap();
        assert_eq!((on_the_way.waiting(), on_the_way.moved_upto()), (None, 7));
    }
}
