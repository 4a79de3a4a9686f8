//! The durable inbox: events exactly as Stripe sent them, and how far each has come.

use crate::args::{Value, args, storable};
use crate::db::{Conn, Db, Engine};
use crate::error::{Result, StoreError};
use crate::row::Row;
use crate::sql::statements;
use bytes::Bytes;
use ledger::Observation;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

statements! {
    DUE = "SELECT event_id, attempts FROM event_waiting \
           WHERE due_at_ms <= $1 AND status <> 'dead' AND (status = 'failed' OR due_at_ms <= $2) \
           ORDER BY event_id LIMIT $3";
    BODIES = "SELECT id, type, received_at_ms, handled, body FROM event WHERE id = ANY($1)";
    FINISH = "DELETE FROM event_waiting WHERE event_id = ANY($1) AND status <> 'dead'";
    SET_END = "UPDATE event SET handled = $1, attempts = $2 WHERE id = $3";
    SET_FAILED = "UPDATE event_waiting SET status = $1, attempts = attempts + 1, due_at_ms = $2, last_error = $3 \
                  WHERE event_id = $4 AND status <> 'dead'";
    REPLAY = "INSERT INTO event_waiting (event_id, status, attempts, received_at_ms, due_at_ms) \
              SELECT id, 'received', 0, received_at_ms, $1 FROM event WHERE id = ANY($2) AND NOT thin \
              ON CONFLICT (event_id) DO UPDATE SET status = excluded.status, attempts = excluded.attempts, \
              due_at_ms = excluded.due_at_ms, last_error = NULL";
    IDS_WAITING = "SELECT event_id FROM event_waiting WHERE status = $1 \
                   AND (CAST($2 AS TEXT) IS NULL OR event_id > $2) ORDER BY event_id LIMIT $3";
    IDS_DONE = "SELECT e.id FROM event e WHERE e.handled = $1 AND (CAST($2 AS TEXT) IS NULL OR e.id > $2) \
                AND NOT EXISTS (SELECT 1 FROM event_waiting w WHERE w.event_id = e.id) ORDER BY e.id LIMIT $3";
    EXISTING = "SELECT id FROM event WHERE id = ANY($1)";
    GET = "SELECT e.id, e.type, e.api_version, e.account, e.livemode, e.created_at_ms, e.received_at_ms, e.handled, \
           e.attempts, w.status, w.attempts, w.last_error, e.body \
           FROM event e LEFT JOIN event_waiting w ON w.event_id = e.id WHERE e.id = $1";
    NOT_DONE = "SELECT status, count(*), min(received_at_ms) FROM event_waiting GROUP BY status";
    @many INSERT = "event" (id: Text, type: Text, api_version: Text, account: Text, livemode: Bool, created_at_ms: Int,
                           received_at_ms: Int, handled: Bool, thin: Bool, attempts: Int, body: Bytes)
                  "ON CONFLICT (id) DO NOTHING";
    @many INSERT_WAITING = "event_waiting" (event_id: Text, status: Text, attempts: Int, received_at_ms: Int,
                                           due_at_ms: Int) "";
}

/// On PostgreSQL, what [`store`] does with new events: those that are handled wait, thin ones without end
/// ([`PARKED_MS`]).
const WAIT_FRESH: &str = "INSERT INTO event_waiting (event_id, status, attempts, received_at_ms, due_at_ms) \
                          SELECT id, 'received', 0, received_at_ms, \
                          CASE WHEN thin THEN 9223372036854775807 ELSE received_at_ms END FROM fresh WHERE handled";

/// `due_at_ms` of an event that is put aside until something can be done with it.
pub const PARKED_MS: i64 = i64::MAX;

/// How far an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Stored, not yet applied.
    Received,
    /// Its facts are in the payments and outcomes.
    Applied,
    /// Stored; of a type that says nothing about payments.
    Ignored,
    /// Applying failed; will be tried again.
    Failed,
    /// Applying failed too often; waits for a person.
    Dead,
}

impl EventStatus {
    /// Every status, in the order of an event's life.
    pub const ALL: [Self; 5] = [Self::Received, Self::Applied, Self::Ignored, Self::Failed, Self::Dead];

    /// The spelling of schema and API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Applied => "applied",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }

    /// For those whose end is told by `event.handled`: no row of `event_waiting`.
    pub(crate) const fn ended(self) -> Option<bool> {
        match self {
            Self::Applied => Some(true),
            Self::Ignored => Some(false),
            Self::Received | Self::Failed | Self::Dead => None,
        }
    }

    /// Reads the spelling back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// An event on its way in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewEvent {
    /// `evt_…`
    pub id: String,
    /// `payment_intent.succeeded`
    pub kind: String,
    /// Of the payload's shape.
    pub api_version: Option<String>,
    /// Connected account.
    pub account: Option<String>,
    /// Live or test.
    pub livemode: bool,
    /// Stripe's clock.
    pub created_at_ms: i64,
    /// Ours.
    pub received_at_ms: i64,
    /// False when its type says nothing about payments: stored as ignored, never applied.
    pub handled: bool,
    /// When to apply it.
    pub due_at_ms: i64,
    /// The request body, byte for byte; written apart from the rest.
    #[serde(skip)]
    pub body: Bytes,
    /// What it says, where that has been read already; in memory alone, and taken out by whoever applies it.
    #[serde(skip)]
    pub said: Option<Vec<Observation>>,
}

impl NewEvent {
    /// What to apply now; nothing when it is ignored or put aside. Takes along what it says.
    pub fn due(&mut self) -> Option<DueEvent> {
        (self.handled && self.due_at_ms <= self.received_at_ms).then(|| DueEvent {
            id: self.id.clone(),
            kind: self.kind.clone(),
            received_at_ms: self.received_at_ms,
            attempts: 0,
            handled: true,
            body: self.body.clone(),
            said: self.said.take(),
        })
    }
}

/// An event that waits to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueEvent {
    /// `evt_…`
    pub id: String,
    /// `payment_intent.succeeded`
    pub kind: String,
    /// When we first received it.
    pub received_at_ms: i64,
    /// Times it was tried.
    pub attempts: i64,
    /// As stored; see [`NewEvent::handled`].
    pub handled: bool,
    /// As received.
    pub body: Bytes,
    /// What it says, where that has been read already.
    pub said: Option<Vec<Observation>>,
}

/// An event as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `evt_…`
    pub id: String,
    /// `payment_intent.succeeded`
    pub kind: String,
    /// Of the payload's shape.
    pub api_version: Option<String>,
    /// Connected account.
    pub account: Option<String>,
    /// Live or test.
    pub livemode: bool,
    /// Stripe's clock.
    pub created_at_ms: i64,
    /// Ours.
    pub received_at_ms: i64,
    /// How far it has come.
    pub status: EventStatus,
    /// Times it was tried.
    pub attempts: i64,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

pub(crate) fn event(row: &Row) -> Result<Event> {
    let done = if row.get(7)? { EventStatus::Applied } else { EventStatus::Ignored };
    let waits = row.parse_opt(9, "event_waiting", EventStatus::parse)?;
    Ok(Event {
        id: row.get(0)?,
        kind: row.get(1)?,
        api_version: row.get(2)?,
        account: row.get(3)?,
        livemode: row.get(4)?,
        created_at_ms: row.get(5)?,
        received_at_ms: row.get(6)?,
        status: waits.unwrap_or(done),
        attempts: row.get::<Option<i64>>(10)?.map_or_else(|| row.get(8), Ok)?,
        last_error: row.get(11)?,
    })
}

/// Stores events with their payloads, those that are handled as waiting: durable when this returns. Returns the ids that
/// were new; the others were there already. Each is due when it was received, or parked.
pub async fn store(db: &Db, events: Vec<NewEvent>) -> Result<BTreeSet<String>> {
    static AND_WAIT: LazyLock<Arc<str>> =
        LazyLock::new(|| INSERT.postgres_text_then("id, received_at_ms, handled, thin", WAIT_FRESH).into());
    debug_assert!(events.iter().all(|e| [e.received_at_ms, PARKED_MS].contains(&e.due_at_ms)));
    if db.engine() == Engine::Postgres {
        return db.insert_at_once(&INSERT, Arc::clone(&AND_WAIT), rows(&events)).await;
    }
    let mut conn = db.write().await?;
    let fresh = insert(&mut conn, events).await?;
    conn.commit().await?;
    Ok(fresh)
}

/// Likewise, in a transaction.
pub async fn insert(conn: &mut Conn, events: Vec<NewEvent>) -> Result<BTreeSet<String>> {
    insert_applied(conn, &events, &BTreeSet::new()).await
}

/// Likewise, but `applied` wait for nothing: this transaction takes what they say into the books.
pub async fn insert_applied(
    conn: &mut Conn,
    events: &[NewEvent],
    applied: &BTreeSet<String>,
) -> Result<BTreeSet<String>> {
    let fresh = conn.insert_new(&INSERT, rows(events)).await?;
    let waits = |e: &NewEvent| e.handled && !applied.contains(&e.id);
    if !events.iter().any(waits) {
        return Ok(fresh);
    }
    // Of several copies the first is stored.
    let mut firsts = BTreeMap::new();
    for e in events {
        let due = waits(e).then_some((e.received_at_ms, e.due_at_ms));
        firsts.entry(storable(e.id.clone())).or_insert(due);
    }
    let waiting = firsts.into_iter().filter(|(id, _)| fresh.contains(id));
    let received = EventStatus::Received.as_str();
    let waiting =
        waiting.filter_map(|(id, due)| due.map(|(at_ms, due_ms)| args![id, received, 0_i64, at_ms, due_ms]));
    conn.insert_many(&INSERT_WAITING, waiting.collect()).await?;
    Ok(fresh)
}

/// Of [`INSERT`]; in one order, since two transactions with the same events would wait for each other.
fn rows(events: &[NewEvent]) -> Vec<Vec<Value>> {
    let mut events: Vec<&NewEvent> = events.iter().collect();
    events.sort_by(|a, b| a.id.cmp(&b.id));
    let row = |e: &NewEvent| {
        let (at_ms, handled, thin) = (e.received_at_ms, e.handled, e.due_at_ms == PARKED_MS);
        let about = (&e.api_version, &e.account, e.livemode, e.created_at_ms);
        let (attempts, body) = (i64::from(handled), e.body.clone());
        args![&e.id, &e.kind, about.0, about.1, about.2, about.3, at_ms, handled, thin, attempts, body]
    };
    events.into_iter().map(row).collect()
}

/// Events to apply by `now_ms`, ascending by id, which is about the order of Stripe's clock. Those that came less than `grace_ms` ago are on their way through memory.
pub async fn due(conn: &mut Conn, now_ms: i64, grace_ms: i64, limit: i64) -> Result<Vec<DueEvent>> {
    let rows = conn.fetch_all(&DUE, args![now_ms, now_ms.saturating_sub(grace_ms), limit]).await?;
    let attempts = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?)));
    let attempts = attempts.collect::<Result<BTreeMap<String, i64>>>()?;
    if attempts.is_empty() {
        return Ok(Vec::new());
    }
    // Not joined: prepared while both tables are empty, a join might walk all events for ever.
    let ids: Vec<String> = attempts.keys().cloned().collect();
    let rows = conn.fetch_all(&BODIES, args![ids]).await?;
    let event = |row: &Row| {
        let id: String = row.get(0)?;
        Ok(DueEvent {
            attempts: attempts.get(&id).copied().unwrap_or_default(),
            id,
            kind: row.get(1)?,
            received_at_ms: row.get(2)?,
            handled: row.get(3)?,
            body: row.get::<Vec<u8>>(4)?.into(),
            said: None,
        })
    };
    let mut due = rows.iter().map(event).collect::<Result<Vec<_>>>()?;
    due.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(due)
}

/// Ends waiting events. Returns how many were waiting still.
pub async fn finish(conn: &mut Conn, ids: Vec<String>) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    conn.execute(&FINISH, args![ids]).await
}

/// Corrects what an event's row foretold of its end: tried more than once, or handled where it was to be ignored.
pub async fn set_end(conn: &mut Conn, id: &str, handled: bool, attempts: i64) -> Result<()> {
    conn.execute(&SET_END, args![handled, attempts, id]).await?;
    Ok(())
}

/// Notes a failed try: due again at `due_at_ms`, or dead.
pub async fn fail(conn: &mut Conn, id: &str, status: EventStatus, due_at_ms: i64, error: &str) -> Result<()> {
    match conn.execute(&SET_FAILED, args![status.as_str(), due_at_ms, error, id]).await? {
        1 => Ok(()),
        _ => Err(StoreError::LostWrite("event: failure")),
    }
}

/// Makes events due again, whatever their status, save parked ones. Returns how many there are.
pub async fn replay(conn: &mut Conn, ids: Vec<String>, now_ms: i64) -> Result<u64> {
    crate::put_aside::forget(conn, &ids).await?;
    conn.execute(&REPLAY, args![now_ms, ids]).await
}

/// Ids of events in a status, ascending; `after` is the last of the page before.
pub async fn ids_of_status(
    conn: &mut Conn,
    status: EventStatus,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>> {
    let rows = match status.ended() {
        Some(handled) => conn.fetch_all(&IDS_DONE, args![handled, after, limit]).await?,
        None => conn.fetch_all(&IDS_WAITING, args![status.as_str(), after, limit]).await?,
    };
    rows.iter().map(|row| row.get(0)).collect()
}

/// Which of `ids` are stored.
pub async fn existing(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeSet<String>> {
    let rows = conn.fetch_all(&EXISTING, args![ids]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// One event with its payload.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<(Event, Vec<u8>)>> {
    let row = conn.fetch_optional(&GET, args![id]).await?;
    row.map(|row| Ok((event(&row)?, row.get(12)?))).transpose()
}

/// (status, count, oldest reception) of everything that is not done.
pub async fn not_done(conn: &mut Conn) -> Result<Vec<(EventStatus, i64, i64)>> {
    let rows = conn.fetch_all(&NOT_DONE, args![]).await?;
    rows.iter()
        .map(|row| Ok((row.parse(0, "event_waiting", EventStatus::parse)?, row.get(1)?, row.get(2)?)))
        .collect()
}
